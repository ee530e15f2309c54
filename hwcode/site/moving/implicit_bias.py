"""Paths of five optimisers to the line of solutions, with rate, β and ε in the reader's hands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from hwcode import optimisers as opt
from hwcode.chapters.implicit_bias.limits import nearest_solution
from hwcode.site.moving.figure import Control, Layer, Moving, rounded
from hwcode.site.page import COLOURS, style

__all__ = ["BETAS", "DATA", "EPSILONS", "METHODS", "RATES", "TARGET", "paths"]

DATA, TARGET = np.array([[2.0, 1.0]]), np.array([2.0])
"""The hint of 2025: the solutions are the line ``2 w1 + w2 = 2``."""
UPDATES = 40
SEEN = 7
"""So many iterates are dots."""
RATES = (0.02, 0.05, 0.15)
BETAS = (0.5, 0.9, 0.99)
EPSILONS = (0.0, 1.0, 10.0)

Rule = Callable[[float, float, float], Iterator[Any]]
GRADIENT, START = opt.least_squares(DATA, TARGET), np.zeros(2)
METHODS: dict[str, tuple[Rule, str]] = {
    "gradient descent": (lambda rate, beta, eps: opt.descent(GRADIENT, rate, START), ""),
    "momentum": (lambda rate, beta, eps: opt.momentum(GRADIENT, rate, START, beta), "β"),
    "Adagrad": (lambda rate, beta, eps: opt.adagrad(GRADIENT, rate, START, eps), "ε"),
    "RMSProp": (lambda rate, beta, eps: opt.rmsprop(GRADIENT, rate, START, beta, eps), "βε"),
    "Adam": (lambda rate, beta, eps: opt.adam(GRADIENT, rate, START, beta, 0.999, eps), "βε"),
}
"""How each is run, from zero, and which of β and ε it has; of Adam β is the first one."""


def paths() -> Moving:
    """The plane of the two weights with 40 updates of a method."""
    import matplotlib.pyplot as plt

    near = nearest_solution(DATA, TARGET, START)
    with style(**{"font.size": 9}):
        fig, ax = plt.subplots(figsize=(4.8, 3.9))
        line = np.array([-0.5, 1.75])
        ax.plot(line, 2 - 2 * line, color=COLOURS[5], linewidth=3, label="solutions")
        ax.plot(*near, "*", color=COLOURS[2], markersize=13, label="of least norm")
        ax.plot(2 / 3, 2 / 3, "s", color=COLOURS[3], markersize=7, label="equal weights")
        ax.set(xlabel="first weight", ylabel="second weight", aspect="equal")
        ax.set(xlim=(-0.5, 1.75), ylim=(-0.35, 1.45))
        ax.legend(fontsize=8, loc="upper right", markerscale=0.8)

    def case(method: str, rate: float, beta: float, eps: float) -> dict[str, Any]:
        path = opt.take(METHODS[method][0](rate, beta, eps), UPDATES)
        residual = abs(float(DATA[0] @ path[-1] - TARGET[0]))
        return {
            "path": tuple(path.T),
            "steps": tuple(path[1:SEEN].T),
            "end": ([path[-1][0]], [path[-1][1]]),
            "told": {
                "after 40 updates": f"({path[-1][0]:.3f}, {path[-1][1]:.3f})".replace("-", "−"),
                "residual": rounded(residual, 2) if residual < 1e3 else "over 1000",
            },
        }

    def has(letter: str) -> Callable[[Mapping[str, Any]], int]:
        return lambda chosen: 3 if letter in METHODS[chosen["method"]][1] else 1

    return Moving(
        "paths",
        [
            (
                fig,
                "Plane of the two weights with the line of solutions, the solution of least norm,"
                " the one with equal weights, and the path of 40 updates from zero to a dot.",
            ),
        ],
        [
            Control("method", "Method", [(name, name) for name in METHODS], kind="choice"),
            Control("rate", "Rate η", [(one, f"{one:g}") for one in RATES], start=1),
            Control("beta", "β", [(one, f"{one:g}") for one in BETAS], count=has("β")),
            Control("eps", "ε", [(one, f"{one:g}") for one in EPSILONS], count=has("ε")),
        ],
        [
            Layer("path", ax, width=1.4),
            Layer("steps", ax, "dots", width=4.5),
            Layer("end", ax, "dots", colour=1, width=8),
        ],
        case,
    )  # fmt: skip
