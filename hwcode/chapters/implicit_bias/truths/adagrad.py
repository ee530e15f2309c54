"""What ``questions/adagrad.py`` asks, from the definitions."""

from __future__ import annotations

from itertools import islice
from typing import Any

import mpmath
import sympy
from sympy import ImmutableMatrix, Rational

from hwcode import optimisers as opt
from hwcode.chapters.implicit_bias import limits as ib
from hwcode.chapters.implicit_bias.questions.problem import tau, x1, x2
from hwcode.chapters.implicit_bias.truths.problem import minimum_norm_by_elimination
from hwcode.checking import (
    Method,
    Truth,
)

__all__ = ["TRUTHS"]

DIGITS = 60
"""Decimal digits of runs whose limit is compared to 30."""


def adagrad_run(data: Any, target: Any) -> ImmutableMatrix:
    """Adagrad from zero to its limit in 60 digits, at a rate that brings it there quickly."""
    with mpmath.workdps(DIGITS):
        row, goal = ib.precise(data), ib.precise([target])
        rate = abs(goal[0]) / (2 * sum(abs(row)))
        path = opt.adagrad(opt.least_squares(row.reshape(1, -1), goal), rate, 0 * row)
        return _rational(ib.settled(path, mpmath.mpf(10) ** (5 - DIGITS)))


def _rational(values: Any) -> ImmutableMatrix:
    return ImmutableMatrix([sympy.Float(mpmath.nstr(value, 45), 45) for value in values])


def _adagrad_on_hint(_: Any) -> ImmutableMatrix:
    """x = (1, 1), t = 3 at rate 3/2, which reaches the limit in one step: ten exact steps."""
    path = opt.adagrad(
        opt.least_squares(ib.exact([[1, 1]]), ib.exact([3])), Rational(3, 2), ib.exact([0, 0])
    )
    return ImmutableMatrix(list(next(islice(path, 10, None))))


def _adagrad_verdict(_: Any) -> str:
    """x = (1, 2), t = 3, rate 1: where Adagrad is after one step and after ten, exactly."""
    rows, targets = ib.exact([[1, 2]]), ib.exact([3])
    path = list(islice(opt.adagrad(opt.least_squares(rows, targets), 1, ib.exact([0, 0])), 11))
    stays = list(path[1]) == list(path[10]) and rows[0] @ path[1] == 3
    shortest = minimum_norm_by_elimination(sympy.Matrix(rows.tolist()), targets)
    return "counterexample" if stays and sympy.Matrix(path[1]) != shortest else "proof"


def _exceptional_rate(_: Any) -> str:
    """Does Adagrad's limit change sides of the minimum-norm solution between two rates?"""
    low = ib.enclosed_bias((2, 1), 2, ("5.4047", "5.4047"), "1", steps=60)
    high = ib.enclosed_bias((2, 1), 2, ("5.4048", "5.4048"), "1", steps=60)
    # In between from the fourth step on no residual grows, so the limit depends on the rate
    # continuously; this raises an error otherwise.
    ib.enclosed_bias((2, 1), 2, ("5.4047", "5.4048"), "1", steps=4)
    return "sometimes" if low[1] < 0 < high[0] else "never"


def _iterate_proves(_: Any) -> str:
    """Is there a run with an iterate outside the row space that ends at the minimum-norm solution?"""
    rows, targets = ib.exact([[2, 1]]), ib.exact([2])
    path = opt.adagrad(opt.least_squares(rows, targets), 5, ib.exact([0, 0]), eps=1)
    first = list(islice(path, 2))[-1]
    outside = first[0] - 2 * first[1] != 0
    return "no" if outside and _exceptional_rate(None) == "sometimes" else "yes"


TRUTHS = {
    "H2-1.2.1:verdict": Truth(
        _adagrad_verdict,
        "an exact run on x = (1, 2), t = 3 at rate 1, which stays where its first step leads",
    ),
    "H2-1.2.1:witness": Truth(
        lambda _: None, "an exact run at the rate that reaches the limit in one step"
    ),
    "H2-1.2.1:limit": Truth(
        lambda point: adagrad_run([point[x1], point[x2]], point[tau]),
        "Adagrad run to its limit in 60-digit arithmetic",
    ),
    "H2-1.2.1:hint": Truth(
        _adagrad_on_hint, "an exact run at a rate at which it reaches its limit"
    ),
    "H2-1.2.1:iterate": Truth(
        _iterate_proves,
        "interval arithmetic: a run that leaves the row space at once and ends in it",
        method=Method.COMPUTED,
    ),
    "H2-1.2.1:eps": Truth(
        _exceptional_rate,
        "interval arithmetic on both sides of a rate at which the limit passes through it",
        method=Method.COMPUTED,
    ),
}
