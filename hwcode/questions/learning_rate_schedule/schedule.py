"""Warm-up and cosine."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import sympy
from sympy import Rational

from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Method,
    Mistake,
    Number,
    Numbers,
    Part,
    Question,
    Truth,
    scalar,
)
from hwcode.checking.programs import Program
from hwcode.questions.learning_rate_schedule.problem import CHAPTER, eta, rho
from hwcode.questions.records import record_of

__all__ = ["QUESTIONS"]

k = scalar("k", integer=True, positive=True)


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


def rate(t: int, T: int, peak: float) -> float:
    """the two branches, with the number of updates as t"""
    turn = T / 5
    if t <= turn:
        return 1e-4 + t / turn * peak
    return peak * math.cos(math.pi / 2 * (t - turn) / (T - turn)) + 1e-6


def by_epochs(t: int, T: int, peak: float) -> float:
    """t counts epochs, T updates"""
    return rate(t // 391, T, peak)


def stuck(t: int, T: int, peak: float) -> float:
    """an index that starts anew in every epoch"""
    return rate(t % 391, T, peak)


def half_cosine(t: int, T: int, peak: float) -> float:
    """half a cosine down, as in SGDR"""
    turn = T / 5
    if t <= turn:
        return 1e-4 + t / turn * peak
    return peak * (1 + math.cos(math.pi * (t - turn) / (T - turn))) / 2 + 1e-6


def capped(t: int, T: int, peak: float) -> float:
    """no rate above the one that is called the largest"""
    return min(rate(t, T, peak), peak)


def unshifted(t: int, T: int, peak: float) -> float:
    """the cosine begins at t = 0"""
    turn = T / 5
    if t <= turn:
        return 1e-4 + t / turn * peak
    return peak * math.cos(math.pi / 2 * t / T) + 1e-6


def _schedule_points() -> Any:
    """Near t = T/5, but not at it, where the two branches differ."""
    for total, peak in ((19_550, 0.03), (39_100, 0.1), (2_000, 1.0)):
        for share in (0, 0.001, 0.05, 0.19, 0.1995, 0.2005, 0.21, 0.4, 0.6, 0.9, 0.999, 1):
            yield int(share * total), total, peak


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


def _draw_kept(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {eta: numbers.number(eta), rho: numbers.number(interval=(0, 1))}


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


kept = (k / (1 - rho) - rho * (1 - rho**k) / (1 - rho) ** 2) * eta
schedule = Question(
    ids=("P4-2c",),
    chapter=CHAPTER,
    title="warm-up and cosine",
    marks={"P4-2c": 20},
    statement=r"""
Train with $\eta_{\max}=\eta^*/10$ under this schedule, where $t$ counts updates and $T_0=T/5$:
$\eta(t)=10^{-4}+\frac t{T_0}\eta_{\max}$ for $t\le T_0$ and
$\eta(t)=\eta_{\max}\cos\!\big(\frac\pi2\frac{t-T_0}{T-T_0}\big)+10^{-6}$ for $T_0\le t\le T$. Set the rate
before each update in the optimiser that is there. Plot rate, training and validation loss and error
against updates. The handout asks for 50 epochs in one place and for 100 in another. *We ask what can be
checked about the formula, about the optimiser, and about the recorded runs.*
""",
    parts=(
        Part(
            name="jump",
            asks=r"at $t=T_0$ both lines of the formula apply: the first minus the second",
            form=Number(what="a rate"),
            reference=Rational(99, 10**6),
            truth=Truth(_branches, "both lines at their common point"),
            also_right=("1e-4 - 1e-6",),
            mistakes=(
                Mistake(sympy.S.Zero, "the constants of the two lines differ"),
                Mistake(Rational(1, 10**4), "the second line has a constant too"),
                Mistake(Rational(101, 10**6), "the constants are subtracted"),
            ),
        ),
        Part(
            name="updates",
            asks="updates in 100 epochs of 50,000 images in minibatches of 128",
            form=Number(what="a number of updates"),
            reference=sympy.Integer(39_100),
            truth=Truth(_updates, "a count of the minibatches, one by one"),
            mistakes=(
                Mistake(
                    Rational(78125, 2), "an epoch has whole minibatches; its last has 80 images"
                ),
                Mistake(sympy.Integer(19_550), "this is for 50 epochs"),
                Mistake(sympy.Integer(5_000_000), "an update is made for a minibatch of images"),
            ),
            alternatives=(
                Alternative(
                    sympy.Integer(39_000),
                    "right if the last minibatch of an epoch, of 80 images, is left out",
                    "last-minibatch",
                ),
            ),
        ),
        Part(
            name="rate",
            asks="the schedule as a program",
            form=Program(
                name="rate",
                parameters={"t": "updates done", "T": "updates in all", "peak": "the largest rate"},
                what="the rate of the next update",
                instances=_schedule_points,
            ),
            reference=rate,
            truth=Truth(_exact_rate, "the formula in exact arithmetic", method=Method.COMPUTED),
            also_right=(
                "from math import cos, pi\n"
                "def rate(t: int, T: int, peak: float) -> float:\n"
                "    up = 5 * t / T\n"
                "    if up <= 1:\n"
                "        return 1e-4 + up * peak\n"
                "    return peak * cos(pi / 8 * (up - 1)) + 1e-6\n",
            ),
            mistakes=(
                Mistake(by_epochs, "the handout's t is the number of updates"),
                Mistake(
                    stuck, "with the index within an epoch the schedule never leaves the warm-up"
                ),
                Mistake(half_cosine, "the formula has a quarter of a cosine, steepest at its end"),
                Mistake(unshifted, "the cosine begins at the end of the warm-up"),
                Mistake(
                    capped,
                    "the formula goes on up to the peak plus 1e-4; nothing there cuts it off",
                ),
            ),
        ),
        Part(
            name="mean",
            asks=r"the mean rate over a long run, as a multiple of $\eta_{\max}$, without the small constants",
            form=Number(what="a number", tolerance=0.002),
            reference=Rational(1, 10) + 8 / (5 * sympy.pi),
            latex=r"\frac1{10} + \frac8{5\pi} \approx 0.609",
            truth=Truth(_mean_rate, "the integral of the schedule"),
            also_right=("(pi + 16)/(10*pi)", "0.609", "0.61"),
            mistakes=(
                Mistake(Rational(1, 2), "this is for straight lines up and down, or half a cosine"),
                Mistake(2 / sympy.pi, "this is for a quarter of a cosine from the start"),
                Mistake(Rational(1, 10) + 2 / sympy.pi, "the cosine takes four fifths of the run"),
            ),
        ),
        Part(
            name="kept",
            asks=r"how far $k$ updates at the rate $\eta$ with momentum $\rho$ move a weight under a constant gradient of 1, from an empty buffer",
            form=Formula(
                Domain((k, eta, rho), ({k: 1}, {k: 2}, {k: 5}), draw=_draw_kept), "a number"
            ),
            reference=kept,
            latex=r"\eta\left(\frac k{1-\rho}-\frac{\rho\,(1-\rho^k)}{(1-\rho)^2}\right)",
            truth=Truth(_moved, "the steps themselves", 10),
            mistakes=(
                Mistake(
                    k * eta,
                    "so it is with a new optimiser before each update: its buffer is empty every time",
                ),
                Mistake(k * eta / (1 - rho), "the buffer has to fill first"),
                Mistake(eta * (1 - rho**k) / (1 - rho), "this is the last step alone"),
            ),
        ),
        Part(
            name="longer",
            asks="recorded runs of the small preset: in how many of the seeds has twice the number of epochs the lower validation error?",
            form=Choice({"every": "in every one", "some": "in some", "none": "in none"}),
            reference="every",
            truth=Truth(_longer, "the recorded validation errors", method=Method.MEASURED),
            mistakes=(
                Mistake("some", "the gain is there in each of the recorded seeds"),
                Mistake("none", "in each of the recorded seeds the longer run ends lower"),
            ),
        ),
        Part(
            name="higher",
            asks="at the end of the recorded runs of the whole net, which loss is higher: the mean training loss of the last epoch's minibatches, or the validation loss?",
            form=Choice(
                {
                    "training": "the training loss, in every seed",
                    "validation": "the validation loss, in every seed",
                    "mixed": "the one in some seeds, the other in others",
                }
            ),
            reference="validation",
            truth=Truth(_which_is_higher, "the recorded curves", method=Method.MEASURED),
            mistakes=(
                Mistake(
                    "training",
                    "dropout alone would make it so; but the net fits the images that it has seen better than new ones, and that is more",
                ),
                Mistake("mixed", "the order is the same in each of the recorded seeds"),
            ),
        ),
    ),
    model_answer=r"""
$\eta_{\max}=\eta^*/10$, $T=391\cdot50=19{,}550$ or $391\cdot100=39{,}100$ ($391=\lceil50000/128\rceil$),
$T_0=T/5$. Before each update: compute $\eta(t)$ with $t$ the number of updates done, over all epochs, and
set `g['lr']` in every group of the one optimiser; a new one would start with an empty buffer and make
momentum useless. After each epoch call `model.eval()`, measure loss and error on the whole validation
set without gradients, and call `model.train()` again. Plot all against updates; the training loss of the
minibatches has dropout in it, so for a comparison evaluate the training images in the same mode.
""",
    conventions=("momentum", "last-minibatch"),
)

QUESTIONS = (schedule,)
