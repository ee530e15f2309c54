"""The finder of learning rates."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import sympy
from sympy import Rational

from hwcode.checking import (
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
)
from hwcode.questions.learning_rate_schedule.problem import (
    CHAPTER,
    a,
    b,
    draw_momentum,
    h,
    q,
    rho,
)
from hwcode.questions.records import record_of

__all__ = ["QUESTIONS"]


def _draw_sweep(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {
        a: numbers.number(interval=(0, 1)),
        b: 1 + numbers.number(interval=(0, 1)),
        q: 1 + numbers.number(interval=(0, 1)),
    }


def _when_reached(point: Any) -> Any:
    """The root of a q^t - b, by Newton's method."""
    t = sympy.Symbol("t")
    guess = math.log(float(point[b] / point[a])) / math.log(float(point[q]))
    return sympy.nsolve(point[a] * point[q] ** t - point[b], t, guess, prec=60)


def _hundredth(_: Any) -> Any:
    rate = Rational(1, 10**5)
    for _ in range(99):
        rate *= Rational(11, 10)
    return rate


def _edge_of_stability(point: Any) -> Any:
    """Where an eigenvalue of one step of momentum passes through -1; below, none is that large."""
    z, rate = sympy.symbols("z rate")
    curvature, momentum = point[h], point[rho]
    step = sympy.Matrix([[1 - rate * curvature, -rate * momentum], [curvature, momentum]])
    edge = sympy.solve((step + sympy.eye(2)).det(), rate)[0]
    for factor, inside in ((Rational(99, 100), True), (Rational(101, 100), False)):
        at = step.subs(rate, factor * edge)
        roots = sympy.Poly((z * sympy.eye(2) - at).det(), z).nroots(n=30, maxsteps=200)
        if (max(abs(root) for root in roots) < 1) != inside:
            raise AssertionError("the eigenvalue at -1 is not the largest one")
    return edge


def sweep_minimum(curvatures: tuple[Any, ...], start: tuple[Any, ...], factor: Any) -> Any:
    """The finder on a parabola without noise: the rate beside the least loss, exactly.

    Gradient descent, rates 1/100, then growing by the factor up to 1000.
    """
    rate, w = Rational(1, 100), list(start)
    least, at = None, rate
    while rate < 1000:
        loss = sum(h * v**2 for h, v in zip(curvatures, w, strict=True))
        if least is None or loss < least:
            least, at = loss, rate
        w = [v * (1 - rate * h) for h, v in zip(curvatures, w, strict=True)]
        rate *= factor
    return at


def _where_least(_: Any) -> str:
    """Two parabolas with largest curvature 1: how far beyond the rate 2 is the least loss?"""
    factor = Rational(5, 4)
    one = sweep_minimum((1,), (1,), factor)
    hidden = [
        sweep_minimum((1, Rational(1, 1000)), (Rational(1, 10**power), 1), factor)
        for power in (3, 9, 27)
    ]
    if min(one, *hidden) < 2:
        return "before"
    return "beyond" if hidden[-1] > 4 * hidden[0] else "at"


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


def _smoothed(losses: Any, window: int = 11) -> Any:
    return np.convolve(losses, np.full(window, 1 / window), mode="valid")


def _long_enough(_: Any) -> str:
    """Recorded sweeps: has the smoothed loss risen by 0.1 within 100 minibatches, or later?"""
    found = set()
    for losses in record_of("learning_rate_finder_full").curve("losses_1.1_0.9"):
        smooth = _smoothed(losses)
        risen = smooth > np.minimum.accumulate(smooth) + 0.1
        early = bool(risen[: 100 - 10].any())  # the last of these means ends at the hundredth
        found.add("early" if early else "late" if risen.any() else "never")
    return found.pop() if len(found) == 1 else "mixed"


finder = Question(
    ids=("P4-2b",),
    chapter=CHAPTER,
    title="the learning-rate finder",
    marks={"P4-2b": 15},
    statement=r"""
Train with a rate that starts at $10^{-5}$ and grows by a factor 1.1 at every minibatch, with momentum
0.9, weight decay $10^{-3}$ and dropout 0.5, for about 100 minibatches. Plot the loss of each minibatch
against its rate, on a logarithmic axis, and find the rate $\eta^*$ at the minimum of the curve. *We add:
how far does the sweep get, which rate is the largest stable one on a parabola, and what does the
minimum of the curve have to do with it?*
""",
    parts=(
        Part(
            name="updates",
            asks=r"after how many updates a rate that starts at $a$ and grows by the factor $q$ has reached $b$",
            form=Formula(Domain((a, b, q), draw=_draw_sweep), "a number"),
            reference=sympy.log(b / a) / sympy.log(q),
            latex=r"\frac{\ln(b/a)}{\ln q}",
            truth=Truth(_when_reached, "the root of $a q^t = b$"),
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
            latex=r"10^{-5}\cdot1.1^{99} \approx 0.125",
            truth=Truth(_hundredth, "ninety-nine multiplications"),
            also_right=("1e-5*1.1**99", "0.1253"),
            mistakes=(
                Mistake(
                    Rational(1378, 10**4),
                    "the first minibatch has the rate 1e-5, so the hundredth has 99 factors",
                ),
                Mistake(
                    Rational(109, 10**6), "the growth compounds; this adds a tenth of the start"
                ),
            ),
        ),
        Part(
            name="limit",
            asks=r"the rate below which momentum $\rho$ converges on a parabola of curvature $h$",
            form=Formula(Domain((h, rho), draw=draw_momentum), "a number"),
            reference=2 * (1 + rho) / h,
            latex=r"\frac{2(1+\rho)}{h}",
            truth=Truth(_edge_of_stability, "the rate at which an eigenvalue of a step is -1", 4),
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
            truth=Truth(
                _where_least,
                "exact sweeps on parabolas with a hidden direction",
            ),
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
            truth=Truth(
                _long_enough,
                "the recorded sweeps, smoothed over 11 minibatches",
                method=Method.MEASURED,
            ),
            mistakes=(
                Mistake("early", "at the hundredth the rate is 0.125, still in the flat valley"),
                Mistake("never", "towards the rate of 10 it has risen by 0.2 or more"),
                Mistake("mixed", "the three seeds agree"),
            ),
        ),
    ),
    model_answer=r"""
The sweep reaches $10^{-5}\cdot1.1^{99}=0.125$ after 100 minibatches; it is worth going on until the
loss really rises, $\ln(10/10^{-5})/\ln1.1\approx145$ for a rate of 10. Smooth the curve and read off
$\eta^*$; the valley is flat, so it is known to a factor of a few at best. On a parabola, without
momentum and noise, the loss falls at least as long as $\eta<2/L$, so the minimum comes there or
beyond. With momentum the limit of stability is $2(1+\rho)/L$, but the loss is not monotone and may be
least well before. Either way $\eta^*$ is no safe rate, and the division by 10 in the next part is a rule of thumb.
""",
    conventions=("momentum",),
)

QUESTIONS = (finder,)
