"""The questions of the chapter on colourization by strided and transposed convolutions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import sympy
from sympy import ImmutableMatrix, Rational

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
from hwcode.checking.architectures import Architecture
from hwcode.checking.domain import Numbers
from hwcode.checking.verdict import Method
from hwcode.questions.colourization_pooling import (
    NC,
    NF,
    NIC,
    PLAIN,
    counted,
    mean,
    measured,
    record_of,
    recorded,
)
from hwcode.sizes import BatchNorm, Conv, ConvTranspose, Counting, Layer, ReLU, Upsample

if TYPE_CHECKING:
    from torch import nn

__all__ = ["QUESTIONS"]

CHAPTER = "colourization_transposed"

k, d = (scalar(name, integer=True, positive=True) for name in ("k", "d"))


# --- A2-5.1 -----------------------------------------------------------------------------------


def layers_of(
    kernel: int,
    dilation: int,
    channels_in: Any,
    filters: Any,
    colours: Any,
    down: int = 1,
    up: tuple[int, int] = (1, 1),
) -> list[Layer]:
    """Figure 4b as a list of layers, apart from the class that is the answer."""

    def spread(channels: Any) -> ConvTranspose:
        padding, extra = up
        return ConvTranspose(channels, kernel, 2, padding, dilation, output_padding=extra)

    return [
        Conv(filters, kernel, 2, down), BatchNorm(), ReLU(),
        Conv(2 * filters, kernel, 2, down), BatchNorm(), ReLU(),
        spread(filters), BatchNorm(), ReLU(),
        spread(colours), BatchNorm(), ReLU(),
        Conv(colours, kernel, padding=kernel // 2),
    ]  # fmt: skip


def conv_transpose_net(
    kernel: int, dilation: int, num_in_channels: int, num_filters: int, num_colours: int
) -> nn.Module:
    """The class ConvTransposeNet"""
    from hwcode.colourization import ConvTransposeNet

    return ConvTransposeNet(kernel, dilation, num_in_channels, num_filters, num_colours)


def _changed(what: str, change: Callable[[list[Layer], int, int, int], list[Layer]]) -> Any:
    """A net of figure 4b with other layers; ``what`` says which."""

    def make(
        kernel: int, dilation: int, num_in_channels: int, num_filters: int, num_colours: int
    ) -> nn.Module:
        layers = layers_of(kernel, dilation, num_in_channels, num_filters, num_colours)
        changed = change(layers, kernel, num_filters, num_colours)
        return sizes.to_module(changed, (num_in_channels, 16, 16))

    make.__doc__ = what
    return make


def _replaced(make: Callable[[Layer, int, int], Layer]) -> Callable[..., list[Layer]]:
    """Some layers replaced, by a function of the layer, its place and the kernel."""

    def change(layers: list[Layer], kernel: int, filters: int, colours: int) -> list[Layer]:
        return [make(layer, place, kernel) for place, layer in enumerate(layers)]

    return change


def _upsampled(layers: list[Layer], kernel: int, filters: int, colours: int) -> list[Layer]:
    """Convolution and Upsample in place of each transposed convolution."""
    changed: list[Layer] = []
    for layer in layers:
        if isinstance(layer, ConvTranspose):
            changed += [Conv(layer.channels, kernel, padding=kernel // 2), Upsample(2)]
        else:
            changed.append(layer)
    return changed


def _generalised(
    kernel: int, dilation: int, num_in_channels: int, num_filters: int, num_colours: int
) -> nn.Module:
    """Paddings that fit the kernel"""
    from hwcode.colourization import ConvTransposeNet

    (padding,) = sizes.downsampling_paddings(kernel)
    ((_, extra),) = sizes.upsampling_paddings(kernel, dilation=dilation)
    given = (kernel, dilation, num_in_channels, num_filters, num_colours)
    return ConvTransposeNet(*given, padding=padding, output_padding=extra)


def _by_a_list(arguments: tuple[int, int, int, int, int]) -> nn.Module:
    return sizes.to_module(layers_of(*arguments), (arguments[2], 16, 16))


WRITTEN_OUT = """
from torch import nn

class ConvTransposeNet(nn.Module):
    def __init__(self, kernel, dilation, num_in_channels, num_filters, num_colours):
        super().__init__()
        def block(layer, channels):
            return nn.Sequential(layer, nn.BatchNorm2d(channels), nn.ReLU())
        down, up = dict(stride=2, padding=1), dict(stride=2, padding=1, output_padding=1)
        up["dilation"] = dilation
        a, b, c, e = num_in_channels, num_filters, 2 * num_filters, num_colours
        self.first = block(nn.Conv2d(a, b, kernel, **down), b)
        self.second = block(nn.Conv2d(b, c, kernel, **down), c)
        self.third = block(nn.ConvTranspose2d(c, b, kernel, **up), b)
        self.fourth = block(nn.ConvTranspose2d(b, e, kernel, **up), e)
        self.last = nn.Conv2d(e, e, kernel, padding=kernel // 2)

    def forward(self, x):
        return self.last(self.fourth(self.third(self.second(self.first(x)))))
"""

net = Question(
    ids=("A2-5.1",),
    chapter=CHAPTER,
    title="ConvTransposeNet",
    marks={"A2-5.1": 4},
    statement=r"""
Write a class `ConvTransposeNet(kernel, dilation, num_in_channels, num_filters, num_colours)` after
figure 4b. It has the channels and sizes of PoolUpsampleNet. Two convolutions with stride 2 and padding
1 make the image smaller; two transposed convolutions with stride 2, padding 1 and output padding 1 make
it larger; BatchNorm and ReLU follow each of these four; a last convolution, with stride 1 and the
starter's padding, gives the logits.

*We take `kernel // 2` for the starter's padding, and `dilation` for the transposed convolutions; the
handout always sets it to 1, and so do we. With kernel 3 the sizes are those of the figure; with other
kernels these paddings give others, see A2-5.4.*
""",
    parts=(
        Part(
            name="net",
            asks="the class",
            form=Architecture(
                name="ConvTransposeNet",
                parameters={
                    "kernel": "odd",
                    "dilation": "1",
                    "num_in_channels": "NIC",
                    "num_filters": "NF",
                    "num_colours": "NC",
                },
                what="from N x NIC x H x W to N x NC x H x W, H and W multiples of 4",
                instances=lambda: [(3, 1, 1, 4, 6), (3, 1, 3, 2, 5), (5, 1, 2, 3, 4)],
                image=lambda kernel, dilation, channels, *_: (channels, 16, 20),
            ),
            reference=conv_transpose_net,
            truth=Truth(_by_a_list, "the layers of the figure as a list", method=Method.SAMPLED),
            also_right=(WRITTEN_OUT,),
            alternatives=(
                Alternative(
                    _generalised,
                    "right: with kernel 3 it is the same net, and with others it keeps the figure's sizes",
                ),
            ),
            mistakes=(
                Mistake(
                    _changed(
                        "no output padding",
                        _replaced(
                            lambda layer, place, kernel: (
                                ConvTranspose(layer.channels, kernel, 2, 1)
                                if isinstance(layer, ConvTranspose)
                                else layer
                            )
                        ),
                    ),
                    "with kernel 3 and padding 1 a map of 8 becomes one of 15; the output padding makes it 16",
                ),
                Mistake(
                    _changed("convolutions and Upsample on the way up", _upsampled),
                    "transposed convolutions take the place of convolution and Upsample together",
                ),
                Mistake(
                    _changed(
                        "stride 1 in the second convolution",
                        _replaced(
                            lambda layer, place, kernel: (
                                Conv(layer.channels, kernel, 1, 1)
                                if place == 3 and isinstance(layer, Conv)
                                else layer
                            )
                        ),
                    ),
                    "both convolutions on the way down have stride 2: 32, 16, 8",
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
                        "no BatchNorm on the way up",
                        lambda layers, *_: [
                            layer
                            for place, layer in enumerate(layers)
                            if place < 6 or not isinstance(layer, BatchNorm)
                        ],
                    ),
                    "BatchNorm follows the transposed convolutions as well",
                ),
                Mistake(
                    _changed(
                        "NF channels up to the last convolution",
                        lambda layers, kernel, filters, colours: [
                            ConvTranspose(filters, kernel, 2, 1, output_padding=1)
                            if place == 9
                            else layer
                            for place, layer in enumerate(layers)
                        ],
                    ),
                    "the fourth block has NC channels already, and the last convolution goes from NC to NC",
                ),
            ),
        ),
    ),
    model_answer=r"""
Down: `Sequential(Conv2d(a, b, kernel, stride=2, padding=1), BatchNorm2d(b), ReLU())` with (a, b) =
(NIC, NF), (NF, 2NF). Up: `Sequential(ConvTranspose2d(a, b, kernel, stride=2, padding=1, output_padding=1,
dilation=dilation), BatchNorm2d(b), ReLU())` with (2NF, NF), (NF, NC). At the end `Conv2d(NC, NC, kernel,
padding=kernel // 2)` with nothing behind it.
""",
)


# --- A2-5.4 -----------------------------------------------------------------------------------


def _torch_size(kind: str, size: int, kernel: int, **geometry: int) -> int:
    """The size that PyTorch makes, 0 if nothing is left; on the meta device, where nothing is computed."""
    import torch
    from torch.nn import functional

    image, weights = (torch.empty(1, 1, length, device="meta") for length in (size, kernel))
    try:
        return int(getattr(functional, kind)(image, weights, **geometry).shape[-1])
    except RuntimeError:
        return 0


@cache
def _fitting(kernel: int, dilation: int = 1) -> tuple[list[int], list[tuple[int, int]]]:
    """All paddings, and pairs for the transposed convolution, that give figure 4b's sizes."""
    tried = range(dilation * kernel + 3)
    down = [
        p
        for p in tried
        if all(_torch_size("conv1d", 2 * m, kernel, stride=2, padding=p) == m for m in (16, 8))
    ]
    up = [
        (p, o)
        for p, o in product(tried, (0, 1))
        if all(
            _torch_size(
                "conv_transpose1d",
                m,
                kernel,
                stride=2,
                padding=p,
                output_padding=o,
                dilation=dilation,
            )
            == 2 * m
            for m in (8, 16)
        )
    ]
    return down, up


def _three(kernel: int, dilation: int = 1) -> ImmutableMatrix:
    (down,), ((up, extra),) = _fitting(kernel, dilation)
    return ImmutableMatrix([down, up, extra])


def _larger_kernel(case: Mapping[Any, Any], numbers: Numbers) -> dict[Any, Any]:
    """A kernel at random, beyond those that are gone through one by one."""
    if case:
        return {}
    kernel, dilation = numbers.source.randrange(8, 21), numbers.source.choice((1, 2))
    return {k: sympy.Integer(kernel), d: sympy.Integer(dilation)}


UNIQUE = {
    "one": "exactly one, for every kernel size",
    "odd": "one for odd kernels, none for even ones",
    "several": "several, for some kernel sizes",
}


def _how_many(_: Any) -> str:
    """All kernels up to 9, all paddings that could matter, in PyTorch."""
    numbers = {len(down) * len(up) for down, up in map(_fitting, range(1, 10))}
    return "one" if numbers == {1} else "odd" if numbers == {0, 1} else "several"


LAST = {
    "none": "none: 32 becomes 31 or 33",
    "one": "padding 1",
    "two": "padding 2",
}


def _last_padding(_: Any) -> str:
    fits = [p for p in range(6) if _torch_size("conv1d", 32, 4, padding=p) == 32]
    return {(): "none", (1,): "one", (2,): "two"}[tuple(fits)]


PADDINGS = "a vector of three numbers: padding of the convolutions; padding and output padding of the transposed ones"

paddings = Question(
    ids=("A2-5.4",),
    chapter=CHAPTER,
    title="paddings for kernels 4 and 5",
    marks={"A2-5.4": 4},
    statement=r"""
Which padding must the two strided convolutions have, and which padding and output padding the two
transposed ones, so that with kernel 4 and with kernel 5 all tensors keep the shapes of figure 4b?
*We ask for every kernel and dilation, how many choices there are, and what happens to the last
convolution, which the handout does not mention.*
""",
    parts=(
        Part(
            name="four",
            asks="kernel 4",
            form=Formula(what=PADDINGS),
            reference=ImmutableMatrix([1, 1, 0]),
            truth=Truth(lambda _: _three(4), "all paddings tried out in PyTorch"),
            also_right=("[1, 1, 0]",),
            mistakes=(
                Mistake(
                    ImmutableMatrix([1, 1, 1]),
                    "with output padding 1 a map of 8 becomes one of 17: $7\\cdot2-2+4+1$",
                ),
                Mistake(ImmutableMatrix([2, 2, 0]), "padding 2 makes 17 of 32: $(32+4-4)/2+1$"),
                Mistake(
                    ImmutableMatrix([1, 2, 2]),
                    "this has the right sizes, but an output padding has to be less than the stride",
                ),
            ),
        ),
        Part(
            name="five",
            asks="kernel 5",
            form=Formula(what=PADDINGS),
            reference=ImmutableMatrix([2, 2, 1]),
            truth=Truth(lambda _: _three(5), "all paddings tried out in PyTorch"),
            mistakes=(
                Mistake(
                    ImmutableMatrix([1, 1, 1]),
                    "these are the paddings for kernel 3; with kernel 5 they make 15 of 32",
                ),
                Mistake(
                    ImmutableMatrix([2, 2, 0]),
                    "without output padding a map of 8 becomes one of 15",
                ),
                Mistake(
                    ImmutableMatrix([Rational(3, 2), 2, 1]),
                    "$p=3/2$ solves the equation without the floor; a padding is a whole number",
                ),
            ),
        ),
        Part(
            name="any",
            asks="kernel $k$, the transposed convolutions with dilation $d$, their output padding below the stride"
            " (`floor(x)` rounds down)",
            form=Formula(
                Domain(
                    (k, d),
                    (*({k: a, d: b} for a in range(1, 8) for b in (1, 2)), {}),
                    draw=_larger_kernel,
                ),
                PADDINGS,
            ),
            reference=ImmutableMatrix(
                [
                    sympy.floor((k - 1) / 2),
                    sympy.floor(d * (k - 1) / 2),
                    1 - d * (k - 1) + 2 * sympy.floor(d * (k - 1) / 2),
                ]
            ),
            latex=r"\Big\lfloor\frac{k-1}2\Big\rfloor,\quad \Big\lfloor\frac{d(k-1)}2\Big\rfloor,\quad 1-\big(d(k-1)\bmod 2\big)",
            truth=Truth(
                lambda point: _three(int(point[k]), int(point[d])),
                "all paddings tried out in PyTorch",
            ),
            mistakes=(
                Mistake(
                    ImmutableMatrix(
                        [
                            sympy.floor(k / 2),
                            sympy.floor(k / 2),
                            k - 2 * sympy.floor(k / 2),
                        ]
                    ),
                    "right for odd kernels without dilation; for kernel 4 the padding is 1, not 2",
                ),
                Mistake(
                    ImmutableMatrix(
                        [
                            sympy.floor((k - 1) / 2),
                            sympy.floor((k - 1) / 2),
                            k - 2 * sympy.floor(k / 2),
                        ]
                    ),
                    "right without dilation; a dilated kernel spans $d(k-1)+1$ places",
                ),
            ),
        ),
        Part(
            name="choices",
            asks="how many such choices are there, without dilation and with equal padding on both sides?",
            form=Choice(UNIQUE),
            reference="one",
            truth=Truth(_how_many, "all paddings tried out in PyTorch, kernels 1 to 9"),
            mistakes=(
                Mistake("odd", "with stride 2 even kernels work too; with stride 1 they would not"),
                Mistake(
                    "several",
                    "the padding has to be one of two consecutive halves, of which one is whole",
                ),
            ),
        ),
        Part(
            name="last",
            asks="with kernel 4, the padding with which the last convolution (stride 1) keeps $32\\times32$",
            form=Choice(LAST),
            reference="none",
            truth=Truth(_last_padding, "all paddings tried out in PyTorch"),
            mistakes=(
                Mistake("one", "$32+2-4+1=31$"),
                Mistake("two", "$32+4-4+1=33$"),
            ),
        ),
    ),
    model_answer=r"""
A strided convolution takes $2m$ to $\lfloor(2m+2p-k)/2\rfloor+1=m+\lfloor(2p-k)/2\rfloor+1$: it is $m$
exactly if $2p\in\{k-2,k-1\}$. A transposed one takes $m$ to $2m-2-2p+k+o$: it is $2m$ exactly if
$2p=k-2+o$, with $o\in\{0,1\}$. So **kernel 4**: padding 1 for the convolutions, padding 1 and output
padding 0 for the transposed ones; **kernel 5**: padding 2, padding 2 and output padding 1; no other
choice. The last convolution needs padding 2 with kernel 5; with kernel 4 no equal padding keeps the
size (pad 1 on one side and 2 on the other, `padding="same"`).
""",
    conventions=("zero-padding",),
)


# --- A2-5.3, the part that is exact ------------------------------------------------------------


def counts(side: Any, rules: Counting = PLAIN) -> sizes.Counts:
    """The counts of figure 4b with kernel 3, in symbols."""
    return sizes.count(layers_of(3, 1, NIC, NF, NC), (NIC, side, side), rules)


# --- A2-5.2 -----------------------------------------------------------------------------------


STILL = {
    "falls": "it still falls: lower in the last five epochs than in the five before, for every seed",
    "flat": "it has stopped falling",
    "rises": "it rises again",
}


def _is_it_done(_: Any) -> str:
    losses = record_of("colourization").curve("transpose_val_loss")
    change = losses[:, -5:].mean(axis=1) - losses[:, -10:-5].mean(axis=1)
    return "falls" if change.max() < 0 else "rises" if change.min() > 0 else "flat"


GAP = {
    "none": "hardly: less than 0.05 nats between training and validation",
    "strong": "clearly: more than 0.05 nats",
}


def _does_it_overfit(_: Any) -> str:
    gap = mean("colourization", "transpose_val_loss") - mean(
        "colourization", "transpose_train_loss"
    )
    return "strong" if gap > 0.05 else "none"


training = Question(
    ids=("A2-5.2",),
    chapter=CHAPTER,
    title="training ConvTransposeNet",
    marks={"A2-5.2": 4},
    statement=r"""
Train ConvTransposeNet for at least 25 epochs with batch size 100 and kernel 3, and plot the training
curve. *We ask what there is to be read off the curve; set-up and data are those of A2-4.2, means over
five seeds, numbers within 5 %.*
""",
    parts=(
        Part(
            name="start",
            asks="the loss of a net that gives every colour the same probability",
            form=Number(what="nats for a pixel"),
            reference=sympy.log(24),
            truth=Truth(
                lambda _: -sum(Rational(1, 24) * sympy.log(Rational(1, 24)) for _ in range(24)),
                "the cross-entropy by its definition",
            ),
            also_right=("log(24)", "log(8) + log(3)"),
            mistakes=(
                Mistake(
                    sympy.log(24, 2),
                    "in bits; PyTorch's cross-entropy has natural logarithms",
                    "logarithm",
                ),
                Mistake(sympy.log(10), "there are 24 colours, not ten classes"),
                Mistake(sympy.Integer(0), "loss 0 means that every pixel is right with certainty"),
            ),
        ),
        Part(
            name="loss",
            asks="the validation loss after 25 epochs",
            form=measured("nats for a pixel"),
            reference=Rational(114, 100),
            latex="1.14",
            truth=recorded("colourization", "transpose_val_loss"),
            mistakes=(
                Mistake(Rational(159, 100), "this is the loss of PoolUpsampleNet"),
                Mistake(sympy.log(24), "$\\log 24$ is the loss of a net that has learnt nothing"),
            ),
        ),
        Part(
            name="accuracy",
            asks="the validation accuracy after 25 epochs, as a fraction",
            form=measured("a fraction of pixels"),
            reference=Rational(54, 100),
            latex="0.54",
            truth=recorded("colourization", "transpose_val_accuracy"),
            mistakes=(
                Mistake(Rational(40, 100), "this is the accuracy of PoolUpsampleNet"),
                Mistake(Rational(1, 24), "this is the accuracy of guessing among 24 colours"),
            ),
        ),
        Part(
            name="curve",
            asks="the validation loss at the end of the 25 epochs",
            form=Choice(STILL),
            reference="falls",
            truth=Truth(_is_it_done, "recorded curves of every seed", method=Method.MEASURED),
            mistakes=(
                Mistake("flat", "the mean over five epochs is still going down for every seed"),
                Mistake("rises", "no seed has a higher loss at the end than five epochs before"),
            ),
        ),
        Part(
            name="overfitting",
            asks="does the net overfit by then?",
            form=Choice(GAP),
            reference="none",
            truth=Truth(_does_it_overfit, "recorded losses", method=Method.MEASURED),
            mistakes=(
                Mistake(
                    "strong",
                    "50 thousand weights are few for the 5.1 million labelled pixels of 5,000 images",
                ),
            ),
        ),
    ),
    model_answer=r"""
The loss starts near $\log24\approx3.18$, falls steeply in the first epochs and slowly to the end: after
25 epochs the validation loss is about 1.14 and the accuracy 54 %. Training and validation loss lie close
together, and both are still falling: the net does not overfit, and more updates would help.
""",
    conventions=("logarithm",),
)


# --- A2-5.3, measured ---------------------------------------------------------------------------

LOWER = {
    "every": "yes, with every seed",
    "some": "yes with some seeds, no with others",
    "no": "no, with every seed",
}


def _is_it_lower(_: Any) -> str:
    record = record_of("colourization")
    lower = record.metric("transpose_val_loss") < record.metric("pool_val_loss")
    return "every" if lower.all() else "some" if lower.any() else "no"


MORE = {
    "same": "both have the same number",
    "transpose": "ConvTransposeNet has more",
    "pool": "PoolUpsampleNet has more",
}


def _who_has_more(_: Any) -> str:
    from hwcode.colourization import NETS, parameters

    pool, transpose = (parameters(NETS[name](3, 1, 32, 24)) for name in ("pool", "transpose"))
    return "same" if pool == transpose else "pool" if pool > transpose else "transpose"


HALVES = {
    "both": "neither: each alone closes less than a third of the gap, it takes both",
    "up": "mainly the way up: transposed convolutions in place of convolution and Upsample",
    "down": "mainly the way down: strided convolutions in place of convolution and max pooling",
}


def shares() -> dict[str, float]:
    """Which share of the gap in validation loss is closed by exchanging one half alone."""
    record = record_of("colourization_halves")
    names = "pool", "transpose", "pool_transpose", "stride_upsample"
    loss = {name: record.metric(f"{name}_val_loss").mean() for name in names}
    gap = loss["pool"] - loss["transpose"]
    return {
        "up": (loss["pool"] - loss["pool_transpose"]) / gap,
        "down": (loss["pool"] - loss["stride_upsample"]) / gap,
    }


def _which_half(_: Any) -> str:
    found = shares()
    if max(found.values()) < 1 / 3:
        return "both"
    return max(found, key=lambda half: found[half])


SKIPS = {
    "lower": "lower, with every seed",
    "same": "no difference beyond the seeds",
    "higher": "higher",
}


def _unet(_: Any) -> str:
    record = record_of("colourization")
    change = record.metric("unet_val_loss") - record.metric("transpose_val_loss")
    return "lower" if change.max() < 0 else "higher" if change.min() > 0 else "same"


at_32 = counts(32)

comparison = Question(
    ids=("A2-5.3",),
    chapter=CHAPTER,
    title="the two nets compared",
    marks={"A2-5.3": 4},
    statement=r"""
How do the results of ConvTransposeNet compare with those of PoolUpsampleNet? Is its validation loss
lower? Why may that be?

*For the "why" we count, and we train both nets and two more, each made of one half of either, with three
seeds. Also the U-Net that the handout's figure mentions and leaves out: here ConvTransposeNet with skip
connections.*
""",
    parts=(
        Part(
            name="lower",
            asks="is the validation loss of ConvTransposeNet lower after 25 epochs?",
            form=Choice(LOWER),
            reference="every",
            truth=Truth(_is_it_lower, "the recorded losses of every seed", method=Method.MEASURED),
            mistakes=(
                Mistake("some", "the gap is many times as large as the spread over the seeds"),
                Mistake("no", "it is about 1.14 against 1.59"),
            ),
        ),
        Part(
            name="parameters",
            asks="which of the two has more learnable parameters?",
            form=Choice(MORE),
            reference="same",
            truth=Truth(_who_has_more, "the parameters of both nets in PyTorch"),
            mistakes=(
                Mistake(
                    "transpose",
                    "a transposed convolution from a to b channels has the weights and biases of a convolution from a to b",
                ),
                Mistake("pool", "neither poolings nor upsamplings have parameters"),
            ),
        ),
        counted(
            "weights",
            "its number of weights, biases and BatchNorm apart, kernel 3",
            "parameters",
            32,
            "transpose",
            counts,
            (
                Mistake(
                    at_32.parameters + 9 * NC**2,
                    "there are five layers with weights, and only the last goes from NC to NC",
                ),
            ),
        ),
        counted(
            "outputs",
            "its number of outputs, 32 x 32, counted as in A2-4.3",
            "neurons",
            32,
            "transpose",
            counts,
            (
                Mistake(
                    2240 * NF + 2304 * NC,
                    "this is PoolUpsampleNet's; here stride and transposed convolution leave no maps in between",
                ),
            ),
        ),
        counted(
            "connections",
            "its number of connections, 32 x 32",
            "connections",
            32,
            "transpose",
            counts,
            (
                Mistake(
                    9216 * NIC * NF
                    + 5760 * NF**2
                    + 2304 * NF * NC
                    + 9216 * NC**2
                    + 1792 * NF
                    + 1024 * NC,
                    "this is PoolUpsampleNet's; a strided convolution computes a quarter of the places",
                ),
                Mistake(
                    at_32.connections + 3 * (9 * 64 * 2 * NF**2 + 9 * 256 * NF * NC),
                    "each input of a transposed convolution has 9 connections to an output channel, not each output",
                ),
            ),
        ),
        Part(
            name="half",
            asks="which half makes the difference? Starting from PoolUpsampleNet, one half is exchanged alone",
            form=Choice(HALVES),
            reference="both",
            truth=Truth(_which_half, "recorded losses of the mixed nets", method=Method.MEASURED),
            mistakes=(
                Mistake(
                    "down",
                    "without poolings, but with Upsample, the loss is still far nearer to PoolUpsampleNet's",
                ),
                Mistake(
                    "up",
                    "with transposed convolutions behind poolings the loss hardly falls: what the poolings forgot can't be drawn",
                ),
            ),
        ),
        Part(
            name="unet",
            asks="the validation loss of the U-Net compared with ConvTransposeNet's",
            form=Choice(SKIPS),
            reference="lower",
            truth=Truth(_unet, "the recorded losses of every seed", method=Method.MEASURED),
            mistakes=(
                Mistake(
                    "same", "the finer maps that are appended help, by more than the seeds differ"
                ),
                Mistake("higher", "the appended maps can be ignored, and are not"),
            ),
        ),
    ),
    model_answer=r"""
Yes, with every seed: validation loss about 1.14 against 1.59, accuracy 54 % against 40 %, and sharper pictures.
Not because of more parameters: both have 49,728, and ConvTransposeNet has fewer connections.
PoolUpsampleNet throws away where in each block the maximum was, and its upsampling can only repeat
pixels; a transposed convolution learns to place four different pixels. Either exchange alone gains little; it takes both. The U-Net, which
hands the fine maps on, is better still. What improves is brightness; chroma is guessed no better.
""",
    conventions=("counting",),
)


# --- A2-5.5 -----------------------------------------------------------------------------------

BATCHES = (32, 64, 128, 256, 512)
SIZES = ("32", "128", "512")
SWEEP = "colourization_batch_sizes"


def _updates(count: int, batch: int, epochs: int = 25) -> int:
    """By going through the epochs, the last minibatch of each smaller."""
    return sum(1 for _ in range(epochs) for start in range(0, count, batch))


def _in_order_of_loss(_: Any) -> tuple[str, ...]:
    losses = {size: mean(SWEEP, f"epochs_{size}_val_loss") for size in SIZES}
    return tuple(sorted(SIZES, key=lambda size: losses[size]))


EQUAL = {
    "large": "the large one has the lower loss",
    "small": "the small one has the lower loss",
    "same": "no difference beyond the seeds",
}


def _at_equal_updates(_: Any) -> str:
    """250 updates: batch 32 and, as its 25 epochs are just so many, batch 512."""
    record = record_of(SWEEP)
    change = record.metric("epochs_512_val_loss") - record.metric("updates_32_val_loss")
    return "large" if change.max() < 0 else "small" if change.min() > 0 else "same"


SCALED = {
    "part": "part of the gap to batch 32 is closed",
    "all": "all of it is closed",
    "none": "nothing is gained",
}


def scaled_share() -> float:
    """Which share of the gap between batch 512 and batch 32 a larger rate closes."""
    small, large, scaled = (
        mean(SWEEP, f"{arm}_val_loss") for arm in ("epochs_32", "epochs_512", "scaled_512")
    )
    return (large - scaled) / (large - small)


def _what_scaling_does(_: Any) -> str:
    share = scaled_share()
    return "all" if share > 0.95 else "part" if share > 0.05 else "none"


batch_size = Question(
    ids=("A2-5.5",),
    chapter=CHAPTER,
    title="the effect of the batch size",
    marks={"A2-5.5": 0},
    statement=r"""
Train ConvTransposeNet with batch sizes 32, 64, 128, 256 and 512 for the same number of epochs. What is
the effect on training and validation loss, and on the pictures?

*Equal epochs are not equal numbers of updates, so we compare at equal updates, too. Recorded with three
seeds on the 5,000 horses (25 epochs, Adam at $10^{-3}$), where batch 512 makes 250 updates.*
""",
    parts=(
        Part(
            name="updates",
            asks="the number of updates in 25 epochs of 5,000 images, with batch sizes 32 and 512",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([25 * 157, 25 * 10]),
            truth=Truth(
                lambda _: ImmutableMatrix([_updates(5000, 32), _updates(5000, 512)]),
                "counting them one by one",
            ),
            mistakes=(
                Mistake(
                    ImmutableMatrix([Rational(25 * 5000, 32), Rational(25 * 5000, 512)]),
                    "the last minibatch of an epoch is smaller, and is an update too",
                ),
                Mistake(
                    ImmutableMatrix([25 * 156, 25 * 9]),
                    "right if the last, smaller minibatch of each epoch is dropped; here it is not",
                ),
                Mistake(ImmutableMatrix([157, 10]), "these are the updates of one epoch"),
            ),
        ),
        Part(
            name="epochs",
            asks="at equal epochs, by validation loss",
            form=Ordering(SIZES, "lowest loss first"),
            reference=SIZES,
            truth=Truth(
                _in_order_of_loss, "the recorded means over the seeds", method=Method.MEASURED
            ),
            mistakes=(
                Mistake(
                    SIZES[::-1],
                    "the largest batch makes the fewest updates in an epoch, and has got least far",
                ),
                Mistake(
                    ("128", "32", "512"),
                    "over these sizes there is no best one in the middle",
                ),
            ),
        ),
        Part(
            name="equal",
            asks="after 250 updates each, batch 512 against batch 32, by validation loss",
            form=Choice(EQUAL),
            reference="large",
            truth=Truth(
                _at_equal_updates, "the recorded losses of every seed", method=Method.MEASURED
            ),
            mistakes=(
                Mistake(
                    "small",
                    "the gradient of the larger batch is less noisy; what it costs more is computation, not updates",
                ),
                Mistake("same", "the difference has the same sign for every seed"),
            ),
        ),
        Part(
            name="rate",
            asks="at equal epochs, batch 512 with the rate multiplied by $\\sqrt{512/100}$",
            form=Choice(SCALED),
            reference="part",
            truth=Truth(_what_scaling_does, "recorded losses", method=Method.MEASURED),
            mistakes=(
                Mistake(
                    "all", "batch 32 makes almost sixteen times as many updates, and stays ahead"
                ),
                Mistake("none", "larger steps make up for some of the missing ones"),
            ),
        ),
    ),
    model_answer=r"""
At equal epochs the loss rises with the batch size, for training and validation alike, and the pictures
get coarser: batch 32 makes 3,925 updates in 25 epochs of 5,000 images, batch 512 only 250, at the same
rate. That is not a fault of large batches: after equal numbers of updates the large batch is ahead, as
its gradients are less noisy, for sixteen times the computation. A larger rate makes up for part of the
missing updates. Training and validation loss stay together, so none of this is about generalisation.
""",
)


QUESTIONS = (net, training, comparison, paddings, batch_size)
