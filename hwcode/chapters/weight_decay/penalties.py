"""Weight decay and the L2 penalty: one thing for gradient descent, two things for Adam.

The loss is the mean squared error ``1/n ||X w - t||^2``. A *penalty* adds ``penalty * ||w||^2`` to
it, without a factor 1/2, so its gradient is ``2 * penalty * w``
(:func:`hwcode.optimisers.penalised`). A *decay* leaves the loss alone and multiplies the weights by
``1 - decay`` at every step, beside the optimiser's own step: the handout's equation 5, and the
argument ``decay`` of the functions in :mod:`hwcode.optimisers`. PyTorch's ``weight_decay`` is
``2 * penalty`` in ``SGD``, ``RMSprop`` and ``Adam``, and ``decay / rate`` in ``AdamW``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwcode.chapters.linear_regression import interpolation as lr
from hwcode.checking.arguments import above, at_least, takes

__all__ = ["equal_penalty", "largest_rate", "ridge_solution"]

Array = NDArray[np.float64]


@takes(decay=at_least(0), rate=above(0))
def equal_penalty(decay: float, rate: float) -> float:
    """The penalty that makes the same gradient-descent step as a decay: ``decay / (2 rate)``.

    >>> equal_penalty(decay=0.2, rate=0.1)
    1.0
    """
    return decay / (2 * rate)


@takes("X[n,d]")
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


@takes("X[n,d] t[n]")
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
