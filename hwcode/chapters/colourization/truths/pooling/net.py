"""What ``questions/pooling/net.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import numpy as np

from hwcode import sizes
from hwcode.chapters.colourization.questions.pooling.net import layers_of
from hwcode.checking import Truth
from hwcode.checking.verdict import Method

__all__ = ["TRUTHS"]


def _by_a_list(arguments: tuple[int, int, int, int]) -> Any:
    return sizes.to_module(layers_of(*arguments), (arguments[1], 64, 64))


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


TRUTHS = {
    "A2-4.1:net": Truth(_by_a_list, "the layers of the figure as a list", method=Method.SAMPLED),
    "A2-4.1:pooling": Truth(_pooling_first_or_last, "both orders, with scales of either sign"),
    "A2-4.1:upsampling": Truth(
        _what_early_activation_changes, "one block in both orders", method=Method.COMPUTED
    ),
}
