"""What ``questions/plane_again.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

from sympy import ImmutableMatrix, Rational

from hwcode.chapters.learning_rate.questions.problem import eta, k
from hwcode.chapters.learning_rate.rate_polynomials import convexity
from hwcode.chapters.learning_rate.truths.problem import ZERO, line_best, line_loss
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


def _only_best(_: Any) -> str:
    """From which of some starts the loss after two steps has 1/4 as its only minimum."""
    starts = [ImmutableMatrix([i, m]) for i in range(-1, 4) for m in range(-1, 4)]
    fits = {"all": True, "off": True, "zero": True}
    for start in starts:
        loss = line_loss(2, start)
        only = loss.degree() > 0 and set(loss.diff().real_roots()) == {Rational(1, 4)}
        claims = {"all": True, "off": sum(start) != 3, "zero": start == ZERO}
        fits = {key: fits[key] and claims[key] == only for key in fits}
    (key,) = (key for key, fit in fits.items() if fit)
    return key


TRUTHS = {
    "H2-2.3.3:rate": Truth(
        lambda point: line_best(int(point[k])),
        "the only real root of the derivative of the loss in the rate",
    ),
    "H2-2.3.3:loss": Truth(
        lambda point: line_loss(int(point[k])).eval(point[eta]),
        "the loss as a polynomial in the rate",
        6,
    ),
    "H2-2.3.3:kind": Truth(
        lambda _: {"strictly convex": "strict", "strongly convex": "strong"}.get(
            convexity(line_loss(2)), "convex"
        ),
        "the real roots of the second derivative for k = 2",
    ),
    "H2-2.3.3:starts": Truth(_only_best, "the real minima of the exact loss for 25 starts"),
}
