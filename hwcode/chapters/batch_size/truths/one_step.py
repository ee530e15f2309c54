"""What ``questions/one_step.py`` asks, from the definitions."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import sympy

from hwcode.chapters.batch_size import noisy_quadratic as bs
from hwcode.chapters.batch_size.questions.one_step import B, T, a, eta, sigma, w0
from hwcode.checking import Method, Truth

__all__ = ["TRUTHS"]


def _mean_over_signs(point: Any, value: Any) -> Any:
    """The mean of ``value(noise of the batch)`` when every example's noise is +sigma or -sigma."""
    size = int(point[B])
    outcomes = list(product((-1, 1), repeat=size))
    noises = [point[sigma] * sum(signs) / sympy.Integer(size) for signs in outcomes]
    return sum((value(noise) for noise in noises), sympy.S.Zero) / len(outcomes)


def _variance(point: Any) -> Any:
    return _mean_over_signs(point, lambda noise: noise**2)


def _best_first_rate(point: Any) -> Any:
    """Where the expected loss after one step, averaged over all outcomes, is stationary."""
    rate = sympy.Symbol("rate")

    def loss(noise: Any) -> Any:
        after = point[w0] - rate * (point[a] * point[w0] + noise)
        return point[a] * after**2 / 2

    expected = sympy.expand(_mean_over_signs(point, loss))
    (best,) = sympy.solve(sympy.diff(expected, rate), rate)
    return best


def _without_noise(point: Any) -> Any:
    """The rate that brings the next weight to the minimum when the gradient is exact."""
    rate = sympy.Symbol("rate")
    (best,) = sympy.solve(point[w0] - rate * point[a] * point[w0], rate)
    return best


def _loss_by_recursion(point: Any) -> Any:
    """Follow the mean of w^2 step by step."""
    square = point[w0] ** 2
    for _ in range(int(point[T])):
        square = (1 - point[eta] * point[a]) ** 2 * square + point[eta] ** 2 * point[
            sigma
        ] ** 2 / point[B]
    return point[a] * square / 2


def _loss_at_best_rates(point: Any) -> Any:
    """The same with the rate of each step solved for."""
    rate, square = sympy.Symbol("rate"), point[w0] ** 2
    for _ in range(int(point[T])):
        after = (1 - rate * point[a]) ** 2 * square + rate**2 * point[sigma] ** 2 / point[B]
        (best,) = sympy.solve(sympy.diff(after, rate), rate)
        square = after.subs(rate, best)
    return point[a] * square / 2


def _direction(_: Any) -> str:
    """Best constant rates at four horizons, for batches from 1 to 4096."""
    batches = 2.0 ** np.arange(13)
    turns = set()
    for steps in (1, 3, 30, 1000):
        rates = np.array([bs.best_rate(2.0, 1.0, 20.0, batch, steps) for batch in batches])
        turns |= set(np.sign(np.diff(rates)))
        if rates.max() >= 0.5:
            turns.add(np.inf)
    return {frozenset({1.0}): "bounded", frozenset({-1.0}): "falls"}.get(frozenset(turns), "free")


def _steady(_: Any) -> str:
    """The loss that is left in the end, at rates from nearly 0 to nearly 2/a."""
    model = bs.Model(np.array([2.0]), np.array([3.0]), np.array([1.0]))
    left = model.floor(4, np.geomspace(1e-6, 0.999, 50))
    return "none" if np.all(np.diff(left) > 0) and left[0] < 1e-5 else "inverse"


TRUTHS = {
    "A2-3.1.1a:direction": Truth(
        _direction,
        "the minimisers at four horizons and thirteen batch sizes",
        method=Method.COMPUTED,
    ),
    "A2-3.1.1a:noise": Truth(_variance, "the mean over all noises of ±σ", 3),
    "A2-3.1.1a:onestep": Truth(
        _best_first_rate, "the stationary point of the mean over all noises", 12
    ),
    "A2-3.1.1a:limit": Truth(_without_noise, "the rate that reaches the minimum without noise", 2),
    "A2-3.1.1a:horizon": Truth(
        _loss_by_recursion, "the recursion of the mean square, step by step", 20
    ),
    "A2-3.1.1a:schedule": Truth(
        _loss_at_best_rates, "the best rate of each step, solved one by one", 14
    ),
    "A2-3.1.1a:steady": Truth(
        _steady,
        "the stationary loss at fifty rates",
        method=Method.COMPUTED,
    ),
}
