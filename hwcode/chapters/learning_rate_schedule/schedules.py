"""Learning rates that change with every update, and momentum on a parabola, in closed form.

Nothing here needs torch. Updates are counted from 0: the rate of update ``t`` is the one that is
set when ``t`` updates have been done.

Momentum is the heavy ball as ``torch.optim.SGD`` has it: ``v <- rho v + g``, ``w <- w - eta v``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hwcode.checking.arguments import above, at_least, between, takes

__all__ = [
    "contraction",
    "effective_rate",
    "finder_rate",
    "finder_updates",
    "noise_floor",
    "stability_limit",
    "turning_point",
    "warmup_cosine",
]


@takes(total=at_least(1), peak=above(0), warmup=between(0, 1), first=at_least(0), last=at_least(0))
def warmup_cosine(
    t: float,
    total: int,
    peak: float,
    warmup: float = 0.2,
    first: float = 1e-4,
    last: float = 1e-6,
) -> float:
    """The rate of update ``t``: a straight line up, then a quarter of a cosine down.

    This is formula (2) of the handout. At the end of the warm-up its two branches differ, by
    ``first - last``; there the first one is taken.

    Args:
        t: updates done so far, from 0 to ``total``.
        total: updates in the whole run.
        peak: the largest rate, up to ``first``.
        warmup: the part of the run in which the rate grows, more than 0 and less than 1.
        first: the rate at ``t = 0``.
        last: the rate at ``t = total``.

    Raises:
        ValueError: for an update outside the run.

    >>> [round(warmup_cosine(t, 100, 0.1), 4) for t in (0, 10, 20, 60, 100)]
    [0.0001, 0.0501, 0.1001, 0.0707, 0.0]
    """
    if not 0 <= t <= total:
        raise ValueError(f"update {t} is not in a run of {total}")
    turn = warmup * total
    if t <= turn:
        return first + peak * t / turn
    return peak * math.cos(math.pi / 2 * (t - turn) / (total - turn)) + last


@takes(t=at_least(0), start=above(0), factor=above(1))
def finder_rate(t: int, start: float = 1e-5, factor: float = 1.1) -> float:
    """The rate of update ``t`` of the finder.

    >>> round(finder_rate(99), 4)
    0.1253
    """
    return start * factor**t


@takes(start=above(0), factor=above(1))
def finder_updates(end: float, start: float = 1e-5, factor: float = 1.1) -> int:
    """How many updates the finder makes if its last one has a rate of at least ``end``.

    >>> finder_updates(1.0), finder_rate(120) < 1 <= finder_rate(121)
    (122, True)
    """
    return math.ceil(math.log(end / start) / math.log(factor)) + 1


@takes(window=at_least(1))
def turning_point(
    rates: Sequence[float] | NDArray[np.float64],
    losses: Sequence[float] | NDArray[np.float64],
    window: int = 5,
) -> float:
    """The rate at which the smoothed loss is least: what the handout's reader finds by eye.

    Args:
        rates: increasing, one for each loss.
        losses: of single minibatches; what comes after the first infinite one is left out.
        window: the smoothed loss is the mean over so many updates around each, an odd number.

    Raises:
        ValueError: if the window is even, or longer than what there is to smooth.

    >>> turning_point([1, 2, 4, 8, 16, 32, 64], [5, 5, 3, 2, 1, 4, 9], window=3)
    8.0
    """
    if window % 2 == 0:
        raise ValueError(f"the window is {window}; only an odd one has a middle")
    values = np.asarray(losses, float)
    bad = np.flatnonzero(~np.isfinite(values))
    values = values[: bad[0]] if len(bad) else values
    if len(values) < window:
        raise ValueError(f"{len(values)} losses are not enough for a window of {window}")
    means = np.convolve(values, np.full(window, 1 / window), mode="valid")
    return float(np.asarray(rates, float)[int(means.argmin()) + window // 2])


@takes(rate=at_least(0), momentum=between(0, 1, without_high=True))
def effective_rate(rate: float, momentum: float) -> float:
    """``rate / (1 - momentum)``: how far a gradient moves the weights in all.

    >>> round(effective_rate(0.1, 0.9), 9), round(effective_rate(5 * 0.1, 0.5), 9)
    (1.0, 1.0)
    """
    return rate / (1 - momentum)


@takes(curvature=above(0), momentum=between(0, 1, without_high=True))
def stability_limit(curvature: float, momentum: float = 0.0) -> float:
    """The rate from which on momentum on a parabola does not converge, ``2 (1 + rho) / h``.

    >>> stability_limit(1.0), round(stability_limit(1.0, 0.9), 6)
    (2.0, 3.8)
    """
    return 2 * (1 + momentum) / curvature


@takes(rate=at_least(0), curvature=at_least(0), momentum=between(0, 1, without_high=True))
def contraction(rate: float, curvature: float, momentum: float = 0.0) -> float:
    """By what the distance to the minimum shrinks per update in the end: the larger root's modulus.

    The roots are those of ``z^2 - (1 + rho - eta h) z + rho``.

    >>> contraction(0.5, 1.0), round(contraction(0.5, 1.0, 0.81), 6)
    (0.5, 0.9)
    """
    roots = np.roots([1.0, -(1 + momentum - rate * curvature), momentum])
    return float(np.abs(roots).max())


@takes(curvature=above(0), variance=at_least(0))
def noise_floor(
    rate: float, curvature: float, momentum: float = 0.0, variance: float = 1.0
) -> float:
    """The mean of ``h w^2 / 2`` in the stationary state, under gradient noise of this variance.

    The noise is added to the gradient of every step, of mean 0 and independent of all before:
    ``eta s^2 (1 + rho) / (2 (1 - rho) (2 (1 + rho) - eta h))``.

    Raises:
        ValueError: outside ``0 <= rho < 1``, ``0 < eta h < 2 (1 + rho)``: no stationary state.

    >>> noise_floor(1.0, 1.0), round(noise_floor(0.1, 1.0, 0.9), 6)
    (0.5, 0.256757)
    """
    if not 0 <= momentum < 1 or not 0 < rate < stability_limit(curvature, momentum):
        raise ValueError(f"rate {rate:g}, momentum {momentum:g}: there is no stationary state")
    room = 2 * (1 + momentum) - rate * curvature
    return rate * variance * (1 + momentum) / (2 * (1 - momentum) * room)
