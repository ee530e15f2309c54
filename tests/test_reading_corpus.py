"""Every answer of the corpus is read as its author means it, asked back or refused: never misread.

What the author means is stated in Python's own syntax and evaluated by Python, not by the reader.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

import pytest
import sympy

from hwcode.checking.errors import AmbiguousError, AnswerError
from hwcode.checking.forms import Formula
from hwcode.checking.functions import FUNCTIONS
from hwcode.checking.verdict import Outcome
from tests.corpus import Row, part_of, rows, writers

SAMPLE = 80
STATED = tuple(row for row in rows() if row.means)


def _matrix(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    lines = [line if isinstance(line, list) else [line] for line in value]
    bare = [[one[0, 0] if getattr(one, "shape", None) == (1, 1) else one for one in line]
            for line in lines]  # fmt: skip
    return sympy.ImmutableMatrix(bare)


def meant(form: Formula, text: str) -> Any:
    """What an author states that an answer means; whole numbers are SymPy's."""
    names = {name: build for name, (_, build, _) in FUNCTIONS.items()}
    exact = re.sub(r"(?<![\w.])(\d+)(?![\w.])", r"S(\1)", text)
    return _matrix(eval(exact, {**names, **form.symbols, "S": sympy.S, "pi": sympy.pi}))  # noqa: S307


def misread(row: Row) -> str:
    """How an answer was read, where that is not what its author means; empty where it is."""
    form = part_of(row).form
    assert isinstance(form, Formula)
    try:
        found = form.reading(row.answer)
    except AnswerError:
        return ""
    stated = meant(form, row.means)
    same = found.value == stated or form.compare(found.value, stated).equal
    return "" if same else found.plain


@pytest.mark.parametrize(
    "row",
    random.Random(15).sample(STATED, min(SAMPLE, len(STATED))),
    ids=lambda row: f"{row.id} {row.answer[:30]!r}",
)
def test_a_sample_is_never_misread(row):
    assert not misread(row)


@pytest.mark.deep
def test_nothing_in_the_corpus_is_misread():
    assert not [(row, told) for row in STATED if (told := misread(row))]


@pytest.mark.deep
def test_nothing_that_the_writers_write_is_misread():
    written = [Row(**{**one, "expect": Outcome(one["expect"])}) for one in writers.rows()]
    assert len(written) > 3000
    assert not [(row, told) for row in written if (told := misread(row))]


def test_the_reading_of_a_reading_is_the_same():
    for row in random.Random(16).sample(STATED, min(SAMPLE, len(STATED))):
        form = part_of(row).form
        try:
            found = form.reading(row.answer)
        except AnswerError:
            continue
        again = form.reading(found.plain)
        assert again.value == found.value or form.compare(again.value, found.value).equal, row


def test_readings_that_are_asked_back_can_be_sent():
    asked = [row for row in rows() if row.expect is Outcome.ASKED]
    assert len(asked) > 20
    for row in asked:
        form = part_of(row).form
        with pytest.raises(AmbiguousError) as caught:
            form.reading(row.answer)
        assert caught.value.readings
        for reading in caught.value.readings:
            form.reading(reading)


def test_there_are_enough_answers_of_every_habit():
    kinds = Counter(row.kind for row in rows())
    latex = sum(count for kind, count in kinds.items() if kind.startswith("latex"))
    plain = sum(kinds[kind] for kind in ("paper", "unicode", "numpy", "code habits", "look-alikes"))
    assert latex >= 400
    assert plain >= 400
