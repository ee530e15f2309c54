"""The Hessian matrix, and the rates that it allows."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix
from sympy.matrices.expressions import DiagMatrix, Identity
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from hwcode.chapters.logistic_regression.questions.problem import CHAPTER
from hwcode.checking import (
    Choice,
    Domain,
    Formula,
    Mistake,
    Numbers,
    Part,
    Question,
    matrix,
    scalar,
    vector,
)
from hwcode.checking.domain import NONNEGATIVE

__all__ = ["QUESTIONS"]

n = scalar("n", integer=True, positive=True)
d = scalar("d", integer=True, positive=True)
lam = scalar("lam", r"\lambda", positive=True)
lmin = scalar("lmin", r"\lambda_{\min}", positive=True)
lmax = scalar("lmax", r"\lambda_{\max}", positive=True)
X, w, p = matrix("X", n, d), vector("w", d), vector("p", n)

SIZES = ({n: 1}, {n: 2}, {n: 7})


def _draw_probabilities(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """Data and probabilities, and weights that belong to them.

    With no more examples than weights the probabilities may be drawn freely. The odds are drawn,
    and ``w`` solves ``X w = log(odds)``. So the probabilities are rational, and everything that an
    answer makes of them is exact; from drawn weights they would be numbers such as ``1/(1 + e**7)``.
    """
    rows, columns = int(point[n]), int(point[d])
    inputs = numbers.matrix(rows, columns)
    while inputs.to_DM().to_field().rank() < rows:
        inputs = numbers.matrix(rows, columns)
    exact = inputs.to_DM().to_field()  # of twenty rows SymPy's own inverse takes a minute
    solving = exact.transpose() * (exact * exact.transpose()).inv()
    odds = ImmutableMatrix([numbers.number(lam) ** (-1) ** i for i in range(rows)])
    weights = ImmutableMatrix(solving.to_Matrix()) * odds.applyfunc(sympy.log)
    return {X: inputs, w: weights, p: odds.applyfunc(lambda odd: odd / (1 + odd))}


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + sympy.exp(-z))


def _draw_spectrum(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """Eigenvalues that may be equal; of a single example with one weight there is only one."""
    low, more = numbers.number(lmin), numbers.number(NONNEGATIVE)
    return {lmin: low, lmax: low if point[n] == 1 else low + more, lam: numbers.number(lam)}


spread = DiagMatrix(p) * (Identity(n) - DiagMatrix(p))
sigmoid_of = sympy.Lambda(sympy.Symbol("z"), _sigmoid(sympy.Symbol("z")))
curvature = Question(
    ids=("P4-1c",),
    chapter=CHAPTER,
    title="Hessian and strong convexity",
    marks={"P4-1c": 10},
    statement=r"""
Write down the Hessian of the objective. Without any assumption on the data: is the problem strongly
convex, and what is the best constant? *We add: is that constant attained, and what is the best
smoothness constant?* (Here $X$ has the constant 1 as its last column, $w$ contains the bias, and
$p_i=1/(1+e^{-x_i^\top w})$.)
""",
    parts=(
        Part(
            name="hessian",
            asks="the Hessian",
            form=Formula(
                Domain(
                    (n, d, X, w, p, lam),
                    ({n: 1, d: 2}, {n: 2, d: 2}, {n: 2, d: 3}, {n: 3, d: 3}),
                    beyond=n <= d,
                    draw=_draw_probabilities,
                ),
                "a d x d matrix",
            ),
            reference=X.T * spread * X / n + lam * Identity(d),
            latex=r"\nabla^2 f(w) = \frac1n X^\top\operatorname{diag}\big(p\circ(\mathbf 1-p)\big)X + \lambda I",
            also_right=(
                "1/n * X.T @ diag(p - hadamard(p, p)) @ X + λ*eye(d)",
                "X.T @ diag(hadamard(sigmoid(X@w), sigmoid(-X@w))) @ X / n + lambda*eye(d)",
                "X.T @ diag(hadamard(p, ones(n) - p)) @ X / n + lam*eye(d)",
                X.T
                * DiagMatrix(ElementwiseApplyFunction(sigmoid_of, X * w))
                * (Identity(n) - DiagMatrix(p))
                * X
                / n
                + lam * Identity(d),
            ),
            mistakes=(
                Mistake(X.T * spread * X / n, "the penalty adds lam I"),
                Mistake(
                    X.T * DiagMatrix(p) * X / n + lam * Identity(d),
                    "the derivative of the sigmoid is p (1 - p)",
                ),
                Mistake(
                    X.T * spread * X / n + 2 * lam * Identity(d),
                    "the penalty has a factor 1/2, its second derivative is lam",
                ),
                Mistake(
                    X.T * spread * X / n + lam / 2 * Identity(d),
                    "the second derivative of lam/2 w^2 is lam",
                    "half",
                ),
                Mistake(
                    X.T * spread * X + lam * Identity(d),
                    "the loss is a mean: 1/n is missing",
                    "mean",
                ),
                Mistake(
                    X.T * X / (4 * n) + lam * Identity(d),
                    "this is the Hessian at w = 0, an upper bound elsewhere",
                ),
                Mistake(
                    X.T * X / n + lam * Identity(d),
                    "this is the Hessian of linear regression with half the squared error",
                ),
            ),
        ),
        Part(
            name="m",
            asks=r"the best strong-convexity constant (`lmin`, `lmax`: extreme eigenvalues of $X^\top X$)",
            form=Formula(
                Domain((n, lam, lmin, lmax), SIZES, True, draw=_draw_spectrum), "a number"
            ),
            reference=lam,
            latex="m = \\lambda",
            mistakes=(
                Mistake(
                    lam + lmin / (4 * n),
                    "far out the probabilities saturate and p (1 - p) tends to 0",
                ),
                Mistake(lam + lmax / (4 * n), "this is the smoothness constant"),
                Mistake(lam / 2, "the second derivative of lam/2 w^2 is lam"),
                Mistake(
                    sympy.S.Zero, "the loss alone has no better constant, but the penalty adds lam"
                ),
                Mistake(2 * lam, "the penalty has a factor 1/2", "half"),
                Mistake(
                    lmin / (4 * n), "the sigmoid has no smallest slope; only the penalty holds"
                ),
            ),
        ),
        Part(
            name="attained",
            asks=r"is the smallest eigenvalue of the Hessian equal to $\lambda$ at some point?",
            form=Choice(
                {
                    "everywhere": "at every point if the columns of X are dependent, at none otherwise",
                    "never": "at no point, whatever the data",
                    "minimum": "at the minimum",
                }
            ),
            reference="everywhere",
            mistakes=(
                Mistake(
                    "never",
                    "with a pixel that is never lit the Hessian has the eigenvalue lam everywhere",
                ),
                Mistake(
                    "minimum",
                    "with independent columns every Hessian is larger than lam I, the one at the minimum too",
                ),
            ),
        ),
        Part(
            name="L",
            asks="the best smoothness constant",
            form=Formula(
                Domain((n, lam, lmin, lmax), SIZES, True, draw=_draw_spectrum), "a number"
            ),
            reference=lam + lmax / (4 * n),
            latex=r"L = \lambda + \frac{\lambda_{\max}(X^\top X)}{4n}",
            also_right=("λ + λ_max/(4*n)",),
            mistakes=(
                Mistake(lam + lmax / n, "p (1 - p) is at most 1/4"),
                Mistake(lmax / (4 * n), "the penalty adds lam"),
                Mistake(lam + lmax / 4, "the loss is a mean: 1/n is missing", "mean"),
            ),
        ),
    ),
    hints=(
        "Differentiate the gradient once more; the penalty contributes a constant.",
        r"The derivative of $p$ in its logit is $p(1-p)$, which lies between 0 and $\frac14$.",
        r"$\nabla^2f=\frac1n\sum_ip_i(1-p_i)\,x_ix_i^\top+\lambda I$. How small can the first part become?",
    ),
    beyond=(
        "attained",
        "L",
    ),
    result=r"Strongly convex with constant $\lambda$, and no larger one; $L=\lambda+\lambda_{\max}(X^\top X)/(4n)$.",
    model_answer=r"""
$\nabla^2 f = \frac1n\sum_i p_i(1-p_i)x_ix_i^\top+\lambda I$. The first part is positive
semidefinite, so $\nabla^2f\succeq\lambda I$: strongly convex with constant $\lambda$ for any data, if
$\lambda>0$. No larger constant holds: along a ray $cv$ with $x_i^\top v\neq0$ for all $i$ (the bias
direction is one) all $p_i(1-p_i)\to0$, so the Hessian tends to $\lambda I$. For $\lambda=0$ it is
therefore never strongly convex (strictly convex exactly if the columns of $X$ are independent). As
$p(1-p)\le\frac14$, attained at $w=0$, $L=\lambda+\lambda_{\max}(X^\top X)/(4n)$.
""",
    conventions=("mean", "half"),
)


QUESTIONS = (curvature,)
