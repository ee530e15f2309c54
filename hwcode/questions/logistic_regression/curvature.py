"""The Hessian matrix, and the rates that it allows."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix
from sympy.matrices.expressions import DiagMatrix, Identity
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from hwcode.checking import (
    Choice,
    Domain,
    Formula,
    Method,
    Mistake,
    Numbers,
    Part,
    Question,
    Truth,
    matrix,
    scalar,
    vector,
)
from hwcode.questions.logistic_regression.problem import CHAPTER

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
    while inputs.rank() < rows:
        inputs = numbers.matrix(rows, columns)
    odds = ImmutableMatrix([numbers.number(lam) ** (-1) ** i for i in range(rows)])
    weights = inputs.T * (inputs * inputs.T).inv() * odds.applyfunc(sympy.log)
    return {X: inputs, w: weights, p: odds.applyfunc(lambda odd: odd / (1 + odd))}


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + sympy.exp(-z))


def _hessian_by_differentiation(point: Any) -> ImmutableMatrix:
    """Second derivatives of the objective at w + h by h, at h = 0.

    Labels flip the sign of a margin and nothing else here.
    """
    inputs, weights = point[X], point[w]
    names = sympy.symbols(f"h:{len(weights)}")
    margins = inputs * weights + inputs * sympy.Matrix(names)
    signs = [(-1) ** i for i in range(inputs.rows)]
    losses = [
        sympy.log(1 + sympy.exp(-sign * margin))
        for sign, margin in zip(signs, margins, strict=True)
    ]
    moved = weights + sympy.Matrix(names)
    total = sum(losses) / inputs.rows + point[lam] / 2 * moved.dot(moved)
    return ImmutableMatrix(sympy.hessian(total, names).subs(dict.fromkeys(names, 0)))


def _draw_spectrum(point: Any, numbers: Numbers) -> dict[Any, Any]:
    low, more = numbers.number(lmin), numbers.number(lmax)
    return {lmin: low, lmax: low + more, lam: numbers.number(lam)}


def _curvature_far_out(point: Any) -> Any:
    """Orthogonal examples: the smallest curvature along a ray, and its limit far out."""
    c = sympy.Symbol("c", positive=True)
    curvature = _sigmoid(c) * (1 - _sigmoid(c)) * point[lmin] / point[n] + point[lam]
    return sympy.limit(curvature, c, sympy.oo)


def _largest_curvature(point: Any) -> Any:
    """The largest value that s (1 - s) takes, times the largest eigenvalue, plus the penalty."""
    value = sympy.Symbol("value", real=True)
    spread = value * (1 - value)
    (best,) = sympy.solve(sympy.diff(spread, value), value)
    return spread.subs(value, best) * point[lmax] / point[n] + point[lam]


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
                    draw=_draw_probabilities,
                ),
                "a d x d matrix",
            ),
            reference=X.T * spread * X / n + lam * Identity(d),
            latex=r"\nabla^2 f(w) = \frac1n X^\top\operatorname{diag}\big(p_i(1-p_i)\big)X + \lambda I",
            truth=Truth(_hessian_by_differentiation, "the second derivatives of the objective", 4),
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
            form=Formula(Domain((n, lam, lmin, lmax), SIZES, draw=_draw_spectrum), "a number"),
            reference=lam,
            latex="m = \\lambda",
            truth=Truth(
                _curvature_far_out,
                "the limit of the curvature along a ray, orthogonal examples",
                2,
            ),
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
            truth=Truth(
                lambda _: _where_attained(),
                "Hessians of independent and of dependent columns, at two points each",
                method=Method.SAMPLED,
            ),
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
            form=Formula(Domain((n, lam, lmin, lmax), SIZES, draw=_draw_spectrum), "a number"),
            reference=lam + lmax / (4 * n),
            latex=r"L = \lambda + \frac{\lambda_{\max}(X^\top X)}{4n}",
            truth=Truth(_largest_curvature, "the largest curvature over all points", 3),
            also_right=("λ + λ_max/(4*n)",),
            mistakes=(
                Mistake(lam + lmax / n, "p (1 - p) is at most 1/4"),
                Mistake(lmax / (4 * n), "the penalty adds lam"),
                Mistake(lam + lmax / 4, "the loss is a mean: 1/n is missing", "mean"),
            ),
        ),
    ),
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


def _where_attained() -> str:
    """Smallest eigenvalue minus the penalty, at zero and elsewhere, for two data sets."""

    def smallest(inputs: sympy.Matrix, weights: sympy.Matrix) -> Any:
        point = {X: ImmutableMatrix(inputs), w: weights, lam: sympy.Integer(1)}
        hessian = np.array(_hessian_by_differentiation(point).n(30), float)
        return float(np.linalg.eigvalsh(hessian)[0]) - 1

    starts = [sympy.zeros(2, 1), sympy.Matrix([1, -2])]
    dependent = [smallest(sympy.Matrix([[0, 1], [0, 1]]), start) for start in starts]
    independent = [smallest(sympy.Matrix([[1, 1], [-1, 1]]), start) for start in starts]
    if max(abs(value) for value in dependent) < 1e-12 and min(independent) > 1e-6:
        return "everywhere"
    return "never"


QUESTIONS = (curvature,)
