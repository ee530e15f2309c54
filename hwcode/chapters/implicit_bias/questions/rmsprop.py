"""RMSProp: proof or counterexample (A2-1.2.1)."""

from __future__ import annotations

import sympy
from sympy import ImmutableMatrix, Rational

from hwcode.chapters.implicit_bias.questions.problem import CHAPTER, beta, d, eps, x
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Mistake,
    Norm,
    Part,
    Question,
)

__all__ = ["QUESTIONS"]


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
            form=Formula(Domain((d, x, eps), ({d: 2}, {d: 3}), True), "a number", bound="<"),
            reference=eps / Norm(x) ** 2,
            latex=r"\eta < \frac{\epsilon}{\lVert x\rVert^2}",
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
    hints=(
        r"With one data point every gradient is a multiple of $x$. What does dividing by $\sqrt{v}$ make of its direction?",
        r"Compute the first step for the hint's data with $\epsilon=0$, and choose the rate that ends on the line $2w_1+w_2=2$.",
        r"$g=(-8,-4)$ and $\sqrt v=\sqrt{1-\beta}\,(8,4)$: both entries of the step are equal. Compare with the multiple of $(2,1)$ on that line.",
    ),
    beyond=(
        "gradient",
        "hit",
        "limit",
        "converges",
        "stable",
    ),
    result=r"RMSProp does not: with one data point all steps are multiples of $\operatorname{sign}(x)$.",
    numbers=(
        "0.99 <example>",
        "100 = 1/(1 - 0.99)",
    ),
    model_answer=r"""
Counterexample: $x=(2,1)$, $t=2$, $w_0=0$, $\beta=0.99$, $\epsilon=0$, $\eta=\frac1{15}$. The gradient is
$g=(-8,-4)$, $\sqrt{v}=\sqrt{1-\beta}\,|g|=(\frac45,\frac25)$, so $w_1=-\eta\,g/\sqrt v=(\frac23,\frac23)$. That
solves $2w_1+w_2=2$: gradients are 0 from then on, RMSProp has converged, with
$\lVert w\rVert^2=\frac89$. The minimum-norm solution is $(\frac45,\frac25)$ with $\frac45$. In general
$g\propto x$ at all times, so with $\epsilon=0$ all steps are multiples of $\operatorname{sign}(x)$. And with
$\epsilon>0$, $\eta\le\epsilon/(2\lVert x\rVert^2)$ it converges without overshooting, each step having
$1<\Delta w_1/\Delta w_2<2$: the limit has $w_1<2w_2$ and is no multiple of $x$.
""",
    conventions=("half", "epsilon"),
)

QUESTIONS = (rmsprop,)
