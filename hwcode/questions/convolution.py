"""The questions of the chapter on convolutions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import sympy
from numpy.lib.stride_tricks import sliding_window_view
from sympy import ImmutableMatrix

from hwcode import sizes
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Mistake,
    Number,
    Ordering,
    Part,
    Question,
    Truth,
    scalar,
)
from hwcode.convolution import FILTER, IMAGE, NET_INPUT, convolve, correlate, net
from hwcode.sizes import LAYERS, Counting

__all__ = ["QUESTIONS"]

CHAPTER = "convolution"


def _exact(array: Any) -> ImmutableMatrix:
    """An array of integers as the object that is compared."""
    return ImmutableMatrix(np.asarray(array).astype(object).tolist())


class Column(Formula):
    """A vector, which may be written as a row.

    >>> Column().read("[[1, 2]]") == Column().read("1, 2") == Column().accept([1, 2])
    True
    """

    def read(self, text: str) -> Any:
        return _upright(super().read(text))

    def accept(self, answer: Any) -> Any:
        return _upright(super().accept(answer))


def _upright(value: Any) -> Any:
    return value.T if isinstance(value, ImmutableMatrix) and value.rows == 1 else value


# --- H2-3.1 -----------------------------------------------------------------------------------

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


# --- H2-3.2 -----------------------------------------------------------------------------------

NAMES = ("Conv3-64", "MaxPool", "Conv3-128", "MaxPool", "Conv3-256", "Conv3-256", "MaxPool", "FC-1024", "FC-100")  # fmt: skip
MAIN = Counting()
NO_PADDING = "with convolutions that pad nothing, which is the other reading of 'zero padding'"


def _column(values: Sequence[Any]) -> ImmutableMatrix:
    return ImmutableMatrix([int(value) for value in values])


def _listed(values: Sequence[Any]) -> str:
    """Numbers under the names of the layers, as LaTeX."""
    rows = [
        rf"\text{{{name}}} & {f'{int(value):,}'.replace(',', '{,}')}"
        for name, value in zip(NAMES, values, strict=True)
    ]
    return r"\begin{array}{lr} " + r" \\ ".join(rows) + r" \end{array}"


def _counts(padding: int, rules: Counting) -> sizes.Counts:
    return sizes.count(net(padding), NET_INPUT, rules)


def _connections(padding: int, rules: Counting) -> ImmutableMatrix:
    """Layer by layer, of the kinds that count."""
    rows = _counts(padding, rules).rows
    return _column([row.connections for row in rows if row.layer.kind in rules.connections])


def _fan_in(pools: bool = True, softmax: bool = False, biases: bool = False) -> ImmutableMatrix:
    """The inputs of one neuron of each layer."""
    values = []
    shape: Any = NET_INPUT
    for layer in net():
        after = layer.output(shape)
        wanted = {"pooling": pools, "softmax": softmax, "reshape": False}.get(layer.kind, True)
        if wanted:
            links = layer.links(shape) // sizes.axes.product(after)
            values.append(links + (biases and layer.biases(shape) > 0))
        shape = after
    return _column(values)


def _told(options: Sequence[tuple[bool, str]]) -> str:
    """The notes of the options that are taken, in one text."""
    return ", ".join(note for taken, note in options if taken)


def _neuron_variants() -> Iterator[Alternative]:
    """Every combination of what may count, except our own."""
    for padding, pools, softmax, image in product(
        (1, 0), (True, False), (False, True), (False, True)
    ):
        kinds = LAYERS - (set() if pools else {"pooling"})
        kinds = kinds | ({"softmax"} if softmax else set()) | ({"image"} if image else set())
        note = _told(
            [
                (not pools, "the outputs of pooling not counted"),
                (softmax, "the softmax counted as 100 more neurons"),
                (image, "the pixels of the image counted"),
                (not padding, NO_PADDING),
            ]
        )
        if note:
            count = _counts(padding, Counting(neurons=kinds)).neurons
            yield Alternative(sympy.Integer(count), f"right, {note}", "counting")


def _connection_variants() -> Iterator[Alternative]:
    for padding, pools, softmax, biases, zeros in product(
        (1, 0), (True, False), (False, True), (False, True), (True, False)
    ):
        if not zeros and not padding:
            continue  # without padding there are no zeros to leave out
        kinds = LAYERS - (set() if pools else {"pooling"}) | ({"softmax"} if softmax else set())
        note = _told(
            [
                (not pools, "pooling left out"),
                (softmax, "the softmax counted as a layer that connects all with all"),
                (biases, "a bias counted as one more connection"),
                (not zeros, "connections to the zeros of the padding not counted"),
                (not padding, NO_PADDING),
            ]
        )
        if note:
            rules = Counting(connections=kinds, bias_connections=biases, padding=zeros)
            yield Alternative(_connections(padding, rules), f"right, {note}", "counting")


def _fan_in_variants() -> Iterator[Alternative]:
    for pools, softmax, biases in product((True, False), (False, True), (False, True)):
        note = _told(
            [
                (not pools, "pooling left out"),
                (softmax, "the softmax counted as a layer"),
                (biases, "a bias counted as one more connection"),
            ]
        )
        if note:
            yield Alternative(_fan_in(pools, softmax, biases), f"right, {note}", "counting")


def _torch_parameters(_: Any) -> sympy.Integer:
    """Build the net in PyTorch, without memory for its numbers, and count its parameters."""
    return sympy.Integer(sum(p.numel() for p in _in_torch().parameters()))


def _in_torch() -> Any:
    import torch
    from torch import nn

    with torch.device("meta"):
        return nn.Sequential(
            nn.Conv2d(3, 64, 3, padding=1), nn.MaxPool2d(2),
            nn.Conv2d(64, 128, 3, padding=1), nn.MaxPool2d(2),
            nn.Conv2d(128, 256, 3, padding=1),
            nn.Conv2d(256, 256, 3, padding=1), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(256 * 14 * 14, 1024), nn.Linear(1024, 100),
        )  # fmt: skip


def _torch_neurons(_: Any) -> sympy.Integer:
    """Run an image through the net and count the numbers that its layers return."""
    import torch
    from torch import nn

    image, total = torch.zeros(1, *NET_INPUT), 0
    with torch.no_grad():
        for layer in _in_torch().to_empty(device="cpu"):  # whatever its weights are
            image = layer(image)
            total += 0 if isinstance(layer, nn.Flatten) else image.numel()
    return sympy.Integer(total)


def _windows() -> Iterator[tuple[Any, int]]:
    """For each layer all windows that its neurons look at, laid out, and how many look at each."""
    channels, n = NET_INPUT[:2]
    for name in NAMES:
        kind, _, size = name.partition("-")
        if kind == "Conv3":
            padded = np.broadcast_to(np.int8(0), (channels, n + 2, n + 2))
            yield sliding_window_view(padded, (channels, 3, 3)), int(size)
            channels = int(size)
        elif kind == "MaxPool":
            image = np.broadcast_to(np.int8(0), (channels, n, n))
            yield sliding_window_view(image, (1, 2, 2))[:, ::2, ::2], 1
            n //= 2
        else:
            yield np.broadcast_to(np.int8(0), (channels * n * n,)), int(size)
            channels, n = int(size), 1


def _numbers_in_windows(_: Any) -> ImmutableMatrix:
    return _column([view.size * filters for view, filters in _windows()])


def _numbers_in_one_window(_: Any) -> ImmutableMatrix:
    return _column(
        [view.size if view.ndim == 1 else np.prod(view.shape[-3:]) for view, _ in _windows()]
    )


def _sum_of(values: Iterable[Any]) -> str:
    """Numbers that are not zero, added, as ``1 + 2 = 3``."""
    terms = [int(value) for value in values if value]
    told = " + ".join(f"{term:,}" for term in terms)
    return told if len(terms) == 1 else f"{told} = {sum(terms):,}"


def _one_by_one(values: Iterable[Any]) -> str:
    return "; ".join(f"{int(value):,}" for value in values)


main_rows = [row for row in _counts(1, MAIN).rows if row.layer.kind in MAIN.connections]
weights_only = [row.layer.weights(row.before) for row in main_rows]

net_sizes = Question(
    ids=("H2-3.2",),
    chapter=CHAPTER,
    title="parameters, neurons and connections of a convolutional net",
    marks={"H2-3.2": 1},
    statement=r"""
A net takes RGB images of $112\times112$ pixels through Conv3-64, MaxPool, Conv3-128, MaxPool,
Conv3-256, Conv3-256, MaxPool, FC-1024, FC-100 and a softmax. All convolutions have $3\times3$ kernels
and zero padding; the number behind the hyphen is that of output channels or units. All poolings are
$2\times2$ with stride 2. How many parameters does it have, biases included? How many neurons? How
many input connections do the neurons of each layer have?

*The handout leaves open what counts. Ours: zeros of width 1 around each map, so that convolutions
keep sizes; the neurons are the outputs of convolutions, poolings and fully connected layers; the
connections of a layer are all pairs of a neuron and an input of it, its zeros included, biases not.
Other usual counts are accepted and named.*
""",
    parts=(
        Part(
            name="parameters",
            asks="the number of parameters, biases included",
            form=Number(what="a number of parameters"),
            reference=sympy.Integer(_counts(1, MAIN).parameters),
            also_right=("52,444,644", "1,792 + 73,856 + 295,168 + 590,080 + 51,381,248 + 102,500"),
            truth=Truth(_torch_parameters, "the parameters of the same net in PyTorch"),
            alternatives=(
                Alternative(
                    sympy.Integer(_counts(0, MAIN).parameters),
                    f"right, {NO_PADDING}",
                    "zero-padding",
                ),
            ),
            mistakes=(
                Mistake(
                    sympy.Integer(_counts(1, Counting(biases=False)).parameters),
                    "the biases are missing: one for each output channel or unit",
                    "counting",
                ),
                Mistake(
                    sympy.Integer(
                        sum((9 + 1) * out for out in (64, 128, 256, 256))
                        + (14 * 14 * 256 + 1) * 1024
                        + (1024 + 1) * 100
                    ),
                    "a filter reaches through all channels of its input, not through one",
                ),
                Mistake(
                    sympy.Integer(
                        sum(weights_only)
                        + sum(row.neurons for row in main_rows if row.layer.kind != "pooling")
                    ),
                    "all neurons of a channel share one bias",
                ),
                Mistake(
                    sympy.Integer(_counts(1, MAIN).parameters - (14 * 14 - 1) * 256 * 1024),
                    "FC-1024 takes 14 x 14 x 256 inputs, not 256",
                ),
                Mistake(
                    sympy.Integer(_counts(1, MAIN).parameters + (28 * 28 - 14 * 14) * 256 * 1024),
                    "the last MaxPool is missing: it takes 28 x 28 to 14 x 14",
                ),
            ),
        ),
        Part(
            name="neurons",
            asks="the number of neurons",
            form=Number(what="a number of neurons"),
            reference=sympy.Integer(_counts(1, MAIN).neurons),
            also_right=("1,957,988",),
            truth=Truth(_torch_neurons, "the numbers that the layers return in PyTorch"),
            alternatives=tuple(_neuron_variants()),
            mistakes=(
                Mistake(
                    sympy.Integer(64 + 64 + 128 + 128 + 256 + 256 + 256 + 1024 + 100),
                    "these are channels; each of them is a map of neurons",
                ),
                Mistake(
                    sympy.Integer(2 * 64 * 56**2 + 2 * 128 * 28**2 + 3 * 256 * 14**2 + 1024 + 100),
                    "only the poolings halve a map; the convolution before each keeps its size",
                ),
                Mistake(
                    sympy.Integer(_counts(1, MAIN).neurons - 1024 - 100),
                    "the units of FC-1024 and FC-100 are neurons, too",
                ),
            ),
        ),
        Part(
            name="connections",
            asks="the number of connections into each layer, " + ", ".join(NAMES),
            form=Column(what="a vector of nine numbers"),
            reference=_connections(1, MAIN),
            latex=_listed(_connections(1, MAIN)),
            truth=Truth(
                _numbers_in_windows, "the numbers in all windows laid out, times the filters"
            ),
            alternatives=tuple(_connection_variants()),
            mistakes=(
                Mistake(
                    _column(weights_only),
                    "these are the weights; a convolution uses each of them at every place",
                ),
                Mistake(
                    _column(
                        [
                            9 * row.neurons if row.layer.kind == "convolution" else row.connections
                            for row in main_rows
                        ]
                    ),
                    "a filter reaches through all channels of its input, not through one",
                ),
                Mistake(
                    _column(
                        [
                            row.connections * (row.before[0] if row.layer.kind == "pooling" else 1)
                            for row in main_rows
                        ]
                    ),
                    "pooling connects a channel to itself alone",
                ),
                Mistake(
                    _column(
                        [
                            row.neurons if row.layer.kind == "pooling" else row.connections
                            for row in main_rows
                        ]
                    ),
                    "each output of a $2\\times2$ pooling is connected to four numbers",
                ),
                Mistake(
                    _fan_in(),
                    "these are the inputs of one neuron of each layer; multiply by its neurons",
                ),
                Mistake(
                    sympy.Integer(sum(_connections(1, MAIN))),
                    "this is the sum over the layers; the connections into each layer are asked for",
                ),
            ),
        ),
        Part(
            name="fan_in",
            asks="the number of inputs of one neuron of each layer (the other reading of the third question)",
            form=Column(what="a vector of nine numbers"),
            reference=_fan_in(),
            latex=_listed(_fan_in()),
            truth=Truth(_numbers_in_one_window, "the numbers in one window of each layer"),
            alternatives=tuple(_fan_in_variants()),
            mistakes=(
                Mistake(
                    _column([9, 4, 9, 4, 9, 9, 4, 14 * 14 * 256, 1024]),
                    "a filter reaches through all channels of its input, not through one",
                ),
                Mistake(
                    _column([27, 4 * 64, 576, 4 * 128, 1152, 2304, 4 * 256, 14 * 14 * 256, 1024]),
                    "pooling looks at one channel",
                ),
                Mistake(
                    _column([27, 4, 576, 4, 1152, 2304, 4, 256, 1024]),
                    "FC-1024 sees all 14 x 14 places of the 256 channels",
                ),
                Mistake(
                    _connections(1, MAIN),
                    "these are the connections into whole layers; one neuron's inputs are asked for",
                ),
            ),
        ),
    ),
    model_answer=rf"""
Sizes: $112^2\times64$, $56^2\times64$, $56^2\times128$, $28^2\times128$, $28^2\times256$ (twice),
$14^2\times256$, 1024, 100. Parameters $(3^2c_{{in}}+1)\,c_{{out}}$ for a convolution and
$(n_{{in}}+1)\,n_{{out}}$ for a full layer: {_sum_of(row.parameters for row in main_rows)}.
Neurons: the sizes added, {_sum_of([_counts(1, MAIN).neurons])} (100 more if the softmax counts).
Connections $3^2c_{{in}}c_{{out}}hw$ for a convolution, $4chw$ for a pooling ($h$, $w$ of the output),
$n_{{in}}n_{{out}}$ for a full layer: {_one_by_one(_connections(1, MAIN))}.
Inputs of one neuron: {_one_by_one(_fan_in())}.
""",
    conventions=("counting", "zero-padding"),
)


# --- H2-3.3 -----------------------------------------------------------------------------------

k1, k2, k3, s1, s2, s3, d1, d2 = (
    scalar(f"{letter}{number}", integer=True, positive=True)
    for letter, number in ("k1", "k2", "k3", "s1", "s2", "s3", "d1", "d2")
)

Step = tuple[int, int, int, int]
"""Kernel size, stride, dilation, padding."""


def _reached(steps: Sequence[Step], size: int, channels: int = 1) -> Any:
    """Which outputs change when an input changes: a table of outputs by inputs, in one dimension.

    All weights are 1 and one impulse is sent from each input, so nothing cancels. With several
    channels each layer connects all with all.
    """
    signals = np.repeat(np.eye(size, dtype=object)[:, None, :], channels, axis=1)
    for kernel, stride, dilation, padding in steps:
        padded = np.pad(signals, ((0, 0), (0, 0), (padding, padding)))
        count = (padded.shape[2] - dilation * (kernel - 1) - 1) // stride + 1
        taps = [padded[:, :, t * dilation :: stride][:, :, :count] for t in range(kernel)]
        mixed = np.sum(taps, axis=0).sum(axis=1, keepdims=True)
        signals = np.repeat(mixed, channels, axis=1)
    return signals[:, 0, :].T != 0


def _field(steps: Sequence[Step], channels: int = 1) -> int:
    """First to last input that the unit in the middle depends on, on an input that is long enough."""
    size = 1
    for kernel, stride, dilation, padding in reversed(steps):
        size = (size + 2 * padding + 1) * stride + dilation * kernel
    table = _reached(steps, 2 * size, channels)
    places = np.flatnonzero(table[len(table) // 2])
    return int(places[-1] - places[0] + 1)


def _plain(*layers: tuple[int, int]) -> list[Step]:
    return [(kernel, stride, 1, 0) for kernel, stride in layers]


def _three_layers(point: Any) -> sympy.Integer:
    kernels, strides = (
        [int(point[symbol]) for symbol in row] for row in ((k1, k2, k3), (s1, s2, s3))
    )
    return sympy.Integer(_field(_plain(*zip(kernels, strides, strict=True))))


def _two_dilated(point: Any) -> sympy.Integer:
    return sympy.Integer(_field([(3, 1, int(point[d1]), 0), (3, 1, int(point[d2]), 0)]))


CHANGES = {
    "kernel": "the kernel size",
    "stride": "the stride of an earlier layer",
    "dilation": "the dilation",
    "pooling": "a pooling in between",
    "depth": "one more layer with a $3\\times3$ kernel",
    "channels": "the number of channels",
}


def _never_changes(_: Any) -> str:
    """Change one thing after the other in a net of two layers, and look."""
    base = [(3, 1, 1, 0), (3, 1, 1, 0)]
    changed = {
        "kernel": _field([(5, 1, 1, 0), base[1]]),
        "stride": _field([(3, 2, 1, 0), base[1]]),
        "dilation": _field([(3, 1, 2, 0), base[1]]),
        "pooling": _field([base[0], (2, 2, 1, 0), base[1]]),
        "depth": _field([*base, base[1]]),
        "channels": _field(base, channels=3),
    }
    (same,) = (key for key, size in changed.items() if size == _field(base))
    return same


STRIDES = {
    "later": "the fields of the layers behind it, not of its own units",
    "own": "the fields of its own units, too",
    "none": "no fields; it only makes the map smaller",
}


def _what_a_stride_enlarges(_: Any) -> str:
    own = _field(_plain((3, 2))) > _field(_plain((3, 1)))
    later = _field(_plain((3, 2), (3, 1))) > _field(_plain((3, 1), (3, 1)))
    return {(False, True): "later", (True, True): "own", (False, False): "none"}[own, later]


PADDINGS = {
    "border": "nothing far from the border; near it, part of a field lies outside of the image",
    "larger": "it enlarges every field by its width",
    "smaller": "it makes every field smaller",
}


def _what_padding_does(_: Any) -> str:
    """Two 3-kernels with padding 1, each by itself, on 11 pixels: the middle unit and the first."""
    table = _reached([(3, 1, 1, 1)] * 2, 11)
    inside, corner = int(table[5].sum()), int(table[0].sum())
    without = _field(_plain((3, 1), (3, 1)))
    if inside == without and corner < without:
        return "border"
    return "larger" if inside > without else "smaller"


GRADIENTS = {
    "within": "they are in the field, and some of its pixels may be missing",
    "equal": "they are the field, for every image",
    "beyond": "they may reach beyond the field",
}


def _where_gradients_are(_: Any) -> str:
    """A maximum over two numbers: finite differences at an image, against what it reads."""
    image, small = np.array([1.0, 2.0]), 1e-6
    slopes = [(max(image + small * unit) - max(image)) / small for unit in np.eye(2)]
    support = {i for i, slope in enumerate(slopes) if abs(slope) > 0.5}
    reads = {0, 1}
    return "within" if support < reads else "equal" if support == reads else "beyond"


PLACES = ("first", "second", "third")


def _by_place_of_stride(_: Any) -> tuple[str, ...]:
    fields = {
        name: _field([(3, 2 if place == at else 1, 1, 0) for place in range(3)])
        for at, name in enumerate(PLACES)
    }
    return tuple(sorted(PLACES, key=lambda name: fields[name]))


receptive = Question(
    ids=("H2-3.3",),
    chapter=CHAPTER,
    title="what sets the size of a receptive field",
    marks={"H2-3.3": 0.5},
    statement=r"""
The receptive field of a neuron is the part of the input image that can affect it: $3\times3$ behind
one $3\times3$ convolution, $5\times5$ behind two. Name three things that affect its size, and explain.
*We ask for the formula, so that "affect" can be decided.*
""",
    parts=(
        Part(
            name="formula",
            asks="its size along one axis behind three layers with kernels $k_1,k_2,k_3$ and strides $s_1,s_2,s_3$",
            form=Formula(
                Domain(
                    (k1, k2, k3, s1, s2, s3),
                    tuple(
                        dict(zip((k1, k2, k3, s1, s2, s3), values, strict=True))
                        for values in product((1, 3), (2, 3), (1, 4), (1, 2), (1, 3), (1, 2))
                    ),
                ),
                "a number of pixels",
            ),
            reference=1 + (k1 - 1) + (k2 - 1) * s1 + (k3 - 1) * s1 * s2,
            latex=r"r_3 = 1 + (k_1-1) + (k_2-1)\,s_1 + (k_3-1)\,s_1 s_2",
            truth=Truth(_three_layers, "the inputs from which an impulse arrives"),
            also_right=("k1 + s1*(k2 - 1 + s2*(k3 - 1))",),
            mistakes=(
                Mistake(
                    1 + (k1 - 1) * s1 + (k2 - 1) * s1 * s2 + (k3 - 1) * s1 * s2 * s3,
                    "a layer's own stride moves its neighbour's field, not the size of its own",
                ),
                Mistake(
                    k1 + k2 + k3 - 2,
                    "right without strides only: each stride stretches what follows",
                ),
                Mistake(
                    k1 * k2 * k3,
                    "neighbouring fields overlap, so that sizes add up rather than multiply",
                ),
                Mistake(
                    1 + (k1 - 1) * s2 * s3 + (k2 - 1) * s3 + (k3 - 1),
                    "the strides before a layer count, not those behind it",
                ),
                Mistake(
                    (k1 - 1) + (k2 - 1) * s1 + (k3 - 1) * s1 * s2,
                    "these are the steps from the first pixel to the last, one less than the pixels",
                ),
            ),
        ),
        Part(
            name="dilation",
            asks=r"behind two $3\times3$ convolutions of stride 1 with dilations $d_1$, $d_2$",
            form=Formula(
                Domain((d1, d2), tuple({d1: p, d2: q} for p in (1, 2, 3) for q in (1, 2, 4))),
                "a number of pixels along one axis",
            ),
            reference=1 + 2 * d1 + 2 * d2,
            latex=r"1 + 2d_1 + 2d_2",
            truth=Truth(_two_dilated, "the inputs from which an impulse arrives"),
            mistakes=(
                Mistake(
                    1 + 2 * d1 + 2 * d1 * d2,
                    "a dilation is no stride: it does not stretch what follows",
                ),
                Mistake(3 * d1 + 3 * d2 - 1, "a kernel of 3 spans 2 d + 1 pixels, not 3 d"),
                Mistake(sympy.Integer(5), "the dilation spreads the three taps of a kernel"),
            ),
        ),
        Part(
            name="net",
            asks="behind the last MaxPool of H2-3.2, along one axis",
            form=Number(what="a number of pixels"),
            reference=sympy.Integer(30),
            truth=Truth(
                lambda _: sympy.Integer(
                    _field(_plain((3, 1), (2, 2), (3, 1), (2, 2), (3, 1), (3, 1), (2, 2)))
                ),
                "the inputs from which an impulse arrives",
            ),
            mistakes=(
                Mistake(
                    sympy.Integer(9),
                    "the four convolutions alone: the poolings in between are missing",
                ),
                Mistake(
                    sympy.Integer(26), "this is before the last MaxPool, which adds $(2-1)\\cdot4$"
                ),
                Mistake(
                    sympy.Integer(34), "the last pooling's own stride does not enlarge its field"
                ),
                Mistake(
                    sympy.Integer(900), "this is the area; the size along one axis is asked for"
                ),
                Mistake(sympy.Integer(112), "only the fully connected layers see the whole image"),
            ),
        ),
        Part(
            name="never",
            asks="which of these never changes it?",
            form=Choice(CHANGES),
            reference="channels",
            truth=Truth(_never_changes, "changing each of them in a net of two layers"),
            mistakes=(
                Mistake("kernel", "a kernel larger by 2 makes it larger by 2 at least"),
                Mistake("stride", "with stride 2 in the first layer it grows from 5 to 7"),
                Mistake("dilation", "with dilation 2 in the first layer it grows from 5 to 7"),
                Mistake("pooling", "a pooling is a layer with a kernel and a stride"),
                Mistake("depth", r"one more $3\times3$ layer makes it larger by 2 at least"),
            ),
        ),
        Part(
            name="stride",
            asks="what does a larger stride of a layer enlarge?",
            form=Choice(STRIDES),
            reference="later",
            truth=Truth(_what_a_stride_enlarges, "one and two layers with stride 1 and 2"),
            mistakes=(
                Mistake(
                    "own",
                    r"a $3\times3$ convolution looks at $3\times3$ pixels whatever its stride",
                ),
                Mistake(
                    "none", "a second layer combines units that are now further apart in the image"
                ),
            ),
        ),
        Part(
            name="order",
            asks=r"three $3\times3$ convolutions, one of which has stride 2: smallest field first, by the place of the stride",
            form=Ordering(PLACES, "smallest field first"),
            reference=("third", "second", "first"),
            truth=Truth(_by_place_of_stride, "the inputs from which an impulse arrives"),
            mistakes=(
                Mistake(("first", "second", "third"), "an early stride stretches more layers"),
                Mistake(
                    ("third", "first", "second"),
                    "behind the first layer two follow and are stretched, behind the second only one",
                ),
            ),
        ),
        Part(
            name="padding",
            asks="what does zero padding change?",
            form=Choice(PADDINGS),
            reference="border",
            truth=Truth(_what_padding_does, "the middle unit and the first one on eleven pixels"),
            mistakes=(
                Mistake(
                    "larger",
                    "the zeros are not pixels of the image, and nothing is learnt from them",
                ),
                Mistake("smaller", "only near the border is part of a field cut off"),
            ),
        ),
        Part(
            name="gradient",
            asks="at one image, the pixels in which a unit has a nonzero derivative: how do they compare with its receptive field?",
            form=Choice(GRADIENTS),
            reference="within",
            truth=Truth(_where_gradients_are, "a maximum over two numbers"),
            mistakes=(
                Mistake("equal", "a maximum passes a derivative only to the largest of its inputs"),
                Mistake("beyond", "what a unit does not depend on has derivative 0"),
            ),
        ),
    ),
    model_answer=r"""
Behind layers with kernels $k_l$, strides $s_l$ and dilations $d_l$ it is
$r = 1+\sum_l (k_l-1)\,d_l\prod_{i<l}s_i$. So: (1) the kernel size, as each layer adds $k_l-1$ steps;
(2) the number of layers, as each adds a term; (3) the strides, pooling included, of the layers before,
as they stretch every later step (a layer's own stride does not change its own field). Also the
dilation. Not the number of channels, the nonlinearity or the weights; padding only cuts fields off at
the border.
""",
    conventions=("zero-padding",),
)


QUESTIONS = (filters, net_sizes, receptive)
