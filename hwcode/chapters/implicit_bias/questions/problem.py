"""Symbols and exact limits that the questions on implicit bias share."""

from __future__ import annotations

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
