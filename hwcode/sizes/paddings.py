"""Which paddings keep which sizes: every solution, and the laws that SymPy proves them by.

Write ``D = dilation * (kernel - 1)``: a dilated kernel has the size of its span, ``D + 1``.

* A convolution takes ``stride * m`` to ``m + floor((2 padding - D - 1) / stride) + 1``.
* A transposed convolution takes ``m`` to
  ``stride * m + (D + 1 - stride - 2 padding + output_padding)``.

Neither excess depends on ``m``. So what is right for one size is right for all of them. The first
law divides by the stride exactly if ``D + 1 - stride <= 2 padding <= D``, and then the second one
multiplies by it with one output padding below the stride, ``2 padding - (D + 1 - stride)``: the
paddings of both are the same.
"""

from __future__ import annotations

import sympy

from hwcode.checking.arguments import SIZE, one_of, takes
from hwcode.sizes.axes import Spread, Window

__all__ = [
    "convolution_law",
    "doubling_law",
    "downsampling_paddings",
    "halving_law",
    "round_trip_law",
    "transposed_law",
    "upsampling_paddings",
]


def _integers(names: str, **assumptions: bool) -> tuple[sympy.Symbol, ...]:
    return sympy.symbols(names, integer=True, **assumptions)


def convolution_law() -> sympy.Expr:
    """The output size of a convolution on the size ``s*m``, for any kernel, stride and dilation.

    >>> convolution_law()
    m + floor(-d*k/s + d/s + 2*p/s - 1/s) + 1
    """
    m, k, s, d = _integers("m k s d", positive=True)
    (p,) = _integers("p,", nonnegative=True)
    return Window(k, s, p, d).size(s * m)


def transposed_law() -> sympy.Expr:
    """The output size of a transposed convolution on the size ``m``, less ``s*m``.

    >>> transposed_law()
    d*k - d + o - 2*p - s + 1
    """
    m, k, s, d = _integers("m k s d", positive=True)
    p, o = _integers("p o", nonnegative=True)
    return sympy.expand(Spread(k, s, p, d, o).size(m) - s * m)


def round_trip_law() -> sympy.Expr:
    """The size ``m`` after a transposed convolution and the convolution with the same numbers.

    It is ``m`` exactly if the output padding is below the stride. So the sizes that a convolution
    takes to ``m`` are those that its transpose can make of ``m``, each with one output padding in
    ``0 .. s-1``.

    >>> round_trip_law()
    m + floor(o/s)
    """
    m, k, s, d = _integers("m k s d", positive=True)
    p, o = _integers("p o", nonnegative=True)
    return sympy.simplify(Window(k, s, p, d).size(Spread(k, s, p, d, o).size(m)))


@takes(parity=one_of(0, 1))
def halving_law(parity: int) -> sympy.Expr:
    """The output size of a convolution of stride 2 on ``2*m``, with padding ``q + t``.

    Here ``D = 2*q + parity``. It is ``m`` exactly for ``t = 0``: there is one padding that halves
    every even size, ``q = floor(D / 2)``.

    >>> halving_law(0), halving_law(1)
    (m + t, m + t)
    """
    m, q, t = _integers("m q t")
    return Window(2 * q + parity + 1, 2, q + t).size(2 * m)


@takes(parity=one_of(0, 1))
def doubling_law(parity: int) -> sympy.Expr:
    """The output size of a transposed convolution of stride 2 on ``m``, with padding ``q + t``.

    Here ``D = 2*q + parity``. With an output padding ``o`` of 0 or 1 it is ``2*m`` exactly for
    ``t = 0`` and ``o = 1 - parity``: the same padding as in :func:`halving_law`.

    >>> doubling_law(0), doubling_law(1)
    (2*m + o - 2*t - 1, 2*m + o - 2*t)
    """
    m, q, t, o = _integers("m q t o")
    return sympy.expand(Spread(2 * q + parity + 1, 2, q + t, output_padding=o).size(m))


@takes(kernel=SIZE, stride=SIZE, dilation=SIZE)
def downsampling_paddings(kernel: int, stride: int = 2, dilation: int = 1) -> tuple[int, ...]:
    """All paddings with which a convolution divides every multiple of its stride by the stride.

    With stride 1: those that keep the size. From the law, ``-stride <= 2 p - D - 1 <= -1``. For a
    stride up to ``D + 1`` these are ``stride`` halves, rounded up if ``D`` is even and down if it
    is odd: one for stride 2, and for stride 1 one or none. For a larger stride they are
    ``0 .. floor(D / 2)``.

    >>> [downsampling_paddings(kernel) for kernel in (3, 4, 5)]
    [(1,), (1,), (2,)]
    >>> downsampling_paddings(3, stride=1), downsampling_paddings(4, stride=1)
    ((1,), ())
    >>> downsampling_paddings(5, stride=4)
    (1, 2)
    """
    Window(kernel, stride, 0, dilation)  # refuses what is no kernel
    span = dilation * (kernel - 1)
    least = max(0, -((stride - 1 - span) // 2))  # (span + 1 - stride) / 2, rounded up
    return tuple(range(least, span // 2 + 1))


@takes(kernel=SIZE, stride=SIZE, dilation=SIZE)
def upsampling_paddings(
    kernel: int, stride: int = 2, dilation: int = 1, inverse: bool = False
) -> tuple[tuple[int, int], ...]:
    """All pairs of a padding and an output padding that multiply every size by the stride.

    From the law, ``2 p = D + 1 - stride + o``. PyTorch allows output paddings below the stride or
    below the dilation. Below the stride there is exactly one for each of the paddings of
    :func:`downsampling_paddings`, and no other; so for stride 2 and a dilation up to 2 there is
    exactly one pair, whatever the kernel.

    Args:
        kernel: the kernel size.
        stride: the factor.
        dilation: the dilation.
        inverse: only output paddings below the stride, with which the convolution of the same
            numbers leads back to the size before; see :func:`round_trip_law`.

    >>> [upsampling_paddings(kernel) for kernel in (3, 4, 5)]
    [((1, 1),), ((1, 0),), ((2, 1),)]
    >>> upsampling_paddings(3, dilation=4), upsampling_paddings(3, dilation=4, inverse=True)
    (((4, 1), (5, 3)), ((4, 1),))
    """
    Window(kernel, stride, 0, dilation)
    span = dilation * (kernel - 1)
    most = stride if inverse else max(stride, dilation)
    twice = [(span + 1 - stride + output_padding, output_padding) for output_padding in range(most)]
    return tuple((both // 2, extra) for both, extra in twice if both >= 0 and both % 2 == 0)
