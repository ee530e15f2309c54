"""The noisy quadratic model: how much a batch helps, and which rate suits it.

The loss is ``1/2 sum_i a_i w_i^2``, and a gradient is ``a_i w_i`` plus noise of mean 0, whose
variance in a batch of ``B`` examples is ``c_i / B`` [Zhang et al. 2019]. Every expectation has a
closed form then: ``m_i = E[w_i^2]`` obeys ``m -> (1 - rate a)^2 m + rate^2 c / B``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize

from hwcode.checking.arguments import NOT_ZERO, SEED, above, at_least, between, takes

__all__ = [
    "Model",
    "best_rate",
    "best_schedule",
    "harmonic_model",
    "heavy_ball_losses",
    "information_bound",
    "noise_scale",
    "scheduled_steps",
    "simulate",
    "steps_to",
]

Array = NDArray[np.float64]
NEVER = 2**40
"""Steps after which a search gives up."""


@takes("a[d] c[d] m[d]", a=above(0), c=at_least(0), m=at_least(0))
@dataclass(frozen=True)
class Model:
    """A noisy quadratic; all three arrays have one entry for each direction.

    Attributes:
        a: curvatures, positive.
        c: variance of one example's gradient noise.
        m: ``E[w^2]`` at the start.
    """

    a: Array
    c: Array
    m: Array

    @property
    def start(self) -> float:
        """The expected loss before the first step.

        >>> harmonic_model(2).start
        0.75
        """
        return float(self.a @ self.m) / 2

    @takes(batch=above(0), rate=above(0))
    def floor(self, batch: float, rate: Any) -> Array:
        """The expected loss that a constant rate tends to: ``sum rate c / (4 - 2 rate a) / B``.

        Args:
            batch: examples in a batch; a real number is fine here.
            rate: below ``2 / max a``; one rate or several.

        >>> Model(np.ones(1), np.ones(1), np.ones(1)).floor(1, 1.0)
        array(0.5)
        """
        rate = np.asarray(rate, float)[..., None]
        return np.asarray((rate * self.c / (2 - rate * self.a)).sum(axis=-1) / (2 * batch))

    @takes(batch=above(0), rate=above(0), steps=at_least(0))
    def loss(self, batch: float, rate: Any, steps: Any) -> Array:
        """The expected loss after some steps at a constant rate, in closed form.

        Args:
            batch: examples in a batch.
            rate: one rate or several, below ``2 / max a``.
            steps: a number for each rate, or one for all.

        >>> Model(np.ones(1), np.ones(1), np.ones(1)).loss(1, 0.5, [0, 1, 2])
        array([0.5   , 0.25  , 0.1875])
        """
        rate = np.asarray(rate, float)[..., None]
        steps = np.asarray(steps, float)[..., None]
        rest = rate * self.c / (batch * self.a * (2 - rate * self.a))
        with np.errstate(divide="ignore", invalid="ignore"):  # rate a = 1 reaches 0 in one step
            left = np.exp(np.where(steps > 0, 2 * steps * np.log(np.abs(1 - rate * self.a)), 0.0))
        return np.asarray(((rest + (self.m - rest) * left) @ self.a) / 2)

    @takes()
    def preconditioned(self, power: float) -> Model:
        """The model in coordinates where steps are ``a^-power`` times the gradient.

        ``z = a^(power/2) w`` turns them into plain gradient steps. Power 1 is Newton's method.

        >>> harmonic_model(3).preconditioned(1.0).a
        array([1., 1., 1.])
        """
        return Model(self.a ** (1 - power), self.c * self.a ** (-power), self.m * self.a**power)


@takes(d=at_least(1))
def harmonic_model(d: int) -> Model:
    """Curvatures ``1, 1/2, ..., 1/d``, noise covariance equal to the Hessian, start at ``m = 1``.

    The spectrum and the noise are those of Zhang et al. 2019, section 4.
    """
    a = 1 / np.arange(1, d + 1)
    return Model(a, a.copy(), np.ones(d))


@takes(a=above(0), w0=NOT_ZERO, sigma=at_least(0))
def noise_scale(a: Any, w0: Any, sigma: Any) -> Any:
    """The batch at which the noise of the gradient is as large as the gradient itself.

    In the scalar model ``sigma^2 / (a w0)^2``; exact for exact arguments. It is the simple noise
    scale of McCandlish et al. 2018.

    >>> noise_scale(2, 3, 6)
    1.0
    """
    return sigma**2 / (a * w0) ** 2


@takes(a=above(0), sigma=at_least(0), batch=above(0), steps=at_least(1))
def best_rate(a: float, w0: float, sigma: float, batch: float, steps: int) -> float:
    """The constant rate of least expected loss after ``steps`` steps of the scalar model.

    With ``y = 1 - rate a`` and ``G(y) = (1 - y) (1 - y^2T) / (1 + y)`` the loss is proportional to
    ``y^2T + r G(y)`` where ``r`` is the noise scale over the batch. The page proves that
    ``2T y^(2T-1) / (-G'(y))`` rises from 0 to infinity on (0, 1), so it meets ``r`` once.

    Raises:
        ValueError: for ``w0 = 0``, where no positive rate is best.

    >>> round(best_rate(a=2.0, w0=1.0, sigma=2.0, batch=1.0, steps=1), 12)
    0.25
    """
    if w0 == 0:
        raise ValueError("the start is the minimum: every step only adds noise")
    r, power = noise_scale(a, w0, sigma) / batch, 2 * steps

    def excess(y: float) -> float:
        pull = power * y ** (power - 1)
        noise = 2 * (1 - y**power) / (1 + y) ** 2 + (1 - y) / (1 + y) * pull
        return float(pull - r * noise)

    return (1 - float(brentq(excess, 0.0, 1.0, xtol=1e-16))) / a


@takes(
    a=above(0),
    sigma=at_least(0),
    batch=at_least(1),
    rate=at_least(0),
    steps=at_least(0),
    runs=at_least(1),
    seed=SEED,
)
def simulate(
    a: float, w0: float, sigma: float, batch: int, rate: float, steps: int, runs: int, seed: int
) -> Array:
    """The loss of every run of the scalar model after every step, shape ``runs x (steps + 1)``.

    The noise is the mean of ``batch`` normal numbers, drawn as one normal number.

    >>> simulate(1.0, 1.0, 0.0, 1, 0.5, 2, 1, 0)
    array([[0.5    , 0.125  , 0.03125]])
    """
    generator = np.random.default_rng(seed)
    w = np.full(runs, float(w0))
    losses = [a * w**2 / 2]
    for _ in range(steps):
        w = w - rate * (a * w + sigma / np.sqrt(batch) * generator.standard_normal(runs))
        losses.append(a * w**2 / 2)
    return np.array(losses).T


@takes(rate=at_least(0), momentum=between(0, 1, without_high=True))
def heavy_ball_losses(model: Model, batch: float, rate: Any, momentum: Any) -> Iterator[Array]:
    """The expected loss before the first step with momentum and after each step, without end.

    A step is ``w <- w - rate * gradient + momentum (w - w_before)``. The second moments of ``w``
    and ``w_before`` in each direction are followed step by step.

    Args:
        model: the model.
        batch: examples in a batch; ``math.inf`` for no noise.
        rate: one rate or several.
        momentum: one, or one for each rate.

    >>> losses = heavy_ball_losses(Model(np.ones(1), np.ones(1), np.ones(1)), 4, 0.5, 0.25)
    >>> [float(next(losses)) for _ in range(3)]
    [0.5, 0.15625, 0.056640625]
    """
    rate, momentum = (np.asarray(part, float)[..., None] for part in (rate, momentum))
    keep, noise = 1 + momentum - rate * model.a, rate**2 * model.c / batch
    # E[w^2], E[w w_before] and E[w_before^2]; the first step has no step before it.
    new = mixed = old = np.broadcast_to(model.m, keep.shape)
    while True:
        yield np.asarray(new @ model.a / 2)
        new, mixed, old = (
            keep**2 * new - 2 * keep * momentum * mixed + momentum**2 * old + noise,
            keep * new - momentum * mixed,
            new,
        )


@takes(batch=above(0))
def steps_to(model: Model, batch: float, target: float) -> tuple[int, float]:
    """The fewest steps to an expected loss at a constant rate, and that rate.

    Only rates whose floor is at or below the target are tried: others may pass it, and cannot stay.
    For each rate of a grid, refined twice around the best one, the crossing is found by bisection.

    Raises:
        ValueError: unless the target lies between 0 and the loss at the start.

    >>> steps_to(Model(np.ones(1), np.ones(1), np.ones(1)), 10, 0.1)[0]
    1
    """
    if not 0 < target < model.start:
        raise ValueError(f"the target must lie between 0 and {model.start:.3g}, not at {target}")
    limit = 2 / model.a.max()
    highest = limit * (1 - 1e-9)
    if float(model.floor(batch, highest)) > target:
        highest = _last_below(lambda rate: float(model.floor(batch, rate)) <= target, limit)
    low, high = highest / 100, highest
    for _ in range(3):
        rates = np.geomspace(low, high, 40)
        steps = _first_below(model, batch, rates, target)
        best = int(steps.argmin())
        low, high = rates[max(best - 1, 0)], rates[min(best + 1, len(rates) - 1)]
    return int(np.ceil(steps[best])), float(rates[best])


def _last_below(good: Any, limit: float) -> float:
    low, high = 0.0, limit
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if good(middle) else (low, middle)
    return low


def _first_below(model: Model, batch: float, rates: Array, target: float) -> Array:
    """For each rate the real number of steps at which the loss meets the target."""
    low, high = np.zeros(len(rates)), np.ones(len(rates))
    while np.any(above := model.loss(batch, rates, high) > target) and high.max() < NEVER:
        low, high = np.where(above, high, low), np.where(above, 2 * high, high)
    for _ in range(30):
        middle = (low + high) / 2
        above = model.loss(batch, rates, middle) > target
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return high


def _scheduled(model: Model, batch: float, lengths: Array, rates: Array) -> tuple[float, Array]:
    """Expected loss after pieces of constant rate, and its derivative in each rate."""
    m, before, kept = model.m, [], []
    for rate, length in zip(rates, lengths, strict=True):
        rest = rate * model.c / (batch * model.a * (2 - rate * model.a))
        left = np.abs(1 - rate * model.a) ** (2 * length)
        before.append(m)
        kept.append((rest, left))
        m = rest + (m - rest) * left
    weight, slopes = model.a / 2, np.empty(len(rates))
    for k in reversed(range(len(rates))):
        rest, left = kept[k]
        y = 1 - rates[k] * model.a
        rest_slope = 2 * model.c / (batch * model.a * (2 - rates[k] * model.a) ** 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            left_slope = np.where(y == 0, 0.0, -2 * lengths[k] * model.a * left / y)
        slopes[k] = weight @ (rest_slope * (1 - left) + (before[k] - rest) * left_slope)
        weight = weight * left
    return float(model.a @ m) / 2, slopes


@takes("rates[k]", batch=above(0), steps=at_least(1), rates=above(0))
def best_schedule(model: Model, batch: float, steps: int, rates: Array) -> tuple[float, Array]:
    """Improve a piecewise constant schedule for a given number of steps.

    L-BFGS-B [Byrd et al. 1995] on the logarithm of the loss in the logarithms of the rates, each
    rate kept below ``2 / max a``, beyond which a long piece diverges. The pieces are as equal as
    whole numbers of steps allow. A local search: what it finds is an upper bound.

    Args:
        model: the model.
        batch: examples in a batch.
        steps: in all; at least as many as pieces.
        rates: where the search begins, one for each piece.

    Returns:
        The least expected loss found, and its rates.

    >>> scalar = Model(np.ones(1), np.ones(1), np.ones(1))
    >>> loss, rates = best_schedule(scalar, 1.0, 3, np.full(3, 0.3))
    >>> round(loss, 6), (1 / rates).round(3)
    (0.125, array([2., 3., 4.]))
    """
    lengths = np.diff(np.rint(np.linspace(0, steps, len(rates) + 1)))
    top = np.log(2 / model.a.max() * (1 - 1e-9))

    def log_loss(x: Array) -> tuple[float, Array]:
        value, slopes = _scheduled(model, batch, lengths, np.exp(x))
        return float(np.log(value)), slopes * np.exp(x) / value

    found = minimize(
        log_loss,
        np.minimum(np.log(rates), top),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, top)] * len(rates),
        options={"ftol": 1e-12, "gtol": 1e-9, "maxiter": 200},
    )
    return float(np.exp(found.fun)), np.exp(found.x)


@takes(batch=above(0), target=above(0), pieces=at_least(1))
def scheduled_steps(
    model: Model, batch: float, target: float, pieces: int = 16
) -> tuple[int, Array]:
    """The fewest steps to an expected loss over piecewise constant schedules, and the rates.

    As :func:`best_schedule` is a local search, this is an upper bound, found by bisection from the
    best constant rate downwards.
    """
    high, rate = steps_to(model, batch, target)
    rates = np.full(pieces, rate)
    low = min(pieces, high) - 1
    found = rates
    while high - low > max(1, high // 500):
        middle = int(np.sqrt((low + 1) * high)) if low < high // 2 else (low + high) // 2
        middle = min(max(middle, low + 1), high - 1)
        value, rates = best_schedule(model, batch, middle, found)
        if value <= target:
            high, found = middle, rates
        else:
            low = middle
    return high, found


@takes(target=above(0))
def information_bound(model: Model, target: float) -> float:
    """Examples below which no method can expect to reach a loss, whatever it computes.

    Let the distance to the minimum be normal with variances ``m`` and the noise normal. A gradient
    at a known point measures the minimum with variance ``c / a^2`` per example, wherever it is
    taken, so after ``E`` examples no estimate has a mean square below ``1 / (1/m + E a^2 / c)``.

    >>> round(information_bound(Model(np.ones(1), np.ones(1), np.ones(1)), 0.125), 6)
    3.0
    """

    def best(examples: float) -> float:
        return float((model.a / (1 / model.m + examples * model.a**2 / model.c)).sum()) / 2

    high = 1.0
    while best(high) > target:
        high *= 2
    return _last_below(lambda examples: best(examples) > target, high)
