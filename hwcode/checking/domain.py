"""Where two expressions are compared: concrete cases, and numbers drawn at random in each.

Kinds of numbers: *small* ones are tried first, because a counterexample in small integers can be
read. *Large* ones, from a set of 2**62 integers, make the theorem of Schwartz and Zippel give a
useful bound. *Wide* ones, round numbers from a thousandth to a million, and *units*, -1, 0 and 1,
serve expressions with roots, exponentials and the like, which are not rational.

Every point is made from numbers that are drawn one by one. A point remembers them, so that one of
them can be moved while the others stay: along such lines an answer's break points are looked for.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import ImmutableMatrix, MatrixSymbol, Rational, Symbol
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.expressions import evaluate

__all__ = ["LARGE_SET", "NONNEGATIVE", "Domain", "Drawn", "Numbers", "Sample"]

LARGE_SET = 2**62
"""Size of the set that large numbers are drawn from."""
SCALES = range(-3, 7)
"""Powers of ten of the wide numbers."""
FRIENDLY = [Rational(n, q) for q in (1, 2, 3) for n in range(1, 5 * q + 1) if sympy.igcd(n, q) == 1]
"""Numbers up to 5 that may stand in an exponent: their denominators are small."""
WITHIN = [Rational(*share) for share in ((1, 1000), (1, 7), (1, 4), (1, 2), (5, 8), (999, 1000))]
"""Places in an interval, as shares of its length."""
NONNEGATIVE = Symbol("nonnegative", real=True, nonnegative=True)
"""What is drawn for a number that may be 0, such as how much more one number is than another."""
TRIES = 400
"""Times that sizes are drawn anew until they are possible."""


@dataclass(frozen=True)
class Drawn:
    """One number, or one matrix of numbers, that was drawn, and what it was drawn for."""

    value: Any
    symbol: Any = None
    interval: tuple[Any, Any] | None = None

    @property
    def whole(self) -> bool:
        return self.symbol is not None and bool(self.symbol.is_integer)

    @property
    def signed(self) -> bool:
        """Whether it may be negative."""
        return self.interval is None and not (self.symbol and self.symbol.is_nonnegative)

    def admits(self, value: Any) -> bool:
        """Whether another number may stand in its place; by which a matrix may be multiplied.

        >>> Drawn(2, Symbol("n", integer=True, positive=True)).admits(sympy.Rational(1, 2))
        False
        """
        if self.interval is not None:
            return bool(self.interval[0] < value < self.interval[1])
        if self.symbol is None:
            return bool(value != 0) or not isinstance(self.value, MatrixBase)
        if self.whole and not sympy.sympify(value).is_integer:
            return False
        if self.symbol.is_nonzero and value == 0:
            return False
        return self.signed or bool(value >= 0)

    def moved(self, step: Any) -> Any:
        """A number near by, off the whole numbers, too; a matrix with every entry moved."""
        if isinstance(self.value, MatrixBase):
            return ImmutableMatrix(
                *self.value.shape,
                [entry + step / (2 + i) for i, entry in enumerate(self.value)],
            )
        if self.interval is not None:
            low, high = self.interval
            return self.value + step * min(self.value - low, high - self.value)
        return self.value * (1 + step) if self.value != 0 else abs(step)


@dataclass
class Numbers:
    """A source of random numbers of one kind; it remembers what it gave.

    Args:
        kind: small, large, wide, unit, or symbol: unknowns with the right assumptions.
        source: where the randomness comes from.
        fixed: numbers to give in place of those that are drawn, by their place in the sequence.
        tame: symbols that stand in an exponent.
    """

    kind: str
    source: random.Random
    fixed: Mapping[int, Any] = field(default_factory=dict)
    tame: frozenset[Any] = frozenset()
    given: list[Drawn] = field(default_factory=list)

    def number(self, symbol: Symbol | None = None, interval: tuple[Any, Any] | None = None) -> Any:
        """A random rational that fits a symbol's assumptions, or lies inside an open interval.

        >>> x = sympy.Symbol("x", positive=True)
        >>> Numbers("small", random.Random(1)).number(x) > 0
        True
        """
        if interval is not None:
            low, high = (sympy.sympify(end) for end in interval)
            interval = (low, high)
            value = low + (high - low) * self._share()
        else:
            value = self._of(symbol)
        return self._give(Drawn(value, symbol, interval))

    def matrix(self, rows: int, columns: int) -> ImmutableMatrix:
        """A matrix of independent numbers, shape ``rows x columns``; it is moved as a whole."""
        # Of units alone many a matrix would be singular.
        kind, self.kind = self.kind, "small" if self.kind == "unit" else self.kind
        entries = ImmutableMatrix(rows, columns, lambda i, j: self._of(None))
        self.kind = kind
        moved = self.fixed.get(len(self.given), sympy.S.One)
        self.given.append(Drawn(entries))
        return moved if isinstance(moved, MatrixBase) else entries * moved

    def _give(self, drawn: Drawn) -> Any:
        value = self.fixed.get(len(self.given), drawn.value)
        self.given.append(Drawn(value, drawn.symbol, drawn.interval))
        return value

    def _share(self) -> Any:
        """A place in an interval, between 0 and 1."""
        if self.kind == "symbol":
            odds = sympy.Dummy("odds", positive=True)
            return odds / (1 + odds)
        if self.kind in ("wide", "unit"):
            return self.source.choice(WITHIN)
        steps = (LARGE_SET if self.kind == "large" else 8) + 1
        return Rational(self.source.randrange(1, steps), steps)

    def _of(self, symbol: Symbol | None) -> Any:
        positive = symbol is not None and bool(symbol.is_nonnegative)
        whole = symbol is not None and bool(symbol.is_integer)
        if self.kind == "symbol":
            return sympy.Dummy("u", **({"real": True} if symbol is None else symbol.assumptions0))
        if self.kind == "large":
            start = 1 if positive else -LARGE_SET // 2
            return sympy.Integer(self.source.randrange(start, start + LARGE_SET))
        if self.kind == "small":
            choices = [1, 2, 3, 4, 5] if positive else [-3, -2, -1, 1, 2, 3]
            return sympy.Integer(self.source.choice(choices))
        if self.kind == "unit":
            least = 1 if symbol is not None and symbol.is_positive else 0 if positive else -1
            never = symbol is None or symbol.is_nonzero
            units = [k for k in (-1, 0, 1) if k >= least and (k or not never)]
            return sympy.Integer(self.source.choice(units))
        sign = 1 if positive else self.source.choice((-1, 1))
        if symbol in self.tame:
            return sign * self.source.choice([f for f in FRIENDLY if f.q == 1 or not whole])
        scale = self.source.choice(SCALES[3:] if whole else SCALES)
        return sign * self.source.randrange(1, 10) * sympy.Integer(10) ** scale


Draw = Callable[[dict[Any, Any], Numbers], Mapping[Any, Any]]


@dataclass(frozen=True)
class Sample:
    """A point, the numbers it was made from, and how to make it anew with some of them moved."""

    values: dict[Any, Any]
    case: Mapping[Any, Any]
    given: tuple[Drawn, ...]
    again: Callable[[Mapping[int, Any]], Sample]


@dataclass(frozen=True)
class Domain:
    """The points at which an answer with these symbols is compared.

    Args:
        symbols: the symbols an answer may use.
        cases: values for the symbols that are not drawn: sizes of matrices, numbers of steps. An
            identity is decided in each case by itself.
        beyond: what other cases there are: a relation between those symbols, such as ``n > d``, or
            True for all positive whole numbers. None says that the cases are all there are.
        intervals: open intervals for symbols that only have meaning there, such as a probability.
        draw: for points with more structure (a symmetric matrix, a full-rank one): takes the case
            and a source of :class:`Numbers`, returns a value for every symbol left.
        draw_degree: the degree, in the independent numbers, of the entries that ``draw`` returns.
        seed: other seeds give other points, for tests that no verdict depends on them.

    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> X = MatrixSymbol("X", n, 2)
    >>> point = next(Domain((n, X), cases=({n: 3},)).points("small", 1, seed=0))
    >>> point[n], point[X].shape
    (3, (3, 2))
    """

    symbols: tuple[Symbol | MatrixSymbol, ...]
    cases: tuple[Mapping[Any, Any], ...] = field(default=({},))
    beyond: Any = None
    intervals: Mapping[Any, tuple[Any, Any]] = field(default_factory=dict)
    draw: Draw | None = None
    draw_degree: int = 1
    seed: int = 0

    def points(self, kind: str, per_case: int, seed: int = 0) -> Iterator[dict[Any, Any]]:
        """``per_case`` points of a kind in every case."""
        for sample in self.samples(kind, per_case, random.Random(seed)):
            yield sample.values

    def samples(self, kind: str, per_case: int, source: random.Random) -> Iterator[Sample]:
        """The same, with what the points were made from."""
        for case in self.cases:
            for _ in range(per_case):
                yield self.sample(kind, case, source)

    def sample(
        self,
        kind: str,
        case: Mapping[Any, Any],
        source: random.Random,
        tame: frozenset[Any] = frozenset(),
    ) -> Sample:
        """A point in one case, with what it was made from."""
        state = source.getstate()
        numbers = Numbers(kind, source, {}, tame)
        values = self.point(case, numbers)

        def again(moved: Mapping[int, Any]) -> Sample:
            same = random.Random()
            same.setstate(state)
            others = Numbers(kind, same, moved, tame)
            values = self.point(case, others)
            return Sample(values, case, tuple(others.given), again)

        return Sample(values, case, tuple(numbers.given), again)

    def point(self, case: Mapping[Any, Any], numbers: Numbers) -> dict[Any, Any]:
        """A value for every symbol, made from some numbers."""
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

    @property
    def general(self) -> dict[Any, Any]:
        """The varied symbols as unknowns, one being another and a positive rest where it is larger.

        >>> n, d = sympy.symbols("n d", integer=True, positive=True)
        >>> Domain((n, d), ({n: 3, d: 2},), beyond=n > d).general
        {n: d + rest, d: d}
        """
        unknowns: dict[Any, Any] = {symbol: symbol for symbol in self.varied}
        if isinstance(self.beyond, (sympy.Gt, sympy.Ge)) and self.beyond.lhs in unknowns:
            rest = (
                {"positive": True} if isinstance(self.beyond, sympy.Gt) else {"nonnegative": True}
            )
            more = Symbol("rest", integer=True, **rest)
            unknowns[self.beyond.lhs] = self.beyond.rhs + more
        return unknowns

    @property
    def varied(self) -> tuple[Symbol, ...]:
        """The symbols that the cases fix."""
        return tuple(symbol for symbol in self.cases[0] if getattr(symbol, "is_integer", False))

    def possible(self, case: Mapping[Any, Any]) -> bool:
        """Whether these values of the varied symbols are a case of the question.

        >>> n, d = sympy.symbols("n d", integer=True, positive=True)
        >>> Domain((n, d), ({n: 3, d: 2},), beyond=n > d).possible({n: 5, d: 7})
        False
        """
        if self.beyond is None:
            return False
        whole = all(sympy.sympify(v).is_integer and v >= 1 for v in case.values())
        return whole and bool(sympy.sympify(self.beyond).xreplace({**case}))

    def larger(self, low: Mapping[Any, int], high: Mapping[Any, int],
               source: random.Random) -> dict[Any, Any] | None:  # fmt: skip
        """A case with values between two bounds, drawn; None if there is none."""
        if self.beyond is None or not self.varied:
            return None
        for _ in range(TRIES):
            case = {s: sympy.Integer(source.randint(low[s], high[s])) for s in self.varied}
            if self.possible(case):
                return case
        return None

    def named(self, point: Mapping[Any, Any]) -> dict[str, Any]:
        """The point by the names that are typed, without symbols that no answer may use."""
        return {_name(symbol): point[symbol] for symbol in self.symbols if symbol in point}


def _name(symbol: Any) -> str:
    return str(symbol.name)
