"""Reading the weights of a network, as text or as arrays, into exact fractions."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import sympy

from hwcode.checking.errors import AnswerError
from hwcode.checking.reader import read
from hwcode.checking.spelling import LONGEST

__all__ = ["matrix_of", "read_weights", "vector_of"]


def read_weights(text: str) -> dict[str, Any]:
    """A typed network as plain lists, fractions and names; nothing of the text is run.

    A mapping, or one entry after the other as ``name = value`` or ``name: value``. The value may be
    wrapped as it is in programs, ``np.array([[1, 2]])``, and ``|z|`` is the absolute value.

    Raises:
        AnswerError: if the text is no mapping, is too long or gives a key twice.

    >>> read_weights("W1 = [[1, 1/2]]; phi1 = relu")
    {'W1': [[1, 1/2]], 'phi1': 'relu'}
    """
    if len(text) > LONGEST:
        raise AnswerError(f"the answer has {len(text)} characters; at most {LONGEST} are read")
    source = text.replace("−", "-").replace("φ", "phi").replace("ϕ", "phi").strip()
    source = re.sub(r"\|\s*[^\W\d]\s*\|", "abs", source)
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise AnswerError(f"not a network ({reason}); {_EXAMPLE}") from None
    weights: dict[str, Any] = {}
    for key, node in _entries(tree.body):
        if key in weights:
            raise AnswerError(f"{key} is given twice")
        weights[key] = _plain(node, source)
    if not weights:
        raise AnswerError(f"the answer is empty; {_EXAMPLE}")
    return weights


_WRAPPERS = ("array", "asarray", "tensor", "Matrix")
_EXAMPLE = 'for example {"W1": [[1, 1/2]], "b1": [0], "phi1": "relu"} or W1 = [[1, 1/2]]; b1 = ...'


def _entries(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for statement in body:
        match statement:
            case ast.Expr(ast.Dict(keys, values)) if len(body) == 1:
                for key, value in zip(keys, values, strict=True):
                    if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                        raise AnswerError(f"the keys are names in quotes; {_EXAMPLE}")
                    yield key.value, value
            case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), value, None):
                yield name, value
            case _:
                raise AnswerError(f"not a network; {_EXAMPLE}")


def _plain(node: ast.expr, source: str) -> Any:
    match node:
        case ast.List(elements) | ast.Tuple(elements):
            return [_plain(element, source) for element in elements]
        case ast.Name(name):
            return name
        case ast.Constant(str() as word):
            return word
        case ast.Call(ast.Name(name) | ast.Attribute(ast.Name(), name), [wrapped], []) if (
            name in _WRAPPERS
        ):
            return _plain(wrapped, source)
    return read(ast.get_source_segment(source, node) or "", {})


def _number(name: str, value: Any) -> Fraction:
    if isinstance(value, float) and math.isfinite(value):
        return Fraction(value)
    try:
        number = read(value, {}) if isinstance(value, str) else sympy.sympify(value, strict=True)
        return Fraction(int(number.p), int(number.q))
    except (AttributeError, sympy.SympifyError):
        raise AnswerError(
            f"{name}: {value} is no rational number, and the check is exact"
        ) from None


def _rows(name: str, value: Any, what: str) -> list[Any]:
    value = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(value, (list, tuple)) or not value:
        raise AnswerError(f"{name} is {what}; {value!r} is none")
    return list(value)


def vector_of(name: str, value: Any) -> tuple[Fraction, ...]:
    """Biases as fractions, typed as a list or as a column; floats are taken exactly as they are.

    Raises:
        AnswerError: names the array and what is wrong with it.

    >>> vector_of("b1", [1, "1/3", 0.5])
    (Fraction(1, 1), Fraction(1, 3), Fraction(1, 2))
    """
    what = "a list of numbers, one for each unit"
    entries = _rows(name, value, what)
    if all(isinstance(entry, (list, tuple)) and len(entry) == 1 for entry in entries):
        entries = [entry for (entry,) in entries]
    return tuple(_number(name, entry) for entry in entries)


def matrix_of(name: str, value: Any) -> tuple[tuple[Fraction, ...], ...]:
    """Weights as rows of fractions, all of one length.

    Raises:
        AnswerError: names the array and what is wrong with it.
    """
    what = "a list of rows, one for each unit, as [[1, 2], [3, 4]]"
    rows = [_rows(name, row, what) for row in _rows(name, value, what)]
    if len({len(row) for row in rows}) > 1:
        raise AnswerError(f"the rows of {name} have different lengths")
    return tuple(tuple(_number(name, entry) for entry in row) for row in rows)
