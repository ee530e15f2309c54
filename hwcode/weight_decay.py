"""Weight decay and the L2 penalty: one thing for gradient descent, two things for Adam.

The loss is the mean squared error ``1/n ||X w - t||^2``. A *penalty* adds ``penalty * ||w||^2`` to
it, without a factor 1/2, so its gradient is ``2 * penalty * w``. A *decay* leaves the loss alone
and multiplies the weights by ``1 - decay`` at every step, beside the optimiser's own step: the
handout's equation 5. PyTorch's ``weight_decay`` is ``2 * penalty`` in ``SGD``, ``RMSprop`` and
``Adam``, and ``decay / rate`` in ``AdamW``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwcode import linear_regression as lr

__all__ = [
    "adam",
    "equal_penalty",
    "gradient_of",
    "largest_rate",
    "ridge_solution",
    "rmsprop",
    "sgd",
    "take",
    "torch_iterates",
]

Array = NDArray[np.float64]
Gradient = Callable[[Array], Array]
Schedule = float | Array | Callable[[int], float]
"""A constant (an array: one for each weight), or a function of the number of steps taken."""


def gradient_of(X: Array, t: Array) -> Gradient:
    """The gradient of the mean squared error as a function of the weights alone.

    >>> gradient_of(np.array([[1.0, 1.0]]), np.array([3.0]))(np.zeros(2))
    array([-6., -6.])
    """
    return lambda w: lr.gradient(X, w, t)


def equal_penalty(decay: float, rate: float) -> float:
    """The penalty that makes the same gradient-descent step as a decay: ``decay / (2 rate)``.

    >>> equal_penalty(decay=0.2, rate=0.1)
    1.0
    """
    return decay / (2 * rate)


def largest_rate(X: Array, decay: float) -> float:
    """Below this constant rate, gradient descent with a decay converges from every start.

    Along an eigenvector of ``X^T X`` with eigenvalue ``h`` a step multiplies the error by
    ``1 - decay - 2 rate h / n``, whose modulus is below 1 exactly if
    ``0 < decay + 2 rate h / n < 2``.

    Raises:
        ValueError: unless ``0 < decay < 2``; at the ends a direction without data never settles.

    >>> round(largest_rate(np.array([[1.0, 1.0]]), decay=0.5), 12)
    0.375
    """
    if not 0 < decay < 2:
        raise ValueError(f"a decay between 0 and 2 is needed, not {decay}")
    return (2 - decay) / 2 * lr.largest_rate(X)


def ridge_solution(X: Array, t: Array, penalty: float) -> Array:
    """The minimiser of ``1/n ||X w - t||^2 + penalty ||w||^2``, shape ``d``.

    It is ``(X^T X / n + penalty I)^{-1} X^T t / n`` for a positive penalty, whatever the rank of
    ``X``, and for penalty 0 the minimum-norm solution, its limit. Solved as least squares with
    ``d`` more rows, which avoids the product ``X^T X``.

    Raises:
        ValueError: for a negative penalty.

    >>> ridge_solution(np.array([[1.0, 1.0]]), np.array([3.0]), penalty=1.0).round(12)
    array([1., 1.])
    """
    if penalty < 0:
        raise ValueError(f"the penalty must not be negative: {penalty}")
    n, d = X.shape
    rows = np.vstack([X / np.sqrt(n), np.sqrt(penalty) * np.eye(d)])
    targets = np.concatenate([t / np.sqrt(n), np.zeros(d)])
    return lr.minimum_norm_solution(rows, targets)


def _at(value: Schedule, step: int) -> Any:
    return value(step) if callable(value) else value


def sgd(
    gradient: Gradient,
    start: Array,
    rate: Schedule,
    *,
    penalty: Schedule = 0.0,
    decay: Schedule = 0.0,
    momentum: float = 0.0,
) -> Iterator[Array]:
    """Gradient descent, the start first; without end.

    The penalty's gradient enters the momentum, the decay does not [Loshchilov and Hutter 2019].

    Args:
        gradient: of the loss without penalty; may be stochastic.
        start: weights, any shape.
        rate: the learning rate.
        penalty: coefficient of ``||w||^2``.
        decay: what a step takes away of the weights, in parts.
        momentum: of the heavy ball, ``velocity = momentum * velocity + gradient``.

    >>> loss = gradient_of(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> take(sgd(loss, np.array([3.0, 2.0]), 0.1, penalty=1.0), 1)[-1].round(9)
    array([2. , 1.2])
    >>> take(sgd(loss, np.array([3.0, 2.0]), 0.1, decay=0.2), 1)[-1].round(9)
    array([2. , 1.2])
    """
    w, step = np.array(start, float), 0
    velocity = np.zeros_like(w)
    while True:
        yield w
        velocity = momentum * velocity + gradient(w) + 2 * _at(penalty, step) * w
        w = (1 - _at(decay, step)) * w - _at(rate, step) * velocity
        step += 1


def rmsprop(
    gradient: Gradient,
    start: Array,
    rate: Schedule,
    *,
    penalty: Schedule = 0.0,
    decay: Schedule = 0.0,
    beta: float = 0.99,
    epsilon: float = 1e-8,
) -> Iterator[Array]:
    """RMSProp as in the handout's equations 3 and 4; arguments as for :func:`sgd`.

    The penalty's gradient enters both the step and its divisor, the decay neither.

    >>> loss = gradient_of(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> take(rmsprop(loss, np.zeros(2), 0.1, beta=0.75), 1)[-1].round(6)
    array([0.2, 0.2])
    """
    w, step = np.array(start, float), 0
    square = np.zeros_like(w)
    while True:
        yield w
        slope = gradient(w) + 2 * _at(penalty, step) * w
        square = beta * square + (1 - beta) * slope**2
        w = (1 - _at(decay, step)) * w - _at(rate, step) * slope / (np.sqrt(square) + epsilon)
        step += 1


def adam(
    gradient: Gradient,
    start: Array,
    rate: Schedule,
    *,
    penalty: Schedule = 0.0,
    decay: Schedule = 0.0,
    betas: tuple[float, float] = (0.9, 0.999),
    epsilon: float = 1e-8,
) -> Iterator[Array]:
    """Adam [Kingma and Ba 2015]; with a penalty "Adam + L2", with a decay AdamW.

    >>> loss = gradient_of(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> take(adam(loss, np.array([3.0, 2.0]), 0.1, penalty=0.5), 1)[-1].round(6)
    array([2.9, 1.9])
    >>> take(adam(loss, np.array([3.0, 2.0]), 0.1, decay=0.1), 1)[-1].round(6)
    array([2.6, 1.7])
    """
    w, step = np.array(start, float), 0
    mean, square = np.zeros_like(w), np.zeros_like(w)
    while True:
        yield w
        slope = gradient(w) + 2 * _at(penalty, step) * w
        mean = betas[0] * mean + (1 - betas[0]) * slope
        square = betas[1] * square + (1 - betas[1]) * slope**2
        unbiased = mean / (1 - betas[0] ** (step + 1))
        size = np.sqrt(square / (1 - betas[1] ** (step + 1))) + epsilon
        w = (1 - _at(decay, step)) * w - _at(rate, step) * unbiased / size
        step += 1


def take(path: Iterator[Array], steps: int) -> Array:
    """The start and the next ``steps`` iterates, shape ``(steps + 1) x d``.

    >>> take(iter([np.zeros(1), np.ones(1), np.ones(1)]), 1)
    array([[0.],
           [1.]])
    """
    return np.array(list(islice(path, steps + 1)))


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
