"""Where two expressions are compared: concrete cases, and numbers drawn at random in each.

Three kinds of numbers are drawn. *Small* ones are tried first, because a counterexample in small
integers can be read. *Large* ones, from a set of 2**62 integers and by the operating system's
randomness, make the theorem of Schwartz and Zippel give a useful bound. *Medium* ones, rationals
of ordinary size, serve expressions with roots, exponentials and the like, which are not rational.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import ImmutableMatrix, MatrixSymbol, Rational, Symbol

from hwcode.checking.expressions import evaluate

__all__ = ["LARGE_SET", "Domain", "Numbers"]

LARGE_SET = 2**62
"""Size of the set that large numbers are drawn from."""


@dataclass(frozen=True)
class Numbers:
    """A source of random numbers of one kind."""

    kind: str
    source: random.Random

    def number(self, symbol: Symbol | None = None, interval: tuple[Any, Any] | None = None) -> Any:
        """A random rational that fits a symbol's assumptions, or lies inside an open interval.

        >>> x = sympy.Symbol("x", positive=True)
        >>> Numbers("small", random.Random(1)).number(x) > 0
        True
        """
        if interval is not None:
            low, high = (sympy.sympify(end) for end in interval)
            steps = {"small": 8, "medium": 10**5, "large": LARGE_SET}[self.kind] + 1
            return low + (high - low) * Rational(self.source.randrange(1, steps), steps)
        positive = symbol is not None and bool(symbol.is_positive or symbol.is_nonnegative)
        integer = symbol is not None and bool(symbol.is_integer)
        if self.kind == "large":
            start = 1 if positive else -LARGE_SET // 2
            return sympy.Integer(self.source.randrange(start, start + LARGE_SET))
        if self.kind == "small":
            choices = [1, 2, 3, 4, 5] if positive else [-3, -2, -1, 1, 2, 3]
            return sympy.Integer(self.source.choice(choices))
        if integer:
            return sympy.Integer(self.source.randrange(1 if positive else -1000, 1000))
        low = 1 if positive else -(3 * 10**5)
        return Rational(self.source.randrange(low, 3 * 10**5), 10**5)

    def matrix(self, rows: int, columns: int) -> ImmutableMatrix:
        """A matrix of independent numbers, shape ``rows x columns``."""
        return ImmutableMatrix(rows, columns, lambda i, j: self.number())


Draw = Callable[[dict[Any, Any], Numbers], Mapping[Any, Any]]


@dataclass(frozen=True)
class Domain:
    """The points at which an answer with these symbols is compared.

    Args:
        symbols: the symbols an answer may use.
        cases: values for the symbols that are not drawn: sizes of matrices, numbers of steps. An
            identity is decided in each case by itself.
        intervals: open intervals for symbols that only have meaning there, such as a probability.
        draw: for points with more structure (a symmetric matrix, a full-rank one): takes the case
            and a source of :class:`Numbers`, returns a value for every symbol left.
        draw_degree: the degree, in the independent numbers, of the entries that ``draw`` returns.

    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> X = MatrixSymbol("X", n, 2)
    >>> point = next(Domain((n, X), cases=({n: 3},)).points("small", 1, seed=0))
    >>> point[n], point[X].shape
    (3, (3, 2))
    """

    symbols: tuple[Symbol | MatrixSymbol, ...]
    cases: tuple[Mapping[Any, Any], ...] = field(default=({},))
    intervals: Mapping[Any, tuple[Any, Any]] = field(default_factory=dict)
    draw: Draw | None = None
    draw_degree: int = 1

    def points(self, kind: str, per_case: int, seed: int | None = None) -> Iterator[dict[Any, Any]]:
        """``per_case`` points of a kind in every case.

        Without a seed the operating system's randomness is used, so that the points are drawn
        after the answer is fixed.
        """
        source = random.SystemRandom() if seed is None else random.Random(seed)
        numbers = Numbers(kind, source)
        for case in self.cases:
            for _ in range(per_case):
                yield self._point(case, numbers)

    def _point(self, case: Mapping[Any, Any], numbers: Numbers) -> dict[Any, Any]:
        point: dict[Any, Any] = {symbol: sympy.sympify(value) for symbol, value in case.items()}
        if self.draw is not None:
            point.update(self.draw(point, numbers))
        for symbol in self.symbols:
            if symbol not in point and isinstance(symbol, Symbol):
                point[symbol] = numbers.number(symbol, self.intervals.get(symbol))
        for symbol in self.symbols:
            if symbol not in point and isinstance(symbol, MatrixSymbol):
                rows, columns = (int(evaluate(size, point)) for size in symbol.shape)
                point[symbol] = numbers.matrix(rows, columns)
        return point

    def named(self, point: Mapping[Any, Any]) -> dict[str, Any]:
        """The point by the names that are typed, without symbols that no answer may use."""
        return {_name(symbol): point[symbol] for symbol in self.symbols if symbol in point}


def _name(symbol: Any) -> str:
    return str(symbol.name)
