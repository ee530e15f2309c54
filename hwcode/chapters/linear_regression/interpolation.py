"""Linear regression on both sides of interpolation.

The loss is the mean of the squared errors, ``1/n ||X w - t||^2``, without a factor 1/2: that is the
handout's convention, and every constant below follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from hwcode.checking.arguments import ANY_NUMBER, at_least, takes

__all__ = [
    "gradient",
    "gradient_descent",
    "largest_rate",
    "loss",
    "minimum_norm_solution",
    "rademacher_training_error",
]

Array = NDArray[np.float64]


@takes("X[n,d] w[d] t[n]")
def loss(X: Array, w: Array, t: Array) -> float:
    """Mean squared error ``1/n ||X w - t||^2``.

    Args:
        X: data, ``n x d``, one example in a row.
        w: weights, ``d``.
        t: targets, ``n``.

    >>> loss(np.array([[1.0, 1.0]]), np.zeros(2), np.array([3.0]))
    9.0
    """
    residual = X @ w - t
    return float(residual @ residual) / len(t)


@takes("X[n,d] w[d] t[n]")
def gradient(X: Array, w: Array, t: Array) -> Array:
    """Gradient of :func:`loss` in ``w``: ``2/n X^T (X w - t)``, shape ``d``.

    >>> gradient(np.array([[1.0, 1.0]]), np.zeros(2), np.array([3.0]))
    array([-6., -6.])
    """
    return 2 / len(t) * X.T @ (X @ w - t)


@takes("X[n,d] t[n] start[d]", rate=ANY_NUMBER)
def gradient_descent(
    X: Array, t: Array, rate: float | Callable[[int], float], start: Array | None = None
) -> Iterator[Array]:
    """The iterates of gradient descent on :func:`loss`, the start first; without end.

    Args:
        X: data, ``n x d``.
        t: targets, ``n``.
        rate: a constant, or a function of the number of steps taken so far.
        start: ``d``; zero if not given.

    >>> path = gradient_descent(np.array([[1.0, 1.0]]), np.array([3.0]), rate=1/4)
    >>> next(path), next(path)
    (array([0., 0.]), array([1.5, 1.5]))
    """
    w = np.zeros(X.shape[1]) if start is None else np.array(start, float)
    step = 0
    while True:
        yield w
        now = rate(step) if callable(rate) else rate
        w = w - now * gradient(X, w, t)
        step += 1


@takes("X[n,d]")
def largest_rate(X: Array) -> float:
    """The constant rate below which gradient descent converges from every start: ``n / lambda``.

    ``lambda`` is the largest eigenvalue of ``X^T X``; the Hessian of the loss is ``2/n X^T X``, and
    a step contracts its eigenvector of eigenvalue ``h`` by ``1 - rate * h``.

    Raises:
        ValueError: for ``X = 0``, where every rate does.

    >>> round(largest_rate(np.array([[1.0, 1.0]])), 12)
    0.5
    """
    top = float(np.linalg.norm(X, 2)) ** 2
    if top == 0:
        raise ValueError("the data matrix is zero: the loss is constant and every rate converges")
    return len(X) / top


@takes("X[n,d] t[n]")
def minimum_norm_solution(X: Array, t: Array) -> Array:
    """Among the minimisers of the loss, the one of least norm: ``pinv(X) t``.

    If the columns of ``X`` are independent there is only one minimiser; if its rows are, this one
    is ``X^T (X X^T)^{-1} t``. Neither is assumed here: a singular value decomposition serves both.

    >>> minimum_norm_solution(np.array([[1.0, 1.0]]), np.array([3.0]))
    array([1.5, 1.5])
    """
    return np.asarray(np.linalg.lstsq(X, t, rcond=None)[0], float)


@takes(sigma=at_least(0))
def rademacher_training_error(X: sympy.Matrix, sigma: Any) -> sympy.Expr:
    """Training error of least squares, averaged exactly over all noises of ``+-sigma``.

    Such noise is independent with mean 0 and variance ``sigma^2``, and there are only ``2^n``
    outcomes, so the expectation is a finite sum of exact numbers. The projection on the columns of
    ``X`` is computed by Gram and Schmidt and needs no assumption on its rank.

    Args:
        X: an exact matrix, ``n x d``.
        sigma: the standard deviation, exact.

    >>> rademacher_training_error(sympy.Matrix([1, 2]), sympy.Integer(1))
    1/2
    """
    n = X.rows
    basis = sympy.GramSchmidt([X[:, j] for j in _independent_columns(X)])
    total = sympy.S.Zero
    for signs in product((-1, 1), repeat=n):
        noise = sigma * sympy.Matrix(signs)
        residual = noise
        for direction in basis:
            residual = residual - direction * (direction.dot(noise) / direction.dot(direction))
        total += residual.dot(residual) / n
    return total / 2**n


def _independent_columns(X: sympy.Matrix) -> tuple[int, ...]:
    return tuple(X.rref()[1])
