"""What ``questions/best_rate.py`` asks, from the definitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import ImmutableMatrix

from hwcode.chapters.learning_rate.questions.problem import eta, lmax, lmin, n
from hwcode.chapters.learning_rate.rate_polynomials import loss_polynomial, weights_in_rate
from hwcode.chapters.learning_rate.truths.problem import rate_polynomial
from hwcode.checking import Truth
from hwcode.checking.expressions import UndefinedError

__all__ = ["TRUTHS"]


def _best_rate(point: Any) -> Any:
    """Where the derivative of the loss, a polynomial in the rate, vanishes."""
    slope = rate_polynomial(point).diff()
    if slope.degree() < 1:
        raise UndefinedError("the start is stationary: every rate is as good")
    (root,) = sympy.roots(slope)
    return root


def _extreme_rate(largest: bool) -> Callable[[Any], Any]:
    """The best rate when a share s of a lies along lmin and the rest along lmax; its extreme."""

    def extreme(point: Any) -> Any:
        s, rate = sympy.Symbol("s"), sympy.Symbol("rate")
        loss = (
            s * (1 - 2 * rate * point[lmin] / point[n]) ** 2
            + (1 - s) * (1 - 2 * rate * point[lmax] / point[n]) ** 2
        )
        (best,) = sympy.solve(sympy.diff(loss, rate), rate)
        turning = sympy.Poly(sympy.numer(sympy.cancel(sympy.diff(best, s))), s)
        assert turning.count_roots(0, 1) == 0, "the best rate is not monotone in the share"
        ends = [best.subs(s, 0), best.subs(s, 1)]
        return max(ends) if largest else min(ends)

    return extreme


def _without_slope(_: Any) -> str:
    """Two equal examples with targets 1 and -1, from zero: the loss in the rate."""
    data, targets = ImmutableMatrix([[1, 1], [1, 1]]), ImmutableMatrix([1, -1])
    weights = weights_in_rate(data, targets, ImmutableMatrix([0, 0]), 1)
    loss = loss_polynomial(data, targets, weights)
    return "all" if loss.degree() <= 0 else "one"


TRUTHS = {
    "H2-2.2.3:derivative": Truth(
        lambda point: rate_polynomial(point).diff().eval(point[eta]),
        "the derivative of the loss as a polynomial in the rate",
        10,
    ),
    "H2-2.2.3:rate": Truth(_best_rate, "the root of the derivative of the loss in the rate", 14),
    "H2-2.2.3:lower": Truth(
        _extreme_rate(largest=False), "the least best rate over two eigenvalues"
    ),
    "H2-2.2.3:upper": Truth(
        _extreme_rate(largest=True), "the largest best rate over two eigenvalues"
    ),
    "H2-2.2.3:stationary": Truth(
        _without_slope, "the exact loss for two equal examples with opposite targets"
    ),
}
