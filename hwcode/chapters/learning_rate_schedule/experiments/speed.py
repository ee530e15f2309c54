"""How long a step of the All-CNN takes: by the engine, by a plain loop, by three nets in one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import count, islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from hwcode.chapters.learning_rate_schedule import all_cnn as cnn
from hwcode.chapters.learning_rate_schedule.experiments import runs as study
from hwcode.chapters.learning_rate_schedule.packed import Repeated, packed
from hwcode.data import ImageData, cifar10
from hwcode.training import engine
from hwcode.training.device import Placement, candidates
from hwcode.training.experiment import Experiment, Outcome, Tolerance
from hwcode.training.progress import Progress

__all__ = ["EXPERIMENTS", "SPEED"]


def run_speed(
    config: Mapping[str, Any], seed: int, images: ImageData, progress: Progress
) -> Outcome:
    """A step on the CPU, by the engine at every placement and by the plain loop, interleaved."""
    examples = cnn.examples_of(images.train, config["train_images"])
    metrics: dict[str, float] = {}
    curves: dict[str, list[float]] = {}
    for widths in config["sizes"]:
        size = {**config, "widths": widths}
        for label, times in _interleaved(size, examples, seed, progress).items():
            curves[f"{widths[0]}_{label}_seconds"] = times
        for label, times in packing(size, examples, seed, progress).items():
            curves[f"{widths[0]}_{label}_seconds"] = times
        plain = plain_start(size, examples, seed)
        losses = same_start(size, examples, seed)
        for label, ours in losses.items():
            worst = float(np.max(np.abs(ours - plain) / plain))
            metrics[f"{widths[0]}_first_steps_{label}"] = worst
    return Outcome(metrics, curves)


def slices(examples: engine.Examples, batch: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Minibatches without end, cut out of whole tensors, in the order of the engine."""
    for epoch in count():
        for chosen in engine.epoch_order(seed, epoch, len(examples)).split(batch):
            yield examples.inputs[chosen], examples.targets[chosen]


def tutorial(
    config: Mapping[str, Any],
    examples: engine.Examples,
    batches: Iterable[tuple[Tensor, Tensor]],
    updates: int,
    device: str = "cpu",
) -> Iterator[float]:
    """The plain loop with the recipe of a configuration."""
    model = study.make_net(config, examples)
    momentum, decay = config["momentum"], config["decay"]
    return cnn.plain_loop(model, batches, config["rate"], momentum, decay, updates, device)


def recipe_of(config: Mapping[str, Any], updates: int) -> engine.Recipe:
    momentum, decay = config["momentum"], config["decay"]
    return cnn.recipe(config["rate"], momentum, decay, updates, config["batch"])


def label_of(where: Placement) -> str:
    return f"{where.precision}_{where.layout}" + ("_compiled" if where.compiled else "")


def _interleaved(
    config: Mapping[str, Any], examples: engine.Examples, seed: int, progress: Progress
) -> dict[str, list[float]]:
    """Seconds for a step, round by round."""
    batches = slices(examples, config["batch"], seed)
    loop = tutorial(config, examples, batches, 10**6)
    steps: dict[str, Callable[[], object]] = {"plain": lambda: next(loop)}
    for where in candidates("cpu"):
        model = study.make_net(config, examples)
        run = engine.Training(model, recipe_of(config, 10**6), examples, seed, where)
        steps[label_of(where)] = run.update
    times: dict[str, list[float]] = {label: [] for label in steps}
    for round_ in progress.within("steps")(range(config["rounds"] + 1)):
        for label, step in steps.items():
            started = time.perf_counter()
            step()
            if round_:  # the first one warms up
                times[label].append(time.perf_counter() - started)
    return times


COPIES = 3
"""The settings of part (d)."""


def packing(
    config: Mapping[str, Any], examples: engine.Examples, seed: int, progress: Progress
) -> dict[str, list[float]]:
    """Seconds for the gradients of three nets, one after the other and packed into one."""
    where = study.placement(tuple(config["widths"]))
    with engine.seeded(seed):
        bare = [cnn.AllCNN(tuple(config["widths"])) for _ in range(COPIES)]
    normalise = cnn.Normalise(examples)
    nets = [nn.Sequential(normalise, net) for net in bare]
    together = nn.Sequential(normalise, Repeated(COPIES), packed(bare))
    images = where.batch(examples.inputs[: config["batch"]].to(where.device))
    labels = examples.targets[: config["batch"]].to(where.device)

    def gradients(net: nn.Module, copies: int) -> Callable[[], None]:
        forward = where.forward(where.model(net))

        def step() -> None:
            net.zero_grad(set_to_none=True)
            with where.autocast():
                outputs = forward(images)
            rows = outputs.float().view(-1, copies, 10)
            losses = (functional.cross_entropy(rows[:, copy], labels) for copy in range(copies))
            torch.stack(list(losses)).sum().backward()

        return step

    steps = {
        "apart": [gradients(net, 1) for net in nets],
        "packed": [gradients(together, COPIES)],
    }
    times: dict[str, list[float]] = {label: [] for label in steps}
    for round_ in progress.within("packing")(range(config["rounds"] + 3)):
        # The first ones warm up: a CUDA graph runs, is recorded, and from then on is replayed.
        for label, each in steps.items():
            where.synchronise()
            started = time.perf_counter()
            for step in each:
                step()
            where.synchronise()
            if round_ >= 3:
                times[label].append(time.perf_counter() - started)
    return times


def without_dropout(config: Mapping[str, Any]) -> dict[str, Any]:
    """Its draws fall on other pixels in another layout."""
    return {**config, "dropout": 0.0, "input_dropout": 0.0}


def plain_start(
    config: Mapping[str, Any], examples: engine.Examples, seed: int
) -> NDArray[np.float64]:
    """The first losses of the plain loop on the CPU, without dropout."""
    steps, config = config["same_steps"], without_dropout(config)
    with engine.seeded(seed):
        loop = tutorial(config, examples, slices(examples, config["batch"], seed), steps)
        return np.array(list(islice(loop, steps)))


def same_start(
    config: Mapping[str, Any], examples: engine.Examples, seed: int, device: str = "cpu"
) -> dict[str, NDArray[np.float64]]:
    """The first losses of the engine from the same weights, at every placement on a device."""
    steps, config = config["same_steps"], without_dropout(config)
    losses = {}
    for where in candidates(device):
        if where.compiled:
            continue  # a compilation for these few steps; a test compares it with the others
        with engine.seeded(seed):
            model = study.make_net(config, examples)
        recipe = recipe_of(config, steps)
        found = engine.train(model, recipe, examples, seed=seed, placement=where).losses
        losses[label_of(where)] = found.astype(float)
    return losses


def first_losses_of_speed(config: Mapping[str, Any], seed: int, images: ImageData) -> list[float]:
    """The first losses of the narrow net, by the plain loop and by the engine in float32."""
    examples = cnn.examples_of(images.train, config["train_images"])
    config = {**config, "widths": config["sizes"][0]}
    found = {"plain": plain_start(config, examples, seed), **same_start(config, examples, seed)}
    in_float32 = ("plain", "float32_contiguous", "float32_channels_last")
    return [float(loss) for kind in in_float32 for loss in found[kind]]


REPLAY = (1e-4, 1e-4, 1e-4, 1e-2, 1e-2)
SPEED = Experiment(
    name="learning_rate_schedule_speed",
    title="a training step of the All-CNN on a CPU, by the engine and by a plain loop",
    config={
        **study.RECIPE,
        "sizes": [study.SMALL["widths"], study.WHOLE["widths"]],
        "train_images": 2560,
        "rate": 0.03,
        "rounds": 6,
        "same_steps": 5,
    },
    seeds=(0,),
    data=cifar10,
    run=run_speed,
    first_losses=first_losses_of_speed,
    defines=(run_speed, first_losses_of_speed),
    tolerances={"*": Tolerance(absolute=0.02)},
    # The rate is at its peak from the second step on, and each step multiplies the rounding: the
    # same code on two processors differs by 2e-6 in the third loss, 1e-4 and 1e-3 in the next ones.
    replay_tolerance=REPLAY * 3,
    settings=partial(study.settings, tuple(study.SMALL["widths"])),
)

EXPERIMENTS = {SPEED.name: SPEED}
