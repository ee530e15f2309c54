"""The recorded trainings on the CIFAR-10 horses (A2-4.2, A2-5.2 to A2-5.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from hwcode.chapters.colourization import nets as co
from hwcode.chapters.colourization.colours import colour_errors, confusion, grey_table
from hwcode.data import ImageData, cifar10, embedded_cifar10
from hwcode.training import engine
from hwcode.training.device import Placement
from hwcode.training.experiment import Experiment, Outcome, Tolerance
from hwcode.training.progress import Progress

__all__ = ["BATCH_SIZES", "COMPARISON", "EXPERIMENTS", "HALVES", "placement"]

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
    return model, final_metrics(model, task), curves


def final_metrics(model: nn.Module, task: co.Task) -> dict[str, float]:
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


def prefixed(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
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
        metrics.update(prefixed(name, final))
        curves.update(prefixed(name, curve))
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
        metrics.update(prefixed(f"{name}_error", colour_errors(pictures, task.images)))
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
        metrics.update(prefixed(f"{arm}_{batch}", final))
        curves.update(prefixed(f"{arm}_{batch}", curve))
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
    title="halves of PoolUpsampleNet and ConvTransposeNet combined",
    config={
        **FIGURE,
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
    title="ConvTransposeNet at five batch sizes",
    config={**FIGURE, "batches": [32, 64, 128, 256, 512], "updates": 250, "scaled": [512]},
    seeds=(0, 1, 2),
    data=cifar10,
    run=run_batch_sizes,
    first_losses=first_losses_of_batches,
    defines=(run_batch_sizes, first_losses_of_batches, *NET_CLASSES),
    tolerances={"*": Tolerance(relative=0.05)},
    settings=settings,
)

EXPERIMENTS = {one.name: one for one in (COMPARISON, HALVES, BATCH_SIZES)}
