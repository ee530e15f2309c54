"""What ``questions/rmsprop.py`` asks, from the definitions."""

from __future__ import annotations

from itertools import islice
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import ImmutableMatrix, Rational

from hwcode import optimisers as opt
from hwcode.chapters.implicit_bias import limits as ib
from hwcode.chapters.implicit_bias.questions.problem import beta, eps, x
from hwcode.checking import (
    Method,
    Truth,
)

__all__ = ["TRUTHS"]


def _first_gradient(_: Any) -> ImmutableMatrix:
    first, second = names = sympy.symbols("v:2")
    return ImmutableMatrix(
        [
            sympy.diff((2 * first + second - 2) ** 2, name).subs(dict.fromkeys(names, 0))
            for name in names
        ]
    )


HINT_ROWS, HINT_TARGETS = ib.exact([[2, 1]]), ib.exact([2])


HINT = opt.least_squares(HINT_ROWS, HINT_TARGETS)


def _rms_verdict(_: Any) -> str:
    """beta = 99/100, eps = 1/100 and the rate 3321/49000: ten exact steps."""
    path = opt.rmsprop(
        HINT, Rational(3321, 49000), ib.exact([0, 0]), Rational(99, 100), Rational(1, 100)
    )
    iterates = list(islice(path, 11))
    stays = list(iterates[1]) == list(iterates[10]) and HINT_ROWS[0] @ iterates[1] == 2
    shortest = sympy.Matrix([Rational(4, 5), Rational(2, 5)])
    return "counterexample" if stays and sympy.Matrix(iterates[1]) != shortest else "proof"


def _hitting_rate(point: Any) -> Any:
    """Solve for the rate at which the first iterate lies on the line of solutions."""
    rate = sympy.Symbol("rate", positive=True)
    first = list(islice(opt.rmsprop(HINT, rate, ib.exact([0, 0]), point[beta]), 2))[-1]
    return sympy.solve(sympy.Eq(HINT_ROWS[0] @ first, 2), rate)[0]


def _rms_limit(_: Any) -> ImmutableMatrix:
    """The exact run at the rate at which the first step reaches the limit: ten steps later."""
    path = opt.rmsprop(HINT, Rational(1, 15), ib.exact([0, 0]), Rational(99, 100))
    reached = next(islice(path, 10, None))
    assert HINT_ROWS[0] @ reached == HINT_TARGETS[0]
    return ImmutableMatrix(list(reached))


def _stable_rate(point: Any) -> Any:
    """The rate at which a step from a tiny residual, with a tiny v, turns it into its negative."""
    tiny, rate = sympy.symbols("tiny rate", positive=True)
    data = np.array(list(point[x]), dtype=object)
    start = data * tiny / (data @ data)
    gradient = opt.least_squares(data.reshape(1, -1), ib.exact([0]))
    path = opt.rmsprop(gradient, rate, start, Rational(9, 10), point[eps])
    residual = data @ next(islice(path, 1, None))
    factor = sympy.limit(sympy.simplify(residual / tiny), tiny, 0, "+")
    return sympy.solve(sympy.Eq(factor, -1), rate)[0]


def _converges(_: Any) -> str:
    """Without eps, in 120 digits: two rates where the residual comes back, and one that hits exactly."""
    hit = opt.rmsprop(HINT, Rational(1, 15), ib.exact([0, 0]), Rational(99, 100))
    stays = all(HINT_ROWS[0] @ weights == 2 for weights in islice(hit, 1, 20))
    returns = []
    with mpmath.workdps(120):
        rows, targets = ib.precise([[2, 1]]), ib.precise([2])
        for rate in (mpmath.mpf("0.1"), mpmath.mpf("0.01")):
            path = opt.rmsprop(
                opt.least_squares(rows, targets), rate, ib.precise([0, 0]), mpmath.mpf("0.9")
            )
            late = [abs(rows[0] @ weights - 2) for weights in islice(path, 400, 500)]
            returns.append(min(late) > rate)
    if stays and all(returns):
        return "hit"
    return "small" if stays else "never"


TRUTHS = {
    "A2-1.2.1:gradient": Truth(_first_gradient, "the derivatives of (2 w1 + w2 - 2)^2 at zero"),
    "A2-1.2.1:verdict": Truth(
        _rms_verdict,
        "an exact run with β = 99/100, ε = 1/100 that stays where its first step leads",
    ),
    "A2-1.2.1:hit": Truth(
        _hitting_rate, "the solution of xᵀw₁ = t for the rate, after one exact step"
    ),
    "A2-1.2.1:limit": Truth(
        _rms_limit,
        "an exact run at a rate at which it reaches its limit",
    ),
    "A2-1.2.1:converges": Truth(
        _converges,
        "runs in 120-digit arithmetic at two rates, and an exact run that hits",
        method=Method.COMPUTED,
    ),
    "A2-1.2.1:stable": Truth(
        _stable_rate, "the rate at which a step from a tiny residual flips its sign", 8
    ),
}
