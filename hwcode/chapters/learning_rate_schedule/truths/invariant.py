"""What ``questions/invariant.py`` asks, from the definitions."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import sympy
from sympy import Rational

from hwcode.chapters.experiments import record_of
from hwcode.chapters.learning_rate_schedule.questions.invariant import lam
from hwcode.chapters.learning_rate_schedule.questions.problem import (
    a,
    c,
    eta,
    h,
    rho,
    s,
    x,
)
from hwcode.checking import (
    Method,
    Truth,
)

__all__ = ["TRUTHS"]


def stationary_loss(rate_: Any, curvature: Any, momentum: Any, variance: Any) -> Any:
    """The mean loss of momentum on a noisy parabola, from the balance of its second moments.

    ``v' = rho v + h w + noise``, ``w' = w - eta v'``; the moments of w^2, w v, v^2 reproduce
    themselves.
    """
    ww, wv, vv = moments = sympy.symbols("ww wv vv")
    # E v'^2, E w' v', E w'^2 in terms of the moments before the step.
    vv_ = momentum**2 * vv + 2 * momentum * curvature * wv + curvature**2 * ww + variance
    w_v = momentum * wv + curvature * ww  # E w v'
    wv_ = w_v - rate_ * vv_
    ww_ = ww - 2 * rate_ * w_v + rate_**2 * vv_
    solved = sympy.solve([ww - ww_, wv - wv_, vv - vv_], moments, dict=True)[0]
    return curvature * solved[ww] / 2


HIGH, LOW = Rational(9, 10), Rational(1, 2)


def _floors(product: Any) -> tuple[Any, Any]:
    """The floors of settings (i) and (ii) where the first one has this rate times curvature."""
    first = stationary_loss(product, sympy.S.One, HIGH, sympy.S.One)
    return first, stationary_loss(5 * product, sympy.S.One, LOW, sympy.S.One)


def _ratio_of_floors(point: Any) -> Any:
    first, second = _floors(point[x])
    return second / first


def _last_real(point: Any) -> Any:
    """The smaller zero of the discriminant of z^2 - (1 + rho - x) z + rho."""
    product = sympy.Symbol("product", real=True)
    discriminant = (1 + point[rho] - product) ** 2 - 4 * point[rho]
    return min(sympy.solve(discriminant, product), key=lambda root: sympy.N(root, 40))


def _how_exact(_: Any) -> str:
    ratios = [_ratio_of_floors({x: Rational(1, 10**power)}) for power in (1, 3, 6)]
    if all(ratio == 1 for ratio in ratios):
        return "exact"
    errors = [abs(ratio - 1) for ratio in ratios]
    shrink = all(
        Rational(1, 2) < error / smaller / factor < 2
        for error, smaller, factor in zip(errors, errors[1:], (100, 1000), strict=False)
    )
    return "first" if shrink else "never"


def _matching_decay(point: Any) -> Any:
    """The decay that keeps the direction of a step, on a loss that no scale changes.

    f(w) = (w_1 / w_2)^2 is one; from w / c at the rate eta / c^2.
    """
    u, v, other = sympy.symbols("u v other")
    gradient = [sympy.diff((u / v) ** 2, symbol) for symbol in (u, v)]
    step, factor = Rational(1, 7), point[c]

    def after(place: tuple[Any, Any], rate_: Any, decay: Any) -> list[Any]:
        at = dict(zip((u, v), place, strict=True))
        return [
            value - rate_ * (slope.subs(at) + decay * value)
            for value, slope in zip(place, gradient, strict=True)
        ]

    first = after((sympy.Integer(3), sympy.Integer(2)), step, point[lam])
    second = after((3 / factor, 2 / factor), step / factor**2, other)
    (found,) = sympy.solve(first[0] * second[1] - first[1] * second[0], other)
    return found


def _settled(point: Any) -> Any:
    """Where a step of gradient descent with weight decay leaves the weight as it is."""
    w = sympy.Symbol("w")
    step = w - point[eta] * (point[h] * (w - point[a]) + point[lam] * w)
    (found,) = sympy.solve(step - w, w)
    return found


def _distinct(_: Any) -> int:
    """Three candidates each, a factor 3 apart: values of rate * decay / (batch * (1 - momentum))."""
    candidates = [Rational(3) ** power for power in range(3)]
    values = {
        rate_ * decay / (batch * gap)
        for rate_, decay, batch, gap in itertools.product(candidates, repeat=4)
    }
    return sympy.Integer(len(values))


def _grid(_: Any) -> int:
    return sympy.Integer(len(list(itertools.product(range(3), repeat=4))))


def _who_is_worse(_: Any) -> str:
    """Recorded validation errors of the three settings of the whole net, seed by seed."""
    record = record_of("learning_rate_schedule_full")
    one, two, three = (record.metric(f"{name}_val_error") for name in ("i", "ii", "iii"))
    above = three - np.maximum(one, two)
    if not np.all(above > 0):
        return "none"
    return "third" if np.all(above > np.abs(one - two)) else "above"


TRUTHS = {
    "P4-2d:floor": Truth(
        lambda point: stationary_loss(point[eta], point[h], point[rho], point[s] ** 2),
        "the balance of the second moments of place and velocity",
        26,
    ),
    "P4-2d:ratio": Truth(_ratio_of_floors, "the two balances of moments", 4),
    "P4-2d:exact": Truth(_how_exact, "exact ratios at three rates, powers of ten apart"),
    "P4-2d:real": Truth(_last_real, "the smaller zero of the discriminant"),
    "P4-2d:traded": Truth(
        _matching_decay, "a step of both from one direction, solved for the decay", 12
    ),
    "P4-2d:settled": Truth(_settled, "the fixed point of a step", 4),
    "P4-2d:grid": Truth(_grid, "the list of all combinations"),
    "P4-2d:values": Truth(_distinct, "the set of all values"),
    "P4-2d:worse": Truth(
        _who_is_worse, "the recorded errors, seed by seed", method=Method.MEASURED
    ),
}
