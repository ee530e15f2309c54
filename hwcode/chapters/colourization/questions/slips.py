"""What both nets' questions share: how their arguments are called, and what goes wrong in both."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hwcode.checking import Mistake

if TYPE_CHECKING:
    pass

__all__ = ["SPELLINGS", "STARTER", "shared"]

SPELLINGS = {
    "kernel": ("kernel_size", "k"),
    "num_in_channels": ("in_channels", "num_input_channels", "channels_in", "nic"),
    "num_filters": ("num_filter", "filters", "nf"),
    "num_colours": ("num_colors", "colours", "colors", "num_classes", "nc"),
}
STARTER = ("kernel", "num_filters", "num_colours", "num_in_channels")
"""The order of the course's starter."""

Net = Callable[..., Any]


def _rebuilt(make: Net, what: str, change: Callable[[Any], Any]) -> Net:
    """A net with some of its modules exchanged; ``what`` says which."""

    def changed(*arguments: int) -> Any:
        return change(make(*arguments))

    changed.__doc__ = what
    return changed


def _exchanged(kind: str, by: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """Put another module in the place of each of a kind: ``by(torch.nn, module)``."""

    def change(net: Any) -> Any:
        from torch import nn

        for parent in [*net.modules()]:
            for name, child in parent.named_children():
                if type(child) is getattr(nn, kind):
                    setattr(parent, name, by(nn, child))
        return net

    return change


def _followed(kind: str, **options: Any) -> Callable[[Any], Any]:
    def change(net: Any) -> Any:
        from torch import nn

        return nn.Sequential(net, getattr(nn, kind)(**options))

    return change


def _reflecting(nn: Any, conv: Any) -> Any:
    sizes = conv.in_channels, conv.out_channels, conv.kernel_size
    return nn.Conv2d(*sizes, conv.stride, conv.padding, padding_mode="reflect")


def _without_bias(nn: Any, conv: Any) -> Any:
    sizes = conv.in_channels, conv.out_channels, conv.kernel_size
    return nn.Conv2d(*sizes, conv.stride, conv.padding, bias=False)


LOGITS = "the net's outputs are logits: the cross-entropy has its own softmax"


def shared(make: Net) -> tuple[Mistake, ...]:
    """What goes wrong in either net, made out of the right one."""
    return (
        Mistake(_rebuilt(make, "a softmax at the end", _followed("Softmax", dim=1)), LOGITS),
        Mistake(_rebuilt(make, "a log-softmax at the end", _followed("LogSoftmax", dim=1)), LOGITS),
        Mistake(_rebuilt(make, "a sigmoid at the end", _followed("Sigmoid")), LOGITS),
        Mistake(
            _rebuilt(make, "a ReLU at the end", _followed("ReLU")),
            "the last convolution gives the logits; a ReLU there forbids negative ones",
        ),
        Mistake(
            _rebuilt(make, "no ReLU", _exchanged("ReLU", lambda nn, _: nn.Identity())),
            "without ReLU a block is nearly linear: the figure has one in each of the four",
        ),
        Mistake(
            _rebuilt(make, "LeakyReLU", _exchanged("ReLU", lambda nn, _: nn.LeakyReLU())),
            "the figure has ReLU, which lets nothing negative through",
        ),
        Mistake(
            _rebuilt(make, "no BatchNorm", _exchanged("BatchNorm2d", lambda nn, _: nn.Identity())),
            "BatchNorm belongs into each of the four blocks",
        ),
        Mistake(
            _rebuilt(make, "reflected borders", _exchanged("Conv2d", _reflecting)),
            "the convolutions pad with zeros, which is the default",
        ),
        Mistake(
            _rebuilt(make, "no biases", _exchanged("Conv2d", _without_bias)),
            "the convolutions have biases, which is the default",
        ),
    )
