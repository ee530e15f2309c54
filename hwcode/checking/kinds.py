"""What is asked of an argument beyond its annotation: ranges, and choices, for ``takes``."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = [
    "ANY_NUMBER",
    "NOT_ZERO",
    "SEED",
    "SIZE",
    "Kind",
    "above",
    "at_least",
    "between",
    "one_of",
]


@dataclass(frozen=True)
class Kind:
    """What the annotation of an argument does not say.

    Attributes:
        words: what stands behind "a finite number", say.
        holds: decides; it gets a number or an array of them.
        large: whether a whole number may be beyond what a loop counts.
    """

    words: str
    holds: Callable[[Any], Any]
    large: bool = False


def above(low: float) -> Kind:
    """Numbers that are larger."""
    return Kind(f" above {low:g}", lambda value: value > low)


def at_least(low: float, *, large: bool = False) -> Kind:
    """Numbers from here on."""
    return Kind(f" of at least {low:g}", lambda value: value >= low, large)


def between(low: float, high: float, *, without_high: bool = False) -> Kind:
    """Numbers of an interval, with its ends or without the upper one.

    >>> between(0, 1, without_high=True).holds(1)
    False
    """
    words = f" from {low:g} to {'below ' * without_high}{high:g}"
    return Kind(
        words, lambda x: (x >= low) & (operator.lt if without_high else operator.le)(x, high)
    )


def one_of(*choices: Any) -> Kind:
    """These values and no other."""
    return Kind(f", one of {', '.join(map(repr, choices))}", lambda value: value in choices)


ANY_NUMBER = Kind("", lambda value: True)
"""For arguments that may be numbers of several types, or arrays of them."""
NOT_ZERO = Kind(" other than 0", lambda value: value != 0)
SEED = at_least(0, large=True)
SIZE = between(1, 10_000)
"""Of a net, a kernel, a set of colours."""
