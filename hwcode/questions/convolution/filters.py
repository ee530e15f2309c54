"""Convolution and cross-correlation with one small filter."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix

from hwcode.checking import (
    Choice,
    Domain,
    Formula,
    Mistake,
    Ordering,
    Part,
    Question,
    Truth,
    scalar,
)
from hwcode.convolution import FILTER, IMAGE, convolve, correlate
from hwcode.questions.convolution.problem import CHAPTER, Column

__all__ = ["QUESTIONS"]


def _exact(array: Any) -> ImmutableMatrix:
    """An array of integers as the object that is compared."""
    return ImmutableMatrix(np.asarray(array).astype(object).tolist())


a, b, c, d, e, f = (scalar(name) for name in "abcdef")


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


RIGHT = np.array([[0, 0, 0], [0, 0, 1], [0, 0, 0]])
COUNTING_UP = np.arange(1, 10).reshape(3, 3)

FLIPS = {
    "rotation": "the filter is unchanged by a rotation by 180 degrees",
    "transpose": "the filter is a symmetric matrix, $J = J^\\top$",
    "mirror": "the filter is its own mirror image, left to right",
    "always": "they are two names for one thing",
}


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


DETECTS = {
    "second": "where the grey value bends: edges of every direction, lines and single points",
    "vertical": "vertical edges",
    "horizontal": "horizontal edges",
    "gradient": "wherever the grey value changes",
    "bright": "bright regions",
}
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


SHAPES = ("point", "line end", "line", "edge")


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


filters = Question(
    ids=("H2-3.1",),
    chapter=CHAPTER,
    title="a convolution by hand",
    marks={"H2-3.1": 0.5},
    statement=r"""
Compute the convolution $I * J$ of

$$
I = \begin{pmatrix} 0&1&1&0&0\\ 0&1&1&1&0\\ 1&1&1&1&0\\ 0&1&1&1&0\\ 0&0&1&0&0 \end{pmatrix}
$$

and

$$
J = \begin{pmatrix} 0&-1&0\\ -1&4&-1\\ 0&-1&0 \end{pmatrix}
$$

with zeros around $I$, so that the result has the size of $I$. What does this filter detect?
*"Detect" is a vague word. We ask what the filter answers to exactly, and where the difference between
convolution and correlation would have mattered.*
""",
    parts=(
        Part(
            name="matrix",
            asks="the convolution $I * J$",
            form=Formula(what="a 5 x 5 matrix, as [[first row], [second row], ...]"),
            reference=_exact(convolve(IMAGE, FILTER, padding=1)),
            truth=Truth(
                lambda _: _by_polynomials(IMAGE.tolist(), FILTER.tolist()),
                "the coefficients of the product of two polynomials",
            ),
            mistakes=(
                Mistake(
                    _exact(convolve(IMAGE, FILTER)),
                    "this is the result without padding, the inner 3 x 3 entries",
                    "zero-padding",
                ),
                Mistake(
                    _exact(convolve(IMAGE, FILTER, padding=2)),
                    "this is the full convolution; the size of I is asked for",
                    "zero-padding",
                ),
                Mistake(
                    _exact(correlate(np.pad(IMAGE, 1, mode="edge"), FILTER)),
                    "the image was continued by its border values; outside there are zeros",
                ),
                Mistake(
                    _exact(-convolve(IMAGE, FILTER, padding=1)),
                    "the signs are reversed: the centre of J is +4",
                ),
                Mistake(
                    _exact(convolve(IMAGE, np.where(FILTER > 0, 0, FILTER), padding=1)),
                    "the centre's 4 is missing: a pixel counts for itself too",
                ),
            ),
        ),
        Part(
            name="flip",
            asks="for which filters do convolution and correlation agree on every image?",
            form=Choice(FLIPS),
            reference="rotation",
            truth=Truth(_when_flips_agree, "all 512 filters of zeros and ones"),
            mistakes=(
                Mistake(
                    "transpose",
                    r"$\operatorname{diag}(1,0,0)$ is a symmetric matrix, and its rotation is $\operatorname{diag}(0,0,1)$",
                ),
                Mistake("mirror", "the rotation also exchanges top and bottom"),
                Mistake(
                    "always", "a filter with its only 1 right of the centre moves images either way"
                ),
            ),
        ),
        Part(
            name="shift",
            asks=r"the convolution of $\begin{pmatrix}1&2&3\\4&5&6\\7&8&9\end{pmatrix}$ with the filter whose only nonzero entry is a 1 to the right of the centre (same padding)",
            form=Formula(what="a 3 x 3 matrix, as [[first row], [second row], ...]"),
            reference=_exact(convolve(COUNTING_UP, RIGHT, padding=1)),
            truth=Truth(
                lambda _: _by_polynomials(COUNTING_UP.tolist(), RIGHT.tolist()),
                "the coefficients of the product of two polynomials",
            ),
            mistakes=(
                Mistake(
                    _exact(correlate(COUNTING_UP, RIGHT, padding=1)),
                    "this is the correlation, which does not flip the filter",
                    "flip",
                ),
                Mistake(
                    _exact(convolve(COUNTING_UP, RIGHT.T, padding=1)),
                    "the entry right of the centre moves along rows, not along columns",
                ),
                Mistake(_exact(COUNTING_UP), "only a 1 in the centre leaves the image as it is"),
            ),
        ),
        Part(
            name="detects",
            asks="what the filter $J$ answers to, away from the border",
            form=Choice(DETECTS),
            reference="second",
            truth=Truth(_same_signature, "its answers to a constant, ramps, edges and a point"),
            mistakes=(
                Mistake("vertical", "a horizontal edge gets the same answer as a vertical one"),
                Mistake("horizontal", "a vertical edge gets the same answer as a horizontal one"),
                Mistake("gradient", "on a steady ramp every answer is 0"),
                Mistake("bright", "the entries of J sum to 0, so a bright constant region gives 0"),
            ),
        ),
        Part(
            name="quadratic",
            asks=r"its answer at the origin of the image $a + bx + cy + dx^2 + exy + fy^2$, pixels at whole $x$, $y$",
            form=Formula(Domain((a, b, c, d, e, f)), "a number"),
            reference=-2 * (d + f),
            latex="-2(d+f)",
            truth=Truth(_at_a_quadratic, "the sum over the nine pixels", 1),
            also_right=("-2*d - 2*f",),
            mistakes=(
                Mistake(2 * (d + f), "the centre is +4, so a bright hump gets a positive answer"),
                Mistake(-2 * (d + e + f), "xy is 0 at the four neighbours and at the centre"),
                Mistake(-(d + f), "each of $x^2$, $y^2$ is 1 at two neighbours"),
                Mistake(b + c, "this is a first derivative; on a ramp the filter gives 0"),
                Mistake(4 * a - 2 * (d + f), "the constants cancel: the entries sum to 0"),
            ),
        ),
        Part(
            name="step",
            asks="its answers along a row across a vertical edge, ... 0, 0, 1, 1 ...: at these four pixels",
            form=Column(what="a vector of four numbers"),
            reference=ImmutableMatrix([0, -1, 1, 0]),
            truth=Truth(
                lambda _: _by_polynomials([[0, 0, 0, 1, 1, 1]] * 5, FILTER.tolist())[2, 1:5].T,
                "the coefficients of the product of two polynomials",
            ),
            also_right=("[0, -1, 1, 0]", "[[0, -1, 1, 0]]"),
            mistakes=(
                Mistake(
                    ImmutableMatrix([0, 1, 1, 0]),
                    "this is what a first derivative gives; here the two sides have opposite signs",
                ),
                Mistake(
                    ImmutableMatrix([0, 1, -1, 0]), "the bright side is the positive one: $4-3=1$"
                ),
                Mistake(
                    ImmutableMatrix([-1, -1, 1, 1]),
                    "two pixels away from the edge all neighbours are equal, and the answer is 0",
                ),
            ),
        ),
        Part(
            name="strength",
            asks="ones on a ground of zeros: the strongest answer first (a single point, the end of a line one pixel wide, the inside of such a line, a straight edge of a region; line and edge horizontal or vertical)",
            form=Ordering(SHAPES, "strongest first"),
            reference=("point", "line end", "line", "edge"),
            truth=Truth(_strongest_first, "the largest answer to each pattern"),
            mistakes=(
                Mistake(
                    ("edge", "line", "line end", "point"),
                    "each neighbour that is also 1 takes 1 off the 4: a point keeps all of it, an edge only 1",
                ),
                Mistake(
                    ("line", "line end", "point", "edge"),
                    "a pixel inside a line has two neighbours in it, at the end one, a point none",
                ),
            ),
        ),
    ),
    model_answer=r"""
$I*J = \begin{pmatrix} -1&2&2&-2&0\\ -2&1&0&2&-1\\ 3&0&0&1&-1\\ -2&2&0&2&-1\\ 0&-2&3&-2&0
\end{pmatrix}$: four times each pixel minus its four neighbours. $J$ is unchanged by a rotation by
180°, so convolution and correlation agree. It is minus the discrete Laplacian, a second derivative:
0 on constant regions and on ramps, of either sign on the two sides of an edge (the edge is where the
sign changes), strongest at single points. So: edges of every direction, lines and points.
""",
    conventions=("flip", "zero-padding"),
)

QUESTIONS = (filters,)
