"""Polynomial regression in three bases, on either side of interpolation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from hwcode.checking.arguments import at_least, between, takes
from hwcode.checking.extras import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = [
    "BASES",
    "exact_polynomial_fit",
    "features",
    "fit_poly",
    "polynomial_data",
    "predict_poly",
]

Basis = Literal["monomials", "Chebyshev", "Legendre"]
BASES: tuple[Basis, ...] = ("monomials", "Chebyshev", "Legendre")


@takes(n=at_least(1), seed=between(0, 2**32 - 1))
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


@takes("x[n]")
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


@takes("X[n] t[n]", d=at_least(0))
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
    return np.linalg.lstsq(features(X, d, basis), np.asarray(t, float), rcond=None)[0]


@takes("x[n] w[m]")
def predict_poly(x: Array, w: Array, basis: Basis = "monomials") -> Array:
    """Values at ``x`` of the polynomial with weights ``w``.

    >>> predict_poly(np.array([2.0]), np.array([1.0, 0.0, 1.0]))
    array([5.])
    """
    return features(x, len(w) - 1, basis) @ w


@takes("x[n] t[n] at[m]", d=at_least(0), digits=between(15, 10_000))
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
