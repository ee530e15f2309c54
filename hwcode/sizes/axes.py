"""One axis of a layer: how long its output is, and which outputs read which inputs.

Convolution, pooling and upsampling treat height and width alike and apart from each other, so
everything about them is said along one axis and multiplied. Sizes are integers, or SymPy
expressions in integer symbols; then results are expressions too, with their floors.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import sympy

from hwcode.checking.arguments import takes

__all__ = ["Axis", "Repeat", "Size", "Spread", "Window", "product"]

Size: TypeAlias = int | sympy.Expr
"""A whole number, or a SymPy expression for one."""


@takes()
def product(factors: Iterable[Size]) -> Size:
    """The product, as an int where all factors are.

    >>> product([3, 4]), product([3, sympy.Symbol("n")])
    (12, 3*n)
    """
    return _plain(math.prod(factors))


def _plain(value: Size) -> Size:
    return int(value) if getattr(value, "is_Integer", False) else value


def _known(*values: Size) -> bool:
    return all(isinstance(_plain(value), int) for value in values)


def _floor(numerator: Size, denominator: Size) -> Size:
    if _known(numerator, denominator):
        return int(numerator) // int(denominator)
    return _plain(sympy.floor(sympy.expand(sympy.sympify(numerator) / denominator)))


def _count_inside(count: Size, start: Size, stride: Size, limit: Size) -> Size:
    """How many of ``start, start + stride, ...`` (``count`` of them) lie in ``0 .. limit - 1``."""
    first = -_floor(start, stride)  # the least j with start + j * stride >= 0
    last = _floor(limit - 1 - start, stride)
    if _known(count, first, last):
        return max(0, min(count - 1, last) - max(0, first) + 1)
    inside = sympy.Min(count - 1, last) - sympy.Max(0, first) + 1
    return _plain(sympy.Max(0, inside))


def _demand(what: str, value: Size, least: int) -> None:
    if _known(value) and value < least:
        raise ValueError(f"{what} is {value}; it is at least {least}")


class Axis:
    """What one axis of a layer does."""

    def size(self, n: Size) -> Size:
        """The size of the output for an input of size ``n``."""
        raise NotImplementedError

    def pairs(self, n: Size, padding: bool = True) -> Size:
        """How many pairs of an output and an input that it reads there are, for input size ``n``.

        With ``padding`` the formula of the textbooks: every position of the kernel counts, also
        where it meets the zeros around the image (or, for :class:`Spread`, where it would write
        outside of the output). Without, only pairs of positions that exist.
        """
        raise NotImplementedError

    def reads(self, position: int) -> frozenset[int]:
        """The input positions that an output reads, on an axis without ends."""
        raise NotImplementedError


@takes()
@dataclass(frozen=True)
class Window(Axis):
    """A convolution or pooling: output ``o`` reads ``o * stride - padding + t * dilation``.

    Here ``t`` goes through ``0 .. kernel - 1``. ``Window(1)`` is a pointwise operation.

    Raises:
        ValueError: for a size that no layer can have.

    >>> Window(3, stride=2, padding=1).size(32), sorted(Window(3, dilation=2).reads(0))
    (16, [0, 2, 4])
    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> Window(3, padding=1).size(n), Window(3, stride=2).size(n)
    (n, floor(n/2 - 1/2))
    >>> Window(3, padding=1).pairs(n), Window(3, padding=1).pairs(n, padding=False)
    (3*n, 3*n - 2)
    """

    kernel: Size
    stride: Size = 1
    padding: Size = 0
    dilation: Size = 1

    def __post_init__(self) -> None:
        _demand("the kernel size", self.kernel, 1)
        _demand("the stride", self.stride, 1)
        _demand("the padding", self.padding, 0)
        _demand("the dilation", self.dilation, 1)

    def size(self, n: Size) -> Size:
        room = n + 2 * self.padding - self.dilation * (self.kernel - 1) - 1
        if _known(room) and room < 0:
            return 0
        return _floor(room + self.stride, self.stride)

    def pairs(self, n: Size, padding: bool = True) -> Size:
        if padding:
            return _plain(self.size(n) * self.kernel)
        return _plain(
            sum(
                _count_inside(self.size(n), t * self.dilation - self.padding, self.stride, n)
                for t in _taps(self.kernel)
            )
        )

    def reads(self, position: int) -> frozenset[int]:
        start = position * self.stride - self.padding
        return frozenset(start + t * self.dilation for t in _taps(self.kernel))


@takes()
@dataclass(frozen=True)
class Spread(Axis):
    """A transposed convolution: input ``i`` writes to ``i * stride - padding + t * dilation``.

    That is the window's rule with the roles of input and output exchanged. ``output_padding``
    lengthens the output at its end.

    Raises:
        ValueError: for a size that no layer can have, and as PyTorch does for an output padding
            that is not below stride or dilation.

    >>> double = Spread(3, stride=2, padding=1, output_padding=1)
    >>> double.size(16), sorted(double.reads(1)), sorted(double.reads(2))
    (32, [0, 1], [1])
    """

    kernel: Size
    stride: Size = 1
    padding: Size = 0
    dilation: Size = 1
    output_padding: Size = 0

    def __post_init__(self) -> None:
        Window(self.kernel, self.stride, self.padding, self.dilation)
        _demand("the output padding", self.output_padding, 0)
        if _known(self.output_padding, self.stride, self.dilation):
            largest = max(self.stride, self.dilation) - 1
            if self.output_padding > largest:
                raise ValueError(
                    f"the output padding is {self.output_padding}; with stride {self.stride} and"
                    f" dilation {self.dilation} it is at most {largest}"
                )

    def size(self, n: Size) -> Size:
        reach = (n - 1) * self.stride + self.dilation * (self.kernel - 1) + 1
        return _plain(sympy.expand(reach - 2 * self.padding + self.output_padding))

    def pairs(self, n: Size, padding: bool = True) -> Size:
        if padding:
            return _plain(n * self.kernel)
        return _plain(
            sum(
                _count_inside(n, t * self.dilation - self.padding, self.stride, self.size(n))
                for t in _taps(self.kernel)
            )
        )

    def reads(self, position: int) -> frozenset[int]:
        starts = [position + self.padding - t * self.dilation for t in _taps(self.kernel)]
        return frozenset(start // self.stride for start in starts if start % self.stride == 0)


@takes()
@dataclass(frozen=True)
class Repeat(Axis):
    """Nearest-neighbour upsampling by a whole factor: output ``o`` reads ``o // factor``.

    >>> Repeat(2).size(8), sorted(Repeat(2).reads(5))
    (16, [2])
    """

    factor: Size

    def __post_init__(self) -> None:
        _demand("the factor", self.factor, 1)

    def size(self, n: Size) -> Size:
        return _plain(n * self.factor)

    def pairs(self, n: Size, padding: bool = True) -> Size:
        return self.size(n)

    def reads(self, position: int) -> frozenset[int]:
        return frozenset({position // self.factor})


def _taps(kernel: Size) -> range:
    if not _known(kernel):
        raise ValueError(f"the positions of a kernel of size {kernel} can't be listed")
    return range(int(kernel))
