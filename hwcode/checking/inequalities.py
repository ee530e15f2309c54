"""Systems of linear inequalities over the rationals, decided exactly.

Fourier and Motzkin's elimination: a variable is removed by combining every lower bound for it with
every upper one, until only numbers are left to compare. If they agree, the variables are put back
one by one, each between its bounds, and the result is a point that satisfies the system. The
number of inequalities can grow quickly, so this is for a handful of variables; in return it is
short, exact, and knows strict inequalities from others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["Affine", "Condition", "Point", "solution"]

Point = tuple[Fraction, ...]


@dataclass(frozen=True)
class Affine:
    """The function ``x -> slopes . x + constant`` with rational coefficients.

    >>> f = Affine.of([1, -2], 3)
    >>> f((Fraction(1), Fraction(1, 2))), f - f == Affine.of([0, 0])
    (Fraction(3, 1), True)
    """

    slopes: tuple[Fraction, ...]
    constant: Fraction = Fraction(0)

    @classmethod
    def of(cls, slopes: Iterable[int | Fraction], constant: int | Fraction = 0) -> Affine:
        """From plain numbers."""
        return cls(tuple(Fraction(slope) for slope in slopes), Fraction(constant))

    @classmethod
    def coordinate(cls, index: int, size: int) -> Affine:
        """The function that gives one coordinate of ``size``."""
        return cls.of(int(place == index) for place in range(size))

    def __call__(self, x: Sequence[int | Fraction]) -> Fraction:
        return sum((a * v for a, v in zip(self.slopes, x, strict=True)), self.constant)

    def __add__(self, other: Affine) -> Affine:
        slopes = tuple(a + b for a, b in zip(self.slopes, other.slopes, strict=True))
        return Affine(slopes, self.constant + other.constant)

    def __sub__(self, other: Affine) -> Affine:
        return self + -1 * other

    def __rmul__(self, factor: int | Fraction) -> Affine:
        return Affine(tuple(factor * a for a in self.slopes), Fraction(factor * self.constant))

    def above(self, bound: int | Fraction = 0, strict: bool = True) -> Condition:
        """The condition that this exceeds a bound."""
        return Condition(Affine(self.slopes, self.constant - bound), strict)

    def below(self, bound: int | Fraction = 0, strict: bool = True) -> Condition:
        """The condition that this stays below a bound."""
        return (-1 * self).above(-bound, strict)


@dataclass(frozen=True)
class Condition:
    """``form > 0``, or ``form >= 0`` if not strict."""

    form: Affine
    strict: bool = True

    def holds(self, x: Sequence[int | Fraction]) -> bool:
        """Whether a point satisfies it.

        >>> Affine.of([1, -1]).above(strict=False).holds((2, 2))
        True
        """
        value = self.form(x)
        return value > 0 or (value == 0 and not self.strict)

    def normal(self) -> Condition:
        """The same condition with coprime integers."""
        numbers = (*self.form.slopes, self.form.constant)
        below = math.lcm(*(number.denominator for number in numbers))
        above = math.gcd(*(int(number * below) for number in numbers)) or 1
        return Condition(Fraction(below, above) * self.form, self.strict)


def solution(conditions: Sequence[Condition], size: int) -> Point | None:
    """A point that satisfies all conditions, or None if there is none.

    Args:
        conditions: on the same variables.
        size: how many variables there are.

    >>> x, y = Affine.of([1, 0]), Affine.of([0, 1])
    >>> [str(value) for value in solution([x.above(1), (y - x).above(), y.below(3)], 2)]
    ['2', '5/2']
    >>> solution([x.above(), (y - x).above(), y.below(strict=False)], 2) is None
    True
    """
    stages = [_pruned(conditions)]
    for variable in reversed(range(size)):
        stages.append(_without(stages[-1], variable))
    if any(not condition.holds([0] * size) for condition in stages.pop()):
        return None
    point: list[Fraction] = []
    for variable in range(size):
        point.append(_between(stages.pop(), variable, point))
    return tuple(point)


def _pruned(conditions: Iterable[Condition]) -> list[Condition]:
    """Without repetitions: of parallel conditions only the strongest, of constants the false."""
    strongest: dict[tuple[Fraction, ...], Condition] = {}
    for condition in map(Condition.normal, conditions):
        slopes, constant = condition.form.slopes, condition.form.constant
        if not any(slopes):
            if not condition.holds([0] * len(slopes)):
                return [condition]
            continue
        scale = next(abs(slope) for slope in slopes if slope)
        key = tuple(slope / scale for slope in slopes)
        known = strongest.get(key)
        if known is not None:
            theirs = next(abs(slope) for slope in known.form.slopes if slope)
            mine, other = constant / scale, known.form.constant / theirs
            if mine > other or (mine == other and not condition.strict):
                continue
        strongest[key] = condition
    return list(strongest.values())


def _without(conditions: Sequence[Condition], variable: int) -> list[Condition]:
    """What the conditions say about the other variables."""
    lower = [one for one in conditions if one.form.slopes[variable] > 0]
    upper = [one for one in conditions if one.form.slopes[variable] < 0]
    rest = [one for one in conditions if one.form.slopes[variable] == 0]
    for low in lower:
        for high in upper:
            a, b = low.form.slopes[variable], -high.form.slopes[variable]
            rest.append(Condition(b * low.form + a * high.form, low.strict or high.strict))
    return _pruned(rest)


def _between(conditions: Sequence[Condition], variable: int, known: Sequence[Fraction]) -> Fraction:
    """A value for a variable that fits the conditions, given those before it; a simple one."""
    lower: tuple[Fraction, bool] | None = None
    upper: tuple[Fraction, bool] | None = None
    for condition in conditions:
        form = condition.form
        slope = form.slopes[variable]
        if slope == 0:
            continue
        padded = [*known, *[Fraction(0)] * (len(form.slopes) - len(known))]
        bound = (-form(padded) / slope, condition.strict)
        if slope > 0:
            lower = bound if lower is None else max(lower, bound)
        else:
            upper = bound if upper is None else min(upper, bound, key=_tightness)
    return _simple(lower, upper)


def _tightness(bound: tuple[Fraction, bool]) -> tuple[Fraction, bool]:
    """Orders upper bounds: of two equal ones the strict one is the tighter."""
    return bound[0], not bound[1]


def _simple(lower: tuple[Fraction, bool] | None, upper: tuple[Fraction, bool] | None) -> Fraction:
    """A simple number between two bounds (each with whether it is excluded)."""
    if lower is None and upper is None:
        return Fraction(0)
    if lower is None:
        assert upper is not None
        return -_simple((-upper[0], upper[1]), None)
    low, low_open = lower
    whole = Fraction(math.floor(low) + 1 if low_open else math.ceil(low))
    if upper is None:
        return whole
    high, high_open = upper
    if low == high:
        return low
    if whole < high or (whole == high and not high_open):
        return whole
    return (low + high) / 2
