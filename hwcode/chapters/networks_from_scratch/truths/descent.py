"""What ``questions/descent.py`` asks, from the definitions."""

from __future__ import annotations

from hwcode.chapters.networks_from_scratch.truths import digits, regression
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


TRUTHS = {
    "A1-P1.4:program": Truth(
        digits.many_digits(regression.descent_by_quotients),
        "difference quotients with 150 digits",
    ),
    "A1-P1.4:rate": Truth(
        regression.largest_safe_rate,
        "two over the largest curvature, by SymPy's derivatives",
        2,
    ),
    "A1-P1.5:xor": Truth(
        lambda _: regression.best_line(*regression.XOR),
        "linear inequalities for every subset of the points",
    ),
    "A1-P1.5:xor_loss": Truth(
        regression.least_loss_on_xor, "a vanishing gradient of a convex function"
    ),
    "A1-P1.5:separable": Truth(
        regression.fate_on_separable,
        "a separating direction, and the limit of the loss along it",
    ),
    "A1-P1.5:direction": Truth(
        regression.max_margin_slope, "the maximum-margin direction, by trying all active sets"
    ),
}
