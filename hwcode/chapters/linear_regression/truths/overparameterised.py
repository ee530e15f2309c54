"""What ``questions/overparameterised.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix

from hwcode.chapters.linear_regression.questions.overparameterised import w1
from hwcode.chapters.linear_regression.questions.problem import X, t, w0
from hwcode.checking import Truth
from hwcode.checking.expressions import UndefinedError

__all__ = ["TRUTHS"]


def _nearest_solution(point: Any) -> ImmutableMatrix:
    """The solution of X w = t that is nearest to a start, by elimination.

    ``w - start`` has to be orthogonal to everything that ``X`` maps to zero, for otherwise a step
    along that would come nearer. That and ``X w = t`` are d linear equations.
    """
    data, targets = point[X], point[t]
    start = point.get(w0, sympy.zeros(data.cols, 1))
    if data.rank() < data.rows:
        raise UndefinedError("X w = t may have no solution: the rows of X are dependent")
    null = data.nullspace()
    rows = [data, *[direction.T for direction in null]]
    right = [targets, *[direction.T * start for direction in null]]
    return ImmutableMatrix(sympy.Matrix.vstack(*rows).LUsolve(sympy.Matrix.vstack(*right)))


TRUTHS = {
    "A1-1.3.1:line": Truth(
        lambda point: sympy.solve(
            sympy.Eq(sympy.Matrix([point[w1], sympy.Symbol("v")]).dot([1, 1]), 3)
        )[0],
        "the solution of wᵀx = 3 for the second weight",
        2,
    ),
    "A1-1.3.1:nearest": Truth(
        lambda point: ImmutableMatrix(
            [v := sympy.solve(sympy.diff(w1**2 + (3 - w1) ** 2, w1), w1)[0], 3 - v]
        ),
        "the minimum of the squared norm along the line",
    ),
    "A1-1.3.2:solution": Truth(
        _nearest_solution, "the solution of X w = t nearest to the origin", 24
    ),
    "A1-1.3.2:start": Truth(_nearest_solution, "the solution of X w = t nearest to the start", 24),
}
