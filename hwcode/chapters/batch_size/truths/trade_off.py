"""What ``questions/trade_off.py`` asks, from the definitions."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

import numpy as np
import sympy

from hwcode.chapters.batch_size import noisy_quadratic as bs
from hwcode.chapters.batch_size.questions.trade_off import Bc, Smin, pc, pt
from hwcode.checking import Method, Truth

__all__ = ["TRUTHS"]


@lru_cache(maxsize=1)
def _curve() -> dict[str, Any]:
    """A small copy of the page's curve: steps to 1 % of the loss, for SGD and for Newton.

    A hundred directions with curvatures 1 to 1/100. The points are those of the handout's figure:
    A at a small batch, C where steps and examples are balanced, B far to the right.
    """
    model = bs.harmonic_model(100)
    target = model.start / 100
    fast = model.preconditioned(1.0)

    def steps(of: bs.Model, batch: float) -> int:
        return bs.steps_to(of, batch, target)[0]

    least_steps, least_examples = steps(model, 2.0**20), 1.0 * steps(model, 1.0)
    knee = 2.0 ** round(float(np.log2(least_examples / least_steps)))
    batches = {"A": 2.0, "B": 2.0**16, "C": knee}
    return {
        "batches": batches,
        "steps": {name: steps(model, batch) for name, batch in batches.items()},
        "doubled": {name: steps(model, 2 * batch) for name, batch in batches.items()},
        "most": least_steps,
        "newton": {name: steps(fast, batch) for name, batch in batches.items()},
    }


def _regime(point: str, _: Any) -> str:
    """By the slope of the curve: does doubling the batch save more or less than a root of 2?"""
    found = _curve()
    saved = found["steps"][point] / found["doubled"][point]
    return "noise" if saved > np.sqrt(2) else "curvature"


def _remedy(point: str, _: Any) -> str:
    """Which saves more steps: as much parallel compute as one likes, or Newton's method?"""
    found = _curve()
    parallel = found["steps"][point] / found["most"]
    newton = found["steps"][point] / found["newton"][point]
    return "parallel" if parallel > newton else "higher"


def _best_point(_: Any) -> str:
    """The point of least steps times examples."""
    found = _curve()
    cost = {name: found["steps"][name] ** 2 * batch for name, batch in found["batches"].items()}
    return min(cost, key=lambda name: cost[name])


def _least(point: Any, cost: Any) -> Any:
    """The positive batch at which a cost, a function of steps and examples, is stationary."""
    batch = sympy.Symbol("batch", positive=True)
    steps = point[Smin] * (1 + point[Bc] / batch)
    (best,) = sympy.solve(sympy.diff(cost(steps, batch * steps), batch), batch)
    return best


TRUTHS = {
    "A2-3.1.2a:point": Truth(
        _best_point,
        "steps times examples at the three points of a curve of our own",
        method=Method.COMPUTED,
    ),
    "A2-3.1.2a:product": Truth(
        lambda point: _least(point, lambda steps, examples: steps * examples),
        "the stationary point of the product",
        2,
    ),
    "A2-3.1.2a:price": Truth(
        lambda point: _least(
            point, lambda steps, examples: point[pt] * steps + point[pc] * examples
        ),
        "the stationary point of the sum",
    ),
    **{
        f"A2-3.1.2b:{point}_regime": Truth(
            partial(_regime, point),
            "doubling the batch on a curve of our own",
            method=Method.COMPUTED,
        )
        for point in "AB"
    },
    **{
        f"A2-3.1.2b:{point}_speed": Truth(
            partial(_remedy, point),
            "the steps saved by either on a curve of our own",
            method=Method.COMPUTED,
        )
        for point in "AB"
    },
}
