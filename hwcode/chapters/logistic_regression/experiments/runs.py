"""The recorded study of logistic regression on MNIST zeros and ones (P4-1a to P4-1e)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np

from hwcode.chapters.logistic_regression import objective as lr
from hwcode.checking.arguments import at_least, between, takes
from hwcode.data import ImageData, mnist
from hwcode.training.experiment import Experiment, Outcome, Tolerance
from hwcode.training.progress import Progress

__all__ = ["EXPERIMENTS", "STUDY", "checkpoints", "choose_penalty"]

CONFIG: dict[str, Any] = {
    "penalties": [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5],
    "smoothness_divisors": [1, 2, 4, 8, 16, 32, 64, 128, 256],
    "trial_updates": 400,
    "chosen_divisor": 16,
    "long_updates": 40_000,
    "updates": 6_000,
    "batch": 128,
}


@takes()
def choose_penalty(images: ImageData, penalties: list[float]) -> tuple[float, list[float]]:
    """The penalty with the least validation error at the minimiser; the largest of several.

    Returns:
        The penalty, and the validation error of each.
    """
    errors = []
    for lam in penalties:
        problem = lr.prepare(images, lam)
        errors.append(lr.error_rate(problem.X_val, problem.y_val, lr.minimise(problem).w))
    least = min(errors)
    chosen = max(lam for lam, error in zip(penalties, errors, strict=True) if error == least)
    return chosen, errors


@takes(updates=at_least(0), count=between(2, 100_000))
def checkpoints(updates: int, count: int = 240) -> list[int]:
    """Updates at which a curve is kept: every one at first, then ever fewer.

    >>> checkpoints(1000, 12)
    [0, 1, 3, 6, 11, 22, 42, 80, 151, 284, 533, 1000]
    """
    spaced = np.geomspace(1, updates + 1, count) - 1
    return sorted({0, 1, updates, *(round(place) for place in spaced)})


def run(config: Mapping[str, Any], seed: int, images: ImageData, progress: Progress) -> Outcome:
    """The whole study from one random start."""
    lam, errors = choose_penalty(images, config["penalties"])
    problem = lr.prepare(images, lam)
    minimum, smooth = lr.minimise(problem), lr.smoothness(problem)
    start = lr.random_start(problem, seed)
    curvatures = np.linalg.eigvalsh(lr.hessian(problem, minimum.w))
    metrics: dict[str, float] = {
        "train_examples": len(problem.y),
        "validation_examples": len(problem.y_val),
        "features": problem.X.shape[1],
        "penalty": lam,
        "smoothness": smooth,
        "minimum": minimum.value,
        "certified_gap": minimum.gap,
        "validation_error": lr.error_rate(problem.X_val, problem.y_val, minimum.w),
        "training_error": lr.error_rate(problem.X, problem.y, minimum.w),
        "never_lit": int(np.sum(np.all(problem.X == 0, axis=0))),
        "largest_curvature_at_minimum": float(curvatures[-1]),
        "smallest_curvature_at_minimum": float(curvatures[0]),
    }
    curves: dict[str, list[float]] = {"validation_errors": errors}
    curves["trial_slopes"] = _trials(problem, start, minimum.value, smooth, config, progress)
    for divisor in (1, config["chosen_divisor"]):
        found = _at_rate(problem, start, minimum, smooth / divisor, divisor, seed, config, progress)
        metrics.update(found.metrics)
        curves.update(found.curves)
    return Outcome(metrics, curves)


def _trials(
    problem: lr.Problem,
    start: lr.Array,
    least: float,
    smooth: float,
    config: Mapping[str, Any],
    progress: Progress,
) -> list[float]:
    """Choose L as the handout says: for each trial, Nesterov's mean slope over the same updates.

    A trial that reached rounding error counts the updates it took; one that ends above its start
    has diverged, and its slope is positive.
    """
    slopes = []
    for divisor in progress.within("trials")(config["smoothness_divisors"]):
        rate = divisor / smooth
        momentum = lr.momentum_for(1 / (rate * problem.lam))
        path = lr.descend(lr.full_gradient(problem), start, rate, momentum)
        gaps = lr.trace(problem, path, range(config["trial_updates"] + 1)) - least
        below = np.flatnonzero(gaps < 1e-12)
        last = int(below[0]) if len(below) else len(gaps) - 1
        slopes.append(float(np.log(max(gaps[last], 1e-12) / gaps[0]) / last))
    return slopes


def _at_rate(
    problem: lr.Problem,
    start: lr.Array,
    minimum: lr.Minimum,
    smooth: float,
    divisor: int,
    seed: int,
    config: Mapping[str, Any],
    progress: Progress,
) -> Outcome:
    """Every method at the rate ``1 / smooth``, with full curves, slopes and floors."""
    rate, batch, updates = 1 / smooth, config["batch"], config["updates"]
    momentum = lr.momentum_for(smooth / problem.lam)
    full = lr.full_gradient(problem)
    zero = np.zeros_like(start)
    long_run = config["long_updates"] if divisor == 1 else updates
    paths = {
        "gd": (lr.descend(full, start, rate), long_run),
        "gd_from_zero": (lr.descend(full, zero, rate), long_run),
        "nesterov": (lr.descend(full, start, rate, momentum), updates),
        "nesterov_from_zero": (lr.descend(full, zero, rate, momentum), updates),
    }
    for name, beta in (("sgd", 0.0), ("sgd_nesterov", momentum)):
        for label, shuffled in (("", True), ("_independent", False)):
            gradient = lr.minibatch_gradient(problem, batch, seed, shuffled)
            paths[name + label] = (lr.descend(gradient, start, rate, beta), updates)
    metrics: dict[str, float] = {f"momentum_{divisor}": momentum}
    curves: dict[str, list[float]] = {}
    for name, (path, count) in progress.within(f"L/{divisor}")(paths.items()):
        noisy = name.startswith("sgd")
        last_quarter = range(3 * count // 4, count, 10) if noisy else ()
        at = sorted({*checkpoints(count), *last_quarter})
        gaps = lr.trace(problem, path, at) - minimum.value
        if noisy:
            floor = [gap for gap, place in zip(gaps, at, strict=True) if place in last_quarter]
            metrics[f"{name}_{divisor}_floor"] = float(np.mean(floor))
        else:
            metrics[f"{name}_{divisor}_slope"] = _tail_slope(gaps, np.array(at, float))
        kept = np.isin(at, checkpoints(count))
        curves[f"{name}_{divisor}"] = [float(max(gap, 0.0)) for gap in gaps[kept]]
        curves[f"{name}_{divisor}_at"] = [float(place) for place in np.array(at)[kept]]
    for name, beta in (("sgd", 0.0), ("sgd_nesterov", momentum)):
        level = lr.noise_floor(problem, minimum.w, rate, batch, beta)
        metrics[f"{name}_{divisor}_floor_predicted"] = level
    return Outcome(metrics, curves)


def _tail_slope(gaps: lr.Array, at: lr.Array) -> float:
    """Slope over the last third of the updates before the gap reaches rounding error (1e-12)."""
    below = np.flatnonzero(gaps < 1e-12)
    last = at[below[0]] if len(below) else at[-1] + 1
    tail = (at >= 2 * last / 3) & (at < last)
    return lr.log_slope(gaps[tail], at[tail])


def first_losses(config: Mapping[str, Any], seed: int, images: ImageData) -> list[float]:
    """The objective along the first ten updates of the four methods, at the middle penalty."""
    problem = lr.prepare(images, 3e-4)
    start = lr.random_start(problem, seed)
    rate = 1 / lr.smoothness(problem)
    curves = lr.four_methods(problem, start, rate, 10, config["batch"], seed)
    return [float(value) for curve in curves.values() for value in islice(curve, 1, None)]


STUDY = Experiment(
    name="logistic_regression",
    title="logistic regression on MNIST zeros and ones: four methods",
    config=CONFIG,
    seeds=(0, 1, 2),
    data=mnist,
    run=run,
    first_losses=first_losses,
    defines=(run, first_losses),
    # Deterministic float64 arithmetic; what differs between machines is the order of sums, which
    # the noisy methods amplify.
    tolerances={
        "certified_gap": Tolerance(absolute=1e-20),
        "*": Tolerance(relative=1e-4, absolute=1e-12),
        **{
            f"{name}_{divisor}_floor": Tolerance(relative=0.05)
            for divisor in (1, 16)
            for name in ("sgd", "sgd_nesterov", "sgd_independent", "sgd_nesterov_independent")
        },
    },
    replay_tolerance=1e-9,
)

EXPERIMENTS = {STUDY.name: STUDY}
