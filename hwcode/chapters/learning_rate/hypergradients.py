"""The derivative of the final loss in the learning rate, four ways.

Gradient descent takes ``w_{i+1} = w_i - rate * gradient(w_i)`` for ``steps`` steps. How the loss at
the end depends on the rate can be found out

* backwards, keeping every iterate (:func:`by_backpropagation`),
* forwards, carrying the derivative of the weights along (:func:`by_forward_mode`),
* backwards, keeping a few iterates and repeating the steps between (:func:`by_checkpoints`),
* backwards, keeping the last one and undoing the steps (:func:`by_reversal`).
"""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from hwcode.chapters.learning_rate.least_squares import LeastSquares
from hwcode.checking.arguments import at_least, between, takes

__all__ = [
    "Counted",
    "Derivative",
    "Objective",
    "Reversible",
    "by_backpropagation",
    "by_checkpoints",
    "by_forward_mode",
    "by_reversal",
    "descend",
    "exact_derivative",
    "peak_vectors",
    "record_steps",
    "sweep_back",
]

Array = NDArray[np.float64]


class Objective(Protocol):
    """What gradient descent and its derivative need to know of a function of the weights."""

    def value(self, w: Array) -> float: ...

    def gradient(self, w: Array) -> Array: ...

    def hessian_product(self, w: Array, v: Array) -> Array: ...


class Reversible(Objective, Protocol):
    """An objective whose steps of gradient descent can be undone."""

    def undo(self, after: Array, rate: float) -> Array: ...


class Derivative(NamedTuple):
    """The objective at the end, and its derivative in the rate."""

    value: float
    slope: float


@takes(steps=at_least(0))
def descend(objective: Objective, start: Array, rate: float, steps: int) -> Array:
    """The weights after ``steps`` steps, keeping one iterate at a time.

    >>> line = LeastSquares(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> descend(line, np.zeros(2), rate=1 / 8, steps=2)
    array([1.125, 1.125])
    """
    w = start
    for _ in range(steps):
        w = w - rate * objective.gradient(w)
    return w


@takes(steps=at_least(0))
def by_backpropagation(
    objective: Objective, start: Array, rate: float, steps: int, final: Objective | None = None
) -> Derivative:
    """Standard back-propagation: every iterate and gradient is kept until its step comes up again.

    Args:
        objective: what gradient descent descends.
        start: weights, ``d``.
        rate: the rate of all steps.
        steps: how many.
        final: what is evaluated at the end, a validation loss say; by default the objective.

    >>> line = LeastSquares(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> by_backpropagation(line, np.zeros(2), rate=1 / 8, steps=2)     # of 9 (1 - 4 rate)^4
    Derivative(value=0.5625, slope=-18.0)
    """
    final = objective if final is None else final
    end, tape = record_steps(objective, start, rate, steps)
    slope, _ = sweep_back(objective, tape, rate, final.gradient(end), 0.0)
    return Derivative(final.value(end), slope)


@takes(steps=at_least(0))
def record_steps(
    objective: Objective, w: Array, rate: float, steps: int
) -> tuple[Array, list[tuple[Array, Array]]]:
    """Take some steps; the last iterate, and each step's point and gradient."""
    tape = []
    for _ in range(steps):
        gradient = objective.gradient(w)
        tape.append((w, gradient))
        w = w - rate * gradient
    return w, tape


@takes()
def sweep_back(
    objective: Objective,
    tape: list[tuple[Array, Array]],
    rate: float,
    adjoint: Array,
    slope: float,
) -> tuple[float, Array]:
    """Go back through recorded steps, consuming the record.

    ``adjoint`` is the derivative of the final value in the weights after the step. The step
    ``w - rate * gradient(w)`` contributes ``-adjoint @ gradient`` to the slope.
    """
    while tape:
        w, gradient = tape.pop()
        slope -= float(adjoint @ gradient)
        adjoint = adjoint - rate * objective.hessian_product(w, adjoint)
    return slope, adjoint


@takes(steps=at_least(0))
def by_forward_mode(
    objective: Objective, start: Array, rate: float, steps: int, final: Objective | None = None
) -> Derivative:
    """Forward mode: the derivative of the weights in the rate is carried along.

    ``v = dw/drate`` obeys ``v <- v - rate * H v - gradient(w)``. One such vector is needed for each
    hyper-parameter, and none is kept.

    >>> line = LeastSquares(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> by_forward_mode(line, np.zeros(2), rate=1 / 8, steps=2)
    Derivative(value=0.5625, slope=-18.0)
    """
    final = objective if final is None else final
    w, v = start, np.zeros_like(start)
    for _ in range(steps):
        gradient = objective.gradient(w)
        v = v - rate * objective.hessian_product(w, v) - gradient
        w = w - rate * gradient
    return Derivative(final.value(w), float(final.gradient(w) @ v))


@takes(steps=at_least(0))
def by_checkpoints(
    objective: Objective,
    start: Array,
    rate: float,
    steps: int,
    final: Objective | None = None,
    spacing: int | None = None,
) -> Derivative:
    """Keep one iterate in every ``spacing``; on the way back, repeat one segment at a time.

    A segment under repetition keeps two vectors a step, so that ``steps / spacing + 2 spacing``
    are kept; the default spacing ``sqrt(steps / 2)`` makes that least, ``2 sqrt(2 steps)``.

    >>> line = LeastSquares(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> by_checkpoints(line, np.zeros(2), rate=1 / 8, steps=7) == by_backpropagation(
    ...     line, np.zeros(2), rate=1 / 8, steps=7)
    True
    """
    final = objective if final is None else final
    spacing = spacing or max(1, round(math.sqrt(steps / 2)))
    checkpoints, w = [], start
    for i in range(steps):
        if i % spacing == 0:
            checkpoints.append((i, w))
        w = w - rate * objective.gradient(w)
    value, adjoint, slope = final.value(w), final.gradient(w), 0.0
    done = steps
    while checkpoints:
        i, w = checkpoints.pop()
        _, tape = record_steps(objective, w, rate, done - i)
        slope, adjoint = sweep_back(objective, tape, rate, adjoint, slope)
        done = i
    return Derivative(value, slope)


@takes(steps=at_least(0))
def by_reversal(
    objective: Reversible, start: Array, rate: float, steps: int, final: Objective | None = None
) -> Derivative:
    """Keep the last iterate only, and undo the steps one by one.

    Undoing a step divides rounding errors by ``1 - rate * h`` along each direction of curvature h.

    Raises:
        numpy.linalg.LinAlgError: where a step cannot be undone because some ``rate * h`` is 1.

    >>> line = LeastSquares(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> by_reversal(line, np.zeros(2), rate=1 / 8, steps=2)
    Derivative(value=0.5625, slope=-18.0)
    """
    final = objective if final is None else final
    w = descend(objective, start, rate, steps)
    value, adjoint, slope = final.value(w), final.gradient(w), 0.0
    for _ in range(steps):
        w = objective.undo(w, rate)
        slope -= float(adjoint @ objective.gradient(w))
        adjoint = adjoint - rate * objective.hessian_product(w, adjoint)
    return Derivative(value, slope)


@takes("objective.X[n,d] start[d]", steps=between(0, 10_000))
def exact_derivative(
    objective: LeastSquares, start: Array, rate: float, steps: int
) -> tuple[Fraction, Fraction]:
    """The objective and its derivative over the rationals, in forward mode: the yardstick.

    Floats are taken as the binary fractions that they are, and nothing is rounded.

    >>> line = LeastSquares(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> exact_derivative(line, np.zeros(2), rate=1 / 8, steps=2)
    (Fraction(9, 16), Fraction(-18, 1))
    """
    X, t, w = (_fractions(part) for part in (objective.X, objective.t, start))
    eta, penalty = Fraction(rate), Fraction(objective.penalty)
    v, n = w * 0, len(t)
    for _ in range(steps):
        gradient = X.T @ (X @ w - t) * Fraction(2, n) + 2 * penalty * w
        v = v - eta * (X.T @ (X @ v) * Fraction(2, n) + 2 * penalty * v) - gradient
        w = w - eta * gradient
    residual = X @ w - t
    value = residual @ residual / n + penalty * (w @ w)
    return value, 2 * (residual @ (X @ v)) / n + 2 * penalty * (w @ v)


def _fractions(values: Array) -> Any:
    return np.vectorize(Fraction, otypes=[object])(values)


# --- what it costs ----------------------------------------------------------------------------


@takes()
@dataclass
class Counted:
    """An objective that counts what it is asked for.

    >>> counted = Counted(LeastSquares(np.array([[1.0, 1.0]]), np.array([3.0])))
    >>> _ = by_backpropagation(counted, np.zeros(2), rate=1 / 8, steps=10)
    >>> counted.gradients, counted.products, counted.undone
    (11, 10, 0)
    """

    objective: Reversible
    gradients: int = 0
    products: int = 0
    undone: int = 0

    def value(self, w: Array) -> float:
        return self.objective.value(w)

    def gradient(self, w: Array) -> Array:
        self.gradients += 1
        return self.objective.gradient(w)

    def hessian_product(self, w: Array, v: Array) -> Array:
        self.products += 1
        return self.objective.hessian_product(w, v)

    def undo(self, after: Array, rate: float) -> Array:
        self.undone += 1
        return self.objective.undo(after, rate)


@takes(d=at_least(1))
def peak_vectors(work: Callable[[], object], d: int) -> float:
    """The most memory that ``work`` holds at a time, in vectors of ``d`` doubles.

    Measured by Python's own accounting of allocations, temporaries included; what was there before
    does not count. For vectors much longer than Python's own objects.

    >>> round(peak_vectors(lambda: [np.ones(10_000) for _ in range(7)], 10_000))
    7
    """
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        work()
        return (tracemalloc.get_traced_memory()[1] - before) / (8 * d)
    finally:
        tracemalloc.stop()
