"""Where a formula with cases of its own changes from one to the other.

A formula such as ``min(s, 5)`` agrees with ``s`` up to 5, and is right wherever one looks if nobody
looks beyond. So it says itself where to look: each maximum, absolute value, sign or rounding in it
has a quantity whose sign decides. Its zeros are looked for along lines through points of the
domain, on which one number moves and all others stay, and the formula is tried at them and on both
sides.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy
from sympy import Rational
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.domain import Domain, Drawn, Sample
from hwcode.checking.expressions import evaluate

__all__ = ["cases_at_breaks", "samples_at_breaks", "switches"]

_AT = sympy.Dummy("at", positive=True)
_ENTRY = sympy.Dummy("entry", real=True)
MOST_SWITCHES, MOST_LINES, MOST_ZEROS = 12, 24, 10
"""Of one formula; of one case; on one line."""
HIGHEST_DEGREE = 12
"""Of a polynomial whose zeros are isolated exactly."""
GRID = [Rational(m) * Rational(10) ** k for k in range(-4, 13) for m in (1, 3)]
GRID += [Rational(10) ** k for k in range(14, 61, 4)]
"""Where the sign of anything else is looked at."""
HALVINGS = 24
IMPOSSIBLE = (ArithmeticError, AttributeError, KeyError, NotImplementedError, TypeError, ValueError)
"""What SymPy raises where a point with an unknown in it has no meaning."""


def switches(expression: Any) -> list[Any]:
    """The quantities by whose signs a formula chooses.

    >>> x, y = sympy.symbols("x y", real=True)
    >>> switches(sympy.Max(x, 3) + sympy.floor(y))
    [x - 3, y, y - 1, y + 1]
    """
    found: dict[Any, None] = {}
    for node in _nodes(expression):
        found |= dict.fromkeys(_own_switches(node))
    return list(found)[:MOST_SWITCHES]


def _nodes(expression: Any) -> Iterator[Any]:
    yield expression
    for argument in getattr(expression, "args", ()):
        yield from _nodes(argument)


def _own_switches(node: Any) -> list[Any]:
    if isinstance(node, (sympy.Max, sympy.Min)):
        pairs = [(a, b) for i, a in enumerate(node.args) for b in node.args[:i]]
        return [a - b for a, b in pairs]
    if isinstance(node, (sympy.Abs, sympy.sign, sympy.Heaviside)):
        return [node.args[0]]
    if isinstance(node, (sympy.floor, sympy.ceiling)):
        return [node.args[0], node.args[0] - 1, node.args[0] + 1]
    if isinstance(node, sympy.Pow) and node.exp.is_Rational and not node.exp.is_Integer:
        return [node.base]
    if isinstance(node, ElementwiseApplyFunction):
        inner = switches(node.function(_ENTRY))
        return [node.expr.applyfunc(sympy.Lambda(_ENTRY, each)) for each in inner]
    return []


def samples_at_breaks(
    formulas: Iterable[Any],
    domain: Domain,
    cases: Iterable[Mapping[Any, Any]],
    source: random.Random,
    tame: frozenset[Any],
) -> Iterator[Sample]:
    """Points at the breaks of the formulas, and between any two of them on a line."""
    found = [switch for formula in formulas for switch in switches(formula)]
    if not found:
        return
    for case in cases:
        for kind in ("small", "wide"):
            base = domain.sample(kind, case, source, tame)
            for place, drawn in list(enumerate(base.given))[:MOST_LINES]:
                for value in _along(found, drawn, lambda at, k=place, b=base: b.again({k: at})):
                    yield base.again({place: value})
            for moved in _lines_of(domain, case):
                state = source.getstate()

                def line(at: Any, moved: Any = moved, k: str = kind, state: Any = state) -> Sample:
                    same = random.Random()
                    same.setstate(state)
                    return domain.sample(k, moved(at), same, tame)

                for value in _along(found, _WHOLE, line):
                    if domain.possible(moved(value)):
                        yield line(value)


def cases_at_breaks(
    formulas: Iterable[Any], domain: Domain
) -> list[tuple[dict[Any, Any], dict[Any, Any]]]:
    """Sizes at which the formulas choose between their own cases, and sizes between any two.

    Returns:
        A listed case, and other sizes that were found from it, the smallest first.
    """
    sizes = set(domain.varied)
    found = [
        switch
        for formula in formulas
        for switch in switches(formula)
        if isinstance(switch, sympy.Expr) and switch.free_symbols and switch.free_symbols <= sizes
    ]
    cases: dict[tuple[Any, ...], tuple[dict[Any, Any], dict[Any, Any]]] = {}
    for case in domain.cases if found else ():
        for moved in _lines_of(domain, case):
            for at in _values([evaluate(each, moved(_AT)) for each in found], _WHOLE):
                if domain.possible(moved(at)):
                    cases.setdefault(tuple(moved(at).values()), (dict(case), moved(at)))
    return sorted(cases.values(), key=lambda pair: sum(pair[1].values()))


_WHOLE = Drawn(sympy.S.One, sympy.Symbol("whole", integer=True, positive=True))


def _lines_of(domain: Domain, case: Mapping[Any, Any]) -> list[Any]:
    """Ways to move a case: one of its numbers, or all of them by a factor."""
    if domain.beyond is None:
        return []
    lines = [lambda at, s=symbol: {**case, s: at} for symbol in domain.varied]
    return [*lines, lambda at: {s: value * at for s, value in case.items()}]


def _along(found: list[Any], drawn: Drawn, line: Any) -> list[Any]:
    """Values of the number that moves, at which and between which some switch turns."""
    try:
        point = line(_AT).values
        entries = [entry for each in found for entry in _entries(evaluate(each, point))]
    except IMPOSSIBLE:
        return []
    return _values(entries, drawn)


def _entries(value: Any) -> list[Any]:
    return list(value) if isinstance(value, MatrixBase) else [value]


def _values(entries: list[Any], drawn: Drawn) -> list[Any]:
    zeros: set[Any] = set()
    for entry in dict.fromkeys(entries):
        if _AT in entry.free_symbols and len(zeros) < MOST_ZEROS:
            zeros |= set(_zeros(entry, drawn))
    inside = sorted(zero for zero in zeros if zero and _near(zero, drawn))[:MOST_ZEROS]
    if not inside:
        return []
    values = {*inside, *((a + b) / 2 for a, b in itertools.pairwise(inside))}
    if drawn.interval is None:
        low, high = inside[0], inside[-1]
        # Far out on the other side of the last one, and near it.
        values |= {low - abs(low) / 2, low - 3 * abs(low), high + abs(high) / 2, high * 1000}
    else:
        values |= {(drawn.interval[0] + inside[0]) / 2, (drawn.interval[1] + inside[-1]) / 2}
    if drawn.whole:
        values = {whole + k for v in values for whole in (sympy.floor(v),) for k in (-1, 0, 1, 2)}
    return sorted(value for value in values if drawn.admits(value))


def _near(zero: Any, drawn: Drawn) -> bool:
    """Whether there is something to look at near by."""
    if drawn.interval is not None:
        return bool(drawn.interval[0] < zero < drawn.interval[1])
    return drawn.signed or bool(zero > 0)


def _zeros(entry: Any, drawn: Drawn) -> list[Any]:
    numerator = sympy.together(entry).as_numer_denom()[0]
    try:
        polynomial = sympy.Poly(numerator, _AT, domain="QQ")
    except (sympy.PolynomialError, sympy.CoercionFailed):
        return _changes_of_sign(entry, drawn)
    if not 0 < polynomial.degree() <= HIGHEST_DEGREE:
        return []
    isolated = polynomial.intervals(eps=Rational(1, 1000))
    return [end for interval, _ in isolated for end in interval]


def _changes_of_sign(entry: Any, drawn: Drawn) -> list[Any]:
    if drawn.interval is not None:
        low, high = drawn.interval
        grid = [low + (high - low) * Rational(k, 32) for k in range(1, 32)]
    else:
        grid = [-v for v in reversed(GRID)] * drawn.signed + GRID
    signs = [(at, _sign(entry, at)) for at in grid]
    known = [(at, sign) for at, sign in signs if sign is not None]
    zeros = [at for at, sign in known if sign == 0]
    for (low, before), (high, after) in itertools.pairwise(known):
        if before * after < 0 and len(zeros) < MOST_ZEROS:
            zeros.append(_halved(entry, low, high, before))
    return zeros


def _halved(entry: Any, low: Any, high: Any, before: int) -> Any:
    """The simplest number near to a change of sign: a threshold is one that people write down."""
    for _ in range(HALVINGS):
        wide = low > 0 and high > 4 * low
        middle = Rational(math.isqrt(int(low * high))) if wide and low > 1 else (low + high) / 2
        if (_sign(entry, middle) or 0) * before > 0:
            low = middle
        else:
            high = middle
    wide = (high - low) * 2
    simplest = Fraction(int(high.p), int(high.q)).limit_denominator(
        max(1, int(1 / wide)) if wide < 1 else 1
    )
    return Rational(simplest.numerator, simplest.denominator)


def _sign(entry: Any, at: Any) -> int | None:
    try:
        return int(sympy.sign(sympy.N(entry.subs(_AT, at), 15)))
    except IMPOSSIBLE:
        return None
