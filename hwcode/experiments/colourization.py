"""The recorded trainings on the CIFAR-10 horses (A2-4.2, A2-5.2 to A2-5.5), and their speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from itertools import count, islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from hwcode import colourization as co
from hwcode.colours import Pixels, colour_errors, confusion, grey_table
from hwcode.data import ImageData, cifar10, embedded_cifar10
from hwcode.training import engine
from hwcode.training.device import Placement, best_device, candidates
from hwcode.training.experiment import Experiment, Outcome, Tolerance
from hwcode.training.progress import Progress

__all__ = ["BATCH_SIZES", "COMPARISON", "EXPERIMENTS", "HALVES", "SPEED", "placement"]

HORSES = 7
FIGURE: dict[str, Any] = {
    "class": HORSES,
    "images": 5000,
    "colours": 24,
    "kernel": 3,
    "filters": 32,
    "rate": 1e-3,
    "batch": 100,
    "epochs": 25,
}
"""The starter's defaults."""
QUARTER = {**FIGURE, "images": 1250}
"""A quarter of the horses, for comparisons within a record."""


def task_of(config: Mapping[str, Any], images: ImageData) -> co.Task:
    """The horses, or the first of them; the palette is that of all."""
    task = co.task_of(images, [config["class"]], config["colours"])
    return replace(task, train=task.train[: config["images"]])


def make_net(name: str, config: Mapping[str, Any]) -> nn.Module:
    """A net with the sizes of the configuration, its weights drawn from torch's generator."""
    return co.NETS[name](config["kernel"], 1, config["filters"], config["colours"])


@cache
def placement() -> Placement:
    """Where to train: decided by a few steps of ConvTransposeNet on the embedded images."""
    examples = task_of(FIGURE, embedded_cifar10()).train
    recipe = co.recipe(rate=1e-3, batch=100, epochs=1)
    return engine.place(partial(make_net, "transpose", FIGURE), recipe, examples)


def settings() -> dict[str, Any]:
    """For the stamp of a record."""
    return placement().describe()


def _train(
    name: str,
    config: Mapping[str, Any],
    recipe: engine.Recipe,
    task: co.Task,
    seed: int,
    progress: Progress,
) -> tuple[nn.Module, dict[str, float], dict[str, list[float]]]:
    """One net from one seed: the trained net, its final metrics, its curves."""
    with engine.seeded(seed):
        model = make_net(name, config)
    where = placement()
    validation = task.validation.to(where.device)
    label = f"{name}-{recipe.batch}-{recipe.epochs}-{recipe.updates}"
    history = engine.train(
        model,
        recipe,
        task.train,
        seed=seed,
        placement=where,
        evaluate=lambda net: engine.measure(net, validation, co.MEASURES, where),
        progress=progress.within(label),
        checkpoint=progress.file(f"{label}.pt"),
    )
    curves = {
        "train_loss": history.mean_losses(),
        "val_loss": history.measures["loss"],
        "val_accuracy": history.measures["accuracy"],
        "updates": [float(done) for done in history.updates],
    }
    return model, _final(model, task), curves


def _final(model: nn.Module, task: co.Task) -> dict[str, float]:
    """What a trained net achieves, computed on the CPU in float32 wherever it was trained."""
    plain = Placement()
    plain.model(model).eval()
    metrics = {"parameters": float(co.parameters(model))}
    with torch.no_grad():
        for split, examples in (("train", task.train), ("val", task.validation)):
            for measure, value in engine.measure(model, examples, co.MEASURES, plain).items():
                metrics[f"{split}_{measure}"] = float(value)
    shown = task.palette[co.predict(model, task.validation.inputs)]
    errors = colour_errors(shown, task.images)
    return {**metrics, **{f"error_{kind}": value for kind, value in errors.items()}}


def _prefixed(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{name}_{key}": value for key, value in values.items()}


# --- the nets beside each other ---------------------------------------------------------------


def run_comparison(
    config: Mapping[str, Any], seed: int, images: ImageData, progress: Progress
) -> Outcome:
    """Every net, trained alike from one seed, and what a table of grey levels achieves."""
    task = task_of(config, images)
    recipe = co.recipe(config["rate"], config["batch"], epochs=config["epochs"])
    metrics, curves = _baselines(task), {}
    true = task.validation.targets.numpy()
    arrays: dict[str, NDArray[Any]] = {"palette": task.palette}
    # The first ones, not chosen ones; from one seed, to keep the record small.
    few = slice(0, config["pictures"] if seed == 0 else 0)
    arrays["pictures"] = task.images[few]
    for name in config["nets"]:
        model, final, curve = _train(name, config, recipe, task, seed, progress)
        metrics.update(_prefixed(name, final))
        curves.update(_prefixed(name, curve))
        labels = co.predict(model, task.validation.inputs)
        arrays[f"{name}_labels"] = labels[few]
        arrays[f"{name}_confusion"] = confusion(labels, true, len(task.palette)).astype(np.int32)
    return Outcome(metrics, curves, arrays)


def _baselines(task: co.Task) -> dict[str, float]:
    """What is had without a net: the commonest colour, a table of greys, grey, the palette."""
    train, validation = task.train, task.validation
    labels, true = train.targets.numpy(), validation.targets.numpy()
    colours = len(task.palette)
    counts = np.bincount(labels.ravel(), minlength=colours)
    table = grey_table(train.inputs.numpy(), labels, colours)
    rows = table[np.rint(validation.inputs.numpy()[:, 0] * 255).astype(int)]
    chosen = rows.argmax(axis=-1).astype(np.uint8)
    truth = np.take_along_axis(rows, true[..., None].astype(int), axis=-1)
    metrics = {
        "train_images": float(len(train)),
        "val_images": float(len(validation)),
        "commonest_accuracy": float(np.mean(true == counts.argmax())),
        "table_accuracy": float(np.mean(chosen == true)),
        "table_loss": float(-np.log(truth).mean()),
    }
    grey = np.broadcast_to(task.images.mean(axis=-1, keepdims=True), task.images.shape)
    shown = {"table": task.palette[chosen], "palette": task.palette[true], "grey": grey}
    for name, pictures in shown.items():
        metrics.update(_prefixed(f"{name}_error", colour_errors(pictures, task.images)))
    return metrics


def first_losses_of_nets(config: Mapping[str, Any], seed: int, images: ImageData) -> list[float]:
    """The first ten losses of every net."""
    task = task_of(config, images)
    recipe = co.recipe(config["rate"], config["batch"], epochs=config["epochs"])
    return [
        loss
        for name in config["nets"]
        for loss in engine.first_losses(partial(make_net, name, config), recipe, task.train, seed)
    ]


# --- batch sizes ------------------------------------------------------------------------------


def run_batch_sizes(
    config: Mapping[str, Any], seed: int, images: ImageData, progress: Progress
) -> Outcome:
    """ConvTransposeNet at several batch sizes: equal epochs, equal updates, scaled rates."""
    task = task_of(config, images)
    metrics, curves = {}, {}
    for arm, batch, recipe in _arms(config):
        _, final, curve = _train("transpose", config, recipe, task, seed, progress)
        metrics.update(_prefixed(f"{arm}_{batch}", final))
        curves.update(_prefixed(f"{arm}_{batch}", curve))
    return Outcome(metrics, curves)


def _arms(config: Mapping[str, Any]) -> Iterator[tuple[str, int, engine.Recipe]]:
    rate, epochs = config["rate"], config["epochs"]
    for batch in config["batches"]:
        yield "epochs", batch, co.recipe(rate, batch, epochs=epochs)
        # The largest batch makes just so many updates in its epochs; that run is there already.
        if batch != max(config["batches"]):
            yield "updates", batch, co.recipe(rate, batch, updates=config["updates"])
    for batch in config["scaled"]:
        # The square root suits Adam, whose step does not grow with the gradient.
        yield (
            "scaled",
            batch,
            co.recipe(rate * (batch / config["batch"]) ** 0.5, batch, epochs=epochs),
        )


def first_losses_of_batches(config: Mapping[str, Any], seed: int, images: ImageData) -> list[float]:
    """The first ten losses at every batch size, at both rates."""
    task = task_of(config, images)
    return [
        loss
        for arm, _, recipe in _arms(config)
        if arm != "updates"  # they start like those of equal epochs
        for loss in engine.first_losses(
            partial(make_net, "transpose", config), recipe, task.train, seed
        )
    ]


# --- speed ------------------------------------------------------------------------------------


def run_speed(
    config: Mapping[str, Any], seed: int, images: ImageData, progress: Progress
) -> Outcome:
    """The engine's step and the course's, interleaved; and where the course's loop ends up."""
    task = task_of(config, images)
    metrics, curves = {}, {}
    for name in config["nets"]:
        times = _interleaved(name, config, task, seed, progress)
        curves.update(_prefixed(f"{name}_seconds", times))
        losses = _same_start(name, config, task, seed)
        theirs = losses.pop("course")
        for where, ours in losses.items():
            metrics[f"{name}_first_steps_{where}"] = float(np.max(np.abs(ours - theirs) / theirs))
        metrics.update(_prefixed(f"{name}_course", _course(name, config, task, seed, progress)))
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
        loop = co.course_loop(make_net(name, config), _epochs(task, seed), batch, rate)
    steps: dict[str, Callable[[], object]] = {"course": lambda: next(loop)}
    forms = [(name, make_net)] + ([("pool_early", _early)] if name == "pool" else [])
    for form, make in forms:
        for where in candidates(best_device()):
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
            placement().synchronise()
            if round_:  # the first one warms up
                for kind, clock in KINDS.items():
                    spent = clock() - started[kind]
                    times[f"{label}{kind}"].append(spent / config["steps"])
    return times


def _early(name: str, config: Mapping[str, Any]) -> nn.Module:
    """PoolUpsampleNet with BatchNorm and ReLU before Upsample: the same function in training."""
    blocks: Any = make_net(name, config).blocks
    up = (nn.Sequential(conv, norm, relu, up) for conv, up, norm, relu in blocks[2:4])
    return nn.Sequential(*blocks[:2], *up, blocks[4])


def _same_start(
    name: str, config: Mapping[str, Any], task: co.Task, seed: int
) -> dict[str, NDArray[np.float64]]:
    """The first ten losses from the same weights, by the course's loop and by the engine."""
    make = partial(make_net, name, config)
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


def _course(
    name: str, config: Mapping[str, Any], task: co.Task, seed: int, progress: Progress
) -> dict[str, float]:
    """The whole training by the course's loop."""
    with engine.seeded(seed):
        model = make_net(name, config)
    epochs = islice(_epochs(task, seed), config["epochs"])
    total = config["epochs"] * -(-len(task.train) // config["batch"])
    loop = co.course_loop(model, epochs, config["batch"], config["rate"])
    for _ in progress.within(f"{name} course")(loop, total=total):
        pass
    return _final(model, task)


def first_losses_of_speed(config: Mapping[str, Any], seed: int, images: ImageData) -> list[float]:
    """The first ten losses of the nets that are timed, by the course's loop and by the engine."""
    task = task_of(config, images)
    found = [_same_start(name, config, task, seed) for name in config["nets"]]
    in_float32 = ("course", "float32_contiguous", "float32_channels_last")
    return [float(loss) for losses in found for kind in in_float32 for loss in losses[kind]]


# --- the experiments --------------------------------------------------------------------------

# They are looked up in a table, where a digest of the functions does not see them.
NET_CLASSES = (co.PoolUpsampleNet, co.ConvTransposeNet, co.UNet, co.MixedNet, co.pixel_accuracy)

COMPARISON = Experiment(
    name="colourization",
    title="three nets that colour the CIFAR-10 horses",
    config={**FIGURE, "nets": ["pool", "transpose", "unet"], "pictures": 8},
    seeds=(0, 1, 2, 3, 4),
    data=cifar10,
    run=run_comparison,
    first_losses=first_losses_of_nets,
    defines=(run_comparison, first_losses_of_nets, *NET_CLASSES),
    tolerances={"*": Tolerance(relative=0.05)},
    settings=settings,
)

HALVES = Experiment(
    name="colourization_halves",
    title="halves of PoolUpsampleNet and ConvTransposeNet combined, on a quarter of the horses",
    config={
        **QUARTER,
        "nets": ["pool", "transpose", "pool_transpose", "stride_upsample"],
        "pictures": 0,
    },
    seeds=(0, 1, 2),
    data=cifar10,
    run=run_comparison,
    first_losses=first_losses_of_nets,
    defines=(run_comparison, first_losses_of_nets, *NET_CLASSES),
    tolerances={"*": Tolerance(relative=0.05)},
    settings=settings,
)

BATCH_SIZES = Experiment(
    name="colourization_batch_sizes",
    title="ConvTransposeNet at five batch sizes, on a quarter of the horses",
    config={**QUARTER, "batches": [32, 64, 128, 256, 512], "updates": 75, "scaled": [512]},
    seeds=(0, 1, 2),
    data=cifar10,
    run=run_batch_sizes,
    first_losses=first_losses_of_batches,
    defines=(run_batch_sizes, first_losses_of_batches, *NET_CLASSES),
    tolerances={"*": Tolerance(relative=0.05)},
    settings=settings,
)

SPEED = Experiment(
    name="colourization_speed",
    title="a training step of the engine and of the course's loop",
    config={**QUARTER, "nets": ["pool", "transpose"], "rounds": 10, "steps": 2},
    seeds=(0,),
    data=cifar10,
    run=run_speed,
    first_losses=first_losses_of_speed,
    defines=(run_speed, first_losses_of_speed, *NET_CLASSES),
    tolerances={
        "*": Tolerance(relative=0.05),
        **{
            f"{net}_first_steps_{where.precision}_{where.layout}": Tolerance(absolute=1e-3)
            for net in ("pool", "transpose")
            for where in candidates("cpu")
        },
    },
    settings=settings,
)

EXPERIMENTS = {one.name: one for one in (COMPARISON, HALVES, BATCH_SIZES, SPEED)}
