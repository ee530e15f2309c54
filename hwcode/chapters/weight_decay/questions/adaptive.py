"""Optimisers with a rate for each weight, where it is none."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.chapters.weight_decay.questions.problem import CHAPTER, beta, eta, lamt
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Mistake,
    Numbers,
    Part,
    Question,
    scalar,
)

__all__ = ["QUESTIONS"]

v = scalar("v", positive=True)
eps = scalar("eps", r"\epsilon", positive=True)
g, w = scalar("g"), scalar("w")


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
            asks=r"on the full batch, for which of the two is the minimiser of the penalised loss with $\tilde\lambda=\lambda/(2\eta)$ a fixed point in general, whatever the data and $\lambda$?",
            form=Choice(
                {
                    "penalty": "the adaptive method with the penalty, not the one with decay",
                    "decay": "the one with decay, not the one with the penalty",
                    "both": "both",
                }
            ),
            reference="penalty",
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
            mistakes=(
                Mistake("decay", "the mean difference is below one standard error"),
                Mistake(
                    "penalty",
                    "its mean is a little lower, by less than one standard error",
                ),
            ),
        ),
    ),
    hints=(
        "At which place does the penalty enter RMSProp, and at which place does the decay?",
        r"Put $g+2\tilde\lambda w$ in place of $g$ into the update, and look at the part with $w$.",
        r"The penalty takes away $2\eta\tilde\lambda w/(\sqrt v+\epsilon)$, the decay $\lambda w$. Which weights have a large $v$?",
    ),
    beyond=(
        "shrink",
        "first",
        "exists",
        "resting",
        "measured",
    ),
    result="An adaptive method divides the penalty's gradient too, and does not divide the decay: no penalty equals it.",
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
