"""Logistic regression, in NumPy: the objective, its curvature, and four ways down.

The objective is ``f(w) = 1/n sum_i log(1 + exp(-y_i x_i^T w)) + lam/2 ||w||^2`` with ``y_i`` in
{-1, 1}. The bias is the last entry of ``w``, and the last column of ``X`` is constantly 1, so the
penalty applies to the bias too, as the handout has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from hwcode.checking.arguments import SEED, above, at_least, between, takes
from hwcode.data.images import ImageData, Split

__all__ = [
    "Minimum",
    "Problem",
    "descend",
    "error_rate",
    "four_methods",
    "full_gradient",
    "hessian",
    "log_slope",
    "minibatch_gradient",
    "minimise",
    "momentum_for",
    "noise_floor",
    "objective",
    "prepare",
    "random_start",
    "smoothness",
    "trace",
]

Array = NDArray[np.float64]
Gradient = Callable[[Array, int], Array]


@takes("X[n,d] y[n] X_val[m,d] y_val[m]", lam=at_least(0))
@dataclass(frozen=True)
class Problem:
    """Two classes of images as a logistic regression.

    Attributes:
        X, y: training inputs ``n x (d + 1)``, the last column 1, and labels in {-1, 1}.
        X_val, y_val: the same for validation.
        lam: the penalty's coefficient.
    """

    X: Array
    y: Array
    X_val: Array
    y_val: Array
    lam: float


@takes()
def prepare(images: ImageData, lam: float) -> Problem:
    """Zeros (label 1) against ones (label -1), grey values in [0, 1].

    Images of 28 x 28 pixels are reduced to 14 x 14 by averaging blocks of 2 x 2; smaller ones stay
    as they are. The test split serves for validation.

    Args:
        images: MNIST, or the embedded digits.
        lam: the penalty's coefficient, not negative.

    >>> from hwcode.data import embedded_digits
    >>> problem = prepare(embedded_digits(), lam=0.01)
    >>> problem.X.shape, sorted(set(problem.y))
    ((269, 65), [np.float64(-1.0), np.float64(1.0)])
    """
    if lam < 0:
        raise ValueError(f"lam is {lam}; a penalty is not negative")
    X, y = _rows(images.train)
    X_val, y_val = _rows(images.test)
    return Problem(X, y, X_val, y_val, lam)


def _rows(split: Split) -> tuple[Array, Array]:
    chosen = split.of_classes(0, 1)
    pixels = chosen.images.astype(float) / 255
    count, height, width = pixels.shape
    if height == 28:
        pixels = pixels.reshape(count, height // 2, 2, width // 2, 2).mean(axis=(2, 4))
    X = np.column_stack([pixels.reshape(count, -1), np.ones(count)])
    return X, np.where(chosen.labels == 0, 1.0, -1.0)


@takes("problem.X[n,d] w[d]")
def objective(problem: Problem, w: Array) -> float:
    """The objective; no exponential overflows.

    >>> X, y = np.eye(2), np.array([1.0, -1.0])
    >>> objective(Problem(X, y, X, y, lam=0.0), np.zeros(2))
    0.6931471805599453
    """
    margins = problem.y * (problem.X @ w)
    return float(np.mean(np.logaddexp(0, -margins)) + problem.lam / 2 * (w @ w))


def _gradient(X: Array, y: Array, lam: float, w: Array) -> Array:
    wrong = expit(-y * (X @ w))  # the probability of the wrong label, without overflow
    return -(X.T @ (y * wrong)) / len(y) + lam * w


@takes()
def full_gradient(problem: Problem) -> Gradient:
    """The gradient of the objective, as :func:`descend` takes it."""
    return lambda w, step: _gradient(problem.X, problem.y, problem.lam, w)


@takes(seed=SEED)
def minibatch_gradient(problem: Problem, batch: int, seed: int, shuffled: bool = True) -> Gradient:
    """The gradient on one minibatch per step.

    Args:
        problem: the problem.
        batch: examples in a minibatch; the last one of an epoch may be smaller.
        seed: for the drawing.
        shuffled: go through all examples once per epoch in a random order; else draw every
            minibatch independently, with replacement, as the theory of the noise has it.
    """
    generator = np.random.default_rng(seed)
    count = len(problem.y)
    if not 1 <= batch <= count:
        raise ValueError(f"a minibatch has 1 to {count} examples, not {batch}")
    per_epoch = -(-count // batch)
    order = generator.permutation(count)

    def independent(w: Array, step: int) -> Array:
        chosen = generator.integers(0, count, batch)
        return _gradient(problem.X[chosen], problem.y[chosen], problem.lam, w)

    def by_epochs(w: Array, step: int) -> Array:
        nonlocal order
        place = step % per_epoch
        if place == 0 and step:
            order = generator.permutation(count)
        chosen = order[place * batch : (place + 1) * batch]
        return _gradient(problem.X[chosen], problem.y[chosen], problem.lam, w)

    return by_epochs if shuffled else independent


@takes(momentum=between(0, 1, without_high=True))
def descend(
    gradient: Gradient, start: Array, rate: float, momentum: float = 0.0
) -> Iterator[Array]:
    """Gradient descent with Nesterov's acceleration; plain at ``momentum=0``. Without end.

    Each step looks ahead, ``v = w + momentum (w - w_before)``, and goes from there:
    ``w <- v - rate * gradient(v)`` (Nesterov 2004, scheme 2.2.9).

    Yields:
        The weights, the start first.

    >>> steps = descend(lambda w, step: w, np.array([1.0]), rate=0.5)
    >>> [float(w[0]) for w, _ in zip(steps, range(3))]
    [1.0, 0.5, 0.25]
    """
    before, w, step = start, start, 0
    while True:
        yield w
        ahead = w + momentum * (w - before)
        before, w = w, ahead - rate * gradient(ahead, step)
        step += 1


@takes()
def trace(problem: Problem, path: Iterator[Array], at: Sequence[int]) -> Array:
    """The objective along a path, after the numbers of updates in ``at`` (increasing).

    >>> problem = Problem(np.eye(1), np.ones(1), np.eye(1), np.ones(1), lam=1.0)
    >>> trace(problem, descend(full_gradient(problem), np.ones(1), rate=1.0), [0, 2]).round(4)
    array([0.8133, 0.5937])
    """
    wanted, values = iter(at), []
    place = next(wanted, None)
    for updates, w in enumerate(path):
        if updates == place:
            values.append(objective(problem, w))
            place = next(wanted, None)
        if place is None:
            break
    return np.array(values)


@takes("problem.X[n,d] start[d]", rate=above(0), updates=at_least(0), seed=SEED)
def four_methods(
    problem: Problem, start: Array, rate: float, updates: int, batch: int, seed: int
) -> dict[str, Array]:
    """The objective along GD, Nesterov, SGD and SGD with Nesterov, from one start at one rate.

    The momentum is that for ``kappa = 1 / (rate * lam)``, which treats ``1 / rate`` as ``L``.

    Returns:
        For each method the objective after 0, 1, ... ``updates`` updates.
    """
    momentum = momentum_for(1 / (rate * problem.lam))
    runs = {
        "GD": (full_gradient(problem), 0.0),
        "Nesterov": (full_gradient(problem), momentum),
        "SGD": (minibatch_gradient(problem, batch, seed), 0.0),
        "SGD + Nesterov": (minibatch_gradient(problem, batch, seed), momentum),
    }
    return {
        name: trace(problem, descend(gradient, start, rate, beta), range(updates + 1))
        for name, (gradient, beta) in runs.items()
    }


@takes("problem.X[n,d] w[d]")
def hessian(problem: Problem, w: Array) -> Array:
    """``1/n X^T diag(s (1 - s)) X + lam I`` with ``s_i = sigmoid(x_i^T w)``.

    >>> X, y = np.eye(2), np.array([1.0, -1.0])
    >>> hessian(Problem(X, y, X, y, lam=0.5), np.zeros(2))
    array([[0.625, 0.   ],
           [0.   , 0.625]])
    """
    z = problem.X @ w
    spread = expit(z) * expit(-z)
    curved = (problem.X * spread[:, None]).T @ problem.X / len(z)
    return curved + problem.lam * np.eye(len(w))


@takes()
def smoothness(problem: Problem) -> float:
    """The smoothness constant ``lambda_max(X^T X) / (4 n) + lam``; it is attained at ``w = 0``."""
    top = np.linalg.eigvalsh(problem.X.T @ problem.X)[-1]
    return float(top / (4 * len(problem.y)) + problem.lam)


@dataclass(frozen=True)
class Minimum:
    """A minimiser, its value, and a bound on how far the value is from the true minimum."""

    w: Array
    value: float
    gap: float


@takes(steps=at_least(1))
def minimise(problem: Problem, steps: int = 50) -> Minimum:
    """Newton's method with halving, and the certificate that strong convexity gives.

    As the objective is ``lam``-strongly convex, ``f(w) - f* <= ||gradient||^2 / (2 lam)``.

    Raises:
        ValueError: for ``lam = 0``, where there may be no minimum at all (separable data).
    """
    if problem.lam <= 0:
        raise ValueError("lam is 0: on separable data there is no minimum; give a positive lam")
    w = np.zeros(problem.X.shape[1])
    gradient = full_gradient(problem)
    for _ in range(steps):
        slope = gradient(w, 0)
        if np.linalg.norm(slope) < 1e-14:
            break
        step = np.linalg.solve(hessian(problem, w), slope)
        size = 1.0
        while size > 1e-8 and objective(problem, w - size * step) > objective(problem, w) + 1e-15:
            size /= 2
        w = w - size * step
    gap = float(np.sum(gradient(w, 0) ** 2) / (2 * problem.lam))
    return Minimum(w, objective(problem, w), gap)


@takes(seed=SEED)
def random_start(problem: Problem, seed: int) -> Array:
    """Standard normal weights, scaled to length 1 in expectation: the same for every method."""
    size = problem.X.shape[1]
    return np.random.default_rng(seed).standard_normal(size) / np.sqrt(size)


@takes()
def momentum_for(kappa: float) -> float:
    """Nesterov's constant momentum for condition number ``kappa``: ``(sqrt k - 1)/(sqrt k + 1)``.

    >>> momentum_for(9.0)
    0.5
    """
    if kappa < 1:
        raise ValueError(f"a condition number is at least 1, not {kappa}")
    return float((np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1))


@takes("gaps[k] at[k]")
def log_slope(gaps: Array, at: Array) -> float:
    """Slope per update of the natural logarithm of ``gaps``, by least squares.

    Args:
        gaps: positive, one for each entry of ``at``.
        at: numbers of updates.

    >>> at = np.array([0.0, 1.0, 4.0])
    >>> round(log_slope(np.exp(-0.5 * at), at), 12)
    -0.5
    """
    if len(gaps) < 2 or not np.all(gaps > 0):
        raise ValueError("a slope needs two gaps, all positive: these have reached rounding error")
    return float(np.polyfit(at, np.log(gaps), 1)[0])


@takes("X[n,d] y[n] w[d]")
def error_rate(X: Array, y: Array, w: Array) -> float:
    """Fraction of wrong labels; a margin of exactly 0 counts as wrong.

    >>> error_rate(np.eye(2), np.array([1.0, -1.0]), np.array([1.0, 1.0]))
    0.5
    """
    return float(np.mean(y * (X @ w) <= 0))


@takes(
    "problem.X[n,d] w[d]",
    rate=above(0),
    batch=at_least(1),
    momentum=between(0, 1, without_high=True),
)
def noise_floor(
    problem: Problem, w: Array, rate: float, batch: int, momentum: float = 0.0
) -> float:
    """Where the expected gap of SGD levels out, on the quadratic that touches the objective.

    In each eigendirection of the Hessian, with eigenvalue h, the iterates are a second-order
    autoregression ``x' = a x + b x_before + noise`` with ``a = (1 + momentum)(1 - rate h)`` and
    ``b = -momentum (1 - rate h)``; its stationary variance is that of the noise times
    ``(1 - b) / ((1 + b) ((1 - b)^2 - a^2))``. Minibatches are drawn independently; the gradient
    noise is taken as it is at ``w``.

    Args:
        problem: the problem.
        w: its minimiser.
        rate: the constant rate; ``rate * h`` has to be stable.
        batch: examples in a minibatch.
        momentum: of Nesterov's method; 0 for plain SGD.

    Returns:
        The expected ``f(w_t) - f(w)`` in the stationary state.
    """
    curvatures, directions = np.linalg.eigh(hessian(problem, w))
    wrong = expit(-problem.y * (problem.X @ w))
    gradients = -problem.X * (problem.y * wrong)[:, None] + problem.lam * w
    variances = np.mean((gradients @ directions) ** 2, axis=0)
    shrink = 1 - rate * curvatures
    a, b = (1 + momentum) * shrink, -momentum * shrink
    if np.any(np.abs(a) >= 1 - b) or np.any(np.abs(b) >= 1):
        raise ValueError(f"rate {rate:g} with momentum {momentum:g} is not stable here")
    spread = rate**2 * variances / batch * (1 - b) / ((1 + b) * ((1 - b) ** 2 - a**2))
    return float(curvatures @ spread) / 2
