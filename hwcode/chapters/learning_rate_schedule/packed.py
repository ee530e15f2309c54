"""Several nets of one shape as a single one, with grouped convolutions: does that save time?"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from hwcode.chapters.learning_rate_schedule.all_cnn import AllCNN
from hwcode.checking.arguments import takes

__all__ = ["Repeated", "packed"]


@takes()
class Repeated(nn.Module):
    """The same images for each of several nets, side by side in the channels."""

    def __init__(self, copies: int) -> None:
        super().__init__()
        self.copies = copies

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """``N x (copies * C) x H x W`` from ``N x C x H x W``."""
        return images.repeat(1, self.copies, 1, 1)


@torch.no_grad()
@takes()
def packed(nets: Sequence[AllCNN]) -> nn.Sequential:
    """One net that computes what these do, side by side in its channels.

    No number of one copy meets one of another: convolutions have a group for each copy, and
    BatchNorm and dropout go by channels anyway. So the sum of the losses has each own gradient.

    Args:
        nets: of one shape; their weights are copied.

    Returns:
        A net from ``N x (copies * 3) x 32 x 32`` to ``N x (copies * classes)``.

    >>> packed([AllCNN((4, 8)), AllCNN((4, 8))])(torch.zeros(2, 6, 32, 32)).shape
    torch.Size([2, 20])
    """
    copies = len(nets)
    layers: list[nn.Module] = []
    for alike in zip(*(net.layers for net in nets), strict=True):
        first = alike[0]
        if isinstance(first, nn.Conv2d):
            layers.append(
                nn.Conv2d(
                    copies * first.in_channels,
                    copies * first.out_channels,
                    first.kernel_size[0],
                    first.stride[0],
                    padding=first.kernel_size[0] // 2,
                    groups=copies,
                )
            )
        elif isinstance(first, nn.BatchNorm2d):
            layers.append(nn.BatchNorm2d(copies * first.num_features))
        else:
            layers.append(first)
        states = [layer.state_dict() for layer in alike]
        for name, value in layers[-1].state_dict().items():
            if value.ndim:
                value.copy_(torch.cat([state[name] for state in states]))
    return nn.Sequential(*layers)
