"""The All-CNN on one GPU: how long a step takes, and what bounds it from below."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, repeat
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import DeviceType
from torch.nn import functional
from torch.profiler import ProfilerActivity, profile, record_function
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.flop_counter import FlopCounterMode

from hwcode.chapters.learning_rate_schedule import all_cnn as cnn
from hwcode.chapters.learning_rate_schedule.experiments import runs as study
from hwcode.chapters.learning_rate_schedule.experiments import speed
from hwcode.data import DataError, ImageData, cifar10
from hwcode.training import engine
from hwcode.training.device import Placement, candidates
from hwcode.training.experiment import Experiment, Outcome, Tolerance
from hwcode.training.progress import Progress

__all__ = ["EXPERIMENTS", "GPU"]

Step = Callable[[], object]
SPAN = "the steps"
WAITS = ("cudaStreamSynchronize", "cudaDeviceSynchronize", "cudaEventSynchronize")
"""The calls by which a program waits for a GPU."""


def run_gpu(config: Mapping[str, Any], seed: int, images: ImageData, progress: Progress) -> Outcome:
    """Steps by two plain loops and by the engine, interleaved; the floor; a whole training."""
    if not torch.cuda.is_available():
        raise DataError("this experiment needs a GPU, and none is here")
    examples = cnn.examples_of(images.train, config["train_images"])
    steps = {**_loops(config, examples, seed), **_engines(config, examples, seed)}
    metrics = {"operations": _operations(config, examples)}
    for label, step in steps.items():
        waits, kernels = _profiled(step)
        metrics.update({f"waits_{label}": waits, f"kernels_{label}": kernels})
    curves, rates = _interleaved(config, steps, progress)
    curves.update(speed.packing(config, examples, seed, progress))
    metrics["matrix_rate"] = float(np.median(rates))
    plain = speed.plain_start(config, examples, seed)
    losses = speed.same_start(config, examples, seed, "cuda")
    for label, ours in losses.items():
        metrics[f"first_steps_{label}"] = float(np.max(np.abs(ours - plain) / plain))
    metrics["training_seconds"] = _training(config, examples, seed, progress)
    named = {f"{label}_seconds": times for label, times in curves.items()}
    return Outcome(metrics, {**named, "matrix_rates": rates})


def _loops(config: Mapping[str, Any], examples: engine.Examples, seed: int) -> dict[str, Step]:
    """The plain loop, fed by a DataLoader and by slices of whole tensors."""
    dataset = TensorDataset(examples.inputs, examples.targets)
    loader = DataLoader(dataset, batch_size=config["batch"], shuffle=True)
    fed: dict[str, Iterator[tuple[Tensor, Tensor]]] = {
        "loader": chain.from_iterable(repeat(loader)),
        "slices": speed.slices(examples, config["batch"], seed),
    }

    def step_of(batches: Iterator[tuple[Tensor, Tensor]]) -> Step:
        loop = speed.tutorial(config, examples, batches, 10**6, "cuda")
        return lambda: next(loop)

    return {label: step_of(batches) for label, batches in fed.items()}


def _engines(config: Mapping[str, Any], examples: engine.Examples, seed: int) -> dict[str, Step]:
    """The engine's step at every placement."""

    def step_of(where: Placement) -> Step:
        model = study.make_net(config, examples)
        recipe = speed.recipe_of(config, 10**6)
        return engine.Training(model, recipe, examples, seed, where).update

    return {speed.label_of(where): step_of(where) for where in candidates("cuda")}


def _interleaved(
    config: Mapping[str, Any], steps: Mapping[str, Step], progress: Progress
) -> tuple[dict[str, list[float]], list[float]]:
    """Seconds for a step, and operations a second of a large bfloat16 product, by rounds."""
    size = config["matrix"]
    left, right = (torch.randn(size, size, device="cuda").bfloat16() for _ in range(2))
    calls: dict[str, Step] = {**steps, "matrix": lambda: left @ right}
    times: dict[str, list[float]] = {label: [] for label in calls}
    for round_ in progress.within("steps")(range(config["rounds"] + 1)):
        for label, call in calls.items():
            torch.cuda.synchronize()
            started = time.perf_counter()
            for _ in range(config["steps"]):
                call()
            torch.cuda.synchronize()
            if round_:  # the first one warms up
                times[label].append((time.perf_counter() - started) / config["steps"])
    return times, [2 * size**3 / seconds for seconds in times.pop("matrix")]


def _operations(config: Mapping[str, Any], examples: engine.Examples) -> float:
    """Additions and multiplications of one step's products, forwards and backwards."""
    model = study.make_net(config, examples).to("cuda")
    images = examples.inputs[: config["batch"]].to("cuda")
    labels = examples.targets[: config["batch"]].to("cuda")
    with FlopCounterMode(display=False) as counter:
        functional.cross_entropy(model(images), labels).backward()
    return float(counter.get_total_flops())


def _profiled(step: Step, steps: int = 20) -> tuple[float, float]:
    """By the profiler: how often the host waits for the GPU in a step; seconds of its kernels.

    The spans by which PyTorch marks the optimiser on the GPU are counted beside their kernels, so
    the seconds are a little too many.
    """
    for _ in range(5):
        step()
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as found:
        with record_function(SPAN):
            for _ in range(steps):
                step()
        torch.cuda.synchronize()
    events = [event for event in found.events() if event.name != SPAN]
    (span,) = (
        event.time_range
        for event in found.events()
        if event.name == SPAN and event.device_type == DeviceType.CPU
    )
    waits = sum(
        event.name in WAITS and span.start <= event.time_range.start <= span.end for event in events
    )
    kernels = sum(
        event.time_range.elapsed_us() for event in events if event.device_type == DeviceType.CUDA
    )
    return waits / steps, kernels * 1e-6 / steps


def _training(
    config: Mapping[str, Any], examples: engine.Examples, seed: int, progress: Progress
) -> float:
    """Seconds for a whole training, compilation and the upload of the data included."""
    updates = config["epochs"] * -(-len(examples) // config["batch"])
    started = time.perf_counter()
    engine.train(
        study.make_net(config, examples),
        speed.recipe_of(config, updates),
        examples,
        seed=seed,
        placement=study.placement(tuple(config["widths"])),
        progress=progress.within("training"),
    )
    return time.perf_counter() - started


def first_losses_of_gpu(config: Mapping[str, Any], seed: int, images: ImageData) -> list[float]:
    """The first losses of the plain loop on the CPU, without dropout."""
    examples = cnn.examples_of(images.train, config["train_images"])
    return [float(loss) for loss in speed.plain_start(config, examples, seed)]


LABELS = ("loader", "slices", *map(speed.label_of, candidates("cpu")))
GPU = Experiment(
    name="learning_rate_schedule_gpu",
    title="a training step of the All-CNN on a GPU, by the engine and by a plain loop",
    config={
        **study.WHOLE,
        "rate": 0.03,
        "epochs": 5,
        "rounds": 8,
        "steps": 20,
        "matrix": 8192,
        "same_steps": 5,
    },
    seeds=(0,),
    data=cifar10,
    run=run_gpu,
    first_losses=first_losses_of_gpu,
    defines=(run_gpu, first_losses_of_gpu),
    # They are timings of one machine, and how far rounding carries in five steps.
    tolerances={
        "operations": Tolerance(),
        "matrix_rate": Tolerance(relative=0.2),
        "training_seconds": Tolerance(relative=0.5),
        **{f"waits_{label}": Tolerance() for label in LABELS},
        **{f"kernels_{label}": Tolerance(relative=0.5) for label in LABELS},
        "*": Tolerance(absolute=0.02),
    },
    replay_tolerance=speed.REPLAY,
    settings=lambda: study.settings(tuple(study.WHOLE["widths"])),
)

EXPERIMENTS = {GPU.name: GPU}
