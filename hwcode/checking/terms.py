"""Which terms of a wrong formula differ from those of the right one, multiplied out."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.checking.expressions import value_text

__all__ = ["differing_terms"]

MOST_OPERATIONS, MOST_DIFFERENT = 120, 2
"""Of a formula that is multiplied out; and terms that are told."""


def differing_terms(answer: Any, right: Any) -> str:
    """The one or two terms in which two formulas differ; empty where more do, or all.

    >>> n, d = sympy.symbols("n d")
    >>> differing_terms(9 * n * (n + d) + 4 * d, 9 * n**2 + 18 * n * d + 4 * d)
    'multiplied out, it has 9*d*n where 18*d*n belongs'
    >>> differing_terms(n**2 + d + 1, n**2 + d)
    'multiplied out, 1 is too much'
    """
    if not all(isinstance(each, sympy.Expr) for each in (answer, right)):
        return ""
    if any(sympy.count_ops(each) > MOST_OPERATIONS for each in (answer, right)):
        return ""
    mine, theirs = (_terms(each) for each in (answer, right))
    different = [term for term in {**theirs, **mine} if mine.get(term) != theirs.get(term)]
    if not 0 < len(different) <= MOST_DIFFERENT or not set(theirs) - set(different):
        return ""
    told = [_told(term, mine.get(term), theirs.get(term)) for term in different]
    return f"multiplied out, {' and '.join(told)}"


def _terms(formula: Any) -> dict[Any, Any]:
    """The coefficients of a sum's terms, by what is left of the terms without them."""
    found = sympy.expand(formula).as_coefficients_dict()
    return {term: number for term, number in found.items() if number != 0}


def _told(term: Any, mine: Any, theirs: Any) -> str:
    if mine is None:
        return f"{value_text(theirs * term)} is missing"
    if theirs is None:
        return f"{value_text(mine * term)} is too much"
    return f"it has {value_text(mine * term)} where {value_text(theirs * term)} belongs"
