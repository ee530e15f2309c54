"""How the programs of this chapter are tried: warnings are errors, arguments may not change."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

from hwcode.checking.programs import close, plain

DIGITS = 1100
"""Decimal digits: ``exp(-1000)`` beside 1 takes 435 of them, difference quotients the rest."""
TOLERANCE = 1e-9
"""Of values that a program returns, relative to the largest of them, or to 1."""


def strict(program: Callable[..., Any], *arguments: Any) -> Any:
    """Call a program; overflow, invalid operations and division by zero end it.

    Raises:
        ValueError: if it changes one of its arguments.
    """
    before = plain(copy.deepcopy(arguments))
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        result = program(*arguments)
    for place, (value, kept) in enumerate(zip(plain(arguments), before, strict=True), 1):
        if value != kept:
            name = getattr(program, "__name__", "the program")
            raise ValueError(f"{name} changes its argument number {place}")
    return result


def differs(tolerance: float = TOLERANCE) -> Callable[[Any, Any], str]:
    """Compare numbers and arrays, by name where there are several."""

    def differ(got: Any, expected: Any) -> str:
        if not isinstance(expected, dict):
            return close(got, expected, tolerance)
        if missing := [name for name in expected if name not in got]:
            return f"{', '.join(missing)}: missing"
        if more := [name for name in got if name not in expected]:
            return f"{', '.join(more)}: not asked for"
        for name, value in expected.items():
            found = close(got[name], value, tolerance)
            if found:
                return found if len(expected) == 1 else f"{name}: {found}"
        return ""

    return differ


def named(*names: str) -> Callable[..., dict[str, Any]]:
    """A function with several results as one whose results have names."""

    def use(program: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
        results = strict(program, *arguments)
        if not isinstance(results, (tuple, list)) or len(results) != len(names):
            raise TypeError(f"{len(names)} results are expected: {', '.join(names)}")
        return dict(zip(names, results, strict=True))

    return use


def quotient(f: Callable[[Any], Any], x: Any, low: Any = None, high: Any = None) -> Any:
    """The derivative of ``f`` at ``x`` as a difference quotient, one-sided at the ends."""
    step = mpmath.mpf(10) ** -400
    below = x if low is not None and x <= low else x - step
    above = x if high is not None and x >= high else x + step
    return (f(above) - f(below)) / (above - below)


def many_digits(function: Callable[..., Any]) -> Callable[[Any], Any]:
    """A truth that takes an instance's arguments and computes with many digits."""

    def value(arguments: Any) -> Any:
        with mpmath.workdps(DIGITS):
            return function(*arguments)

    return value
