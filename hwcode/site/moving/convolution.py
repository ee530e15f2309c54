"""The handout's image and filter with padding, stride and dilation; and what a neuron sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwcode.chapters.convolution.filters import FILTER, IMAGE, correlate
from hwcode.site.moving.figure import Control, Layer, Moving
from hwcode.site.page import INK, style
from hwcode.sizes import Conv, Window, footprint, receptive_field

__all__ = ["convolved", "field", "spread_out"]

MOST = 2
"""The largest padding."""
WIDEST = 41
"""Pixels of the image in the figure of fields."""


def spread_out(kernel: NDArray[Any], dilation: int) -> NDArray[Any]:
    """A kernel with ``dilation - 1`` zeros between any two neighbours.

    >>> spread_out(np.array([[1, 2]]), 2)
    array([[1, 0, 2]])
    """
    rows, columns = kernel.shape
    wide = np.zeros(((rows - 1) * dilation + 1, (columns - 1) * dilation + 1), kernel.dtype)
    wide[::dilation, ::dilation] = kernel
    return wide


def _result(padding: int, stride: int, dilation: int) -> NDArray[Any]:
    return correlate(IMAGE, spread_out(FILTER, dilation), padding)[::stride, ::stride]


def convolved() -> Moving:
    """Left the image with its padding and the pixels that an output reads, right the outputs."""
    import matplotlib.pyplot as plt

    with style(**{"font.size": 9, "axes.grid": False}):
        whole, left = plt.subplots(figsize=(3.2, 3.3))
        for (i, j), value in np.ndenumerate(IMAGE):
            left.text(j + MOST + 0.5, i + MOST + 0.5, str(value), ha="center", va="center")
        left.add_patch(plt.Rectangle((MOST, MOST), 5, 5, fill=False, edgecolor=INK, linewidth=1.2))
        left.set_title("image and padding", fontsize=9)
        made, right = plt.subplots(figsize=(2.8, 3.3))
        right.set_title("outputs", fontsize=9)
        for ax, size in ((left, 9), (right, 7)):
            ax.set(xlim=(-0.1, size + 0.1), ylim=(size + 0.1, -0.1), aspect="equal")
            ax.set_axis_off()

    def case(padding: int, stride: int, dilation: int, output: int) -> dict[str, Any]:
        result = _result(padding, stride, dilation)
        i, j = divmod(output, len(result))
        at = MOST - padding
        around = np.pad(np.zeros((5, 5)), padding, constant_values=1)
        values = [
            (b + 0.5, a + 0.5, str(v).replace("-", "−")) for (a, b), v in np.ndenumerate(result)
        ]
        return {
            "ring": [(at, at, 5 + 2 * padding, 5 + 2 * padding)],
            "zeros": [(at + b + 0.5, at + a + 0.5, "0") for a, b in np.argwhere(around)],
            "reads": (
                [(dilation * b, dilation * a, 1, 1) for a, b in np.ndindex(3, 3)],
                (at + stride * j, at + stride * i),
            ),
            "frame": [(0, 0, len(result), len(result))],
            "values": values,
            "here": ([(0, 0, 1, 1)], (j, i)),
            "told": {
                "outputs": f"{len(result)} × {len(result)}",
                "the marked one": str(result[i, j]).replace("-", "−"),
            },
        }

    def outputs(chosen: Mapping[str, Any]) -> int:
        size = Window(3, chosen["stride"], chosen["padding"], chosen["dilation"]).size(5)
        return int(size) ** 2

    places = [(one, str(one + 1)) for one in range(49)]

    def small(most: int, first: int) -> list[tuple[int, str]]:
        return [(one, str(one)) for one in range(first, most + 1)]

    return Moving(
        "convolved",
        [
            (
                whole,
                "The image of 5 by 5 zeros and ones, zeros of the padding around it, and the nine"
                " pixels that the marked output reads.",
            ),
            (made, "The square of outputs, one of them marked."),
        ],
        [
            Control("padding", "Padding", small(MOST, 0), start=1),
            Control("stride", "Stride", small(3, 1)),
            Control("dilation", "Dilation", small(2, 1)),
            Control("output", "Which output", places, start=6, count=outputs),
        ],
        [
            Layer("ring", left, "cells", colour=None, width=1, filled=0),
            Layer("zeros", left, "words", colour=None, width=9),
            Layer("reads", left, "moved", colour=1, width=1.6),
            Layer("frame", right, "cells", colour=None, width=1, filled=0),
            Layer("values", right, "words", colour=None, width=9),
            Layer("here", right, "moved", colour=1, width=1.6),
        ],
        case,
    )  # fmt: skip


def field() -> Moving:
    """A unit on top of some layers, all alike, and everything that it depends on."""
    import matplotlib.pyplot as plt

    with style(**{"font.size": 9}):
        fig, ax = plt.subplots(figsize=(4.8, 2.7))
        ax.set(xlim=(-WIDEST / 2 - 0.5, WIDEST / 2 + 0.5), ylim=(-0.4, 4.4), xlabel="pixels")
        ax.set_yticks(range(5), ["image", *(f"layer {one}" for one in range(1, 5))])
        ax.spines[:].set_visible(False)
        ax.grid(axis="x", visible=False)

    def case(stride: int, dilation: int, kernel: int, layers: int) -> dict[str, Any]:
        layer = Conv(1, kernel, stride, dilation=dilation)
        size = int(receptive_field([layer] * layers))
        xs, ys = [], []
        for level in range(layers + 1):
            below = int(receptive_field([layer] * level)) if level else 1
            for unit in footprint([layer] * (layers - level), 0):
                xs.append(unit * stride**level + (below - size) / 2)
                ys.append(level)
        ends = [
            [
                f([x for x, y in zip(xs, ys, strict=True) if y == level])
                for level in range(layers + 1)
            ]
            for f in (min, max)
        ]
        read = sum(y == 0 for y in ys)
        return {
            "edges": [(end, range(layers + 1)) for end in ends],
            "units": ([x for x, y in zip(xs, ys, strict=True) if y], [y for y in ys if y]),
            "pixels": ([x for x, y in zip(xs, ys, strict=True) if not y], [0] * read),
            "told": {"field": f"{size} pixels", "it depends on": f"{read} of them"},
        }

    def fits(chosen: Mapping[str, Any]) -> int:
        layer = Conv(1, chosen["kernel"], chosen["stride"], dilation=chosen["dilation"])
        return sum(int(receptive_field([layer] * many)) <= WIDEST for many in range(1, 5))

    def few(*values: int) -> list[tuple[int, str]]:
        return [(one, str(one)) for one in values]

    return Moving(
        "field",
        [(
            fig,
            "Layers of dots, one above the other: a unit on top, the units below on which it "
            "depends, and at the bottom the pixels of its field.",
        )],
        [
            Control("stride", "Stride of each layer", few(1, 2, 3)),
            Control("dilation", "Dilation", few(1, 2, 3)),
            Control("kernel", "Kernel", few(2, 3), start=1),
            Control("layers", "Layers", few(1, 2, 3, 4), start=2, count=fits),
        ],
        [
            Layer("edges", ax, colour=5, width=1.2),
            Layer("units", ax, "dots", width=5),
            Layer("pixels", ax, "dots", colour=1, width=5, square=True),
        ],
        case,
    )  # fmt: skip
