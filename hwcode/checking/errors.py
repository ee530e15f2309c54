"""What a check can say besides right and wrong."""

from __future__ import annotations

import re

__all__ = ["PRODUCT_HINT", "AnswerError", "UnknownNameError", "syntax_message"]

PRODUCT_HINT = "every product needs its * (or @ between matrices): 2*x, not 2x"


class AnswerError(ValueError):
    """The answer could not be read as one; the message says why and what is expected."""


class UnknownNameError(LookupError):
    """No question, or no part of it, has this name; the message names those that exist."""


def syntax_message(text: str, error: BaseException) -> str:
    """Why a text is no formula, with a hint at what is most often meant.

    >>> syntax_message("2x", ValueError("invalid"))
    'not a formula (invalid); every product needs its * (or @ between matrices): 2*x, not 2x'
    """
    hint = "for example 2*x**2 or [1, 2]"
    if re.search(r"\\[A-Za-z]|\$", text):
        return (
            "not a formula (LaTeX is not read); a fraction is typed as (a + b)/c, a Greek letter by"
            " its name, and every product with its *: 2*x, not 2x"
        )
    if re.search(r"\d\s*[A-Za-z(]|\)\s*[A-Za-z0-9(]", text):
        hint = PRODUCT_HINT
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"not a formula ({reason}); {hint}"
