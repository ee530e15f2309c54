"""What ``questions/noise.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix

from hwcode.chapters.linear_regression import interpolation as lr
from hwcode.chapters.linear_regression.questions.noise import r, sigma
from hwcode.chapters.linear_regression.questions.problem import X, d, eps, n, t
from hwcode.chapters.linear_regression.truths.fitting import stationary_point
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


def _error_after_fitting(point: Any) -> Any:
    """Fit targets X w* + noise for some w*, and measure the loss of the fit."""
    data, noise = point[X], point[eps]
    truth = ImmutableMatrix([(-1) ** j * (j + 2) for j in range(data.cols)])
    targets = data * truth + noise
    fitted = stationary_point({X: data, t: targets})
    return (data * fitted - targets).norm() ** 2 / data.rows


def _integer_matrix(rows: int, columns: int, rank: int) -> sympy.Matrix:
    """Some integer matrix of this shape and rank."""
    tall = sympy.Matrix(rows, rank, lambda i, j: (i + 1) ** j)
    wide = sympy.Matrix(rank, columns, lambda i, j: (j + 2) ** i)
    product = tall * wide
    assert product.rank() == rank
    return product


def _mean_over_signs(point: Any) -> Any:
    size, width = int(point[n]), int(point[d])
    return lr.rademacher_training_error(_integer_matrix(size, width, width), point[sigma])


def _mean_over_signs_of_rank(point: Any) -> Any:
    size, rank = int(point[n]), int(point[r])
    return lr.rademacher_training_error(_integer_matrix(size, size + 1, rank), point[sigma])


TRUTHS = {
    "A1-1.2.2:error": Truth(
        _error_after_fitting, "the loss of a fit to targets made with some w*", 24
    ),
    "A1-1.2.2:expectation": Truth(_mean_over_signs, "the exact mean over all noises of ±σ", 4),
    "A1-1.3.3:error": Truth(
        lambda point: lr.rademacher_training_error(
            _integer_matrix(int(point[n]), int(point[d]), int(point[n])), point[sigma]
        ),
        "the exact mean over all noises of ±σ",
        4,
    ),
    "A1-1.3.3:general": Truth(_mean_over_signs_of_rank, "the exact mean over all noises of ±σ", 4),
}
