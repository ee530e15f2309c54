"""What a check can say besides right and wrong."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["AmbiguousError", "AnswerError", "DataError", "UnknownNameError", "quoted"]


def quoted(text: str) -> str:
    r"""A text of an answer in quotation marks, with its backslashes as they were typed.

    >>> print(quoted(r"\lambda / 2"))
    '\lambda / 2'
    """
    return repr(text).replace("\\\\", "\\")


class AnswerError(ValueError):
    """The answer could not be read as one; the message says why and what is expected."""


class AmbiguousError(AnswerError):
    """The answer can be read in several ways, and is given back with them.

    Attributes:
        readings: the ways, each as a text that can be sent in place of the answer.

    >>> AmbiguousError("lam/2eta", ["lam/2*eta", "lam/(2*eta)"]).readings
    ('lam/2*eta', 'lam/(2*eta)')
    """

    def __init__(self, text: str, readings: Sequence[str], why: str = "") -> None:
        self.readings = tuple(readings)
        several = " or as ".join(f"'{reading}'" for reading in self.readings)
        super().__init__(
            f"{quoted(text)} can be read as {several}{why and f' ({why})'}; which is meant?"
        )

    @classmethod
    def told(cls, message: str, readings: Sequence[str]) -> AmbiguousError:
        """The error again from its message, as it comes from another process."""
        error = cls("", readings)
        error.args = (message,)
        return error


class UnknownNameError(LookupError):
    """No question, or no part of it, has this name; the message names those that exist."""


class DataError(RuntimeError):
    """A dataset is damaged or could not be fetched; the message names the file."""


class NoReferenceError(RuntimeError):
    """A question's own answer has no value wherever it was tried: our fault, not the reader's."""
