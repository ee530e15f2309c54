"""What programs in the starter's contract have to compute, from the definitions."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

import mpmath
import numpy as np

from hwcode.chapters.networks_from_scratch.truths import digits, propagation, regression
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


def _loss(logits: Any, targets: Any, grad: Any) -> dict[str, Any]:
    z, t = logits[:, 0], targets[:, 0]
    slopes = regression.slopes_of_logits(z, t)
    return {"loss": regression.loss_of_logits(z, t), "dlogits": float(grad) * slopes[:, None]}


def _regression(w: Any, b: Any, X: Any, t: Any) -> dict[str, Any]:
    """Slopes in the features, too, each of which is in one example's loss only."""
    found = regression.regression_by_quotients(w, b, X, t)
    dX, labels = np.empty(X.shape), np.empty((len(X), 1))
    for i, (row, target) in enumerate(zip(X, t, strict=True)):
        weights = [mpmath.mpf(value) for value in w]
        values = [mpmath.mpf(value) for value in row]
        rest = partial(_moved_loss, weights, values, mpmath.mpf(b), mpmath.mpf(target))
        for k, value in enumerate(values):
            dX[i, k] = float(digits.quotient(partial(rest, k), value) / len(X))
        labels[i] = mpmath.fdot(weights, values) + mpmath.mpf(b) > 0
    return {**found, "dX": dX, "labels": labels}


def _moved_loss(weights: Any, values: Any, b: Any, target: Any, place: int, value: Any) -> Any:
    moved = [*values[:place], value, *values[place + 1 :]]
    z = mpmath.fdot(weights, moved) + b
    return regression.loss_of_logit(target, z)


def _steps(kind: str, w: Any, b: Any, X: Any, t: Any, rate: float, steps: int) -> dict[str, Any]:
    return (_on_a_line if kind == "line" else _on_logits)(w, b, X, t, rate, steps)


def _on_logits(w: Any, b: Any, X: Any, t: Any, rate: float, steps: int) -> dict[str, Any]:
    losses = []
    for _ in range(steps):
        found = regression.regression_by_quotients(w, b, X, t)
        losses.append(found["loss"])
        w, b = w - rate * found["dw"], b - rate * found["db"]
    return {"losses": np.array(losses), "w": w, "b": b}


def _on_a_line(w: Any, b: Any, X: Any, t: Any, rate: float, steps: int) -> dict[str, Any]:
    """Least squares in exact fractions: half the mean of the squares."""
    weights = [Fraction(value) for value in (*w, b)]
    rows = [[*map(Fraction, row), Fraction(1)] for row in X.tolist()]
    targets = [Fraction(value) for value in t.tolist()]
    losses = []
    for _ in range(steps):
        errors = [
            sum(a * c for a, c in zip(row, weights, strict=True)) - target
            for row, target in zip(rows, targets, strict=True)
        ]
        losses.append(float(sum(error**2 for error in errors) / (2 * len(rows))))
        weights = [
            value
            - Fraction(rate)
            * sum(error * row[k] for error, row in zip(errors, rows, strict=True))
            / len(rows)
            for k, value in enumerate(weights)
        ]
    moved = np.array(weights, float)
    return {"losses": np.array(losses), "w": moved[:-1], "b": moved[-1]}


TRUTHS = {
    "A1-P1.1:module": Truth(
        digits.many_digits(_loss), "the definition and difference quotients with 150 digits"
    ),
    "A1-P1.3:module": Truth(
        digits.many_digits(_regression), "difference quotients with 150 digits"
    ),
    "A1-P1.4:step": Truth(
        digits.many_digits(_steps), "exact fractions, and difference quotients with 150 digits"
    ),
    "A1-P2.3:module": Truth(
        digits.many_digits(propagation.perceptron_by_quotients),
        "difference quotients with 150 digits, weight by weight",
    ),
}
