"""The effective rate, and what momentum leaves invariant."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Rational

from hwcode.chapters.learning_rate_schedule.questions.problem import (
    CHAPTER,
    a,
    c,
    draw_momentum,
    eta,
    h,
    rho,
    s,
    x,
)
from hwcode.checking import (
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

__all__ = ["QUESTIONS"]

lam = scalar("lam", r"\lambda", positive=True)


def _draw_noise(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {**draw_momentum(point, numbers), s: numbers.number(s)}


def _draw_small(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {x: numbers.number(interval=(0, Rational(3, 5)))}


def _draw_rho(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {rho: numbers.number(interval=(0, 1))}


def _draw_scaled(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {lam: numbers.number(lam), c: numbers.number(c)}


def _draw_decayed(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {symbol: numbers.number(symbol) for symbol in (h, a, lam, eta)}


momentum_floor = eta * s**2 * (1 + rho) / (2 * (1 - rho) * (2 * (1 + rho) - eta * h))
nesterov_floor = (
    h * eta**2 * s**2 * (1 + rho * (1 - eta * h))
    / (2 * (1 - rho * (1 - eta * h)) * ((1 + rho * (1 - eta * h)) ** 2 - (1 + rho) ** 2 * (1 - eta * h) ** 2))
)  # fmt: skip

invariant = Question(
    ids=("P4-2d",),
    chapter=CHAPTER,
    title="rate and momentum together",
    marks={"P4-2d": 20},
    statement=r"""
Train three settings and compare their validation errors: (i) $\eta_{\max}$, $\rho=0.9$; (ii)
$5\eta_{\max}$, $\rho=0.5$; (iii) $\eta_{\max}$, $\rho=0.5$. The handout says that $\eta_{\max}/(1-\rho)$
decides, and mentions the effective rate $\eta\lambda/(\theta(1-\rho))$ with weight decay $\lambda$ and
batch size $\theta$. *We ask for the exact statement: on a parabola of curvature $h$ with gradient noise
of standard deviation $s$, and for weights in front of a BatchNorm.*
""",
    parts=(
        Part(
            name="floor",
            asks=r"the stationary mean of the loss $\frac h2w^2$ at rate $\eta$ and momentum $\rho$",
            form=Formula(Domain((eta, h, s, rho), draw=_draw_noise, draw_degree=3), "a number"),
            reference=momentum_floor,
            latex=r"\frac{\eta s^2}{4(1-\rho)}\cdot\frac{1}{1-\frac{\eta h}{2(1+\rho)}}",
            mistakes=(
                Mistake(
                    eta * s**2 / (4 * (1 - rho)),
                    "right only to first order in eta*h: then eta/(1 - rho) alone decides",
                ),
                Mistake(eta * s**2 / (2 * (2 - eta * h)), "this is SGD without momentum"),
                Mistake(
                    eta * s**2 / (2 * (2 * (1 - rho) - eta * h)),
                    "this is SGD at the rate eta/(1 - rho); momentum is more stable than that",
                ),
                Mistake(nesterov_floor, "this is Nesterov's momentum; PyTorch's default is not"),
            ),
        ),
        Part(
            name="ratio",
            asks=r"the same for (ii) divided by that for (i), with $x=\eta_{\max}h<0.6$",
            form=Formula(Domain((x,), draw=_draw_small), "a number"),
            reference=(1 - 5 * x / 19) / (1 - 5 * x / 3),
            latex=r"\frac{1-\frac{x}{3.8}}{1-\frac{5x}{3}}",
            also_right=("3*(19 - 5*x)/(19*(3 - 5*x))",),
            mistakes=(
                Mistake(sympy.S.One, "right only in the limit of x to 0"),
                Mistake(
                    (1 - 5 * x / 3) / (1 - 5 * x / 19),
                    "upside down: the lower momentum is the worse",
                ),
                Mistake(
                    (2 - x) / (2 - 5 * x),
                    "this is for SGD at the two rates, scaled to the same limit",
                ),
            ),
        ),
        Part(
            name="exact",
            asks=r"on the parabola, is the stationary loss a function of $\eta/(1-\rho)$ alone?",
            form=Choice(
                {
                    "exact": "yes, exactly",
                    "first": "to first order in the rate, with a relative error in proportion to it",
                    "never": "no, not even for small rates",
                }
            ),
            reference="first",
            mistakes=(
                Mistake("exact", "at x = 0.1 the two settings differ by 17 %"),
                Mistake("never", "the difference vanishes in proportion to the rate"),
            ),
        ),
        Part(
            name="real",
            asks=r"up to which $\eta h$ does momentum approach the minimum without oscillating? (From there up to $(1+\sqrt\rho)^2$ the distance shrinks by $\sqrt\rho$ per update, whatever the rate.)",
            form=Formula(Domain((rho,), draw=_draw_rho), "a number", bound="<"),
            reference=(1 - sympy.sqrt(rho)) ** 2,
            also_right=("1 + rho - 2*sqrt(rho)",),
            mistakes=(
                Mistake(
                    (1 - rho) ** 2, "the roots of the discriminant hold the square root of rho"
                ),
                Mistake(
                    (1 + sympy.sqrt(rho)) ** 2,
                    "this is the larger zero: beyond it each step overshoots, and none below is free of oscillation but those before the smaller one",
                ),
                Mistake(1 - sympy.sqrt(rho), "the square is missing"),
            ),
        ),
        Part(
            name="traded",
            asks=r"a loss that a common factor of the weights does not change: from $w/c$, at the rate $\eta/c^2$, which weight decay gives the same directions as $\lambda$ did from $w$ at $\eta$?",
            form=Formula(Domain((lam, c), draw=_draw_scaled), "a number"),
            reference=lam * c**2,
            mistakes=(
                Mistake(lam, "the rate times the decay has to stay as it was"),
                Mistake(lam / c**2, "upside down: the rate became smaller, so the decay grows"),
                Mistake(
                    lam * c, "the gradient grows by c when the weights shrink by c: two factors"
                ),
            ),
        ),
        Part(
            name="settled",
            asks=r"by contrast, on a parabola $\frac h2(w-a)^2$: where does weight decay $\lambda$ at the rate $\eta$ settle?",
            form=Formula(Domain((h, a, lam, eta), draw=_draw_decayed), "a number"),
            reference=h * a / (h + lam),
            mistakes=(
                Mistake(a, "decay pulls towards zero"),
                Mistake(
                    h * a / (h + eta * lam),
                    "it is lambda by itself that counts here, not eta lambda",
                ),
                Mistake(a / (1 + lam), "right only for a curvature of 1"),
            ),
        ),
        Part(
            name="grid",
            asks="trainings in a full grid of 3 candidates for each of the 4 hyper-parameters",
            form=Number(what="a number of trainings", whole=True),
            reference=sympy.Integer(81),
            mistakes=(
                Mistake(sympy.Integer(12), "the numbers of candidates are multiplied"),
                Mistake(sympy.Integer(64), "3 to the fourth power, not 4 to the third"),
            ),
        ),
        Part(
            name="values",
            asks=r"if the candidates for each of $\eta$, $\lambda$, $\theta$, $1-\rho$ are the same factor apart: how many different effective rates are in that grid?",
            form=Number(what="a number of values", whole=True),
            reference=sympy.Integer(9),
            mistakes=(
                Mistake(sympy.Integer(81), "many combinations have the same effective rate"),
                Mistake(sympy.Integer(3), "the exponents add up to anything from -4 to 4"),
            ),
        ),
        Part(
            name="worse",
            asks="recorded validation errors of the whole net: which setting stands out?",
            form=Choice(
                {
                    "third": "(iii): above the other two in every seed, by more than they differ",
                    "above": "(iii): above the other two in every seed, but not always by more than they differ",
                    "none": "none: there is a seed in which (iii) is not the worst",
                }
            ),
            reference="third",
            mistakes=(
                Mistake(
                    "none", "with a fifth of the effective rate it learns less in the same time"
                ),
                Mistake("above", "in every recorded seed its distance from them is the larger one"),
            ),
        ),
    ),
    hints=(
        "How often does one gradient act through the velocity before it has died away?",
        r"Sum the geometric series in $\rho$. For the exact statement take a parabola and find the variance that stays the same.",
        r"$1+\rho+\rho^2+\dots=\frac1{1-\rho}$: compare $\eta_{\max}/(1-\rho)$ of the three settings.",
    ),
    beyond=(
        "floor",
        "ratio",
        "exact",
        "real",
        "traded",
        "settled",
        "grid",
        "values",
    ),
    result=r"To first order $\eta/(1-\rho)$ counts; on a parabola not it alone, and stability differs.",
    numbers=(
        "3.8 = 2*(1 + 0.9)",
        "0.1 <example>",
        "17 % = (1 - 5*0.1/19)/(1 - 5*0.1/3) - 1",
    ),
    model_answer=r"""
A gradient acts through the buffer $1+\rho+\rho^2+\dots=1/(1-\rho)$ times, so (i) and (ii) move equally far,
$\eta_{\max}/(1-\rho)=10\eta_{\max}$, and (iii) a fifth of it: its error is higher at the end of an equally
long run. That is a statement to first order in $\eta h$. On a parabola the stationary loss is
$\frac{\eta s^2}{4(1-\rho)}\big/\big(1-\frac{\eta h}{2(1+\rho)}\big)$, and (ii) is stable up to $\eta_{\max}h=0.6$
only, (i) up to 3.8. The product $\eta\lambda$ counts for weights whose scale BatchNorm takes out; elsewhere
$\lambda$ counts by itself. Three runs do not show an invariance: report seeds and their spread.
""",
    conventions=("momentum",),
)

QUESTIONS = (invariant,)
