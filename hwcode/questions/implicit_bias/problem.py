"""Symbols and exact limits that the questions on implicit bias share."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from hwcode.checking import matrix, scalar, vector

CHAPTER = "implicit_bias"

n = scalar("n", integer=True, positive=True)
d = scalar("d", integer=True, positive=True)
eta, eps = scalar("eta", positive=True), scalar("eps", r"\epsilon", positive=True)
alpha, beta = scalar("alpha", positive=True), scalar("beta", positive=True)
R, h, c = scalar("R", positive=True), scalar("h", positive=True), scalar("c", positive=True)
x1, x2, tau = scalar("x1", "x_1"), scalar("x2", "x_2"), scalar("t")
X, t = matrix("X", n, d), vector("t", n)
x, w, w0, delta0 = vector("x", d), vector("w", d), vector("w0", d), vector("delta0", d)

WIDE = ({n: 1, d: 2}, {n: 2, d: 3}, {n: 2, d: 4})
YES_NO = {"yes": "yes", "no": "no"}

from_start = w0 + X.T * (X * X.T).I * (t - X * w0)


def arrays(data: Any, targets: Any) -> tuple[Any, Any]:
    """Matrices of exact numbers as the arrays that the optimisers take."""
    rows = np.array(data.tolist(), dtype=object)
    return rows, np.array(list(targets), dtype=object)


def safe_rate(rows: Any) -> Any:
    """A rate at which every batch's step shrinks the error, by a crude bound."""
    return 1 / (1 + sum(value**2 for value in rows.ravel()))


def minimum_norm_by_elimination(data: sympy.Matrix, targets: Any) -> sympy.Matrix:
    """The solution of X w = t that is orthogonal to all v with X v = 0, for any rank."""
    rows = [data, *[direction.T for direction in data.nullspace()]]
    right = sympy.Matrix([*targets, *[0] * (len(rows) - 1)])
    unknowns = sympy.symbols(f"u:{data.cols}")
    (found,) = sympy.linsolve((sympy.Matrix.vstack(*rows), right), *unknowns)
    return sympy.Matrix(found)
