"""The same questions with new numbers: tasks to practise on, drawn by a seed and checked alike.

A chapter's module ``exercises`` has a function for each of its questions that has numbers in it; it
draws numbers and says what is asked, what is right and which mistakes give which answers. What
comes out is a question like any other, under the id ``ID#SEED``. What is right is held in the tests
against the definition, computed by another way.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import ImmutableMatrix

from hwcode.chapters import CHAPTERS, chapter_of, exercises_of, question
from hwcode.checking.errors import AnswerError, UnknownNameError
from hwcode.checking.expressions import value_text
from hwcode.checking.forms import Formula
from hwcode.checking.question import Mistake, Part, Question

__all__ = ["Draw", "Exercise", "column", "drawn", "exercise", "other_than", "table", "told"]

TRIES = 200
"""Draws of numbers, until one is found in which no mistake leads to the right answer."""


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """A question with numbers that were drawn.

    Args:
        statement: the whole task with its numbers (Markdown).
        numbers: what was drawn, by name; the tests compute the answer anew from it.
        reference: the right answer.
        mistakes: wrong answers that people give, each with why it is wrong.
        form: how the answer is written.
    """

    statement: str
    numbers: Mapping[str, Any]
    reference: Any
    mistakes: tuple[tuple[Any, str], ...]
    form: Formula = field(default_factory=lambda: Formula(what="a number"))

    @property
    def degenerate(self) -> bool:
        """Whether a mistake is right by accident, two are the same, or the answer is 0."""
        answers = [self.reference, *(answer for answer, _ in self.mistakes)]
        shown = [self.form.show(self.form.accept(answer)) for answer in answers]
        if (
            len(set(shown)) < len(shown)
            or self.form.compare(self.reference, 0 * self.reference).equal
        ):
            return True
        try:
            return any(self.form.compare(answer, self.reference).equal for answer in answers[1:])
        except AnswerError:
            return True

    def as_question(self, asked: Question, seed: int) -> Question:
        """A question of one part, whose id says from which one and from which seed it is."""
        part = Part(
            form=self.form,
            reference=self.reference,
            asks=self.form.what,
            mistakes=tuple(Mistake(answer, why) for answer, why in self.mistakes),
        )
        id = f"{asked.id}#{seed}"
        right = f"${self.form.latex(self.form.accept(self.reference))}$"
        return Question(
            ids=(id,),
            chapter=asked.chapter,
            title=f"{asked.title}, with other numbers",
            marks={id: 0},
            statement=self.statement,
            parts=(part,),
            model_answer=f"As in [{asked.id}](#{asked.id.lower()}): {right}.",
        )


Draw = Callable[[random.Random], Exercise]


def drawn(id: str, seed: int) -> Exercise:
    """The exercise to a question that a seed draws: always the same one.

    Raises:
        UnknownNameError: for a question without one; names those that have one.

    >>> drawn("A1-1.3.1", 0) == drawn("A1-1.3.1", 0) != drawn("A1-1.3.1", 1)
    True
    """
    asked = question(id)
    table = exercises_of(chapter_of(id))
    name = next((one for one in asked.ids if one in table), None)
    if name is None:
        known = ", ".join(one for chapter in CHAPTERS for one in exercises_of(chapter))
        raise UnknownNameError(f"no exercise belongs to {id}; there are some to {known}")
    source = random.Random(f"{name} {seed}")
    for _ in range(TRIES):
        found = table[name](source)
        if not found.degenerate:
            return found
    raise RuntimeError(f"{TRIES} draws for {id}, and a mistake is right by accident in each")


def exercise(id: str, seed: int) -> Question:
    """The same as a question, under the id ``ID#SEED``.

    >>> exercise("A1-1.3.1", 7).id
    'A1-1.3.1#7'
    """
    return drawn(id, seed).as_question(question(id), seed)


def other_than(source: random.Random, low: int, high: int, *others: int) -> int:
    """A whole number from low to high that is none of some others.

    >>> other_than(random.Random(0), 1, 2, 1)
    2
    """
    return source.choice([number for number in range(low, high + 1) if number not in others])


def column(source: random.Random, size: int, low: int = -4, high: int = 5) -> ImmutableMatrix:
    """A vector of whole numbers other than 0."""
    return table(source, size, 1, low, high)


def table(
    source: random.Random, rows: int, columns: int, low: int = -4, high: int = 5
) -> ImmutableMatrix:
    """A matrix of whole numbers other than 0."""
    entries = [other_than(source, low, high, 0) for _ in range(rows * columns)]
    return ImmutableMatrix(rows, columns, entries)


def told(name: str, value: Any) -> str:
    """A number, vector or matrix as a statement has it, ready to be copied.

    >>> told("x", ImmutableMatrix([1, 2]))
    '`x = [1, 2]`'
    """
    return f"`{name} = {value_text(value)}`"
