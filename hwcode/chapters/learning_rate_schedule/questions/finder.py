"""The finder of learning rates."""

from __future__ import annotations

import math
from typing import Any

import sympy
from sympy import Rational

from hwcode.chapters.learning_rate_schedule.questions import programs
from hwcode.chapters.learning_rate_schedule.questions.problem import (
    CHAPTER,
    a,
    b,
    draw_momentum,
    h,
    q,
    rho,
)
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
)
from hwcode.checking.programs import Program
from hwcode.checking.trials import by_name, named

__all__ = ["QUESTIONS"]


def _draw_sweep(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """A start, a factor above 1, and something larger that the rate grows to."""
    start = numbers.number(a)
    return {a: start, b: start * (1 + numbers.number(b)), q: 1 + numbers.number(q)}


def momentum_sweep_minimum(momentum: float, rate: float) -> float:
    """The same with momentum, for one curvature 1, from 1 on, with the factor 1.1, in float64."""
    w, velocity, least, at = 1.0, 0.0, math.inf, rate
    while rate < 50:
        if w * w < least:
            least, at = w * w, rate
        velocity = momentum * velocity + w
        w -= rate * velocity
        rate *= 1.1
    return at


finder = Question(
    ids=("P4-2b",),
    chapter=CHAPTER,
    title="the learning-rate finder",
    marks={"P4-2b": 15},
    statement=r"""
Train with a rate that starts at $10^{-5}$ and grows by a factor 1.1 at every minibatch, with momentum
0.9, weight decay $10^{-3}$ and dropout 0.5, for about 100 minibatches. Plot the loss of each minibatch
against its rate, on a logarithmic axis, and find the rate $\eta^*$ at the minimum of the curve. *Ours: the
names in the program, which is handed the training step. We add: how far does the sweep get, which rate is the largest stable one on a parabola, and what does the
minimum of the curve have to do with it?*
""",
    parts=(
        Part(
            name="program",
            asks="`find_rates(step, start, factor, batches)`: the rates and losses that the curve is drawn from",
            form=Program(
                name="find_rates",
                parameters={
                    "step": "a function step(batch, rate): trains on a minibatch, returns its loss",
                    "start": "the first rate",
                    "factor": "by which it grows",
                    "batches": "a list of minibatches, each of which is trained on once",
                },
                what="the rate and the loss of each minibatch, two lists",
                instances=programs.sweeps,
                differ=by_name(),
                use=named("rates", "losses"),
            ),
            reference=programs.find_rates,
            mistakes=(
                Mistake(
                    programs.grown_at_once,
                    "the first minibatch has the rate with which the sweep starts",
                ),
                Mistake(
                    programs.noted_late,
                    "each loss belongs to the rate with which its minibatch was trained; this moves the curve by the factor",
                ),
                Mistake(
                    programs.grown_by_addition,
                    "the rate is multiplied each time: it grows geometrically",
                ),
                Mistake(
                    programs.running_mean,
                    "each minibatch has a loss of its own; a mean over all before hides where the curve turns",
                ),
                Mistake(
                    programs.smoothed,
                    "the losses themselves are asked for; smooth them for the picture, with the curve before it beside it",
                ),
                Mistake(
                    programs.same_minibatch, "each minibatch is trained on once, in their order"
                ),
                Mistake(programs.exchanged, "the rates are the first result"),
                Mistake(
                    programs.logarithms,
                    "the rates themselves are asked for; the logarithm is the picture's axis",
                ),
                Mistake(
                    programs.stops_at_a_rise,
                    "losses of minibatches are noisy: one that is higher is not yet the end",
                ),
                Mistake(
                    programs.one_rate,
                    "each minibatch is trained with the rate that is noted for it",
                ),
            ),
        ),
        Part(
            name="updates",
            asks=r"after how many updates a rate that starts at $a$ and grows by the factor $q$ has reached $b$",
            form=Formula(Domain((a, b, q), draw=_draw_sweep), "a number"),
            reference=sympy.log(b / a) / sympy.log(q),
            latex=r"\frac{\ln(b/a)}{\ln q}",
            also_right=("(log(b) - log(a))/log(q)",),
            mistakes=(
                Mistake((b / a - 1) / (q - 1), "the growth compounds: the q-fold, not a sum"),
                Mistake(sympy.log(b / a), "this is for a factor of e"),
                Mistake(b / (a * q), "a power of q is asked for, not a multiple"),
            ),
        ),
        Part(
            name="last",
            asks="the rate of the hundredth minibatch",
            form=Number(what="a rate", tolerance=0.01),
            reference=Rational(11**99, 10**104),
            latex=r"10^{-5}\cdot1.1^{99}",
            also_right=("1e-5*1.1**99", "0.1253"),
            alternatives=(
                Alternative(
                    Rational(11**100, 10**105),
                    "right if the rate has grown before the first minibatch, as the handout's step (2) may be read",
                ),
            ),
            mistakes=(
                Mistake(
                    Rational(11**98, 10**103),
                    "the first minibatch has the rate 1e-5, so the hundredth has 99 factors, not 98",
                ),
                Mistake(
                    Rational(109, 10**6), "the growth compounds; this adds a tenth of the start"
                ),
            ),
        ),
        Part(
            name="limit",
            asks=r"the rate below which momentum $\rho$ converges on a parabola of curvature $h$",
            form=Formula(
                Domain((h, rho), draw=draw_momentum, draw_degree=3), "a number", bound="<"
            ),
            reference=2 * (1 + rho) / h,
            latex=r"\frac{2(1+\rho)}{h}",
            mistakes=(
                Mistake(2 / h, "this is for gradient descent without momentum"),
                Mistake(
                    2 * (1 - rho) / h,
                    "this would be right if momentum only multiplied the rate by 1/(1 - rho)",
                ),
                Mistake(1 / h, "up to there the steps do not overshoot, without momentum"),
                Mistake(2 / (h * (1 - rho)), "momentum widens the range, but by 1 + rho only"),
            ),
        ),
        Part(
            name="minimum",
            asks=r"gradient descent on a parabola without noise, largest curvature $L$, rates growing from below $2/L$, a loss that never becomes exactly 0: where is the minimum of the finder's curve?",
            form=Choice(
                {
                    "before": "at a rate below 2/L",
                    "at": "at the first rate from 2/L on",
                    "beyond": "never below 2/L, and it may be any factor above",
                }
            ),
            reference="beyond",
            mistakes=(
                Mistake("before", "below 2/L every component shrinks, so the loss still falls"),
                Mistake(
                    "at",
                    "right for one curvature; a steep direction that has died out needs time to grow back",
                ),
            ),
        ),
        Part(
            name="enough",
            asks="in the recorded sweeps of the whole net with factor 1.1 and momentum 0.9: does the smoothed curve turn upwards (rise by 0.1 above its lowest value) within 100 minibatches?",
            form=Choice(
                {
                    "early": "yes, in every one of them",
                    "late": "no, but further on, before a rate of 10, it does",
                    "never": "not even up to a rate of 10",
                    "mixed": "in some so, in others otherwise",
                }
            ),
            reference="late",
            mistakes=(
                Mistake("early", "at the hundredth the rate is 0.125, still in the flat valley"),
                Mistake("never", "towards the rate of 10 it has risen by more than that"),
                Mistake("mixed", "the three seeds agree"),
            ),
        ),
    ),
    hints=(
        "By which factor has the rate grown after $k$ minibatches?",
        "Take logarithms of $aq^k=b$. On a parabola, look at when the iteration stops shrinking the error.",
        "How often has the rate grown before the hundredth minibatch: 98, 99 or 100 times?",
    ),
    beyond=(
        "updates",
        "limit",
        "minimum",
        "enough",
    ),
    result="The valley is flat and the minimum lies at no safe rate; dividing by 10 is a rule of thumb.",
    numbers=(
        "0.125 = last",
        "145 = log(10/1e-5)/log(1.1)",
        "1e-5 <handout>",
    ),
    model_answer=r"""
The hundredth minibatch has the rate $10^{-5}\cdot1.1^{99}=0.125$; it is worth going on until the
loss really rises, $\ln(10/10^{-5})/\ln1.1\approx145$ for a rate of 10. Smooth the curve and read off
$\eta^*$; the valley is flat, so it is known to a factor of a few at best. On a parabola, without
momentum and noise, the loss falls at least as long as $\eta<2/L$, so the minimum comes there or
beyond. With momentum the limit of stability is $2(1+\rho)/L$, but the loss is not monotone and may be
least well before. Either way $\eta^*$ is no safe rate, and the division by 10 in the next part is a rule of thumb.
""",
    conventions=("momentum",),
)

QUESTIONS = (finder,)
