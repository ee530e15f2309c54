"""Questions, their checkers, and verdicts on answers. This room knows no chapter."""

# ruff: noqa: F405

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hwcode.checking.names import *  # noqa: F403

__all__ = [
    "Alternative",
    "AnswerError",
    "Choice",
    "Comparison",
    "Counterexample",
    "Domain",
    "EntrySum",
    "Follows",
    "Form",
    "Formula",
    "Mark",
    "Method",
    "Mistake",
    "Norm",
    "Number",
    "Numbers",
    "Ordering",
    "Outcome",
    "Part",
    "Question",
    "Text",
    "Truth",
    "UnknownNameError",
    "Verdict",
    "evaluate",
    "matrix",
    "scalar",
    "vector",
]


def __getattr__(name: str) -> Any:
    # Who only starts the checking process or reads a verdict waits for no SymPy.
    if name in __all__:
        from hwcode.checking import names

        return getattr(names, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
