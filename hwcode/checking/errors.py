"""What a check can say besides right and wrong."""

from __future__ import annotations

__all__ = ["AnswerError", "UnknownNameError"]


class AnswerError(ValueError):
    """The answer could not be read as one; the message says why and what is expected."""


class UnknownNameError(LookupError):
    """No question, or no part of it, has this name; the message names those that exist."""
