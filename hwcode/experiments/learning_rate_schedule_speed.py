"""How long a step of the All-CNN takes: by the engine, by a plain loop, by three nets in one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count, islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hwcode import all_cnn as cnn
from hwcode.data import ImageData, cifar10
from hwcode.experiments import learning_rate_schedule as study
from hwcode.packed import packed
from hwcode.training import engine
from hwcode.training.device import Placement, best_device, candidates
from hwcode.training.experiment import Experiment, Outcome, Tolerance
from hwcode.training.progress import Progress

__all__ = ["EXPERIMENTS", "SPEED"]


def run_speed(
    config: Mapping[str, Any], seed: int, images: ImageData, progress: Progress
) -> Outcome:
    """A step of the engine at every placement and of the plain loop, interleaved."""
    examples = cnn.examples_of(images.train, config["train_images"])
    metrics: dict[str, float] = {}
    curves: dict[str, list[float]] = {}
    for widths in config["sizes"]:
        size = {**config, "widths": widths}
        for label, times in _interleaved(size, examples, seed, progress).items():
            curves[f"{widths[0]}_{label}_seconds"] = times
        for label, times in _packing(size, examples, seed, progress).items():
            curves[f"{widths[0]}_{label}_seconds"] = times
        losses = _same_start(size, examples, seed)
        plain = losses.pop("plain")
        for label, ours in losses.items():
            worst = float(np.max(np.abs(ours - plain) / plain))
            metrics[f"{widths[0]}_first_steps_{label}"] = worst
    return Outcome(metrics, curves)


def _plain(
    config: Mapping[str, Any],
    examples: engine.Examples,
    seed: int,
    updates: int,
    device: str = "cpu",
) -> Iterator[float]:
    model = study.make_net(config, examples)
    orders = (engine.epoch_order(seed, epoch, len(examples)) for epoch in count())
    rate, momentum, decay = config["rate"], config["momentum"], config["decay"]
    return cnn.plain_loop(
        model, examples, orders, rate, momentum, decay, updates, config["batch"], device
    )


def _recipe(config: Mapping[str, Any], updates: int) -> engine.Recipe:
    momentum, decay = config["momentum"], config["decay"]
    return cnn.recipe(config["rate"], momentum, decay, updates, config["batch"])


def _label(where: Placement) -> str:
    return f"{where.precision}_{where.layout}" + ("_compiled" if where.compiled else "")


def _interleaved(
    config: Mapping[str, Any], examples: engine.Examples, seed: int, progress: Progress
) -> dict[str, list[float]]:
    """Seconds for a step, round by round."""
    loop = _plain(config, examples, seed, 10**6, best_device())
    steps: dict[str, Callable[[], object]] = {"plain": lambda: next(loop)}
    for where in candidates(best_device()):
        model = study.make_net(config, examples)
        run = engine.Training(model, _recipe(config, 10**6), examples, seed, where)
        steps[_label(where)] = run.update
    times: dict[str, list[float]] = {label: [] for label in steps}
    for round_ in progress.within("steps")(range(config["rounds"] + 1)):
        for label, step in steps.items():
            started = time.perf_counter()
            step()
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            if round_:  # the first one warms up
                times[label].append(time.perf_counter() - started)
    return times


def _packing(
    config: Mapping[str, Any], examples: engine.Examples, seed: int, progress: Progress
) -> dict[str, list[float]]:
    """Seconds for the gradients of three nets, one after the other and packed into one."""
    where = study.placement(tuple(config["widths"]))
    with engine.seeded(seed):
        nets = [cnn.AllCNN(tuple(config["widths"])) for _ in range(3)]
        together = where.model(packed(nets))
    normalise = cnn.Normalise(examples)
    images = normalise(examples.inputs[: config["batch"]]).to(where.device)
    labels = examples.targets[: config["batch"]].to(where.device)
    single, triple = where.batch(images), where.batch(images.repeat(1, 3, 1, 1))

    def gradients(model: nn.Module, inputs: Tensor, copies: int) -> None:
        with where.autocast():
            outputs = model(inputs)
        rows = outputs.float().view(-1, copies, 10)
        loss = sum(nn.functional.cross_entropy(rows[:, copy], labels) for copy in range(copies))
        torch.as_tensor(loss).backward()
        model.zero_grad(set_to_none=True)

    for net in nets:
        where.model(net)
    times: dict[str, list[float]] = {"apart": [], "packed": []}
    for round_ in progress.within("packing")(range(config["rounds"] + 1)):
        for label in times:
            where.synchronise()
            started = time.perf_counter()
            if label == "apart":
                for net in nets:
                    gradients(net, single, 1)
            else:
                gradients(together, triple, 3)
            where.synchronise()
            if round_:
                times[label].append(time.perf_counter() - started)
    return times


def _same_start(
    config: Mapping[str, Any], examples: engine.Examples, seed: int
) -> dict[str, NDArray[np.float64]]:
    """The first losses from the same weights, by the loop and the engine.

    Without dropout, whose draws fall on other pixels in another layout.
    """
    steps, config = config["same_steps"], {**config, "dropout": 0.0, "input_dropout": 0.0}
    with engine.seeded(seed):
        loop = _plain(config, examples, seed, steps)
        losses = {"plain": np.array(list(islice(loop, steps)))}
    for where in candidates("cpu"):
        with engine.seeded(seed):
            model = study.make_net(config, examples)
        recipe = _recipe(config, steps)
        found = engine.train(model, recipe, examples, seed=seed, placement=where).losses
        losses[_label(where)] = found.astype(float)
    return losses


def first_losses_of_speed(config: Mapping[str, Any], seed: int, images: ImageData) -> list[float]:
    """The first losses of the narrow net, by the plain loop and by the engine in float32."""
    examples = cnn.examples_of(images.train, config["train_images"])
    found = _same_start({**config, "widths": config["sizes"][0]}, examples, seed)
    in_float32 = ("plain", "float32_contiguous", "float32_channels_last")
    return [float(loss) for kind in in_float32 for loss in found[kind]]


SPEED = Experiment(
    name="learning_rate_schedule_speed",
    title="a training step of the All-CNN by the engine and by a plain loop",
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
    tolerances={"*": Tolerance(absolute=0.05)},
    settings=partial(study.settings, tuple(study.SMALL["widths"])),
)

EXPERIMENTS = {SPEED.name: SPEED}
