"""The loss after one step as a function of the rate, and when it is convex."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.matrices.expressions import Identity

from hwcode.chapters.learning_rate.questions.problem import (
    CHAPTER,
    FACTOR,
    GRAM,
    ONE_STEP,
    WHEN,
    X,
    a,
    eta,
    n,
    problem_domain,
    t,
    w0,
)
from hwcode.checking import Follows, Formula, Mistake, Norm, Part, Question

__all__ = ["QUESTIONS"]


# --- H2-2.2.1, A2-2.1.1 -----------------------------------------------------------------------


first = w0 - 2 * eta / n * X.T * a
one_step_loss = Norm(FACTOR * a) ** 2 / n
one_step = Question(
    ids=("H2-2.2.1", "A2-2.1.1"),
    chapter=CHAPTER,
    title="the loss after one step as a function of the rate",
    marks={"H2-2.2.1": 0, "A2-2.1.1": 8},
    statement=r"""
One step of gradient descent on $L(w)=\frac1n\lVert Xw-t\rVert^2$ from $w_0$ at rate $\eta$. Write down
$w_1$, and the loss $L_1=L(w_1)$ as a function of $\eta$. With $a=Xw_0-t$ it becomes short.
""",
    parts=(
        Part(
            name="weights",
            asks="$w_1$",
            form=Formula(problem_domain(ONE_STEP, eta), "a column vector of d entries"),
            reference=first,
            latex=r"w_1 = w_0 - \frac{2\eta}n X^\top (Xw_0-t) = w_0 - \frac{2\eta}n X^\top a",
            also_right=(
                "w0 - 2*eta/n * X.T @ (X @ w0 - t)",
                "(eye(d) - 2*eta/n * X.T @ X) @ w0 + 2*eta/n * X.T @ t",
            ),
            mistakes=(
                Mistake(w0 + 2 * eta / n * X.T * a, "descent goes against the gradient"),
                Mistake(w0 - 2 * eta * X.T * a, "the loss is a mean: 1/n is missing", "mean"),
                Mistake(w0 - eta / n * X.T * a, "the square brings down a factor 2", "half"),
                Mistake(
                    w0 - 2 * eta / n * X.T * t, "the gradient depends on the weights: X w0 - t"
                ),
            ),
        ),
        Part(
            name="loss",
            asks="$L_1$",
            form=Formula(problem_domain(ONE_STEP, eta), "a number"),
            reference=one_step_loss,
            latex=r"L_1 = \frac1n\left\lVert\left(I-\frac{2\eta}n XX^\top\right)a\right\rVert^2",
            also_right=(
                "norm(X @ (w0 - 2*eta/n*X.T@(X@w0 - t)) - t)**2 / n",
                "(a.T@a - 4*eta/n*norm(X.T@a)**2 + 4*eta**2/n**2*norm(X@X.T@a)**2)/n",
                "a.T @ (eye(n) - 2*eta/n*X@X.T)**2 @ a / n",
            ),
            mistakes=(
                Mistake(Norm(FACTOR * a) ** 2, "the loss is a mean: 1/n is missing", "mean"),
                Mistake(
                    Norm((Identity(n) - eta / n * GRAM) * a) ** 2 / n,
                    "the gradient's factor 2 is missing",
                    "half",
                ),
                Mistake(
                    sympy.Trace(a.T * FACTOR * a) / n,
                    "the squared norm is a^T (...)^2 a: the matrix is squared too",
                ),
                Mistake(
                    Norm((Identity(n) + 2 * eta / n * GRAM) * a) ** 2 / n,
                    "the step goes against the gradient, so the residual shrinks at first",
                ),
            ),
        ),
    ),
    hints=(
        "Put the gradient of A1-1.1 into one step, and then $w_1$ into the loss.",
        "With $a=Xw_0-t$ compute $Xw_1-t$ first.",
        r"$Xw_1-t=a-\frac{2\eta}nXX^\top a$. Its squared length over $n$ is a quadratic in $\eta$.",
    ),
    result=r"$L_1=\frac1n\lVert(I-\frac{2\eta}nXX^\top)a\rVert^2$, a parabola in $\eta$.",
    model_answer=r"""
$\nabla L(w_0)=\frac2nX^\top(Xw_0-t)=\frac2nX^\top a$, so $w_1=w_0-\frac{2\eta}nX^\top a$. Then
$Xw_1-t=a-\frac{2\eta}nXX^\top a$ and
$L_1=\frac1n\lVert(I-\frac{2\eta}nXX^\top)a\rVert^2=\frac1n\big(\lVert a\rVert^2-\frac{4\eta}n\lVert
X^\top a\rVert^2+\frac{4\eta^2}{n^2}\lVert XX^\top a\rVert^2\big)$, a quadratic in $\eta$.
""",
    conventions=("mean", "half"),
)

# --- H2-2.2.2, A2-2.1.2: conditions, decided on every small case ------------------------------


def _curvature_of(loss: Any) -> Any:
    """The second derivative of a loss that is quadratic in the rate: its second difference."""
    start, one, two = (loss.xreplace({eta: sympy.Integer(k)}) for k in range(3))
    return start - 2 * one + two


second_of_one = 8 * Norm(GRAM * a) ** 2 / n**3
convex_once = Question(
    ids=("H2-2.2.2", "A2-2.1.2"),
    chapter=CHAPTER,
    title="is the loss after one step convex in the rate?",
    marks={"H2-2.2.2": 1, "A2-2.1.2": 0},
    statement=r"""
Is $L_1$ convex as a function of $\eta$? *We ask for the exact condition of each word: convex, strictly
convex, strongly convex (on the whole line), with $a=Xw_0-t$.*
""",
    parts=(
        Part(
            name="second",
            follows=Follows(("H2-2.2.1:loss",), _curvature_of),
            asks=r"the second derivative of $L_1$ in $\eta$",
            form=Formula(problem_domain(ONE_STEP), "a number"),
            reference=second_of_one,
            latex=r"\frac{d^2L_1}{d\eta^2} = \frac8{n^3}\lVert XX^\top a\rVert^2",
            also_right=("2/n * norm(-2/n * X@X.T@a)**2", "8/n**3 * a.T @ X@X.T @ X@X.T @ a"),
            mistakes=(
                Mistake(
                    8 * Norm(GRAM * a) ** 2 / n**2, "the loss is a mean: 1/n is missing", "mean"
                ),
                Mistake(
                    4 * Norm(GRAM * a) ** 2 / n**3, "differentiating the square gives a factor 2"
                ),
                Mistake(
                    8 * Norm(X.T * a) ** 2 / n**3, "the residual changes by X X^T a, not by X^T a"
                ),
            ),
        ),
        Part(
            name="convex",
            asks="$L_1$ is convex",
            form=WHEN,
            reference="always",
            mistakes=(
                Mistake("slope", "without it $L_1$ is constant, and a constant is convex"),
                Mistake("regular", "the second derivative is a square whatever the data"),
                Mistake("never", "a parabola that opens upwards is convex"),
            ),
        ),
        Part(
            name="strict",
            asks="$L_1$ is strictly convex",
            form=WHEN,
            reference="slope",
            mistakes=(
                Mistake("always", "if $w_0$ is stationary, no step is taken and $L_1$ is constant"),
                Mistake(
                    "residual",
                    "two equal examples with targets 1 and -1, from zero: a is not 0, X^T a is, and $L_1$ is constant",
                ),
                Mistake(
                    "regular",
                    "it is neither needed nor enough: a may lie outside the kernel, or be 0",
                ),
            ),
        ),
        Part(
            name="strong",
            asks="$L_1$ is strongly convex",
            form=WHEN,
            reference="slope",
            mistakes=(
                Mistake(
                    "never", "the second derivative of a parabola is constant, hence bounded below"
                ),
                Mistake(
                    "two",
                    "that is the condition from two steps on; one step gives a parabola, which is strongly convex unless it is flat",
                ),
                Mistake("always", "a constant is not strongly convex"),
            ),
        ),
    ),
    hints=(
        r"What kind of function of $\eta$ is $L_1$?",
        r"Look at the coefficient of $\eta^2$: when is it zero?",
        r"$L_1=\frac1n\lVert a-\eta b\rVert^2$ with $b=\frac2nXX^\top a$. Its second derivative is $\frac2n\lVert b\rVert^2$. And when is $XX^\top a=0$?",
    ),
    beyond=(
        "second",
        "strict",
        "strong",
    ),
    result="Always convex; strictly and strongly exactly if the start is not stationary.",
    model_answer=r"""
$\frac{d^2L_1}{d\eta^2}=\frac8{n^3}\lVert XX^\top a\rVert^2\ge0$ for all data, so $L_1$ is always
convex. It is a parabola, strictly and even strongly convex, exactly if $XX^\top a\ne0$; and since
$XX^\top a=0$ gives $\lVert X^\top a\rVert^2=a^\top XX^\top a=0$, exactly if $X^\top a\ne0$, that is, if
$w_0$ is not stationary. Otherwise $L_1=L_0$ for every $\eta$.
""",
    conventions=("mean",),
)

QUESTIONS = (one_step, convex_once)
