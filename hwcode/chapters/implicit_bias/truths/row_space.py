"""What ``questions/row_space.py`` asks, from the definitions."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix, Integer

from hwcode import optimisers as opt
from hwcode.chapters.implicit_bias import limits as ib
from hwcode.chapters.implicit_bias.questions.problem import R, X, eta, t, tau, w, w0, x
from hwcode.chapters.implicit_bias.questions.row_space import XB, b, lmax, tb
from hwcode.chapters.implicit_bias.truths.problem import (
    arrays,
    minimum_norm_by_elimination,
    safe_rate,
)
from hwcode.checking import (
    Truth,
)

__all__ = ["TRUTHS"]


def _limit_of_passes(rows: Any, targets: Any, start: Any, batch: int) -> ImmutableMatrix:
    """The exact limit of mini-batch SGD that takes its batches in turn."""
    length = len(targets)
    gradient = opt.least_squares(rows, targets, opt.cyclic(length, batch))

    def one_pass(weights: Any) -> Any:
        path = opt.descent(gradient, safe_rate(rows), weights)
        return next(islice(path, length, None))

    return ImmutableMatrix(list(ib.limit_of_iteration(one_pass, start)))


def _sgd_limit(point: Any) -> ImmutableMatrix:
    """Where SGD on single examples tends to, from the start that the point names or from zero."""
    rows, targets = arrays(point[X], point[t])
    start = point.get(w0, sympy.zeros(rows.shape[1], 1))
    return _limit_of_passes(rows, targets, np.array(list(start), dtype=object), 1)


def _example_gradient(point: Any) -> ImmutableMatrix:
    """Differentiate the squared error of one example in each weight."""
    data, weights = point[x], point[w]
    names = sympy.symbols(f"v:{len(weights)}")
    error = (data.dot(names) - point[tau]) ** 2
    at = dict(zip(names, weights, strict=True))
    return ImmutableMatrix([sympy.diff(error, name).subs(at) for name in names])


def _rank_needed(_: Any) -> str:
    """Two systems of dependent rows that have solutions: is the limit still the shortest one?"""
    systems = (
        ([[1, 1, 0], [2, 2, 0]], [3, 6]),
        ([[1, 1, 0], [0, 1, 1], [1, 2, 1]], [1, 2, 3]),
    )
    for rows, targets in systems:
        start = ib.exact(np.zeros(3, int))
        reached = _limit_of_passes(ib.exact(rows), ib.exact(targets), start, 1)
        if reached != minimum_norm_by_elimination(sympy.Matrix(rows), targets):
            return "yes"
    return "no"


def _turning_rate(gradient: Any, start: Any) -> Any:
    """The rate at which a step maps an error to its negative: above it the error grows."""
    rate = sympy.Symbol("rate", positive=True)
    after = next(islice(opt.descent(gradient, rate, start), 1, None))
    return sympy.solve(sympy.Eq(after[0], -start[0]), rate)[0]


def _rate_of_one_example(point: Any) -> Any:
    rows = np.array([[point[R], Integer(0)]], dtype=object)
    return _turning_rate(opt.least_squares(rows, ib.exact([0])), ib.exact([1, 0]))


def _decreasing_rates(_: Any) -> str:
    """x = (1, 1), rates 1/(4 (k+2)^2): the share of the residual that is left for ever."""
    k, last = sympy.symbols("k last", integer=True, positive=True)
    left = sympy.limit(
        sympy.simplify(sympy.product(1 - 1 / (k + 1) ** 2, (k, 1, last))), last, sympy.oo
    )
    return "yes" if left == 0 else "no"


def _batch_step(point: Any) -> ImmutableMatrix:
    """Minus the rate times the derivative of the batch's mean squared error in each weight."""
    data, targets, weights = point[XB], point[tb], point[w]
    names = sympy.symbols(f"v:{len(weights)}")
    errors = [data[i, :].dot(names) - targets[i] for i in range(data.rows)]
    mean = sum(error**2 for error in errors) / data.rows
    at = dict(zip(names, weights, strict=True))
    return ImmutableMatrix([-point[eta] * sympy.diff(mean, name).subs(at) for name in names])


def _minibatch_limit(point: Any) -> ImmutableMatrix:
    rows, targets = arrays(point[X], point[t])
    start = np.array(list(point[w0]), dtype=object)
    return _limit_of_passes(rows, targets, start, min(2, len(targets)))


def _batches_matter(_: Any) -> str:
    """One problem, batches of 1 to 4 of its 3 examples, with an example twice in the last: one limit?"""
    rows = ib.exact([[1, 1, 0, 2], [0, 1, 1, 1], [1, 0, 3, 1]])
    targets, start = ib.exact([3, 1, 2]), ib.exact([0, 0, 0, 0])
    limits = {_limit_of_passes(rows, targets, start, batch) for batch in (1, 2, 3, 4)}
    return "no" if len(limits) == 1 else "yes"


def _rate_of_one_batch(point: Any) -> Any:
    """A batch whose only example that is not zero has the squared norm lmax."""
    rows = np.array(
        [[sympy.sqrt(point[lmax]), Integer(0)]] + [[Integer(0)] * 2] * (int(point[b]) - 1)
    )
    gradient = opt.least_squares(rows, ib.exact([0] * len(rows)))
    return _turning_rate(gradient, ib.exact([1, 0]))


TRUTHS = {
    "H2-1.1.1:gradient": Truth(
        _example_gradient, "the derivative of its squared error in each weight", 4
    ),
    "H2-1.1.1:limit": Truth(_sgd_limit, "the exact limit of SGD that takes the examples in turn"),
    "H2-1.1.1:rank": Truth(_rank_needed, "exact limits for two systems with dependent rows"),
    "H2-1.1.1:rate": Truth(
        _rate_of_one_example,
        "the rate at which a step on one example only flips its error",
        4,
    ),
    "H2-1.1.1:decreasing": Truth(
        _decreasing_rates, "the exact limit of the residual for rates 1/(4(k+2)^2)"
    ),
    "A2-1.1.1:step": Truth(_batch_step, "the derivative of the batch's mean squared error", 6),
    "A2-1.1.1:limit": Truth(_minibatch_limit, "the exact limit of SGD on batches of two in turn"),
    "A2-1.1.1:drawing": Truth(
        _batches_matter,
        "exact limits of one problem for batches of 1, 2, 3 and 4 of 3 examples",
    ),
    "A2-1.1.1:rate": Truth(
        _rate_of_one_batch, "the rate at which a step on one batch only flips its error", 4
    ),
}
