"""The tables of figures that move, read by other means than those that wrote them."""

from __future__ import annotations

import json
import random
import re
from html import unescape
from pathlib import Path

import numpy as np

from hwcode.site.moving import (
    batch_size,
    convolution,
    hard_coded_networks,
    implicit_bias,
    learning_rate,
    learning_rate_schedule,
    weight_decay,
)
from tests.conftest import ROOT

FIGURES = {
    "loss-against-rate": ("learning_rate", learning_rate.loss_against_rate),
    "schedule": ("learning_rate_schedule", learning_rate_schedule.schedule),
    "momentum-roots": ("learning_rate_schedule", learning_rate_schedule.momentum_roots),
    "paths": ("implicit_bias", implicit_bias.paths),
    "decayed": ("weight_decay", weight_decay.decayed),
    "batches": ("batch_size", batch_size.batches),
    "convolved": ("convolution", convolution.convolved),
    "field": ("convolution", convolution.field),
    "sorted": ("hard_coded_networks", hard_coded_networks.sorted_by_blocks),
    "counted": ("hard_coded_networks", hard_coded_networks.counted),
}
"""For each figure its page, and what makes it."""

PLACES = "".join(map(chr, [*range(48, 58), *range(65, 91), *range(97, 123), 45, 95]))
"""The digits of base 64: figures, capitals, small letters, - and _."""


class Read:
    """A figure as a page has it.

    Attributes:
        html: what stands on the page.
        table: its table.
        moving: the figure in Python, of which only the controls and where axes lie are used.
    """

    def __init__(self, name: str) -> None:
        self.moving = FIGURES[name][1]()
        self.html = self.moving.html
        self.table = table_of(self.html)

    def settings(self, count: int, seed: int = 0) -> list[tuple[list[int], dict]]:
        """Some settings of the controls, drawn at random, with the values that they stand for."""
        draw, found = random.Random(seed), []
        for _ in range(count):
            setting, values = [], {}
            for control in self.moving.controls:
                options = control.available(values)
                setting.append(draw.randrange(len(options)))
                values[control.name] = options[setting[-1]][0]
            found.append((setting, values))
        return found

    def told(self, setting: list[int]) -> dict[str, str]:
        """What is read out."""
        return {one["name"]: entry(one, setting) for one in self.table["told"]}

    def points(self, layer: str, setting: list[int], key: str = "d") -> list[np.ndarray]:
        """The pieces of a layer in the coordinates of its axes."""
        number = [one.name for one in self.moving.layers].index(layer)
        ax = self.moving.layers[number].ax
        height = ax.figure.get_figheight() * 72
        pieces = []
        for piece in entry(self.table["layers"][number][key], setting).split(" "):
            letters = [PLACES.index(one) for one in piece]
            values = np.array(
                [64 * a + b for a, b in zip(letters[::2], letters[1::2], strict=True)]
            )
            drawn = values.reshape(-1, 2) / 8
            upward = np.column_stack([drawn[:, 0], height - drawn[:, 1]])
            pieces.append(ax.transData.inverted().transform(upward) if len(upward) else upward)
        return pieces

    def texts(self, layer: str, setting: list[int]) -> str:
        number = [one.name for one in self.moving.layers].index(layer)
        return entry(self.table["layers"][number]["text"], setting)

    def off(self, layer: str, setting: list[int], points: np.ndarray) -> float:
        """How far, in points of the drawing, the farthest of these is from a line of the drawing.

        Points outside of the axes do not count.
        """
        ax = self.moving.layers[[one.name for one in self.moving.layers].index(layer)].ax
        wanted = ax.transData.transform(points)
        wanted = wanted[np.all((wanted >= ax.bbox.min) & (wanted <= ax.bbox.max), axis=1)]
        pieces = [ax.transData.transform(one) for one in self.points(layer, setting) if len(one)]
        if not len(wanted):
            return 0.0
        starts = np.concatenate([one[:-1] for one in pieces])
        ways = np.concatenate([np.diff(one, axis=0) for one in pieces])
        back = wanted[:, None] - starts
        length = np.maximum((ways**2).sum(axis=1), 1e-12)
        along = np.clip((back * ways).sum(axis=2) / length, 0, 1)
        return float(np.linalg.norm(back - along[..., None] * ways, axis=2).min(axis=1).max())


def table_of(text: str) -> dict:
    found = re.search(r"data-table='([^']*)'", text)
    assert found is not None
    return json.loads(unescape(found[1]))


def entry(table: dict, setting: list[int]) -> str:
    """The entry of a table, for places of options that there are."""
    node = table["tree"]
    for level in table["on"]:
        node = node[setting[level]]
    return node


def script() -> str:
    return Path(ROOT, "book", "_static", "moving.js").read_text(encoding="utf-8")
