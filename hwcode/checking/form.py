"""What every form of answers knows: how it is read, which objects stand for it, how it compares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from hwcode.checking.identity import Truth
from hwcode.checking.reader import Reading
from hwcode.checking.verdict import Comparison, Method

__all__ = ["Form", "settled"]


class Form(ABC):
    """How answers to a question are written and compared."""

    isolated: bool = False
    """Whether typed answers are read and compared in a process of their own."""
    in_page: bool = True
    """Whether a page can decide them: not where one has to run a program."""

    @abstractmethod
    def describe(self) -> str:
        """What is expected, for a reader who is about to type it."""

    @abstractmethod
    def read(self, text: str) -> Any:
        """A typed answer as an object; :class:`AnswerError` if it is not readable."""

    def reading(self, text: str) -> Reading:
        """As :meth:`read`, with how it was read and what was taken for what."""
        value = self.read(text)
        return Reading(value, self.show(value))

    def load(self, text: str) -> None:  # noqa: B027
        """Import what deciding this answer takes, before memory is limited.

        Raises:
            AnswerError: if it is not installed; names the extra that brings it.
        """

    @abstractmethod
    def accept(self, answer: Any) -> Any:
        """A Python object as an answer; :class:`AnswerError` if it cannot be one."""

    def prepared(self, answer: Any) -> Any:
        """An answer as it is compared several times: what takes long is done here, once."""
        return answer

    @abstractmethod
    def compare(self, answer: Any, reference: Any) -> Comparison:
        """Compare an answer with a reference, or with a :class:`Truth`."""

    def why(self, answer: Any, reference: Any) -> str | None:
        """What is wrong with an answer, as only its form can tell; None where others may say it."""
        return None

    def show(self, answer: Any) -> str:
        """An answer as text, the way it would be typed."""
        return str(answer)

    def latex(self, answer: Any) -> str:
        """An answer as LaTeX mathematics without dollar signs; empty where it is no formula."""
        return ""

    def inline(self, answer: Any) -> str:
        """An answer as Markdown within a line."""
        return self.show(answer)

    def block(self, answer: Any) -> str:
        """An answer as a paragraph of Markdown."""
        return self.inline(answer)


def settled(reference: Any) -> tuple[Any, Method]:
    """A reference's value, and how it was come by."""
    if isinstance(reference, Truth):
        return reference.value({}), reference.method
    return reference, Method.EXACT
