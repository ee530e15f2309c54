"""Nesterov's momentum."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.checking import Alternative, Domain, Formula, Mistake, Numbers, Part, Question, Truth
from hwcode.questions.logistic_regression.problem import CHAPTER, kappa

__all__ = ["QUESTIONS"]


def _critical_momentum(point: Any) -> Any:
    """The momentum in [0, 1) at which the mode of curvature m has a double root, at rate 1/L.

    A step maps (a_t, a_{t-1}) by z^2 = (1 + beta)(1 - 1/kappa) z - beta (1 - 1/kappa).
    """
    unknown = sympy.Symbol("unknown", positive=True)
    shrink = 1 - 1 / point[kappa]
    discriminant = (1 + unknown) ** 2 * shrink**2 - 4 * unknown * shrink
    roots = [root for root in sympy.solve(discriminant, unknown) if root < 1]
    return sympy.radsimp(roots[0])


def _draw_kappa(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {kappa: 1 + numbers.number(kappa)}


def _tail_of_nesterov(point: Any) -> Any:
    """Twice the logarithm of the larger root of that mode."""
    momentum, shrink = _critical_momentum(point), 1 - 1 / point[kappa]
    z = sympy.Symbol("z")
    equation = z**2 - (1 + momentum) * shrink * z + momentum * shrink
    roots = sympy.Poly(equation, z).nroots(n=60, maxsteps=200)
    # A double root in rounded arithmetic comes as a close pair; its mean is accurate.
    return 2 * sympy.log(sympy.re(sum(roots)) / 2)


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
$-\kappa^{-1/2}$.
""",
    parts=(
        Part(
            name="momentum",
            asks=r"the momentum coefficient for condition number $\kappa$",
            form=Formula(Domain((kappa,), draw=_draw_kappa), "a number"),
            reference=momentum,
            latex=r"\rho = \frac{\sqrt\kappa-1}{\sqrt\kappa+1}",
            truth=Truth(_critical_momentum, "the momentum that damps the slowest mode critically"),
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
            truth=Truth(_tail_of_nesterov, "the double root of the slowest mode"),
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
    model_answer=r"""
$\rho=(\sqrt\kappa-1)/(\sqrt\kappa+1)$. In an eigendirection with curvature $h$ the iterates obey
$a_{t+1}=(1+\rho)(1-\eta h)a_t-\rho(1-\eta h)a_{t-1}$. For $h=m$, $\eta=1/L$ this $\rho$ makes the two
roots equal, to $1-1/\sqrt\kappa$; all larger $h$ decay faster. So $f-f^*$ falls like
$t^2(1-1/\sqrt\kappa)^{2t}$: final slope $2\log(1-1/\sqrt\kappa)\approx-2/\sqrt\kappa$, twice the
handout's figure, which is the slope for the distance.
""",
    conventions=("logarithm",),
)

QUESTIONS = (acceleration,)
