"""The effective rate, and what momentum leaves invariant."""

from __future__ import annotations

import itertools
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
    scalar,
)
from hwcode.questions.learning_rate_schedule.problem import (
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
from hwcode.questions.records import record_of

__all__ = ["QUESTIONS"]

lam = scalar("lam", r"\lambda", positive=True)


def stationary_loss(rate_: Any, curvature: Any, momentum: Any, variance: Any) -> Any:
    """The mean loss of momentum on a noisy parabola, from the balance of its second moments.

    ``v' = rho v + h w + noise``, ``w' = w - eta v'``; the moments of w^2, w v, v^2 reproduce
    themselves.
    """
    ww, wv, vv = moments = sympy.symbols("ww wv vv")
    # E v'^2, E w' v', E w'^2 in terms of the moments before the step.
    vv_ = momentum**2 * vv + 2 * momentum * curvature * wv + curvature**2 * ww + variance
    w_v = momentum * wv + curvature * ww  # E w v'
    wv_ = w_v - rate_ * vv_
    ww_ = ww - 2 * rate_ * w_v + rate_**2 * vv_
    solved = sympy.solve([ww - ww_, wv - wv_, vv - vv_], moments, dict=True)[0]
    return curvature * solved[ww] / 2


def _draw_noise(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {**draw_momentum(point, numbers), s: numbers.number(s)}


def _draw_small(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {x: numbers.number(interval=(0, Rational(3, 5)))}


HIGH, LOW = Rational(9, 10), Rational(1, 2)


def _floors(product: Any) -> tuple[Any, Any]:
    """The floors of settings (i) and (ii) where the first one has this rate times curvature."""
    first = stationary_loss(product, sympy.S.One, HIGH, sympy.S.One)
    return first, stationary_loss(5 * product, sympy.S.One, LOW, sympy.S.One)


def _ratio_of_floors(point: Any) -> Any:
    first, second = _floors(point[x])
    return second / first


def _draw_rho(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {rho: numbers.number(interval=(0, 1))}


def _last_real(point: Any) -> Any:
    """The smaller zero of the discriminant of z^2 - (1 + rho - x) z + rho."""
    product = sympy.Symbol("product", real=True)
    discriminant = (1 + point[rho] - product) ** 2 - 4 * point[rho]
    return min(sympy.solve(discriminant, product), key=lambda root: sympy.N(root, 40))


def _how_exact(_: Any) -> str:
    ratios = [_ratio_of_floors({x: Rational(1, 10**power)}) for power in (1, 3, 6)]
    if all(ratio == 1 for ratio in ratios):
        return "exact"
    errors = [abs(ratio - 1) for ratio in ratios]
    shrink = all(
        Rational(1, 2) < error / smaller / factor < 2
        for error, smaller, factor in zip(errors, errors[1:], (100, 1000), strict=False)
    )
    return "first" if shrink else "never"


def _draw_scaled(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {lam: numbers.number(lam), c: numbers.number(c)}


def _matching_decay(point: Any) -> Any:
    """The decay that keeps the direction of a step, on a loss that no scale changes.

    f(w) = (w_1 / w_2)^2 is one; from w / c at the rate eta / c^2.
    """
    u, v, other = sympy.symbols("u v other")
    gradient = [sympy.diff((u / v) ** 2, symbol) for symbol in (u, v)]
    step, factor = Rational(1, 7), point[c]

    def after(place: tuple[Any, Any], rate_: Any, decay: Any) -> list[Any]:
        at = dict(zip((u, v), place, strict=True))
        return [
            value - rate_ * (slope.subs(at) + decay * value)
            for value, slope in zip(place, gradient, strict=True)
        ]

    first = after((sympy.Integer(3), sympy.Integer(2)), step, point[lam])
    second = after((3 / factor, 2 / factor), step / factor**2, other)
    (found,) = sympy.solve(first[0] * second[1] - first[1] * second[0], other)
    return found


def _draw_decayed(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {symbol: numbers.number(symbol) for symbol in (h, a, lam, eta)}


def _settled(point: Any) -> Any:
    """Where a step of gradient descent with weight decay leaves the weight as it is."""
    w = sympy.Symbol("w")
    step = w - point[eta] * (point[h] * (w - point[a]) + point[lam] * w)
    (found,) = sympy.solve(step - w, w)
    return found


def _distinct(_: Any) -> int:
    """Three candidates each, a factor 3 apart: values of rate * decay / (batch * (1 - momentum))."""
    candidates = [Rational(3) ** power for power in range(3)]
    values = {
        rate_ * decay / (batch * gap)
        for rate_, decay, batch, gap in itertools.product(candidates, repeat=4)
    }
    return sympy.Integer(len(values))


def _grid(_: Any) -> int:
    return sympy.Integer(len(list(itertools.product(range(3), repeat=4))))


def _who_is_worse(_: Any) -> str:
    """Recorded validation errors of the three settings of the whole net, seed by seed."""
    record = record_of("learning_rate_schedule_full")
    one, two, three = (record.metric(f"{name}_val_error") for name in ("i", "ii", "iii"))
    above = three - np.maximum(one, two)
    if not np.all(above > 0):
        return "none"
    return "third" if np.all(above > np.abs(one - two)) else "above"


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
            form=Formula(Domain((eta, h, s, rho), draw=_draw_noise), "a number"),
            reference=momentum_floor,
            latex=r"\frac{\eta s^2}{4(1-\rho)}\cdot\frac{1}{1-\frac{\eta h}{2(1+\rho)}}",
            truth=Truth(
                lambda point: stationary_loss(point[eta], point[h], point[rho], point[s] ** 2),
                "the balance of the second moments of place and velocity",
                26,
            ),
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
            truth=Truth(_ratio_of_floors, "the two balances of moments", 4),
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
            truth=Truth(_how_exact, "exact ratios at three rates, powers of ten apart"),
            mistakes=(
                Mistake("exact", "at x = 0.1 the two settings differ by 17 percent"),
                Mistake("never", "the difference vanishes in proportion to the rate"),
            ),
        ),
        Part(
            name="real",
            asks=r"up to which $\eta h$ does momentum approach the minimum without oscillating? (From there up to $(1+\sqrt\rho)^2$ the distance shrinks by $\sqrt\rho$ per update, whatever the rate.)",
            form=Formula(Domain((rho,), draw=_draw_rho), "a number"),
            reference=(1 - sympy.sqrt(rho)) ** 2,
            truth=Truth(_last_real, "the smaller zero of the discriminant"),
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
            truth=Truth(
                _matching_decay, "a step of both from one direction, solved for the decay", 12
            ),
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
            truth=Truth(_settled, "the fixed point of a step", 4),
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
            form=Number(what="a number of trainings"),
            reference=sympy.Integer(81),
            truth=Truth(_grid, "the list of all combinations"),
            mistakes=(
                Mistake(sympy.Integer(12), "the numbers of candidates are multiplied"),
                Mistake(sympy.Integer(64), "3 to the fourth power, not 4 to the third"),
            ),
        ),
        Part(
            name="values",
            asks=r"if the candidates for each of $\eta$, $\lambda$, $\theta$, $1-\rho$ are the same factor apart: how many different effective rates are in that grid?",
            form=Number(what="a number of values"),
            reference=sympy.Integer(9),
            truth=Truth(_distinct, "the set of all values"),
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
            truth=Truth(_who_is_worse, "the recorded errors, seed by seed", method=Method.MEASURED),
            mistakes=(
                Mistake(
                    "none", "with a fifth of the effective rate it learns less in the same time"
                ),
                Mistake("above", "in every recorded seed its distance from them is the larger one"),
            ),
        ),
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
