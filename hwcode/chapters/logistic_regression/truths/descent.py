"""What ``questions/descent.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.chapters.experiments import record_of
from hwcode.chapters.logistic_regression.questions.problem import eta, mu
from hwcode.checking import (
    Method,
    Truth,
)

__all__ = ["TRUTHS"]


def _recorded(metric: str) -> sympy.Integer:
    return sympy.Integer(int(record_of("logistic_regression").metric(metric)[0]))


def _slope_on_parabola(point: Any) -> Any:
    """One step on f = mu/2 w^2 from w = 1: the change of log f, which is the same at every step."""
    after = 1 - point[eta] * point[mu]
    return sympy.log((point[mu] / 2 * after**2) / (point[mu] / 2))


def _straight(_: Any) -> str:
    """Two eigenvalues and a minimum above zero: which curve has a constant log-difference, when?"""
    fast, slow, least = sympy.Rational(3, 4), sympy.Rational(1, 10), sympy.Rational(1, 5)

    def gap(step: int) -> Any:
        return ((1 - fast) ** (2 * step) + (1 - slow) ** (2 * step)) / 2

    def drop(value: Any, step: int) -> float:
        return float(sympy.log(value(step + 1) / value(step)))

    target = float(2 * sympy.log(1 - slow))
    bends_at_first = abs(drop(gap, 0) - target) > 0.1
    straight_later = abs(drop(gap, 40) - target) < 1e-9
    loss_flattens = abs(drop(lambda step: gap(step) + least, 40)) < 1e-3
    return "later" if bends_at_first and straight_later and loss_flattens else "unexpected"


def _tail(_: Any) -> str:
    """Start without any component along the smallest eigenvalue: is the tail's slope still its own?"""
    eigenvalues = (sympy.Rational(1, 100), sympy.Rational(1, 10), sympy.Rational(3, 4))
    start = (0, 1, 1)

    def gap(step: int) -> Any:
        return sum(h * (a * (1 - h) ** step) ** 2 for h, a in zip(eigenvalues, start, strict=True))

    slope = sympy.log(gap(201) / gap(200))
    matches = [abs(float(slope - 2 * sympy.log(1 - h))) < 1e-9 for h in eigenvalues]
    return "excited" if matches == [False, True, False] else "smallest"


TRUTHS = {
    "P4-1a:training": Truth(lambda _: _recorded("train_examples"), "the recorded run's own count"),
    "P4-1a:validation": Truth(
        lambda _: _recorded("validation_examples"), "the recorded run's own count"
    ),
    "P4-1a:weights": Truth(lambda _: _recorded("features"), "the width of the recorded run's data"),
    "P4-1b:slope": Truth(_slope_on_parabola, "the change of log f over one exact step"),
    "P4-1b:straight": Truth(
        _straight,
        "exact iterates on a quadratic with two curvatures",
        method=Method.COMPUTED,
    ),
    "P4-1b:tail": Truth(
        _tail,
        "exact iterates from a start without a part along the smallest one",
        method=Method.COMPUTED,
    ),
}
