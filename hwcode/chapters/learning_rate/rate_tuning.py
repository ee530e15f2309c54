"""Gradient descent on hyper-parameters: the rate, and with a validation loss the penalty too."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hwcode.chapters.learning_rate.hypergradients import Objective, record_steps
from hwcode.chapters.learning_rate.least_squares import LeastSquares
from hwcode.checking.arguments import at_least, takes

__all__ = ["tune", "validation_slopes"]

Array = NDArray[np.float64]


@takes("train.X[n,d] start[d]", steps=at_least(0))
def validation_slopes(
    train: LeastSquares, held_out: Objective, start: Array, rate: float, steps: int
) -> tuple[float, Array]:
    """A loss at the end of training, and its derivatives in the rate and in the penalty.

    One backward sweep gives both: the step ``w - rate * gradient(w)`` depends on the penalty
    through ``-rate * 2 * penalty * w``.

    Returns:
        The value, and the two derivatives.

    >>> line = LeastSquares(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> validation_slopes(line, line, np.zeros(2), 1 / 8, 2)
    (0.5625, array([-18.    ,   0.5625]))
    """
    end, tape = record_steps(train, start, rate, steps)
    adjoint, slopes = held_out.gradient(end), np.zeros(2)
    while tape:
        w, gradient = tape.pop()
        slopes -= adjoint @ gradient, 2 * rate * adjoint @ w
        adjoint = adjoint - rate * train.hessian_product(w, adjoint)
    return held_out.value(end), slopes


@takes("start[k]", updates=at_least(0))
def tune(
    slopes: Callable[[Array], tuple[float, Array]], start: Array, updates: int
) -> list[tuple[Array, float]]:
    """Gradient descent on positive hyper-parameters, with a step that is halved until it helps.

    It descends the logarithm of the value in the logarithms of the hyper-parameters: rates matter
    by their ratios, and the value explodes beyond the largest stable rate. The gradient is then
    ``derivative * hyper-parameter / value``.

    Args:
        slopes: from the hyper-parameters to a positive value and its derivatives.
        start: the first hyper-parameters, positive.
        updates: how many updates at most; it ends early where no step helps any more.

    Returns:
        The hyper-parameters and the value before the first update and after each.

    >>> path = tune(lambda p: (1 + (p[0] - 2) ** 2, 2 * (p - 2)), np.array([0.1]), 50)
    >>> float(path[-1][0][0].round(6)), float(path[-1][1])
    (2.0, 1.0)
    """
    logs, size = np.log(np.asarray(start, float)), 1.0
    value, derivative = slopes(np.exp(logs))
    path = [(np.exp(logs), value)]
    for _ in range(updates):
        direction = derivative * np.exp(logs) / value
        expected = float(direction @ direction)
        while size > 1e-12:
            trial = logs - size * direction
            with np.errstate(over="ignore", invalid="ignore"):
                new, new_derivative = slopes(np.exp(trial))
            if new > 0 and math.log(new / value) <= -size * expected / 4:
                break
            size /= 2
        else:
            break
        logs, value, derivative, size = trial, new, new_derivative, 2 * size
        path.append((np.exp(logs), value))
    return path
