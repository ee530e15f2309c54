"""What ``questions/many_steps.py`` asks, from the definitions."""

from __future__ import annotations

from hwcode.chapters.learning_rate.questions.many_steps import j
from hwcode.chapters.learning_rate.truths.problem import loss_after_steps, rate_polynomial
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


TRUTHS = {
    "H2-2.3.1:loss": Truth(loss_after_steps, "the loss after k steps along its derivatives", 22),
    "H2-2.3.1:spectral": Truth(
        loss_after_steps, "gradient descent on data with these eigenvalues, rotated", 22
    ),
    "H2-2.3.1:coefficient": Truth(
        lambda point: rate_polynomial(point).coeff_monomial((int(point[j]),)),
        "the coefficient of the loss as a polynomial in the rate",
        22,
    ),
}
