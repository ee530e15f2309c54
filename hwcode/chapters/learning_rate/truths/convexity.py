"""What ``questions/convexity.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Rational

from hwcode.chapters.learning_rate.questions.convexity import VARIATIONS
from hwcode.chapters.learning_rate.questions.problem import eta, lmax, lmin, n
from hwcode.chapters.learning_rate.rate_polynomials import (
    convexity,
    loss_polynomial,
    variations,
    weights_in_rate,
)
from hwcode.chapters.learning_rate.truths.problem import (
    ZERO,
    at_least,
    condition,
    rate_polynomial,
    small_cases,
    two_curvatures,
)
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


def _curved_everywhere(_: Any) -> str:
    """The second derivative after two steps, for one excited eigenvalue and for two."""
    touches = {case.two for case in small_cases() if case.excited == 1}
    above = {case.two for case in small_cases() if case.excited == 2}
    return "no" if touches == {"strictly convex"} and above == {"strongly convex"} else "yes"


def _place(_: Any) -> str:
    """Where the only real minimum lies, for curvatures 1 and 9, five starts, one to three steps."""
    claims = {"between": True, "stable": True, "same": True}
    for parts in ((9, 1), (1, 1), (1, 9), (1, 0), (0, 1)):
        data, targets = two_curvatures(parts)
        excited = [curve for curve, part in zip((1, 9), parts, strict=True) if part]
        found = []
        for steps in (1, 2, 3):
            loss = loss_polynomial(data, targets, weights_in_rate(data, targets, ZERO, steps))
            (best,) = set(loss.diff().real_roots())
            found.append(best)
            claims["between"] &= Rational(1, max(excited)) <= best <= Rational(1, min(excited))
            claims["stable"] &= bool(best < Rational(2, max(excited)))
        claims["same"] &= len(set(found)) == 1
    (key,) = (key for key, holds in claims.items() if holds)
    return key


def _limit_of_best(point: Any) -> Any:
    """The balance of two terms gives the best rate for every k in closed form; its limit.

    (1 - r x)^(2k-1) x b1^2 = (r y - 1)^(2k-1) y b2^2 is solved by taking the odd root.
    """
    count, ratio = sympy.symbols("count ratio", positive=True)
    low, high = 2 * point[lmin] / point[n], 2 * point[lmax] / point[n]
    root = (ratio * high / low) ** (1 / (2 * count - 1))
    return sympy.limit((1 + root) / (low + root * high), count, sympy.oo)


def _stays_convex(_: Any) -> str:
    (key,) = (
        name
        for name in VARIATIONS
        if all(convexity(variations(steps)[name]) != "not convex" for steps in (1, 2, 3))
    )
    return key


TRUTHS = {
    "H2-2.3.2:derivative": Truth(
        lambda point: rate_polynomial(point).diff().eval(point[eta]),
        "the derivative of the loss as a polynomial in the rate",
        22,
    ),
    "H2-2.3.2:second": Truth(
        lambda point: rate_polynomial(point).diff().diff().eval(point[eta]),
        "the second derivative of the loss as a polynomial in the rate",
        22,
    ),
    "H2-2.3.2:convex": condition(at_least("convex", "two")),
    "H2-2.3.2:strict": condition(at_least("strictly convex", "two")),
    "H2-2.3.2:strong": condition(at_least("strongly convex", "two")),
    "H2-2.3.2:everywhere": Truth(
        _curved_everywhere, "the real roots of the second derivative in 180 small problems"
    ),
    "H2-2.3.2:minimum": Truth(
        _place,
        "the exact real minima for two curvatures, five starts, one to three steps",
    ),
    "H2-2.3.2:limit": Truth(
        _limit_of_best,
        "the limit for two eigenvalues, by SymPy (for any number it is proved in the text)",
    ),
    "H2-2.3.2:lost": Truth(
        _stays_convex,
        "the only change of which no example loses convexity within three steps, exactly"
        " (that it never does is proved in the text)",
    ),
}
