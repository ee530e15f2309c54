"""Momentum with noisy gradients."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.checking import Choice, Domain, Formula, Method, Mistake, Numbers, Part, Question, Truth
from hwcode.questions.logistic_regression.problem import CHAPTER, beta, eta, mu, s
from hwcode.questions.records import record_of

__all__ = ["QUESTIONS"]


def _stationary_variance(a: Any, b: Any, variance: Any) -> Any:
    """Variance of x' = a x + b x_before + noise, from its Yule-Walker equations."""
    v0, v1 = sympy.symbols("v0 v1")
    equations = [v1 - a * v0 - b * v1, v0 - (a**2 + b**2) * v0 - 2 * a * b * v1 - variance]
    return sympy.solve(equations, [v0, v1])[v0]


def _floor_of(rate: Any, curvature_: Any, deviation: Any, momentum_: Any) -> Any:
    shrink = 1 - rate * curvature_
    variance = _stationary_variance(
        (1 + momentum_) * shrink, -momentum_ * shrink, (rate * deviation) ** 2
    )
    return curvature_ * variance / 2


def _draw_noise(point: Any, numbers: Numbers) -> dict[Any, Any]:
    inside = {symbol: numbers.number(interval=(0, 1)) for symbol in (eta, mu, beta)}
    return {**inside, s: numbers.number(s)}


shrink = 1 - eta * mu
amplified = (
    eta * s**2 * (1 + beta * shrink)
    / (2 * (1 - beta * shrink) * (1 + shrink + 2 * beta * shrink))
)  # fmt: skip

# The heavy ball x' = (1 + beta - eta mu) x - beta x_before + noise, in closed form.
_heavy_ball = eta * s**2 * (1 + beta) / (2 * (1 - beta) * (2 * (1 + beta) - eta * mu))


def _who_is_faster(_: Any) -> str:
    """Recorded curves at rate 1/L: who is ahead in the middle, and who ends lower?"""
    record = record_of("logistic_regression")
    plain, fast = (record.curve(name).mean(axis=0) for name in ("sgd_1", "sgd_nesterov_1"))
    at = record.curve("sgd_1_at")[0]
    middle = (at > 300) & (at < 1000)
    ahead = bool((fast[middle] < plain[middle]).mean() > 0.9)
    floors = [record.metric(f"{name}_1_floor_predicted")[0] for name in ("sgd", "sgd_nesterov")]
    ends_higher = bool(
        record.metric("sgd_nesterov_1_floor").mean() > record.metric("sgd_1_floor").mean()
    )
    if ahead and ends_higher and floors[1] > floors[0]:
        return "at first"
    return "always" if ahead else "never"


stochastic = Question(
    ids=("P4-1e",),
    chapter=CHAPTER,
    title="SGD with and without acceleration",
    marks={"P4-1e": 20},
    statement=r"""
Minimise the same objective by SGD with batch size 128, with and without Nesterov's acceleration, and
plot the training loss against the number of updates on a semi-log scale: (i) gradient descent with
Nesterov's updates, (ii) SGD, (iii) SGD with Nesterov's updates. Is (iii) faster than (ii)? How do
(i) and (ii) differ? *We add: where does SGD's curve flatten?*
""",
    parts=(
        Part(
            name="faster",
            asks=r"at the constant rate $1/L$, is (iii) faster than (ii)?",
            form=Choice(
                {
                    "always": "yes, throughout",
                    "at first": "for a while, and then it levels out higher",
                    "never": "no, at no time",
                }
            ),
            reference="at first",
            truth=Truth(
                _who_is_faster,
                "the recorded curves and the predicted floors",
                method=Method.MEASURED,
            ),
            mistakes=(
                Mistake(
                    "always",
                    "acceleration amplifies the gradient noise: the curve levels out higher",
                ),
                Mistake(
                    "never",
                    "from about 260 to 2,000 updates it is ahead, in the mean of the runs more than tenfold at times",
                ),
            ),
        ),
        Part(
            name="floor",
            asks=r"the expected $f - f^*$ where SGD levels out: one curvature $\mu$, rate $\eta$, gradient noise of standard deviation $s$ in a minibatch",
            form=Formula(Domain((eta, mu, s), draw=_draw_noise), "a number"),
            reference=eta * s**2 / (2 * (2 - eta * mu)),
            latex=r"\frac{\eta s^2}{2(2-\eta\mu)}",
            truth=Truth(
                lambda point: _floor_of(point[eta], point[mu], point[s], sympy.S.Zero),
                "the stationary variance from its own equations",
                6,
            ),
            mistakes=(
                Mistake(sympy.S.Zero, "at a constant rate the noise of every step is added anew"),
                Mistake(eta * s**2 / 4, "right only to first order in the rate"),
                Mistake(eta * s**2 / (2 - eta * mu), "the loss is mu/2 w^2"),
                Mistake(
                    eta * s**2 / (mu * (2 - eta * mu)),
                    "this is the variance of w; the loss is mu/2 times it",
                ),
                Mistake(
                    eta * s / (2 * (2 - eta * mu)),
                    "s is the standard deviation; the variance enters",
                ),
            ),
        ),
        Part(
            name="amplified",
            asks=r"the same with Nesterov's momentum $\beta$",
            form=Formula(Domain((eta, mu, s, beta), draw=_draw_noise), "a number"),
            reference=amplified,
            latex=r"\frac{\eta s^2\,(1+\beta q)}{2(1-\beta q)(1+q+2\beta q)},\qquad q = 1-\eta\mu",
            truth=Truth(
                lambda point: _floor_of(point[eta], point[mu], point[s], point[beta]),
                "the stationary variance from its own equations",
                30,
            ),
            also_right=(
                mu
                * (eta * s) ** 2
                * (1 + beta * shrink)
                / (
                    2
                    * (1 - beta * shrink)
                    * ((1 + beta * shrink) ** 2 - ((1 + beta) * shrink) ** 2)
                ),
            ),
            mistakes=(
                Mistake(eta * s**2 / (2 * (2 - eta * mu)), "this is the floor without momentum"),
                Mistake(
                    eta * s**2 / (4 * (1 - beta)),
                    "right only to first order in the rate",
                ),
                Mistake(
                    _heavy_ball,
                    "this is the floor of the heavy ball, whose gradient is not taken ahead",
                ),
                Mistake(
                    eta * s**2 / (2 * (2 - eta * mu)) / (1 - beta),
                    "right only in the limit of small rates: a step acts 1/(1 - beta) times",
                ),
            ),
        ),
    ),
    model_answer=r"""
At the rate $1/L$, (iii) is ahead of (ii) for a while, then levels out higher: both walk around the minimum under the
noise of the minibatch gradients, which momentum adds up, $1/(1-\rho)$-fold for small rates. (i) has
no noise and goes straight on to rounding error; (ii) follows gradient descent at first (on a
quadratic its expectation does exactly) and flattens near $\frac12\sum_jh_j\operatorname{Var}(a_j)
=\sum_j\eta s_j^2/(2(2-\eta h_j))$. A larger batch lowers the floor in proportion, and so does, once it
is small, the rate; a rate that tends to 0 slowly enough ($\sum\eta_t=\infty$) removes it.
""",
)

QUESTIONS = (stochastic,)
