"""Targets with noise, under- and overparameterised."""

from __future__ import annotations

import sympy
from sympy.matrices.expressions import Identity

from hwcode.chapters.linear_regression.questions.problem import CHAPTER, TALL, WIDE, X, d, eps, n
from hwcode.checking import Domain, Formula, Mistake, Norm, Part, Question, scalar

__all__ = ["QUESTIONS"]

r = scalar("r", integer=True, positive=True)
sigma = scalar("sigma", positive=True)


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
            form=Formula(Domain((n, d, X, eps), TALL, n > d), "a number"),
            reference=Norm((hat - Identity(n)) * eps) ** 2 / n,
            latex=r"\frac1n\left\lVert\left(X(X^\top X)^{-1}X^\top - I\right)\epsilon\right\rVert_2^2",
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
            form=Formula(Domain((n, d, sigma), TALL, n > d), "a number"),
            reference=sigma**2 * (n - d) / n,
            latex=r"\mathbb E[\text{error}] = \sigma^2\,\frac{n-d}{n}",
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
    hints=(
        "Which part of the targets can the fit reproduce exactly, and which part is left over?",
        r"Put $P=X(X^\top X)^{-1}X^\top$. It is a projection: $P^2=P=P^\top$ and $PX=X$. The mean of $\epsilon^\top A\epsilon$ is $\sigma^2\operatorname{tr}A$.",
        r"$X\hat w-t=(P-I)(Xw^*+\epsilon)=(P-I)\epsilon$. What is the trace of $I-P$?",
    ),
    result=r"The training error is the noise that the fit cannot reach; on average $\sigma^2(n-d)/n$.",
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
            form=Formula(Domain((n, d, sigma), WIDE, d > n), "a number"),
            reference=sympy.S.Zero,
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
                Domain(
                    (n, r, sigma), ({n: 3, r: 1}, {n: 3, r: 2}, {n: 3, r: 3}, {n: 4, r: 2}), n >= r
                ),
                "a number",
            ),
            reference=sigma**2 * (n - r) / n,
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
    hints=(
        "What does the fit predict on its own training points when $d>n$?",
        r"Compute $X\hat w$ with the $\hat w$ of A1-1.3.2. In general $X\hat w=Pt$, with $P$ the projection on the columns of $X$.",
        r"$X\hat w=XX^\top(XX^\top)^{-1}t$. For rank $r$ take the trace of $I-P$ as in A1-1.2.2: what is $\operatorname{tr}P$?",
    ),
    beyond=("general",),
    result=r"With $d>n$ every target is fitted exactly: the training error is 0. In general it is $\sigma^2(n-r)/n$ on average.",
    model_answer=r"""
With $\hat w = X^\top(XX^\top)^{-1}t$ the fitted values are $X\hat w = XX^\top(XX^\top)^{-1}t = t$:
the training error is 0 for every noise, so its expectation is 0. In general $X\hat w = Pt$ with $P$
the projection on the column space, $\operatorname{tr}P = r$, and the same computation as before
gives $\sigma^2(n-r)/n$; $r=d$ and $r=n$ are the two cases.
""",
    conventions=("mean",),
)

QUESTIONS = (noisy, overparameterised_noise)
