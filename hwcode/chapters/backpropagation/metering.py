"""Arrays that count: every scalar multiplication that is carried out, every number that is alive.

A cost that is derived on paper can be counted instead, by running the very code whose cost is meant
on these arrays. The numbers inside them are Python objects that step a counter when they are
multiplied, so nothing is inferred from shapes. Of memory, an array counts as long as it is alive;
transposes and slices share the memory of what they are taken from.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import sympy
from numpy.typing import ArrayLike, NDArray

from hwcode.checking.arguments import SIZE, takes

__all__ = ["Meter", "Metered", "Phase", "fitted_polynomial"]


@dataclass
class Phase:
    """What a part of a computation cost.

    Attributes:
        multiplications: scalar multiplications carried out in it.
        peak: the most numbers that were alive at a time in it.
        added: the most that were alive at a time above what was alive at its start.
    """

    multiplications: int = 0
    peak: int = 0
    added: int = 0


class Meter:
    """Makes arrays that count, and keeps the counts.

    >>> meter = Meter()
    >>> W, x = meter.array(np.ones((2, 3))), meter.array([1, 2, 3])
    >>> (W @ x).values(), meter.multiplications, meter.live
    (array([6., 6.]), 6, 9)
    """

    def __init__(self) -> None:
        self.multiplications = 0
        self.live = 0
        self.peak = 0
        self.phases: dict[str, Phase] = {}

    def array(self, values: ArrayLike) -> Metered:
        """An array of counting numbers with these values."""
        wrapped = np.vectorize(lambda value: _Number(value, self), otypes=[object])
        return Metered(wrapped(np.asarray(values, float)), self)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count what happens inside; for a phase entered again, costs add and peaks do not."""
        before, outer_peak, start = self.multiplications, self.peak, self.live
        self.peak = start
        try:
            yield
        finally:
            phase = self.phases.setdefault(name, Phase())
            phase.multiplications += self.multiplications - before
            phase.peak = max(phase.peak, self.peak)
            phase.added = max(phase.added, self.peak - start)
            self.peak = max(outer_peak, self.peak)

    def hold(self, size: int) -> None:
        """Take note that so many more numbers are alive."""
        self.live += size
        self.peak = max(self.peak, self.live)

    def release(self, size: int) -> None:
        """Take note that so many numbers are alive no longer."""
        self.live -= size


class _Number:
    """A number that steps the meter when it is multiplied."""

    __slots__ = ("meter", "value")

    def __init__(self, value: float, meter: Meter) -> None:
        self.value = value
        self.meter = meter

    def __mul__(self, other: _Number) -> _Number:
        self.meter.multiplications += 1
        return _Number(self.value * other.value, self.meter)

    def __add__(self, other: _Number) -> _Number:
        return _Number(self.value + other.value, self.meter)


class Metered:
    """An array on a meter. It knows the few operations that the chapters' algorithms need."""

    def __init__(self, numbers: NDArray[Any], meter: Meter, owner: Metered | None = None) -> None:
        self._numbers = numbers
        self._meter = meter
        self._owner = owner  # keeps alive what a view looks into
        if owner is None:
            meter.hold(numbers.size)
            weakref.finalize(self, meter.release, numbers.size)

    def _new(self, numbers: Any, owner: Metered | None = None) -> Metered:
        # A sum over everything, and a single entry, come as bare numbers.
        held = numbers if isinstance(numbers, np.ndarray) else np.array(numbers, dtype=object)
        return Metered(held, self._meter, owner)

    @property
    def shape(self) -> tuple[int, ...]:
        return self._numbers.shape

    @property
    def T(self) -> Metered:
        return self._new(self._numbers.T, self)

    def __getitem__(self, place: Any) -> Metered:
        return self._new(self._numbers[place], self)

    def __len__(self) -> int:
        return len(self._numbers)

    def __matmul__(self, other: Metered) -> Metered:
        return self._new(self._numbers @ other._numbers)

    def __mul__(self, other: Metered) -> Metered:
        return self._new(self._numbers * other._numbers)

    def __add__(self, other: Metered) -> Metered:
        return self._new(self._numbers + other._numbers)

    def sum(self, axis: int | None = None) -> Metered:
        """The sum of all entries, or along an axis."""
        return self._new(np.sum(self._numbers, axis=axis))

    def values(self) -> NDArray[np.float64]:
        """The plain numbers."""
        return np.vectorize(lambda number: number.value, otypes=[float])(self._numbers)


@takes(first=SIZE)
def fitted_polynomial(
    count: Callable[..., int],
    degrees: Mapping[sympy.Symbol, int],
    first: int = 1,
    confirm: Sequence[tuple[int, ...]] = (),
) -> sympy.Expr:
    """The polynomial through counts on a grid of sizes, confirmed at further sizes.

    Loops whose lengths are the sizes cost a polynomial in them. Its degree in each size is the
    caller's claim, and the further counts are there to contradict it.

    Args:
        count: from sizes, in the order of ``degrees``, to a whole number.
        degrees: for each size the largest power that may occur.
        first: the smallest size of the grid.
        confirm: sizes outside the grid at which the polynomial has to predict the count. By
            default each size in turn, and all together, is taken beyond the grid.

    Raises:
        ValueError: if it does not predict one of them; the degrees are too small, or the count is
            no polynomial.

    >>> n, d = sympy.symbols("n d")
    >>> fitted_polynomial(lambda n, d: n * d**2 + 3 * n, {n: 1, d: 2})
    d**2*n + 3*n
    """
    symbols = list(degrees)
    powers = list(product(*(range(degrees[symbol] + 1) for symbol in symbols)))
    grid = [tuple(first + power for power in each) for each in powers]
    table = sympy.Matrix([[_monomial(at, power) for power in powers] for at in grid])
    right = sympy.Matrix([count(*at) for at in grid])
    found = table.LUsolve(right)
    polynomial = sum(
        (value * _monomial(symbols, power) for value, power in zip(found, powers, strict=True)),
        sympy.S.Zero,
    )
    beyond = [first + degrees[symbol] + 1 for symbol in symbols]
    default = [tuple(beyond)]
    for place in range(len(symbols)):
        default.append(tuple(beyond[i] if i == place else first for i in range(len(symbols))))
    for at in confirm or default:
        predicted = polynomial.subs(dict(zip(symbols, at, strict=True)))
        counted = count(*at)
        if predicted != counted:
            raise ValueError(f"at sizes {at} counted {counted}, the polynomial says {predicted}")
    return sympy.expand(polynomial)


def _monomial(at: Sequence[Any], powers: Sequence[int]) -> Any:
    pairs = zip(at, powers, strict=True)
    return sympy.Mul(*(sympy.sympify(value) ** power for value, power in pairs))
