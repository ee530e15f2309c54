"""What ``questions/plane.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix

from hwcode.chapters.learning_rate.questions.plane import REACHING, p, q
from hwcode.chapters.learning_rate.rate_polynomials import loss_polynomial, weights_in_rate
from hwcode.chapters.learning_rate.truths.problem import (
    LINE,
    TARGET,
    ZERO,
    line_best,
    small_cases,
    small_problems,
)
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


def _nearest_on_line(point: Any) -> ImmutableMatrix:
    """The point of the line of minimisers nearest to a start: least squares along the line."""
    s = sympy.Symbol("s", real=True)
    squared = (s - point[p]) ** 2 + (3 - s - point[q]) ** 2
    (best,) = sympy.solve(sympy.diff(squared, s), s)
    return ImmutableMatrix([best, 3 - best])


def _walk(_: Any) -> str:
    """One step at the best rate: does it end on the line of minimisers, at right angles to it?"""
    best = line_best(1)
    step = ImmutableMatrix([w.eval(best) for w in weights_in_rate(LINE, TARGET, ZERO, 1)])
    ends_on_line = (LINE * step - TARGET)[0] == 0
    right_angle = step.dot(ImmutableMatrix([1, -1])) == 0
    return "straight" if ends_on_line and right_angle else "other"


def _compared(_: Any) -> str:
    """The step at the best rate, and the solution of least norm."""
    step = ImmutableMatrix([w.eval(line_best(1)) for w in weights_in_rate(LINE, TARGET, ZERO, 1)])
    if (LINE * step - TARGET)[0] != 0:
        return "short"
    return "same" if step == LINE.T * (LINE * LINE.T).inv() * TARGET else "other"


def _reaching(_: Any) -> str:
    """Which condition fits all small problems: is the least loss after one step the least of all?"""
    reached = []
    for data, residual in small_problems():
        loss = loss_polynomial(data, -residual, weights_in_rate(data, -residual, ZERO, 1))
        least = (
            loss.eval(0) if loss.degree() < 1 else loss.eval(sympy.solve(loss.diff().as_expr())[0])
        )
        columns = sympy.GramSchmidt([data[:, j] for j in data.rref()[1]])
        rest = residual
        for column in columns:
            rest = rest - column * (column.dot(residual) / column.dot(column))
        reached.append(least == rest.dot(rest) / 2)
    (key,) = (
        key
        for key, (_text, claim) in REACHING.items()
        if [claim(case) for case in small_cases()] == reached
    )
    return key


TRUTHS = {
    "H2-2.2.4:rate": Truth(
        lambda _: line_best(1), "the root of the derivative of the loss in the rate"
    ),
    "H2-2.2.4:weights": Truth(
        lambda _: ImmutableMatrix(
            [w.eval(line_best(1)) for w in weights_in_rate(LINE, TARGET, ZERO, 1)]
        ),
        "the step at the root of the derivative",
    ),
    "H2-2.2.4:compared": Truth(_compared, r"the exact step, and $X^\top(XX^\top)^{-1}t$"),
    "H2-2.2.4:trajectory": Truth(_walk, "the exact step"),
    "H2-2.2.4:start": Truth(
        _nearest_on_line, "the point of the line of minimisers nearest to the start", 4
    ),
    "H2-2.2.4:reach": Truth(
        _reaching,
        "the only option that fits all of 180 small problems (the proof is in the text)",
    ),
}
