"""Convolution and cross-correlation with one small filter."""

from __future__ import annotations

from sympy import ImmutableMatrix

from hwcode.chapters.convolution.questions.problem import (
    CHAPTER,
    FILTER,
    IMAGE,
    Column,
    convolved,
    correlated,
    padded,
)
from hwcode.checking import (
    Choice,
    Domain,
    Formula,
    Mistake,
    Ordering,
    Part,
    Question,
    scalar,
)

__all__ = ["QUESTIONS"]


a, b, c, d, e, f = (scalar(name) for name in "abcdef")


RIGHT = ImmutableMatrix([[0, 0, 0], [0, 0, 1], [0, 0, 0]])
COUNTING_UP = ImmutableMatrix(3, 3, range(1, 10))

FLIPS = {
    "rotation": "the filter is unchanged by a rotation by 180 degrees",
    "transpose": "the filter is a symmetric matrix, $J = J^\\top$",
    "mirror": "the filter is its own mirror image, left to right",
    "always": "they are two names for one thing",
}


DETECTS = {
    "second": "where the grey value bends: edges of every direction, lines and single points",
    "vertical": "vertical edges",
    "horizontal": "horizontal edges",
    "gradient": "wherever the grey value changes",
    "bright": "bright regions",
}


SHAPES = ("point", "line end", "line", "edge")


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
*"Detect" is a vague word. We ask what the filter responds to exactly, and where the difference between
convolution and correlation would have mattered.*
""",
    parts=(
        Part(
            name="matrix",
            asks="the convolution $I * J$",
            form=Formula(what="a 5 x 5 matrix, as [[first row], [second row], ...]"),
            reference=convolved(IMAGE, FILTER, padding=1),
            mistakes=(
                Mistake(
                    convolved(IMAGE, FILTER),
                    "this is the result without padding, the inner 3 x 3 entries",
                    "zero-padding",
                ),
                Mistake(
                    convolved(IMAGE, FILTER, padding=2),
                    "this is the full convolution; the size of I is asked for",
                    "zero-padding",
                ),
                Mistake(
                    correlated(padded(IMAGE, 1, edge=True), FILTER),
                    "the image was continued by its border values; outside there are zeros",
                ),
                Mistake(
                    -convolved(IMAGE, FILTER, padding=1),
                    "the signs are reversed: the centre of J is +4",
                ),
                Mistake(
                    convolved(IMAGE, FILTER.applyfunc(lambda entry: min(entry, 0)), padding=1),
                    "the centre's 4 is missing: a pixel counts for itself too",
                ),
            ),
        ),
        Part(
            name="flip",
            asks="for which filters do convolution and correlation agree on every image?",
            form=Choice(FLIPS),
            reference="rotation",
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
            reference=convolved(COUNTING_UP, RIGHT, padding=1),
            mistakes=(
                Mistake(
                    correlated(COUNTING_UP, RIGHT, padding=1),
                    "this is the correlation, which does not flip the filter",
                    "flip",
                ),
                Mistake(
                    convolved(COUNTING_UP, RIGHT.T, padding=1),
                    "the entry right of the centre moves along rows, not along columns",
                ),
                Mistake(COUNTING_UP, "only a 1 in the centre leaves the image as it is"),
            ),
        ),
        Part(
            name="detects",
            asks="what the filter $J$ responds to, away from the border",
            form=Choice(DETECTS),
            reference="second",
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
            asks="ones on a background of zeros: the strongest response first (a single point, the end of a line one pixel wide, the inside of such a line, a straight edge of a region; line and edge horizontal or vertical)",
            form=Ordering(SHAPES, "strongest first"),
            reference=("point", "line end", "line", "edge"),
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
    hints=(
        "Does half a turn of the filter change it?",
        "Each entry of the result is four times a pixel minus its four neighbours; outside of the image there are zeros.",
        r"Row 1, column 2: $4\cdot1-(0+0+1+1)=2$. On a region of one value the result is 0: which places are left?",
    ),
    beyond=(
        "flip",
        "shift",
        "quadratic",
        "step",
        "strength",
    ),
    result="Minus the discrete Laplacian: it responds to edges, lines and points, and to nothing on flat regions.",
    model_answer=r"""
$I*J = \begin{pmatrix} -1&2&2&-2&0\\ -2&1&0&2&-1\\ 3&0&0&1&-1\\ -2&2&0&2&-1\\ 0&-2&3&-2&0
\end{pmatrix}$: four times each pixel minus its four neighbours. $J$ is unchanged by half a
turn, so convolution and correlation agree. It is minus the discrete Laplacian, a second derivative:
0 on constant regions and on ramps, of either sign on the two sides of an edge (the edge is where the
sign changes), strongest at single points. So: edges of every direction, lines and points.
""",
    conventions=("flip", "zero-padding"),
)

QUESTIONS = (filters,)
