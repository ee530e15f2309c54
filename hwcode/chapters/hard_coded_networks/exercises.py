"""Selectors with new ranks."""

from __future__ import annotations

import random

from sympy import ImmutableMatrix

from hwcode.chapters.practice import Draw, Exercise, other_than
from hwcode.checking import Formula

__all__ = ["EXERCISES"]


def selector(source: random.Random) -> Exercise:
    """A1-3.3 with more wires and a combination of two ranks."""
    n = other_than(source, 5, 8)
    small, large = other_than(source, 2, n), other_than(source, 2, n)
    factor = other_than(source, 2, 9)

    def row(one: int, other: int) -> ImmutableMatrix:
        """The first place once, the second one so many times."""
        return ImmutableMatrix(1, n, lambda _, j: int(j == one) + factor * int(j == other))

    return Exercise(
        statement=f"Behind a sorting network, {n} numbers stand on the wires in increasing order. "
        "Which row of weights outputs "
        f"(number {small} from below) + {factor} × (number {large} from above)?",
        numbers={"n": n, "small": small, "large": large, "factor": factor},
        reference=row(small - 1, n - large),
        mistakes=(
            (row(n - small, large - 1), "the wires are in increasing order: the least is first"),
            (row(small - 1, n - large - 1), "counted from above, the first is the last wire"),
            (row(small - 2, n - large), "counted from below, the first is the first wire"),
        ),
        form=Formula(what=f"a row of {n} numbers"),
    )


EXERCISES: dict[str, Draw] = {"A1-3.3": selector}
