"""The implicit bias of optimisers: which of infinitely many perfect fits they find.

The optimisers themselves are in :mod:`hwcode.optimisers`. Here are the numbers to run them on,
exact ones (:func:`exact`), precise ones (:func:`precise`) and floats without surprises
(:func:`plain`), and ways to say where a run ends: by a formula, by linear algebra, in intervals
that hold the limit.

The loss is ``1/n ||X w - t||^2``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import mpmath
import numpy as np
import sympy

from hwcode.checking.arguments import above, at_least, takes
from hwcode.optimisers import Array

__all__ = [
    "enclosed_bias",
    "exact",
    "limit_of_iteration",
    "nearest_solution",
    "plain",
    "precise",
    "settled",
]


# --- numbers ----------------------------------------------------------------------------------


@takes()
def exact(values: Any) -> Array:
    """An array of SymPy numbers, of the shape of ``values``; texts such as ``"1/3"`` are read.

    >>> exact([1, "1/3"]) * 3
    array([3, 1], dtype=object)
    """
    return np.vectorize(sympy.Rational, otypes=[object])(values)


@takes()
def plain(values: Any) -> Array:
    """An array of Python's floats, for runs in which every single rounding matters.

    NumPy may fuse or reorder the operations of a product of float64 arrays, and not on all machines
    alike; on arrays of objects it does one after the other.

    >>> plain(["0.1", 2]) @ plain([3, 1])
    2.3
    """
    return np.vectorize(lambda value: float(sympy.Rational(value)), otypes=[object])(values)


@takes()
def precise(values: Any) -> Array:
    """An array of mpmath numbers, rounded to the precision that is set when this is called.

    >>> with mpmath.workdps(30):
    ...     print(precise(["0.1"])[0] * 3)
    0.3
    """

    def number(value: Any) -> Any:
        ratio = sympy.Rational(value)
        return mpmath.mpf(int(ratio.p)) / int(ratio.q)

    return np.vectorize(number, otypes=[object])(values)


# --- where they end ---------------------------------------------------------------------------


@takes("X[n,d] t[n] start[d]")
def nearest_solution(X: Array, t: Array, start: Array) -> Array:
    """The minimiser of the loss nearest to ``start``: ``w0 + pinv(X) (t - X w0)``, in float64.

    >>> nearest_solution(np.array([[2.0, 1.0]]), np.array([2.0]), np.zeros(2)).round(12)
    array([0.8, 0.4])
    """
    return np.asarray(start + np.linalg.pinv(X) @ (t - X @ start), float)


@takes(tolerance=above(0), most=at_least(1))
def settled(path: Iterator[Array], tolerance: Any, most: int = 100_000) -> Array:
    """The first iterate whose step is no longer than ``tolerance`` in any coordinate.

    That short steps mean a limit nearby is not for this function to know: use it where geometric
    convergence has been proved.

    Raises:
        ArithmeticError: if there is none among the first ``most``.

    >>> from hwcode.optimisers import descent, least_squares
    >>> path = descent(least_squares(np.array([[2.0, 1.0]]), np.array([2.0])), 0.05, np.zeros(2))
    >>> settled(path, 1e-14).round(12)
    array([0.8, 0.4])
    """
    last = next(path)
    for w in islice(path, most):
        if max(abs(w - last)) <= tolerance:
            return w
        last = w
    raise ArithmeticError(f"the steps are still longer than {tolerance} after {most}")


@takes()
def limit_of_iteration(step: Callable[[Array], Array], state: Array) -> Array:
    """Where repeating an affine map leads, exactly: no iteration, no rounding.

    As a matrix on ``(state, 1)`` the map is ``M``. If its powers converge, they do so to the
    projection on the vectors that ``M`` fixes, along the range of ``M - I``.

    Args:
        step: an affine map of exact vectors; descent with or without momentum on a fixed order of
            batches is one, with a whole pass as the step.
        state: the start, of exact numbers.

    Raises:
        ArithmeticError: if the powers of ``M`` do not converge.

    >>> from hwcode.optimisers import least_squares
    >>> step = lambda w: w - least_squares(exact([[2, 1]]), exact([2]))(0, w) / 10
    >>> list(limit_of_iteration(step, exact([0, 0])))
    [4/5, 2/5]
    """
    size = len(state)
    shift = step(exact(np.zeros(size, int)))
    columns = [sympy.Matrix(step(row) - shift) for row in exact(np.eye(size, dtype=int))]
    linear = sympy.Matrix.hstack(*columns)
    M = sympy.diag(linear, 1)
    M[:size, size] = sympy.Matrix(shift)
    fixed = sympy.Matrix.hstack(*(M - sympy.eye(size + 1)).nullspace())
    conserved = sympy.Matrix.hstack(*(M.T - sympy.eye(size + 1)).nullspace())
    others = sorted(abs(np.linalg.eigvals(np.array(M, float))))[: size + 1 - fixed.cols]
    overlap = conserved.T * fixed
    if overlap.rows != overlap.cols or overlap.det() == 0 or (others and others[-1] >= 1 - 1e-12):
        raise ArithmeticError("the iteration has no limit from every start")
    weights = overlap.LUsolve(conserved.T * sympy.Matrix([*state, 1]))
    return np.array(list(fixed * weights)[:size], dtype=object)


@takes(steps=at_least(0))
def enclosed_bias(
    x: tuple[Any, Any], t: Any, rate: tuple[str, str], eps: str, steps: int
) -> tuple[Any, Any]:
    """An interval that holds ``x2 w1 - x1 w2`` at Adagrad's limit, by interval arithmetic.

    That is 0 exactly at the minimum-norm solution. One data point, two weights, start at zero;
    ``rate`` is an interval of rates, given by its ends. The steps are enclosed one by one. Once the
    residual's factor lies in [-1, 1], the rest of them moves ``x2 w1 - x1 w2`` by no more than
    ``||x1| - |x2|| / (|x1| + |x2|)`` times the residual that is left.

    Returns:
        The two ends of the interval.

    Raises:
        ArithmeticError: if after ``steps`` steps the residual might still grow.

    >>> low, high = enclosed_bias((2, 1), 2, ("0.1", "0.1"), "0.01", steps=40)
    >>> low < high < 0
    True
    """
    iv, digits = mpmath.iv, mpmath.iv.dps
    iv.dps = 80  # rounding errors are enclosed too, and the enclosure grows with every step
    try:
        return _enclosed([iv.mpf(v) for v in x], iv.mpf(t), iv.mpf(list(rate)), iv.mpf(eps), steps)
    finally:
        iv.dps = digits


def _enclosed(data: list[Any], target: Any, eta: Any, small: Any, steps: int) -> tuple[Any, Any]:
    iv = mpmath.iv
    w, total = [iv.mpf(0), iv.mpf(0)], iv.mpf(0)
    shrink = iv.mpf(2)
    for _ in range(steps):
        slope = 2 * (data[0] * w[0] + data[1] * w[1] - target)
        total += slope**2
        below = [abs(v) * iv.sqrt(total) + small for v in data]
        shrink = 2 * eta * (data[0] ** 2 / below[0] + data[1] ** 2 / below[1])
        w = [w[i] - eta * slope * data[i] / below[i] for i in (0, 1)]
    if not shrink.b <= 2:
        raise ArithmeticError(f"after {steps} steps the residual's factor may be 1 - {shrink.b}")
    residual = data[0] * w[0] + data[1] * w[1] - target
    most = abs(abs(data[0]) - abs(data[1])) / (abs(data[0]) + abs(data[1])) * abs(residual)
    bias = data[1] * w[0] - data[0] * w[1] + iv.mpf([-1, 1]) * most
    return bias.a, bias.b
