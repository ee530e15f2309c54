"""The questions of the chapter on linear regression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix, Rational
from sympy.matrices.expressions import Identity

from hwcode import linear_regression as lr
from hwcode.checking import (
    Choice,
    Comparison,
    Counterexample,
    Domain,
    Formula,
    Method,
    Mistake,
    Norm,
    Part,
    Question,
    Truth,
    matrix,
    scalar,
    vector,
)
from hwcode.checking.errors import AnswerError
from hwcode.checking.expressions import UndefinedError
from hwcode.checking.programs import Program, Witness, close
from hwcode.checking.reader import read

__all__ = ["QUESTIONS"]

CHAPTER = "linear_regression"

n = scalar("n", integer=True, positive=True)
d = scalar("d", integer=True, positive=True)
r = scalar("r", integer=True, positive=True)
sigma = scalar("sigma", positive=True)
lmax = scalar("lmax", r"\lambda_{\max}", positive=True)
w1 = scalar("w1", "w_1")
X, w, t = matrix("X", n, d), vector("w", d), vector("t", n)
w0, eps = vector("w0", d), vector("eps", n)

HAT = {"ŵ": "w", "w_hat": "w"}
"""Other spellings of the weights, as the handout has them."""

TALL = ({n: 3, d: 1}, {n: 3, d: 2}, {n: 4, d: 3})
WIDE = ({n: 1, d: 2}, {n: 2, d: 3}, {n: 2, d: 4})


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


def _stationary_point(point: Any) -> ImmutableMatrix:
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
            truth=Truth(_stationary_point, "the only point where all derivatives vanish", 24),
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
            form=Formula(
                Domain((n, lmax)),
                "a number",
                aliases=dict.fromkeys(("lambda_max", "lam_max", "lammax"), "lmax"),
            ),
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
                    "this is 1/L, the fastest rate for the steepest direction; twice it still converges",
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


# --- A1-1.2.2 and A1-1.3.3 --------------------------------------------------------------------


def _error_after_fitting(point: Any) -> Any:
    """Fit targets X w* + noise for some w*, and measure the loss of the fit."""
    data, noise = point[X], point[eps]
    truth = ImmutableMatrix([(-1) ** j * (j + 2) for j in range(data.cols)])
    targets = data * truth + noise
    fitted = _stationary_point({X: data, t: targets})
    return (data * fitted - targets).norm() ** 2 / data.rows


def _integer_matrix(rows: int, columns: int, rank: int) -> sympy.Matrix:
    """Some integer matrix of this shape and rank."""
    tall = sympy.Matrix(rows, rank, lambda i, j: (i + 1) ** j)
    wide = sympy.Matrix(rank, columns, lambda i, j: (j + 2) ** i)
    product = tall * wide
    assert product.rank() == rank
    return product


def _mean_over_signs(point: Any) -> Any:
    size, width = int(point[n]), int(point[d])
    return lr.rademacher_training_error(_integer_matrix(size, width, width), point[sigma])


def _mean_over_signs_of_rank(point: Any) -> Any:
    size, rank = int(point[n]), int(point[r])
    return lr.rademacher_training_error(_integer_matrix(size, size + 1, rank), point[sigma])


hat = X * (X.T * X).I * X.T
noisy = Question(
    ids=("A1-1.2.2",),
    chapter=CHAPTER,
    title="training error under label noise",
    marks={"A1-1.2.2": 0.5},
    statement=r"""
The targets are $t = Xw^* + \epsilon$ with independent noise of mean 0 and variance $\sigma^2$, and
$d<n$. Show that the training error of the fit is
$\frac1n\lVert (X(X^\top X)^{-1}X^\top - I)\epsilon\rVert_2^2$, and find its expectation in terms of
$n$, $d$ and $\sigma$.
""",
    parts=(
        Part(
            name="error",
            asks=r"the training error as a function of $X$ and the noise $\epsilon$",
            form=Formula(Domain((n, d, X, eps), TALL), "a number", aliases={"epsilon": "eps"}),
            reference=Norm((hat - Identity(n)) * eps) ** 2 / n,
            latex=r"\frac1n\left\lVert\left(X(X^\top X)^{-1}X^\top - I\right)\epsilon\right\rVert_2^2",
            truth=Truth(_error_after_fitting, "the loss of a fit to targets made with some w*", 24),
            also_right=(
                "eps.T @ (eye(n) - X@inv(X.T@X)@X.T) @ eps / n",
                "(norm(eps)**2 - eps.T @ X @ inv(X.T@X) @ X.T @ eps) / n",
                "trace((eye(n) - X@inv(X.T@X)@X.T) @ ε @ ε.T) / n",
            ),
            mistakes=(
                Mistake(
                    Norm(hat * eps) ** 2 / n,
                    "this is the noise that was fitted, not what is left of it",
                ),
                Mistake(
                    Norm(eps) ** 2 / n, "this is the error of w*; the fit is better on its own data"
                ),
                Mistake(
                    Norm((hat - Identity(n)) * eps) ** 2,
                    "the loss is a mean: 1/n is missing",
                    "mean",
                ),
            ),
        ),
        Part(
            name="expectation",
            asks=r"its expectation in $n$, $d$ and $\sigma$",
            form=Formula(Domain((n, d, sigma), TALL), "a number"),
            reference=sigma**2 * (n - d) / n,
            latex=r"\mathbb E[\text{error}] = \sigma^2\,\frac{n-d}{n}",
            truth=Truth(_mean_over_signs, "the exact mean over all noises of +sigma and -sigma", 4),
            also_right=("sigma**2 - d/n*sigma**2", "(1 - d/n) * σ²"),
            mistakes=(
                Mistake(
                    sigma**2,
                    "this is the noise that the targets carry; d of its n dimensions are fitted away",
                ),
                Mistake(sigma**2 * (n - d), "the loss is a mean: 1/n is missing", "mean"),
                Mistake(
                    sigma**2 * d / n,
                    "this is the expected squared error of the fitted values, E||X(w - w*)||^2 / n",
                ),
                Mistake(
                    sigma * (n - d) / n, "sigma is the standard deviation; the variance enters"
                ),
                Mistake(
                    sigma**2 * (n - d) / (2 * n),
                    "this is right for a loss with a factor 1/2",
                    "half",
                ),
                Mistake(
                    sigma**2 * (n - d) / d,
                    "the loss is a mean over the n examples, not over the d weights",
                ),
                Mistake(
                    sigma**2 * (n + d) / n,
                    "this is the expected error on new noisy targets at the same inputs",
                ),
            ),
        ),
    ),
    model_answer=r"""
Put $P = X(X^\top X)^{-1}X^\top$, the orthogonal projection on the columns of $X$; $PX = X$. Then
$X\hat w - t = Pt - t = (P-I)(Xw^*+\epsilon) = (P-I)\epsilon$, which gives the error. $I-P$ is
symmetric and idempotent, so the error is $\frac1n\epsilon^\top(I-P)\epsilon =
\frac1n\operatorname{tr}\!\big((I-P)\epsilon\epsilon^\top\big)$. With
$\mathbb E\,\epsilon\epsilon^\top = \sigma^2 I$ its mean is
$\frac{\sigma^2}n\operatorname{tr}(I-P) = \frac{\sigma^2}{n}(n-d)$, as
$\operatorname{tr}P = \operatorname{tr}\!\big((X^\top X)^{-1}X^\top X\big) = d$.
""",
    conventions=("mean", "half"),
)

overparameterised_noise = Question(
    ids=("A1-1.3.3",),
    chapter=CHAPTER,
    title="expected training error when d > n",
    marks={"A1-1.3.3": 0},
    statement=r"""
The same question for $d>n$: the training error under label noise and its expectation. We add the
general case: what is the expectation when $X$ has rank $r$, whatever $n$ and $d$ are?
""",
    parts=(
        Part(
            name="error",
            asks=r"the expected training error for $d > n$, when $XX^\top$ is invertible",
            form=Formula(Domain((n, d, sigma), WIDE), "a number"),
            reference=sympy.S.Zero,
            truth=Truth(
                lambda point: lr.rademacher_training_error(
                    _integer_matrix(int(point[n]), int(point[d]), int(point[n])), point[sigma]
                ),
                "the exact mean over all noises of +sigma and -sigma",
                4,
            ),
            mistakes=(
                Mistake(
                    sigma**2 * (n - d) / n,
                    "a squared error is not negative: the formula needs d <= n",
                ),
                Mistake(
                    sigma**2 * (d - n) / n, "the noise is fitted completely: nothing of it is left"
                ),
                Mistake(sigma**2, "the fit passes through every target, noise included"),
            ),
        ),
        Part(
            name="general",
            asks="the expectation for $X$ of rank $r$",
            form=Formula(
                Domain((n, r, sigma), ({n: 3, r: 1}, {n: 3, r: 2}, {n: 3, r: 3}, {n: 4, r: 2})),
                "a number",
            ),
            reference=sigma**2 * (n - r) / n,
            truth=Truth(
                _mean_over_signs_of_rank, "the exact mean over all noises of +sigma and -sigma", 4
            ),
            mistakes=(
                Mistake(
                    sympy.S.Zero, "zero only if the rank is n; dependent rows leave something over"
                ),
                Mistake(sigma**2, "the noise is fitted in r of its n dimensions"),
                Mistake(sigma**2 * r / n, "this is what is fitted, not what is left over"),
                Mistake(sigma**2 * (n - r), "the loss is a mean: 1/n is missing", "mean"),
            ),
        ),
    ),
    model_answer=r"""
With $\hat w = X^\top(XX^\top)^{-1}t$ the fitted values are $X\hat w = XX^\top(XX^\top)^{-1}t = t$:
the training error is 0 for every noise, so its expectation is 0. In general $X\hat w = Pt$ with $P$
the projection on the column space, $\operatorname{tr}P = r$, and the same computation as before
gives $\sigma^2(n-r)/n$; $r=d$ and $r=n$ are the two cases.
""",
    conventions=("mean",),
)


# --- A1-1.3.1 ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line(Formula):
    """The second weight as a function of the first, or an equation that determines it.

    >>> _Line(Domain((w1,))).read("2*w1 + 2*w2 = 6")
    3 - w1
    """

    def describe(self) -> str:
        return "an equation such as w1 - 2*w2 = 5, or w2 as a formula in w1"

    def read(self, text: str) -> Any:
        left, sign, right = text.partition("=")
        if not sign:
            return super().read(text)
        if "=" in right:
            raise AnswerError(f"there is more than one =; expected {self.describe()}")
        names = {"w1": w1, "w2": (second := scalar("w2"))}
        sides = [read(side, names, {"w_1": "w1", "w_2": "w2"}) for side in (left, right)]
        try:
            difference = sympy.Poly(sides[0] - sides[1], second)
        except (sympy.PolynomialError, TypeError, ValueError):
            difference = sympy.Poly(0, second)
        if difference.degree() != 1:
            raise AnswerError(f"this is not linear in w2; expected {self.describe()}")
        slope, constant = difference.all_coeffs()
        return sympy.cancel(-constant / slope)


line = Question(
    ids=("A1-1.3.1",),
    chapter=CHAPTER,
    title="infinitely many minimisers",
    marks={"A1-1.3.1": 0.5},
    statement=r"""
Let $n=1$, $d=2$, $x_1=(1,1)$ and $t_1=3$. Show that infinitely many $\hat w$ satisfy
$\hat w^\top x_1=t_1$, and that they form a line. Write down its equation. We add: which of its
points is nearest to the origin?
""",
    parts=(
        Part(
            name="line",
            asks="the line: its equation, or $w_2$ as a function of $w_1$",
            form=_Line(Domain((w1,)), "a number", aliases={"w_1": "w1"}),
            reference=3 - w1,
            latex=r"\hat w_1 + \hat w_2 = 3, \quad\text{that is}\quad \hat w_2 = 3 - \hat w_1",
            truth=Truth(
                lambda point: sympy.solve(
                    sympy.Eq(sympy.Matrix([point[w1], sympy.Symbol("v")]).dot([1, 1]), 3)
                )[0],
                "the solution of w^T x = 3 for the second weight",
                2,
            ),
            also_right=("w1 + w2 = 3", "w_2 = 3 - w_1", "-w1 + 3"),
            mistakes=(
                Mistake(w1, "this is the direction towards the line, not the line"),
                Mistake(sympy.Rational(3, 2), "this is one point of the line only"),
                Mistake(3 + w1, "at w1 = 1 it gives w1 + w2 = 5"),
            ),
        ),
        Part(
            name="nearest",
            asks="its point nearest to the origin",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([Rational(3, 2), Rational(3, 2)]),
            truth=Truth(
                lambda point: ImmutableMatrix(
                    [v := sympy.solve(sympy.diff(w1**2 + (3 - w1) ** 2, w1), w1)[0], 3 - v]
                ),
                "the minimum of the squared norm along the line",
            ),
            mistakes=(
                Mistake(
                    ImmutableMatrix([3, 0]),
                    "it lies on the line with norm 3; the nearest point has norm 2.12",
                ),
                Mistake(ImmutableMatrix([3, 3]), "it is not on the line"),
            ),
        ),
    ),
    model_answer=r"""
$\hat w^\top x_1 = \hat w_1+\hat w_2 = 3$ is one equation in two unknowns. Its solutions are
$(s, 3-s)$, one for every real $s$: the line through $(3,0)$ and $(0,3)$. All have loss 0, the least
possible, so all are minimisers. The nearest to the origin is the multiple of $x_1$ among them,
$(\tfrac32,\tfrac32)$.
""",
)


# --- A1-1.3.2 ---------------------------------------------------------------------------------


def _nearest_solution(point: Any) -> ImmutableMatrix:
    """The solution of X w = t that is nearest to a start, by elimination.

    ``w - start`` has to be orthogonal to everything that ``X`` maps to zero, for otherwise a step
    along that would come nearer. That and ``X w = t`` are d linear equations.
    """
    data, targets = point[X], point[t]
    start = point.get(w0, sympy.zeros(data.cols, 1))
    if data.rank() < data.rows:
        raise UndefinedError("X w = t may have no solution: the rows of X are dependent")
    null = data.nullspace()
    rows = [data, *[direction.T for direction in null]]
    right = [targets, *[direction.T * start for direction in null]]
    return ImmutableMatrix(sympy.Matrix.vstack(*rows).LUsolve(sympy.Matrix.vstack(*right)))


minimum_norm = X.T * (X * X.T).I * t
overparameterised = Question(
    ids=("A1-1.3.2",),
    chapter=CHAPTER,
    title="what gradient descent from zero finds when d > n",
    marks={"A1-1.3.2": 0.5},
    statement=r"""
Let $d>n$ and $XX^\top$ be invertible. Show that gradient descent from zero, if it converges, finds
one particular minimiser, $\hat w = X^\top(XX^\top)^{-1}t$. We add: where does it end when it starts
at some other $w_0$?
""",
    parts=(
        Part(
            name="solution",
            asks="where it ends from zero",
            form=Formula(Domain((n, d, X, t), WIDE), "a column vector of d entries"),
            reference=minimum_norm,
            latex=r"\hat w = X^\top (XX^\top)^{-1} t",
            truth=Truth(_nearest_solution, "the solution of X w = t nearest to the origin", 24),
            also_right=("X.T @ inv(X @ X.T) @ t", "X.T @ (inv(X @ X.T / n) @ t) / n"),
            mistakes=(
                Mistake((X.T * X).I * X.T * t, "for d > n the matrix X^T X is singular"),
                Mistake(X.T * t, "it solves X w = t only if the rows are orthonormal"),
                Mistake(X.T * (X * X.T) * t, "the inverse is missing"),
                Mistake(
                    X.T * (X * X.T + Identity(n)).I * t,
                    "this is ridge regression; nothing is penalised here",
                ),
            ),
        ),
        Part(
            name="start",
            asks="where it ends from $w_0$",
            form=Formula(
                Domain((n, d, X, t, w0), WIDE),
                "a column vector of d entries",
                aliases={"w_0": "w0"},
            ),
            reference=w0 + X.T * (X * X.T).I * (t - X * w0),
            latex=r"w_\infty = w_0 + X^\top (XX^\top)^{-1}(t - Xw_0)",
            truth=Truth(_nearest_solution, "the solution of X w = t nearest to the start", 24),
            also_right=(
                "(eye(d) - X.T@inv(X@X.T)@X) @ w0 + X.T@inv(X@X.T)@t",
                "w_0 - X.T @ inv(X@X.T) @ (X@w_0 - t)",
            ),
            mistakes=(
                Mistake(minimum_norm, "what the start has outside the rows' span is never changed"),
                Mistake(w0 + minimum_norm, "it does not solve X w = t unless X w0 = 0"),
                Mistake(
                    w0 - X.T * (X * X.T).I * X * w0,
                    "this is only what is kept of the start; it solves X w = 0",
                ),
            ),
        ),
    ),
    model_answer=r"""
Every gradient $\frac2nX^\top(Xw-t)$ lies in the span of the rows of $X$; so from $w_0=0$ all iterates
do, and so does their limit, as the span is closed: $\hat w = X^\top a$. The limit is stationary:
$X^\top(XX^\top a - t)=0$. $X^\top$ is injective because $XX^\top$ is invertible, hence
$XX^\top a=t$, $a=(XX^\top)^{-1}t$ and $\hat w=X^\top(XX^\top)^{-1}t$: one point only. Any other
solution is $\hat w+v$ with $Xv=0$, $v\perp\hat w$, hence longer.
""",
)


# --- A1-1.3.4 ---------------------------------------------------------------------------------


def _polynomial_instances() -> Iterator[tuple[Any, ...]]:
    """Few points, low and high degree, the two cases beside interpolation among them."""
    generator = np.random.default_rng(413)
    for points in (2, 3, 4, 5):
        for degree in (0, 1, points - 2, points - 1, points, points + 1, points + 4):
            x = np.sort(generator.permutation(9)[:points] / 8)
            yield x, degree, generator.integers(-4, 5, points) / 2


def _exact_weights(arguments: tuple[Any, ...]) -> Any:
    """Weights from the normal equations over exact rationals."""
    x, degree, targets = arguments
    F = sympy.Matrix(len(x), degree + 1, lambda i, j: Rational(x[i]) ** j)
    right = sympy.Matrix([Rational(value) for value in targets])
    tall = F.rows >= F.cols
    exact = (F.T * F).LUsolve(F.T * right) if tall else F.T * (F * F.T).LUsolve(right)
    return np.array(exact, float).ravel()


def _without_minimum_norm(X: Any, d: Any, t: Any) -> Any:
    """(F.T F)^-1 F.T t at any degree"""
    F = np.vander(X, d + 1, increasing=True)
    return np.linalg.inv(F.T @ F) @ F.T @ t


def _branch_one_late(X: Any, d: Any, t: Any) -> Any:
    """the two formulas, with the branch at d > n"""
    F = np.vander(X, d + 1, increasing=True)
    if d > len(X):
        return F.T @ np.linalg.inv(F @ F.T) @ t
    return np.linalg.inv(F.T @ F) @ F.T @ t


def _legendre_weights(X: Any, d: Any, t: Any) -> Any:
    """weights of Legendre polynomials of x, as in the course's notebook"""
    return np.linalg.lstsq(np.polynomial.legendre.legvander(X, d), t, rcond=None)[0]


def _columns_scaled(X: Any, d: Any, t: Any) -> Any:
    """np.polynomial.polynomial.polyfit: columns are scaled before the fit"""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.polynomial.polynomial.polyfit(X, t, d)


def _highest_first(X: Any, d: Any, t: Any) -> Any:
    """np.polyfit: highest power first"""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.polyfit(X, t, d)


def _test_loss(degree: int) -> float:
    """Half the mean squared test error on the starter's data, Legendre features."""
    x, targets = lr.polynomial_data()
    grid = np.linspace(0, 1, 1000)
    weights = lr.fit_poly(x, degree, targets, "Legendre")
    errors = lr.predict_poly(grid, weights, "Legendre") - np.sin(10 * grid)
    return float(np.mean(errors**2)) / 2


def _overfits_always(_: Any) -> str:
    """One pair of degrees, below and above interpolation, decides an "always"."""
    return "no" if _test_loss(200) < _test_loss(5) else "yes"


def _better_side(_: Any) -> str:
    below = min(_test_loss(degree) for degree in range(13))
    above = min(_test_loss(degree) for degree in range(14, 201))
    return "under" if below < above else "over"


polynomials = Question(
    ids=("A1-1.3.4",),
    chapter=CHAPTER,
    title="polynomial regression on either side of interpolation",
    marks={"A1-1.3.4": 0.5},
    statement=r"""
Fit polynomials of low and of high degree to noisy samples of a function, and compare. Hand in your
function `fit_poly(X, d, t)`. Does a higher degree (overparameterisation) always lead to overfitting,
that is, to a larger test error?

*Our contract for the function, so that it can be checked by itself (the course's notebook takes its
polynomials from outside):* `X` holds $n$ inputs, `d` is the degree, `t` the targets; it returns the
$d+1$ weights of $1, x, \dots, x^d$ that minimise the squared error, those of least norm where there are
several.
""",
    parts=(
        Part(
            name="fit_poly",
            asks="the function `fit_poly`",
            form=Program(
                name="fit_poly",
                parameters={"X": "n inputs", "d": "the degree", "t": "n targets"},
                what="the d + 1 weights of 1, x, ..., x**d, lowest power first",
                instances=_polynomial_instances,
                differ=lambda got, expected: close(got, expected, 1e-6),
            ),
            reference=lr.fit_poly,
            truth=Truth(_exact_weights, "least squares of least norm over exact rationals"),
            mistakes=(
                Mistake(_without_minimum_norm, "with more features than points F^T F is singular"),
                Mistake(
                    _branch_one_late, "degree d has d + 1 features: the branch belongs at d + 1 > n"
                ),
                Mistake(
                    _legendre_weights,
                    "these are the weights of Legendre polynomials, not of powers; and beyond interpolation least norm means another polynomial",
                ),
                Mistake(
                    _columns_scaled,
                    "beyond interpolation it finds the least norm of the weights of scaled columns",
                ),
                Mistake(
                    _highest_first,
                    "the powers are in the other order, and beyond interpolation no least norm is meant",
                ),
            ),
        ),
        Part(
            name="overfitting",
            asks="does overparameterisation always lead to a larger test error?",
            form=Choice({"yes": "it always does", "no": "not always"}),
            reference="no",
            truth=Truth(
                _overfits_always,
                "the test losses at degree 5 and 200, Legendre features",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "yes", "with Legendre features degree 200 has a smaller test loss than degree 5"
                ),
            ),
        ),
        Part(
            name="best",
            asks="on which side does the smallest test loss lie, for the starter's data and Legendre features up to degree 200?",
            form=Choice({"under": "degree below 13", "over": "degree above 13"}),
            reference="under",
            truth=Truth(_better_side, "the least test loss on either side", method=Method.COMPUTED),
            mistakes=(
                Mistake(
                    "over",
                    "degree 42 reaches 0.052, but degree 6 reaches 0.035: that the error falls again does not mean that it falls below",
                ),
            ),
        ),
    ),
    model_answer=r"""
`fit_poly` builds the features $F$ ($n\times(d+1)$) and returns $(F^\top F)^{-1}F^\top t$ if
$d+1\le n$ and $F^\top(FF^\top)^{-1}t$ otherwise (in code: `np.linalg.lstsq(F, t)`, which is both).
The test error grows towards $d+1=n$, where the fit has to pass through every noisy point with nothing
to choose from. With Legendre or Chebyshev features it falls again beyond: among many interpolating
polynomials the one of least norm in those features is tame; with monomials it is not, and the error
stays huge. So no: it depends on the features. (On these 14 points the best low degree, 6, is still
better than any high one up to 200.)
""",
    conventions=("half",),
)


# --- A1-1.3.5 ---------------------------------------------------------------------------------

DIMENSION, NORM_SQUARED, NOISE_VARIANCE = 20, Fraction(1), Fraction(1, 4)


def _more_is_worse(answer: tuple[Any, ...]) -> Comparison:
    """Compare the exact expected losses at two numbers of data points."""
    if not all(value.is_Integer and value > 0 for value in answer):
        return Comparison(
            False, Method.EXACT, remark="numbers of data points are positive integers"
        )
    few, many = (int(value) for value in answer)
    if few >= many:
        told = "n1 has to be smaller than n2 (with n1 = n2 there would be nothing to show)"
        return Comparison(False, Method.EXACT, remark=told)
    losses = [
        lr.expected_risk_gaussian(size, DIMENSION, NORM_SQUARED, NOISE_VARIANCE)
        for size in (few, many)
    ]
    told = f"expected losses {losses[0]} at n1 and {losses[1]} at n2"
    if losses[1] > losses[0]:
        return Comparison(True, Method.EXACT, told)
    sizes = {"n1": few, "n2": many}
    failure = Counterexample(sizes, f"more than {losses[0]} at n2", str(losses[1]))
    return Comparison(False, Method.EXACT, counterexample=failure, remark=told)


more_data = Question(
    ids=("A1-1.3.5",),
    chapter=CHAPTER,
    title="more data, larger loss",
    marks={"A1-1.3.5": 0},
    statement=rf"""
Give $n_1<n_2$, at a fixed dimension $d$, for which the loss with $n_2$ data points is larger than
with $n_1$; report both losses and explain what happens. *The handout does not say which loss; the
training loss of a fit grows with $n$ trivially, so the loss on new data is meant.* To have one
answer that can be checked: standard normal features, $d={DIMENSION}$, $\lVert w^*\rVert^2=1$, noise
variance $\frac14$, the minimum-norm fit, and the expected squared error on a fresh example.
""",
    parts=(
        Part(
            asks=f"$n_1$ and $n_2$ for $d = {DIMENSION}$",
            form=Witness("[n1, n2]", _more_is_worse, size=2),
            reference=(sympy.Integer(10), sympy.Integer(18)),
            truth=Truth(lambda _: None, "the exact expected losses for Gaussian features"),
            also_right=("[1, 17]", "[5, 24]"),
            mistakes=(
                Mistake(
                    (sympy.Integer(30), sympy.Integer(60)), "beyond the peak more data helps again"
                ),
                Mistake((sympy.Integer(1), sympy.Integer(5)), "far below the peak more data helps"),
                Mistake(
                    (sympy.Integer(19), sympy.Integer(20)),
                    "both expectations are infinite, so neither is larger",
                ),
            ),
        ),
    ),
    model_answer=r"""
With $d=20$, $n_1=10$ and $n_2=18$: the expected test losses are $7/9\approx0.78$ and $4.6$. Near
$n=d$ the fit has to interpolate with a nearly singular square system: small singular values of $X$
multiply the noise, with expectation $\sigma^2 n/(d-n-1)$ for $n<d-1$. Fewer points leave the choice
of a small interpolating solution, many more average the noise. The phenomenon is called sample-wise
double descent.
""",
)

QUESTIONS = (
    gradient,
    underparameterised,
    noisy,
    line,
    overparameterised,
    overparameterised_noise,
    polynomials,
    more_data,
)
