"""Formulas that agree with the right one wherever a checker is likely to look."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy
from sympy.matrices.expressions import MatrixExpr

from hwcode.chapters import CHAPTERS, questions_of
from hwcode.checking import Domain, Formula
from hwcode.checking.identity import compare_expressions

FORMULAS = [
    pytest.param(part, id=asked.key(part))
    for chapter in CHAPTERS
    for asked in questions_of(chapter)
    for part in asked.parts
    if isinstance(part.form, Formula) and part.form.domain.symbols
]
SIZED = [case for case in FORMULAS if case.values[0].form.domain.beyond is not None]


def times(reference, factor):
    """The reference times a factor; where it is 0, the factor's distance from 1."""
    if reference == 0:
        return factor - 1
    return factor * reference if isinstance(reference, MatrixExpr) else reference * factor


def refused(part, made):
    return part.form.compare(made, part.reference).equal is False


@pytest.mark.parametrize("part", SIZED)
def test_a_factor_that_is_one_at_every_listed_size_is_found(part):
    domain = part.form.domain
    for size in domain.varied:
        if size not in domain.symbols:
            continue
        listed = {case[size] for case in domain.cases} | {1, 2, 3, 4}
        assert refused(part, times(part.reference, 1 + sympy.prod([size - v for v in listed])))


BEYOND = {
    "roots at every size that is formed": lambda n: 1 + sympy.prod([n - k for k in range(1, 31)]),
    "a logarithm": lambda n: 1 + sympy.Max(0, sympy.log(n + 1) - 15),
    "a root": lambda n: 1 + sympy.Max(0, sympy.sqrt(n) - 100),
    "a rounded logarithm": lambda n: 1 + sympy.floor(sympy.log(n) / 15),
    "an exponential": lambda n: sympy.Min(1, sympy.exp(40 - n)),
    "a step": lambda n: 1 + sympy.Heaviside(sympy.log(n) - 8, 0),
}
"""Factors that are 1 at every size up to thirty and more."""


@pytest.mark.parametrize("kind", BEYOND)
@pytest.mark.parametrize("key", ["A1-1.1", "H2-2.1.1:paths", "A1-1.2.2:expectation"])
def test_a_factor_that_is_one_at_all_sizes_that_are_formed_is_found(key, kind):
    part = next(case.values[0] for case in SIZED if case.id == key)
    assert refused(part, times(part.reference, BEYOND[kind](part.form.domain.varied[0])))


@pytest.mark.deep
@pytest.mark.parametrize("kind", BEYOND)
@pytest.mark.parametrize("part", SIZED)
def test_such_a_factor_is_found_in_every_question(part, kind):
    domain = part.form.domain
    for size in set(domain.varied) & set(domain.symbols):
        assert refused(part, times(part.reference, BEYOND[kind](size)))


@pytest.mark.deep
@pytest.mark.parametrize("part", SIZED)
def test_a_bound_on_a_size_is_found_on_its_other_side(part):
    domain = part.form.domain
    for size in domain.varied:
        if size not in domain.symbols:
            continue
        for most in (max(int(case[size]) for case in domain.cases), 10**6):
            assert refused(part, times(part.reference, sympy.Min(size, most) / size))


@pytest.mark.deep
@pytest.mark.parametrize("part", FORMULAS)
def test_a_bound_on_a_number_is_found_on_its_other_side(part):
    domain = part.form.domain
    for symbol in domain.symbols:
        if not isinstance(symbol, sympy.Symbol) or symbol.is_integer:
            continue
        first = next(domain.points("small", 1))[symbol]
        assert refused(part, times(part.reference, sympy.Min(symbol, first) / symbol))


x, y = sympy.symbols("x y", real=True)
p, q = sympy.symbols("p q", positive=True)
PLANE, QUADRANT = Domain((x, y)), Domain((p, q))


@pytest.mark.parametrize(
    ("made", "right", "domain"),
    [
        (sympy.Abs(x - 5), 5 - x, PLANE),
        (sympy.sqrt((x - 4) ** 2), 4 - x, PLANE),
        (sympy.Max(x, -(10**7)), x, PLANE),
        (sympy.sqrt(x) * sympy.sqrt(y), sympy.sqrt(x * y), PLANE),
        (x * sympy.sign(x), x, PLANE),
        (sympy.Min(p, 10**9), p, QUADRANT),
        (p + sympy.floor(p / 10**9), p, QUADRANT),
        (p + sympy.Max(0, sympy.Min(p - 7, 8 - p)), p, QUADRANT),
        (p + sympy.Max(0, (p - 7) * (7 + sympy.Rational(1, 10) - p)), p, QUADRANT),
        (p + sympy.Max(0, p - q**3 - 50), p, QUADRANT),
        (p + sympy.Max(0, sympy.log(p) - 9), p, QUADRANT),
        (p + sympy.Heaviside(1 - 100 * p, 0), p, QUADRANT),
        (p * (1 + sympy.exp(-(10**6) * p)), p, QUADRANT),
        (p + sympy.Rational(1, 10**40) * sympy.sqrt(q), p, QUADRANT),
    ],
)
def test_break_points_tell_where_to_look(made, right, domain):
    found = compare_expressions(made, right, domain)
    assert found.equal is False
    assert found.counterexample


@pytest.mark.parametrize(
    ("answer", "right", "domain"),
    [
        (sympy.Max(p, -q), p, QUADRANT),
        (sympy.Abs(x) ** 2, x**2, PLANE),
        (sympy.Max(x, y) + sympy.Min(x, y), x + y, PLANE),
        (p ** (1 / q) * p, p ** ((1 + q) / q), QUADRANT),
        (sympy.Abs(x) * sympy.sign(x), x, PLANE),
    ],
)
def test_right_answers_with_cases_of_their_own_stay_right(answer, right, domain):
    assert compare_expressions(answer, right, domain).equal


def test_a_value_that_lacks_on_a_whole_side_is_no_agreement():
    step = sympy.Heaviside(p - 5, 0)
    assert (
        compare_expressions(p * step / sympy.Heaviside(2 * p - 10, 0), p, QUADRANT).equal is False
    )


n = sympy.Symbol("n", integer=True, positive=True)


def test_sizes_that_a_formula_makes_into_numbers_itself_are_true_ones():
    """The trace of an identity is n only where n is the number of its rows."""
    X = sympy.MatrixSymbol("X", n, 2)
    domain = Domain((n, X), ({n: 2}, {n: 3}), beyond=True)
    inner = sympy.Identity(n) + X * X.T
    small = (sympy.Identity(2) + X.T * X).I
    right = sympy.Trace(small) + n - 2
    assert compare_expressions(sympy.Trace(inner.I), right, domain).equal
    assert (
        compare_expressions(sympy.Trace(inner.I) + (n - 2) * (n - 3), right, domain).equal is False
    )


def test_a_value_that_lacks_in_a_whole_case_is_no_agreement():
    domain = Domain((n, x), ({n: 2}, {n: 3}), beyond=True)
    found = compare_expressions((n**2 - 3 * n) * x / (n - 3), n * x, domain)
    assert found.equal is False
    assert found.counterexample.point["n"] == "3"


def test_sizes_beyond_the_cases_are_told():
    X = sympy.MatrixSymbol("X", n, 2)
    domain = Domain((n, X), ({n: 2}, {n: 3}), beyond=True)
    found = compare_expressions((X.T * X).T, X.T * X, domain)
    assert found.equal
    left = sympy.Trace(X * X.T)
    told = compare_expressions(left, sympy.Trace(X.T * X), domain).detail
    assert "drawn after the answer was read, n = " in told
    assert "other cases were not tried" in told
    assert compare_expressions(left, sympy.Trace(X.T * X), domain).detail == told
    other = compare_expressions(left, sympy.Trace(X.T * X), replace(domain, seed=1)).detail
    assert other != told
