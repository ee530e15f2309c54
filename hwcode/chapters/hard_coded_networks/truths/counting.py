"""What ``questions/counting.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.chapters.hard_coded_networks import perceptrons as hc
from hwcode.chapters.hard_coded_networks.questions.counting import _gate_regions
from hwcode.checking import (
    Truth,
)

__all__ = ["TRUTHS"]


def _gate_everywhere(_: Any) -> str:
    """The slopes in x that a gate needs far out, for s = 0 and for s = 1.

    The rays (x, 0) and (x, 1) have the same direction, and :func:`far_slopes` needs nothing else.
    """
    wanted = {region.values[0].slopes[0] for region in _gate_regions()}
    return "yes" if len(wanted) == 1 else "no"


def _second_of_tied(_: Any) -> sympy.Rational:
    """The network on (5, 5, 7, 9): what the units that fire let through."""
    numbers = (5, 5, 7, 9)
    fired = hc.firing_perceptron(4, k=2)(numbers)
    total = sum(s * x for s, x in zip(fired, numbers, strict=True))
    return sympy.Rational(total.numerator, total.denominator)


TRUTHS = {
    "A1-3.4:counting": Truth(
        lambda _: hc.counting_regions(4), "the place of x1 in each of the 24 orders"
    ),
    "A1-3.4:fire": Truth(lambda _: None, "the four counts, one by one"),
    "A1-3.4:gate": Truth(_gate_regions, "the product, for s = 0 and s = 1"),
    "A1-3.4:unbounded": Truth(
        _gate_everywhere,
        "the slope far out, which does not depend on where a ray begins",
    ),
    "A1-3.4:ties": Truth(_second_of_tied, "the network, evaluated in fractions"),
}
