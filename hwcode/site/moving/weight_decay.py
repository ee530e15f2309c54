"""A decay beside a schedule of rates: constant, or times the rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hwcode import optimisers as opt
from hwcode.chapters.weight_decay.penalties import ridge_solution
from hwcode.site.moving.figure import Control, Layer, Moving, rounded
from hwcode.site.page import COLOURS, style

__all__ = [
    "DATA",
    "DECAYS",
    "LENGTHS",
    "RATE",
    "SCHEDULES",
    "START",
    "TARGET",
    "WAYS",
    "decayed",
    "path_of",
]

DATA, TARGET = np.array([[1.0, 1.0]]), np.array([3.0])
START = np.array([3.0, 2.0])
RATE = 0.1
SCHEDULES: dict[str, Callable[[int], float]] = {
    "constant": lambda step: RATE,
    "falls as 1/(1 + i/20)": lambda step: RATE / (1 + step / 20),
    "falls as 1/√(1 + i/20)": lambda step: float(RATE / np.sqrt(1 + step / 20)),
}
WAYS = ("constant, as in the handout", "times the rate, as in PyTorch")
DECAYS = (0.0, 0.01, 0.05, 0.2)
"""At the first step, which is the same either way."""
LENGTHS = (10, 100, 300, 1_000)


def decayed() -> Moving:
    """The plane of the two weights, with the path of gradient descent from (3, 2)."""
    import matplotlib.pyplot as plt

    ridge = np.array([ridge_solution(DATA, TARGET, one) for one in np.geomspace(1e-3, 1e3, 60)])
    with style(**{"font.size": 9}):
        fig, ax = plt.subplots(figsize=(4.4, 3.9))
        line = np.array([-1.0, 4.0])
        ax.plot(line, 3 - line, color=COLOURS[5], linewidth=3, label="minimisers")
        ax.plot(*ridge.T, "--", color=COLOURS[4], label="ridge path")
        ax.plot(*START, "o", color=COLOURS[0], markersize=6, markerfacecolor="none", label="start")
        ax.set(xlabel="first weight", ylabel="second weight", aspect="equal")
        ax.set(xlim=(-0.3, 3.4), ylim=(-0.3, 3.0))
        ax.legend(fontsize=8, loc="upper right")
    paths = {
        (schedule, way, decay): path_of(schedule, way, decay)
        for schedule in SCHEDULES
        for way in WAYS
        for decay in DECAYS
    }

    def case(schedule: str, way: str, decay: float, steps: int) -> dict[str, Any]:
        path = paths[schedule, way, decay][: steps + 1]
        end = path[-1]
        return {
            "path": tuple(path.T),
            "end": ([end[0]], [end[1]]),
            "told": {
                "weights": f"({end[0]:.3f}, {end[1]:.3f})",
                "rate there": rounded(SCHEDULES[schedule](steps), 2),
            },
        }

    return Moving(
        "decayed",
        [
            (
                fig,
                "Plane of the two weights with the line of minimisers, the dashed ridge path from"
                " it to zero, and a path from (3, 2) to a dot.",
            ),
        ],
        [
            Control("schedule", "Rate", [(one, one) for one in SCHEDULES], start=1, kind="choice"),
            Control("way", "Decay", [(name, name) for name in WAYS], kind="choice"),
            Control("decay", "Decay at first", [(one, f"{one:g}") for one in DECAYS], start=2),
            Control("steps", "Steps", [(one, f"{one:,}") for one in LENGTHS], start=3),
        ],
        [Layer("path", ax, width=1.4), Layer("end", ax, "dots", colour=3, width=9, square=True)],
        case,
    )  # fmt: skip


def path_of(schedule: str, way: str, decay: float) -> Any:
    """The weights after 0, 1, ... 1,000 steps, one row each."""
    rate = SCHEDULES[schedule]
    scaled: Any = (lambda step: decay * rate(step) / RATE) if way == WAYS[1] else decay
    descent = opt.descent(opt.least_squares(DATA, TARGET), rate, START, decay=scaled)
    return opt.take(descent, max(LENGTHS))
