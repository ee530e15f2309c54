"""What ``questions/backward.py`` asks, from the definitions."""

from __future__ import annotations

from hwcode.chapters.backpropagation.questions.network import Sbar
from hwcode.chapters.backpropagation.truths.errors import (
    derivative_of_last_step,
    error_of,
    value_at_kink,
)
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


TRUTHS = {
    "A1-2.1.2:S": Truth(derivative_of_last_step, "the derivative of the last step"),
    "A1-2.1.2:yp": Truth(
        lambda point: -point[Sbar] * error_of("yp").value(point),
        r"$\overline S$ times the rate at which S = -J moves with this quantity alone, by dual numbers",
        25,
    ),
    "A1-2.1.2:y": error_of("y"),
    "A1-2.1.2:g": error_of("g"),
    "A1-2.1.2:h1": error_of("h1"),
    "A1-2.1.2:h2": error_of("h2"),
    "A1-2.1.2:z1": error_of("z1"),
    "A1-2.1.2:z2": error_of("z2"),
    "A1-2.1.2:x": error_of("x"),
    "A1-2.1.2:whole": error_of("x"),
    "A1-2.1.2:kink": Truth(value_at_kink, "two programs for the same differentiable function"),
}
