"""What the programs of this chapter have to compute, with many digits and by other ways.

Slopes are difference quotients of the objective as it is printed; Nesterov's method is written with
a velocity, ``v <- momentum v - rate gradient(w + momentum v)``, ``w <- w + v``.
"""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

from hwcode.checking import Truth

__all__ = ["TRUTHS"]

DIGITS = 700
"""Of the arithmetic: a margin of 1,000 takes 435 of them, the quotients the rest."""


def _loss(weights: list[Any], rows: list[Any], lam: Any, labels: Any) -> Any:
    """The objective; the last entry of the weights is the bias where the rows end with 1."""
    total = mpmath.mpf(0)
    for row, label in zip(rows, labels, strict=True):
        total += mpmath.log(1 + mpmath.exp(-label * mpmath.fdot(row, weights)))
    return total / len(rows) + lam / 2 * mpmath.fsum(value**2 for value in weights)


def _slopes(weights: list[Any], rows: list[Any], lam: Any, labels: Any) -> list[Any]:
    h = mpmath.mpf(10) ** (-DIGITS // 3)
    slopes = []
    for place, value in enumerate(weights):
        above, below = (
            _loss([*weights[:place], moved, *weights[place + 1 :]], rows, lam, labels)
            for moved in (value + h, value - h)
        )
        slopes.append((above - below) / (2 * h))
    return slopes


def _numbers(values: Any) -> list[Any]:
    return [mpmath.mpf(float(value)) for value in values]


def _objective(arguments: tuple[Any, ...]) -> dict[str, Any]:
    w, w0, X, y, lam = arguments
    with mpmath.workdps(DIGITS):
        weights, labels = _numbers([*w, w0]), _numbers(y)
        rows = [_numbers([*row, 1]) for row in X]
        penalty = mpmath.mpf(lam)
        slopes = [float(slope) for slope in _slopes(weights, rows, penalty, labels)]
        value = float(_loss(weights, rows, penalty, labels))
    return {"f": value, "dw": np.array(slopes[:-1]), "dw0": slopes[-1]}


def _moved(w: list[Any], velocity: list[Any], slope: Any, rate: Any, momentum: Any) -> Any:
    """One step of the form with a velocity: the new weights and the new velocity."""
    ahead = [value + momentum * v for value, v in zip(w, velocity, strict=True)]
    slopes = slope(ahead)
    velocity = [momentum * v - rate * g for v, g in zip(velocity, slopes, strict=True)]
    return [value + v for value, v in zip(w, velocity, strict=True)], velocity


def _step(arguments: tuple[Any, ...]) -> Any:
    w, before, gradient, rate, momentum = arguments
    with mpmath.workdps(DIGITS):
        here, there = _numbers(w), _numbers(before)
        velocity = [a - b for a, b in zip(here, there, strict=True)]
        moved, _ = _moved(here, velocity, gradient.exact, mpmath.mpf(rate), mpmath.mpf(momentum))
    return np.array(moved, float)


def _run(arguments: tuple[Any, ...]) -> Any:
    start, gradient, rate, momentum, steps = arguments
    with mpmath.workdps(60):  # cubes of cubes grow long, and nothing is near to nothing here
        w = _numbers(start)
        path, velocity = [w], [mpmath.mpf(0)] * len(w)
        for _ in range(steps):
            w, velocity = _moved(
                w, velocity, gradient.exact, mpmath.mpf(rate), mpmath.mpf(momentum)
            )
            path.append(w)
    return np.array(path, float)


def _epoch(arguments: tuple[Any, ...]) -> dict[str, Any]:
    w, before, X, y, lam, rate, momentum, batch, order = arguments
    with mpmath.workdps(DIGITS):
        here, there = _numbers(w), _numbers(before)
        velocity = [a - b for a, b in zip(here, there, strict=True)]
        waiting = [int(place) for place in order]
        while waiting:
            chosen, waiting = waiting[:batch], waiting[batch:]
            rows = [_numbers(X[place]) for place in chosen]
            labels = _numbers(y[place] for place in chosen)
            there = here
            here, velocity = _moved(
                here,
                velocity,
                lambda ahead, rows=rows, labels=labels: _slopes(
                    ahead, rows, mpmath.mpf(lam), labels
                ),
                mpmath.mpf(rate),
                mpmath.mpf(momentum),
            )
    return {"w": np.array(here, float), "before": np.array(there, float)}


TRUTHS = {
    "P4-1b:program": Truth(_objective, f"the printed objective with {DIGITS} digits"),
    "P4-1d:step": Truth(_step, "the form of the method with a velocity"),
    "P4-1d:run": Truth(_run, "the form of the method with a velocity"),
    "P4-1e:program": Truth(
        _epoch, "difference quotients of each minibatch's objective, and a velocity"
    ),
}
