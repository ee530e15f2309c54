"""What ``questions/adaptive.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Rational

from hwcode.chapters.experiments import record_of
from hwcode.chapters.weight_decay.questions.adaptive import eps, g, v, w
from hwcode.chapters.weight_decay.questions.problem import beta, eta, lamt
from hwcode.checking import (
    Method,
    Truth,
)
from hwcode.checking.expressions import UndefinedError

__all__ = ["TRUTHS"]


def _shrinkage(point: Any) -> Any:
    """A weight of 1 under the penalty alone, with the divisor as it is."""
    after = 1 - point[eta] * (2 * point[lamt] * 1) / (sympy.sqrt(point[v]) + point[eps])
    return 1 - after


def _first_step(point: Any) -> Any:
    """RMSProp's first step on the penalised loss, from its two equations with v = 0 before."""
    slope = point[g] + 2 * point[lamt] * point[w]
    square = point[beta] * 0 + (1 - point[beta]) * slope**2
    if square == 0:
        raise UndefinedError("0/0: the penalised loss is flat there")
    return -point[eta] * slope / sympy.sqrt(square)


def _shrunk_less(_: Any) -> str:
    """Two weights of 1 with divisors 1 and 10: which keeps more under the penalty, under decay?"""
    at = {eta: Rational(1, 10), lamt: Rational(1, 2), eps: sympy.S.Zero}
    small, large = (_shrinkage({**at, v: sympy.Integer(size) ** 2}) for size in (1, 10))
    return "large" if large < small else "small" if small < large else "alike"


def _penalty_that_imitates(_: Any) -> str:
    """Is there any penalty for which RMSProp's first step is the decayed one? Exact, two weights.

    Without epsilon the penalised step can only be minus, zero or plus eta / sqrt(1 - beta).
    """
    rate, beta_, decay = Rational(1, 10), Rational(3, 4), Rational(1, 10)
    reach = rate / sympy.sqrt(1 - beta_)
    for weight, slope in ((Rational(1), Rational(2)), (Rational(-3), Rational(1))):
        wanted = -decay * weight - reach * sympy.sign(slope)
        if wanted not in (-reach, 0, reach):
            return "none"
    return "constant"


def _who_rests(_: Any) -> str:
    """Adam's first step from the minimiser of the penalised loss: exact gradients there.

    That the penalised gradient is 0 there is so in general; one example decides about the decay.

    Running example, penalty 1, rate 1/10, so decay 1/5: the minimiser is (1, 1).
    """
    place = sympy.Matrix([1, 1])
    slope = 2 * sympy.Matrix([1, 1]) * (sum(place) - 3)
    with_penalty = slope + 2 * 1 * place
    moved_by_decay = -Rational(1, 5) * place - Rational(1, 10) * slope.applyfunc(sympy.sign)
    rests = (with_penalty == sympy.zeros(2, 1), moved_by_decay == sympy.zeros(2, 1))
    return {(True, False): "penalty", (True, True): "both", (False, True): "decay"}[rests]


def _who_was_better(_: Any) -> str:
    """The recorded comparison: is the difference larger than two standard errors?"""
    from hwcode.chapters.weight_decay.experiments import difference

    mean, error = difference(record_of("weight_decay"))
    if abs(mean) <= 2 * error:
        return "neither"
    return "decay" if mean < 0 else "penalty"


TRUTHS = {
    "A2-2.2.3:shrink": Truth(_shrinkage, "one step of a weight of 1 on a flat loss"),
    "A2-2.2.3:less": Truth(_shrunk_less, "exact steps of two weights with different divisors"),
    "A2-2.2.3:first": Truth(_first_step, "the two equations of RMSProp, one step"),
    "A2-2.2.3:exists": Truth(
        _penalty_that_imitates, "the three values that the first step can have, exactly"
    ),
    "A2-2.2.3:resting": Truth(_who_rests, "exact steps from the minimiser in the running example"),
    "A2-2.2.3:measured": Truth(
        _who_was_better,
        "the recorded runs, paired by seed",
        method=Method.MEASURED,
    ),
}
