"""The gradient, and the minimum of the underparameterised problem."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix
from sympy.matrices.expressions import Identity

from hwcode.checking import Domain, Formula, Mistake, Part, Question, Truth, scalar
from hwcode.checking.expressions import UndefinedError
from hwcode.questions.linear_regression.problem import CHAPTER, TALL, WIDE, X, d, n, t, w

__all__ = ["QUESTIONS"]

lmax = scalar("lmax", r"\lambda_{\max}", positive=True)

HAT = {"ŵ": "w", "w_hat": "w"}
"""Other spellings of the weights, as the handout has them."""

# --- A1-1.1 -----------------------------------------------------------------------------------


def _gradient_by_differentiation(point: Any) -> ImmutableMatrix:
    """Differentiate the loss, written out as a sum, in each weight."""
    data, weights, targets = point[X], point[w], point[t]
    names = sympy.symbols(f"v:{len(weights)}")
    errors = [data[i, :].dot(names) - targets[i] for i in range(data.rows)]
    total = sum(error**2 for error in errors) / data.rows
    at = dict(zip(names, weights, strict=True))
    return ImmutableMatrix([sympy.diff(total, name).subs(at) for name in names])


residual = X * w - t

gradient = Question(
    ids=("A1-1.1",),
    chapter=CHAPTER,
    title="the gradient of the mean squared error",
    marks={"A1-1.1": 0},
    statement=r"""
The loss is $L(\hat w) = \frac1n \lVert X\hat w - t\rVert_2^2$ with data $X\in\mathbb R^{n\times d}$
(one example in a row) and targets $t\in\mathbb R^n$. What is its gradient with respect to the
weights $\hat w\in\mathbb R^d$?
""",
    parts=(
        Part(
            asks="the gradient, a column vector",
            form=Formula(
                Domain((n, d, X, w, t), TALL + WIDE), "a column vector of d entries", aliases=HAT
            ),
            reference=2 * X.T * residual / n,
            latex=r"\nabla L(\hat w) = \frac{2}{n} X^\top (X\hat w - t)",
            truth=Truth(
                _gradient_by_differentiation, "the derivative of the loss in each weight", 4
            ),
            also_right=(
                2 * (X.T * X * w - X.T * t) / n,
                "2/n * X.T @ X @ w - 2/n * X.T @ t",
                "-2*X.T@(t - X@w)/n",
                "2/n * X.T @ (X @ ŵ - t)",
            ),
            mistakes=(
                Mistake(X.T * residual / n, "the square brings down a factor 2", "half"),
                Mistake(2 * X.T * residual, "the loss is a mean: 1/n is missing", "mean"),
                Mistake(
                    X.T * residual,
                    "this is right for half the sum of the squares; the loss is their mean",
                    "half",
                ),
                Mistake(
                    2 * residual.T * X / n, "this is the row vector of the other layout", "layout"
                ),
                Mistake(
                    2 * X.T * (t - X * w) / n,
                    "this is the direction of descent, minus the gradient",
                ),
                Mistake(2 * X.T * X * w / n, "the targets are missing"),
            ),
        ),
    ),
    model_answer=r"""
$L = \frac1n (X\hat w-t)^\top (X\hat w-t)$. A change $h$ of $\hat w$ changes the residual by $Xh$, so
$L(\hat w+h) = L(\hat w) + \frac2n (X\hat w-t)^\top X h + \frac1n\lVert Xh\rVert^2$. The part linear
in $h$ is $\nabla L^\top h$, hence $\nabla L = \frac2n X^\top (X\hat w - t)$.
""",
    conventions=("mean", "half", "layout"),
)

# --- A1-1.2.1 ---------------------------------------------------------------------------------


def stationary_point(point: Any) -> ImmutableMatrix:
    """Where all the derivatives vanish, solved as a linear system by elimination."""
    data, targets = point[X], point[t]
    if data.rank() < data.cols:
        raise UndefinedError("many points are stationary: the columns of X are dependent")
    names = sympy.symbols(f"v:{data.cols}")
    total = sum((data[i, :].dot(names) - targets[i]) ** 2 for i in range(data.rows))
    solutions = sympy.linsolve([sympy.diff(total, name) for name in names], *names)
    (solution,) = tuple(solutions)
    return ImmutableMatrix(solution)


def _limit_of_contraction(point: Any) -> Any:
    """The rate at which a step turns the steepest direction exactly around: 1 - rate * h = -1."""
    rate = sympy.Symbol("rate", positive=True)
    curvature = 2 * point[lmax] / point[n]
    return sympy.solve(sympy.Eq(1 - rate * curvature, -1), rate)[0]


underparameterised = Question(
    ids=("A1-1.2.1",),
    chapter=CHAPTER,
    title="what gradient descent finds when d < n",
    marks={"A1-1.2.1": 0.5},
    statement=r"""
Let $d < n$ and $X^\top X$ be invertible. Show that gradient descent on the mean squared error, if
it converges, ends at $\hat w = (X^\top X)^{-1}X^\top t$. We add: for which constant rates does it
converge from every start?
""",
    parts=(
        Part(
            name="solution",
            asks="where it ends",
            form=Formula(Domain((n, d, X, t), TALL), "a column vector of d entries"),
            reference=(X.T * X).I * X.T * t,
            latex=r"\hat w = (X^\top X)^{-1} X^\top t",
            truth=Truth(stationary_point, "the only point where all derivatives vanish", 24),
            also_right=("inv(X.T @ X / n) @ X.T @ t / n", "inv(X.T@X) @ (X.T @ t)"),
            mistakes=(
                Mistake(X.T * (X * X.T).I * t, "for d < n the matrix X X^T is singular"),
                Mistake((X.T * X) * X.T * t, "the inverse is missing"),
                Mistake(
                    (X.T * X + Identity(d)).I * X.T * t,
                    "this is ridge regression; nothing is penalised here",
                ),
                Mistake(
                    2 * (X.T * X).I * X.T * t / n, "the factor 2/n stands on both sides and cancels"
                ),
            ),
        ),
        Part(
            name="rate",
            asks=r"constant rates below this converge from every start (`lmax`: the largest eigenvalue of $X^\top X$)",
            form=Formula(Domain((n, lmax)), "a number"),
            reference=n / lmax,
            latex=r"0 < \eta < \frac{n}{\lambda_{\max}(X^\top X)}",
            truth=Truth(
                _limit_of_contraction, "the rate at which the steepest direction is mirrored", 2
            ),
            also_right=("2 / (2/n * lmax)", "n/λ_max"),
            mistakes=(
                Mistake(2 / lmax, "the Hessian is 2/n X^T X, not X^T X", "mean"),
                Mistake(1 / lmax, "this is right for the sum of the squares, not the mean", "mean"),
                Mistake(2 * n / lmax, "the Hessian has a factor 2: half of this", "half"),
                Mistake(
                    n / (2 * lmax),
                    "this is 1/L, the fastest rate for the steepest direction; every rate below twice it converges",
                ),
            ),
        ),
    ),
    model_answer=r"""
With a constant rate, $w_{k+1}-w_k = -\eta\nabla L(w_k)$. If $w_k\to\hat w$ the left side tends to 0,
and $\nabla L$ is continuous, so $\nabla L(\hat w) = \frac2n X^\top(X\hat w-t) = 0$: the normal
equations $X^\top X\hat w = X^\top t$. $X^\top X$ is invertible, so there is exactly one such point,
$\hat w = (X^\top X)^{-1}X^\top t$. The error obeys $e_{k+1} = (I-\frac{2\eta}n X^\top X)e_k$, which
contracts for every start exactly if $0<\eta<n/\lambda_{\max}(X^\top X)$.
""",
    conventions=("mean", "half"),
)

QUESTIONS = (gradient, underparameterised)
