"""What the questions of this chapter share: sizes as symbols, and costs in them."""

from __future__ import annotations

import re
from typing import Any

from hwcode.checking import AnswerError, Formula, scalar
from hwcode.checking.latex import latex_text
from hwcode.checking.reader import Reading

__all__ = ["CHAPTER", "Count", "size"]

CHAPTER = "backpropagation"


class Count(Formula):
    """A cost in some sizes, exactly, printed in their order: N K D, not D K N."""

    def reading(self, text: str) -> Reading:
        if re.match(r"\s*(\\mathcal\W*)?O\s*\}?\s*(\\left)?\s*\(", text):
            raise AnswerError(f"expected {self.what} with its constants, not an order of growth")
        return super().reading(text)

    def latex(self, answer: Any) -> str:
        return latex_text(answer, self.domain.symbols)


def size(name: str) -> Any:
    """A symbol for a whole number that is at least 1."""
    return scalar(name, integer=True, positive=True)
