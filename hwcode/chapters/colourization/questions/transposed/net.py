"""ConvTransposeNet itself: which layers, in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hwcode import sizes
from hwcode.chapters.colourization.questions import slips
from hwcode.checking import Alternative, Mistake, Part, Question
from hwcode.checking.architectures import Architecture
from hwcode.sizes import BatchNorm, Conv, ConvTranspose, Layer, ReLU, Upsample

if TYPE_CHECKING:
    from torch import nn

__all__ = ["QUESTIONS"]


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
    from hwcode.chapters.colourization.nets import ConvTransposeNet

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
    from hwcode.chapters.colourization.nets import ConvTransposeNet

    (padding,) = sizes.downsampling_paddings(kernel)
    ((_, extra),) = sizes.upsampling_paddings(kernel, dilation=dilation)
    given = (kernel, dilation, num_in_channels, num_filters, num_colours)
    return ConvTransposeNet(*given, padding=padding, output_padding=extra)


def _generalised_with_dilation(
    kernel: int, dilation: int, num_in_channels: int, num_filters: int, num_colours: int
) -> nn.Module:
    """Paddings that fit the kernel and the dilation"""
    given = (kernel, dilation, num_in_channels, num_filters, num_colours)
    layers = layers_of(*given, down=kernel // 2, up=(dilation * (kernel - 1) // 2, 1))
    return sizes.to_module(layers, (num_in_channels, 16, 16))


def _dilated_elsewhere(
    kernel: int, dilation: int, num_in_channels: int, num_filters: int, num_colours: int
) -> nn.Module:
    """the dilation is given to the convolutions on the way down too"""
    layers = layers_of(kernel, dilation, num_in_channels, num_filters, num_colours)
    dilated = [
        Conv(layer.channels, kernel, 2, 1, dilation)
        if isinstance(layer, Conv) and layer.stride == 2
        else layer
        for layer in layers
    ]
    return sizes.to_module(dilated, (num_in_channels, 128, 128))


FITTED = "right: with kernel 3 it is the same net, and with others it keeps the figure's sizes"

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
    chapter="colourization_transposed",
    title="ConvTransposeNet",
    marks={"A2-5.1": 4},
    statement=r"""
Write a class `ConvTransposeNet(kernel, dilation, num_in_channels, num_filters, num_colours)` after
figure 4b. It has the channels and sizes of PoolUpsampleNet. Two convolutions with stride 2 and padding
1 make the image smaller; two transposed convolutions with stride 2, padding 1 and output padding 1 make
it larger; BatchNorm and ReLU follow each of these four; a last convolution, with stride 1 and the
starter's padding, gives the logits.

*We take `kernel // 2` for the starter's padding, and `dilation` for the transposed convolutions; the
course always sets it to 1, and its starter has none: a class without it is right too. The arguments are
passed by their names. With kernel 3 the sizes are those of the figure; with other
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
                    "dilation": "of the transposed convolutions",
                    "num_in_channels": "NIC",
                    "num_filters": "NF",
                    "num_colours": "NC",
                },
                what="from N x NIC x H x W to N x NC x H x W, H and W multiples of 4",
                instances=lambda: [
                    (3, 1, 1, 4, 6),
                    (3, 1, 3, 2, 5),
                    (5, 1, 2, 3, 4),
                    (3, 2, 1, 3, 5),
                    (5, 3, 2, 4, 3),
                ],
                images=lambda kernel, dilation, channels, *_: [
                    (channels, 16, 20),
                    (channels, 32, 32),
                ],
                spellings=slips.SPELLINGS,
                orders=(slips.STARTER,),
                optional={
                    "dilation": (
                        1,
                        "without use of the argument dilation, which the course always sets to 1",
                    )
                },
            ),
            reference=conv_transpose_net,
            also_right=(WRITTEN_OUT,),
            alternatives=(
                Alternative(
                    _generalised,
                    FITTED,
                ),
                Alternative(_generalised_with_dilation, FITTED),
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
                Mistake(
                    _changed(
                        "padding 1 in the last convolution too",
                        _replaced(
                            lambda layer, place, kernel: (
                                Conv(layer.channels, kernel, padding=1)
                                if place == 12 and isinstance(layer, Conv)
                                else layer
                            )
                        ),
                    ),
                    "right with kernel 3; the last convolution takes the padding `kernel // 2`",
                ),
                Mistake(
                    _dilated_elsewhere,
                    "the dilation is that of the transposed convolutions; those on the way down have none",
                ),
                *slips.shared(conv_transpose_net),
            ),
        ),
    ),
    hints=(
        "Compare figure 4b with figure 4a: which layers make the image smaller, and which larger?",
        "A convolution with stride 2 halves the side; a transposed one with stride 2 and output padding 1 doubles it.",
        "`nn.ConvTranspose2d(a, b, kernel, stride=2, padding=1, output_padding=1, dilation=dilation)`, then BatchNorm and ReLU.",
    ),
    result="Strides in place of poolings, transposed convolutions in place of upsampling.",
    model_answer=r"""
Down: `Sequential(Conv2d(a, b, kernel, stride=2, padding=1), BatchNorm2d(b), ReLU())` with (a, b) =
(NIC, NF), (NF, 2NF). Up: `Sequential(ConvTranspose2d(a, b, kernel, stride=2, padding=1, output_padding=1,
dilation=dilation), BatchNorm2d(b), ReLU())` with (2NF, NF), (NF, NC). At the end `Conv2d(NC, NC, kernel,
padding=kernel // 2)` with nothing behind it.
""",
)

QUESTIONS = (net,)
