"""Numbers, vectors and matrices as answers: Python objects, rows for columns, rounded decimals."""

from __future__ import annotations

import math
from typing import Any

import sympy
from sympy import ImmutableMatrix
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.errors import AnswerError
from hwcode.checking.expressions import UndefinedError, evaluate
from hwcode.checking.identity import Truth
from hwcode.checking.reader import LONGEST

__all__ = ["laid_out", "symbols_of", "sympified", "to_all_digits"]


def laid_out(answer: Any, reference: Any) -> Any:
    """A list of numbers as a column or as a row, as the reference has it."""
    if isinstance(answer, MatrixBase) and isinstance(reference, MatrixBase):
        turned = answer.shape != reference.shape == answer.shape[::-1]
        return answer.T if turned and 1 in answer.shape else answer
    return answer


def to_all_digits(answer: Any, reference: Any) -> bool:
    """Whether numbers are the exact ones, rounded as a computer's are: 0.6666666666666666."""
    expected = reference.value({}) if isinstance(reference, Truth) else reference
    try:
        values = [evaluate(sympy.sympify(each), {}) for each in (answer, expected)]
    except (UndefinedError, TypeError, ValueError):
        return False
    shapes = [getattr(value, "shape", ()) for value in values]
    if shapes[0] != shapes[1]:
        return False
    got, wanted = ([*value] if hasattr(value, "shape") else [value] for value in values)
    return all(
        a == b or (not a.is_Integer and bool(abs(sympy.N(a - b, 40)) <= abs(sympy.N(b)) / 2**52))
        for a, b in zip(got, wanted, strict=True)
    )


def sympified(answer: Any) -> Any:
    """A number, list or array of Python's, NumPy's or torch's as SymPy's.

    Raises:
        AnswerError: if a number is not finite, or very long.
        TypeError, ValueError, sympy.SympifyError: if it is nothing of the kind.
    """
    if isinstance(answer, str):
        raise TypeError
    if hasattr(answer, "tolist"):  # NumPy and torch values
        answer = answer.tolist()
    if isinstance(answer, (list, tuple)):
        rows = [entry if isinstance(entry, (list, tuple)) else [entry] for entry in answer]
        return ImmutableMatrix([[sympified(entry) for entry in row] for row in rows])
    if isinstance(answer, float) and math.isfinite(answer):
        return sympy.Rational(answer)
    value = sympy.sympify(answer, strict=True)
    if isinstance(value, sympy.Rational) and max(abs(value.p), value.q) >= 10**LONGEST:
        raise AnswerError(f"a number of more than {LONGEST} digits")
    if value in (sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        raise AnswerError(f"{answer} is no finite number")
    return value.as_immutable() if isinstance(value, MatrixBase) else value


def symbols_of(value: Any) -> set[Any]:
    """The symbols in a value, scalars and matrices."""
    return set(value.free_symbols) | set(value.atoms(sympy.MatrixSymbol))
