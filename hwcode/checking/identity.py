"""Are two expressions equal? Proof where a canonical form decides, exact points elsewhere.

A rational function that is not identically zero vanishes on few points: if its numerator has
degree D and each argument is drawn independently from a set of size S, it does so with probability
at most D/S [Schwartz 1980, Zippel 1979]. So a few exact values decide an identity, with an error
probability that can be written down. Anything else is compared at many points, of all signs and
scales, and where it has cases of its own, on both sides of their borders. All points come from
the question and the answer as they were read, so a verdict never changes.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sympy
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.apart import large_numbers, small_numbers
from hwcode.checking.breaks import cases_at_breaks, samples_at_breaks, switches
from hwcode.checking.canonical import proved_equal, rational_difference
from hwcode.checking.cases import (
    beyond_by_a_few,
    larger_cases,
    largest_square,
    more_rows,
    other_cases,
    smaller_cases,
)
from hwcode.checking.domain import Domain, Sample
from hwcode.checking.errors import NoReferenceError
from hwcode.checking.expressions import decimal_text, evaluate, value_text
from hwcode.checking.pair import AT_RANDOM, Pair, Truth
from hwcode.checking.residues import NoResidueError
from hwcode.checking.seeds import canonical_text
from hwcode.checking.values import TOLERANCE, values_equal
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["Truth", "compare_expressions", "values_equal"]

EXAMPLES = 4
"""Small points in each case."""
MOST_ROWS = 30
"""Of matrices that are formed; larger sizes are tried as numbers in the formulas only."""
SAMPLES, SAMPLES_OF_MATRICES = 72, 24
"""Points at which a formula that is not rational is compared, all cases together."""
MIDDLING = 2
"""Further cases where sums of logarithms stand in a softmax or a sigmoid."""
MOST_SIGNS = 6
"""Numbers whose signs are all tried, each with each."""
LARGE_SHAPE = 400
"""Entries of an answer above which its shape is looked at before its value."""


def compare_expressions(answer: Any, reference: Any, domain: Domain) -> Comparison:
    """Compare an answer with a reference expression, or with a :class:`Truth`.

    Returns:
        Equal or not, how that was decided, and in small numbers where they differ. Where the answer
        has no value in a whole case of the question it is not equal; where it lacks one at single
        points around which it is right, it is, and they are named.

    Raises:
        NoReferenceError: if the reference has no value at any point.

    >>> x = sympy.Symbol("x")
    >>> compare_expressions((x + 1) ** 2, x**2 + 2 * x + 1, Domain((x,))).method
    <Method.PROVED: 'proved'>
    >>> print(compare_expressions(x**3, x, Domain((x,))).counterexample)
    at x = -3: expected -3, got -27
    """
    return _Trial(answer, reference, domain).outcome()


class _Trial(Pair):
    """One comparison, from what is cheap to what takes longer."""

    def outcome(self) -> Comparison:
        found = self._by_shape() or self._at_examples()
        if found is None and not self.domain.symbols:
            found = Comparison(True, Method.EXACT, "equal numbers")
        if found is None:
            found = self._by_proof() or self._at_large_numbers()
        if found is None:
            found = self._by_residues() or self._by_samples()
        if not self.valued:
            raise NoReferenceError("the question's own answer has no value at any point tried")
        return found

    # --- in their order -------------------------------------------------------------------------

    def _by_shape(self) -> Comparison | None:
        """A matrix that is large for its question is of another shape, and is not written out."""
        sizes = getattr(self.answer, "shape", (1, 1))
        if self.by_truth or not all(sympy.sympify(size).is_number for size in sizes):
            return None
        if sizes[0] * sizes[1] <= LARGE_SHAPE:
            return None
        expected = (
            evaluate(self.reference, sample.values)
            if (sample := next(self.domain.samples("small", 1, random.Random(0))))
            else None
        )
        self.valued += 1
        told = f"{sizes[0]} x {sizes[1]}"
        named = {n: value_text(v) for n, v in self.domain.named(sample.values).items()}
        shape = getattr(expected, "shape", None)
        if shape == tuple(sizes):
            return None
        wanted = f"{shape[0]} x {shape[1]} is expected" if shape else "a number is expected"
        failure = Counterexample(named, decimal_text(expected), f"a matrix of {told}")
        return Comparison(False, Method.EXACT, "", failure, f"its shape is {told}, and {wanted}")

    def _at_examples(self) -> Comparison | None:
        """Small numbers, the same for every answer: a counterexample among them can be read."""
        return self.first(self.domain.samples("small", EXAMPLES, random.Random(0)))

    def _by_proof(self) -> Comparison | None:
        if self.by_truth:
            return None
        if canonical_text(self.answer) == canonical_text(self.reference):
            return self._right(Method.PROVED, "it is the same formula")
        difference = rational_difference(self.answer, self.reference)
        if difference == 0:
            return self._right(Method.PROVED, "the difference has the canonical form 0")
        if difference is None:
            if proved_equal(self.answer, self.reference, self.domain):
                return self._right(Method.PROVED, "the difference has the canonical form 0")
            return None
        # A rational function that is not 0 is none at almost all points, in almost all cases.
        return self.first(self._elsewhere("small", 12)) or self.first(self._elsewhere("large", 4))

    def _elsewhere(self, kind: str, count: int) -> Iterator[Sample]:
        """Points in cases that are not listed; without such, in those that are."""
        for case in itertools.islice(other_cases(self.domain, self.tame, self.source), count):
            yield self.domain.sample(kind, case, self.source, self.tame)

    # --- identities -----------------------------------------------------------------------------

    def _by_residues(self) -> Comparison | None:
        """An identity between rational functions, case by case, and in larger cases."""
        if not any(sample.given for sample in self.domain.samples("small", 1, random.Random(0))):
            return None  # nothing is drawn
        by_signs = self.sign_givers
        if by_signs and not all(map(self._signs_are_drawn, self.domain.cases)):
            return None
        larger = [] if self.by_truth else self._further_cases()
        if self.composite:
            larger = larger[:MIDDLING]  # logarithms are summed up exactly
        odds: list[float] = []
        for case in (*self.domain.cases, *larger):
            bound = self.bound(case)
            if bound is None:
                return None
            found, modular = self._differ_in(case)
            if found:
                return found
            if not modular and self.by_entries:
                return None  # not rational in what was drawn
            if by_signs and case in self.domain.cases and (found := self._for_all_signs(case)):
                return found
            odds.append(self.odds_of(bound, modular))
        if found := self._at_breaks(self.domain.cases):
            return found
        each = "in each of them a" if len(odds) > 1 else "a"
        each = f"in those listed for each choice of signs; {each}" if by_signs else each
        return self._right(
            Method.IDENTITY,
            f"{self._cases_told(larger)}, {_count(AT_RANDOM, 'random point')} in each;"
            f" {each} wrong answer would pass with probability below 1e{math.floor(max(odds)) + 1}",
        )

    def _signs_are_drawn(self, case: Mapping[Any, Any]) -> bool:
        """Whether the entries by whose signs a formula chooses are drawn numbers, or 0."""
        sample = self.domain.sample("large", case, self.source)
        signed = _signed_places(sample)
        drawn = {0, *(abs(sample.given[k].value) for k in signed)}
        entries = [entry for symbol in self.sign_givers for entry in sample.values[symbol]]
        return len(signed) <= MOST_SIGNS and all(abs(entry) in drawn for entry in entries)

    def _for_all_signs(self, case: Mapping[Any, Any]) -> Comparison | None:
        for _ in range(AT_RANDOM):
            sample = self.domain.sample("large", case, self.source)
            places = _signed_places(sample)
            for signs in itertools.product((1, -1), repeat=len(places)):
                turned = zip(places, signs, strict=True)
                one = sample.again({k: _signed(sample.given[k].value, s) for k, s in turned})
                if not self.equal_or_irrational(one) and (found := self.at(one)):
                    return found
        return None

    def _further_cases(self, few: bool = False) -> list[Mapping[Any, Any]]:
        """Cases that are not listed; a few rows or steps more where exact values are computed."""
        if self.by_truth or few:
            return beyond_by_a_few(self.domain, self.source)
        return larger_cases(self.domain, self.tame, self.source, self.of_matrices)

    def _differ_in(self, case: Mapping[Any, Any]) -> tuple[Comparison | None, bool]:
        """How they differ in a case, if they do, and whether that was decided modulo primes."""
        for _ in range(AT_RANDOM):
            sample = self.domain.sample("large", case, self.source)
            try:
                if self.equal_modulo_a_prime(sample):
                    continue
            except NoResidueError:
                large = largest_square(self.domain, case) > 100
                return (None if large else self.at(sample)), False
            return self._shown(sample), True
        return None, True

    def _at_large_numbers(self) -> Comparison | None:
        """Sizes as numbers of all lengths, beside matrices of a listed case."""
        if self.by_truth or not self.of_matrices or not self.domain.varied:
            return None
        for written in large_numbers(self.domain, self.formulas, self.source):
            if found := self._differ_apart(self.domain.cases[-1], written):
                return found
        return None

    def _differ_apart(
        self, case: Mapping[Any, Any], written: Mapping[Any, Any]
    ) -> Comparison | None:
        """How they differ where sizes are other numbers in the formulas than in the matrices."""
        if self.equal_apart(case, written):
            return None
        if self.separable:
            tried = small_numbers(self.domain, case, written)
            return next(
                _told_of_sizes(numbers, self.domain)
                for numbers in tried
                if numbers == written or not self.equal_apart(case, numbers)
            )
        # A formula may make a number from a size: then only true sizes decide.
        for case in more_rows(self.domain, self.tame, self.source):
            if found := self._differ_in(case)[0]:
                return found
        return None

    def _shown(self, sample: Sample) -> Comparison | None:
        """A difference that was found with long numbers, at small ones, and in a small case."""
        for case in (*smaller_cases(self.domain, sample.case), sample.case):
            small = [self.domain.sample("small", case, self.source) for _ in range(EXAMPLES)]
            told = case is sample.case or not all(map(self.equal_or_irrational, small))
            if (
                told
                and largest_square(self.domain, case) <= 100
                and (found := self.first(iter(small)))
            ):
                return found
        if largest_square(self.domain, sample.case) <= 100:
            return self.at(sample)  # None where only the prime was to blame
        return _told_of_sizes(sample.case, self.domain)

    def _at_breaks(self, cases: Iterable[Mapping[Any, Any]]) -> Comparison | None:
        """Where the formulas change from one of their own cases to another."""
        if not any(map(switches, self.formulas)):
            return None
        at = samples_at_breaks(self.formulas, self.domain, cases, self.source, self.tame)
        if found := self.first(at):
            return found
        for case, written in (
            cases_at_breaks(self.formulas, self.domain) if self.of_matrices else ()
        ):
            possible = max(written.values()) <= MOST_ROWS
            found = self._differ_in(written)[0] if possible else None
            if found := found or self._differ_apart(case, written):
                return found
        return None

    # --- samples --------------------------------------------------------------------------------

    def _by_samples(self) -> Comparison:
        """Points of all signs and scales, and where the formulas change from case to case."""
        domain = self.domain
        # Each value of a truth may be a program's run, and a large size a long one.
        further = () if self.by_truth else self._further_cases(few=self.of_matrices)
        cases = [*domain.cases, *further]
        found = self.first(self._of_all_kinds(cases))
        if found is None and self.of_matrices and not self.by_truth:
            larger = self._further_cases()
            found = next(filter(None, (self._differ_in(case)[0] for case in larger)), None)
            cases += larger
        if found is None and not self.by_truth:
            some = domain.cases if len(domain.cases) <= 6 else domain.cases[::9]
            found = self._at_breaks(some)
        if found is not None:
            return found
        how = "exact values" if self.exact else f"equal to {-sympy.log(TOLERANCE, 10)} digits"
        detail = f"{self._cases_told(cases[len(domain.cases) :])}; {self.valued} points; {how}"
        return self._right(Method.SAMPLED, detail)

    def _of_all_kinds(self, cases: list[Mapping[Any, Any]]) -> Iterator[Sample]:
        many = SAMPLES_OF_MATRICES if self.of_matrices else SAMPLES
        for case in cases:
            share = 2 if self.by_truth else max(2, many // len(cases) // 3)
            first = self.domain.sample("wide", case, self.source, self.tame)
            yield first
            if not first.given:
                continue
            signed = [k for k, drawn in enumerate(first.given) if drawn.signed]
            patterns = list(itertools.product((1, -1), repeat=min(len(signed), 6)))
            for signs in patterns[: max(share, 2 ** len(signed) if len(signed) < 4 else 0)]:
                sample = self.domain.sample("wide", case, self.source, self.tame)
                turned = zip(signed, signs, strict=False)
                yield sample.again({k: _signed(sample.given[k].value, s) for k, s in turned})
            for kind in ("unit", "wide"):
                for _ in range(share):
                    yield self.domain.sample(kind, case, self.source, self.tame)

    # --- what is said ---------------------------------------------------------------------------

    def _right(self, method: Method, detail: str) -> Comparison:
        if self.holes:
            places = " and ".join(dict.fromkeys(self.holes[:3]))
            detail += f"; it has no value {places}, and the right ones all around"
        return Comparison(True, method, detail)

    def _cases_told(self, others: list[Mapping[Any, Any]]) -> str:
        told = _count(len(self.domain.cases), "case")
        if others:
            named = "; ".join(
                ", ".join(f"{symbol.name} = {value}" for symbol, value in case.items())
                for case in others
            )
            told += f" and, drawn after the answer was read, {named}; other cases were not tried"
        return told


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _told_of_sizes(case: Mapping[Any, Any], domain: Domain) -> Comparison:
    named = {str(s.name): str(v) for s, v in case.items() if s in domain.symbols}
    failure = Counterexample(named, "the right value", "another one, at numbers drawn")
    return Comparison(False, Method.IDENTITY, counterexample=failure)


def _signed_places(sample: Sample) -> list[int]:
    """Which of the numbers that a point is made of may be negative; matrices are none."""
    given = enumerate(sample.given)
    return [k for k, drawn in given if drawn.signed and not isinstance(drawn.value, MatrixBase)]


def _signed(value: Any, sign: int) -> Any:
    """A number, or what a matrix is multiplied by, with a sign."""
    return sign if isinstance(value, MatrixBase) else sign * abs(value)
