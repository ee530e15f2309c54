"""Optimisers as pure functions: each yields its iterates, the start first and without end.

They serve the chapters on implicit bias and on weight decay, and work on arrays of float64 as well
as on arrays of SymPy or mpmath numbers, because some of what float64 says about them is wrong.

The loss is the mean squared error ``1/n ||X w - t||^2``; for a batch, the mean over its examples.
A penalty is another loss, so it changes the gradient (:func:`penalised`). A decay leaves the loss
alone and shrinks the weights beside the step: every optimiser but the full-matrix one takes it.
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

from hwcode.checking.arguments import ANY_NUMBER, SEED, at_least, between, takes

__all__ = [
    "adagrad",
    "adam",
    "cyclic",
    "descent",
    "drawn",
    "full_adagrad",
    "least_squares",
    "momentum",
    "penalised",
    "rmsprop",
    "take",
    "torch_iterates",
]

Array = NDArray[Any]
Gradient = Callable[[int, Array], Array]
"""From the number of steps taken so far and the weights to a gradient there."""
Schedule = Any
"""A constant (a number, or an array that fits the weights), or a function of the steps so far."""
Order = Callable[[int], Sequence[int]]
"""Which examples make the batch of a step."""


# --- gradients and batches --------------------------------------------------------------------


@takes("X[n,d] t[n]")
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


@takes(penalty=ANY_NUMBER)
def penalised(gradient: Gradient, penalty: Schedule) -> Gradient:
    """Gradients of the loss plus ``penalty * ||w||^2``, without a factor 1/2 in the penalty.

    >>> loss = least_squares(np.array([[2.0, 1.0]]), np.array([2.0]))
    >>> penalised(loss, 0.5)(0, np.array([1.0, 0.0]))
    array([1., 0.])
    """
    return lambda step, w: gradient(step, w) + 2 * _at(penalty, step) * w


@takes(n=at_least(1), batch=at_least(1))
def cyclic(n: int, batch: int = 1) -> Order:
    """Batches of ``batch`` examples in turn, over and over.

    >>> [cyclic(3, 2)(step) for step in range(3)]
    [[0, 1], [2, 0], [1, 2]]
    """
    return lambda step: [(step * batch + i) % n for i in range(batch)]


@takes(n=at_least(1), batch=at_least(1), seed=SEED)
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
# In all of them ``gradient`` is called with the number of steps so far and the weights; ``start``
# has any shape; ``rate`` and ``decay`` are schedules; a decay takes the part ``decay`` of the old
# weights away, as in equation 5 of CSC413's assignment of 2025.


@takes(rate=ANY_NUMBER, decay=ANY_NUMBER)
def descent(
    gradient: Gradient, rate: Schedule, start: Array, *, decay: Schedule = 0
) -> Iterator[Array]:
    """Gradient descent: full-batch, mini-batch or on single examples, as the gradient is.

    >>> gradient = least_squares(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> take(descent(gradient, 0.25, np.zeros(2)), 2)
    array([[0. , 0. ], [1.5, 1.5], [1.5, 1.5]])
    >>> take(descent(gradient, 0.25, np.array([3.0, 0.0]), decay=0.5), 1)
    array([[3. , 0. ], [1.5, 0. ]])
    """
    w, step = start, 0
    while True:
        yield w
        w = (1 - _at(decay, step)) * w - _at(rate, step) * gradient(step, w)
        step += 1


@takes(rate=ANY_NUMBER, decay=ANY_NUMBER, alpha=between(0, 1, without_high=True))
def momentum(
    gradient: Gradient,
    rate: Schedule,
    start: Array,
    alpha: Any,
    velocity: Array | None = None,
    *,
    lookahead: bool = False,
    decay: Schedule = 0,
) -> Iterator[Array]:
    """Descent with momentum: ``delta <- alpha delta - rate g``, ``w <- (1 - decay) w + delta``.

    A penalty goes through the velocity, as the gradient that it is part of does; a decay does not
    [Loshchilov and Hutter 2019, algorithm 1].

    Args:
        gradient: see above.
        rate: inside ``delta``, as in CSC413's homework of 2021; PyTorch has it outside, which makes
            a difference only if it changes.
        start: the first weights.
        alpha: the momentum.
        velocity: ``delta`` before the first step; zero if not given.
        lookahead: take the gradient at ``w + alpha delta``, as Nesterov does.
        decay: see above.

    >>> gradient = least_squares(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> take(momentum(gradient, 0.125, np.zeros(2), 0.5), 3)[:, 0]
    array([0.   , 0.75 , 1.5  , 1.875])
    """
    w, step = start, 0
    delta = 0 * start if velocity is None else velocity
    while True:
        yield w
        at = w + alpha * delta if lookahead else w
        delta = alpha * delta - _at(rate, step) * gradient(step, at)
        w = (1 - _at(decay, step)) * w + delta
        step += 1


@takes(rate=ANY_NUMBER, decay=ANY_NUMBER, eps=at_least(0))
def adagrad(
    gradient: Gradient,
    rate: Schedule,
    start: Array,
    eps: Any = 0,
    inside: bool = False,
    *,
    decay: Schedule = 0,
) -> Iterator[Array]:
    """Adagrad: each weight's step is divided by the root of the sum of its squared gradients.

    Args:
        gradient: see above.
        rate: see above.
        start: the first weights.
        eps: added to the root; with 0, a weight whose gradients have all been 0 stays (0/0 = 0).
        inside: add ``eps`` under the root instead.
        decay: see above.

    Duchi, Hazan and Singer 2011.

    >>> gradient = least_squares(np.array([[1.0, 2.0]]), np.array([3.0]))
    >>> take(adagrad(gradient, 1, np.zeros(2)), 2)
    array([[0., 0.], [1., 1.], [1., 1.]])
    """
    w, total, step = start, 0 * start, 0
    while True:
        yield w
        g = gradient(step, w)
        total = total + g * g
        move = _at(rate, step) * _scaled(g, total, eps, inside)
        w = (1 - _at(decay, step)) * w - move
        step += 1


@takes(rate=ANY_NUMBER, decay=ANY_NUMBER, beta=between(0, 1, without_high=True), eps=at_least(0))
def rmsprop(
    gradient: Gradient,
    rate: Schedule,
    start: Array,
    beta: Any,
    eps: Any = 0,
    inside: bool = False,
    *,
    decay: Schedule = 0,
) -> Iterator[Array]:
    """RMSProp: as :func:`adagrad`, with ``v <- beta v + (1 - beta) g^2`` in place of the sum.

    ``v`` is 0 before the first step. Tieleman and Hinton 2012.

    >>> gradient = least_squares(np.array([[2.0, 1.0]]), np.array([2.0]))
    >>> take(rmsprop(gradient, 1 / 3, np.zeros(2), beta=0.75), 2).round(12)
    array([[0.        , 0.        ],
           [0.66666667, 0.66666667],
           [0.66666667, 0.66666667]])
    """
    w, v, step = start, 0 * start, 0
    while True:
        yield w
        g = gradient(step, w)
        v = beta * v + (1 - beta) * g * g
        move = _at(rate, step) * _scaled(g, v, eps, inside)
        w = (1 - _at(decay, step)) * w - move
        step += 1


@takes(
    rate=ANY_NUMBER,
    decay=ANY_NUMBER,
    beta1=between(0, 1, without_high=True),
    beta2=between(0, 1, without_high=True),
    eps=at_least(0),
)
def adam(
    gradient: Gradient,
    rate: Schedule,
    start: Array,
    beta1: Any = 0.9,
    beta2: Any = 0.999,
    eps: Any = 0,
    *,
    decay: Schedule = 0,
) -> Iterator[Array]:
    """Adam: RMSProp with momentum in the numerator, and both averages corrected for their start.

    Kingma and Ba 2015, algorithm 1. Of a penalised gradient it is "Adam + L2"; with a decay it is
    AdamW [Loshchilov and Hutter 2019, algorithm 2].

    >>> gradient = least_squares(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> start = np.array([3.0, 2.0])
    >>> take(adam(penalised(gradient, 0.5), 0.1, start), 1)[-1]
    array([2.9, 1.9])
    >>> take(adam(gradient, 0.1, start, decay=0.1), 1)[-1]
    array([2.6, 1.7])
    """
    w, m, v, step = start, 0 * start, 0 * start, 0
    while True:
        yield w
        g = gradient(step, w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        mean, square = m / (1 - beta1 ** (step + 1)), v / (1 - beta2 ** (step + 1))
        move = _at(rate, step) * _scaled(mean, square, eps, inside=False)
        w = (1 - _at(decay, step)) * w - move
        step += 1


@takes(rate=ANY_NUMBER, eps=at_least(0))
def full_adagrad(
    gradient: Gradient, rate: Schedule, start: Array, eps: float = 0
) -> Iterator[Array]:
    """Adagrad with the whole matrix ``G``, the sum of ``g g^T``, where others keep its diagonal.

    Steps go along ``(G^(1/2) + eps I)^+ g``. In float64 only, for weights in one vector;
    eigenvalues of ``G`` below ``1e-12`` of the largest count as zero.

    Raises:
        ValueError: if the sum of ``g g^T`` overflows.

    >>> gradient = least_squares(np.array([[2.0, 1.0]]), np.array([2.0]))
    >>> take(full_adagrad(gradient, 0.1, np.zeros(2)), 1).round(4)
    array([[0.    , 0.    ], [0.0894, 0.0447]])
    """
    w, total, step = start, np.zeros((len(start), len(start))), 0
    while True:
        yield w
        g = gradient(step, w)
        total = total + np.outer(g, g)
        if not np.isfinite(total).all():
            raise ValueError(f"full_adagrad: the gradients overflow at step {step}")
        values, vectors = np.linalg.eigh(total)
        values = np.where(values > 1e-12 * values[-1], values, 0.0)
        roots = np.sqrt(values) + eps
        inverse = np.divide(1, roots, out=np.zeros_like(roots), where=roots > 0)
        w = w - _at(rate, step) * (vectors @ (inverse * (vectors.T @ g)))
        step += 1


@takes(steps=at_least(0))
def take(path: Iterator[Array], steps: int) -> Array:
    """The start and the next ``steps`` iterates, one in a row.

    >>> take(iter([np.zeros(1), np.ones(1), np.ones(1)]), 1)
    array([[0.],
           [1.]])
    """
    return np.array(list(islice(path, steps + 1)))


@takes("X[n,d] t[n] start[d]", steps=at_least(0))
def torch_iterates(
    optimiser: str, X: Array, t: Array, start: Array, steps: int, **options: Any
) -> Array:
    """The iterates of one of PyTorch's own optimisers in float64, shape ``(steps + 1) x d``.

    Args:
        optimiser: its name in ``torch.optim``.
        X: data, ``n x d``.
        t: targets, ``n``.
        start: weights, ``d``.
        steps: how many.
        options: passed on, such as ``lr`` and ``weight_decay``.
    """
    import torch

    data, targets = torch.tensor(X), torch.tensor(t)
    w = torch.tensor(np.array(start, float), requires_grad=True)
    rule = getattr(torch.optim, optimiser)([w], **options)
    path = [w.detach().numpy().copy()]
    for _ in range(steps):
        rule.zero_grad()
        ((data @ w - targets) ** 2).mean().backward()
        rule.step()
        path.append(w.detach().numpy().copy())
    return np.array(path)


def _at(value: Schedule, step: int) -> Any:
    return value(step) if callable(value) else value


def _scaled(g: Array, squares: Array, eps: Any, inside: bool) -> Array:
    """``g / (sqrt(squares) + eps)``, or ``g / sqrt(squares + eps)``; 0 where ``g`` is 0."""
    below = _root(squares + eps) if inside else _root(squares) + eps
    return np.divide(g, below, out=0 * g, where=np.asarray(g != 0, bool))


def _root(values: Array) -> Array:
    if values.dtype != object:
        return np.asarray(np.sqrt(values))
    return np.vectorize(_root_of_number, otypes=[object])(values)


def _root_of_number(value: Any) -> Any:
    if isinstance(value, float):
        return math.sqrt(value)
    return value.sqrt() if isinstance(value, mpmath.mpf) else sympy.sqrt(value)
