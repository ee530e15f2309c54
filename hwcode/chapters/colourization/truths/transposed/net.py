"""What ``questions/transposed/net.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

from hwcode import sizes
from hwcode.chapters.colourization.questions.transposed.net import layers_of
from hwcode.checking import Truth
from hwcode.checking.verdict import Method

__all__ = ["TRUTHS"]


def _by_a_list(arguments: tuple[int, int, int, int, int]) -> Any:
    return sizes.to_module(layers_of(*arguments), (arguments[2], 16, 16))


TRUTHS = {
    "A2-5.1:net": Truth(_by_a_list, "the layers of the figure as a list", method=Method.SAMPLED),
}
