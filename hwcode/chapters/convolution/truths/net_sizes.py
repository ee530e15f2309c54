"""What ``questions/net_sizes.py`` asks, from the definitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy
from numpy.lib.stride_tricks import sliding_window_view
from sympy import ImmutableMatrix

from hwcode.chapters.convolution.net import NET_INPUT
from hwcode.chapters.convolution.questions.net_sizes import NAMES, _column
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


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


TRUTHS = {
    "H2-3.2:parameters": Truth(_torch_parameters, "the parameters of the same net in PyTorch"),
    "H2-3.2:neurons": Truth(_torch_neurons, "the numbers that the layers return in PyTorch"),
    "H2-3.2:connections": Truth(
        _numbers_in_windows, "the numbers in all windows laid out, times the filters"
    ),
    "H2-3.2:fan_in": Truth(_numbers_in_one_window, "the numbers in one window of each layer"),
}
