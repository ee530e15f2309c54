"""What ``questions/filters.py`` asks, from the definitions."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix

from hwcode.chapters.convolution.filters import FILTER, IMAGE, correlate
from hwcode.chapters.convolution.questions.filters import (
    COUNTING_UP,
    RIGHT,
    SHAPES,
    a,
    b,
    c,
    d,
    e,
    f,
)
from hwcode.checking import (
    Truth,
)

__all__ = ["TRUTHS"]


def _by_polynomials(image: Any, kernel: Any) -> ImmutableMatrix:
    """Multiply the polynomials with these coefficients: that is a convolution, by definition.

    The kernel's centre stands at exponent 0, so that the product's coefficients on the image's
    places are the answer.
    """
    x, y = sympy.symbols("x y")
    rows, columns = np.shape(image)

    def polynomial(array: Any, shift: int) -> Any:
        places = np.ndindex(*np.shape(array))
        return sum(int(array[i][j]) * x ** (i + shift) * y ** (j + shift) for i, j in places)

    found = sympy.expand(polynomial(image, 1) * polynomial(kernel, 0))
    terms = sympy.Poly(found, x, y)
    return ImmutableMatrix(
        rows, columns, lambda i, j: terms.coeff_monomial(x ** (i + 2) * y ** (j + 2))
    )


def _stamped(image: Any, kernel: Any) -> Any:
    """The convolution as stamping: every pixel adds the kernel, times its value, around itself."""
    out = np.zeros((len(image) + 2, len(image[0]) + 2), int)
    for i, j in np.ndindex(*np.shape(image)):
        out[i : i + 3, j : j + 3] += image[i][j] * kernel
    return out[1:-1, 1:-1]


def _when_flips_agree(_: Any) -> str:
    """All 512 filters of zeros and ones on an image that has one bright pixel.

    One such image is enough: both operations are linear, and both commute with shifts.
    """
    impulse = np.zeros((5, 5), int)
    impulse[2, 2] = 1
    candidates: dict[str, Any] = {
        "rotation": lambda J: np.array_equal(J, J[::-1, ::-1]),
        "transpose": lambda J: np.array_equal(J, J.T),
        "mirror": lambda J: np.array_equal(J, J[:, ::-1]),
        "always": lambda J: True,
    }
    for entries in product((0, 1), repeat=9):
        J = np.array(entries).reshape(3, 3)
        agree = np.array_equal(_stamped(impulse, J), correlate(impulse, J, 1))
        candidates = {key: test for key, test in candidates.items() if test(J) == agree}
    (found,) = candidates
    return found


REPRESENTATIVES = {
    # The eight-neighbour Laplacian: of the same kind as the handout's filter, and not the same.
    "second": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "vertical": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "horizontal": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "gradient": [[0, -1, 0], [-1, 0, 1], [0, 1, 0]],
    "bright": [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
}


def _signature(kernel: Any) -> tuple[bool, ...]:
    """Does it answer, inside, to a constant, two ramps, two edges and a point?"""
    i, j = np.mgrid[0:9, 0:9]
    probes = (np.ones((9, 9), int), i, j, (i > 4) * 1, (j > 4) * 1, (i == 4) * (j == 4) * 1)
    return tuple(bool(correlate(probe, np.array(kernel)).any()) for probe in probes)


def _same_signature(_: Any) -> str:
    (found,) = (
        key for key, kernel in REPRESENTATIVES.items() if _signature(kernel) == _signature(FILTER)
    )
    return found


def _at_a_quadratic(point: Any) -> Any:
    """The filter's sum over the nine pixels around the origin."""
    values = [point[symbol] for symbol in (a, b, c, d, e, f)]
    total = sympy.S.Zero
    for (i, j), weight in np.ndenumerate(FILTER):
        y, x = int(i) - 1, int(j) - 1
        total += int(weight) * sum(
            value * power
            for value, power in zip(values, (1, x, y, x * x, x * y, y * y), strict=True)
        )
    return total


def _strongest_first(_: Any) -> tuple[str, ...]:
    """The largest response to each pattern of ones on zeros, away from the border."""
    i, j = np.mgrid[0:11, 0:11]
    patterns = {
        "point": (i == 5) & (j == 5),
        "line": i == 5,
        "edge": i > 5,
    }
    strength = {name: int(correlate(1 * on, FILTER).max()) for name, on in patterns.items()}
    half_line = 1 * ((i == 5) & (j >= 5))
    strength["line end"] = int(correlate(half_line, FILTER)[4, 4])  # the place (5, 5)
    return tuple(sorted(SHAPES, key=lambda name: -strength[name]))


TRUTHS = {
    "H2-3.1:matrix": Truth(
        lambda _: _by_polynomials(IMAGE.tolist(), FILTER.tolist()),
        "the coefficients of the product of two polynomials",
    ),
    "H2-3.1:flip": Truth(_when_flips_agree, "all 512 filters of zeros and ones"),
    "H2-3.1:shift": Truth(
        lambda _: _by_polynomials(COUNTING_UP.tolist(), RIGHT.tolist()),
        "the coefficients of the product of two polynomials",
    ),
    "H2-3.1:detects": Truth(_same_signature, "its answers to a constant, ramps, edges and a point"),
    "H2-3.1:quadratic": Truth(_at_a_quadratic, "the sum over the nine pixels", 1),
    "H2-3.1:step": Truth(
        lambda _: _by_polynomials([[0, 0, 0, 1, 1, 1]] * 5, FILTER.tolist())[2, 1:5].T,
        "the coefficients of the product of two polynomials",
    ),
    "H2-3.1:strength": Truth(_strongest_first, "the largest answer to each pattern"),
}
