"""The questions, by id.

The table below leads from an id to a chapter, and the chapter's questions are imported when one of
them is asked for. So a page depends on its own questions alone.
"""

from __future__ import annotations

from importlib import import_module

from hwcode.checking.errors import UnknownNameError
from hwcode.checking.question import Question

__all__ = ["CHAPTERS", "all_ids", "chapter_of", "question", "questions_of"]

CHAPTERS: dict[str, tuple[str, ...]] = {
    "linear_regression": (
        "A1-1.1", "A1-1.2.1", "A1-1.2.2", "A1-1.3.1", "A1-1.3.2", "A1-1.3.3", "A1-1.3.4", "A1-1.3.5",
    ),
    "backpropagation": (
        "A1-2.1.1", "A1-2.1.2", "A1-2.2.1", "A1-2.2.2", "A1-2.2.3", "A1-2.3",
    ),
    "hard_coded_networks": ("A1-3.1", "A1-3.2", "A1-3.3", "A1-3.4"),
    "networks_from_scratch": (
        "A1-P1.1", "A1-P1.2", "A1-P1.3", "A1-P1.4", "A1-P1.5", "A1-P2.1", "A1-P2.2", "A1-P2.3", "A1-P2.4",
    ),
    "implicit_bias": (
        "H2-1.1.1", "A2-1.1.1", "H2-1.1.2", "H2-1.2.1", "A2-1.2.1", "H2-1.2.2", "A2-1.2.2",
    ),
    "learning_rate": (
        "H2-2.1.1", "H2-2.1.2", "H2-2.1.3", "H2-2.2.1", "A2-2.1.1", "H2-2.2.2", "A2-2.1.2",
        "H2-2.2.3", "A2-2.1.3", "H2-2.2.4", "H2-2.3.1", "H2-2.3.2", "H2-2.3.3",
    ),
    "weight_decay": ("A2-2.2.1", "A2-2.2.2", "A2-2.2.3"),
    "batch_size": ("A2-3.1.1a", "A2-3.1.2a", "A2-3.1.2b", "A2-3.2a"),
    "convolution": ("H2-3.1", "H2-3.2", "H2-3.3"),
    "colourization_pooling": ("A2-4.1", "A2-4.2", "A2-4.3"),
    "colourization_transposed": ("A2-5.1", "A2-5.2", "A2-5.3", "A2-5.4", "A2-5.5"),
    "logistic_regression": ("P4-1a", "P4-1b", "P4-1c", "P4-1d", "P4-1e"),
    "learning_rate_schedule": ("P4-2a", "P4-2b", "P4-2c", "P4-2d"),
}  # fmt: skip
"""The ids that each chapter answers, in the order of the book."""


def all_ids() -> list[str]:
    """Every id, in the order of the book.

    >>> all_ids()[:2]
    ['A1-1.1', 'A1-1.2.1']
    """
    return [id for ids in CHAPTERS.values() for id in ids]


def chapter_of(id: str) -> str:
    """The chapter that answers a question.

    Raises:
        UnknownNameError: if no question has this id; names the most similar ones.

    >>> chapter_of("a1-1.1")
    'linear_regression'
    """
    for chapter, ids in CHAPTERS.items():
        if id.casefold() in {one.casefold() for one in ids}:
            return chapter
    from difflib import get_close_matches

    near = get_close_matches(id.upper(), all_ids(), n=4, cutoff=0.5)
    hint = f"near to it: {', '.join(near)}" if near else "'hwcode list' shows all"
    raise UnknownNameError(f"no question has the id {id!r}; {hint}")


def questions_of(chapter: str) -> tuple[Question, ...]:
    """The questions of one chapter."""
    return import_module(f"{__name__}.{chapter}").QUESTIONS


def question(id: str) -> Question:
    """The question with this id.

    Raises:
        UnknownNameError: if there is none.
    """
    chapter = chapter_of(id)
    for one in questions_of(chapter):
        if id.casefold() in {name.casefold() for name in one.ids}:
            return one
    raise UnknownNameError(f"{id} stands in the table of names, but not in its chapter {chapter}")
