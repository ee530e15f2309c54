"""Answers that are numbers with a property: many may be right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hwcode.checking.commas import LIST
from hwcode.checking.errors import AnswerError
from hwcode.checking.expressions import UndefinedError, evaluate
from hwcode.checking.forms import Form, Formula
from hwcode.checking.verdict import Comparison

__all__ = ["Witness"]


@dataclass(frozen=True)
class Witness(Form):
    """Numbers with a property: many answers may be right, and the property decides.

    Args:
        what: what is asked for.
        decide: from the numbers to a comparison, with the reason in it.
        size: how many numbers; None for any.
    """

    what: str
    decide: Callable[[tuple[Any, ...]], Comparison]
    size: int | None = None

    isolated = True

    def describe(self) -> str:
        return f"{self.what}, as [first, second, ...]"

    def read(self, text: str) -> tuple[Any, ...]:
        return self._entries(Formula(what=self.what, commas=LIST).read(text))

    def accept(self, answer: Any) -> tuple[Any, ...]:
        return self._entries(Formula(what=self.what).accept(answer))

    def _entries(self, value: Any) -> tuple[Any, ...]:
        entries = tuple(value) if hasattr(value, "shape") else (value,)
        if self.size is not None and len(entries) != self.size:
            raise AnswerError(f"{len(entries)} numbers; expected {self.describe()}")
        try:
            values = tuple(evaluate(entry, {}) for entry in entries)
        except UndefinedError as error:
            raise AnswerError(f"{error}; expected {self.describe()}") from None
        for value in values:
            if not value.is_real:
                raise AnswerError(f"{value} is no real number; expected {self.describe()}")
        return values

    def compare(self, answer: tuple[Any, ...], reference: Any) -> Comparison:
        return self.decide(answer)

    def show(self, answer: tuple[Any, ...]) -> str:
        return "[" + ", ".join(str(entry) for entry in answer) + "]"
