"""Whether two exact values agree, and how a difference is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.expressions import decimal_text
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["TOLERANCE", "difference", "values_equal"]

DIGITS = 50
"""Decimal digits of values that are not rational."""
TOLERANCE = sympy.Rational(1, 10**30)
"""Relative difference below which such values count as equal, if they can't be told apart."""


def difference(got: Any, expected: Any, named: Mapping[str, str], remark: str = "") -> Comparison:
    """Two values that differ as a counterexample, at a point that is told by names.

    >>> print(difference(sympy.S.One, sympy.S(2), {"x": "3"}).counterexample)
    at x = 3: expected 2, got 1
    >>> print(difference(sympy.Matrix([1, 2]), sympy.Matrix([1, 3]), {}).counterexample)
    expected [1, 3], got [1, 2]; they differ in entry 2
    """
    wanted, mine = decimal_text(expected), decimal_text(got)
    if wanted == mine:
        entries = got - expected if isinstance(got, MatrixBase) else [_unwrapped(got) - expected]
        apart = max(abs(sympy.N(entry, 2)) for entry in entries)
        mine = f"{mine}, apart by {apart}"
    failure = Counterexample(named, wanted, mine, entry=_differing(got, expected))
    return Comparison(False, Method.EXACT, counterexample=failure, remark=remark)


def _differing(got: Any, expected: Any) -> str:
    """Which entries of two matrices differ; empty where all do, or the shapes."""
    if not isinstance(got, MatrixBase) or got.shape != getattr(expected, "shape", None):
        return ""
    wrong = [
        (i, j)
        for i in range(got.rows)
        for j in range(got.cols)
        if not _numbers_equal(got[i, j], expected[i, j])
    ]
    if not 0 < len(wrong) < min(got.rows * got.cols, 4):
        return ""
    if got.cols == 1:
        return _listed("entry", "entries", [str(i + 1) for i, _ in wrong])
    if got.rows == 1:
        return _listed("entry", "entries", [str(j + 1) for _, j in wrong])
    return " and ".join(f"row {i + 1}, column {j + 1}" for i, j in wrong)


def _listed(one: str, several: str, places: list[str]) -> str:
    if len(places) == 1:
        return f"{one} {places[0]}"
    return f"{several} {', '.join(places[:-1])} and {places[-1]}"


def values_equal(got: Any, expected: Any) -> tuple[str, str]:
    """How two values agree (``"exactly"``, ``"to 50 digits"``, or empty), and a remark.

    A 1 x 1 matrix is the number in it.

    >>> values_equal(sympy.sqrt(8), 2 * sympy.sqrt(2))
    ('exactly', '')
    >>> values_equal(sympy.Matrix([[1, 2]]), sympy.Matrix([1, 2]))
    ('', 'its shape is 1 x 2, and 2 x 1 is expected')
    """
    got, expected = _unwrapped(got), _unwrapped(expected)
    matrices = [isinstance(value, MatrixBase) for value in (got, expected)]
    if matrices[0] != matrices[1]:
        kinds = ["a matrix" if found else "a number" for found in matrices]
        return "", f"it is {kinds[0]}, and {kinds[1]} is expected"
    if not matrices[0]:
        return _numbers_equal(got, expected), ""
    if got.shape != expected.shape:
        shapes = [f"{value.rows} x {value.cols}" for value in (got, expected)]
        return "", f"its shape is {shapes[0]}, and {shapes[1]} is expected"
    ways = {_numbers_equal(a, b) for a, b in zip(got, expected, strict=True)}
    if "" in ways:
        return "", ""
    return ("exactly" if ways <= {"exactly"} else f"to {DIGITS} digits"), ""


def _unwrapped(value: Any) -> Any:
    value = sympy.sympify(value)
    return value[0, 0] if isinstance(value, MatrixBase) and value.shape == (1, 1) else value


def _numbers_equal(got: Any, expected: Any) -> str:
    if got == expected:
        return "exactly"
    if got.is_Rational and expected.is_Rational:
        return ""
    difference = abs(sympy.N(got - expected, DIGITS))
    size = max(abs(sympy.N(expected, DIGITS)), abs(sympy.N(got, DIGITS)), sympy.S.One)
    if not bool(difference <= TOLERANCE * size):
        return ""
    return "" if _is_something(sympy.expand(got - expected)) else f"to {DIGITS} digits"


def _is_something(difference: Any) -> bool:
    """Whether a tiny difference is seen not to be 0: some numbers are as small as exp(-10**6)."""
    if difference.has(sympy.Float):
        return False  # a truth that was computed to some digits
    try:
        return bool(difference.evalf(2, maxn=4 * DIGITS, strict=True) != 0)
    except (ArithmeticError, NotImplementedError, TypeError, ValueError):
        return False  # it may be 0, and no number of digits shows that
