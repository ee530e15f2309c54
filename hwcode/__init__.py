"""The homework book that proves itself: its mathematics, models, questions and checkers.

>>> import hwcode
>>> hwcode.check("A1-1.3.1:nearest", "[3, 0]").right
False
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hwcode.chapters import question
    from hwcode.chapters.check import check

__version__ = "0.2.0"
__all__ = ["__version__", "check", "question"]


def __getattr__(name: str) -> Any:
    # SymPy takes over a second to import: only who checks an answer pays for it.
    if name == "check":
        from hwcode.chapters.check import check

        return check
    if name == "question":
        from hwcode.chapters import question

        return question
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
