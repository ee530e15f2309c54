"""Linear regression on both sides of interpolation.

The loss is the mean of the squared errors, ``1/n ||X w - t||^2``, without a factor 1/2: that is the
handout's convention, and every constant below follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from typing import Any, Literal

import numpy as np
import sympy
from numpy.typing import NDArray

__all__ = [
    "BASES",
    "exact_polynomial_fit",
    "expected_risk_gaussian",
    "features",
    "fit_poly",
    "gradient",
    "gradient_descent",
    "largest_rate",
    "loss",
    "minimum_norm_solution",
    "polynomial_data",
    "predict_poly",
    "rademacher_training_error",
    "simulated_risk_gaussian",
]

Array = NDArray[np.float64]
Basis = Literal["monomials", "Chebyshev", "Legendre"]
BASES: tuple[Basis, ...] = ("monomials", "Chebyshev", "Legendre")


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


def gradient(X: Array, w: Array, t: Array) -> Array:
    """Gradient of :func:`loss` in ``w``: ``2/n X^T (X w - t)``, shape ``d``.

    >>> gradient(np.array([[1.0, 1.0]]), np.zeros(2), np.array([3.0]))
    array([-6., -6.])
    """
    return 2 / len(t) * X.T @ (X @ w - t)


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


def minimum_norm_solution(X: Array, t: Array) -> Array:
    """Among the minimisers of the loss, the one of least norm: ``pinv(X) t``.

    If the columns of ``X`` are independent there is only one minimiser; if its rows are, this one
    is ``X^T (X X^T)^{-1} t``. Neither is assumed here: a singular value decomposition serves both.

    >>> minimum_norm_solution(np.array([[1.0, 1.0]]), np.array([3.0]))
    array([1.5, 1.5])
    """
    return np.asarray(np.linalg.lstsq(X, t, rcond=None)[0], float)


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


def polynomial_data(n: int = 14, seed: int = 123) -> tuple[Array, Array]:
    """The training data of the course's notebook: ``sin(10 x)`` on [0, 1] with noise.

    The noise is normal with standard deviation 0.1. NumPy's legacy generator is seeded, ``x`` is
    drawn first and the noise after it, as in the notebook.

    Returns:
        Inputs and targets, both of shape ``n``.

    >>> x, t = polynomial_data()
    >>> x[:2].round(4)
    array([0.6965, 0.2861])
    """
    generator = np.random.RandomState(seed)
    x = generator.uniform(size=n)
    return x, np.sin(10 * x) + 0.1 * generator.randn(n)


def features(x: Array, degree: int, basis: Basis = "monomials") -> Array:
    """Polynomial features of degree 0 to ``degree``, shape ``len(x) x (degree + 1)``.

    Monomials are taken of ``x`` itself; the orthogonal families of ``2 x - 1``, which maps [0, 1]
    to the interval [-1, 1] where they are orthogonal. (The course's notebook takes them of ``x``.)

    Raises:
        ValueError: for a negative degree, or another basis.

    >>> features(np.array([0.5]), 2, "Legendre")
    array([[ 1. ,  0. , -0.5]])
    """
    x = np.asarray(x, float)
    if degree < 0:
        raise ValueError(f"a polynomial has a degree of at least 0, not {degree}")
    if basis == "monomials":
        return np.vander(x, degree + 1, increasing=True)
    if basis == "Chebyshev":
        return np.asarray(np.polynomial.chebyshev.chebvander(2 * x - 1, degree), float)
    if basis == "Legendre":
        return np.asarray(np.polynomial.legendre.legvander(2 * x - 1, degree), float)
    raise ValueError(f"the basis is one of {', '.join(BASES)}, not {basis!r}")


def fit_poly(X: Array, d: int, t: Array, basis: Basis = "monomials") -> Array:
    """Fit a polynomial of degree ``d`` by least squares, of least norm where many fit equally well.

    One call serves both sides of interpolation: the pseudo-inverse is ``(F^T F)^{-1} F^T`` where
    the features ``F`` have independent columns and ``F^T (F F^T)^{-1}`` where they have independent
    rows. Forming those products would square the condition number; the decomposition does not.

    Args:
        X: inputs, ``n``.
        d: the degree, so that there are ``d + 1`` weights.
        t: targets, ``n``.
        basis: which polynomials the weights belong to.

    Returns:
        Weights, ``d + 1``.

    >>> fit_poly(np.array([0.0, 1.0]), 1, np.array([1.0, 3.0])).round(12)
    array([1., 2.])
    >>> fit_poly(np.array([1.0]), 2, np.array([3.0])).round(12)
    array([1., 1., 1.])
    """
    return minimum_norm_solution(features(X, d, basis), np.asarray(t, float))


def predict_poly(x: Array, w: Array, basis: Basis = "monomials") -> Array:
    """Values at ``x`` of the polynomial with weights ``w``.

    >>> predict_poly(np.array([2.0]), np.array([1.0, 0.0, 1.0]))
    array([5.])
    """
    return features(x, len(w) - 1, basis) @ w


def exact_polynomial_fit(
    x: Array, d: int, t: Array, at: Array, basis: Basis = "monomials", digits: int = 100
) -> Array:
    """Predictions of the same fit, computed with ``digits`` decimal digits and rounded at the end.

    The inputs are taken as the binary fractions that they are. With 100 digits even the normal
    equations of monomials of degree 200 are accurate, so this is the yardstick for float64.

    Args:
        x: inputs of the fit, ``n``.
        d: the degree.
        t: targets of the fit, ``n``.
        at: inputs of the predictions, ``m``.
        basis: which polynomials.
        digits: decimal digits of the arithmetic.

    Returns:
        Predictions, ``m``.

    >>> exact_polynomial_fit(np.array([0., 1.]), 1, np.array([1., 3.]), np.array([2.]))
    array([5.])
    """
    import mpmath

    with mpmath.workdps(digits):
        F, G = (_exact_features(points, d, basis) for points in (x, at))
        targets = mpmath.matrix([mpmath.mpf(float(value)) for value in t])
        if F.cols <= F.rows:
            w = mpmath.lu_solve(F.T * F, F.T * targets)
        else:
            w = F.T * mpmath.lu_solve(F * F.T, targets)
        return np.array([float(value) for value in G * w])


def _exact_features(x: Array, d: int, basis: Basis) -> Any:
    """The features of :func:`features` by their three-term recurrences, as an mpmath matrix."""
    import mpmath

    rows = []
    for value in x:
        z = mpmath.mpf(float(value)) if basis == "monomials" else 2 * mpmath.mpf(float(value)) - 1
        row = [mpmath.mpf(1), z]
        for k in range(1, d):
            if basis == "monomials":
                row.append(row[-1] * z)
            elif basis == "Chebyshev":
                row.append(2 * z * row[-1] - row[-2])
            else:
                row.append(((2 * k + 1) * z * row[-1] - k * row[-2]) / (k + 1))
        rows.append(row[: d + 1])
    return mpmath.matrix(rows)


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
        risks[run] = float(np.sum((minimum_norm_solution(X, t) - target) ** 2))
    return risks
