"""What ``questions/finder.py`` asks, from the definitions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import sympy
from sympy import Rational

from hwcode.chapters.experiments import record_of
from hwcode.chapters.learning_rate_schedule.questions.problem import (
    a,
    b,
    h,
    q,
    rho,
)
from hwcode.checking import (
    Method,
    Truth,
)

__all__ = ["TRUTHS"]


def _when_reached(point: Any) -> Any:
    """The root of a q^t - b, by Newton's method."""
    t = sympy.Symbol("t")
    guess = math.log(float(point[b] / point[a])) / math.log(float(point[q]))
    return sympy.nsolve(point[a] * point[q] ** t - point[b], t, guess, prec=60)


def _hundredth(_: Any) -> Any:
    rate = Rational(1, 10**5)
    for _ in range(99):
        rate *= Rational(11, 10)
    return rate


def _edge_of_stability(point: Any) -> Any:
    """Where an eigenvalue of one step of momentum passes through -1; below, none is that large."""
    z, rate = sympy.symbols("z rate")
    curvature, momentum = point[h], point[rho]
    step = sympy.Matrix([[1 - rate * curvature, -rate * momentum], [curvature, momentum]])
    edge = sympy.solve((step + sympy.eye(2)).det(), rate)[0]
    for factor, inside in ((Rational(99, 100), True), (Rational(101, 100), False)):
        at = step.subs(rate, factor * edge)
        roots = sympy.Poly((z * sympy.eye(2) - at).det(), z).nroots(n=30, maxsteps=200)
        if (max(abs(root) for root in roots) < 1) != inside:
            raise AssertionError("the eigenvalue at -1 is not the largest one")
    return edge


def sweep_minimum(curvatures: tuple[Any, ...], start: tuple[Any, ...], factor: Any) -> Any:
    """The finder on a parabola without noise: the rate beside the least loss, exactly.

    Gradient descent, rates 1/100, then growing by the factor up to 1000.
    """
    rate, w = Rational(1, 100), list(start)
    least, at = None, rate
    while rate < 1000:
        loss = sum(h * v**2 for h, v in zip(curvatures, w, strict=True))
        if least is None or loss < least:
            least, at = loss, rate
        w = [v * (1 - rate * h) for h, v in zip(curvatures, w, strict=True)]
        rate *= factor
    return at


def _where_least(_: Any) -> str:
    """Two parabolas with largest curvature 1: how far beyond the rate 2 is the least loss?"""
    factor = Rational(5, 4)
    one = sweep_minimum((1,), (1,), factor)
    hidden = [
        sweep_minimum((1, Rational(1, 1000)), (Rational(1, 10**power), 1), factor)
        for power in (3, 9, 27)
    ]
    if min(one, *hidden) < 2:
        return "before"
    return "beyond" if hidden[-1] > 4 * hidden[0] else "at"


def _smoothed(losses: Any, window: int = 11) -> Any:
    return np.convolve(losses, np.full(window, 1 / window), mode="valid")


def _long_enough(_: Any) -> str:
    """Recorded sweeps: has the smoothed loss risen by 0.1 within 100 minibatches, or later?"""
    found = set()
    for losses in record_of("learning_rate_finder_full").curve("losses_1.1_0.9"):
        smooth = _smoothed(losses)
        risen = smooth > np.minimum.accumulate(smooth) + 0.1
        early = bool(risen[: 100 - 10].any())  # the last of these means ends at the hundredth
        found.add("early" if early else "late" if risen.any() else "never")
    return found.pop() if len(found) == 1 else "mixed"


TRUTHS = {
    "P4-2b:updates": Truth(_when_reached, "the root of $a q^t = b$"),
    "P4-2b:last": Truth(_hundredth, "ninety-nine multiplications"),
    "P4-2b:limit": Truth(_edge_of_stability, "the rate at which an eigenvalue of a step is -1", 4),
    "P4-2b:minimum": Truth(
        _where_least,
        "exact sweeps on parabolas with a hidden direction",
    ),
    "P4-2b:enough": Truth(
        _long_enough,
        "the recorded sweeps, smoothed over 11 minibatches",
        method=Method.MEASURED,
    ),
}
