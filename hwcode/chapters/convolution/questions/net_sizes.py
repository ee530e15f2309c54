"""Neurons, connections and parameters of a net, counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import product
from typing import Any

import sympy
from sympy import ImmutableMatrix

from hwcode import sizes
from hwcode.chapters.convolution.net import NET_INPUT, net
from hwcode.chapters.convolution.questions.problem import CHAPTER, Column
from hwcode.checking import Alternative, Mistake, Number, Part, Question
from hwcode.sizes import LAYERS, Counting

__all__ = ["QUESTIONS"]

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


@cache
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
            form=Number(what="a number of parameters", whole=True),
            reference=sympy.Integer(_counts(1, MAIN).parameters),
            also_right=("52,444,644", "1,792 + 73,856 + 295,168 + 590,080 + 51,381,248 + 102,500"),
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
            form=Number(what="a number of neurons", whole=True),
            reference=sympy.Integer(_counts(1, MAIN).neurons),
            also_right=("1,957,988",),
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
    hints=(
        "First write down the size of every map, height times width times channels.",
        r"A $3\times3$ convolution has $(9c_{in}+1)c_{out}$ parameters, a full layer $(n_{in}+1)n_{out}$. Connections: for each neuron, the number of its inputs.",
        r"$112^2\times64$, $56^2\times64$, $56^2\times128$, $28^2\times128$, ... The first convolution has $(9\cdot3+1)\cdot64$ parameters.",
    ),
    beyond=("fan_in",),
    result="52,444,644 parameters and 1,957,988 neurons; most parameters are in one full layer, most connections in the convolutions.",
    numbers=(
        "1,792 = (9*3 + 1)*64",
        "73,856 = (9*64 + 1)*128",
        "295,168 = (9*128 + 1)*256",
        "590,080 = (9*256 + 1)*256",
        "51,381,248 = (14**2*256 + 1)*1024",
        "102,500 = (1024 + 1)*100",
        "52,444,644 = parameters",
        "1,957,988 = neurons",
        "21,676,032 = connections[0]",
        "802,816 = connections[1]",
        "231,211,008 = connections[2]",
        "401,408 = connections[3]",
        "462,422,016 = connections[5]",
        "200,704 = connections[6]",
        "51,380,224 = connections[7]",
        "102,400 = connections[8]",
        "576 = fan_in[2]",
        "1,152 = fan_in[4]",
        "2,304 = fan_in[5]",
        "50,176 = fan_in[7]",
        "1,024 = fan_in[8]",
        "100 <handout>",
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

QUESTIONS = (net_sizes,)
