"""The text of an answer is read whole or refused: nothing of it is dropped."""

from __future__ import annotations

import random

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcode.chapters import CHAPTERS, questions_of
from hwcode.checking import AnswerError, Formula, Number, scalar
from hwcode.checking.answers import Asked, read_answer

x, y = scalar("x"), scalar("y")
ASKED = Asked({"x": x, "y": y})
TERMS = st.sampled_from(["x", "y", "2*x", "x**2", "3*y", "x*y", "(x - y)", "y/2"])
SIGNS = st.sampled_from(["+", "-", "+ -", "- -", "- +", "+-", "-+"])
BREAKS = st.sampled_from(["", " ", "\n", "\n  ", "\r\n", " # a remark\n", " # + 5\n", "\t"])
FORMS = [
    part
    for chapter in CHAPTERS
    for asked in questions_of(chapter)
    for part in asked.parts
    if isinstance(part.form, Formula)
]
TAILS = [
    "# + 5", " + 5 #", "?", " ; + 5", ")", "]", " = 7", "\n+ 5", " + 5", " & 1", " @", " +-",
    " \\\\ + 5", " and 5", " or 5", ", 5", " | 5", " ' + 5", "\n5", " == 5", " < 5", " ± 5",
    " $ + 5", " \\text{roughly}", " approximately", " \\approx 5", "...", " \\dots",
    ", where n = 5",
]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(BREAKS, SIGNS, BREAKS, TERMS), min_size=1, max_size=3), TERMS)
def test_signs_lines_and_comments_mean_what_they_mean_in_a_program(rest, first):
    text = first + "".join(a + sign + b + term for a, sign, b, term in rest)
    lines = [line.partition("#")[0] for line in text.replace("\r", "").split("\n")]
    try:
        found = read_answer(text, ASKED).value
    except AnswerError:
        return
    meant = eval(" ".join(lines), {"x": x, "y": y})  # noqa: S307
    assert sympy.expand(found - meant) == 0


@given(TERMS, st.sampled_from(["\n", "\n\n", " # a remark\n"]), TERMS)
def test_lines_that_nothing_joins_are_refused(first, between, second):
    with pytest.raises(AnswerError, match="nothing joins"):
        read_answer(f"{first}{between}{second}", ASKED)


@pytest.mark.parametrize("text", ["x # + y", "x + y # z", "# x", "x +- y", "x -+ y", "x ± y"])
def test_a_comment_in_the_only_line_and_signs_without_a_space_are_refused(text):
    with pytest.raises(AnswerError):
        read_answer(text, ASKED)


@pytest.mark.parametrize("tail", TAILS)
def test_what_stands_behind_an_answer_is_not_dropped(tail):
    for part in random.Random(tail).sample(FORMS, 25):
        form = part.form
        text = form.show(part.reference)
        try:
            found = form.reading(f"{text}{tail}")
        except AnswerError:
            continue
        if isinstance(form, Number) and found.notes:
            continue  # per cent, thousands: said in a note
        same = form.reading(text).value
        assert found.value != same, (part.name, text, found.plain)
