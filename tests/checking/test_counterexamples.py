"""Counterexamples: they show the error, also beside answers that are right by a convention."""

from __future__ import annotations

import pytest
import sympy
from sympy.matrices.matrixbase import MatrixBase

import hwcode
from hwcode.chapters import CHAPTERS, questions_of
from hwcode.checking import Formula
from hwcode.checking.expressions import evaluate
from hwcode.checking.verdict import Outcome

PARTS = [
    pytest.param(asked, part, id=asked.key(part))
    for chapter in CHAPTERS
    for asked in questions_of(chapter)
    for part in asked.parts
    if isinstance(part.form, Formula) and part.form.domain.symbols and part.mistakes
]


@pytest.mark.parametrize(("asked", "part"), PARTS)
def test_a_listed_mistake_is_wrong_again_at_its_counterexample(asked, part):
    for mistake in part.mistakes:
        answer = part.form.accept(mistake.answer)
        shown = part.check(asked.id, answer).counterexample
        assert shown is not None, mistake
        again = part.check(asked.id, answer, at=shown.point)
        assert again.outcome is Outcome.WRONG, (mistake, shown)
        assert max(map(len, (shown.expected, shown.got))) < 400, shown


@pytest.mark.parametrize(("asked", "part"), PARTS)
def test_the_entries_that_a_counterexample_names_are_those_that_differ(asked, part):
    for mistake in part.mistakes:
        shown = part.check(asked.id, part.form.accept(mistake.answer)).counterexample
        if not shown.entry:
            continue
        point = {
            symbol: part._value_at(name, shown.point[name])
            for name, symbol in part.form.symbols.items()
        }
        values = [evaluate(one, point) for one in (mistake.answer, part.reference)]
        assert all(isinstance(value, MatrixBase) for value in values)
        got, expected = values
        for i, j in sympy.cartes(range(got.rows), range(got.cols)):
            vector = f"{max(i, j) + 1}" in shown.entry.removeprefix("entries ")
            named = vector if 1 in got.shape else f"row {i + 1}, column {j + 1}" in shown.entry
            assert (sympy.simplify(got[i, j] - expected[i, j]) != 0) == named, shown


@pytest.mark.parametrize(
    ("id", "answer", "words"),
    [
        ("A1-1.3.1:line", "w1 - w2 = 3", "expected w2 = 2, got -2"),
        ("A1-2.2.2:factors", "[11, 52, 65, 4]", "they differ in entry 4"),
        ("A1-3.3:third", "[0, 1, 0, 0]", "they differ in entries 2 and 3"),
    ],
)
def test_what_differs_is_named(id, answer, words):
    assert words in str(hwcode.check(id, answer).counterexample)


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        ("H2-1.1.1:gradient", "(x.T@w - t)*x"),
        ("A2-1.2.1:stable", "eps/(2*norm(x)**2)"),
        ("A2-2.2.3:shrink", "4*eta*lamt/(sqrt(v) + eps)"),
        ("A1-2.2.3:T_norm_trick", "N*K*(D + 1)"),
        ("A1-2.2.3:saved", "N*K*(2*D**2 - D - 1)"),
    ],
)
def test_a_counterexample_differs_from_what_is_right_by_a_convention_too(id, answer):
    shown = hwcode.check(id, answer).counterexample
    assert hwcode.check(id, answer, at=shown.point).outcome is Outcome.WRONG


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("w1 - w2 = 3", "of the right line's points only w1 = 3, w2 = 0 satisfies it"),
        ("w1 + w2 = 4", "it is parallel to the right line, and has no point in common with it"),
        ("w2 = 3 - w1**2", "it is no line: w2 does not grow evenly with w1"),
    ],
)
def test_what_is_wrong_with_a_line(answer, why):
    assert hwcode.check("A1-1.3.1:line", answer).diagnosis == why
