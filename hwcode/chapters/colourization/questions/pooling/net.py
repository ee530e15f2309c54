"""PoolUpsampleNet itself: which layers, in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hwcode import sizes
from hwcode.chapters.colourization.questions import slips
from hwcode.checking import Alternative, Choice, Mistake, Part, Question
from hwcode.checking.architectures import Architecture
from hwcode.sizes import AvgPool, BatchNorm, Conv, Layer, MaxPool, ReLU, Upsample

if TYPE_CHECKING:
    from torch import nn


__all__ = ["QUESTIONS"]


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
    from hwcode.chapters.colourization.nets import PoolUpsampleNet

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


def _strided(layers: list[Layer], kernel: int, filters: int, colours: int) -> list[Layer]:
    """Convolutions with stride 2, and no poolings."""
    first, second = (Conv(n, kernel, 2, kernel // 2) for n in (filters, 2 * filters))
    return [first, *layers[2:4], second, *layers[6:]]


def _pooled_late(layers: list[Layer], *_: int) -> list[Layer]:
    """BatchNorm and ReLU before the poolings."""
    first, second = layers[:4], layers[4:8]
    return [block[place] for block in (first, second) for place in (0, 2, 3, 1)] + layers[8:]


def _upsampled_once(layers: list[Layer], *_: int) -> list[Layer]:
    """No Upsample in the third block, one by 4 in the fourth."""
    return [*layers[:9], *layers[10:13], Upsample(4), *layers[14:]]


def _bilinear(kernel: int, num_in_channels: int, num_filters: int, num_colours: int) -> Any:
    """bilinear upsampling"""
    net: Any = pool_upsample_net(kernel, num_in_channels, num_filters, num_colours)
    for layer in net.modules():
        if hasattr(layer, "scale_factor"):
            layer.mode = "bilinear"
    return net


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


EARLY = {
    "variance": "nothing but the running variance, which counts each pixel once and not four times",
    "nothing": "nothing at all",
    "gradient": "the gradients of the convolution before it",
    "output": "the block's output",
}


net = Question(
    ids=("A2-4.1",),
    chapter="colourization_pooling",
    title="PoolUpsampleNet",
    marks={"A2-4.1": 8},
    statement=r"""
Write a class `PoolUpsampleNet(kernel, num_in_channels, num_filters, num_colours)` in PyTorch after
figure 4a: two blocks of convolution, $2\times2$ max pooling, BatchNorm and ReLU; two blocks of
convolution, upsampling by 2, BatchNorm and ReLU; and a last convolution by itself. With NIC, NF and NC
for the last three arguments, the channels are NIC, NF, 2NF, NF, NC, NC and the side of the image is
$n$, $n/2$, $n/4$, $n/2$, $n$, $n$.

*We take the padding that the starter's variable has, `kernel // 2`, which keeps sizes for odd kernels.
The arguments are passed by their names, so that they may stand in the starter's order as well. Layers
may be nested and named at will. Besides, we ask which neighbours in a block may change places.*
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
                instances=lambda: [(3, 1, 4, 6), (5, 3, 2, 5), (1, 2, 3, 4), (7, 1, 3, 5)],
                images=lambda kernel, channels, *_: [(channels, 16, 20), (channels, 32, 32)],
                spellings=slips.SPELLINGS,
                orders=(slips.STARTER,),
            ),
            reference=pool_upsample_net,
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
                Mistake(
                    _changed(
                        "padding 1 for every kernel",
                        lambda layers, kernel, *_: [
                            Conv(layer.channels, kernel, padding=1)
                            if isinstance(layer, Conv)
                            else layer
                            for layer in layers
                        ],
                    ),
                    "padding 1 fits kernel 3 only; `kernel // 2` keeps the size for every odd one",
                ),
                Mistake(
                    _changed(
                        "average pooling",
                        lambda layers, *_: [
                            AvgPool(2) if isinstance(layer, MaxPool) else layer for layer in layers
                        ],
                    ),
                    "the figure has max pooling",
                ),
                Mistake(
                    _changed(
                        "max pooling of 3 x 3 with stride 2",
                        lambda layers, *_: [
                            MaxPool(3, stride=2, padding=1) if isinstance(layer, MaxPool) else layer
                            for layer in layers
                        ],
                    ),
                    "the pooling is of 2 x 2 without overlap: it halves the size",
                ),
                Mistake(
                    _changed("strides in place of the poolings", _strided),
                    "the figure has a convolution and max pooling; strides are what ConvTransposeNet has",
                ),
                Mistake(
                    _changed("max pooling behind ReLU", _pooled_late),
                    "the figure pools before BatchNorm, whose mean and variance are those of the pooled maps",
                ),
                Mistake(
                    _changed("one Upsample by 4", _upsampled_once),
                    "both blocks on the way up double the size: 8, 16, 32",
                ),
                Mistake(
                    _bilinear,
                    "the handout takes Upsample's default, nearest: each pixel is repeated",
                ),
                *slips.shared(pool_upsample_net),
            ),
        ),
        Part(
            name="pooling",
            asks="after training, max pooling moved behind BatchNorm and ReLU gives",
            form=Choice(ORDER),
            reference="scale",
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
    hints=(
        "Follow the figure from left to right and note channels and sizes.",
        "Two kinds of block: convolution, pooling, BatchNorm, ReLU; and convolution, upsampling, BatchNorm, ReLU. The last convolution stands alone.",
        "`nn.Sequential(nn.Conv2d(a, b, kernel, padding=kernel // 2), nn.MaxPool2d(2), nn.BatchNorm2d(b), nn.ReLU())`. What must the last layer not have, if it is to give logits?",
    ),
    beyond=(
        "pooling",
        "upsampling",
    ),
    result="Two blocks down, two blocks up, and a last convolution that gives logits.",
    model_answer=r"""
Blocks `Sequential(Conv2d(a, b, kernel, padding=kernel // 2), MaxPool2d(2), BatchNorm2d(b), ReLU())` with
(a, b) = (NIC, NF), (NF, 2NF); `Sequential(Conv2d(a, b, ...), Upsample(scale_factor=2), BatchNorm2d(b),
ReLU())` with (2NF, NF), (NF, NC); at the end `Conv2d(NC, NC, kernel, padding=kernel // 2)` with nothing
behind it, as its outputs are logits. `forward` applies one after the other.
""",
)

QUESTIONS = (net,)
