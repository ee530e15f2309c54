"""What ``questions/curvature.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix

from hwcode.chapters.logistic_regression.questions.curvature import (
    X,
    _sigmoid,
    lam,
    lmax,
    lmin,
    n,
    w,
)
from hwcode.checking import (
    Method,
    Truth,
)

__all__ = ["TRUTHS"]


def _hessian_by_differentiation(point: Any) -> ImmutableMatrix:
    """Second derivatives of the objective at w + h by h, at h = 0.

    Labels flip the sign of a margin and nothing else here.
    """
    inputs, weights = point[X], point[w]
    names = sympy.symbols(f"h:{len(weights)}")
    margins = inputs * weights + inputs * sympy.Matrix(names)
    signs = [(-1) ** i for i in range(inputs.rows)]
    losses = [
        sympy.log(1 + sympy.exp(-sign * margin))
        for sign, margin in zip(signs, margins, strict=True)
    ]
    moved = weights + sympy.Matrix(names)
    total = sum(losses) / inputs.rows + point[lam] / 2 * moved.dot(moved)
    return ImmutableMatrix(sympy.hessian(total, names).subs(dict.fromkeys(names, 0)))


def _curvature_far_out(point: Any) -> Any:
    """Orthogonal examples: the smallest curvature along a ray, and its limit far out."""
    c = sympy.Symbol("c", positive=True)
    curvature = _sigmoid(c) * (1 - _sigmoid(c)) * point[lmin] / point[n] + point[lam]
    return sympy.limit(curvature, c, sympy.oo)


def _largest_curvature(point: Any) -> Any:
    """The largest value that s (1 - s) takes, times the largest eigenvalue, plus the penalty."""
    value = sympy.Symbol("value", real=True)
    spread = value * (1 - value)
    (best,) = sympy.solve(sympy.diff(spread, value), value)
    return spread.subs(value, best) * point[lmax] / point[n] + point[lam]


def _where_attained() -> str:
    """Smallest eigenvalue minus the penalty, at zero and elsewhere, for two data sets."""

    def smallest(inputs: sympy.Matrix, weights: sympy.Matrix) -> Any:
        point = {X: ImmutableMatrix(inputs), w: weights, lam: sympy.Integer(1)}
        hessian = np.array(_hessian_by_differentiation(point).n(30), float)
        return float(np.linalg.eigvalsh(hessian)[0]) - 1

    starts = [sympy.zeros(2, 1), sympy.Matrix([1, -2])]
    dependent = [smallest(sympy.Matrix([[0, 1], [0, 1]]), start) for start in starts]
    independent = [smallest(sympy.Matrix([[1, 1], [-1, 1]]), start) for start in starts]
    if max(abs(value) for value in dependent) < 1e-12 and min(independent) > 1e-6:
        return "everywhere"
    return "never"


TRUTHS = {
    "P4-1c:hessian": Truth(
        _hessian_by_differentiation, "the second derivatives of the objective", 4
    ),
    "P4-1c:m": Truth(
        _curvature_far_out,
        "the limit of the curvature along a ray, orthogonal examples",
        2,
    ),
    "P4-1c:attained": Truth(
        lambda _: _where_attained(),
        "Hessians of independent and of dependent columns, at two points each",
        method=Method.SAMPLED,
    ),
    "P4-1c:L": Truth(_largest_curvature, "the largest curvature over all points", 3),
}
