"""The loss after some steps of gradient descent, as a function of the learning rate.

The loss is ``1/n ||X w - t||^2``, perhaps with a penalty. Along the eigenvectors of its Hessian
the loss after ``k`` steps is a sum of powers of ``1 - rate * curvature``; :class:`Spectrum` is that
form, in floating point. The module ``rate_polynomials`` has the same function exactly, from the
steps themselves, and ``hypergradients`` its derivative, from programs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwcode.checking.arguments import ANY_NUMBER, above, at_least, takes

__all__ = [
    "LeastSquares",
    "Spectrum",
    "limit_rate",
]

Array = NDArray[np.float64]


# --- the spectrum -----------------------------------------------------------------------------


@takes("X[n,d] t[n]", penalty=at_least(0))
@dataclass(frozen=True)
class LeastSquares:
    """The objective ``1/n ||X w - t||^2 + penalty ||w||^2``.

    Attributes:
        X: data, ``n x d``.
        t: targets, ``n``.
        penalty: not negative; 0 for none.

    >>> objective = LeastSquares(np.array([[1.0, 1.0]]), np.array([3.0]), penalty=0.5)
    >>> objective.value(np.ones(2)), objective.gradient(np.ones(2))
    (2.0, array([-1., -1.]))
    """

    X: Array
    t: Array
    penalty: float = 0.0

    def value(self, w: Array) -> float:
        """The objective at weights of shape ``d``."""
        residual = self.X @ w - self.t
        return float(residual @ residual) / len(self.t) + self.penalty * float(w @ w)

    def gradient(self, w: Array) -> Array:
        """Its gradient, shape ``d``."""
        return 2 / len(self.t) * (self.X.T @ (self.X @ w - self.t)) + 2 * self.penalty * w

    def hessian_product(self, w: Array, v: Array) -> Array:
        """The Hessian at ``w`` times ``v``, shape ``d``; it is the same at every ``w``."""
        return 2 / len(self.t) * (self.X.T @ (self.X @ v)) + 2 * self.penalty * v

    @cached_property
    def gram(self) -> Array:
        """``X X^T``, ``n x n``."""
        return np.asarray(self.X @ self.X.T, float)

    def hessian(self) -> Array:
        """The Hessian, ``d x d``."""
        d = self.X.shape[1]
        return 2 / len(self.t) * (self.X.T @ self.X) + 2 * self.penalty * np.eye(d)

    @takes("self.X[n,d] after[d]")
    def undo(self, after: Array, rate: float) -> Array:
        """The weights before a step of gradient descent, from those after it.

        The step is ``after = M w + (2 rate / n) X^T t`` with ``M = s I - (2 rate / n) X^T X`` and
        ``s = 1 - 2 rate penalty``. By the identity of Woodbury an ``n x n`` system is solved
        instead of a ``d x d`` one.

        Raises:
            numpy.linalg.LinAlgError: if ``M`` is singular: different weights lead to ``after``.

        >>> line = LeastSquares(np.array([[1.0, 1.0]]), np.array([3.0]))
        >>> line.undo(np.array([0.75, 0.75]), rate=1 / 8)
        array([0., 0.])
        """
        if rate == 0:
            return after
        factor, scale = 2 * rate / len(self.t), 1 - 2 * rate * self.penalty
        if scale == 0:
            raise np.linalg.LinAlgError("2 * rate * penalty is 1: the step forgets its start")
        y = after - factor * (self.X.T @ self.t)
        system = scale / factor * np.eye(len(self.t)) - self.gram
        return (y + self.X.T @ np.linalg.solve(system, self.X @ y)) / scale


@dataclass(frozen=True)
class Spectrum:
    """The objective after ``k`` steps at rate ``r``: ``floor + sum_j weights_j (1 - r h_j)^(2k)``.

    Attributes:
        curvatures: the eigenvalues ``h_j > 0`` of the Hessian along which the start is off the
            minimum, ascending. We call them excited.
        weights: what of the objective lies along each at the start, positive.
        floor: what no rate can change: the minimum.
    """

    curvatures: Array
    weights: Array
    floor: float

    @classmethod
    @takes("objective.X[n,d] start[d]")
    def of(cls, objective: LeastSquares, start: Array, tolerance: float = 1e-12) -> Spectrum:
        """The spectrum of an objective seen from a start.

        A direction with curvature ``h`` and slope ``g`` carries ``g^2 / (2 h)`` of the objective.
        Curvatures below ``tolerance`` times the largest do not count, nor do slopes below
        ``tolerance`` times the size of the terms whose sum they are: ``X^T X w`` and ``X^T t`` may
        cancel, and leave their rounding errors.

        >>> line = LeastSquares(np.array([[1.0, 1.0]]), np.array([3.0]))
        >>> found = Spectrum.of(line, np.zeros(2))
        >>> found.curvatures.round(12), found.weights.round(12), round(found.floor, 12)
        (array([4.]), array([9.]), 0.0)
        """
        h, directions = np.linalg.eigh(objective.hessian())
        g = directions.T @ objective.gradient(start)
        terms = h[-1] * np.linalg.norm(start) + np.linalg.norm(objective.gradient(0 * start))
        kept = (h > tolerance * h[-1]) & (np.abs(g) > tolerance * terms)
        weights = g[kept] ** 2 / (2 * h[kept])
        return cls(h[kept], weights, objective.value(start) - float(weights.sum()))

    @takes(rate=ANY_NUMBER, steps=at_least(0))
    def loss(self, rate: Any, steps: int) -> Any:
        """The objective after ``steps`` steps; an array of rates gives an array."""
        factors = 1 - np.multiply.outer(np.asarray(rate, float), self.curvatures)
        return self.floor + factors ** (2 * steps) @ self.weights

    @takes(steps=at_least(0))
    def slope(self, rate: float, steps: int) -> float:
        """The derivative of :meth:`loss` in the rate; 0 after no step."""
        factors = 1 - rate * self.curvatures
        powers = factors ** max(2 * steps - 1, 0)
        return float(-2 * steps * powers @ (self.weights * self.curvatures))

    @takes(steps=at_least(1))
    def best_rate(self, steps: int) -> float:
        """The rate of least loss after ``steps`` steps, by bisection on the slope's sign.

        The loss is strictly convex in the rate, and all its terms fall below ``1 / h_max`` and rise
        above ``1 / h_min``, so the one minimum lies between.

        Raises:
            ValueError: if nothing is excited; then every rate is as good.

        >>> Spectrum(np.array([1.0, 3.0]), np.array([3.0, 1.0]), 0.0).best_rate(1)
        0.5
        """
        h = self.curvatures
        if not len(h):
            raise ValueError("the start is stationary: the loss is the same for every rate")
        if steps == 1:
            return float((h @ self.weights) / (h**2 @ self.weights))
        low, high = 1 / h[-1], 1 / h[0]
        for _ in range(100):
            rate = (low + high) / 2
            factors = 1 - rate * h
            # Scaled by the largest: the powers of a few hundred steps would underflow.
            scaled = factors / max(np.max(np.abs(factors)), np.finfo(float).tiny)
            if scaled ** (2 * steps - 1) @ (h * self.weights) > 0:
                low = rate
            else:
                high = rate
        return float((low + high) / 2)


@takes("curvatures[k]", curvatures=above(0))
def limit_rate(curvatures: Array) -> float:
    """Where the best rate for ``k`` steps tends to as ``k`` grows: ``2 / (h_min + h_max)``.

    Args:
        curvatures: the excited ones.

    >>> limit_rate(np.array([1.0, 2.5, 3.0]))
    0.5
    """
    return float(2 / (np.min(curvatures) + np.max(curvatures)))
