"""The implicit bias of optimisers: which of infinitely many perfect fits they find.

An optimiser is a generator here. It yields its iterates, the start first and without end. It works
on arrays of float64 and on arrays of SymPy or mpmath numbers (:func:`exact`, :func:`precise`),
because some of what float64 says about these methods is wrong.

The loss is ``1/n ||X w - t||^2``; for one batch, the mean over its examples.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import NDArray

__all__ = [
    "adagrad",
    "adam",
    "cyclic",
    "descent",
    "drawn",
    "enclosed_bias",
    "exact",
    "full_adagrad",
    "least_squares",
    "limit_of_iteration",
    "momentum",
    "nearest_solution",
    "plain",
    "precise",
    "rmsprop",
    "settled",
]

Array = NDArray[Any]
Gradient = Callable[[int, Array], Array]
"""From the number of steps taken so far and the weights to a gradient there."""
Rate = Any
"""A number, or a function of the number of steps taken so far."""
Order = Callable[[int], Sequence[int]]
"""Which examples make the batch of a step."""


# --- numbers, losses, batches -----------------------------------------------------------------


def exact(values: Any) -> Array:
    """An array of SymPy numbers, of the shape of ``values``; texts such as ``"1/3"`` are read.

    >>> exact([1, "1/3"]) * 3
    array([3, 1], dtype=object)
    """
    return np.vectorize(sympy.Rational, otypes=[object])(values)


def plain(values: Any) -> Array:
    """An array of Python's floats, for runs in which every single rounding matters.

    NumPy may fuse or reorder the operations of a product of float64 arrays, and not on all machines
    alike; on arrays of objects it does one after the other.

    >>> plain(["0.1", 2]) @ plain([3, 1])
    2.3
    """
    return np.vectorize(lambda value: float(sympy.Rational(value)), otypes=[object])(values)


def precise(values: Any) -> Array:
    """An array of mpmath numbers, rounded to the precision that is set when this is called.

    >>> with mpmath.workdps(30):
    ...     print(precise(["0.1"])[0] * 3)
    0.3
    """

    def number(value: Any) -> Any:
        ratio = sympy.Rational(value)
        return mpmath.mpf(int(ratio.p)) / int(ratio.q)

    return np.vectorize(number, otypes=[object])(values)


def least_squares(X: Array, t: Array, order: Order | None = None) -> Gradient:
    """Gradients of the mean squared error of a batch, ``2/b X_B^T (X_B w - t_B)``.

    Args:
        X: data, ``n x d``.
        t: targets, ``n``.
        order: the rows in the batch of each step; all of them if not given.

    >>> least_squares(np.array([[2.0, 1.0]]), np.array([2.0]))(0, np.zeros(2))
    array([-8., -4.])
    """

    def gradient(step: int, w: Array) -> Array:
        rows = list(range(len(t)) if order is None else order(step))
        return 2 * X[rows].T @ (X[rows] @ w - t[rows]) / len(rows)

    return gradient


def cyclic(n: int, batch: int = 1) -> Order:
    """Batches of ``batch`` examples in turn, over and over.

    >>> [cyclic(3, 2)(step) for step in range(3)]
    [[0, 1], [2, 0], [1, 2]]
    """
    return lambda step: [(step * batch + i) % n for i in range(batch)]


def drawn(n: int, batch: int, seed: int, replacement: bool = False) -> Order:
    """Random batches; a step's batch depends on the seed and the step alone.

    >>> sorted(drawn(3, 3, seed=0)(0))
    [0, 1, 2]
    """

    def order(step: int) -> Sequence[int]:
        generator = np.random.default_rng((seed, step))
        return [int(i) for i in generator.choice(n, size=batch, replace=replacement)]

    return order


# --- optimisers -------------------------------------------------------------------------------


def descent(gradient: Gradient, rate: Rate, start: Array) -> Iterator[Array]:
    """Gradient descent: full-batch, mini-batch or on single examples, as the gradient is.

    >>> gradient = least_squares(exact([[1, 1]]), exact([3]))
    >>> path = descent(gradient, sympy.Rational(1, 4), exact([0, 0]))
    >>> [list(w) for w in islice(path, 3)]
    [[0, 0], [3/2, 3/2], [3/2, 3/2]]
    """
    w, step = start, 0
    while True:
        yield w
        w = w - _at(rate, step) * gradient(step, w)
        step += 1


def momentum(
    gradient: Gradient,
    rate: Rate,
    alpha: Any,
    start: Array,
    velocity: Array | None = None,
    lookahead: bool = False,
) -> Iterator[Array]:
    """Descent with momentum: ``delta <- alpha delta - rate g``, ``w <- w + delta``.

    Args:
        gradient: as of :func:`least_squares`.
        rate: the learning rate, inside ``delta``.
        alpha: the momentum.
        start: ``d``.
        velocity: ``delta`` before the first step; zero if not given.
        lookahead: take the gradient at ``w + alpha delta``, as Nesterov does.

    >>> path = momentum(least_squares(exact([[1, 1]]), exact([3])), sympy.Rational(1, 8),
    ...                 sympy.Rational(1, 2), exact([0, 0]))
    >>> [w[0] for w in islice(path, 4)]
    [0, 3/4, 3/2, 15/8]
    """
    w, step = start, 0
    delta = 0 * start if velocity is None else velocity
    while True:
        yield w
        at = w + alpha * delta if lookahead else w
        delta = alpha * delta - _at(rate, step) * gradient(step, at)
        w, step = w + delta, step + 1


def adagrad(
    gradient: Gradient, rate: Rate, start: Array, eps: Any = 0, inside: bool = False
) -> Iterator[Array]:
    """Adagrad: each weight's step is divided by the root of the sum of its squared gradients.

    Args:
        gradient: as of :func:`least_squares`.
        rate: the learning rate.
        start: ``d``.
        eps: added to the root; with 0, a weight whose gradients have all been 0 stays (0/0 = 0).
        inside: add ``eps`` under the root instead.

    Duchi, Hazan and Singer 2011.

    >>> path = adagrad(least_squares(exact([[1, 2]]), exact([3])), 1, exact([0, 0]))
    >>> [list(w) for w in islice(path, 3)]
    [[0, 0], [1, 1], [1, 1]]
    """
    w, total, step = start, 0 * start, 0
    while True:
        yield w
        g = gradient(step, w)
        total = total + g * g
        w = w - _at(rate, step) * _scaled(g, total, eps, inside)
        step += 1


def rmsprop(
    gradient: Gradient, rate: Rate, start: Array, beta: Any, eps: Any = 0, inside: bool = False
) -> Iterator[Array]:
    """RMSProp: as :func:`adagrad`, with ``v <- beta v + (1 - beta) g^2`` in place of the sum.

    ``v`` is 0 before the first step. Tieleman and Hinton 2012.

    >>> path = rmsprop(least_squares(exact([[2, 1]]), exact([2])), sympy.Rational(1, 15),
    ...                exact([0, 0]), beta=sympy.Rational(99, 100))
    >>> [list(w) for w in islice(path, 3)]
    [[0, 0], [2/3, 2/3], [2/3, 2/3]]
    """
    w, v, step = start, 0 * start, 0
    while True:
        yield w
        g = gradient(step, w)
        v = beta * v + (1 - beta) * g * g
        w = w - _at(rate, step) * _scaled(g, v, eps, inside)
        step += 1


def adam(
    gradient: Gradient, rate: Rate, start: Array, beta1: Any, beta2: Any, eps: Any = 0
) -> Iterator[Array]:
    """Adam: RMSProp with momentum in the numerator, and both averages corrected for their start.

    Kingma and Ba 2015, algorithm 1.

    >>> gradient = least_squares(np.array([[2.0, 1.0]]), np.array([2.0]))
    >>> path = adam(gradient, 0.1, np.zeros(2), 0.9, 0.999)
    >>> next(path), next(path)
    (array([0., 0.]), array([0.1, 0.1]))
    """
    w, m, v, step = start, 0 * start, 0 * start, 0
    while True:
        yield w
        g = gradient(step, w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        step += 1
        mean, square = m / (1 - beta1**step), v / (1 - beta2**step)
        w = w - _at(rate, step - 1) * _scaled(mean, square, eps, inside=False)


def full_adagrad(gradient: Gradient, rate: Rate, start: Array, eps: float = 0) -> Iterator[Array]:
    """Adagrad with the whole matrix ``G``, the sum of ``g g^T``, where others keep its diagonal.

    Steps go along ``(G^(1/2) + eps I)^+ g``. In float64 only; eigenvalues of ``G`` below ``1e-12``
    of the largest count as zero.

    >>> gradient = least_squares(np.array([[2.0, 1.0]]), np.array([2.0]))
    >>> path = full_adagrad(gradient, 0.1, np.zeros(2))
    >>> [w.round(4).tolist() for w in islice(path, 2)]
    [[0.0, 0.0], [0.0894, 0.0447]]
    """
    w, total, step = start, np.zeros((len(start), len(start))), 0
    while True:
        yield w
        g = gradient(step, w)
        total = total + np.outer(g, g)
        values, vectors = np.linalg.eigh(total)
        values = np.where(values > 1e-12 * values[-1], values, 0.0)
        roots = np.sqrt(values) + eps
        inverse = np.divide(1, roots, out=np.zeros_like(roots), where=roots > 0)
        w = w - _at(rate, step) * (vectors @ (inverse * (vectors.T @ g)))
        step += 1


def _at(rate: Rate, step: int) -> Any:
    return rate(step) if callable(rate) else rate


def _scaled(g: Array, squares: Array, eps: Any, inside: bool) -> Array:
    """``g / (sqrt(squares) + eps)``, or ``g / sqrt(squares + eps)``; 0 where ``g`` is 0."""
    below = _root(squares + eps) if inside else _root(squares) + eps
    quotients = [0 * a if a == 0 else a / b for a, b in zip(g, below, strict=True)]
    return np.array(quotients, dtype=g.dtype)


def _root(values: Array) -> Array:
    if values.dtype != object:
        return np.sqrt(values)
    return np.array([_root_of_number(value) for value in values], dtype=object)


def _root_of_number(value: Any) -> Any:
    if isinstance(value, float):
        return math.sqrt(value)
    return value.sqrt() if isinstance(value, mpmath.mpf) else sympy.sqrt(value)


# --- where they end ---------------------------------------------------------------------------


def nearest_solution(X: Array, t: Array, start: Array) -> Array:
    """The minimiser of the loss nearest to ``start``: ``w0 + pinv(X) (t - X w0)``, in float64.

    >>> nearest_solution(np.array([[2.0, 1.0]]), np.array([2.0]), np.zeros(2)).round(12)
    array([0.8, 0.4])
    """
    return np.asarray(start + np.linalg.pinv(X) @ (t - X @ start), float)


def settled(path: Iterator[Array], tolerance: Any, most: int = 100_000) -> Array:
    """The first iterate whose step is no longer than ``tolerance`` in any coordinate.

    That short steps mean a limit nearby is not for this function to know: use it where geometric
    convergence has been proved.

    Raises:
        ArithmeticError: if there is none among the first ``most``.

    >>> path = descent(least_squares(np.array([[2.0, 1.0]]), np.array([2.0])), 0.05, np.zeros(2))
    >>> settled(path, 1e-14).round(12)
    array([0.8, 0.4])
    """
    last = next(path)
    for w in islice(path, most):
        if max(abs(w - last)) <= tolerance:
            return w
        last = w
    raise ArithmeticError(f"the steps are still longer than {tolerance} after {most}")


def limit_of_iteration(step: Callable[[Array], Array], state: Array) -> Array:
    """Where repeating an affine map leads, exactly: no iteration, no rounding.

    As a matrix on ``(state, 1)`` the map is ``M``. If its powers converge, they do so to the
    projection on the vectors that ``M`` fixes, along the range of ``M - I``.

    Args:
        step: an affine map of exact vectors; descent with or without momentum on a fixed order of
            batches is one, with a whole pass as the step.
        state: the start, of exact numbers.

    Raises:
        ArithmeticError: if the powers of ``M`` do not converge.

    >>> step = lambda w: w - least_squares(exact([[2, 1]]), exact([2]))(0, w) / 10
    >>> list(limit_of_iteration(step, exact([0, 0])))
    [4/5, 2/5]
    """
    size = len(state)
    shift = step(exact(np.zeros(size, int)))
    columns = [sympy.Matrix(step(row) - shift) for row in exact(np.eye(size, dtype=int))]
    linear = sympy.Matrix.hstack(*columns)
    M = sympy.diag(linear, 1)
    M[:size, size] = sympy.Matrix(shift)
    fixed = sympy.Matrix.hstack(*(M - sympy.eye(size + 1)).nullspace())
    conserved = sympy.Matrix.hstack(*(M.T - sympy.eye(size + 1)).nullspace())
    others = sorted(abs(np.linalg.eigvals(np.array(M, float))))[: size + 1 - fixed.cols]
    overlap = conserved.T * fixed
    if overlap.rows != overlap.cols or overlap.det() == 0 or (others and others[-1] >= 1 - 1e-12):
        raise ArithmeticError("the iteration has no limit from every start")
    weights = overlap.LUsolve(conserved.T * sympy.Matrix([*state, 1]))
    return np.array(list(fixed * weights)[:size], dtype=object)


def enclosed_bias(
    x: tuple[Any, Any], t: Any, rate: tuple[str, str], eps: str, steps: int
) -> tuple[Any, Any]:
    """An interval that holds ``x2 w1 - x1 w2`` at Adagrad's limit, by interval arithmetic.

    That is 0 exactly at the minimum-norm solution. One data point, two weights, start at zero;
    ``rate`` is an interval of rates, given by its ends. The steps are enclosed one by one. Once the
    residual's factor lies in [-1, 1], the rest of them moves ``x2 w1 - x1 w2`` by no more than
    ``||x1| - |x2|| / (|x1| + |x2|)`` times the residual that is left.

    Returns:
        The two ends of the interval.

    Raises:
        ArithmeticError: if after ``steps`` steps the residual might still grow.

    >>> low, high = enclosed_bias((2, 1), 2, ("0.1", "0.1"), "0.01", steps=40)
    >>> low < high < 0
    True
    """
    iv, digits = mpmath.iv, mpmath.iv.dps
    iv.dps = 80  # rounding errors are enclosed too, and the enclosure grows with every step
    try:
        return _enclosed([iv.mpf(v) for v in x], iv.mpf(t), iv.mpf(list(rate)), iv.mpf(eps), steps)
    finally:
        iv.dps = digits


def _enclosed(data: list[Any], target: Any, eta: Any, small: Any, steps: int) -> tuple[Any, Any]:
    iv = mpmath.iv
    w, total = [iv.mpf(0), iv.mpf(0)], iv.mpf(0)
    shrink = iv.mpf(2)
    for _ in range(steps):
        slope = 2 * (data[0] * w[0] + data[1] * w[1] - target)
        total += slope**2
        below = [abs(v) * iv.sqrt(total) + small for v in data]
        shrink = 2 * eta * (data[0] ** 2 / below[0] + data[1] ** 2 / below[1])
        w = [w[i] - eta * slope * data[i] / below[i] for i in (0, 1)]
    if not shrink.b <= 2:
        raise ArithmeticError(f"after {steps} steps the residual's factor may be 1 - {shrink.b}")
    residual = data[0] * w[0] + data[1] * w[1] - target
    most = abs(abs(data[0]) - abs(data[1])) / (abs(data[0]) + abs(data[1])) * abs(residual)
    bias = data[1] * w[0] - data[0] * w[1] + iv.mpf([-1, 1]) * most
    return bias.a, bias.b
