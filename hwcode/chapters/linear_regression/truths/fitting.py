"""What ``questions/fitting.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix

from hwcode.chapters.linear_regression.questions.fitting import lmax
from hwcode.chapters.linear_regression.questions.problem import X, n, t, w
from hwcode.checking import Truth
from hwcode.checking.expressions import UndefinedError

__all__ = ["TRUTHS"]


def _gradient_by_differentiation(point: Any) -> ImmutableMatrix:
    """Differentiate the loss, written out as a sum, in each weight."""
    data, weights, targets = point[X], point[w], point[t]
    names = sympy.symbols(f"v:{len(weights)}")
    errors = [data[i, :].dot(names) - targets[i] for i in range(data.rows)]
    total = sum(error**2 for error in errors) / data.rows
    at = dict(zip(names, weights, strict=True))
    return ImmutableMatrix([sympy.diff(total, name).subs(at) for name in names])


def stationary_point(point: Any) -> ImmutableMatrix:
    """Where all the derivatives vanish, solved as a linear system by elimination."""
    data, targets = point[X], point[t]
    if data.rank() < data.cols:
        raise UndefinedError("many points are stationary: the columns of X are dependent")
    names = sympy.symbols(f"v:{data.cols}")
    total = sum((data[i, :].dot(names) - targets[i]) ** 2 for i in range(data.rows))
    solutions = sympy.linsolve([sympy.diff(total, name) for name in names], *names)
    (solution,) = tuple(solutions)
    return ImmutableMatrix(solution)


def _limit_of_contraction(point: Any) -> Any:
    """The rate at which a step turns the steepest direction exactly around: 1 - rate * h = -1."""
    rate = sympy.Symbol("rate", positive=True)
    curvature = 2 * point[lmax] / point[n]
    return sympy.solve(sympy.Eq(1 - rate * curvature, -1), rate)[0]


TRUTHS = {
    "A1-1.1": Truth(_gradient_by_differentiation, "the derivative of the loss in each weight", 4),
    "A1-1.2.1:solution": Truth(stationary_point, "the only point where all derivatives vanish", 24),
    "A1-1.2.1:rate": Truth(
        _limit_of_contraction, "the rate at which the steepest direction is mirrored", 2
    ),
}
