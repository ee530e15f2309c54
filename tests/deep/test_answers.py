"""A sample of the full counts: mutants of right answers, and other ways of writing them."""

from __future__ import annotations

import random

import pytest
import sympy

from hwcode.chapters import question
from hwcode.checking import Domain, Formula, scalar
from tests.deep import answers
from tests.deep.__main__ import EACH
from tests.deep.answers import formulas, try_mutants, try_rewrites
from tests.deep.mutants import mutants_of
from tests.deep.rewrites import rewrites_of

PARTS = [pytest.param(asked, part, id=asked.key(part)) for asked, part in formulas()][::8]


@pytest.mark.parametrize(("asked", "part"), PARTS)
def test_a_mutant_is_decided_as_the_truth_decides_it(asked, part):
    found = try_mutants([(asked, part)], 1, "sample")
    assert found.passed + found.refused + found.undecided == []


@pytest.mark.parametrize(("asked", "part"), PARTS)
def test_another_way_of_writing_is_accepted(asked, part, monkeypatch):
    texts = list(rewrites_of(part.form, part.reference))
    chosen = random.Random(asked.key(part)).sample(texts, 2)
    monkeypatch.setattr(answers, "rewrites_of", lambda form, reference: chosen)
    found = try_rewrites([(asked, part)], 2)
    assert found.refused + found.undecided == []
    assert found.tried == 2


@pytest.mark.deep
def test_there_are_ten_thousand_mutants():
    many = sum(
        len(mutants_of(part.reference, tuple(part.form.symbols.values()), EACH, ""))
        for _, part in formulas()
    )
    assert many >= 10_000


def test_every_answer_has_twenty_rewrites():
    parts = list(formulas())
    few = [
        asked.key(part)
        for asked, part in parts
        if len(list(rewrites_of(part.form, part.reference))) < 20
    ]
    assert not few


def test_the_errors_of_algebra_are_among_the_mutants():
    n, d = scalar("n", positive=True), scalar("d", positive=True)
    sigma = scalar("sigma", positive=True)
    mutants = mutants_of(sigma**2 * (n - d) / n, (n, d, sigma), 10**6, "")
    for error in (
        sigma**2, sigma * (n - d) / n, sigma**2 * (n + d) / n, sigma**2 * (n - d),
        sigma**2 * (n - d) / d, sigma**2 * (n - d) / (2 * n), -(sigma**2) * (n - d) / n,
    ):  # fmt: skip
        assert any(sympy.simplify(error - mutant) == 0 for mutant in mutants), error


def test_a_checker_that_accepts_everything_is_found(monkeypatch):
    asked = question("A1-1.2.2")
    part = asked.part("expectation")
    right = part.check(asked.id, part.reference)
    monkeypatch.setattr(type(part), "check", lambda self, id, answer: right)
    assert len(try_mutants([(asked, part)], 5, "").passed) >= 4


def test_a_checker_that_refuses_everything_is_found(monkeypatch):
    asked = question("A1-1.2.2")
    part = asked.part("expectation")
    wrong = part.check(asked.id, part.reference * 2)
    monkeypatch.setattr("tests.deep.answers.check_here", lambda *arguments: wrong)
    assert len(try_rewrites([(asked, part)], 5).refused) == 5


def test_mutants_are_the_same_for_a_seed():
    x = scalar("x")
    form = Formula(Domain((x,)))
    first, again, other = (mutants_of(x**2 + 1, (x,), 6, seed) for seed in ("a", "a", "b"))
    assert list(map(form.show, first)) == list(map(form.show, again))
    assert list(map(form.show, first)) != list(map(form.show, other))
