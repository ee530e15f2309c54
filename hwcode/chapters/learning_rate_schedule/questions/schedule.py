"""Warm-up and cosine."""

from __future__ import annotations

import math
from typing import Any

import sympy
from sympy import Rational

from hwcode.chapters.learning_rate_schedule.questions import programs
from hwcode.chapters.learning_rate_schedule.questions.problem import CHAPTER, eta, rho
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Mistake,
    Number,
    Numbers,
    Part,
    Question,
    scalar,
)
from hwcode.checking.programs import Program
from hwcode.checking.trials import by_name

__all__ = ["QUESTIONS"]

k = scalar("k", integer=True, positive=True)


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


def whole_turn(t: int, T: int, peak: float) -> float:
    """T // 5 for the end of the warm-up"""
    turn = T // 5
    if t <= turn:
        return 1e-4 + t / turn * peak
    return peak * math.cos(math.pi / 2 * (t - turn) / (T - turn)) + 1e-6


def unshifted(t: int, T: int, peak: float) -> float:
    """the cosine begins at t = 0"""
    turn = T / 5
    if t <= turn:
        return 1e-4 + t / turn * peak
    return peak * math.cos(math.pi / 2 * t / T) + 1e-6


def _schedule_points(random: Any) -> Any:
    """Both ends, near t = T/5 on either side (not at it, where the two lines differ), and between.

    T is not always divisible by 5, and then no t is at T/5 at all.
    """
    drawn = [(int(random.integers(6, 60_000)), float(random.uniform(1e-3, 3))) for _ in range(4)]
    known = [(19_550, 0.03), (39_100, 0.1), (1_173, 0.1), (7, 0.5), (100_001, 2.5), (13, 0.25)]
    for total, peak in [*known, *drawn]:
        turn = total // 5
        near = {turn - 1, turn, turn + 1, turn + 2} - {total / 5}
        between = {int(share * total) for share in (0.001, 0.1, 0.3, 0.5, 0.8, 0.99)}
        drawn_at = {int(t) for t in random.integers(0, total + 1, 4)}
        for t in sorted({0, 1, total - 1, total} | near | between | drawn_at):
            if t != total / 5:
                yield t, total, peak


def _draw_kept(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {eta: numbers.number(eta), rho: numbers.number(interval=(0, 1))}


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
            form=Number(what="a number of updates", whole=True),
            reference=sympy.Integer(39_100),
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
                    whole_turn,
                    "a fifth of T is no whole number in general, and the formula does not round it",
                ),
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
            latex=r"\frac1{10} + \frac8{5\pi}",
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
                Domain((k, eta, rho), ({k: 1}, {k: 2}, {k: 5}), True, draw=_draw_kept), "a number"
            ),
            reference=kept,
            latex=r"\eta\left(\frac k{1-\rho}-\frac{\rho\,(1-\rho^k)}{(1-\rho)^2}\right)",
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
            mistakes=(
                Mistake(
                    "training",
                    "dropout alone would make it so; but the net fits the images that it has seen better than new ones, and that is more",
                ),
                Mistake("mixed", "the order is the same in each of the recorded seeds"),
            ),
        ),
        Part(
            name="evaluate",
            asks="`evaluate(model, loss, batches)`: the validation loss after an epoch (*ours: the names*)",
            form=Program(
                name="evaluate",
                parameters={
                    "model": "called with inputs; it has train() and eval(), as in PyTorch, and is in training mode",
                    "loss": "a function loss(outputs, targets): the mean over a minibatch",
                    "batches": "pairs of inputs and targets; the sizes may differ",
                },
                what="the mean loss over all examples; training mode is restored",
                instances=programs.evaluations,
                differ=by_name(),
                use=programs.use_evaluate,
            ),
            reference=programs.evaluate,
            mistakes=(
                Mistake(
                    programs.in_training_mode,
                    "in training mode dropout is on and BatchNorm takes the minibatch's own statistics",
                ),
                Mistake(
                    programs.mean_of_means,
                    "a smaller last minibatch would count as much as a full one",
                    "last-minibatch",
                ),
                Mistake(
                    programs.mode_not_restored,
                    "the next epoch would be trained without dropout",
                ),
                Mistake(programs.sum_of_means, "the mean over the examples is asked for"),
                Mistake(
                    programs.means_over_examples,
                    "`loss` is a mean already: before the sum is divided by the number of examples it has to be multiplied by that of its minibatch",
                ),
                Mistake(programs.last_minibatch, "all examples of the validation set count"),
            ),
        ),
    ),
    hints=(
        "How many minibatches does an epoch have, the last and smaller one included?",
        "Count updates over all epochs; change the rate in the optimiser that exists, before the update.",
        r"$\lceil50000/128\rceil=391$. Compute the rate from the number of updates so far, then set `group['lr']` for every group.",
    ),
    beyond=(
        "jump",
        "mean",
        "kept",
        "longer",
        "higher",
        "updates",
    ),
    result="391 updates an epoch; set the rate in the optimiser that is there, before every update.",
    numbers=(
        "391 = ceiling(50000/128)",
        "19,550 = 50*ceiling(50000/128)",
        "39,100 = updates",
        "1e-4 <handout>",
        "50 epochs <handout>",
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
