"""What the questions on convolution have in common."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import ImmutableMatrix

from hwcode.checking import Formula
from hwcode.checking.reader import Reading

CHAPTER = "convolution"

IMAGE = ImmutableMatrix(
    [[0, 1, 1, 0, 0], [0, 1, 1, 1, 0], [1, 1, 1, 1, 0], [0, 1, 1, 1, 0], [0, 0, 1, 0, 0]]
)
"""The handout's image."""
FILTER = ImmutableMatrix([[0, -1, 0], [-1, 4, -1], [0, -1, 0]])
"""The handout's filter: minus the discrete Laplacian of the four nearest neighbours."""


def padded(image: Any, padding: int, edge: bool = False) -> ImmutableMatrix:
    """An image with rows and columns around it: of zeros, or of copies of its border."""
    rows, columns = image.shape

    def entry(i: int, j: int) -> Any:
        inside = min(max(i - padding, 0), rows - 1), min(max(j - padding, 0), columns - 1)
        return image[inside] if edge or inside == (i - padding, j - padding) else 0

    return ImmutableMatrix(rows + 2 * padding, columns + 2 * padding, entry)


def correlated(image: Any, kernel: Any, padding: int = 0) -> ImmutableMatrix:
    """The correlation with zeros around the image, by its definition."""
    around, (rows, columns) = padded(image, padding), kernel.shape

    def entry(i: int, j: int) -> Any:
        return sum(kernel[a, b] * around[i + a, j + b] for a in range(rows) for b in range(columns))

    return ImmutableMatrix(around.rows - rows + 1, around.cols - columns + 1, entry)


def convolved(image: Any, kernel: Any, padding: int = 0) -> ImmutableMatrix:
    """The convolution: the correlation with the kernel rotated by 180 degrees.

    >>> convolved(IMAGE, FILTER, padding=1).row(0)
    Matrix([[-1, 2, 2, -2, 0]])
    """
    return correlated(image, ImmutableMatrix(kernel[::-1, ::-1]), padding)


class Column(Formula):
    """A vector, which may be written as a row.

    >>> Column().read("[[1, 2]]") == Column().read("1, 2") == Column().accept([1, 2])
    True
    """

    def reading(self, text: str) -> Reading:
        found = super().reading(text)
        return replace(found, value=_upright(found.value))

    def accept(self, answer: Any) -> Any:
        return _upright(super().accept(answer))


def _upright(value: Any) -> Any:
    return value.T if isinstance(value, ImmutableMatrix) and value.rows == 1 else value
