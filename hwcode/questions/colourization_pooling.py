"""The questions of the chapter on colourization by pooling and upsampling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy
from sympy import ImmutableMatrix, Matrix
from sympy.polys.monomials import itermonomials

from hwcode import sizes
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Mistake,
    Number,
    Part,
    Question,
    Truth,
    scalar,
)
from hwcode.checking.architectures import Architecture
from hwcode.checking.verdict import Method
from hwcode.sizes import (
    LAYERS,
    BatchNorm,
    Conv,
    Counting,
    Layer,
    MaxPool,
    ReLU,
    Upsample,
)

if TYPE_CHECKING:
    from torch import nn

    from hwcode.training.experiment import Record

__all__ = ["QUESTIONS"]

CHAPTER = "colourization_pooling"

NIC, NF, NC, n = (scalar(name, integer=True, positive=True) for name in ("NIC", "NF", "NC", "n"))


# --- A2-4.1 -----------------------------------------------------------------------------------


def layers_of(
    kernel: int, channels_in: Any, filters: Any, colours: Any, padding: int | None = None
) -> list[Layer]:
    """Figure 4a as a list of layers, apart from the class that is the answer."""
    around = kernel // 2 if padding is None else padding

    def conv(channels: Any) -> Conv:
        return Conv(channels, kernel, padding=around)

    return [
        conv(filters), MaxPool(2), BatchNorm(), ReLU(),
        conv(2 * filters), MaxPool(2), BatchNorm(), ReLU(),
        conv(filters), Upsample(2), BatchNorm(), ReLU(),
        conv(colours), Upsample(2), BatchNorm(), ReLU(),
        conv(colours),
    ]  # fmt: skip


def pool_upsample_net(
    kernel: int, num_in_channels: int, num_filters: int, num_colours: int
) -> nn.Module:
    """The class PoolUpsampleNet"""
    from hwcode.colourization import PoolUpsampleNet

    return PoolUpsampleNet(kernel, num_in_channels, num_filters, num_colours)


def _changed(what: str, change: Callable[[list[Layer], int, int, int], list[Layer]]) -> Any:
    """A net of figure 4a with other layers; ``what`` says which."""

    def make(kernel: int, num_in_channels: int, num_filters: int, num_colours: int) -> nn.Module:
        layers = layers_of(kernel, num_in_channels, num_filters, num_colours)
        changed = change(layers, kernel, num_filters, num_colours)
        return sizes.to_module(changed, (num_in_channels, 64, 64))

    make.__doc__ = what
    return make


def _in_order(*places: int) -> Callable[..., list[Layer]]:
    """The four layers of every block in another order."""

    def change(layers: list[Layer], *_: int) -> list[Layer]:
        blocks = [layers[start : start + 4] for start in (0, 4, 8, 12)]
        return [block[place] for block in blocks for place in places] + layers[16:]

    return change


def _early_activation(layers: list[Layer], *_: int) -> list[Layer]:
    """BatchNorm and ReLU before Upsample, in the two blocks that have one."""
    first, second = layers[8:12], layers[12:16]
    ups = [block[place] for block in (first, second) for place in (0, 2, 3, 1)]
    return layers[:8] + ups + layers[16:]


def _by_a_list(arguments: tuple[int, int, int, int]) -> nn.Module:
    return sizes.to_module(layers_of(*arguments), (arguments[1], 64, 64))


WRITTEN_OUT = """
import torch.nn.functional as F
from torch import nn

class PoolUpsampleNet(nn.Module):
    def __init__(self, kernel, num_in_channels, num_filters, num_colours):
        super().__init__()
        sizes = [num_in_channels, num_filters, 2 * num_filters, num_filters, num_colours, num_colours]
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, kernel, padding=kernel // 2) for a, b in zip(sizes, sizes[1:])
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(b) for b in sizes[1:5])

    def forward(self, x):
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            x = conv(x)
            x = F.max_pool2d(x, 2) if i < 2 else F.interpolate(x, scale_factor=2)
            x = F.relu(norm(x))
        return self.convs[4](x)
"""

ORDER = {
    "scale": "the same function if no scale of BatchNorm is negative, else in general another one",
    "always": "the same function, whatever the weights",
    "never": "another function, whatever the weights",
}


def _pooling_first_or_last(_: Any) -> str:
    """Max pooling around BatchNorm's affine map and ReLU, for scales of either sign."""
    image = np.random.default_rng(0).normal(size=(6, 2))  # six windows of two pixels

    def same(scale: float) -> bool:
        first = np.maximum(scale * image.max(axis=1) + 0.1, 0)
        last = np.maximum(scale * image + 0.1, 0).max(axis=1)
        return np.allclose(first, last)

    return {(True, False): "scale", (True, True): "always", (False, False): "never"}[
        same(0.7), same(-0.7)
    ]


EARLY = {
    "variance": "nothing but the running variance, which counts each pixel once and not four times",
    "nothing": "nothing at all",
    "gradient": "the gradients of the convolution before it",
    "output": "the block's output",
}


def _what_early_activation_changes(_: Any) -> str:
    """One block with either order, in training: output, gradient, running statistics."""
    import torch
    from torch import nn

    def block(early: bool) -> tuple[Any, ...]:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            conv, image = nn.Conv2d(1, 2, 3, padding=1).double(), torch.randn(3, 1, 4, 4).double()
            toward = torch.randn(3, 2, 8, 8).double()
        norm, up = nn.BatchNorm2d(2).double(), nn.Upsample(scale_factor=2)
        output = up(norm(conv(image)).relu()) if early else norm(up(conv(image))).relu()
        (output * toward).sum().backward()
        return output, conv.weight.grad, norm.running_mean, norm.running_var

    same = [torch.allclose(a, b) for a, b in zip(block(True), block(False), strict=True)]
    if not same[0]:
        return "output"
    if not same[1]:
        return "gradient"
    return "nothing" if all(same) else "variance"


net = Question(
    ids=("A2-4.1",),
    chapter=CHAPTER,
    title="PoolUpsampleNet",
    marks={"A2-4.1": 8},
    statement=r"""
Write a class `PoolUpsampleNet(kernel, num_in_channels, num_filters, num_colours)` in PyTorch after
figure 4a: two blocks of convolution, $2\times2$ max pooling, BatchNorm and ReLU; two blocks of
convolution, upsampling by 2, BatchNorm and ReLU; and a last convolution by itself. With NIC, NF and NC
for the last three arguments, the channels are NIC, NF, 2NF, NF, NC, NC and the side of the image is
$n$, $n/2$, $n/4$, $n/2$, $n$, $n$.

*We take the padding that the starter's variable has, `kernel // 2`, which keeps sizes for odd kernels.
Layers may be nested and named at will. Besides, we ask which neighbours in a block may change places.*
""",
    parts=(
        Part(
            name="net",
            asks="the class",
            form=Architecture(
                name="PoolUpsampleNet",
                parameters={
                    "kernel": "odd",
                    "num_in_channels": "NIC",
                    "num_filters": "NF",
                    "num_colours": "NC",
                },
                what="from N x NIC x H x W to N x NC x H x W, H and W multiples of 4",
                instances=lambda: [(3, 1, 4, 6), (5, 3, 2, 5), (1, 2, 3, 4)],
                image=lambda kernel, channels, *_: (channels, 64, 68),
            ),
            reference=pool_upsample_net,
            truth=Truth(_by_a_list, "the layers of the figure as a list", method=Method.SAMPLED),
            also_right=(WRITTEN_OUT,),
            alternatives=(
                Alternative(
                    _changed("BatchNorm and ReLU before Upsample", _early_activation),
                    "the same function in another order than the figure's;"
                    " only the running variance of BatchNorm differs",
                ),
            ),
            mistakes=(
                Mistake(
                    _changed(
                        "pooling and upsampling at the end of each block", _in_order(0, 2, 3, 1)
                    ),
                    "in the first two blocks BatchNorm would see the map before pooling: other means and variances",
                ),
                Mistake(
                    _changed("ReLU before BatchNorm", _in_order(0, 1, 3, 2)),
                    "the figure has BatchNorm before ReLU; the other way round its output is not even nonnegative",
                ),
                Mistake(
                    _changed(
                        "BatchNorm and ReLU behind the last convolution too",
                        lambda layers, *_: [*layers, BatchNorm(), ReLU()],
                    ),
                    "the last convolution gives the logits; a ReLU there forbids negative ones",
                ),
                Mistake(
                    _changed(
                        "no padding",
                        lambda layers, kernel, filters, colours: [
                            Conv(layer.channels, kernel) if isinstance(layer, Conv) else layer
                            for layer in layers
                        ],
                    ),
                    "without padding every convolution loses kernel - 1 rows and columns",
                ),
                Mistake(
                    _changed(
                        "NF channels in the middle",
                        lambda layers, kernel, filters, colours: [
                            Conv(filters, kernel, padding=kernel // 2) if place == 4 else layer
                            for place, layer in enumerate(layers)
                        ],
                    ),
                    "the second block doubles the channels to 2NF",
                ),
                Mistake(
                    _changed(
                        "NF channels up to the last convolution",
                        lambda layers, kernel, filters, colours: [
                            Conv(filters, kernel, padding=kernel // 2) if place == 12 else layer
                            for place, layer in enumerate(layers)
                        ],
                    ),
                    "the fourth block has NC channels already, and the last convolution goes from NC to NC",
                ),
            ),
        ),
        Part(
            name="pooling",
            asks="after training, max pooling moved behind BatchNorm and ReLU gives",
            form=Choice(ORDER),
            reference="scale",
            truth=Truth(_pooling_first_or_last, "both orders, with scales of either sign"),
            mistakes=(
                Mistake(
                    "always",
                    "with a negative scale BatchNorm turns the largest value into the smallest",
                ),
                Mistake("never", "a maximum passes through every map that does not decrease"),
            ),
        ),
        Part(
            name="upsampling",
            asks="in training, BatchNorm and ReLU moved before Upsample changes",
            form=Choice(EARLY),
            reference="variance",
            truth=Truth(
                _what_early_activation_changes, "one block in both orders", method=Method.COMPUTED
            ),
            mistakes=(
                Mistake(
                    "nothing",
                    "the running variance has the factor $N/(N-1)$, and the number $N$ of pixels is four times as large",
                ),
                Mistake(
                    "gradient", "each of four equal pixels passes its gradient on, in either order"
                ),
                Mistake(
                    "output",
                    "four copies of every pixel have the mean and the variance of the pixels",
                ),
            ),
        ),
    ),
    model_answer=r"""
Blocks `Sequential(Conv2d(a, b, kernel, padding=kernel // 2), MaxPool2d(2), BatchNorm2d(b), ReLU())` with
(a, b) = (NIC, NF), (NF, 2NF); `Sequential(Conv2d(a, b, ...), Upsample(scale_factor=2), BatchNorm2d(b),
ReLU())` with (2NF, NF), (NF, NC); at the end `Conv2d(NC, NC, kernel, padding=kernel // 2)` with nothing
behind it, as its outputs are logits. `forward` applies one after the other.
""",
)


# --- A2-4.3 -----------------------------------------------------------------------------------

PLAIN = Counting(biases=False, normalisation=False)


def counts(side: Any, rules: Counting = PLAIN) -> sizes.Counts:
    """The counts of figure 4a with kernel 3, in symbols."""
    return sizes.count(layers_of(3, NIC, NF, NC), (NIC, side, side), rules)


QUANTITIES = ("parameters", "neurons", "connections")


def latex(formula: Any) -> str:
    """A formula in NIC, NF and NC, whose names have more than one letter."""
    names = {symbol: rf"\mathrm{{{symbol.name}}}" for symbol in (NIC, NF, NC)}
    return sympy.latex(formula, symbol_names=names, mul_symbol=r"\,", mat_delim="(")


def _rules() -> Iterator[tuple[Counting, dict[tuple[str, ...], str]]]:
    """Usual conventions, ours first; to each its notes, by the quantities that they are about."""
    kinds = {
        "": LAYERS,
        "upsamplings not counted": frozenset({"convolution", "pooling"}),
        "convolutions alone counted": frozenset({"convolution"}),
    }
    for normal, (told, layers), zeros in product((False, True), kinds.items(), (True, False)):
        counted = layers | {"normalisation"} if normal else layers
        rules = Counting(
            biases=False, normalisation=normal, neurons=counted, connections=counted, padding=zeros
        )
        notes: dict[tuple[str, ...], str] = {}
        if normal:
            notes[QUANTITIES] = "BatchNorm counted as a layer of its own, its shift as a bias"
        if told:
            notes["neurons", "connections"] = told
        if not zeros:
            notes["connections",] = "without connections to the zeros outside"
        yield rules, notes


def _conventions(quantity: str, side: Any, of: Callable[..., sizes.Counts]) -> Iterator[Any]:
    """What other conventions give, each with its note; ours is left out."""
    ours = getattr(of(side), quantity)
    for rules, notes in _rules():
        value = getattr(of(side, rules), quantity)
        if sympy.expand(value - ours) != 0:
            yield value, "right, " + ", ".join(notes[key] for key in notes if quantity in key)
    if quantity == "parameters":
        yield (
            getattr(of(side, Counting(biases=False)), quantity) + 4 * NF + NC,
            "right, BatchNorm's scale and shift counted",
        )


def alternatives(quantity: str, side: Any, of: Callable[..., sizes.Counts]) -> Any:
    """The other usual counts, each once."""
    found: dict[Any, str] = {}
    for value, note in _conventions(quantity, side, of):
        found.setdefault(sympy.expand(value), note)
    return tuple(Alternative(value, note, "counting") for value, note in found.items())


@cache
def _tally(net: str, side: int, *channels: int) -> Any:
    from hwcode.colourization import NETS, tally

    return tally(NETS[net](3, *channels), (channels[0], side, side))


def tally_at(point: Any, side: int, net: str, quantity: str) -> sympy.Integer:
    """The net itself is run on one image, with hooks that count."""
    found = _tally(net, side, *(int(point[symbol]) for symbol in (NIC, NF, NC)))
    return sympy.Integer(getattr(found, quantity))


CHANNELS = (NIC, NF, NC)
TEN = tuple(numbers for numbers in product((1, 2, 3), repeat=3) if sum(numbers) <= 5)
"""Channel numbers at which nets are run: two polynomials of degree 2 that agree there are equal."""


@cache
def tallied(net: str, side: int, quantity: str) -> sympy.Expr:
    """The polynomial through ten counts by hooks.

    Every layer's count is a constant times a number of channels, or times a product of the number
    that comes in and the number that goes out, and these are multiples of NIC, NF and NC. So the
    whole is a polynomial of degree 2, which has ten coefficients.
    """
    monomials = sorted(itermonomials(CHANNELS, 2), key=str)
    rows = [[term.subs(dict(zip(CHANNELS, at, strict=True))) for term in monomials] for at in TEN]
    values = [tally_at(dict(zip(CHANNELS, at, strict=True)), side, net, quantity) for at in TEN]
    coefficients = Matrix(rows).LUsolve(Matrix(values))
    return sympy.expand(sum(c * term for c, term in zip(coefficients, monomials, strict=True)))


@cache
def tallied_at_all_sizes() -> ImmutableMatrix:
    """The counts of PoolUpsampleNet at the side n, through those at three sides.

    If 4 divides n no size is rounded, so each layer has a fixed share of the image's area: in n the
    counts have degree 2.
    """
    sides = (4, 8, 12)
    return ImmutableMatrix(
        [
            sympy.expand(
                sympy.interpolate([(side, tallied("pool", side, key)) for side in sides], n)
            )
            for key in ("weights", "outputs", "connections")
        ]
    )


def counted(
    name: str, asks: str, quantity: str, side: int, net: str, of: Any, mistakes: tuple[Mistake, ...]
) -> Part:
    """A part that asks for one of the three counts at one size."""
    names = {"parameters": "weights", "neurons": "outputs", "connections": "connections"}
    return Part(
        name=name,
        asks=asks,
        form=Formula(Domain(CHANNELS), "a formula"),
        reference=getattr(of(side), quantity),
        latex=latex(getattr(of(side), quantity)),
        truth=Truth(
            lambda point: tallied(net, side, names[quantity]).subs(point),
            "counts by hooks while the net runs, with ten choices of channels",
            degree=2,
        ),
        alternatives=alternatives(quantity, side, of),
        mistakes=mistakes,
    )


def general(rules: Counting = PLAIN) -> ImmutableMatrix:
    """The counts at the side n, a multiple of 4."""
    m = scalar("m", integer=True, positive=True)
    found = counts(4 * m, rules)
    return ImmutableMatrix([sympy.expand(getattr(found, key).subs(m, n / 4)) for key in QUANTITIES])


def _general_alternatives() -> tuple[Alternative, ...]:
    """The same under other conventions, each kept to in all three counts."""
    found: dict[Any, str] = {}
    for rules, notes in _rules():
        found.setdefault(general(rules), "right, " + ", ".join(notes.values()))
    found.pop(general())
    return tuple(Alternative(value, note, "counting") for value, note in found.items())


at_32, at_64 = counts(32), counts(64)
pools_32 = 4 * (256 * NF + 64 * 2 * NF) + 256 * NF + 1024 * NC

tally_question = Question(
    ids=("A2-4.3",),
    chapter=CHAPTER,
    title="weights, outputs and connections of PoolUpsampleNet",
    marks={"A2-4.3": 8},
    statement=r"""
How many weights, outputs and connections does PoolUpsampleNet have, with kernel 3, as functions of
NIC, NF and NC, for images of $32\times32$ pixels and for images of twice that height and width?
Biases are left out; BatchNorm may be.

*What counts: the outputs of convolutions, poolings and upsamplings; as connections the pairs of such an
output and a number that it is computed from, the zeros of the padding included. Other usual counts are
accepted and named. We also ask for any image side $n$ that is a multiple of 4.*
""",
    parts=(
        counted(
            "weights",
            "the number of weights",
            "parameters",
            32,
            "pool",
            counts,
            (
                Mistake(
                    9 * (NF + 2 * NF + NF + NC + NC),
                    "a filter has $3\\times3$ weights for each channel that comes in",
                    "counting",
                ),
                Mistake(
                    at_32.parameters + 4 * NF + 2 * NC,
                    "biases are not to be counted here",
                    "counting",
                ),
                Mistake(
                    9 * (NIC * NF + 2 * NF**2 + 2 * NF**2 + NF * NC + NF * NC),
                    "the last convolution goes from NC to NC channels, not from NF",
                ),
            ),
        ),
        counted(
            "outputs",
            "the number of outputs, 32 x 32",
            "neurons",
            32,
            "pool",
            counts,
            (
                Mistake(
                    2246 * NF + 2304 * NC,
                    "the terms add up to 2240 NF: $1024+256+512+128+64+256$",
                ),
                Mistake(
                    640 * NF + 2048 * NC,
                    "these are only the outputs of whole blocks; each convolution has outputs before its pooling or upsampling",
                ),
                Mistake(1024 * NC, "these are only the outputs of the net; every layer has some"),
            ),
        ),
        counted(
            "connections",
            "the number of connections, 32 x 32",
            "connections",
            32,
            "pool",
            counts,
            (
                Mistake(
                    at_32.parameters,
                    "these are the weights; a convolution uses each of them at every place",
                ),
                Mistake(
                    at_32.connections
                    - pools_32
                    + 4 * NF * 256 * NF
                    + 4 * (2 * NF) ** 2 * 64
                    + NF**2 * 256
                    + NC**2 * 1024,
                    "pooling and upsampling connect a channel to itself alone",
                ),
                Mistake(
                    9 * 1024 * (NIC * NF + 4 * NF**2 + NF * NC + NC**2),
                    "the four inner convolutions do not all run at full size: theirs are 16, 8, 16 and 32",
                ),
            ),
        ),
        counted(
            "weights_doubled",
            "the number of weights, 64 x 64",
            "parameters",
            64,
            "pool",
            counts,
            (
                Mistake(
                    4 * at_32.parameters,
                    "the filters stay the same; they are only used at more places",
                ),
            ),
        ),
        counted(
            "outputs_doubled",
            "the number of outputs, 64 x 64",
            "neurons",
            64,
            "pool",
            counts,
            (
                Mistake(2 * at_32.neurons, "height and width both double, so the area is fourfold"),
                Mistake(at_32.neurons, "only weights are independent of the image's size"),
            ),
        ),
        counted(
            "connections_doubled",
            "the number of connections, 64 x 64",
            "connections",
            64,
            "pool",
            counts,
            (
                Mistake(
                    2 * at_32.connections, "height and width both double, so the area is fourfold"
                ),
                Mistake(
                    16 * at_32.connections,
                    "the number of outputs is fourfold, that of each output's inputs is unchanged",
                ),
            ),
        ),
        Part(
            name="any_size",
            asks="weights, outputs and connections at the side $n$, a multiple of 4",
            form=Formula(
                Domain(
                    (*CHANNELS, n),
                    draw=lambda case, numbers: {n: 4 * numbers.number(n)},
                ),
                "a vector of three formulas",
            ),
            reference=general(),
            latex=latex(general()),
            truth=Truth(
                lambda point: tallied_at_all_sizes().subs(point),
                "counts by hooks while the net runs, at three sides, with ten choices of channels",
                degree=4,
            ),
            alternatives=_general_alternatives(),
            mistakes=(
                Mistake(
                    ImmutableMatrix(
                        [at_32.parameters, at_32.neurons * n / 32, at_32.connections * n / 32]
                    ),
                    "outputs and connections grow with the area of the image, not with its side",
                ),
                Mistake(
                    ImmutableMatrix(
                        [
                            key * (n / 32) ** 2
                            for key in (at_32.parameters, at_32.neurons, at_32.connections)
                        ]
                    ),
                    "weights do not depend on the size of the image",
                ),
            ),
        ),
    ),
    model_answer=r"""
Sizes 32, 16, 8, 16, 32, 32. **Weights**: $9\,(\mathrm{NIC\,NF}+2\mathrm{NF}^2+2\mathrm{NF}^2+\mathrm{NF\,NC}+\mathrm{NC}^2)$.
**Outputs**, layer by layer: $(1024+256+512+128+64+256)\,\mathrm{NF}+(256+1024+1024)\,\mathrm{NC}=2240\,\mathrm{NF}+2304\,\mathrm{NC}$.
**Connections**: a convolution has $9\,c_{in}c_{out}$ at each place, a pooling 4 and an upsampling 1 for each output:
$9216\,\mathrm{NIC\,NF}+5760\,\mathrm{NF}^2+2304\,\mathrm{NF\,NC}+9216\,\mathrm{NC}^2+1792\,\mathrm{NF}+1024\,\mathrm{NC}$.
With height and width doubled the weights are the same; outputs and connections are four times as many.
""",
    conventions=("counting", "zero-padding"),
)


# --- A2-4.2 -----------------------------------------------------------------------------------


@cache
def record_of(name: str) -> Record:
    """The record of an experiment."""
    from hwcode.experiments.colourization import EXPERIMENTS
    from hwcode.training.experiment import load

    return load(EXPERIMENTS[name])


def mean(record: str, metric: str) -> float:
    """The mean of a recorded metric over the seeds."""
    return float(record_of(record).metric(metric).mean())


def recorded(record: str, metric: str) -> Truth:
    """The truth of a number that was measured."""
    return Truth(
        lambda _: sympy.Float(mean(record, metric)),
        "the recorded mean over the seeds",
        method=Method.MEASURED,
    )


def measured(what: str) -> Number:
    """A number from a recorded run, right within 5 %."""
    return Number(what=what, tolerance=0.05, measured=True)


AGAINST_TABLE = {
    "better": "better than a table from the grey level of a pixel to its commonest colour",
    "same": "as good as such a table, within a point of accuracy",
    "worse": "worse than such a table",
}


def _against_the_table(_: Any) -> str:
    record = record_of("colourization")
    gains = record.metric("pool_val_accuracy") - record.metric("table_accuracy")
    if gains.min() > 0.01:
        return "better"
    return "worse" if gains.max() < -0.01 else "same"


ERRORS = {
    "colour": "mostly in chroma: the grey image does not tell the colour",
    "blur": "mostly in brightness, which the grey image does tell: the pictures are coarse",
}


def _where_the_error_is(_: Any) -> str:
    """Of the squared error, what is left when every pixel is given its true brightness."""
    record = record_of("colourization")
    chroma, whole = (record.metric(f"pool_error_{kind}") ** 2 for kind in ("chroma", "rgb"))
    return "colour" if (chroma / whole).mean() > 0.5 else "blur"


SATURATION = {
    "paler": "less colourful than the true images",
    "equal": "as colourful, within 5 %",
    "stronger": "more colourful",
}


def _how_colourful(_: Any) -> str:
    shown = mean("colourization", "pool_error_saturation")
    return "paler" if shown < 0.95 else "stronger" if shown > 1.05 else "equal"


training = Question(
    ids=("A2-4.2",),
    chapter=CHAPTER,
    title="training PoolUpsampleNet",
    marks={"A2-4.2": 4},
    statement=r"""
Train PoolUpsampleNet with cross-entropy and look at the pictures. Do they look good? Why, or why not?

*"Good" is a matter of taste, so we ask for measurements: the 5,000 training horses of CIFAR-10 (as JPEG
has altered them), kernel 3, NF = 32, 24 colours by k-means, Adam at $10^{-3}$, batch 100, 25 epochs;
means over five seeds, on the 1,000 horses of the test set. Numbers count as right within 5 %.
The error of a picture is taken apart: brightness is the mean of R, G and B, chroma the rest.*
""",
    parts=(
        Part(
            name="accuracy",
            asks="the validation accuracy after 25 epochs, as a fraction",
            form=measured("a fraction of pixels"),
            reference=sympy.Rational(40, 100),
            latex="0.40",
            truth=recorded("colourization", "pool_val_accuracy"),
            mistakes=(
                Mistake(sympy.Rational(1, 24), "this is the accuracy of guessing among 24 colours"),
                Mistake(
                    sympy.Rational(80, 100),
                    "neighbouring colours of the palette are close to each other, and fewer than half of the pixels get the right one",
                ),
            ),
        ),
        Part(
            name="loss",
            asks="the validation loss after 25 epochs",
            form=measured("nats for a pixel"),
            reference=sympy.Rational(159, 100),
            latex="1.59",
            truth=recorded("colourization", "pool_val_loss"),
            mistakes=(
                Mistake(sympy.log(24), "$\\log 24$ is the loss of a net that has learnt nothing"),
                Mistake(
                    sympy.Rational(159, 100) / sympy.log(2),
                    "in bits; PyTorch's cross-entropy has natural logarithms",
                    "logarithm",
                ),
            ),
        ),
        Part(
            name="table",
            asks="its accuracy compared with a table that looks at the grey level of one pixel alone",
            form=Choice(AGAINST_TABLE),
            reference="worse",
            truth=Truth(_against_the_table, "recorded accuracies", method=Method.MEASURED),
            mistakes=(
                Mistake(
                    "better",
                    "the table gives 62 % of the pixels their colour: the palette's colours differ mostly in brightness, which one pixel shows",
                ),
                Mistake("same", "the difference is more than one point of accuracy for every seed"),
            ),
        ),
        Part(
            name="error",
            asks="the squared error of its pictures is",
            form=Choice(ERRORS),
            reference="blur",
            truth=Truth(_where_the_error_is, "recorded errors", method=Method.MEASURED),
            mistakes=(
                Mistake(
                    "colour",
                    "given the true brightness of every pixel, less than half of the squared error is left",
                ),
            ),
        ),
        Part(
            name="saturation",
            asks="its pictures are, in the mean over all pixels,",
            form=Choice(SATURATION),
            reference="paler",
            truth=Truth(_how_colourful, "recorded chroma", method=Method.MEASURED),
            mistakes=(
                Mistake("equal", "the mean chroma is more than 5 % below that of the true images"),
                Mistake(
                    "stronger", "where the colour is uncertain the likeliest one is a dull one"
                ),
            ),
        ),
    ),
    model_answer=r"""
Not good. Validation loss is about 1.59 and accuracy 40 %; a table from the grey level of a single pixel to its
commonest colour gets 62 %. The pictures are coarse: two poolings forget where in a block the maximum was, and
upsampling repeats pixels, so that detail, which the grey input has, is lost; more than half of the squared error is
in brightness. They are pale: where grey leaves the colour open, the commonest one is chosen. And pixels are coloured
apart, each by its own largest logit, so there are specks.
""",
)


QUESTIONS = (net, training, tally_question)
