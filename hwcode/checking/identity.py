"""Are two expressions equal? Proof where a canonical form decides, random exact points elsewhere.

A rational function that is not identically zero vanishes on few points: if its numerator has
degree D and each argument is drawn independently from a set of size S, it does so with probability
at most D/S [Schwartz 1980, Zippel 1979]. So a handful of exact evaluations decides an identity with
an error probability that can be written down, where ``simplify`` may run for minutes and decide
nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    OneMatrix,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

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

__all__ = ["Truth", "compare_expressions", "degree", "values_equal"]

DIGITS = 50
"""Decimal digits of values that are not rational."""
TOLERANCE = sympy.Rational(1, 10**30)
"""Relative difference below which such values count as equal."""
SMALL_POINTS, OTHER_POINTS = 4, 2
"""Points in each case, of small numbers and of large (or medium) ones."""
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
    if difference is not None and difference != 0:
        found = _apart_beyond_the_cases(answer, reference, difference, domain)
        if found is not None:
            return found
    return _compare_at_random(answer, reference, domain, missing)


def _apart_beyond_the_cases(
    answer: Any, reference: Any, difference: Any, domain: Domain
) -> Comparison | None:
    """Where two different rational functions differ that agree in every case of their domain.

    Sizes and numbers of steps are compared in a few cases only, and a formula can be made to fit
    any few. Multiples of a case keep the order of its numbers, so they are cases as well.
    """
    if domain.draw is not None:
        return None  # points with a structure: the difference may vanish on all of them
    varied = {symbol: {case.get(symbol) for case in domain.cases} for symbol in domain.cases[0]}
    if any(len(varied.get(symbol, (0, 1))) < 2 for symbol in difference.free_symbols):
        return None
    for factor in (2, 3, 5, 7):
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
    counterexample = Counterexample(named, decimal_text(expected), decimal_text(got))
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
    of_matrices = (MatrixExpr, Trace, Norm, EntrySum, MatrixElement)
    if answer.has(*of_matrices) or reference.has(*of_matrices):
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


def degree(node: Any, case: Mapping[Any, Any]) -> tuple[int, int] | None:
    """Bounds for the degrees of numerator and denominator of every entry of an expression.

    The bounds follow the structure of the expression and may be generous: they enter a
    probability through their ratio to 2**62.

    Args:
        node: a SymPy scalar or matrix expression.
        case: values of the symbols that are sizes or counts.

    Returns:
        ``(numerator, denominator)``, or None for an expression that is not a rational function.

    >>> x, y = sympy.symbols("x y")
    >>> degree((x + 1) ** 2 / y, {}), degree(sympy.exp(x), {})
    ((2, 1), None)
    """
    node = sympy.sympify(node)
    if node in case or node.is_number:
        return (0, 0) if node in case or node.is_rational else None
    if isinstance(node, (Identity, ZeroMatrix, OneMatrix)):
        return 0, 0
    if not node.args or isinstance(node, sympy.MatrixSymbol):
        return 1, 0
    if isinstance(node, MatrixBase):
        return _worst([degree(entry, case) for entry in node])
    if isinstance(node, (Transpose, MatrixElement, DiagMatrix)):
        return degree(node.args[0], case)
    if isinstance(node, (Trace, EntrySum)):
        inner = degree(node.args[0], case)
        sizes = [_size(size, case) for size in node.args[0].shape]
        return inner and _sum([inner] * (sizes[0] if isinstance(node, Trace) else math.prod(sizes)))
    if isinstance(node, (sympy.Pow, MatPow, Inverse)):
        return _degree_of_power(node, case)
    if isinstance(node, (sympy.Add, MatAdd)):
        return _sum([degree(argument, case) for argument in node.args])
    if isinstance(node, HadamardPower):
        return _degree_of_entrywise_power(node, case)
    if isinstance(node, (sympy.Mul, HadamardProduct)):
        return _product([degree(argument, case) for argument in node.args])
    if isinstance(node, MatMul):
        return _degree_of_product(node, case)
    return None


def _size(size: Any, case: Mapping[Any, Any]) -> int:
    return int(evaluate(size, case))


def _worst(degrees: list[tuple[int, int] | None]) -> tuple[int, int] | None:
    known = [pair for pair in degrees if pair is not None]
    if len(known) < len(degrees):
        return None
    return max(pair[0] for pair in known), max(pair[1] for pair in known)


def _sum(degrees: list[tuple[int, int] | None]) -> tuple[int, int] | None:
    known = [pair for pair in degrees if pair is not None]
    if len(known) < len(degrees):
        return None
    below = sum(pair[1] for pair in known)
    return max(pair[0] + below - pair[1] for pair in known), below


def _product(degrees: list[tuple[int, int] | None]) -> tuple[int, int] | None:
    known = [pair for pair in degrees if pair is not None]
    if len(known) < len(degrees):
        return None
    return sum(pair[0] for pair in known), sum(pair[1] for pair in known)


def _degree_of_product(node: MatMul, case: Mapping[Any, Any]) -> tuple[int, int] | None:
    total: tuple[int, int] | None = (0, 0)
    inner: int | None = None
    for argument in node.args:
        total = _product([total, degree(argument, case)])
        if total is None:
            return None
        if isinstance(argument, (MatrixExpr, MatrixBase)):
            if inner is not None:
                total = _sum([total] * inner)
            inner = _size(argument.shape[1], case)
    return total


def _degree_of_power(node: Any, case: Mapping[Any, Any]) -> tuple[int, int] | None:
    base, exponent = node.args[0], (-1 if isinstance(node, Inverse) else node.args[1])
    exponent = sympy.sympify(exponent).subs(dict(case))
    if not exponent.is_Integer:
        return None
    power = int(exponent)
    if isinstance(base, Norm):
        if power % 2:
            return None
        entries = math.prod(_size(size, case) for size in base.args[0].shape)
        inner = degree(base.args[0], case)
        squared = inner and _sum([_product([inner, inner])] * entries)
        return _scaled(squared, power // 2)
    inner = degree(base, case)
    if inner is None:
        return None
    if isinstance(base, (MatrixExpr, MatrixBase)):
        rows = _size(base.shape[0], case)
        if power < 0:
            # A = N / D with D the product of all entries' denominators, and
            # inverse(A) = D adj(N) / det(N): no entry exceeds these degrees.
            below = rows * rows * inner[1]
            above = inner[0] + below
            inner, power = (below + (rows - 1) * above, rows * above), -power
        total: tuple[int, int] | None = inner
        for _ in range(power - 1):
            total = _sum([_product([total, inner])] * rows)
        return total if power else (0, 0)
    return _scaled(inner, power)


def _degree_of_entrywise_power(node: Any, case: Mapping[Any, Any]) -> tuple[int, int] | None:
    exponent = sympy.sympify(node.exp).subs(dict(case))
    return _scaled(degree(node.base, case), int(exponent)) if exponent.is_Integer else None


def _scaled(pair: tuple[int, int] | None, power: int) -> tuple[int, int] | None:
    if pair is None:
        return None
    above, below = pair if power >= 0 else pair[::-1]
    return above * abs(power), below * abs(power)
