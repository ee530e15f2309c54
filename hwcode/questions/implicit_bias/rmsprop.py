"""RMSProp: proof or counterexample (A2-1.2.1)."""

from __future__ import annotations

from itertools import islice
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import ImmutableMatrix, Rational

from hwcode import implicit_bias as ib
from hwcode import optimisers as opt
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Method,
    Mistake,
    Norm,
    Part,
    Question,
    Truth,
)
from hwcode.questions.implicit_bias.problem import CHAPTER, beta, d, eps, x

__all__ = ["QUESTIONS"]


def _first_gradient(_: Any) -> ImmutableMatrix:
    first, second = names = sympy.symbols("v:2")
    return ImmutableMatrix(
        [
            sympy.diff((2 * first + second - 2) ** 2, name).subs(dict.fromkeys(names, 0))
            for name in names
        ]
    )


HINT_ROWS, HINT_TARGETS = ib.exact([[2, 1]]), ib.exact([2])
HINT = opt.least_squares(HINT_ROWS, HINT_TARGETS)


def _rms_verdict(_: Any) -> str:
    """beta = 99/100, eps = 1/100 and the rate 3321/49000: ten exact steps."""
    path = opt.rmsprop(
        HINT, Rational(3321, 49000), ib.exact([0, 0]), Rational(99, 100), Rational(1, 100)
    )
    iterates = list(islice(path, 11))
    stays = list(iterates[1]) == list(iterates[10]) and HINT_ROWS[0] @ iterates[1] == 2
    shortest = sympy.Matrix([Rational(4, 5), Rational(2, 5)])
    return "counterexample" if stays and sympy.Matrix(iterates[1]) != shortest else "proof"


def _hitting_rate(point: Any) -> Any:
    """Solve for the rate at which the first iterate lies on the line of solutions."""
    rate = sympy.Symbol("rate", positive=True)
    first = list(islice(opt.rmsprop(HINT, rate, ib.exact([0, 0]), point[beta]), 2))[-1]
    return sympy.solve(sympy.Eq(HINT_ROWS[0] @ first, 2), rate)[0]


def _rms_limit(_: Any) -> ImmutableMatrix:
    """The exact run at the rate at which the first step reaches the limit: ten steps later."""
    path = opt.rmsprop(HINT, Rational(1, 15), ib.exact([0, 0]), Rational(99, 100))
    reached = next(islice(path, 10, None))
    assert HINT_ROWS[0] @ reached == HINT_TARGETS[0]
    return ImmutableMatrix(list(reached))


def _stable_rate(point: Any) -> Any:
    """The rate at which a step from a tiny residual, with a tiny v, turns it into its negative."""
    tiny, rate = sympy.symbols("tiny rate", positive=True)
    data = np.array(list(point[x]), dtype=object)
    start = data * tiny / (data @ data)
    gradient = opt.least_squares(data.reshape(1, -1), ib.exact([0]))
    path = opt.rmsprop(gradient, rate, start, Rational(9, 10), point[eps])
    residual = data @ next(islice(path, 1, None))
    factor = sympy.limit(sympy.simplify(residual / tiny), tiny, 0, "+")
    return sympy.solve(sympy.Eq(factor, -1), rate)[0]


def _converges(_: Any) -> str:
    """Without eps, in 120 digits: two rates where the residual comes back, and one that hits exactly."""
    hit = opt.rmsprop(HINT, Rational(1, 15), ib.exact([0, 0]), Rational(99, 100))
    stays = all(HINT_ROWS[0] @ weights == 2 for weights in islice(hit, 1, 20))
    returns = []
    with mpmath.workdps(120):
        rows, targets = ib.precise([[2, 1]]), ib.precise([2])
        for rate in (mpmath.mpf("0.1"), mpmath.mpf("0.01")):
            path = opt.rmsprop(
                opt.least_squares(rows, targets), rate, ib.precise([0, 0]), mpmath.mpf("0.9")
            )
            late = [abs(rows[0] @ weights - 2) for weights in islice(path, 400, 500)]
            returns.append(min(late) > rate)
    if stays and all(returns):
        return "hit"
    return "small" if stays else "never"


rmsprop = Question(
    ids=("A2-1.2.1",),
    chapter=CHAPTER,
    title="RMSProp and the minimum norm",
    marks={"A2-1.2.1": 4},
    statement=r"""
RMSProp divides each weight's step by $\sqrt{v_{i,k}}+\epsilon$, where
$v_{i,k}=\beta v_{i,k-1}+(1-\beta)g_{i,k}^2$ averages that weight's squared gradients and $v_{i,-1}=0$.
Suppose that it converges to a solution of $Xw=t$, $d>n$. Prove, or refute by an example, that it always
finds the minimum-norm solution; the hint is $x=(2,1)$, $t=2$, $w_0=(0,0)$. *We ask besides whether
it converges.*
""",
    parts=(
        Part(
            name="gradient",
            asks="the gradient at $w_0$ for the hint's data",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([-8, -4]),
            truth=Truth(_first_gradient, "the derivatives of (2 w1 + w2 - 2)^2 at zero"),
            mistakes=(
                Mistake(ImmutableMatrix([-4, -2]), "the square brings down a factor 2", "half"),
                Mistake(ImmutableMatrix([8, 4]), "the residual is 0 - 2: the loss falls along x"),
            ),
        ),
        Part(
            name="verdict",
            asks="does RMSProp always find the minimum-norm solution, when it converges to a solution?",
            form=Choice(
                {
                    "proof": "yes, and there is a proof",
                    "counterexample": "no, and there is a counterexample",
                }
            ),
            reference="counterexample",
            truth=Truth(
                _rms_verdict,
                "an exact run with beta = 99/100, eps = 1/100 that stays where its first step leads",
            ),
            mistakes=(
                Mistake(
                    "proof",
                    "at a suitable rate the first step leads to a solution that is not a multiple of x, and RMSProp stays there",
                ),
            ),
        ),
        Part(
            name="hit",
            asks=r"the rate at which the first step leads to a solution, for the hint's data and $\epsilon=0$",
            form=Formula(Domain((beta,), intervals={beta: (0, 1)}), "a number"),
            reference=2 * sympy.sqrt(1 - beta) / 3,
            latex=r"\eta = \tfrac23\sqrt{1-\beta}",
            truth=Truth(
                _hitting_rate, "the solution of x^T w_1 = t for the rate, after one exact step"
            ),
            mistakes=(
                Mistake(Rational(1, 15), "this is the rate for beta = 99/100"),
                Mistake(Rational(2, 3), "v is not the squared gradient but 1 - beta of it"),
                Mistake(2 * (1 - beta) / 3, "the step is divided by the root of v"),
                Mistake(
                    2 * sympy.sqrt(1 - beta) / 5,
                    "each weight moves equally far, so the fit moves by 2 + 1 times that, not by 2^2 + 1^2",
                ),
            ),
        ),
        Part(
            name="limit",
            asks=r"for the hint's data and $\epsilon=0$: the only solution to which RMSProp can converge from zero, at whatever rates",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([Rational(2, 3), Rational(2, 3)]),
            truth=Truth(
                _rms_limit,
                "an exact run at a rate at which it reaches its limit",
            ),
            mistakes=(
                Mistake(
                    ImmutableMatrix([Rational(4, 5), Rational(2, 5)]),
                    "this is the minimum-norm solution",
                ),
                Mistake(
                    ImmutableMatrix([Rational(1, 2), 1]),
                    "it is a solution, but the weights make equal steps",
                ),
                Mistake(ImmutableMatrix([1, 0]), "it is a solution, but both weights move"),
            ),
        ),
        Part(
            name="converges",
            asks=r"with a constant rate and $\epsilon=0$: at which rates does it converge on the hint's data?",
            form=Choice(
                {
                    "small": "at all small enough ones",
                    "hit": "only at those at which an iterate lies on the line of solutions exactly",
                    "never": "at none",
                }
            ),
            reference="hit",
            truth=Truth(
                _converges,
                "runs in 120-digit arithmetic at two rates, and an exact run that hits",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "small",
                    "near the line v tends to 0 and the effective rate to infinity; in float64 this is hidden by rounding",
                ),
                Mistake(
                    "never",
                    "at the rate of the part hit the first step ends on the line, and all gradients are 0 from then on",
                ),
            ),
        ),
        Part(
            name="stable",
            asks=r"with $\epsilon>0$ and one data point $x$: the constant rate below which it converges",
            form=Formula(Domain((d, x, eps), ({d: 2}, {d: 3})), "a number"),
            reference=eps / Norm(x) ** 2,
            latex=r"\eta < \frac{\epsilon}{\lVert x\rVert^2}",
            truth=Truth(
                _stable_rate, "the rate at which a step from a tiny residual flips its sign", 8
            ),
            alternatives=(
                Alternative(
                    sympy.sqrt(eps) / Norm(x) ** 2,
                    "right if the epsilon stands under the root",
                    "epsilon",
                ),
            ),
            mistakes=(
                Mistake(
                    1 / Norm(x) ** 2,
                    "this is the bound for gradient descent; near the line RMSProp divides by epsilon",
                ),
                Mistake(2 * eps / Norm(x) ** 2, "the curvature along x is 2 ||x||^2", "half"),
                Mistake(eps / Norm(x), "the residual of a step goes with x twice"),
            ),
        ),
    ),
    model_answer=r"""
Counterexample: $x=(2,1)$, $t=2$, $w_0=0$, $\beta=0.99$, $\epsilon=0$, $\eta=\frac1{15}$. The gradient is
$g=(-8,-4)$, $\sqrt{v}=\sqrt{1-\beta}\,|g|=(0.8,0.4)$, so $w_1=-\eta\,g/\sqrt v=(\frac23,\frac23)$. That
solves $2w_1+w_2=2$: gradients are 0 from then on, RMSProp has converged, with
$\lVert w\rVert^2=\frac89$. The minimum-norm solution is $(\frac45,\frac25)$ with $\frac45$. In general
$g\propto x$ at all times, so with $\epsilon=0$ all steps are multiples of $\operatorname{sign}(x)$. And with
$\epsilon>0$, $\eta\le\epsilon/(2\lVert x\rVert^2)$ it converges without overshooting, each step having
$1<\Delta w_1/\Delta w_2<2$: the limit has $w_1<2w_2$ and is no multiple of $x$.
""",
    conventions=("half", "epsilon"),
)

QUESTIONS = (rmsprop,)
