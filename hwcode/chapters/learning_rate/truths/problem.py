"""What the truths of this chapter share: everything from the definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import sympy
from sympy import ImmutableMatrix, Poly

from hwcode.chapters.learning_rate.questions.problem import (
    CONDITIONS,
    Case,
    X,
    descended,
    k,
    t,
    w0,
)
from hwcode.chapters.learning_rate.rate_polynomials import (
    convexity,
    loss_polynomial,
    weights_in_rate,
)
from hwcode.checking import Truth

ZERO = ImmutableMatrix([0, 0])


def loss_after_steps(point: Any) -> Any:
    """The loss after ``k`` such steps, one if the point has no ``k``."""
    errors = point[X] * descended(point, int(point.get(k, 1))) - point[t]
    return sum(error**2 for error in errors) / point[X].rows


def rate_polynomial(point: Any) -> Poly:
    """The same loss as a polynomial in the rate, which the point need not have."""
    steps = int(point.get(k, 1))
    weights = weights_in_rate(point[X], point[t], point[w0], steps)
    return loss_polynomial(point[X], point[t], weights)


LINE, TARGET = ImmutableMatrix([[1, 1]]), ImmutableMatrix([3])


def line_loss(steps: int, start: Any = ZERO) -> Poly:
    """The loss of the running example, one point (1, 1) with target 3, in the rate."""
    return loss_polynomial(LINE, TARGET, weights_in_rate(LINE, TARGET, start, steps))


def line_best(steps: int) -> Any:
    """The only real root of the derivative; it has multiplicity 2k - 1."""
    (root,) = set(line_loss(steps).diff().real_roots())
    return root


def two_curvatures(weights: tuple[int, int]) -> tuple[ImmutableMatrix, ImmutableMatrix]:
    """Data of curvatures 1 and 9 (n = d = 2), and targets that put these residuals at zero."""
    return ImmutableMatrix([[1, 0], [0, 3]]), -ImmutableMatrix(weights)


def small_problems() -> Iterator[tuple[ImmutableMatrix, ImmutableMatrix]]:
    """Data of two examples with two features, and residuals: 180 of them, degenerate ones too."""
    rows = ((0, 0), (1, 0), (0, 1), (1, 1), (1, -1), (0, 2))
    residuals = ((0, 0), (1, 0), (0, 1), (1, 1), (1, -1))
    for one in rows:
        for two in rows:
            for residual in residuals:
                yield ImmutableMatrix([one, two]), ImmutableMatrix(residual)


@cache
def small_cases() -> tuple[Case, ...]:
    """All small problems. Excited eigenvalues are counted by the rank of a Krylov matrix."""
    found = []
    for data, residual in small_problems():
        gram = data * data.T
        krylov = sympy.Matrix.hstack(gram * residual, gram * gram * residual)
        kinds = [
            convexity(loss_polynomial(data, -residual, weights_in_rate(data, -residual, ZERO, i)))
            for i in (1, 2)
        ]
        regular = gram.det() != 0
        fit = sympy.Matrix.hstack(data, residual).rank() == data.rank()
        slope = any(data.T * residual)
        found.append(Case(any(residual), slope, regular, fit, krylov.rank(), *kinds))
    return tuple(found)


STRONGER = ("not convex", "convex", "strictly convex", "strongly convex")


def at_least(kind: str, after: str) -> Callable[[Case], bool]:
    """Whether the loss after one step, or two, is convex in this sense or a stronger one."""
    return lambda case: STRONGER.index(getattr(case, after)) >= STRONGER.index(kind)


def condition(holds: Callable[[Case], bool]) -> Truth:
    """The one condition that fits every small problem."""

    def fitting(_: Any) -> str:
        (key,) = (
            key
            for key, (_text, claim) in CONDITIONS.items()
            if all(claim(case) == holds(case) for case in small_cases())
        )
        return key

    return Truth(
        fitting,
        "the only option that fits all of 180 small problems, their losses computed exactly"
        " (that it holds for all problems is proved in the text)",
    )
