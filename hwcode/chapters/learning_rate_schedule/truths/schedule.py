"""What ``questions/schedule.py`` asks, from the definitions."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import sympy
from sympy import Rational

from hwcode.chapters.experiments import record_of
from hwcode.chapters.learning_rate_schedule.questions.problem import eta, rho
from hwcode.chapters.learning_rate_schedule.questions.schedule import k
from hwcode.checking import (
    Method,
    Truth,
)

__all__ = ["TRUTHS"]


def _branches(_: Any) -> Any:
    """The two branches of the schedule at their common point, subtracted."""
    t, total, peak = sympy.symbols("t T peak", positive=True)
    turn = total / 5
    up = Rational(1, 10**4) + t / turn * peak
    down = peak * sympy.cos(sympy.pi / 2 * (t - turn) / (total - turn)) + Rational(1, 10**6)
    return sympy.simplify((up - down).subs(t, turn))


def _updates(_: Any) -> int:
    """Minibatches are counted one by one."""
    sizes = itertools.repeat(128)
    left, count_ = 50_000, 0
    while left > 0:
        left -= next(sizes)
        count_ += 1
    return sympy.Integer(100 * count_)


def _exact_rate(arguments: Any) -> float:
    """The formula in exact arithmetic, rounded at the end."""
    t, total, peak = (sympy.nsimplify(value) for value in arguments)
    turn = total / 5
    piece = sympy.Piecewise(
        (Rational(1, 10**4) + t * peak / turn, t <= turn),
        (
            peak * sympy.cos(sympy.pi * (t - turn) / (2 * (total - turn))) + Rational(1, 10**6),
            True,
        ),
    )
    return float(piece)


def _mean_rate(_: Any) -> Any:
    t = sympy.Symbol("t", positive=True)
    turn = Rational(1, 5)
    up = sympy.integrate(t / turn, (t, 0, turn))
    down = sympy.integrate(sympy.cos(sympy.pi / 2 * (t - turn) / (1 - turn)), (t, turn, 1))
    return sympy.simplify(up + down)


def _moved(point: Any) -> Any:
    """Add up the steps of momentum under a constant gradient of 1."""
    velocity, place = sympy.S.Zero, sympy.S.Zero
    for _ in range(int(point[k])):
        velocity = point[rho] * velocity + 1
        place += point[eta] * velocity
    return place


def _longer(_: Any) -> str:
    """Recorded validation errors of the small preset: one and two lengths, seed by seed."""
    record = record_of("learning_rate_schedule")
    gains = record.metric("i_val_error") - record.metric("long_val_error")
    return "every" if bool(np.all(gains > 0)) else "some" if bool(np.any(gains > 0)) else "none"


def _which_is_higher(_: Any) -> str:
    """The last of 50 epochs of the whole net: mean minibatch loss and validation loss."""
    record = record_of("learning_rate_schedule_full")
    training = record.curve("i_minibatch_loss")[:, -1]
    validation = record.curve("i_val_loss")[:, -1]
    higher = training > validation
    return "training" if higher.all() else "mixed" if higher.any() else "validation"


TRUTHS = {
    "P4-2c:jump": Truth(_branches, "both lines at their common point"),
    "P4-2c:updates": Truth(_updates, "a count of the minibatches, one by one"),
    "P4-2c:rate": Truth(_exact_rate, "the formula in exact arithmetic", method=Method.COMPUTED),
    "P4-2c:mean": Truth(_mean_rate, "the integral of the schedule"),
    "P4-2c:kept": Truth(_moved, "the steps themselves", 10),
    "P4-2c:longer": Truth(_longer, "the recorded validation errors", method=Method.MEASURED),
    "P4-2c:higher": Truth(_which_is_higher, "the recorded curves", method=Method.MEASURED),
}
