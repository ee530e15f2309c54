"""How long a step of the colourization nets takes, and where the course's loop ends (A2-4.2)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from hwcode.chapters.colourization import nets as co
from hwcode.chapters.colourization.colours import Pixels
from hwcode.chapters.colourization.experiments import runs as study
from hwcode.data import ImageData, cifar10
from hwcode.training import engine
from hwcode.training.device import Placement, candidates
from hwcode.training.experiment import Experiment, Outcome, Tolerance
from hwcode.training.progress import Progress

__all__ = ["COURSE", "EXPERIMENTS", "SPEED"]


# --- speed ------------------------------------------------------------------------------------


def run_speed(
    config: Mapping[str, Any], seed: int, images: ImageData, progress: Progress
) -> Outcome:
    """The engine's step and the course's, interleaved."""
    task = study.task_of(config, images)
    metrics, curves = {}, {}
    for name in config["nets"]:
        times = _interleaved(name, config, task, seed, progress)
        curves.update(study.prefixed(f"{name}_seconds", times))
        losses = _same_start(name, config, task, seed)
        theirs = losses.pop("course")
        for where, ours in losses.items():
            metrics[f"{name}_first_steps_{where}"] = float(np.max(np.abs(ours - theirs) / theirs))
    return Outcome(metrics, curves)


def _epochs(task: co.Task, seed: int) -> Iterator[tuple[NDArray[np.float32], Pixels]]:
    """The training arrays in the order of each epoch, as the engine draws it."""
    grey, labels = task.train.inputs.numpy(), task.train.targets.numpy()
    for epoch in count():
        order = engine.epoch_order(seed, epoch, len(grey)).numpy()
        yield grey[order], labels[order]


KINDS = {"": time.perf_counter, "_processor": time.process_time}


def _interleaved(
    name: str, config: Mapping[str, Any], task: co.Task, seed: int, progress: Progress
) -> dict[str, list[float]]:
    """Seconds for a step, round by round, by the course's loop and by the engine everywhere.

    With one thread, the processor's time is what a step costs when other programs run as well.
    """
    rate, batch = config["rate"], config["batch"]
    with engine.seeded(seed):
        loop = co.course_loop(study.make_net(name, config), _epochs(task, seed), batch, rate)
    steps: dict[str, Callable[[], object]] = {"course": lambda: next(loop)}
    forms = [(name, study.make_net)] + ([("pool_early", _early)] if name == "pool" else [])
    for form, make in forms:
        for where in candidates("cpu"):
            recipe = co.recipe(rate, batch, updates=10**6)
            run = engine.Training(make(name, config), recipe, task.train, seed, where)
            label = f"{form}_{where.precision}_{where.layout}"
            steps[label] = run.update
    times: dict[str, list[float]] = {f"{label}{kind}": [] for label in steps for kind in KINDS}
    for round_ in progress.within(f"{name} steps")(range(config["rounds"] + 1)):
        for label, step in steps.items():
            started = {kind: clock() for kind, clock in KINDS.items()}
            for _ in range(config["steps"]):
                step()
            if round_:  # the first one warms up
                for kind, clock in KINDS.items():
                    spent = clock() - started[kind]
                    times[f"{label}{kind}"].append(spent / config["steps"])
    return times


def _early(name: str, config: Mapping[str, Any]) -> nn.Module:
    """PoolUpsampleNet with BatchNorm and ReLU before Upsample: the same function in training."""
    blocks: Any = study.make_net(name, config).blocks
    up = (nn.Sequential(conv, norm, relu, up) for conv, up, norm, relu in blocks[2:4])
    return nn.Sequential(*blocks[:2], *up, blocks[4])


def _same_start(
    name: str, config: Mapping[str, Any], task: co.Task, seed: int
) -> dict[str, NDArray[np.float64]]:
    """The first ten losses from the same weights, by the course's loop and by the engine."""
    make = partial(study.make_net, name, config)
    with engine.seeded(seed):
        loop = co.course_loop(make(), _epochs(task, seed), config["batch"], config["rate"])
    losses = {"course": np.array(list(islice(loop, 10)))}
    recipe = co.recipe(config["rate"], config["batch"], updates=10)
    for where in candidates("cpu"):
        with engine.seeded(seed):
            model = make()
        found = engine.train(model, recipe, task.train, seed=seed, placement=where).losses
        losses[f"{where.precision}_{where.layout}"] = found.astype(float)
    return losses


def first_losses_of_speed(config: Mapping[str, Any], seed: int, images: ImageData) -> list[float]:
    """The first ten losses of the nets that are timed, by the course's loop and by the engine."""
    task = study.task_of(config, images)
    found = [_same_start(name, config, task, seed) for name in config["nets"]]
    in_float32 = ("course", "float32_contiguous", "float32_channels_last")
    return [float(loss) for losses in found for kind in in_float32 for loss in losses[kind]]


# --- the course's loop to the end --------------------------------------------------------------


def run_course(
    config: Mapping[str, Any], seed: int, images: ImageData, progress: Progress
) -> Outcome:
    """The trainings of the comparison once more, by the course's loop."""
    task = study.task_of(config, images)
    total = config["epochs"] * -(-len(task.train) // config["batch"])
    metrics = {}
    for name in config["nets"]:
        with engine.seeded(seed):
            model = study.make_net(name, config)
        epochs = islice(_epochs(task, seed), config["epochs"])
        loop = co.course_loop(model, epochs, config["batch"], config["rate"])
        for _ in progress.within(name)(loop, total=total):
            pass
        metrics.update(study.prefixed(name, study.final_metrics(model, task)))
    return Outcome(metrics)


def first_losses_of_course(config: Mapping[str, Any], seed: int, images: ImageData) -> list[float]:
    """The first ten losses of each net, by the course's loop."""
    task = study.task_of(config, images)
    found: list[float] = []
    for name in config["nets"]:
        with engine.seeded(seed):
            model = study.make_net(name, config)
        loop = co.course_loop(model, _epochs(task, seed), config["batch"], config["rate"])
        found += islice(loop, 10)
    return found


# --- the experiments --------------------------------------------------------------------------

SPEED = Experiment(
    name="colourization_speed",
    title="a training step on a CPU, by the engine and by the course's loop",
    config={**study.FIGURE, "nets": ["pool", "transpose"], "rounds": 20, "steps": 4},
    seeds=(0,),
    data=cifar10,
    run=run_speed,
    first_losses=first_losses_of_speed,
    defines=(run_speed, first_losses_of_speed, *study.NET_CLASSES),
    tolerances={
        "*": Tolerance(relative=0.05),
        **{
            f"{net}_first_steps_{where.precision}_{where.layout}": Tolerance(absolute=1e-3)
            for net in ("pool", "transpose")
            for where in candidates("cpu")
        },
    },
    settings=study.settings,
)

COURSE = Experiment(
    name="colourization_course",
    title="two of the nets by the course's loop",
    config={**study.FIGURE, "nets": ["pool", "transpose"]},
    seeds=(0, 1, 2, 3, 4),
    data=cifar10,
    run=run_course,
    first_losses=first_losses_of_course,
    defines=(run_course, first_losses_of_course, *study.NET_CLASSES),
    tolerances={"*": Tolerance(relative=0.05)},
    settings=lambda: Placement().describe(),
)

EXPERIMENTS = {one.name: one for one in (SPEED, COURSE)}
