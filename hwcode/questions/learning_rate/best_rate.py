"""The best rate for one step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import ImmutableMatrix

from hwcode.checking import Choice, Formula, Mistake, Norm, Part, Question, Truth
from hwcode.checking.expressions import UndefinedError
from hwcode.questions.learning_rate.problem import (
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
    rate_polynomial,
)
from hwcode.rate_polynomials import loss_polynomial, weights_in_rate

__all__ = ["QUESTIONS"]


def _best_rate(point: Any) -> Any:
    """Where the derivative of the loss, a polynomial in the rate, vanishes."""
    slope = rate_polynomial(point).diff()
    if slope.degree() < 1:
        raise UndefinedError("the start is stationary: every rate is as good")
    (root,) = sympy.roots(slope)
    return root


def _extreme_rate(largest: bool) -> Callable[[Any], Any]:
    """The best rate when a share s of a lies along lmin and the rest along lmax; its extreme."""

    def extreme(point: Any) -> Any:
        s, rate = sympy.Symbol("s"), sympy.Symbol("rate")
        loss = (
            s * (1 - 2 * rate * point[lmin] / point[n]) ** 2
            + (1 - s) * (1 - 2 * rate * point[lmax] / point[n]) ** 2
        )
        (best,) = sympy.solve(sympy.diff(loss, rate), rate)
        turning = sympy.Poly(sympy.numer(sympy.cancel(sympy.diff(best, s))), s)
        assert turning.count_roots(0, 1) == 0, "the best rate is not monotone in the share"
        ends = [best.subs(s, 0), best.subs(s, 1)]
        return max(ends) if largest else min(ends)

    return extreme


def _without_slope(_: Any) -> str:
    """Two equal examples with targets 1 and -1, from zero: the loss in the rate."""
    data, targets = ImmutableMatrix([[1, 1], [1, 1]]), ImmutableMatrix([1, -1])
    weights = weights_in_rate(data, targets, ImmutableMatrix([0, 0]), 1)
    loss = loss_polynomial(data, targets, weights)
    return "all" if loss.degree() <= 0 else "one"


slope_of_one = 8 * eta * Norm(GRAM * a) ** 2 / n**3 - 4 * Norm(X.T * a) ** 2 / n**2
optimum = n * Norm(X.T * a) ** 2 / (2 * Norm(GRAM * a) ** 2)
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
            asks=r"$dL_1/d\eta$",
            form=Formula(problem_domain(ONE_STEP, eta), "a number"),
            reference=slope_of_one,
            latex=r"\frac{dL_1}{d\eta} = \frac{8\eta}{n^3}\lVert XX^\top a\rVert^2 - \frac4{n^2}\lVert X^\top a\rVert^2",
            truth=Truth(
                lambda point: rate_polynomial(point).diff().eval(point[eta]),
                "the derivative of the loss as a polynomial in the rate",
                10,
            ),
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
            asks=r"$\eta^*$, if $X^\top a\ne0$",
            form=Formula(problem_domain(ONE_STEP), "a number"),
            reference=optimum,
            latex=r"\eta^* = \frac n2\,\frac{\lVert X^\top a\rVert^2}{\lVert XX^\top a\rVert^2}",
            truth=Truth(_best_rate, "the root of the derivative of the loss in the rate", 14),
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
            form=Formula(SPECTRAL, "a number"),
            reference=n / (2 * lmax),
            latex=r"\eta^* \ge \frac{n}{2\lambda_{\max}}",
            truth=Truth(_extreme_rate(largest=False), "the least best rate over two eigenvalues"),
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
            form=Formula(SPECTRAL, "a number"),
            reference=n / (2 * lmin),
            latex=r"\eta^* \le \frac{n}{2\lambda_{\min}}",
            truth=Truth(_extreme_rate(largest=True), "the largest best rate over two eigenvalues"),
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
            truth=Truth(
                _without_slope, "the exact loss for two equal examples with opposite targets"
            ),
            mistakes=(
                Mistake(
                    "none",
                    "the loss does not depend on the rate, so every rate attains the minimum",
                ),
                Mistake("zero", "no step is taken at any rate, as the gradient is 0"),
            ),
        ),
    ),
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
