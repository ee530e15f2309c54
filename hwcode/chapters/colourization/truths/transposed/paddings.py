"""What ``questions/transposed/paddings.py`` asks, from the definitions."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

from sympy import ImmutableMatrix

from hwcode.chapters.colourization.questions.transposed.paddings import d, k
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


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


def _how_many(_: Any) -> str:
    """All kernels up to 9, all paddings that could matter, in PyTorch."""
    numbers = {len(down) * len(up) for down, up in map(_fitting, range(1, 10))}
    return "one" if numbers == {1} else "odd" if numbers == {0, 1} else "several"


def _last_padding(_: Any) -> str:
    fits = [p for p in range(6) if _torch_size("conv1d", 32, 4, padding=p) == 32]
    return {(): "none", (1,): "one", (2,): "two"}[tuple(fits)]


TRUTHS = {
    "A2-5.4:four": Truth(lambda _: _three(4), "all paddings tried out in PyTorch"),
    "A2-5.4:five": Truth(lambda _: _three(5), "all paddings tried out in PyTorch"),
    "A2-5.4:any": Truth(
        lambda point: _three(int(point[k]), int(point[d])),
        "all paddings tried out in PyTorch",
    ),
    "A2-5.4:choices": Truth(_how_many, "all paddings tried out in PyTorch, kernels 1 to 9"),
    "A2-5.4:last": Truth(_last_padding, "all paddings tried out in PyTorch"),
}
