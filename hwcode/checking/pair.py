"""An answer and what it is compared with, at single points: exactly, and modulo primes."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr, Trace
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from hwcode.checking.apart import apart, separable
from hwcode.checking.canonical import exponent_symbols, has_matrices
from hwcode.checking.degrees import Bound, degree
from hwcode.checking.domain import LARGE_SET, Domain, Sample
from hwcode.checking.expressions import (
    Softmax,
    UndefinedError,
    decimal_text,
    evaluate,
    value_text,
)
from hwcode.checking.residues import PRIMES, NoResidueError, random_prime, residue
from hwcode.checking.seeds import canonical_text, seed_of
from hwcode.checking.values import difference, values_equal
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["AT_RANDOM", "Pair", "Truth"]

AT_RANDOM = 2
"""Points that decide an identity, in each case."""
_ENTRY = sympy.Dummy("entry", real=True)
MOST_STEPS = 2000
"""The largest exponent of exact numbers."""


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


class Pair:
    """What is compared, and what was found at the points so far.

    Args:
        answer: an expression.
        reference: another one, or a :class:`Truth`.
        domain: where they are compared.
    """

    def __init__(self, answer: Any, reference: Any, domain: Domain) -> None:
        self.answer, self.reference, self.domain = _number_in(answer), reference, domain
        self.by_truth = isinstance(reference, Truth)
        if not self.by_truth:
            self.reference = _number_in(reference)
        self.formulas = [self.answer] if self.by_truth else [self.answer, self.reference]
        self.of_matrices = has_matrices(*self.formulas) or any(
            isinstance(symbol, sympy.MatrixSymbol) for symbol in domain.symbols
        )
        self.tame = exponent_symbols(*self.formulas)
        if self.by_truth:
            self.tame = frozenset({*domain.symbols, None})  # it may iterate, say
        asked = reference.what if self.by_truth else canonical_text(self.reference)
        names = ",".join(str(symbol.name) for symbol in domain.symbols)
        self.source = random.Random(seed_of(asked, names, self.answer, str(domain.seed)))
        self.valued = 0
        self.exact = True
        self.holes: list[str] = []

    @cached_property
    def by_entries(self) -> bool:
        """Whether there are functions that are rational only where a logarithm was drawn."""
        return any(f.has(Softmax, ElementwiseApplyFunction) for f in self.formulas)

    @cached_property
    def composite(self) -> bool:
        """Whether the arguments of such functions are more than symbols."""
        nodes = [n for f in self.formulas for n in f.atoms(Softmax, ElementwiseApplyFunction)]
        inner = [n.args[0] if isinstance(n, Softmax) else n.expr for n in nodes]
        return not all(isinstance(one, sympy.MatrixSymbol) for one in inner)

    @cached_property
    def sign_givers(self) -> set[Any]:
        """The matrices by the signs of whose entries a formula chooses, one by one."""
        return {
            symbol
            for formula in self.formulas
            for node in formula.atoms(ElementwiseApplyFunction)
            if node.function(_ENTRY).has(sympy.Heaviside, sympy.Max)
            for symbol in node.expr.atoms(sympy.MatrixSymbol)
        }

    def expected(self, values: Mapping[Any, Any]) -> Any:
        """The right value at a point; :class:`UndefinedError` where there is none."""
        if self.by_truth:
            return self.reference.value(values)
        return evaluate(self.reference, values)

    def at(self, sample: Sample) -> Comparison | None:
        """How they differ at a point; None where they agree there, or the question has no value."""
        try:
            expected = self.expected(sample.values)
        except UndefinedError:
            return None
        self.valued += 1
        named = {name: value_text(v) for name, v in self.domain.named(sample.values).items()}
        try:
            got = evaluate(self.answer, sample.values)
        except UndefinedError as error:
            failure = Counterexample(named, decimal_text(expected), f"no value ({error})")
            if not self._is_hole(sample):
                remark = "" if self.domain.symbols else f"it has no value: {error}"
                return Comparison(False, Method.EXACT, counterexample=failure, remark=remark)
            self.holes.append(failure.where)
            return None
        how, remark = values_equal(got, expected)
        self.exact = self.exact and how in ("", "exactly")
        return None if how else difference(got, expected, named, remark)

    def _is_hole(self, sample: Sample) -> bool:
        """Whether the answer has the right values all around a point where it has none."""
        for step in (sympy.Rational(1, 1009), sympy.Rational(-1, 907)):
            moved = {k: drawn.moved(step) for k, drawn in enumerate(sample.given)}
            near = sample.again(moved).values
            try:
                if not values_equal(evaluate(self.answer, near), self.expected(near))[0]:
                    return False
            except (ArithmeticError, ValueError, TypeError):
                return False
        return bool(sample.given)

    def first(self, samples: Iterator[Sample]) -> Comparison | None:
        """The first difference among these points."""
        return next(filter(None, map(self.at, samples)), None)

    # --- modulo a prime -------------------------------------------------------------------------

    def bound(self, case: Mapping[Any, Any]) -> Bound | None:
        """Of the numerator of the difference, denominators multiplied out."""
        mine = degree(self.answer, case)
        if self.by_truth:
            known = self.reference.degree
            theirs = None if known is None else Bound(known, known)
        else:
            theirs = degree(self.reference, case)
        if mine is None or theirs is None:
            return None
        above = max(mine.above + theirs.below, theirs.above + mine.below)
        return Bound(above, mine.below + theirs.below, mine.bits + theirs.bits + 1)

    def equal_modulo_a_prime(self, sample: Sample) -> bool:
        """Whether they agree modulo a prime; :class:`NoResidueError` where one is not rational."""
        if self.by_truth:
            raise NoResidueError("a truth is computed in rationals")
        prime = random_prime(self.source)
        try:
            expected = residue(self.reference, sample.values, prime)
        except UndefinedError:
            return True  # nothing is asked for there
        self.valued += 1
        try:
            return residue(self.answer, sample.values, prime) == expected
        except UndefinedError:
            return False

    def equal_or_irrational(self, sample: Sample) -> bool:
        """The same, and true where that cannot be told."""
        try:
            return self.equal_modulo_a_prime(sample)
        except NoResidueError:
            return True

    # --- sizes as numbers, apart from the matrices ----------------------------------------------

    @cached_property
    def _own_names(self) -> dict[Any, Any]:
        return {s: sympy.Dummy(str(s), integer=True, positive=True) for s in self.domain.varied}

    @cached_property
    def _parted(self) -> list[Any]:
        return [apart(formula, self._own_names) for formula in self.formulas]

    @cached_property
    def separable(self) -> bool:
        """Whether the sizes may be other numbers than the matrices have rows."""
        return all(separable(formula, set(self.domain.varied)) for formula in self.formulas)

    def equal_apart(self, case: Mapping[Any, Any], written: Mapping[Any, Any]) -> bool:
        """Whether they agree where a size is one number in the formulas and another in matrices.

        Args:
            case: the sizes of the matrices.
            written: what stands in their place as a number.
        """
        try:
            sample = self.domain.sample("large", case, self.source)
            prime = random_prime(self.source)
            return self._both_apart(
                sample, written, lambda formula, point: residue(formula, point, prime)
            )
        except NoResidueError:
            if any(written[s] > MOST_STEPS for s in self.tame & set(written)):
                return True  # a power with so many digits is not computed
            sample = self.domain.sample("small", case, self.source, self.tame)
            return self._both_apart(sample, written, evaluate)

    def _both_apart(self, sample: Sample, written: Mapping[Any, Any], value: Any) -> bool:
        names = self._own_names
        point = {apart(symbol, names): each for symbol, each in sample.values.items()}
        point |= {names[s]: sample.case[s] for s in names if s in sample.case} | dict(written)
        answer, reference = self._parted
        try:
            expected = value(reference, point)
        except UndefinedError:
            return True  # nothing is asked for there
        self.valued += 1
        try:
            got = value(answer, point)
        except UndefinedError:
            return False
        return got == expected or bool(value is evaluate and values_equal(got, expected)[0])

    def odds_of(self, bound: Bound, modular: bool) -> float:
        """Decimal logarithm of the probability that a wrong answer passes in a case."""
        worst = max(bound.above, 1) * self.domain.draw_degree
        # Coefficients of what points are made of are taken to have eight bits for each degree.
        unlucky = (bound.bits + 8 * worst) / 62 / PRIMES * modular
        return AT_RANDOM * math.log10((worst + 1) / LARGE_SET + unlucky)


def _number_in(value: Any) -> Any:
    """The number in a 1 x 1 matrix expression, or the value itself."""
    if isinstance(value, MatrixExpr) and value.shape == (1, 1):
        return Trace(value)
    return value
