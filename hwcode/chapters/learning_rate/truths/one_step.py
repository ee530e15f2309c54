"""What ``questions/one_step.py`` asks, from the definitions."""

from __future__ import annotations

from hwcode.chapters.learning_rate.questions.problem import descended
from hwcode.chapters.learning_rate.truths.problem import (
    at_least,
    condition,
    loss_after_steps,
    rate_polynomial,
)
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


TRUTHS = {
    "H2-2.2.1:weights": Truth(
        lambda point: descended(point, 1), "a step along the derivatives of the loss", 5
    ),
    "H2-2.2.1:loss": Truth(loss_after_steps, "the loss after a step along its derivatives", 10),
    "H2-2.2.2:second": Truth(
        lambda point: rate_polynomial(point).diff().diff().eval(0),
        "the second derivative of the loss as a polynomial in the rate",
        10,
    ),
    "H2-2.2.2:convex": condition(at_least("convex", "one")),
    "H2-2.2.2:strict": condition(at_least("strictly convex", "one")),
    "H2-2.2.2:strong": condition(at_least("strongly convex", "one")),
}
