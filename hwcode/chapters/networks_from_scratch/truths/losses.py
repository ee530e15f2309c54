"""What ``questions/losses.py`` asks, from the definitions."""

from __future__ import annotations

from hwcode.chapters.networks_from_scratch.truths import digits, regression
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


TRUTHS = {
    "A1-P1.1:loss": Truth(
        digits.many_digits(regression.loss_of_probabilities, 1100),
        "the definition with 1,100 digits",
    ),
    "A1-P1.1:gradient": Truth(
        digits.many_digits(regression.slopes_of_probabilities, 1100),  # of numbers near 0 and 1
        "difference quotients with 1,100 digits",
    ),
    "A1-P1.1:logits": Truth(
        digits.many_digits(regression.loss_of_logits), "the definition with 150 digits"
    ),
    "A1-P1.1:logits_gradient": Truth(
        digits.many_digits(regression.slopes_of_logits),
        "difference quotients with 150 digits",
    ),
    "A1-P1.2": Truth(
        regression.differences_of_linear,
        "differences of the loss, exact for an affine function",
    ),
    "A1-P1.3:formula": Truth(
        regression.exact_gradient, "the chain rule, differentiated by SymPy", 60
    ),
    "A1-P1.3:program": Truth(
        digits.many_digits(regression.regression_by_quotients),
        "difference quotients with 150 digits",
    ),
}
