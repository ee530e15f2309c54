"""What ``questions/layers.py`` asks, from the definitions."""

from __future__ import annotations

from functools import partial

import mpmath

from hwcode.chapters.networks_from_scratch.truths import digits, propagation, regression
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


TRUTHS = {
    "A1-P2.1:relu": Truth(
        digits.many_digits(propagation.relu_curve),
        "difference quotients with 150 digits, and 0 at 0",
    ),
    "A1-P2.1:sigmoid": Truth(
        digits.many_digits(partial(propagation.curve, regression.logistic)),
        "difference quotients with 150 digits",
    ),
    "A1-P2.1:tanh": Truth(
        digits.many_digits(partial(propagation.curve, mpmath.tanh)),
        "difference quotients with 150 digits",
    ),
    "A1-P2.2": Truth(propagation.product, "the product of all layers' matrices"),
}
