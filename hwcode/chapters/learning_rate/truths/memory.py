"""What ``questions/memory.py`` asks, from the definitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
from sympy import Rational

from hwcode.chapters.learning_rate import hypergradients as hyper
from hwcode.chapters.learning_rate import least_squares as lr
from hwcode.chapters.learning_rate.questions.memory import e, v
from hwcode.chapters.learning_rate.questions.problem import eta, h, k
from hwcode.chapters.learning_rate.truths.problem import rate_polynomial
from hwcode.checking import (
    Truth,
)
from hwcode.checking.expressions import UndefinedError
from hwcode.checking.verdict import Method

__all__ = ["TRUTHS"]


def _growth_of(method: Callable[..., Any]) -> Callable[[Any], str]:
    """How the measured peak of memory grows between 100 and 1,600 steps, as a power."""

    def growth(_: Any) -> str:
        size = 4000
        generator = np.random.default_rng(413)
        data = generator.standard_normal((2, size)) / np.sqrt(size)
        objective = lr.LeastSquares(data, np.ones(2))
        few, many = (
            hyper.peak_vectors(lambda: method(objective, np.zeros(size), 0.3, steps), size)  # noqa: B023
            for steps in (100, 1600)
        )
        power = np.log(many / few) / np.log(16)
        powers = {"constant": 0.0, "sqrt": 0.5, "linear": 1.0, "square": 2.0}
        near = min(powers, key=lambda key: abs(powers[key] - power))
        return near if abs(powers[near] - power) < 0.1 else f"power {power:.2f}"

    return growth


def _kept(_: Any) -> str:
    """What the reverse sweep finds on its tape, while it returns the exact derivative."""
    objective = lr.LeastSquares(np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, 3.0]))
    start, rate, steps = np.array([2.0, -1.0]), 1 / 8, 4
    end, tape = hyper.record_steps(objective, start, rate, steps)
    path, change = [start], [np.zeros(2)]
    for _step in range(steps):
        slope = objective.gradient(path[-1])
        change.append(change[-1] - rate * objective.hessian_product(path[-1], change[-1]) - slope)
        path.append(path[-1] - rate * slope)
    iterates = all(np.array_equal(kept[0], w) for kept, w in zip(tape, path, strict=False))
    changes = any(np.allclose(entry, dw) for kept in tape for entry in kept for dw in change[1:])
    found, _ = hyper.sweep_back(objective, tape, rate, objective.gradient(end), 0.0)
    exact = hyper.exact_derivative(objective, start, rate, steps)[1]
    right = abs(found - float(exact)) < 1e-12 * abs(float(exact))
    return "iterates" if iterates and right and not changes else "unexpected"


def _fewest(point: Any) -> Any:
    """The least of k/s + v s over positive spacings s, from where its derivative vanishes."""
    s = sympy.Symbol("s", positive=True)
    kept = point[k] / s + point[v] * s
    return min(kept.subs(s, root) for root in sympy.solve(sympy.diff(kept, s), s))


def _grown_error(point: Any) -> Any:
    """Step forwards exactly, disturb the end, undo the steps by solving for what came before."""
    u, start = sympy.Symbol("u"), Rational(7, 3)
    if 1 - point[eta] * point[h] == 0:
        raise UndefinedError("the step forgets where it started")
    w = start
    for _ in range(int(point[k])):
        w = w - point[eta] * point[h] * w
    w += point[e]
    for _ in range(int(point[k])):
        (w,) = sympy.solve(sympy.Eq(u - point[eta] * point[h] * u, w), u)
    return w - start


TRUTHS = {
    "H2-2.1.2:forward": Truth(
        _growth_of(hyper.descend),
        "how the measured peak grows between 100 and 1,600 steps",
        method=Method.COMPUTED,
    ),
    "H2-2.1.2:backward": Truth(
        _growth_of(hyper.by_backpropagation),
        "how the measured peak grows between 100 and 1,600 steps",
        method=Method.COMPUTED,
    ),
    "H2-2.1.2:kept": Truth(_kept, "what the tape of a reverse sweep holds", method=Method.COMPUTED),
    "H2-2.1.2:forward_mode": Truth(
        _growth_of(hyper.by_forward_mode),
        "how the measured peak grows between 100 and 1,600 steps",
        method=Method.COMPUTED,
    ),
    "H2-2.1.2:checkpoints": Truth(_fewest, "the value where the derivative in s vanishes"),
    "H2-2.1.2:reversal": Truth(
        _grown_error, "exact steps forwards and back with a disturbed end", 16
    ),
    "H2-2.1.2:shortcut": Truth(
        lambda point: rate_polynomial(point).diff().eval(point[eta]),
        "the derivative of the loss as a polynomial in the rate",
        22,
    ),
}
