"""The best rate for one step."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.chapters.learning_rate.questions.problem import (
    CHAPTER,
    FACTOR,
    GRAM,
    ONE_STEP,
    SPECTRAL,
    X,
    a,
    eta,
    lmax,
    lmin,
    n,
    problem_domain,
)
from hwcode.checking import Choice, Follows, Formula, Mistake, Norm, Part, Question

__all__ = ["QUESTIONS"]


slope_of_one = 8 * eta * Norm(GRAM * a) ** 2 / n**3 - 4 * Norm(X.T * a) ** 2 / n**2
optimum = n * Norm(X.T * a) ** 2 / (2 * Norm(GRAM * a) ** 2)


def _zero_of(derivative: Any) -> Any:
    """Where a derivative that is linear in the rate vanishes."""
    start = derivative.xreplace({eta: sympy.S.Zero})
    return start / (start - derivative.xreplace({eta: sympy.S.One}))


def _slope_of(loss: Any) -> Any:
    """The derivative of a loss that is quadratic in the rate: there the central difference is it."""
    return (loss.xreplace({eta: eta + 1}) - loss.xreplace({eta: eta - 1})) / 2


best_once = Question(
    ids=("H2-2.2.3", "A2-2.1.3"),
    chapter=CHAPTER,
    title="the optimal rate for one step",
    marks={"H2-2.2.3": 1, "A2-2.1.3": 4},
    statement=r"""
Write down $dL_1/d\eta$ and find the rate $\eta^*$ that minimises the loss after one step. *We add:
between which bounds does $\eta^*$ lie, and what if the derivative is the same for every $\eta$?*
""",
    parts=(
        Part(
            name="derivative",
            follows=Follows(("H2-2.2.1:loss",), _slope_of),
            asks=r"$dL_1/d\eta$",
            form=Formula(problem_domain(ONE_STEP, eta), "a number"),
            reference=slope_of_one,
            latex=r"\frac{dL_1}{d\eta} = \frac{8\eta}{n^3}\lVert XX^\top a\rVert^2 - \frac4{n^2}\lVert X^\top a\rVert^2",
            also_right=(
                "-4/n**2 * a.T @ X@X.T @ (eye(n) - 2*eta/n*X@X.T) @ a",
                "(2*eta*norm(-2/n*X@X.T@a)**2 + 2*a.T@(-2/n*X@X.T)@a)/n",
            ),
            mistakes=(
                Mistake(
                    8 * eta * Norm(GRAM * a) ** 2 / n**2 - 4 * Norm(X.T * a) ** 2 / n,
                    "the loss is a mean: 1/n is missing",
                    "mean",
                ),
                Mistake(
                    8 * eta * Norm(GRAM * a) ** 2 / n**3 + 4 * Norm(X.T * a) ** 2 / n**2,
                    "at eta = 0 the loss falls: its derivative is minus the squared norm of the gradient",
                ),
                Mistake(
                    2 * sympy.Trace(a.T * FACTOR * a) / n,
                    r"the inner derivative $-\frac2nXX^\top$ is missing",
                ),
                Mistake(
                    sympy.Trace(a.T * GRAM * a) - 2 * eta / n * sympy.Trace(a.T * GRAM * GRAM * a),
                    r"it vanishes at the right rate, but is $-\frac{n^2}4$ times the derivative: only an equation with right side 0 may be divided by a factor",
                ),
            ),
        ),
        Part(
            name="rate",
            follows=Follows(("derivative",), _zero_of),
            asks=r"$\eta^*$, if $X^\top a\ne0$",
            form=Formula(problem_domain(ONE_STEP), "a number"),
            reference=optimum,
            latex=r"\eta^* = \frac n2\,\frac{\lVert X^\top a\rVert^2}{\lVert XX^\top a\rVert^2}",
            also_right=(
                "n/2 * (a.T@X@X.T@a) / (a.T@X@X.T@X@X.T@a)",
                "-(a.T@(-2/n*X@X.T)@a) / norm(-2/n*X@X.T@a)**2",
                "n/2 * norm(X.T@(X@w0-t))**2 / norm(X@X.T@(X@w0-t))**2",
            ),
            mistakes=(
                Mistake(
                    Norm(X.T * a) ** 2 / (2 * Norm(GRAM * a) ** 2),
                    "the curvature has a factor 1/n that the slope has not",
                    "mean",
                ),
                Mistake(
                    n * Norm(X.T * a) ** 2 / Norm(GRAM * a) ** 2,
                    "twice the best rate: there the loss is back where it was",
                    "half",
                ),
                Mistake(
                    n * Norm(a) ** 2 / (2 * Norm(X.T * a) ** 2),
                    "one X^T too few on both sides",
                ),
                Mistake(
                    n * Norm(X.T * a) / (2 * Norm(GRAM * a)),
                    "the norms are squared",
                ),
            ),
        ),
        Part(
            name="lower",
            asks=r"the largest lower bound of $\eta^*$ over all residuals $a$ with $X^\top a\ne0$ (`lmax`, `lmin`: the largest and the smallest eigenvalue of $XX^\top$ other than 0)",
            form=Formula(SPECTRAL, "a number", bound=">"),
            reference=n / (2 * lmax),
            latex=r"\eta^* \ge \frac{n}{2\lambda_{\max}}",
            mistakes=(
                Mistake(sympy.S.Zero, "a bound, but not the largest: the curvature is bounded"),
                Mistake(n / lmax, "half of this is reached where a lies along lmax"),
                Mistake(1 / (2 * lmax), "the Hessian is 2/n X^T X", "mean"),
                Mistake(n / (2 * lmin), "this is the upper bound: a flat direction allows more"),
            ),
        ),
        Part(
            name="upper",
            asks=r"the least upper bound of $\eta^*$",
            form=Formula(SPECTRAL, "a number", bound="<"),
            reference=n / (2 * lmin),
            latex=r"\eta^* \le \frac{n}{2\lambda_{\min}}",
            mistakes=(
                Mistake(
                    n / lmax,
                    "this bounds the rates that can be used for many steps; one step may be longer",
                ),
                Mistake(
                    n / (lmin + lmax),
                    "this is the best rate for many steps; a may lie along lmin alone",
                ),
                Mistake(n / (2 * lmax), "this is the lower bound: a steep direction allows less"),
            ),
        ),
        Part(
            name="stationary",
            asks=r"which rates are optimal if $X^\top a=0$?",
            form=Choice({"all": "all", "zero": "only 0", "none": "none", "one": "one other"}),
            reference="all",
            mistakes=(
                Mistake(
                    "none",
                    "the loss does not depend on the rate, so every rate attains the minimum",
                ),
                Mistake("zero", "no step is taken at any rate, as the gradient is 0"),
            ),
        ),
    ),
    hints=(
        "Where is the lowest point of a parabola?",
        r"Differentiate $L_1$ term by term, and solve for $\eta$. For the bounds write $u=X^\top a$ and look for a Rayleigh quotient.",
        r"$\frac{dL_1}{d\eta}=-\frac4{n^2}\lVert X^\top a\rVert^2+\frac{8\eta}{n^3}\lVert XX^\top a\rVert^2$.",
    ),
    beyond=(
        "lower",
        "upper",
        "stationary",
    ),
    result=r"$\eta^*=\frac n2\,\lVert X^\top a\rVert^2/\lVert XX^\top a\rVert^2$.",
    model_answer=r"""
$\frac{dL_1}{d\eta}=-\frac4{n^2}\lVert X^\top a\rVert^2+\frac{8\eta}{n^3}\lVert XX^\top a\rVert^2$. If
$X^\top a\ne0$, $L_1$ is a parabola that opens upwards and its only minimum is where this vanishes:
$\eta^*=\frac n2\,\frac{\lVert X^\top a\rVert^2}{\lVert XX^\top a\rVert^2}$. With $u=X^\top a$ that is
$\frac n2$ over the Rayleigh quotient $u^\top X^\top Xu/u^\top u$, so
$\frac n{2\lambda_{\max}}\le\eta^*\le\frac n{2\lambda_{\min}}$ ($\lambda_{\min}$: the smallest eigenvalue
other than 0). If $X^\top a=0$ every $\eta$ is optimal.
""",
    conventions=("mean", "half"),
)

QUESTIONS = (best_once,)
