"""The net of H2-3.2, layer by layer."""

from __future__ import annotations

from typing import Any

from hwcode.checking.arguments import between, takes
from hwcode.sizes import Conv, Flatten, Linear, MaxPool, Softmax

__all__ = ["NET_INPUT", "net"]

NET_INPUT = (3, 112, 112)
"""The input of H2-3.2: channels, height, width."""


@takes(padding=between(0, 10_000))
def net(padding: int = 1) -> list[Any]:
    """The net of H2-3.2, with the padding of its convolutions.

    >>> [layer.name for layer in net()][:3]
    ['Conv3-64', 'MaxPool2', 'Conv3-128']
    """
    return [
        Conv(64, 3, padding=padding),
        MaxPool(2),
        Conv(128, 3, padding=padding),
        MaxPool(2),
        Conv(256, 3, padding=padding),
        Conv(256, 3, padding=padding),
        MaxPool(2),
        Flatten(),
        Linear(1024),
        Linear(100),
        Softmax(),
    ]
