"""What ``questions/norms.py`` asks, from the definitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import ImmutableMatrix

from hwcode.chapters.backpropagation import passes as bp
from hwcode.chapters.backpropagation.questions.norms import (
    INPUT,
    OUTPUT_ERROR,
    X,
    Z,
    inp,
    zbar,
)
from hwcode.checking import (
    Truth,
)

__all__ = ["TRUTHS"]

FIRST = ImmutableMatrix([[1, 2, 1], [-2, 1, 0], [1, -2, -1]])


SECOND = ImmutableMatrix([[-2, 4, 1], [1, -2, -3], [-3, 4, 6]])


def _loss_jacobian(layer: int) -> Callable[[Any], ImmutableMatrix]:
    """Differentiate J = ybar^T W2 relu(W1 x) by every entry; numerator layout: dJ/dW_ji at (i, j)."""

    def value(_: Any) -> ImmutableMatrix:
        entries = sympy.Matrix(3, 3, sympy.symbols("w:9", real=True))
        first, second = (entries, SECOND) if layer == 1 else (FIRST, entries)
        loss = (OUTPUT_ERROR.T * second * bp.SYMPY.relu(first * INPUT))[0]
        here = dict(zip(entries, FIRST if layer == 1 else SECOND, strict=True))
        return ImmutableMatrix(3, 3, lambda i, j: sympy.diff(loss, entries[j, i]).subs(here))

    return value


def _squares(value: ImmutableMatrix) -> Any:
    return sum((entry**2 for entry in value), sympy.S.Zero)


def _outer_squares(point: Any) -> Any:
    return _squares(point[zbar] * point[inp].T)


def _outer_squares_with_bias(point: Any) -> Any:
    return _outer_squares(point) + _squares(point[zbar])


def _summed_outer_squares(point: Any) -> Any:
    total = sympy.zeros(point[Z].rows, point[X].rows)
    for t in range(point[X].cols):
        total += point[Z][:, t] * point[X][:, t].T
    return _squares(total)


TRUTHS = {
    "A1-2.2.1:W1": Truth(_loss_jacobian(1), "the derivative by each of the nine entries"),
    "A1-2.2.1:W2": Truth(_loss_jacobian(2), "the derivative by each of the nine entries"),
    "A1-2.2.1:norm1": Truth(lambda _: _squares(_loss_jacobian(1)(None)), "the sum of nine squares"),
    "A1-2.2.1:norm2": Truth(lambda _: _squares(_loss_jacobian(2)(None)), "the sum of nine squares"),
    "A1-2.2.2:factors": Truth(
        lambda _: ImmutableMatrix(
            [
                _squares(INPUT),
                _squares(_loss_jacobian(1)(None)[0, :]),  # x_1 = 1: the first row is zbar
                _squares(_loss_jacobian(2)(None)[:, 0]),  # ybar_1 = 1: the first column is h
                _squares(OUTPUT_ERROR),
            ]
        ),
        "rows and columns of the exact derivatives",
    ),
    "A1-2.2.2:norms": Truth(
        lambda _: ImmutableMatrix([_squares(_loss_jacobian(k)(None)) for k in (1, 2)]),
        "the sums of nine squares",
    ),
    "A1-2.2.2:trick": Truth(
        _outer_squares, "the sum of the squares of all entries of the gradient", 4
    ),
    "A1-2.2.2:bias": Truth(
        _outer_squares_with_bias,
        "the sum of the squares of all entries of both gradients",
        4,
    ),
    "A1-2.2.2:positions": Truth(
        _summed_outer_squares, "the sum of the squares of all entries of the sum", 4
    ),
}
