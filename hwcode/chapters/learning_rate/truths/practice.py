"""What ``questions/practice.py`` asks, from the definitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import ImmutableMatrix, Poly, Rational

from hwcode.chapters.learning_rate.questions.practice import c
from hwcode.chapters.learning_rate.questions.problem import eta, gradient_at, h, k
from hwcode.chapters.learning_rate.rate_polynomials import loss_polynomial, weights_in_rate
from hwcode.chapters.learning_rate.truths.problem import ZERO, two_curvatures
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


def _fate(stable: bool) -> Callable[[Any], str]:
    """The limit of k x**(2k - 1), where x = |1 - eta h| lies below 1, or above."""

    def fate(_: Any) -> str:
        s, count = sympy.Symbol("s", positive=True), sympy.Symbol("count", positive=True)
        x = sympy.exp(-s) if stable else sympy.exp(s)
        limit = sympy.limit(count * x ** (2 * count - 1), count, sympy.oo)
        return {sympy.S.Zero: "vanishes", sympy.oo: "explodes"}.get(limit, "settles")

    return fate


def _reused(_: Any) -> str:
    """Go on with the best rate for one step: is the loss after 12 steps above that of the start?"""
    outcomes = set()
    for parts in ((9, 1), (1, 1), (1, 9)):
        data, targets = two_curvatures(parts)
        losses = {
            steps: loss_polynomial(data, targets, weights_in_rate(data, targets, ZERO, steps))
            for steps in (1, 12)
        }
        best = Rational(*_ratio(losses[1].diff()))
        outcomes.add("grows" if losses[12].eval(best) > losses[12].eval(0) else "falls")
        outcomes.add("best" if losses[12].diff().eval(best) == 0 else "not best")
    if {"grows", "falls", "not best"} <= outcomes:
        return "may diverge"
    return "safe" if "grows" not in outcomes and "not best" in outcomes else "stays best"


def _ratio(slope: Poly) -> tuple[Any, Any]:
    """The root of a polynomial of degree 1, as a fraction."""
    steepness, at_zero = slope.all_coeffs()
    return -at_zero, steepness


def _greedy(_: Any) -> str:
    """Two steps: each rate best for its own step, against the rates 1/h_1 and 1/h_2."""
    data, targets = two_curvatures((1, 1))

    def loss(weights: Any) -> Any:
        return sum(error**2 for error in data * weights - targets) / data.rows

    def walk(rates: tuple[Any, ...]) -> Any:
        weights = ImmutableMatrix([0, 0])
        for rate in rates:
            slope = gradient_at(data, targets, weights)
            if rate is None:
                s = sympy.Symbol("s")
                (rate,) = sympy.solve(sympy.diff(loss(weights - s * slope), s), s)
            weights = weights - rate * slope
        return loss(weights)

    together = walk((sympy.S.One, Rational(1, 9)))
    return "together" if together < walk((None, None)) else "greedy"


TRUTHS = {
    "H2-2.1.3:derivative": Truth(
        lambda point: sympy.diff(point[c] * (1 - eta * point[h]) ** (2 * point[k]), eta).subs(
            eta, point[eta]
        ),
        "differentiating with numbers in place of the other letters",
        24,
    ),
    "H2-2.1.3:stable": Truth(_fate(stable=True), r"the limit of $k\,x^{2k-1}$ for $x<1$, by SymPy"),
    "H2-2.1.3:unstable": Truth(
        _fate(stable=False), r"the limit of $k\,x^{2k-1}$ for $x>1$, by SymPy"
    ),
    "H2-2.1.3:reuse": Truth(_reused, "twelve exact steps from three starts, curvatures 1 and 9"),
    "H2-2.1.3:greedy": Truth(_greedy, "exact steps with curvatures 1 and 9"),
}
