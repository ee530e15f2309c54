"""What is true of the starter's two data sets: of all lines by enumeration, of nets by the record."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from hwcode.chapters.experiments import record_of
from hwcode.chapters.networks_from_scratch import modules
from hwcode.chapters.networks_from_scratch.truths.propagation import best_line_through_points
from hwcode.checking import Method, Truth

__all__ = ["TRUTHS", "best_line", "least_logistic"]

STUDY = "networks_from_scratch"


@cache
def best_line(points: str) -> sympy.Integer:
    """How many of the 800 training points a line can have right at most."""
    X, _, t, _ = modules.two_moons() if points == "moons" else modules.two_circles()
    return sympy.Integer(round(len(X) * best_line_through_points(X, t[:, 0])))


def least_logistic(X: Any, t: Any) -> tuple[NDArray[np.float64], float]:
    """The weights of the least logistic loss, the bias last, and this loss, by Newton's method.

    Raises:
        ArithmeticError: if the gradient does not vanish: on separable data there is no minimum.
    """
    tilde, w = np.column_stack([X, np.ones(len(X))]), np.zeros(X.shape[1] + 1)
    for _ in range(30):
        p = np.exp(-np.logaddexp(0, -tilde @ w))
        slope = tilde.T @ (p - t) / len(t)
        w -= np.linalg.solve((tilde * (p * (1 - p))[:, None]).T @ tilde / len(t), slope)
    if np.linalg.norm(slope) > 1e-12:
        raise ArithmeticError("no minimum was found")
    z = tilde @ w
    return w, float(np.mean(np.logaddexp(0, z) - t * z))


def _logistic_right(_: Any) -> sympy.Integer:
    X, _, t, _ = modules.two_moons()
    w, _ = least_logistic(X, t[:, 0])
    logits = X @ w[:-1] + w[-1]
    assert np.abs(logits).min() > 1e-6  # so no point's side is a matter of rounding
    return sympy.Integer(int(np.sum((logits > 0) == t[:, 0])))


def _train(net: str, rate: str, points: str) -> NDArray[np.float64]:
    return record_of(STUDY).metric(f"{points}_{rate}_{net}_train")


def _medians(nets: tuple[str, ...], points: str) -> list[float]:
    record = record_of(STUDY)
    return [float(np.median(record.metric(f"{points}_faster_{net}_loss"))) for net in nets]


def _fail(net: str) -> bool:
    """Whether some start leaves at least a third of the points wrong on either data set."""
    return any(bool((_train(net, "faster", points) < 2 / 3).any()) for points in SETS)


SETS = ("moons", "circles")


def _depth(_: Any) -> str:
    falls = all(
        medians == sorted(medians, reverse=True)
        for medians in (_medians(("shallow", "base", "deep"), points) for points in SETS)
    )
    if not falls or _fail("base") or _fail("deep"):
        return "hurts"
    return "mixed" if _fail("deeper") else "helps"


def _width(_: Any) -> str:
    falls = all(
        medians == sorted(medians, reverse=True)
        for medians in (_medians(("narrow", "base", "wide"), points) for points in SETS)
    )
    if not falls or _fail("base") or _fail("wide"):
        return "hurts"
    return "narrow" if _fail("narrow") else "nothing"


def _tanh(_: Any) -> str:
    alike = all(
        (_train(net, "faster", points) == 1).all() for net in ("base", "tanh") for points in SETS
    )
    if not alike:
        return "learns"
    return "safe" if _fail("deeper") and not _fail("deeper_tanh") else "same"


def _at_the_starters_rate(_: Any) -> str:
    enough = [(_train("base", "starter", points) >= 0.9).mean() for points in SETS]
    return "all" if min(enough) == 1 else "some" if max(enough) > 0 else "none"


TRUTHS = {
    "A1-P1.5:moons_line": Truth(lambda _: best_line("moons"), "all lines, turned about each point"),
    "A1-P1.5:moons_logistic": Truth(
        _logistic_right, "the least loss, by Newton's method", method=Method.COMPUTED
    ),
    "A1-P1.5:circles_line": Truth(
        lambda _: best_line("circles"), "all lines, turned about each point"
    ),
    "A1-P2.4:rate": Truth(_at_the_starters_rate, "the recorded study", method=Method.MEASURED),
    "A1-P2.4:depth": Truth(_depth, "the recorded study", method=Method.MEASURED),
    "A1-P2.4:width": Truth(_width, "the recorded study", method=Method.MEASURED),
    "A1-P2.4:tanh": Truth(_tanh, "the recorded study", method=Method.MEASURED),
}
