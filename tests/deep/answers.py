"""Are wrong answers refused and right ones accepted, also where nobody listed them?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from hwcode.chapters import CHAPTERS, questions_of, truth_of
from hwcode.checking.errors import AnswerError
from hwcode.checking.explicit import laid_out
from hwcode.checking.forms import Formula
from hwcode.checking.isolation import check_here
from hwcode.checking.question import Part, Question
from hwcode.checking.verdict import Outcome
from tests.deep.mutants import mutants_of
from tests.deep.rewrites import rewrites_of

__all__ = ["Counts", "formulas", "try_mutants", "try_rewrites"]


@dataclass
class Counts:
    """What became of some answers.

    Attributes:
        tried: how many.
        right: how many of them the truth accepts, by some accepted convention.
        passed: wrong ones that were accepted, each as its part and text.
        refused: right ones that were refused.
        undecided: those that got no verdict.
    """

    tried: int = 0
    right: int = 0
    passed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)


def formulas() -> Iterator[tuple[Question, Part]]:
    """All parts whose answers are formulas or numbers."""
    for chapter in CHAPTERS:
        for asked in questions_of(chapter):
            for part in asked.parts:
                if isinstance(part.form, Formula) and not isinstance(part.reference, str):
                    yield asked, part


def try_mutants(parts: Sequence[tuple[Question, Part]], each: int, seed: str) -> Counts:
    """Put mutants of every right form to the checker, and to the truth."""
    counts = Counts()
    for asked, part in parts:
        symbols = tuple(part.form.symbols.values())  # type: ignore[attr-defined]
        name = asked.key(part)
        for mutant in mutants_of(part.reference, symbols, each, f"{seed} {name}"):
            _count(counts, asked, part, name, mutant)
    return counts


def _count(counts: Counts, asked: Question, part: Part, name: str, mutant: Any) -> None:
    try:
        right = _is_right(asked, part, mutant)
        verdict = part.check(asked.id, mutant)
    except AnswerError:
        return  # no value, or another kind of thing: nothing that could be typed as an answer
    counts.tried += 1
    counts.right += right
    told = f"{name} {part.form.show(mutant)}"
    if verdict.outcome not in (Outcome.RIGHT, Outcome.WRONG):
        counts.undecided.append(told)
    elif verdict.right and not right:
        counts.passed.append(told)
    elif right and not verdict.right:
        counts.refused.append(told)


def _is_right(asked: Question, part: Part, mutant: Any) -> bool:
    """Whether the truth has this value, as a row or as a column, or another convention has it."""
    truth = truth_of(asked, part)
    assert truth is not None
    mutant = laid_out(mutant, part.reference)
    if part.form.compare(mutant, truth).equal:
        return True
    return any(part.form.compare(mutant, one.answer).equal for one in part.alternatives)


def try_rewrites(parts: Sequence[tuple[Question, Part]], each: int) -> Counts:
    """Put other ways of writing every right answer to the checker, as they are typed."""
    counts = Counts()
    for asked, part in parts:
        name = asked.key(part)
        for text in islice(rewrites_of(part.form, part.reference), each):  # type: ignore[arg-type]
            counts.tried += 1
            counts.right += 1
            try:
                verdict = check_here(part, asked.id, text)
            except AnswerError as error:
                counts.refused.append(f"{name} {text}: {error}")
                continue
            if verdict.right is None:
                counts.undecided.append(f"{name} {text}")
            elif not verdict.right:
                counts.refused.append(f"{name} {text}: {verdict.diagnosis}")
    return counts
