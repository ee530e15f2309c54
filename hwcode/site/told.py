r"""Numbers in the texts of a question that nothing binds: hints, reasons, model answers, results.

The same kinds of numbers as in the text of a page have to be bound
(:func:`hwcode.site.numbers.numbers_of`). A number that the statement names, or the words that ask
for a part, is given by the question. Any other is bound by an entry of ``Question.numbers``:

- ``0.125 = 1e-5*1.1**99``: the right side is that number, rounded to the digits that are shown. It
  may name parts of the question whose right answer is a number or a list of them (``least/800``),
  numbers that the chapter's page glues (``best_over`` for ``best-over``) and the mean or the
  largest of a recorded metric over the seeds (``mean("colourization", "table_accuracy")``);
- ``2,022 <name>``: it comes from elsewhere; why is one of :data:`hwcode.site.bindings.GIVEN`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sympy

from hwcode.checking import Question
from hwcode.checking.records import mean, metrics
from hwcode.site.bindings import GIVEN, calculated
from hwcode.site.numbers import numbers_in_formula, numbers_of

__all__ = ["glued", "numbers_told", "texts_of", "unbound"]

_MATHEMATICS = re.compile(r"\$\$?(.+?)\$\$?", re.DOTALL)
_GIVEN = re.compile(rf"(.+?)\s*<({'|'.join(GIVEN)})>")


def texts_of(asked: Question) -> Iterator[tuple[str, str]]:
    """The texts that tell something, each with its place; what is asked is not told."""
    yield "the result", asked.result
    yield "the model answer", asked.model_answer
    for step, hint in enumerate(asked.hints, start=1):
        yield f"hint {step}", hint
    for part in asked.parts:
        for mistake in part.mistakes:
            yield f"a reason of {asked.key(part)}", mistake.why
        for alternative in part.alternatives:
            yield f"a convention of {asked.key(part)}", alternative.note


def numbers_told(text: str) -> list[str]:
    r"""The numbers of a text with mathematics that have to be bound.

    >>> numbers_told(r"the rate is $10^{-3}$, after 100 steps $0.1\cdot2$")
    ['100', '10^-3']
    """
    formulas = _MATHEMATICS.findall(text)
    outside = numbers_of(_MATHEMATICS.sub(" ", text))
    return outside + [number for formula in formulas for number in numbers_in_formula(formula)]


def glued(chapter: str, root: Path) -> dict[str, Any]:
    """What the pages of a chapter glue, by names that a formula can hold."""
    kept = root / "book" / "_snapshot" / f"{chapter}.json"
    if not kept.is_file():
        return {}
    values = json.loads(kept.read_text(encoding="utf-8"))
    return {re.sub(r"\W", "_", name): one["value"] for name, one in values.items()}


def unbound(asked: Question, values: Mapping[str, Any]) -> list[str]:
    """What is wrong with the numbers of a question, a sentence each; empty if nothing is.

    Args:
        asked: the question.
        values: further values that a formula may name, such as :func:`glued` gives.
    """
    wrong, bound, used = [], set(), set()
    names = {**values, **_answers(asked), **RECORDED}
    for entry in asked.numbers:
        given = _GIVEN.fullmatch(entry)
        try:
            shown = given[1] if given else calculated(entry, names)
        except ValueError as error:
            wrong.append(f"{asked.id}: {error}")
            continue
        bound.add(_plain(shown))
    asks = [asked.statement, *(part.asks for part in asked.parts)]
    named = {_plain(number) for text in asks for number in numbers_told(text)}
    for place, text in texts_of(asked):
        for number in numbers_told(text):
            used.add(_plain(number))
            if _plain(number) not in bound | named:
                wrong.append(
                    f"{asked.id}: the number {number} in {place} is bound to nothing; say in the"
                    f" question's numbers what it is: '{number} = FORMULA' or '{number} <WHY>'"
                )
    wrong += [f"{asked.id}: {number} is bound and told nowhere" for number in bound - used]
    return wrong


def _plain(number: str) -> str:
    return re.sub(r"[\\ ,]", "", number.replace("−", "-")).lstrip("-")


def _largest(record: str, metric: str) -> sympy.Float:
    return sympy.Float(max(each[metric] for each in metrics(record)))


RECORDED = {"mean": lambda *of: sympy.Float(mean(*of)), "largest": _largest}
"""Of a record and a metric: what comes of it over the seeds."""


def _answers(asked: Question) -> dict[str, Any]:
    """The right answers that are numbers or lists of them, by their part's name."""
    found = {}
    for part in asked.parts:
        right = part.reference
        if isinstance(right, (int, float, sympy.MatrixBase)) or getattr(right, "is_number", False):
            found[part.name or "answer"] = right
    return found
