"""The chapters, a room each, and the way to their questions by id.

The table below leads from an id to a chapter, and the chapter's questions are imported when one of
them is asked for. So a page depends on its own questions alone. Here alone is a module imported by
a name that is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hwcode.checking.errors import UnknownNameError

if TYPE_CHECKING:
    from hwcode.chapters.errata import Erratum
    from hwcode.chapters.practice import Draw
    from hwcode.checking.identity import Truth
    from hwcode.checking.question import Part, Question

__all__ = [
    "CHAPTERS",
    "SOURCES",
    "all_ids",
    "chapter_of",
    "errata_module",
    "errata_of",
    "exercises_of",
    "experiments_of",
    "question",
    "questions_module",
    "questions_of",
    "truth_of",
    "truths_module",
    "truths_of",
]

SOURCES = {
    "A1": "CSC413 2024, assignment 1",
    "A2": "CSC413/2516 2025, assignment 2",
    "H2": "CSC413 2021, homework 2",
    "P4": "ESE 546 2020, homework 4",
}
"""Short titles, by the first letters of a question's id; the bibliography has the full ones."""

CHAPTERS: dict[str, tuple[str, ...]] = {
    "linear_regression": (
        "A1-1.1", "A1-1.2.1", "A1-1.2.2",
        "A1-1.3.1", "A1-1.3.2", "A1-1.3.3", "A1-1.3.4", "A1-1.3.5",
    ),
    "backpropagation": (
        "A1-2.1.1", "A1-2.1.2", "A1-2.2.1", "A1-2.2.2", "A1-2.2.3", "A1-2.3",
    ),
    "hard_coded_networks": ("A1-3.1", "A1-3.2", "A1-3.3", "A1-3.4"),
    "networks_from_scratch": (
        "A1-P1.1", "A1-P1.2", "A1-P1.3", "A1-P1.4", "A1-P1.5",
        "A1-P2.1", "A1-P2.2", "A1-P2.3", "A1-P2.4",
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
    id = id.partition("#")[0]
    for chapter, ids in CHAPTERS.items():
        if id.casefold() in {one.casefold() for one in ids}:
            return chapter
    from difflib import get_close_matches

    near = get_close_matches(id.upper(), all_ids(), n=4, cutoff=0.5)
    hint = f"near to it: {', '.join(near)}" if near else "'hwcode list' shows all"
    raise UnknownNameError(f"no question has the id {id!r}; {hint}")


def _room(chapter: str, room: str) -> str:
    """Where a chapter keeps something. The two pages on colourization share a room.

    >>> _room("colourization_pooling", "questions")
    'hwcode.chapters.colourization.questions.pooling'
    """
    shared, _, page = chapter.partition("_")
    if shared == "colourization":
        return f"{__name__}.{shared}.{room}.{page}"
    return f"{__name__}.{chapter}.{room}"


def questions_module(chapter: str) -> str:
    """The module with the questions of one chapter."""
    return _room(chapter, "questions")


def truths_module(chapter: str) -> str:
    """The module that computes what is asked in one chapter from the definitions."""
    return _room(chapter, "truths")


def questions_of(chapter: str) -> tuple[Question, ...]:
    """The questions of one chapter."""
    return import_module(questions_module(chapter)).QUESTIONS


def truths_of(chapter: str) -> Mapping[str, Truth]:
    """What is asked in one chapter, computed from the definitions, by ``ID`` or ``ID:part``."""
    return import_module(truths_module(chapter)).TRUTHS


def truth_of(asked: Question, part: Part) -> Truth | None:
    """What a part asks for, from the definition; None for free text."""
    return truths_of(asked.chapter).get(asked.key(part))


def errata_module(chapter: str) -> str:
    """The module with the errata of one chapter."""
    return _room(chapter, "errata")


def errata_of(chapter: str) -> tuple[Erratum, ...]:
    """What is wrong or imprecise in the texts that one chapter answers.

    >>> {erratum.kind for erratum in errata_of("linear_regression")} == {"false", "imprecise"}
    True
    """
    return import_module(errata_module(chapter)).ERRATA


def exercises_of(chapter: str) -> Mapping[str, Draw]:
    """What draws new numbers for questions of one chapter, by id."""
    return import_module(_room(chapter, "exercises")).EXERCISES


def experiments_of(module: str) -> Mapping[str, Any]:
    """The experiments of one module of a chapter, by name."""
    return import_module(f"{__name__}.{module}").EXPERIMENTS


def question(id: str) -> Question:
    """The question with this id; with ``ID#SEED`` the one with the numbers of a seed.

    Raises:
        UnknownNameError: if there is none.
    """
    name, mark, seed = id.partition("#")
    if mark:
        from hwcode.chapters.practice import exercise

        if not seed.isdecimal():
            raise UnknownNameError(f"behind # stands a seed, as in {name}#1, not {seed!r}")
        return exercise(name, int(seed))
    chapter = chapter_of(id)
    for one in questions_of(chapter):
        if id.casefold() in {name.casefold() for name in one.ids}:
            return one
    raise UnknownNameError(f"{id} stands in the table of names, but not in its chapter {chapter}")
