"""Programs as answers to the questions on logistic regression: right ones, and wrong ones.

The first line of a wrong program's docstring says what is wrong with it; the page shows that line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hwcode.checking.extras import np

# --- P4-1b: the objective ---------------------------------------------------------------------


def objective(w: Any, w0: float, X: Any, y: Any, lam: float) -> tuple[float, Any, float]:
    """The objective, its gradient in w, its derivative in w0."""
    margins = y * (X @ w + w0)
    value = np.mean(np.logaddexp(0, -margins)) + lam / 2 * (w @ w + w0**2)
    slopes = -y * np.exp(-np.logaddexp(0, margins)) / len(y)
    return value, X.T @ slopes + lam * w, slopes.sum() + lam * w0


def _terms(w: Any, w0: Any, X: Any, y: Any) -> tuple[Any, Any, Any]:
    """The objective without its penalty."""
    return objective(w, w0, X, y, 0.0)


def bias_free_of_penalty(w: Any, w0: Any, X: Any, y: Any, lam: Any) -> Any:
    """lam / 2 * (w @ w), and lam * w in the gradient: nothing for w0"""
    value, dw, dw0 = _terms(w, w0, X, y)
    return value + lam / 2 * (w @ w), dw + lam * w, dw0


def bias_free_in_gradient(w: Any, w0: Any, X: Any, y: Any, lam: Any) -> Any:
    """the value has lam / 2 * w0**2, the derivative in w0 no lam * w0"""
    value, dw, _ = objective(w, w0, X, y, lam)
    return value, dw, _terms(w, w0, X, y)[2]


def penalty_without_half(w: Any, w0: Any, X: Any, y: Any, lam: Any) -> Any:
    """lam * (w @ w + w0**2), with 2 * lam * w in the gradient"""
    return objective(w, w0, X, y, 2 * lam)


def gradient_twice(w: Any, w0: Any, X: Any, y: Any, lam: Any) -> Any:
    """the value has lam / 2, the gradient 2 * lam * w"""
    return objective(w, w0, X, y, lam)[0], *objective(w, w0, X, y, 2 * lam)[1:]


def no_penalty_in_gradient(w: Any, w0: Any, X: Any, y: Any, lam: Any) -> Any:
    """the penalty is in the value alone"""
    return objective(w, w0, X, y, lam)[0], *_terms(w, w0, X, y)[1:]


def norm_not_squared(w: Any, w0: Any, X: Any, y: Any, lam: Any) -> Any:
    """lam / 2 * np.sqrt(w @ w + w0**2) in the value"""
    value = _terms(w, w0, X, y)[0] + lam / 2 * np.sqrt(w @ w + w0**2)
    return value, *objective(w, w0, X, y, lam)[1:]


def summed(w: Any, w0: Any, X: Any, y: Any, lam: Any) -> Any:
    """the sum of the examples' losses"""
    n = len(y)
    value, dw, dw0 = objective(w, w0, X, y, lam / n)
    return n * value, n * dw, n * dw0


def penalty_in_the_mean(w: Any, w0: Any, X: Any, y: Any, lam: Any) -> Any:
    """the penalty is divided by n, too"""
    return objective(w, w0, X, y, lam / len(y))


def labels_zero_and_one(w: Any, w0: Any, X: Any, y: Any, lam: Any) -> Any:
    """y enters as a target of the sigmoid: X.T @ (p - y) / n"""
    z = X @ w + w0
    value = np.mean(np.logaddexp(0, z) - y * z) + lam / 2 * (w @ w + w0**2)
    slopes = (np.exp(-np.logaddexp(0, -z)) - y) / len(y)
    return value, X.T @ slopes + lam * w, slopes.sum() + lam * w0


def exponential_overflows(w: Any, w0: Any, X: Any, y: Any, lam: Any) -> Any:
    """np.log(1 + np.exp(-margins))"""
    margins = y * (X @ w + w0)
    value = np.mean(np.log(1 + np.exp(-margins))) + lam / 2 * (w @ w + w0**2)
    return value, *objective(w, w0, X, y, lam)[1:]


def ascent(w: Any, w0: Any, X: Any, y: Any, lam: Any) -> Any:
    """y * sigmoid(-margins) in the gradient, without the minus"""
    _, dw, dw0 = _terms(w, w0, X, y)
    return objective(w, w0, X, y, lam)[0], lam * w - dw, lam * w0 - dw0


def other_tail(w: Any, w0: Any, X: Any, y: Any, lam: Any) -> Any:
    """-y * sigmoid(margins) in the gradient"""
    slopes = -y * np.exp(-np.logaddexp(0, -y * (X @ w + w0))) / len(y)
    return objective(w, w0, X, y, lam)[0], X.T @ slopes + lam * w, slopes.sum() + lam * w0


def every_margin_with_every_label(w: Any, w0: Any, X: Any, y: Any, lam: Any) -> Any:
    """z = X @ w[:, None] + w0, of shape (n, 1), with labels of shape (n,)"""
    margins = y * (X @ w[:, None] + w0)
    slopes = -y * np.exp(-np.logaddexp(0, margins)) / len(y)
    value = np.mean(np.logaddexp(0, -margins)) + lam / 2 * (w @ w + w0**2)
    return value, (X.T @ slopes).sum(axis=1) + lam * w, slopes.sum() + lam * w0


# --- P4-1d: Nesterov's method -----------------------------------------------------------------

Gradient = Callable[[Any], Any]


def nesterov_step(w: Any, before: Any, gradient: Gradient, rate: float, momentum: float) -> Any:
    """One step: look ahead by the momentum, and go down from there."""
    ahead = w + momentum * (w - before)
    return ahead - rate * gradient(ahead)


def heavy_ball_step(w: Any, before: Any, gradient: Gradient, rate: float, momentum: float) -> Any:
    """w + momentum * (w - before) - rate * gradient(w)"""
    return w + momentum * (w - before) - rate * gradient(w)


def old_point_step(w: Any, before: Any, gradient: Gradient, rate: float, momentum: float) -> Any:
    """w - rate * gradient(ahead)"""
    return w - rate * gradient(w + momentum * (w - before))


def backward_step(w: Any, before: Any, gradient: Gradient, rate: float, momentum: float) -> Any:
    """ahead = w + momentum * (before - w)"""
    return nesterov_step(w, 2 * w - before, gradient, rate, momentum)


def plain_step(w: Any, before: Any, gradient: Gradient, rate: float, momentum: float) -> Any:
    """w - rate * gradient(w)"""
    return w - rate * gradient(w)


def damped_step(w: Any, before: Any, gradient: Gradient, rate: float, momentum: float) -> Any:
    """the gradient is multiplied by 1 - momentum"""
    return nesterov_step(w, before, gradient, (1 - momentum) * rate, momentum)


def nesterov(start: Any, gradient: Gradient, rate: float, momentum: float, steps: int) -> Any:
    """Nesterov's method from a start at rest: all iterates, the start first."""
    before, w = start, start
    path = [start]
    for _ in range(steps):
        ahead = w + momentum * (w - before)
        before, w = w, ahead - rate * gradient(ahead)
        path.append(w)
    return np.array(path)


def nesterov_ahead(start: Any, gradient: Gradient, rate: Any, momentum: Any, steps: Any) -> Any:
    """as torch.optim.SGD(nesterov=True) moves its parameters: the points ahead"""
    w, velocity, path = start, np.zeros(len(start)), [start]
    for _ in range(steps):
        slope = gradient(w)
        velocity = momentum * velocity + slope
        w = w - rate * (slope + momentum * velocity)
        path.append(w)
    return np.array(path)


def run_heavy_ball(start: Any, gradient: Gradient, rate: Any, momentum: Any, steps: Any) -> Any:
    """the gradient is taken at w, as torch.optim.SGD has it without nesterov=True"""
    path = [start, start]
    for _ in range(steps):
        path.append(heavy_ball_step(path[-1], path[-2], gradient, rate, momentum))
    return np.array(path[1:])


def run_growing(start: Any, gradient: Gradient, rate: Any, momentum: Any, steps: Any) -> Any:
    """the momentum (k - 1)/(k + 2) in step k"""
    path = [start, start]
    for k in range(1, steps + 1):
        path.append(nesterov_step(path[-1], path[-2], gradient, rate, (k - 1) / (k + 2)))
    return np.array(path[1:])


def run_one_short(start: Any, gradient: Gradient, rate: Any, momentum: Any, steps: Any) -> Any:
    """the iterates after each step"""
    return nesterov(start, gradient, rate, momentum, steps)[1:]


def run_before_lost(start: Any, gradient: Gradient, rate: Any, momentum: Any, steps: Any) -> Any:
    """w is replaced before it is kept as the point before"""
    before = w = start
    path = [start]
    for _ in range(steps):
        w = nesterov_step(w, before, gradient, rate, momentum)
        before = w
        path.append(w)
    return np.array(path)


def run_damped(start: Any, gradient: Gradient, rate: Any, momentum: Any, steps: Any) -> Any:
    """v = momentum * v + (1 - momentum) * gradient(ahead)"""
    return nesterov(start, gradient, (1 - momentum) * rate, momentum, steps)


def run_looks_back(start: Any, gradient: Gradient, rate: Any, momentum: Any, steps: Any) -> Any:
    """gradient(w - momentum * v), with w + v as the step"""
    w, v, path = start, np.zeros(len(start)), [start]
    for _ in range(steps):
        v = momentum * v - rate * gradient(w - momentum * v)
        w = w + v
        path.append(w)
    return np.array(path)


def run_in_place(start: Any, gradient: Gradient, rate: Any, momentum: Any, steps: Any) -> Any:
    """w += v, and path.append(w)"""
    last = nesterov(start, gradient, rate, momentum, steps)[-1]
    return np.array([last] * (steps + 1))


# --- P4-1e: an epoch of SGD -------------------------------------------------------------------


def sgd_epoch(
    w: Any, before: Any, X: Any, y: Any, lam: float, rate: float, momentum: float,
    batch: int, order: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """One epoch of minibatches in a given order, with Nesterov's momentum, plain where it is 0."""
    for first in range(0, len(y), batch):
        chosen = order[first : first + batch]
        ahead = w + momentum * (w - before)
        margins = y[chosen] * (X[chosen] @ ahead)
        slopes = -y[chosen] * np.exp(-np.logaddexp(0, margins)) / len(chosen)
        before, w = w, ahead - rate * (X[chosen].T @ slopes + lam * ahead)
    return w, before


def _slope(w: Any, X: Any, y: Any) -> Any:
    """The mean gradient without the penalty, the bias being the last weight."""
    return objective(w, 0.0, X, y, 0.0)[1]


def _epoch(told: str, slope: Callable[..., Any], last: bool = True) -> Callable[..., Any]:
    """An epoch whose gradients are ``slope(ahead, X, y, lam, w, batch, n)`` on each minibatch.

    Args:
        told: what is wrong with it.
        slope: X and y are those of the minibatch, n is the number of all examples.
        last: whether a smaller last minibatch is used.
    """

    def epoch(
        w: Any, before: Any, X: Any, y: Any, lam: Any, rate: Any, momentum: Any, batch: Any,
        order: Any,
    ) -> Any:  # fmt: skip
        n = len(y)
        for first in range(0, n if last else n // batch * batch, batch):
            rows = order[first : first + batch]
            ahead = w + momentum * (w - before)
            before, w = w, ahead - rate * slope(ahead, X[rows], y[rows], lam, w, batch, n)
        return w, before

    epoch.__doc__ = told
    return epoch


divided_by_batch = _epoch(
    "the last minibatch, too, is summed and divided by batch",
    lambda v, X, y, lam, w, batch, n: len(y) / batch * _slope(v, X, y) + lam * v,
)
last_dropped = _epoch(
    "range(n // batch): the smaller last minibatch is left out",
    lambda v, X, y, lam, w, batch, n: _slope(v, X, y) + lam * v,
    last=False,
)
slope_not_ahead = _epoch(
    "the gradient is taken at w, and the step made from the point ahead",
    lambda v, X, y, lam, w, batch, n: _slope(w, X, y) + lam * w,
)
penalty_without_bias = _epoch(
    "nothing is added to the gradient of the last weight, the bias",
    lambda v, X, y, lam, w, batch, n: _slope(v, X, y) + lam * np.append(v[:-1], 0.0),
)
summed_batches = _epoch(
    "the gradients of a minibatch are summed",
    lambda v, X, y, lam, w, batch, n: len(y) * _slope(v, X, y) + lam * v,
)
divided_by_all = _epoch(
    "the sum over a minibatch is divided by n",
    lambda v, X, y, lam, w, batch, n: len(y) / n * _slope(v, X, y) + lam * v,
)
no_penalty = _epoch(
    "lam is not used",
    lambda v, X, y, lam, w, batch, n: _slope(v, X, y),
)
penalty_not_ahead = _epoch(
    "lam * w is added to the gradient at the point ahead",
    lambda v, X, y, lam, w, batch, n: _slope(v, X, y) + lam * w,
)
penalty_shared_out = _epoch(
    "the penalty is divided by the number of minibatches",
    lambda v, X, y, lam, w, batch, n: _slope(v, X, y) + lam * batch / n * v,
)


def rows_as_they_stand(
    w: Any, before: Any, X: Any, y: Any, lam: Any, rate: Any, momentum: Any, batch: Any, order: Any
) -> Any:
    """the order is not used"""
    return sgd_epoch(w, before, X, y, lam, rate, momentum, batch, np.arange(len(y)))


def labels_not_shuffled(
    w: Any, before: Any, X: Any, y: Any, lam: Any, rate: Any, momentum: Any, batch: Any, order: Any
) -> Any:
    """X[order] with y as it was"""
    return sgd_epoch(w, before, X[order], y, lam, rate, momentum, batch, np.arange(len(y)))


def at_rest_each_time(
    w: Any, before: Any, X: Any, y: Any, lam: Any, rate: Any, momentum: Any, batch: Any, order: Any
) -> Any:
    """every minibatch begins with before = w"""
    for first in range(0, len(y), batch):
        rows = order[first : first + batch]
        begin = before if first == 0 else w
        w, before = sgd_epoch(
            w, begin, X[rows], y[rows], lam, rate, momentum, batch, np.arange(len(rows))
        )
    return w, before


def all_examples(
    w: Any, before: Any, X: Any, y: Any, lam: Any, rate: Any, momentum: Any, batch: Any, order: Any
) -> Any:
    """the gradient over all examples in every step"""
    for _ in range(0, len(y), batch):
        w, before = sgd_epoch(w, before, X, y, lam, rate, momentum, len(y), order)
    return w, before


def at_rest_at_first(
    w: Any, before: Any, X: Any, y: Any, lam: Any, rate: Any, momentum: Any, batch: Any, order: Any
) -> Any:
    """the epoch begins with before = w"""
    return sgd_epoch(w, w, X, y, lam, rate, momentum, batch, order)


def velocity_returned(
    w: Any, before: Any, X: Any, y: Any, lam: Any, rate: Any, momentum: Any, batch: Any, order: Any
) -> Any:
    """the last step, w - before, as the second result"""
    w, before = sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order)
    return w, w - before
