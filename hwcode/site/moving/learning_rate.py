"""The loss against the rate, with the number of steps and the spectrum in the reader's hands."""

from __future__ import annotations

from typing import Any

import numpy as np

from hwcode.chapters.learning_rate.least_squares import Spectrum, limit_rate
from hwcode.site.moving.figure import Control, Layer, Moving, rounded
from hwcode.site.page import COLOURS, style

__all__ = ["SPECTRA", "loss_against_rate"]

SPECTRA: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "one curvature, 4": ((4.0,), (1.0,)),
    "1 and 9, the start mostly flat": ((1.0, 9.0), (81 / 82, 1 / 82)),
    "1 and 9, half and half": ((1.0, 9.0), (0.5, 0.5)),
    "1 and 9, the start mostly steep": ((1.0, 9.0), (0.1, 0.9)),
    "1, 3 and 9, in equal parts": ((1.0, 3.0, 9.0), (1 / 3, 1 / 3, 1 / 3)),
    "5 to 9, in equal parts": ((5.0, 6.0, 7.0, 8.0, 9.0), (0.2,) * 5),
}
"""Curvatures, and the part of the loss at the start that lies along each; the floor is 0."""
STEPS = (1, 2, 3, 5, 8, 13, 21, 34)


def loss_against_rate() -> Moving:
    """Left the loss after so many steps against the rate, right the spectrum that makes it."""
    import matplotlib.pyplot as plt

    with style(**{"font.size": 9}):
        curve, left = plt.subplots(figsize=(3.9, 3.0))
        left.set(xlabel="rate η", ylabel="loss, of that at the start", yscale="log")
        left.set(xlim=(0, 0.6), ylim=(1e-8, 1e3))
        left.axhline(1, color=COLOURS[5], linewidth=0.8)
        left.minorticks_off()
        bars, right = plt.subplots(figsize=(2.9, 3.0))
        right.set(xlabel="curvature", ylabel="part of the loss at the start")
        right.set(xlim=(0, 10), ylim=(0, 1.05))
    rates = np.linspace(0, 0.6, 1201)

    def case(steps: int, spectrum: str) -> dict[str, Any]:
        found = spectrum_of(spectrum)
        h, best = found.curvatures, found.best_rate(steps)
        limit, edge = limit_rate(h), 2 / h.max()
        return {
            "loss": (rates, found.loss(rates, steps)),
            "limit": ([limit, limit], [1e-8, 1e3]),
            "edge": ([edge, edge], [1e-8, 1e3]),
            "best": ([best], [max(found.loss(best, steps), 1e-8)]),
            "spectrum": [
                ([one, one], [0, weight]) for one, weight in zip(h, found.weights, strict=True)
            ],
            "ends": (h, found.weights),
            "told": {
                "best rate": f"{best:.4f}",
                "loss there": rounded(found.loss(best, steps), 3) if len(h) > 1 else "0",
                "best rate for very many steps (dashed)": f"{limit:.4f}",
                "diverges from (dotted)": f"{edge:.4f}",
            },
        }

    steps = [(one, str(one)) for one in STEPS]
    spectra = [(name, name) for name in SPECTRA]
    return Moving(
        "loss-against-rate",
        [
            (
                curve,
                "The loss after k steps against the rate, on a logarithmic axis, with a dot at "
                "its minimum.",
            ),
            (
                bars,
                "The spectrum: for each curvature a bar as high as its part of the loss at the "
                "start.",
            ),
        ],
        [
            Control("steps", "Steps k", steps, start=1),
            Control("spectrum", "Curvatures", spectra, start=1, kind="choice"),
        ],
        [
            Layer("limit", left, colour=2, width=1.2, dash="5 4"),
            Layer("edge", left, colour=3, width=1.2, dash="1.5 3"),
            Layer("loss", left),
            Layer("best", left, "dots", colour=1, width=8),
            Layer("spectrum", right, width=3),
            Layer("ends", right, "dots", width=7),
        ],
        case,
    )  # fmt: skip


def spectrum_of(name: str) -> Spectrum:
    """One of the spectra by its name."""
    h, weights = SPECTRA[name]
    return Spectrum(np.array(h), np.array(weights), 0.0)
