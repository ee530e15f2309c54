"""Optimisers with a rate for each weight, where it is none."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Rational

from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Method,
    Mistake,
    Numbers,
    Part,
    Question,
    Truth,
    scalar,
)
from hwcode.checking.expressions import UndefinedError
from hwcode.questions.records import record_of
from hwcode.questions.weight_decay.problem import CHAPTER, beta, eta, lamt

__all__ = ["QUESTIONS"]

v = scalar("v", positive=True)
eps = scalar("eps", r"\epsilon", positive=True)
g, w = scalar("g"), scalar("w")


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


SHARE = sympy.Symbol("share", integer=True)
"""Which cases of the first step are tried; no answer may use it."""


def _draw_first(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """Gradients on either side of -2 lamt w, where the sign turns: elsewhere it is too easily right."""
    strength, weight = numbers.number(lamt), numbers.number(w)
    between = numbers.number(interval=(point[SHARE], point[SHARE] + 1))
    return {
        beta: numbers.number(interval=(0, 1)),
        lamt: strength,
        w: weight,
        g: -between * strength * weight,
    }


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
    from hwcode.experiments.weight_decay import difference

    mean, error = difference(record_of("weight_decay"))
    if abs(mean) <= 2 * error:
        return "neither"
    return "decay" if mean < 0 else "penalty"


adaptive = Question(
    ids=("A2-2.2.3",),
    chapter=CHAPTER,
    title="why they differ under adaptive methods",
    marks={"A2-2.2.3": 0},
    statement=r"""
RMSProp divides each weight's step by a running size of its own gradients,
$v\leftarrow\beta v+(1-\beta)g^2$, $w\leftarrow w-\eta g/(\sqrt v+\epsilon)$; Adam does so with a
momentum besides. How does a penalty differ from weight decay there? The handout adds that decay has
been more successful in practice. *We ask what can be decided, and measure the rest.*
""",
    parts=(
        Part(
            name="shrink",
            asks=r"with the divisor given, the part of a weight that the penalty takes away in one step of RMSProp (with decay it is $\lambda$)",
            form=Formula(Domain((eta, lamt, v, eps)), "a number"),
            reference=2 * eta * lamt / (sympy.sqrt(v) + eps),
            latex=r"\frac{2\eta\tilde\lambda}{\sqrt v+\epsilon}",
            truth=Truth(_shrinkage, "one step of a weight of 1 on a flat loss"),
            alternatives=(
                Alternative(
                    2 * eta * lamt / sympy.sqrt(v + eps),
                    "right if the epsilon stands under the root",
                    "epsilon",
                ),
            ),
            mistakes=(
                Mistake(2 * eta * lamt, "this is plain gradient descent, without the divisor"),
                Mistake(
                    eta * lamt / (sympy.sqrt(v) + eps),
                    "this is right for a penalty with a factor 1/2",
                    "half",
                ),
                Mistake(2 * eta * lamt / (v + eps), "the root of v divides"),
                Mistake(2 * eta * lamt / sympy.sqrt(v), "this is right for epsilon 0"),
                Mistake(
                    2 * eta * lamt * (sympy.sqrt(v) + eps),
                    "the penalty's gradient is divided like the loss's",
                ),
            ),
        ),
        Part(
            name="less",
            asks="so which weights does the penalty shrink less, per step and in proportion?",
            form=Choice(
                {
                    "large": "those whose gradients are large",
                    "small": "those whose gradients are small",
                    "alike": "all are shrunk alike",
                }
            ),
            reference="large",
            truth=Truth(_shrunk_less, "exact steps of two weights with different divisors"),
            mistakes=(
                Mistake("small", "a small divisor makes the step, and so the shrinking, larger"),
                Mistake("alike", "that is weight decay"),
            ),
        ),
        Part(
            name="first",
            asks=r"the first step $w_1-w_0$ of RMSProp on the penalised loss, with $\epsilon=0$ and $v=0$ before it (`g`: the plain loss's gradient)",
            form=Formula(
                Domain(
                    (eta, beta, lamt, g, w),
                    cases=tuple({SHARE: share} for share in (-1, 0, 1, 2)),
                    draw=_draw_first,
                    draw_degree=3,
                ),
                "a number",
            ),
            reference=-eta * sympy.sign(g + 2 * lamt * w) / sympy.sqrt(1 - beta),
            latex=r"-\frac{\eta}{\sqrt{1-\beta}}\operatorname{sign}(g+2\tilde\lambda w)",
            truth=Truth(_first_step, "the two equations of RMSProp, one step"),
            also_right=("-eta*(g + 2*lamt*w)/(sqrt(1 - beta)*abs(g + 2*lamt*w))",),
            mistakes=(
                Mistake(
                    -eta * (g + 2 * lamt * w) / sympy.sqrt(1 - beta),
                    "the divisor is the size of this very gradient, so only the sign is left",
                ),
                Mistake(
                    -eta * sympy.sign(g) / sympy.sqrt(1 - beta) - 2 * eta * lamt * w,
                    "the penalty's gradient is divided too",
                ),
                Mistake(
                    -eta * sympy.sign(g) / sympy.sqrt(1 - beta),
                    "a strong penalty turns the sign around",
                ),
                Mistake(
                    -eta * sympy.sign(g + lamt * w) / sympy.sqrt(1 - beta),
                    "this is right for a penalty with a factor 1/2",
                    "half",
                ),
                Mistake(
                    -eta * sympy.sign(g + 2 * lamt * w),
                    "v starts at 0, so it is only (1 - beta) times the square",
                ),
            ),
        ),
        Part(
            name="exists",
            asks="is there, for each weight and step at least, a penalty that makes the decayed step?",
            form=Choice(
                {
                    "formula": "yes, the same lam/(2 eta)",
                    "constant": "yes, one constant for all weights, another than before",
                    "none": "no, in general not even for one weight and one step",
                }
            ),
            reference="none",
            truth=Truth(
                _penalty_that_imitates, "the three values that the first step can have, exactly"
            ),
            mistakes=(
                Mistake("formula", "the divisor stands between the penalty and the weight"),
                Mistake(
                    "constant",
                    "the first step can only be plus or minus eta/sqrt(1 - beta), or 0, whatever the penalty",
                ),
            ),
        ),
        Part(
            name="resting",
            asks=r"on the full batch, for which of the two is the minimiser of the penalised loss with $\tilde\lambda=\lambda/(2\eta)$ a point of rest in general, whatever the data and $\lambda$?",
            form=Choice(
                {
                    "penalty": "the adaptive method with the penalty, not the one with decay",
                    "decay": "the one with decay, not the one with the penalty",
                    "both": "both",
                }
            ),
            reference="penalty",
            truth=Truth(_who_rests, "exact steps from the minimiser in the running example"),
            mistakes=(
                Mistake(
                    "decay",
                    "it rests where lam*w is minus the divided gradient, not minus eta times the gradient",
                ),
                Mistake(
                    "both",
                    "with decay in general it moves away: in the running example with $\\tilde\\lambda=1$",
                ),
            ),
        ),
        Part(
            name="measured",
            asks="Adam with a penalty and AdamW, both tuned, on our small problem (ten seeds): whose test error is lower?",
            form=Choice(
                {
                    "decay": "AdamW's, by more than two standard errors",
                    "penalty": "that of Adam with the penalty, by more than two standard errors",
                    "neither": "neither's by more than two standard errors",
                }
            ),
            reference="neither",
            truth=Truth(
                _who_was_better,
                "the recorded runs, paired by seed",
                method=Method.MEASURED,
            ),
            mistakes=(
                Mistake("decay", "the mean difference is below one standard error"),
                Mistake(
                    "penalty",
                    "its mean is a little lower, by less than one standard error",
                ),
            ),
        ),
    ),
    model_answer=r"""
The penalty's gradient $2\tilde\lambda w$ is divided by $\sqrt v+\epsilon$ like the loss's: per step a
weight loses the part $2\eta\tilde\lambda/(\sqrt v+\epsilon)$, so weights with large gradients are
shrunk less; it also enters $v$ (and Adam's momentum). Weight decay takes the part $\lambda$ of every
weight. No $\tilde\lambda$ makes them equal. They aim at different points: with the penalty, at the
minimiser of $\tilde L$; with decay, where $\lambda w=-\eta\,\nabla L/(\sqrt v+\epsilon)$, as if each
weight had the penalty $\frac{\lambda}{2\eta}(\sqrt v+\epsilon)$ of its own.
""",
    conventions=("half", "decay", "epsilon"),
)

QUESTIONS = (adaptive,)
