"""What the questions on weight decay have in common."""

from __future__ import annotations

from hwcode.checking import matrix, scalar, vector

CHAPTER = "weight_decay"

n = scalar("n", integer=True, positive=True)
d = scalar("d", integer=True, positive=True)
eta = scalar("eta", positive=True)
beta = scalar("beta", positive=True)
lam = scalar("lam", r"\lambda", positive=True)
lamt = scalar("lamt", r"\tilde\lambda", positive=True)
X, w0, t = matrix("X", n, d), vector("w0", d), vector("t", n)
