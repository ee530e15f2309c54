"""How a wrong formula is related to a right one: by values at points first, then by comparison.

The values screen many guesses cheaply; a guess that they do not refute is compared in full before
anybody is told of it. So a reason holds at all points at which answers are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

import sympy
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.domain import Domain
from hwcode.checking.expressions import evaluate

__all__ = ["Screen", "constant", "monomials"]

PER_CASE, MOST_POINTS = 2, 6
CLOSE = 1e-9
LARGEST = 1000
"""Of the numerator and denominator of a factor that is told."""

Values = tuple[tuple[int, ...], tuple[complex, ...]]
"""The shape of a value and its entries."""


@dataclass
class Screen:
    """Points at which a right formula has a value, and values of formulas there.

    >>> x = sympy.Symbol("x", positive=True)
    >>> screen = Screen(Domain((x,)), (2 * x,))
    >>> screen.alike(x + x, 2 * x), screen.alike(x**2, 2 * x), len(screen.points)
    (True, False, 2)
    """

    domain: Domain
    right: tuple[Any, ...]
    seed: int = 5
    points: list[dict[Any, Any]] = field(default_factory=list)
    misses: int = 0
    """Guesses that it let pass, and that were refuted."""

    def __post_init__(self) -> None:
        found = list(self.domain.points("small", PER_CASE, seed=self.seed))
        # One of each case first, so that few points show what depends on the case.
        found = [*found[::PER_CASE], *found[1::PER_CASE]]
        for point in found:
            values = self.at(self.right[0], point)
            if values is None or not any(values[1]):
                continue
            if len(self.points) < MOST_POINTS:
                self.points.append(self._with_parts(point))

    def _with_parts(self, point: dict[Any, Any]) -> dict[Any, Any]:
        """The point with the values of all that the right formula is made of.

        What is one slip away from it then costs no more than the way up from the slip.
        """
        known = dict(point)
        for form in self.right:
            for node in sympy.postorder_traversal(form):
                if node.args and isinstance(node, (sympy.Expr, sympy.MatrixExpr)):
                    try:
                        known[node] = evaluate(node, known)
                    except Exception:  # bound variables, parts without a value
                        continue
        return known

    def value(self, formula: Any, place: int) -> Values | None:
        """The value of a formula at one of the points; None where it has none."""
        return self.at(formula, self.points[place])

    @staticmethod
    def at(formula: Any, point: Mapping[Any, Any]) -> Values | None:
        """The value of a formula at any point; None where it has none."""
        try:
            value = evaluate(formula, point)
            if isinstance(value, MatrixBase) and value.shape != (1, 1):
                return value.shape, tuple(complex(sympy.N(entry)) for entry in value)
            number = value[0, 0] if isinstance(value, MatrixBase) else value
            return (), (complex(sympy.N(number)),)
        except Exception:  # a guess may be any formula; one without a value is no guess
            return None

    def alike(self, one: Any, other: Any) -> bool:
        """Whether two formulas have the same value at every point."""
        return bool(self.points) and all(
            same(self.value(one, i), self.value(other, i)) for i in range(len(self.points))
        )

    def ratios(self, one: Any, other: Any) -> list[float] | None:
        """At each point the number by which one is the multiple of the other, if it is real."""
        found = []
        for i in range(len(self.points)):
            ratio = multiple(self.value(one, i), self.value(other, i))
            if ratio is None:
                return None
            found.append(ratio)
        return found or None


def same(one: Values | None, other: Values | None) -> bool:
    """Whether two values are the same, to rounding."""
    if one is None or other is None or one[0] != other[0]:
        return False
    return all(near(a, b) for a, b in zip(one[1], other[1], strict=True))


def near(a: complex, b: complex) -> bool:
    """Whether two numbers are the same, to rounding."""
    return abs(a - b) <= CLOSE * max(abs(a), abs(b), CLOSE)


def multiple(one: Values | None, other: Values | None) -> float | None:
    """The number by which one value is a multiple of another that is not zero."""
    if one is None or other is None or one[0] != other[0]:
        return None
    largest = max(range(len(other[1])), key=lambda i: abs(other[1][i]))
    if abs(other[1][largest]) < CLOSE:
        return None
    ratio = one[1][largest] / other[1][largest]
    if abs(ratio) < CLOSE or abs(ratio.imag) > CLOSE * abs(ratio):
        return None
    size = abs(other[1][largest])
    pairs = zip(one[1], other[1], strict=True)
    fits = all(abs(a - ratio * b) <= CLOSE * max(abs(a), size) for a, b in pairs)
    return ratio.real if fits else None


def constant(numbers: list[float]) -> sympy.Rational | None:
    """The one small fraction that all numbers are, if there is one.

    >>> constant([0.5, 0.5]), constant([0.5, 0.25])
    (1/2, None)
    """
    guess = Fraction(numbers[0]).limit_denominator(LARGEST)
    if not guess or abs(guess.numerator) > LARGEST:
        return None
    if all(near(number, float(guess)) for number in numbers):
        return sympy.Rational(guess.numerator, guess.denominator)
    return None


def monomials(symbols: tuple[Any, ...]) -> Iterator[Any]:
    """Factors that are forgotten or put in: powers of a symbol, quotients of two, one less or more.

    >>> n = sympy.Symbol("n", positive=True)
    >>> list(monomials((n,)))[:3]
    [n, 1/n, n**2]
    """
    scalars = [s for s in symbols if isinstance(s, sympy.Symbol)]
    half = sympy.Rational(1, 2)
    for power in (1, -1, 2, -2, half, -half, 3, -3):
        yield from (symbol**power for symbol in scalars)
    for one, other in product(scalars, repeat=2):
        if one != other:
            yield one / other
    for i, one in enumerate(scalars):
        for other in scalars[i + 1 :]:
            yield from (one * other, 1 / (one * other))
    for one in scalars:
        for shifted in (one - 1, one + 1, 1 - one):
            yield from (shifted, 1 / shifted, shifted / one, one / shifted)
