"""The gradient, and the minimum of the underparameterised problem."""

from __future__ import annotations

from sympy.matrices.expressions import Identity

from hwcode.chapters.linear_regression.questions.problem import CHAPTER, TALL, WIDE, X, d, n, t, w
from hwcode.checking import Domain, Formula, Mistake, Part, Question, scalar

__all__ = ["QUESTIONS"]

lmax = scalar("lmax", r"\lambda_{\max}", positive=True)

HAT = {"ŵ": "w", "w_hat": "w"}
"""Other spellings of the weights, as the handout has them."""

# --- A1-1.1 -----------------------------------------------------------------------------------


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
                Domain((n, d, X, w, t), TALL + WIDE, beyond=True),
                "a column vector of d entries",
                aliases=HAT,
            ),
            reference=2 * X.T * residual / n,
            latex=r"\nabla L(\hat w) = \frac{2}{n} X^\top (X\hat w - t)",
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
    hints=(
        r"How does the loss change when $\hat w$ changes by a small vector $h$?",
        r"Write the loss as $\frac1n r^\top r$ with $r=X\hat w-t$, expand the product, and keep the part that is linear in $h$.",
        r"$L(\hat w+h)=\frac1n\lVert r+Xh\rVert^2=\frac1n\big(r^\top r+2r^\top Xh+\dots\big)$. The gradient is a column: which matrix stands in front of $r$?",
    ),
    result=r"$\nabla L=\frac2nX^\top(X\hat w-t)$.",
    model_answer=r"""
$L = \frac1n (X\hat w-t)^\top (X\hat w-t)$. A change $h$ of $\hat w$ changes the residual by $Xh$, so
$L(\hat w+h) = L(\hat w) + \frac2n (X\hat w-t)^\top X h + \frac1n\lVert Xh\rVert^2$. The part linear
in $h$ is $\nabla L^\top h$, hence $\nabla L = \frac2n X^\top (X\hat w - t)$.
""",
    conventions=("mean", "half", "layout"),
)

# --- A1-1.2.1 ---------------------------------------------------------------------------------


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
            form=Formula(Domain((n, d, X, t), TALL, n > d), "a column vector of d entries"),
            reference=(X.T * X).I * X.T * t,
            latex=r"\hat w = (X^\top X)^{-1} X^\top t",
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
            form=Formula(Domain((n, lmax)), "a number", bound="<"),
            reference=n / lmax,
            latex=r"0 < \eta < \frac{n}{\lambda_{\max}(X^\top X)}",
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
    hints=(
        "What must be true of the gradient at a point where gradient descent stops moving?",
        r"Set the gradient of A1-1.1 to zero and use that $X^\top X$ can be inverted. For the rate, follow the error $e_k=w_k-\hat w$ from one step to the next.",
        r"$X^\top(X\hat w-t)=0$ is a linear system for $\hat w$. And $e_{k+1}=\big(I-\frac{2\eta}nX^\top X\big)e_k$: when do all eigenvalues of that matrix lie between $-1$ and $1$?",
    ),
    beyond=("rate",),
    result=r"With $d<n$ and full rank there is one stationary point, $(X^\top X)^{-1}X^\top t$. Gradient descent reaches it from every start if $0<\eta<n/\lambda_{\max}$.",
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
