"""The schedule with its three parameters, and where momentum on a parabola is stable."""

from __future__ import annotations

from typing import Any

import numpy as np

from hwcode.chapters.learning_rate_schedule import schedules
from hwcode.site.moving.figure import Control, Layer, Moving, rounded
from hwcode.site.page import INK, style

__all__ = ["PEAKS", "PER_EPOCH", "momentum_roots", "schedule"]

PEAKS = (0.01, 0.03, 0.05, 0.1)
WARMUPS = (0.1, 0.2, 0.4, 0.8)
EPOCHS = (5, 10, 25, 50)
PER_EPOCH = 391
"""Updates of an epoch: 50,000 images in batches of 128."""

RATES = (0.02, 0.1, 0.5, 1.0, 1.9, 2.1, 2.9, 3.1, 3.7, 3.9)
MOMENTA = (0.0, 0.3, 0.5, 0.9)
UPDATES = 25


def schedule() -> Moving:
    """The rate over the updates for a peak, a part of warm-up and a length."""
    import matplotlib.pyplot as plt

    with style(**{"font.size": 9}):
        fig, ax = plt.subplots(figsize=(4.8, 3.0))
        ax.set(xlabel="updates", ylabel="rate", xlim=(0, 20_000), ylim=(0, 0.105))

    def case(peak: float, warmup: float, epochs: int) -> dict[str, Any]:
        total = PER_EPOCH * epochs

        def rate(t: float) -> float:
            return schedules.warmup_cosine(t, total, peak, warmup)

        turn = warmup * total
        times = [0.0, turn, *np.linspace(turn, total, 40)[1:]]
        return {
            "rate": (times, [rate(t) for t in times]),
            "turn": ([turn, turn], [0, rate(turn)]),
            "top": ([turn], [rate(turn)]),
            "told": {
                "warm-up ends after": f"{turn:,.0f} updates",
                "rate of the first update": rounded(rate(0), 1),
                "half-way": f"{rate(total / 2):.4f}",
                "of the last": rounded(rate(total - 1), 2),
            },
        }

    return Moving(
        "schedule",
        [(
            fig,
            "The rate over the updates: a line up to the peak, then a quarter of a cosine down to"
            " nearly 0.",
        )],
        [
            Control("peak", "Peak", [(one, f"{one:g}") for one in PEAKS], start=1),
            Control(
                "warmup", "Warm-up, part of the run",
                [(one, f"{one:g}") for one in WARMUPS], start=1,
            ),
            Control("epochs", "Epochs", [(one, str(one)) for one in EPOCHS], start=3),
        ],
        [
            Layer("turn", ax, colour=5, width=1.2, dash="5 4"),
            Layer("rate", ax, colour=3),
            Layer("top", ax, "dots", colour=3, width=8),
        ],
        case,
    )  # fmt: skip


def momentum_roots() -> Moving:
    """Left the two roots in the plane of complex numbers, right what they do to the distance."""
    import matplotlib.pyplot as plt

    with style(**{"font.size": 9}):
        plane, left = plt.subplots(figsize=(3.1, 3.1))
        angle = np.linspace(0, 2 * np.pi, 200)
        left.plot(np.cos(angle), np.sin(angle), color=INK, linewidth=1)
        left.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), aspect="equal")
        left.set(xlabel="real part", ylabel="imaginary part")
        path, right = plt.subplots(figsize=(3.7, 3.1))
        right.set(
            xlabel="updates", ylabel="distance to the minimum", xlim=(0, UPDATES), ylim=(-2, 2)
        )

    def case(rho: float, rate: float) -> dict[str, Any]:
        roots = np.roots([1.0, -(1 + rho - rate), rho])
        shrink = schedules.contraction(rate, 1.0, rho)
        limit = schedules.stability_limit(1.0, rho)
        return {
            "circle": (np.sqrt(rho) * np.cos(angle), np.sqrt(rho) * np.sin(angle)),
            "roots": (roots.real, roots.imag),
            "path": (np.arange(UPDATES + 1), distances(rate, rho)),
            "told": {
                "modulus of the larger root": f"{shrink:.3f}",
                "the roots are": "complex" if abs(roots[0].imag) > 1e-6 else "real",
                "stable below ηh": f"{limit:.2f}",
            },
        }

    return Moving(
        "momentum-roots",
        [
            (
                plane,
                "The plane of complex numbers with the unit circle, a dashed circle of radius "
                "root of rho, and two roots.",
            ),
            (path, "The distance to the minimum over 25 updates, from 1."),
        ],
        [
            Control("rho", "Momentum ρ", [(one, f"{one:g}") for one in MOMENTA], start=3),
            Control(
                "rate", "Rate times curvature, ηh", [(one, f"{one:g}") for one in RATES], start=1,
            ),
        ],
        [
            Layer("circle", left, colour=5, width=1.2, dash="5 4"),
            Layer("roots", left, "dots", colour=1, width=8),
            Layer("path", right),
        ],
        case,
    )  # fmt: skip


def distances(rate: float, rho: float) -> list[float]:
    """The distance to the minimum of a parabola of curvature 1 after 0, 1, ... updates, from 1.

    >>> distances(1.0, 0.0)[:3]
    [1.0, 0.0, 0.0]
    """
    w, velocity, found = 1.0, 0.0, [1.0]
    for _ in range(UPDATES):
        velocity = rho * velocity + w
        w -= rate * velocity
        found.append(w)
    return found
