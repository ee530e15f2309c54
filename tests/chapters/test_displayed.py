"""A displayed answer is printed from its object, or its LaTeX is read and is the object."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from hwcode.chapters import CHAPTERS, question, questions_of
from hwcode.chapters.convolution.questions.problem import Column
from hwcode.checking.question import Part, Question

ALL = [
    pytest.param(asked, part, id=asked.key(part))
    for chapter in CHAPTERS
    for asked in questions_of(chapter)
    for part in asked.parts
    if part.latex
]
SAMPLE = random.Random(7).sample(ALL, 24)


def plain(latex: str) -> str:
    """A formula without what breaks it into lines."""
    if r"\begin{aligned}" not in latex:
        return latex
    return re.sub(r"\\(begin|end)\{aligned\}|\\\\|&|\{\}", " ", latex)


def hold(asked: Question, part: Part) -> None:
    if isinstance(part.form, Column):  # a table, made from the numbers
        shown = re.findall(r"&\s*([\d{},]+)", part.latex)
        assert [int(re.sub(r"\D", "", one)) for one in shown] == list(part.reference)
        return
    verdict = part.check(asked.id, part.form.read(plain(part.latex)))
    assert verdict.right, part.latex
    assert not verdict.convention


@pytest.mark.parametrize(("asked", "part"), SAMPLE)
def test_typed_latex_says_what_the_reference_is(asked, part):
    hold(asked, part)


@pytest.mark.deep
@pytest.mark.parametrize(("asked", "part"), ALL)
def test_all_typed_latex_says_what_the_reference_is(asked, part):
    hold(asked, part)


def test_latex_that_says_something_else_is_seen():
    """A page that shows twice the right answer fails."""
    asked = question("A1-1.2.2")
    part = replace(asked.part("expectation"), latex=r"2\sigma^2\,\frac{n-d}n")
    with pytest.raises(AssertionError):
        hold(asked, part)
    hold(asked, replace(part, latex=r"\sigma^2\,\frac{n-d}n"))
