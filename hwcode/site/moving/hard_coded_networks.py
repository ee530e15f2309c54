"""Sorting and counting networks on the reader's own numbers.

What they do is settled by the order of the numbers, so a table of all 75 orders of four numbers is
enough: it says which of the numbers stands where.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hwcode.chapters.hard_coded_networks.perceptrons import BATCHER, firing_perceptron, weak_orders
from hwcode.checking.comparators import carry, layers
from hwcode.site.moving.figure import Control, Layer, Moving, numbers
from hwcode.site.page import COLOURS, INK, style

__all__ = ["NETWORKS", "counted", "sorted_by_blocks"]

NETWORKS = {"all five": None, "without S1": 0, "without S3": 2, "without S5": 4}
"""Which block is left out."""
COLUMNS = (0.0, 2.0, 4.2, 6.2)
BARS = (1.0, 1.0, 2.8, 3.4, 5.2)
"""From left to right: where numbers stand, before the first layer and after each; and blocks."""


def sorted_by_blocks() -> Moving:
    """Four wires with the numbers on them, before and after each layer of blocks."""
    import matplotlib.pyplot as plt

    with style(**{"font.size": 10, "axes.grid": False}):
        fig, ax = plt.subplots(figsize=(4.8, 2.6))
        for wire in range(4):
            ax.plot([-0.5, 6.7], [-wire, -wire], color=INK, linewidth=0.8)
        for number, ((small, large), x) in enumerate(zip(BATCHER, BARS, strict=True), 1):
            ends = {"arrowstyle": "-|>", "color": COLOURS[0], "shrinkA": 0, "shrinkB": 0, "lw": 2}
            ax.annotate("", (x, -large), (x, -small), arrowprops=ends)
            ax.plot(x, -small, "o", color=COLOURS[0], markersize=6)
            ax.text(x + 0.1, -(small + large) / 2 + 0.3, f"S{number}", fontsize=9)
        ax.set(xlim=(-0.7, 6.9), ylim=(-3.4, 0.65))
        ax.set_axis_off()

    def case(x: tuple[int, ...], network: str) -> dict[str, Any]:
        gone = NETWORKS[network]
        kept = [[one for one in level if one != _block(gone)] for level in layers(BATCHER)]
        # A number is carried with its place; which of two equal ones goes first shows nowhere.
        stages = [tuple((rank, place) for place, rank in enumerate(x))]
        for level in kept:
            stages.append(carry(level, stages[-1]))
        at = BARS[gone] if gone is not None else 0
        middle = sum(_block(gone)) / 2 if gone is not None else 0
        cross = [([at - 0.3, at + 0.3], [-middle + s, -middle - s]) for s in (0.3, -0.3)]
        done = [rank for rank, _ in stages[-1]]
        return {
            "before": [(COLUMNS[0], 0.3 - wire, wire) for wire in range(4)],
            "after": [
                (column, 0.3 - wire, place)
                for column, stage in zip(COLUMNS[1:], stages[1:], strict=True)
                for wire, (_, place) in enumerate(stage)
            ],
            "gone": cross if gone is not None else [],
            "told": {"in order": "yes" if done == sorted(done) else "no"},
        }

    return Moving(
        "sorted",
        [(
            fig,
            "Four wires with five blocks between them, and on each wire a number before the "
            "blocks and after each layer of them.",
        )],
        [
            numbers("x", "Your numbers", weak_orders(4), own=(7, -2, 5, 3)),
            Control("network", "Blocks", [(name, name) for name in NETWORKS], kind="choice"),
        ],
        [
            Layer("before", ax, "own", colour=None, width=10),
            Layer("after", ax, "own", colour=None, width=10),
            Layer("gone", ax, colour=3, width=2.5),
        ],
        case,
    )  # fmt: skip


def _block(place: int | None) -> tuple[int, int]:
    return BATCHER[place] if place is not None else (-1, -1)


def counted() -> Moving:
    """For each number how many are smaller, and the unit that lets the k-th smallest through."""
    import matplotlib.pyplot as plt

    with style(**{"font.size": 10, "axes.grid": False}):
        fig, ax = plt.subplots(figsize=(4.4, 2.8))
        for row in range(4):
            ax.plot([0.5, 3.6], [-row, -row], color=INK, linewidth=0.8, zorder=0)
            ax.plot(3, -row, "o", markersize=16, markerfacecolor="none", color=COLOURS[0])
        for x, head in ((0, "number"), (1.6, "smaller ones"), (3, "fires")):
            ax.text(x, 0.75, head, ha="center", fontsize=9)
        ax.set(xlim=(-0.7, 3.9), ylim=(-3.5, 1.1))
        ax.set_axis_off()

    networks = {k: firing_perceptron(4, k) for k in range(1, 5)}

    @cache
    def fired(x: tuple[int, ...], k: int) -> list[bool]:
        return [bool(value) for value in networks[k](x)]

    def case(x: tuple[int, ...], k: int) -> dict[str, Any]:
        # Unit i fires for one k, which is its count and 1 more.
        counts = [next(one for one in networks if fired(x, one)[i]) - 1 for i in range(4)]
        through = [i for i in range(4) if fired(x, k)[i]]
        return {
            "own": [(0, -i, i) for i in range(4)],
            "counts": [(1.6, 0.3 - i, str(count)) for i, count in enumerate(counts)],
            "fired": ([3] * len(through), [-i for i in through]),
            "told": {"output": " + ".join(f"{{{i}}}" for i in through) or "0: none fires"},
        }

    return Moving(
        "counted",
        [(
            fig,
            "Four rows: a number, how many of the others its counting network finds smaller, and "
            "a unit that is filled if it fires.",
        )],
        [
            numbers("x", "Your four numbers", weak_orders(4), own=(7, -2, 5, 3)),
            Control("k", "Which smallest, k", [(k, str(k)) for k in networks], start=1),
        ],
        [
            Layer("own", ax, "own", colour=None, width=10),
            Layer("counts", ax, "words", colour=None, width=10),
            Layer("fired", ax, "dots", colour=1, width=11),
        ],
        case,
    )  # fmt: skip
