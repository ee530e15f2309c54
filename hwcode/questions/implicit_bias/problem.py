"""Symbols and exact limits that the questions on implicit bias share."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix

from hwcode import implicit_bias as ib
from hwcode import optimisers as opt
from hwcode.checking import matrix, scalar, vector

CHAPTER = "implicit_bias"

n = scalar("n", integer=True, positive=True)
d = scalar("d", integer=True, positive=True)
b = scalar("b", integer=True, positive=True)
m = scalar("m", integer=True, positive=True)
eta, eps = scalar("eta", positive=True), scalar("eps", r"\epsilon", positive=True)
alpha, beta = scalar("alpha", positive=True), scalar("beta", positive=True)
R, h, c = scalar("R", positive=True), scalar("h", positive=True), scalar("c", positive=True)
lmax = scalar("lmax", r"\lambda_{\max}", positive=True)
x1, x2, tau = scalar("x1", "x_1"), scalar("x2", "x_2"), scalar("t")
X, t = matrix("X", n, d), vector("t", n)
x, w, w0, delta0 = vector("x", d), vector("w", d), vector("w0", d), vector("delta0", d)
XB, tb = matrix("XB", b, d), vector("tB", b)

WIDE = ({n: 1, d: 2}, {n: 2, d: 3}, {n: 2, d: 4})
YES_NO = {"yes": "yes", "no": "no"}

minimum_norm = X.T * (X * X.T).I * t
from_start = w0 + X.T * (X * X.T).I * (t - X * w0)


def arrays(data: Any, targets: Any) -> tuple[Any, Any]:
    """Matrices of exact numbers as the arrays that the optimisers take."""
    rows = np.array(data.tolist(), dtype=object)
    return rows, np.array(list(targets), dtype=object)


def safe_rate(rows: Any) -> Any:
    """A rate at which every batch's step shrinks the error, by a crude bound."""
    return 1 / (1 + sum(value**2 for value in rows.ravel()))


def limit_of_passes(rows: Any, targets: Any, start: Any, batch: int) -> ImmutableMatrix:
    """The exact limit of mini-batch SGD that takes its batches in turn."""
    length = len(targets)
    gradient = opt.least_squares(rows, targets, opt.cyclic(length, batch))

    def one_pass(weights: Any) -> Any:
        path = opt.descent(gradient, safe_rate(rows), weights)
        return next(islice(path, length, None))

    return ImmutableMatrix(list(ib.limit_of_iteration(one_pass, start)))


def sgd_limit(point: Any) -> ImmutableMatrix:
    """Where SGD on single examples tends to, from the start that the point names or from zero."""
    rows, targets = arrays(point[X], point[t])
    start = point.get(w0, sympy.zeros(rows.shape[1], 1))
    return limit_of_passes(rows, targets, np.array(list(start), dtype=object), 1)


def minimum_norm_by_elimination(data: sympy.Matrix, targets: Any) -> sympy.Matrix:
    """The solution of X w = t that is orthogonal to all v with X v = 0, for any rank."""
    rows = [data, *[direction.T for direction in data.nullspace()]]
    right = sympy.Matrix([*targets, *[0] * (len(rows) - 1)])
    unknowns = sympy.symbols(f"u:{data.cols}")
    (found,) = sympy.linsolve((sympy.Matrix.vstack(*rows), right), *unknowns)
    return sympy.Matrix(found)
