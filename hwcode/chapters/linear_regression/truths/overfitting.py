"""What ``questions/overfitting.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from sympy import Rational

from hwcode.chapters.linear_regression import polynomials as lr
from hwcode.checking import (
    Method,
    Truth,
)

__all__ = ["TRUTHS", "exact_weights"]


def exact_weights(arguments: tuple[Any, ...]) -> Any:
    """Weights from the normal equations over exact rationals."""
    x, degree, targets = arguments
    F = sympy.Matrix(len(x), degree + 1, lambda i, j: Rational(x[i]) ** j)
    right = sympy.Matrix([Rational(value) for value in targets])
    tall = F.rows >= F.cols
    exact = (F.T * F).LUsolve(F.T * right) if tall else F.T * (F * F.T).LUsolve(right)
    return np.array(exact, float).ravel()


def _test_loss(degree: int) -> float:
    """Half the mean squared test error on the starter's data, Legendre features."""
    x, targets = lr.polynomial_data()
    grid = np.linspace(0, 1, 1000)
    weights = lr.fit_poly(x, degree, targets, "Legendre")
    errors = lr.predict_poly(grid, weights, "Legendre") - np.sin(10 * grid)
    return float(np.mean(errors**2)) / 2


def _overfits_always(_: Any) -> str:
    """One pair of degrees, below and above interpolation, decides an "always"."""
    return "no" if _test_loss(200) < _test_loss(5) else "yes"


def _better_side(_: Any) -> str:
    below = min(_test_loss(degree) for degree in range(13))
    above = min(_test_loss(degree) for degree in range(14, 201))
    return "under" if below < above else "over"


TRUTHS = {
    "A1-1.3.4:fit_poly": Truth(exact_weights, "least squares of least norm over exact rationals"),
    "A1-1.3.4:overfitting": Truth(
        _overfits_always,
        "the test losses at degree 5 and 200, Legendre features",
        method=Method.COMPUTED,
    ),
    "A1-1.3.4:best": Truth(
        _better_side, "the least test loss on either side", method=Method.COMPUTED
    ),
    "A1-1.3.5": Truth(lambda _: None, "the exact expected losses for Gaussian features"),
}
