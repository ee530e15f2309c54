"""Edges of tolerances, and what a verdict says of itself: tests of answers pass over both."""

from __future__ import annotations

import random

import numpy as np
import pytest
import sympy

from hwcode.checking import Choice, Domain, Formula, Method, Number, Numbers, Ordering, scalar
from hwcode.checking.returned import close
from hwcode.checking.verdict import Outcome, Verdict, combined

TENTH = sympy.Rational(1, 10)


@pytest.mark.parametrize(
    ("answer", "right"),
    [("0.38", True), ("0.42", True), ("0.379999", False), ("0.420001", False)],
)
def test_a_number_just_outside_its_tolerance_is_refused(answer, right):
    form = Number(tolerance=0.05)
    assert form.compare(form.read(answer), 4 * TENTH).equal is right


@pytest.mark.parametrize(("answer", "right"), [("0.43", True), ("0.4301", False), ("0.449", False)])
def test_of_two_tolerances_the_larger_counts_not_their_sum(answer, right):
    form = Number(tolerance=0.05, absolute=0.03)
    assert form.compare(form.read(answer), 4 * TENTH).equal is right


@pytest.mark.parametrize("answer", ["0.4", "0.9"])
def test_a_measured_number_says_that_it_is_one(answer):
    form = Number(tolerance=0.05, measured=True)
    assert form.compare(form.read(answer), 4 * TENTH).method is Method.MEASURED
    exact = Number(tolerance=0.05)
    assert exact.compare(exact.read(answer), 4 * TENTH).method is Method.EXACT


@pytest.mark.parametrize(
    ("form", "answer", "reference", "expected", "got"),
    [
        (Number(tolerance=0.01), sympy.Integer(3), sympy.Integer(2), "2", "3"),
        (Number(), sympy.Integer(3), sympy.Integer(2), "2", "3"),
        (Choice({"yes": "it is", "no": "it is not"}), "no", "yes", "yes", "no"),
        (Ordering(("A", "B")), ("B", "A"), ("A", "B"), "A, B", "B, A"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_counterexample_has_the_right_value_where_it_is_expected(
    form, answer, reference, expected, got
):
    found = form.compare(answer, reference).counterexample
    assert (found.expected, found.got) == (expected, got)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ([np.nan], [1.0]), ([1.0], [np.nan]), ([np.nan, 1.0], [np.nan, 2.0]),
        ([1.0, 2.0 + 2.1e-9], [1.0, 2.0]), ([np.inf], [1.0]), ([-np.inf], [np.inf]),
    ],
)  # fmt: skip
def test_arrays_that_differ_in_one_entry_are_told_apart(got, expected):
    assert close(got, expected, 1e-9)


@pytest.mark.parametrize(
    ("sign", "power"), [(sign, power) for power, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")]
)
def test_every_raised_digit_is_the_power_that_it_looks_like(sign, power):
    x = scalar("x")
    assert sympy.expand(Formula(Domain((x,))).read(f"x{sign}") - x**power) == 0


def test_large_numbers_are_many_and_far_apart():
    source = Numbers("large", random.Random(0))
    drawn = {source.number(scalar("x")) for _ in range(1000)}
    assert len(drawn) == 1000
    assert max(drawn) - min(drawn) > 2**60


@pytest.mark.parametrize("order", [1, -1])
def test_verdicts_together_are_as_strong_as_the_weakest(order):
    methods = (Method.PROVED, Method.SAMPLED, Method.EXACT)[::order]
    verdicts = tuple(Verdict("A1-1.1", Outcome.RIGHT, method) for method in methods)
    assert combined("A1-1.1", verdicts).method is Method.SAMPLED
