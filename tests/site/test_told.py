"""Numbers in hints, reasons, results and model answers: computed, or said where they are from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hwcode.chapters import CHAPTERS, question, questions_of
from hwcode.site.bindings import GIVEN
from hwcode.site.told import glued, unbound

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = [asked for chapter in CHAPTERS for asked in questions_of(chapter)]


def _values(asked):
    return glued(asked.chapter, ROOT)


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.id)
def test_no_text_of_a_question_tells_a_number_that_nothing_binds(asked):
    assert unbound(asked, _values(asked)) == []


COMPUTED = [
    pytest.param(asked, entry, id=f"{asked.id}: {entry.partition(' = ')[0]}")
    for asked in QUESTIONS
    for entry in asked.numbers
    if not entry.endswith(tuple(f"<{why}>" for why in GIVEN))
]


@pytest.mark.parametrize(("asked", "entry"), COMPUTED)
def test_a_number_that_is_not_what_it_is_computed_from_is_refused(asked, entry):
    shown, formula = entry.split(" = ", 1)
    last = max(at for at, digit in enumerate(shown) if digit.isdigit())
    other = f"{shown[:last]}{(int(shown[last]) + 5) % 10}{shown[last + 1 :]}"
    numbers = tuple(f"{other} = {formula}" if one == entry else one for one in asked.numbers)
    wrong = unbound(replace(asked, numbers=numbers), _values(asked))
    assert any(f"not {other}" in one for one in wrong), wrong


def test_a_text_with_another_number_is_refused():
    asked = question("P4-2a")
    other = replace(asked, result=asked.result.replace("2.303", "2.313"))
    assert unbound(asked, {}) == []
    [wrong] = unbound(other, {})
    assert "the number 2.313 in the result is bound to nothing" in wrong


def test_what_is_bound_and_told_nowhere_is_refused():
    asked = replace(question("P4-2a"), numbers=("2.303 = log(10)", "1.609 = log(5)"))
    assert unbound(asked, {}) == ["P4-2a: 1.609 is bound and told nowhere"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("2.303 = no_such_name", "is not a number"),
        ('2.303 = mean("no_such_record", "loss")', "can't be computed"),
        ('2.303 = mean("colourization", "no_such_metric")', "can't be computed"),
        ("2.303 = 2.303", "computes nothing"),
        ("2.303", "is not of the form"),
        ("2.303 <hearsay>", "is not of the form"),
    ],
)
def test_a_binding_that_binds_nothing_is_named(entry, said):
    wrong = unbound(replace(question("P4-2a"), numbers=(entry,)), {})
    assert said in wrong[0]
