"""What ``questions/equivalence.py`` asks, from the definitions."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix, Rational

from hwcode import optimisers as opt
from hwcode.chapters.weight_decay.questions.problem import X, beta, eta, lam, t
from hwcode.checking import Method, Truth
from hwcode.checking.expressions import UndefinedError

__all__ = ["TRUTHS"]


def _penalty_of_decay(point: Any) -> Any:
    """Both steps of a single weight on the loss (u - 1)^2 from u = 2, equated and solved."""
    unknown = sympy.Symbol("unknown")
    start, slope = sympy.Integer(2), sympy.Integer(2)
    penalised = start - point[eta] * (slope + 2 * unknown * start)
    decayed = (1 - point[lam]) * start - point[eta] * slope
    return sympy.solve(sympy.Eq(penalised, decayed), unknown)[0]


def _starts_that_fix_it(_: Any) -> str:
    """Which starts make the two steps differ for every penalty but one?"""
    fixed = []
    for start in ((0, 0), (1, -1), (1, -3)):  # (1, -1) is orthogonal to the data (1, 1)
        gaps = [
            [(Rational(1, 5) - 2 * Rational(1, 10) * penalty) * entry for entry in start]
            for penalty in (Rational(1, 2), 1, 2)
        ]
        fixed.append(sum(gap == [0, 0] for gap in gaps) == 1)
    zero, orthogonal, other = fixed
    if zero:
        return "every"
    return "nonzero" if orthogonal and other else "data"


def _torch_setting(point: Any) -> Any:
    """PyTorch's rule g + W u, on a weight u = 1 where the loss is flat, has to leave 1 - lam."""
    setting = sympy.Symbol("setting")
    left = 1 - point[eta] * (0 + setting * 1)
    return sympy.solve(sympy.Eq(left, 1 - point[lam]), setting)[0]


def _resting_point(point: Any) -> ImmutableMatrix:
    """Where a step with decay changes nothing: linear equations, by elimination."""
    data, targets = point[X], point[t]
    names = sympy.symbols(f"v:{data.cols}")
    loss = sum((data[i, :].dot(names) - targets[i]) ** 2 for i in range(data.rows)) / data.rows
    moves = [-point[lam] * name - point[eta] * sympy.diff(loss, name) for name in names]
    solutions = tuple(sympy.linsolve(moves, *names))
    if len(solutions) != 1 or solutions[0].free_symbols:
        raise UndefinedError("no single point is at rest")
    return ImmutableMatrix(solutions[0])


def _penalty_at_rest(point: Any) -> Any:
    """Momentum and decay on (u - 1)^2: where they rest, and the penalty that rests there too."""
    place, velocity = sympy.symbols("place velocity")
    rest = sympy.solve(
        [
            sympy.Eq(velocity, point[beta] * velocity + 2 * (place - 1)),
            sympy.Eq(place, (1 - point[lam]) * place - point[eta] * velocity),
        ],
        [place, velocity],
    )
    return -(rest[place] - 1) / rest[place]


def _end_under_a_schedule(_: Any) -> str:
    """Decay 0.05 with rates 0.1 / (k + 1) on the running example, followed for a long time."""
    loss = opt.least_squares(np.array([[1.0, 1.0]]), np.array([3.0]))
    path = opt.descent(loss, lambda step: 0.1 / (step + 1), np.array([3.0, 2.0]), decay=0.05)
    later, last = (next(islice(path, count, None)) for count in (10_000, 10_000))
    if np.linalg.norm(last) < 0.6 * np.linalg.norm(later) < 0.01:
        return "zero"
    return "ridge" if np.allclose(last, 3 / 2.25, atol=0.01) else "minimum"


TRUTHS = {
    "A2-2.2.2:penalty": Truth(_penalty_of_decay, "the solution of equal steps of one weight", 2),
    "A2-2.2.2:start": Truth(_starts_that_fix_it, "the steps at three penalties, from three starts"),
    "A2-2.2.2:torch": Truth(_torch_setting, "PyTorch's rule on a flat loss, solved", 2),
    "A2-2.2.2:resting": Truth(_resting_point, "the only point that a step leaves alone", 40),
    "A2-2.2.2:schedule": Truth(
        _end_under_a_schedule,
        "20,000 steps at rates 0.1/(k + 1) on the running example",
        method=Method.COMPUTED,
    ),
    "A2-2.2.2:momentum": Truth(
        _penalty_at_rest, "the point of rest of the two recursions, solved", 6
    ),
}
