"""What ``questions/momentum.py`` asks, from the definitions."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix, Rational

from hwcode import optimisers as opt
from hwcode.chapters.implicit_bias import limits as ib
from hwcode.chapters.implicit_bias.questions.problem import X, alpha, delta0, h, t, w0
from hwcode.chapters.implicit_bias.truths.problem import (
    arrays,
    minimum_norm_by_elimination,
    safe_rate,
)
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


def _momentum_limit(point: Any) -> ImmutableMatrix:
    """The exact limit of full-batch momentum, by its linear map on weights and velocity."""
    rows, targets = arrays(point[X], point[t])
    gradient = opt.least_squares(rows, targets)
    size = rows.shape[1]

    def step(state: Any) -> Any:
        weights, velocity = state[:size], state[size:]
        path = opt.momentum(gradient, safe_rate(rows), weights, point[alpha], velocity)
        after = next(islice(path, 1, None))
        return np.concatenate([after, after - weights])

    start = np.array([*point[w0], *point[delta0]], dtype=object)
    return ImmutableMatrix(list(ib.limit_of_iteration(step, start))[:size])


def _momentum_verdict(_: Any) -> str:
    """From zero: does the velocity at the start decide?"""
    data, targets = ImmutableMatrix([[2, 1]]), ImmutableMatrix([2])
    point = {X: data, t: targets, alpha: Rational(1, 2), w0: sympy.zeros(2, 1)}
    shortest = ImmutableMatrix(minimum_norm_by_elimination(sympy.Matrix(data), targets))
    found = [
        _momentum_limit({**point, delta0: ImmutableMatrix(velocity)}) == shortest
        for velocity in ([0, 0], [4, 2], [1, -2])
    ]
    return {(True, True, False): "row", (True, True, True): "always"}.get(tuple(found), "no")


def _momentum_rate(point: Any) -> Any:
    """The rate at which the iteration on one curvature has the eigenvalue -1."""
    rate, z = sympy.symbols("rate z")
    kept, curvature = point[alpha], point[h]
    step = sympy.Matrix([[1 - rate * curvature, kept], [-rate * curvature, kept]])
    return sympy.solve(step.charpoly(z).as_expr().subs(z, -1), rate)[0]


def _any_order(_: Any) -> str:
    """Two orthonormal examples in turn, alpha = 1/2, rate 9/10: an eigenvalue outside the unit circle?"""
    rate, kept = Rational(9, 10), Rational(1, 2)
    seen = sympy.Matrix([[1 - 2 * rate, kept], [-2 * rate, kept]])
    unseen = sympy.Matrix([[1, kept], [0, kept]])
    grows = any(abs(value) > 1 for value in (unseen * seen).eigenvals())
    return "no" if grows else "yes"


def _what_keeps_the_row_space(_: Any) -> str:
    """A linear step that leaves the row space of x = (2, 1), and one that is not linear and stays."""
    slope = opt.least_squares(ib.exact([[2, 1]]), ib.exact([2]))(0, ib.exact([0, 0]))
    scaled_by_matrix = slope * ib.exact([1, 3])
    normalised = slope / sympy.sqrt(sum(value**2 for value in slope))
    outside = [bool(step[0] - 2 * step[1] != 0) for step in (scaled_by_matrix, normalised)]
    return "scalar" if outside == [True, False] else "linear"


TRUTHS = {
    "H2-1.1.2:verdict": Truth(_momentum_verdict, "exact limits for three first velocities"),
    "H2-1.1.2:limit": Truth(
        _momentum_limit, "the exact limit of the linear map on weights and velocity"
    ),
    "H2-1.1.2:rate": Truth(
        _momentum_rate, "the rate at which the iteration has the eigenvalue -1", 4
    ),
    "H2-1.1.2:order": Truth(
        _any_order, "exact eigenvalues of two steps on two orthonormal examples"
    ),
    "H2-1.1.2:property": Truth(
        _what_keeps_the_row_space, "one exact step of a linear and of a nonlinear rule"
    ),
}
