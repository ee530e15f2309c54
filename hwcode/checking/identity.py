"""Are two expressions equal? Proof where a canonical form decides, random exact points elsewhere.

A rational function that is not identically zero vanishes on few points: if its numerator has
degree D and each argument is drawn independently from a set of size S, it does so with probability
at most D/S [Schwartz 1980, Zippel 1979]. So a handful of exact evaluations decides an identity with
an error probability that can be written down, where ``simplify`` may run for minutes and decide
nothing.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import MatrixSymbol
from sympy.matrices.expressions import MatrixExpr, Trace
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.degrees import degree
from hwcode.checking.domain import LARGE_SET, Domain
from hwcode.checking.expressions import (
    EntrySum,
    Norm,
    UndefinedError,
    decimal_text,
    evaluate,
    value_text,
)
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["Truth", "compare_expressions", "values_equal"]

DIGITS = 50
"""Decimal digits of values that are not rational."""
TOLERANCE = sympy.Rational(1, 10**30)
"""Relative difference below which such values count as equal."""
SMALL_POINTS, OTHER_POINTS = 4, 2
"""Points in each case, of small numbers and of large (or medium) ones."""
FACTORS, LARGE_FACTORS, FURTHER = range(3, 400, 2), range(3, 10**6, 2), 4
"""Multiples of the cases, and how many of them are tried."""
OF_MATRICES = (MatrixExpr, Trace, Norm, EntrySum, MatrixElement)
PROOF_LIMIT = 300
"""Operations; above this no canonical form is tried."""


@dataclass(frozen=True)
class Truth:
    """What a question asks for, computed at one point straight from its definition.

    Args:
        value: from a point to the exact value there.
        what: what it computes, in words that complete "agrees with ...".
        degree: a bound on the degree of its numerator plus that of its denominator in the numbers
            drawn, where one is known; without it an agreement is "sampled", not an identity.
        method: how a choice or a rounded number is decided by it.
    """

    value: Callable[[Any], Any]
    what: str
    degree: int | None = None
    method: Method = Method.EXACT


def compare_expressions(answer: Any, reference: Any, domain: Domain) -> Comparison:
    """Compare an answer with a reference expression, or with a :class:`Truth`.

    Returns:
        Equal or not, how that was decided, and in small numbers where they differ.

    >>> x = sympy.Symbol("x")
    >>> compare_expressions((x + 1) ** 2, x**2 + 2 * x + 1, Domain((x,))).method
    <Method.PROVED: 'proved'>
    >>> print(compare_expressions(x**3, x, Domain((x,))).counterexample)
    at x = -3: expected -3, got -27
    """
    answer = _scalar_if_one_by_one(answer)
    if not isinstance(reference, Truth):
        reference = _scalar_if_one_by_one(reference)
    missing: list[Counterexample] = []
    for point in domain.points("small", SMALL_POINTS, seed=0):
        found = _difference(answer, reference, point, domain)
        if isinstance(found, Comparison):
            return found
        missing += [found] if isinstance(found, Counterexample) else []
    if not domain.symbols:
        return Comparison(not missing, Method.EXACT, "equal numbers" if not missing else "")
    difference = _rational_difference(answer, reference)
    if not missing and difference == 0:
        return Comparison(True, Method.PROVED, "the difference has the canonical form 0")
    found = _apart_beyond_the_cases(answer, reference, difference, domain)
    if found is not None:
        return found
    return _compare_at_random(answer, reference, domain, missing)


def _apart_beyond_the_cases(
    answer: Any, reference: Any, difference: Any, domain: Domain
) -> Comparison | None:
    """Where two formulas differ that agree in every case of their domain.

    Sizes and numbers of steps are compared in a few cases only, and a formula can be made to fit
    any few. Multiples of a case keep the order of its numbers, and odd ones their parity, so they
    are cases as well. Which multiples, the answer cannot know.

    Args:
        answer, reference: the formulas.
        difference: theirs in canonical form if it is rational, else None.
        domain: where they are compared.
    """
    if not all(isinstance(formula, sympy.Expr) for formula in (answer, reference)):
        return None
    drawn = domain.draw is not None and any(isinstance(s, MatrixSymbol) for s in domain.symbols)
    if drawn or any(formula.has(*OF_MATRICES) for formula in (answer, reference)):
        return None  # their sizes would grow with the factor
    if domain.draw is not None:
        difference = None  # points with a structure: it may vanish on all of them
    formulas = [answer, reference] if difference is None else [difference]
    varied = {symbol: {case.get(symbol) for case in domain.cases} for symbol in domain.cases[0]}
    symbols = {symbol for formula in formulas for symbol in formula.free_symbols} & set(varied)
    if not symbols or any(len(varied[symbol]) < 2 for symbol in symbols):
        return None
    # Only of a rational function is the value at a large number quickly had.
    factors = FACTORS if difference is None else LARGE_FACTORS
    for factor in random.sample(factors, FURTHER):
        cases = [{name: factor * value for name, value in case.items()} for case in domain.cases]
        for point in replace(domain, cases=tuple(cases)).points("small", 1, seed=0):
            found = _difference(answer, reference, point, domain)
            if isinstance(found, Comparison):
                return found
    return None


def _compare_at_random(
    answer: Any, reference: Any, domain: Domain, missing: list[Counterexample]
) -> Comparison:
    free = domain.draw is not None or all(set(domain.symbols) - set(c) for c in domain.cases)
    # Where the cases fix every symbol nothing is drawn, and no probability can be stated.
    bounds = [
        _degree_of_difference(answer, reference, case, domain) if free else None
        for case in domain.cases
    ]
    kind = "medium" if None in bounds else "large"
    exact, compared = True, 0
    for point in domain.points(kind, OTHER_POINTS, seed=None):
        found = _difference(answer, reference, point, domain)
        if isinstance(found, Comparison):
            return found
        missing += [found] if isinstance(found, Counterexample) else []
        compared += isinstance(found, str)
        exact = exact and found == "exactly"
    if not compared:
        remark = "it has no value at any of the points tried"
        return Comparison(False, Method.EXACT, "", next(iter(missing), None), remark)
    detail = _count(len(domain.cases), "case")
    if free:
        detail += f", {_count(OTHER_POINTS, 'random point')} in each"
    if missing:
        detail += f"; it has no value, where the question has one, {missing[0].where}"
    degrees = [bound for bound in bounds if bound is not None]
    if len(degrees) == len(bounds) and compared == OTHER_POINTS * len(domain.cases):
        worst = max(degrees) * domain.draw_degree
        exponent = math.floor(OTHER_POINTS * (math.log10(worst + 1) - math.log10(LARGE_SET))) + 1
        each = "in each case a" if len(domain.cases) > 1 else "a"
        detail += f"; {each} wrong answer would pass with probability below 1e{exponent}"
        return Comparison(True, Method.IDENTITY, detail)
    detail += "; exact values" if exact else f"; equal to {-sympy.log(TOLERANCE, 10)} digits"
    return Comparison(True, Method.SAMPLED, detail)


def _scalar_if_one_by_one(value: Any) -> Any:
    if isinstance(value, MatrixExpr) and value.shape == (1, 1):
        return Trace(value)
    return value


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _difference(
    answer: Any, reference: Any, point: Mapping[Any, Any], domain: Domain
) -> Comparison | Counterexample | str | None:
    """A comparison where they differ and a text where they agree.

    A counterexample where only the answer has no value, None where the reference has none.
    """
    truth = isinstance(reference, Truth)
    try:
        expected = reference.value(point) if truth else evaluate(reference, point)
    except UndefinedError:
        return None
    named = {name: value_text(value) for name, value in domain.named(point).items()}
    try:
        got = evaluate(answer, point)
    except UndefinedError as error:
        return Counterexample(named, decimal_text(expected), f"no value ({error})")
    how, remark = values_equal(got, expected)
    if how:
        return how
    wanted, mine = decimal_text(expected), decimal_text(got)
    if wanted == mine:
        entries = got - expected if isinstance(got, MatrixBase) else [_unwrapped(got) - expected]
        apart = max(abs(sympy.N(entry, 2)) for entry in entries)
        mine = f"{mine}, apart by {apart}"
    counterexample = Counterexample(named, wanted, mine)
    return Comparison(False, Method.EXACT, counterexample=counterexample, remark=remark)


def values_equal(got: Any, expected: Any) -> tuple[str, str]:
    """How two values agree (``"exactly"``, ``"to 50 digits"``, or empty), and a remark.

    A 1 x 1 matrix is the number in it.

    >>> values_equal(sympy.sqrt(8), 2 * sympy.sqrt(2))
    ('exactly', '')
    >>> values_equal(sympy.Matrix([[1, 2]]), sympy.Matrix([1, 2]))
    ('', 'its shape is 1 x 2, and 2 x 1 is expected')
    """
    got, expected = _unwrapped(got), _unwrapped(expected)
    matrices = [isinstance(value, MatrixBase) for value in (got, expected)]
    if matrices[0] != matrices[1]:
        kinds = ["a matrix" if found else "a number" for found in matrices]
        return "", f"it is {kinds[0]}, and {kinds[1]} is expected"
    if not matrices[0]:
        return _numbers_equal(got, expected), ""
    if got.shape != expected.shape:
        shapes = [f"{value.rows} x {value.cols}" for value in (got, expected)]
        return "", f"its shape is {shapes[0]}, and {shapes[1]} is expected"
    ways = {_numbers_equal(a, b) for a, b in zip(got, expected, strict=True)}
    if "" in ways:
        return "", ""
    return ("exactly" if ways <= {"exactly"} else f"to {DIGITS} digits"), ""


def _unwrapped(value: Any) -> Any:
    value = sympy.sympify(value)
    return value[0, 0] if isinstance(value, MatrixBase) and value.shape == (1, 1) else value


def _numbers_equal(got: Any, expected: Any) -> str:
    if got == expected:
        return "exactly"
    if got.is_Rational and expected.is_Rational:
        return ""
    difference = abs(sympy.N(got - expected, DIGITS))
    size = max(abs(sympy.N(expected, DIGITS)), abs(sympy.N(got, DIGITS)), sympy.S.One)
    return f"to {DIGITS} digits" if bool(difference <= TOLERANCE * size) else ""


def _rational_difference(answer: Any, reference: Any) -> Any:
    """The canonical form of the difference of two rational functions; None for anything else."""
    if isinstance(reference, Truth):
        return None
    if not (isinstance(answer, sympy.Expr) and isinstance(reference, sympy.Expr)):
        return None
    if answer.has(*OF_MATRICES) or reference.has(*OF_MATRICES):
        return None
    difference = answer - reference
    if sympy.count_ops(difference) > PROOF_LIMIT:
        return None
    if not difference.is_rational_function(*difference.free_symbols):
        return None
    return sympy.cancel(sympy.together(difference))


def _degree_of_difference(
    answer: Any, reference: Any, case: Mapping[Any, Any], domain: Domain
) -> int | None:
    """Degree bound for the numerator of the difference, denominators multiplied out."""
    mine = degree(answer, case)
    if isinstance(reference, Truth):
        theirs = None if reference.degree is None else (reference.degree, reference.degree)
    else:
        theirs = degree(reference, case)
    if mine is None or theirs is None:
        return None
    return max(mine[0] + theirs[1], theirs[0] + mine[1])
