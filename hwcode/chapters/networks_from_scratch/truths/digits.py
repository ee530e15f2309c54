"""Arithmetic with many digits, and derivatives as difference quotients in it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import mpmath

from hwcode.checking.returned import plain

__all__ = ["many_digits", "quotient"]

DIGITS = 150
"""Decimal digits: difference quotients take two thirds of them."""


def quotient(f: Callable[[Any], Any], x: Any, low: Any = None, high: Any = None) -> Any:
    """The derivative of ``f`` at ``x`` as a difference quotient, one-sided at the ends.

    Its step is a third of the digits that there are: as many are lost in the difference.
    """
    step = mpmath.mpf(10) ** -(mpmath.mp.dps // 3)
    below = x if low is not None and x <= low else x - step
    above = x if high is not None and x >= high else x + step
    return (f(above) - f(below)) / (above - below)


def many_digits(function: Callable[..., Any], digits: int = DIGITS) -> Callable[[Any], Any]:
    """A truth that takes an instance's arguments and computes with many digits, once for each."""
    known: dict[str, Any] = {}

    def value(arguments: Any) -> Any:
        key = repr(plain(arguments))
        if key not in known:
            with mpmath.workdps(digits):
                known[key] = function(*arguments)
        return copy.deepcopy(known[key])

    return value
