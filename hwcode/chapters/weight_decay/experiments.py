"""The recorded comparison of Adam with a penalty and AdamW on a small problem (A2-2.2.3).

A network with one hidden layer learns the embedded 8 x 8 digits from a few examples, some of them
relabelled at random, so that it overfits and regularisation has something to do. Both methods get
the same grid of rates and decays, the same start and the same minibatches; the whole grid is
trained at once, one run in a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwcode import optimisers as opt
from hwcode.checking.arguments import SEED, SIZE, takes
from hwcode.data import ImageData, embedded_digits
from hwcode.training.experiment import Experiment, Outcome, Record, Tolerance
from hwcode.training.progress import Progress

__all__ = ["EXPERIMENTS", "METHODS", "STUDY", "Task", "cross_entropy", "difference", "task_of"]

Array = NDArray[np.float64]
METHODS = ("penalty", "decay")
CLASSES = 10
CONFIG: dict[str, Any] = {
    "examples": 200,
    "relabelled": 0.2,
    "hidden": 32,
    "batch": 50,
    "steps": 1000,
    "rates": [3e-4, 1e-3, 3e-3, 1e-2],
    # As PyTorch counts: 2 * penalty in Adam, decay / rate in AdamW.
    "weight_decays": [0.0, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0, 3.0],
}


@dataclass(frozen=True)
class Task:
    """Inputs (``n x 64``, between 0 and 1) and labels of the three parts, for one seed."""

    X: Array
    y: NDArray[np.int64]
    X_val: Array
    y_val: NDArray[np.int64]
    X_test: Array
    y_test: NDArray[np.int64]


@takes(seed=SEED)
def task_of(images: ImageData, config: Mapping[str, Any], seed: int) -> Task:
    """Draw the training examples and relabel some; what is left of the training split validates."""
    generator = np.random.default_rng([seed, 0])
    X, X_test = (part.images.reshape(len(part), -1) / 255 for part in (images.train, images.test))
    y, y_test = (part.labels.astype(np.int64) for part in (images.train, images.test))
    order = generator.permutation(len(y))
    first, rest = order[: config["examples"]], order[config["examples"] :]
    labels = y[first]
    wrong = generator.random(len(first)) < config["relabelled"]
    labels[wrong] = generator.integers(0, CLASSES, int(wrong.sum()))
    return Task(X[first], labels, X[rest], y[rest], X_test, y_test)


def start_of(task: Task, config: Mapping[str, Any], seed: int) -> Array:
    """Random weights and zero biases of the network, all in one vector."""
    generator = np.random.default_rng([seed, 1])
    inputs, hidden = task.X.shape[1], config["hidden"]
    first = generator.normal(0, np.sqrt(2 / inputs), inputs * hidden)
    second = generator.normal(0, np.sqrt(1 / hidden), hidden * CLASSES)
    return np.concatenate([first, np.zeros(hidden), second, np.zeros(CLASSES)])


def is_weight(inputs: int, hidden: int) -> Array:
    """1 for weights and 0 for biases, which are not decayed; in the order of :func:`start_of`."""
    sizes = (inputs * hidden, hidden, hidden * CLASSES, CLASSES)
    return np.concatenate([np.full(size, 1.0 - i % 2) for i, size in enumerate(sizes)])


@takes(hidden=SIZE)
def cross_entropy(w: Array, X: Array, y: NDArray[np.int64], hidden: int) -> tuple[Array, Array]:
    """Mean cross-entropy of each network on the examples, and its gradient.

    Args:
        w: the parameters of ``runs`` networks, ``runs x parameters``.
        X: inputs, ``n x inputs``.
        y: labels, ``n``.
        hidden: units of the hidden layer.

    Returns:
        Losses, ``runs``, and gradients, ``runs x parameters``.
    """
    second = _parts(w, X.shape[1], hidden)[2]
    before, logits = _forward(w, X, hidden)
    shifted = logits - logits.max(axis=2, keepdims=True)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
    rows = np.arange(len(y))
    losses = -logarithms[:, rows, y].mean(axis=1)
    at_output = np.exp(logarithms)
    at_output[:, rows, y] -= 1
    at_output /= len(y)
    at_hidden = (at_output @ second.transpose(0, 2, 1)) * (before > 0)
    gradients = (
        X.T @ at_hidden,
        at_hidden.sum(axis=1),
        np.maximum(before, 0).transpose(0, 2, 1) @ at_output,
        at_output.sum(axis=1),
    )
    return losses, np.concatenate([part.reshape(len(w), -1) for part in gradients], axis=1)


def _parts(w: Array, inputs: int, hidden: int) -> tuple[Array, Array, Array, Array]:
    cuts = np.cumsum([inputs * hidden, hidden, hidden * CLASSES])
    first, bias, second, shift = np.split(w, cuts, axis=1)
    runs = len(w)
    return (
        first.reshape(runs, inputs, hidden),
        bias.reshape(runs, 1, hidden),
        second.reshape(runs, hidden, CLASSES),
        shift.reshape(runs, 1, CLASSES),
    )


def _forward(w: Array, X: Array, hidden: int) -> tuple[Array, Array]:
    """Inputs of the hidden units, ``runs x n x hidden``, and logits, ``runs x n x 10``."""
    first, bias, second, shift = _parts(w, X.shape[1], hidden)
    before = X @ first + bias
    return before, np.maximum(before, 0) @ second + shift


def error_rates(w: Array, X: Array, y: NDArray[np.int64], hidden: int) -> Array:
    """The part of the examples that each network gets wrong, ``runs``."""
    return np.asarray((_forward(w, X, hidden)[1].argmax(axis=2) != y).mean(axis=1), float)


def grid_of(config: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """Method, rate and weight decay of every run, in the order of their rows."""
    return [
        (method, rate, amount)
        for method in METHODS
        for rate in config["rates"]
        for amount in config["weight_decays"]
    ]


def _paths(task: Task, config: Mapping[str, Any], seed: int, losses: list[Array]) -> Any:
    """The iterates of the whole grid; every minibatch loss is appended to ``losses``."""
    generator = np.random.default_rng([seed, 2])
    hidden = config["hidden"]
    grid = grid_of(config)
    rates = np.array([[rate] for _, rate, _ in grid])
    amounts = np.array([[amount] for *_, amount in grid]) * is_weight(task.X.shape[1], hidden)
    decays = np.array([[method == "decay"] for method, *_ in grid])

    def gradient(_: int, w: Array) -> Array:
        batch = generator.integers(0, len(task.y), config["batch"])
        values, slopes = cross_entropy(w, task.X[batch], task.y[batch], hidden)
        losses.append(values)
        return slopes

    start = np.tile(start_of(task, config, seed), (len(grid), 1))
    return opt.adam(
        opt.penalised(gradient, np.where(decays, 0.0, amounts / 2)),
        rates,
        start,
        eps=1e-8,
        decay=np.where(decays, rates * amounts, 0.0),
    )


def run(config: Mapping[str, Any], seed: int, images: ImageData, progress: Progress) -> Outcome:
    """Train the grid; for each method choose by validation error and report the test error."""
    task, hidden = task_of(images, config, seed), config["hidden"]
    path = _paths(task, config, seed, [])
    w = next(path)
    for _ in progress(range(config["steps"])):
        w = next(path)
    shape = (len(METHODS), len(config["rates"]), len(config["weight_decays"]))
    validation = error_rates(w, task.X_val, task.y_val, hidden).reshape(shape)
    test = error_rates(w, task.X_test, task.y_test, hidden).reshape(shape)
    metrics, curves = {}, {}
    for i, method in enumerate(METHODS):
        best = np.unravel_index(int(validation[i].argmin()), shape[1:])
        metrics[f"{method}_validation"] = float(validation[i][best])
        metrics[f"{method}_test"] = float(test[i][best])
        curves[f"{method}_rate_and_weight_decay"] = [
            config["rates"][best[0]],
            config["weight_decays"][best[1]],
        ]
        curves[f"{method}_test_errors"] = [float(value) for value in test[i].ravel()]
    plain = int(validation[0][:, 0].argmin())
    metrics["plain_test"] = float(test[0][plain, 0])
    return Outcome(metrics, curves)


def first_losses(config: Mapping[str, Any], seed: int, images: ImageData) -> list[float]:
    """Minibatch losses of the first ten steps, the mean over each method's grid."""
    losses: list[Array] = []
    for _ in islice(_paths(task_of(images, config, seed), config, seed, losses), 11):
        pass
    halves = [values.reshape(len(METHODS), -1).mean(axis=1) for values in losses]
    return [float(value) for pair in halves for value in pair]


def difference(record: Record) -> tuple[float, float]:
    """AdamW's test error minus that of Adam with a penalty: mean over seeds, standard error.

    Both are tuned on the validation set of each seed; they share data, start and minibatches.
    """
    gaps = record.metric("decay_test") - record.metric("penalty_test")
    return float(gaps.mean()), float(gaps.std(ddof=1) / np.sqrt(len(gaps)))


STUDY = Experiment(
    name="weight_decay",
    title="Adam with a penalty against AdamW on the embedded digits",
    config=CONFIG,
    seeds=tuple(range(10)),
    data=embedded_digits,
    run=run,
    first_losses=first_losses,
    defines=(run, first_losses),
    # float64 on the CPU; another order of sums may turn single test images (1 in 454), and with
    # them the choice on the validation set.
    tolerances={"*": Tolerance(absolute=0.02)},
    replay_tolerance=1e-9,
    embedded_allowed=True,
)

EXPERIMENTS = {STUDY.name: STUDY}
