"""Nesterov's momentum."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.chapters.logistic_regression.questions import instances, programs
from hwcode.chapters.logistic_regression.questions.problem import CHAPTER, kappa
from hwcode.checking import Alternative, Domain, Formula, Mistake, Numbers, Part, Question
from hwcode.checking.programs import Program

__all__ = ["QUESTIONS"]


def _draw_kappa(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {kappa: 1 + numbers.number(kappa)}


GRADIENT = "a function: from d weights to d slopes"
root_kappa = sympy.sqrt(kappa)
momentum = (root_kappa - 1) / (root_kappa + 1)
acceleration = Question(
    ids=("P4-1d",),
    chapter=CHAPTER,
    title="Nesterov's acceleration",
    marks={"P4-1d": 15},
    statement=r"""
Minimise the same objective from the same start by gradient descent with Nesterov's acceleration. If
the condition number $\kappa=L/m$ were known, which momentum coefficient would one use? Choose $L$ by
trying a few values, and report the slope of the semi-log plot, which the handout puts at about
$-\kappa^{-1/2}$. *Ours: the names in the programs, which take any gradient.*
""",
    parts=(
        Part(
            name="step",
            asks="`nesterov_step(w, before, gradient, rate, momentum)`: one step of the method",
            form=Program(
                name="nesterov_step",
                parameters={
                    "w": "d weights",
                    "before": "the weights one step earlier",
                    "gradient": GRADIENT,
                    "rate": "a number",
                    "momentum": "a number",
                },
                what="the next weights (d)",
                instances=instances.steps,
            ),
            reference=programs.nesterov_step,
            mistakes=(
                Mistake(
                    programs.heavy_ball_step,
                    "this is the heavy ball: Nesterov takes the gradient at the point ahead, not at w",
                ),
                Mistake(
                    programs.old_point_step,
                    "the gradient is taken ahead, and the step has to start there, too",
                ),
                Mistake(
                    programs.backward_step,
                    "one looks ahead in the direction of the last step, w - before, not against it",
                ),
                Mistake(programs.plain_step, "this is gradient descent, without momentum"),
                Mistake(
                    programs.damped_step,
                    "here the rate multiplies the whole gradient, as in PyTorch",
                    "momentum",
                ),
            ),
        ),
        Part(
            name="run",
            asks="`nesterov(start, gradient, rate, momentum, steps)`: the method from a start at rest",
            form=Program(
                name="nesterov",
                parameters={
                    "start": "d weights",
                    "gradient": GRADIENT,
                    "rate": "a number",
                    "momentum": "a number",
                    "steps": "how many",
                },
                what="all iterates, the start first, (steps + 1) x d",
                instances=instances.runs,
                tolerates=("shares",),  # the start is the first iterate
            ),
            reference=programs.nesterov,
            alternatives=(
                Alternative(
                    programs.nesterov_ahead,
                    "right for the points ahead, at which the gradients are taken: these are what PyTorch's SGD keeps with `nesterov=True`",
                    "momentum",
                ),
            ),
            mistakes=(
                Mistake(
                    programs.run_heavy_ball,
                    "this is the heavy ball: Nesterov takes the gradient at the point ahead, not at w",
                ),
                Mistake(
                    programs.run_growing,
                    "that sequence is for functions that are only convex; here the momentum is given",
                ),
                Mistake(
                    programs.run_damped,
                    "here the rate multiplies the whole gradient, as in PyTorch",
                    "momentum",
                ),
                Mistake(
                    programs.run_looks_back,
                    "one looks ahead in the direction of the last step, not against it",
                ),
                Mistake(
                    programs.run_in_place,
                    "all iterates are the last one: `w += ...` changes the array that the list has already",
                ),
                Mistake(programs.run_one_short, "the start is the first of the steps + 1 iterates"),
                Mistake(
                    programs.run_before_lost,
                    "the point before is then always w itself, so nothing is left of the momentum",
                ),
            ),
        ),
        Part(
            name="momentum",
            asks=r"the momentum coefficient for condition number $\kappa$",
            form=Formula(Domain((kappa,), draw=_draw_kappa), "a number"),
            reference=momentum,
            latex=r"\rho = \frac{\sqrt\kappa-1}{\sqrt\kappa+1}",
            also_right=(
                "(1 - 1/sqrt(kappa))/(1 + 1/sqrt(kappa))",
                "(kappa - 2*sqrt(kappa) + 1)/(kappa - 1)",
            ),
            mistakes=(
                Mistake(momentum**2, "this is Polyak's, for the heavy ball at another rate"),
                Mistake(
                    (kappa - 1) / (kappa + 1),
                    "this is the contraction of gradient descent at its best rate",
                ),
                Mistake(
                    1 - 1 / root_kappa, "this is the contraction that results, not the momentum"
                ),
                Mistake(1 - 1 / kappa, "the square root is what acceleration gains"),
                Mistake(1 - 2 / root_kappa, "right only to first order in 1/sqrt(kappa)"),
            ),
        ),
        Part(
            name="slope",
            asks=r"the final slope of $\log(f - f^*)$ on a quadratic, at that momentum and rate $1/L$, when the mode of curvature $m$ is excited",
            form=Formula(Domain((kappa,), draw=_draw_kappa), "a number"),
            reference=2 * sympy.log(1 - 1 / root_kappa),
            also_right=("2*log((sqrt(kappa) - 1)/sqrt(kappa))",),
            alternatives=(
                Alternative(
                    2 * sympy.log(1 - 1 / root_kappa) / sympy.log(10),
                    "right for decimal logarithms; the question says natural ones",
                    "logarithm",
                ),
            ),
            mistakes=(
                Mistake(
                    -1 / root_kappa,
                    "this is the handout's figure, to first order the slope for the distance to the minimum",
                ),
                Mistake(
                    sympy.log(1 - 1 / root_kappa),
                    "this is the guarantee (1 - 1/sqrt(kappa))^t for any strongly convex function; a quadratic goes with its square",
                ),
                Mistake(2 * sympy.log(1 - 1 / kappa), "this is gradient descent"),
                Mistake(-2 / root_kappa, "right only to first order in 1/sqrt(kappa)"),
                Mistake(
                    2 * sympy.log(momentum),
                    "the modes contract by 1 - 1/sqrt(kappa), which is not the momentum",
                ),
            ),
        ),
    ),
    hints=(
        "Along an eigenvector, write the method as a recursion in $a_t$ and $a_{t-1}$.",
        "Look at the characteristic polynomial, and choose the momentum that makes its two roots equal for the smallest curvature.",
        r"$a_{t+1}=(1+\rho)(1-\eta h)a_t-\rho(1-\eta h)a_{t-1}$ with $\eta=1/L$ and $h=m$.",
    ),
    result=r"$\rho=(\sqrt\kappa-1)/(\sqrt\kappa+1)$, and a final slope of $2\log(1-1/\sqrt\kappa)$.",
    model_answer=r"""
A step: $v=w+\rho(w-w_{\text{before}})$, then $w_{\text{next}}=v-\eta\nabla f(v)$; the first starts at rest.
$\rho=(\sqrt\kappa-1)/(\sqrt\kappa+1)$. In an eigendirection with curvature $h$ the iterates obey
$a_{t+1}=(1+\rho)(1-\eta h)a_t-\rho(1-\eta h)a_{t-1}$. For $h=m$, $\eta=1/L$ this $\rho$ makes the two
roots equal, to $1-1/\sqrt\kappa$; all larger $h$ decay faster. So $f-f^*$ falls like
$t^2(1-1/\sqrt\kappa)^{2t}$: final slope $2\log(1-1/\sqrt\kappa)\approx-2/\sqrt\kappa$, twice the
handout's figure, which is the slope for the distance.
""",
    conventions=("logarithm", "momentum"),
)

QUESTIONS = (acceleration,)
