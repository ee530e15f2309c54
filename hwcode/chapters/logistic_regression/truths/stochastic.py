"""What ``questions/stochastic.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.chapters.experiments import record_of
from hwcode.chapters.logistic_regression.questions.problem import beta, eta, mu, s
from hwcode.checking import Method, Truth

__all__ = ["TRUTHS"]


def _stationary_variance(a: Any, b: Any, variance: Any) -> Any:
    """Variance of x' = a x + b x_before + noise, from its Yule-Walker equations."""
    v0, v1 = sympy.symbols("v0 v1")
    equations = [v1 - a * v0 - b * v1, v0 - (a**2 + b**2) * v0 - 2 * a * b * v1 - variance]
    return sympy.solve(equations, [v0, v1])[v0]


def _floor_of(rate: Any, curvature_: Any, deviation: Any, momentum_: Any) -> Any:
    shrink = 1 - rate * curvature_
    variance = _stationary_variance(
        (1 + momentum_) * shrink, -momentum_ * shrink, (rate * deviation) ** 2
    )
    return curvature_ * variance / 2


def _who_is_faster(_: Any) -> str:
    """Recorded curves at rate 1/L: who is ahead in the middle, and who ends lower?"""
    record = record_of("logistic_regression")
    plain, fast = (record.curve(name).mean(axis=0) for name in ("sgd_1", "sgd_nesterov_1"))
    at = record.curve("sgd_1_at")[0]
    middle = (at > 300) & (at < 1000)
    ahead = bool((fast[middle] < plain[middle]).mean() > 0.9)
    floors = [record.metric(f"{name}_1_floor_predicted")[0] for name in ("sgd", "sgd_nesterov")]
    ends_higher = bool(
        record.metric("sgd_nesterov_1_floor").mean() > record.metric("sgd_1_floor").mean()
    )
    if ahead and ends_higher and floors[1] > floors[0]:
        return "at first"
    return "always" if ahead else "never"


TRUTHS = {
    "P4-1e:faster": Truth(
        _who_is_faster,
        "the recorded curves and the predicted floors",
        method=Method.MEASURED,
    ),
    "P4-1e:floor": Truth(
        lambda point: _floor_of(point[eta], point[mu], point[s], sympy.S.Zero),
        "the stationary variance from its own equations",
        6,
    ),
    "P4-1e:amplified": Truth(
        lambda point: _floor_of(point[eta], point[mu], point[s], point[beta]),
        "the stationary variance from its own equations",
        30,
    ),
}
