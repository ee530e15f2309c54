"""Two things wrong at once: known mistakes, or slips, in two places of one formula.

Two mistakes in different terms add up: ``right + (one - right) + (other - right)``. Two in factors
of a product multiply: ``one * other / right``. An answer that has either value is told both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from hwcode.checking.likeness import Screen, Values, near
from hwcode.checking.slips import REFUSALS, Slip

__all__ = ["two_at_once"]


def two_at_once(
    screen: Screen,
    answer: Any,
    right: Any,
    known: Sequence[Slip],
    at_first: Sequence[Values | None],
) -> Iterator[Slip]:
    """What two of these mistakes together make of the right formula, where the answer is that.

    Args:
        screen: points, at the first of which pairs are looked at, and at all of which they count.
        answer: a wrong formula.
        right: the right one.
        known: mistakes that are made in it.
        at_first: their values at the first point; None for those that are to be left out.
    """
    mine, theirs = screen.value(answer, 0), screen.value(right, 0)
    if mine is None or theirs is None or mine[0] != theirs[0]:
        return
    fitting = [
        (slip, value[1])
        for slip, value in zip(known, at_first, strict=True)
        if value is not None and value[0] == mine[0]
    ]
    for (one, a), (other, b) in combinations(fitting, 2):
        ways = []
        if all(near(x + r, u + v) for x, r, u, v in zip(mine[1], theirs[1], a, b, strict=True)):
            ways.append(lambda one, other: one + other - right)
        if mine[0] == () and near(mine[1][0] * theirs[1][0], a[0] * b[0]):
            ways.append(lambda one, other: one * other / right)
        for way in ways:
            try:
                formula = way(one.formula, other.formula)
            except REFUSALS:
                continue  # a product of matrices, say
            if formula != right and screen.alike(answer, formula):
                yield Slip(formula, f"two things at once: {one.why}; and {other.why}")
