"""What the questions on convolution have in common."""

from __future__ import annotations

from typing import Any

from sympy import ImmutableMatrix

from hwcode.checking import Formula

CHAPTER = "convolution"


class Column(Formula):
    """A vector, which may be written as a row.

    >>> Column().read("[[1, 2]]") == Column().read("1, 2") == Column().accept([1, 2])
    True
    """

    def read(self, text: str) -> Any:
        return _upright(super().read(text))

    def accept(self, answer: Any) -> Any:
        return _upright(super().accept(answer))


def _upright(value: Any) -> Any:
    return value.T if isinstance(value, ImmutableMatrix) and value.rows == 1 else value
