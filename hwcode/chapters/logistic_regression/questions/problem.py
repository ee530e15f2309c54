"""What the questions on logistic regression have in common."""

from __future__ import annotations

from hwcode.checking import scalar

CHAPTER = "logistic_regression"

eta, mu = scalar("eta", positive=True), scalar("mu", positive=True)
beta, kappa, s = (
    scalar("beta", positive=True),
    scalar("kappa", positive=True),
    scalar("s", positive=True),
)
