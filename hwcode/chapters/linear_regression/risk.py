"""The expected error of minimum-norm regression on new data, exactly and simulated."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hwcode.checking.arguments import SEED, at_least, takes
from hwcode.checking.extras import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["expected_risk_gaussian", "simulated_risk_gaussian"]


@takes(norm_squared=at_least(0), noise_variance=at_least(0))
def expected_risk_gaussian(
    n: Any, d: Any, norm_squared: Any, noise_variance: Any
) -> Fraction | float:
    """Expected squared error of the minimum-norm fit on a fresh example, Gaussian features.

    Rows of ``X`` are independent standard normal vectors, ``t = X w* + noise``, and the error is
    measured against the noiseless target ``x^T w*`` of a fresh standard normal ``x``, averaged
    over everything.

    * ``n >= d + 2``: ``noise_variance * d / (n - d - 1)``, the mean of an inverse Wishart trace.
    * ``n <= d - 2``: ``norm_squared * (1 - n/d) + noise_variance * n / (d - n - 1)``: the part of
      ``w*`` outside a random n-dimensional space, and the fitted noise.
    * otherwise infinite as soon as there is noise (and at ``n >= d`` zero without).

    Exact for exact arguments. Hastie, Montanari, Rosset and Tibshirani 2022; Belkin, Hsu and Xu
    2020, theorem 1.

    Args:
        n: examples, at least 1.
        d: features, at least 1.
        norm_squared: ``||w*||^2``.
        noise_variance: of the targets' noise; not negative.

    Raises:
        ValueError: without examples or features.

    >>> expected_risk_gaussian(10, 20, Fraction(1), Fraction(1, 4))
    Fraction(7, 9)
    """
    n, d = int(n), int(d)
    if n < 1 or d < 1:
        raise ValueError(f"a fit needs an example and a feature; there are n = {n}, d = {d}")
    bias = norm_squared * Fraction(d - n, d) if n < d else norm_squared * 0
    if noise_variance == 0:
        return bias
    if abs(n - d) <= 1:
        return float("inf")
    return bias + noise_variance * Fraction(min(n, d), abs(n - d) - 1)


@takes(
    n=at_least(1),
    d=at_least(1),
    norm_squared=at_least(0),
    noise_variance=at_least(0),
    runs=at_least(1),
    seed=SEED,
)
def simulated_risk_gaussian(
    n: int, d: int, norm_squared: float, noise_variance: float, runs: int, seed: int
) -> Array:
    """The risk of :func:`expected_risk_gaussian` in each of ``runs`` random training sets.

    Returns:
        ``||w - w*||^2`` for each, shape ``runs``: the error on a fresh standard normal example.

    >>> simulated_risk_gaussian(5, 2, 1.0, 0.0, runs=3, seed=0).round(12)
    array([0., 0., 0.])
    """
    generator = np.random.default_rng(seed)
    target = np.zeros(d)
    target[0] = np.sqrt(norm_squared)
    risks = np.empty(runs)
    for run in range(runs):
        X = generator.standard_normal((n, d))
        t = X @ target + np.sqrt(noise_variance) * generator.standard_normal(n)
        risks[run] = float(np.sum((np.linalg.lstsq(X, t, rcond=None)[0] - target) ** 2))
    return risks
