"""What ``questions/selection.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix

from hwcode.chapters.hard_coded_networks import perceptrons as hc
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


def _weights_that_read(target: Any) -> Any:
    """Solve ``W3 s = target(s)`` for four independent sorted lists ``s``."""
    lists = [sympy.Matrix(row) for row in ([1, 2, 3, 4], [1, 2, 3, 9], [1, 2, 7, 8], [1, 5, 6, 9])]
    left = sympy.Matrix.hstack(*lists).T
    right = sympy.Matrix([target(list(one)) for one in lists])
    return ImmutableMatrix(left.LUsolve(right).T)


TRUTHS = {
    "A1-3.3:third": Truth(
        lambda _: _weights_that_read(lambda one: one[2]),
        "the linear equations of four independent sorted lists",
    ),
    "A1-3.3:median": Truth(
        lambda _: _weights_that_read(lambda one: (one[1] + one[2]) / 2),
        "the linear equations of four independent sorted lists",
    ),
    "A1-3.3:fewest": Truth(
        lambda _: sympy.Integer(hc.fewest(4, hc.carries(3))),
        "an exhaustive search over all networks",
    ),
}
