"""Steps against batch size in the noisy quadratic model, and the loss on the way."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hwcode.chapters.batch_size import noisy_quadratic as model
from hwcode.site.moving.figure import Control, Layer, Moving
from hwcode.site.page import style

__all__ = ["BATCHES", "DIRECTIONS", "TARGETS", "batches", "fewest"]

DIRECTIONS = 100
BATCHES = tuple(2**power for power in range(0, 17, 2))
TARGETS = (0.3, 0.1, 0.01)
"""Parts of the loss at the start that are to be left."""


@cache
def fewest(batch: int, target: float) -> tuple[int, float]:
    """The fewest steps to the target at a constant rate, and that rate."""
    found = model.harmonic_model(DIRECTIONS)
    return model.steps_to(found, batch, target * found.start)


def batches() -> Moving:
    """Left steps against batch size, right the loss over the steps at the batch that is chosen."""
    import matplotlib.pyplot as plt

    quadratic = model.harmonic_model(DIRECTIONS)
    with style(**{"font.size": 9}):
        needed, left = plt.subplots(figsize=(3.5, 3.1))
        left.set(xlabel="batch size", ylabel="steps to the target", xscale="log", yscale="log")
        left.set(xlim=(0.7, 1e5), ylim=(1, 2e4))
        left.minorticks_off()
        way, right = plt.subplots(figsize=(3.5, 3.1))
        right.set(xlabel="steps", ylabel="loss, of that at the start", xscale="log", yscale="log")
        right.set(xlim=(1, 2e4), ylim=(5e-3, 1.2))
        right.minorticks_off()
    times = np.geomspace(1, 2e4, 120)

    def case(target: float, batch: int) -> dict[str, Any]:
        steps, rate = fewest(batch, target)
        all_steps = np.array([fewest(one, target)[0] for one in BATCHES])
        least, examples = all_steps[-1], all_steps[0] * BATCHES[0]
        critical = examples / least
        return {
            "curve": (BATCHES, all_steps),
            "form": (BATCHES, least * (1 + critical / np.array(BATCHES))),
            "critical": ([critical, critical], [1, 2e4]),
            "here": ([batch], [steps]),
            "loss": (times, quadratic.loss(batch, np.full(120, rate), times) / quadratic.start),
            "target": ([1, 2e4], [target, target]),
            "reached": ([steps], [target]),
            "told": {
                "steps": f"{steps:,}",
                "examples": f"{steps * batch:,}",
                "best rate": f"{rate:.4f}",
                "critical batch (dotted)": f"{critical:.0f}",
            },
        }

    return Moving(
        "batches",
        [
            (
                needed,
                "Steps to the target against batch size on logarithmic axes: a curve that falls "
                "and then is flat, the dashed form of McCandlish et al., a dotted line at the "
                "critical batch, and a dot at the batch that is chosen.",
            ),
            (
                way,
                "The expected loss over the steps at the best rate for that batch, down to the "
                "dashed target.",
            ),
        ],
        [
            Control(
                "target", "Target, part of the first loss",
                [(one, f"{one:g}") for one in TARGETS], start=2,
            ),
            Control("batch", "Batch size", [(one, f"{one:,}") for one in BATCHES], start=2),
        ],
        [
            Layer("form", left, colour=5, width=1.2, dash="5 4"),
            Layer("critical", left, colour=3, width=1.2, dash="1.5 3"),
            Layer("curve", left),
            Layer("here", left, "dots", colour=1, width=9),
            Layer("target", right, colour=5, width=1.2, dash="5 4"),
            Layer("loss", right),
            Layer("reached", right, "dots", colour=1, width=9),
        ],
        case,
    )  # fmt: skip
