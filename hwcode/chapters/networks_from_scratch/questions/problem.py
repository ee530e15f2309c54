"""What the questions on networks from scratch have in common."""

from __future__ import annotations

from hwcode.checking import matrix, scalar, vector

CHAPTER = "networks_from_scratch"
CLEAN = "No floating-point warning may escape, and no argument may be changed."

n = scalar("n", integer=True, positive=True)
d = scalar("d", integer=True, positive=True)
h = scalar("h", integer=True, positive=True)
lmax = scalar("lmax", r"\lambda_{\max}", positive=True)
q = scalar("q", positive=True)
X, p, t = matrix("X", n, d), vector("p", n), vector("t", n)
