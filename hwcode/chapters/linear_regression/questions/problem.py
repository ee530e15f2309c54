"""What the questions on linear regression have in common."""

from __future__ import annotations

from hwcode.checking import matrix, scalar, vector

CHAPTER = "linear_regression"

n = scalar("n", integer=True, positive=True)
d = scalar("d", integer=True, positive=True)
X, w, t = matrix("X", n, d), vector("w", d), vector("t", n)
w0, eps = vector("w0", d), vector("eps", n)

TALL = ({n: 3, d: 1}, {n: 3, d: 2}, {n: 4, d: 3})
WIDE = ({n: 1, d: 2}, {n: 2, d: 3}, {n: 2, d: 4})
