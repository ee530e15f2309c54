"""When the loss after several steps is convex in the rate."""

from __future__ import annotations

import sympy
from sympy.matrices.expressions import MatPow

from hwcode.chapters.learning_rate.questions.problem import (
    CHAPTER,
    FACTOR,
    GRAM,
    MORE_STEPS,
    SPECTRAL,
    WHEN,
    a,
    eta,
    k,
    lmax,
    lmin,
    n,
    problem_domain,
)
from hwcode.checking import Choice, Formula, Mistake, Norm, Part, Question

__all__ = ["QUESTIONS"]

slope_of_many = -4 * k * sympy.Trace(a.T * GRAM * MatPow(FACTOR, 2 * k - 1) * a) / n**2
second_of_many = 8 * k * (2 * k - 1) * Norm(MatPow(FACTOR, k - 1) * GRAM * a) ** 2 / n**3


VARIATIONS = {
    "penalty": "the steps and the final loss both with the same penalty",
    "validation": "the final loss is that on other data",
    "schedule": r"the rates fall, $\eta,\frac\eta2,\frac\eta3,\dots$",
    "momentum": "the steps have momentum",
    "quartic": "the loss is another convex function of the weights",
}


convex_later = Question(
    ids=("H2-2.3.2",),
    chapter=CHAPTER,
    title="is the loss after k steps convex in the rate?",
    marks={"H2-2.3.2": 1},
    statement=r"""
Is $L_k$ in general convex as a function of $\eta$? *As before we ask for the exact condition of each
word, for $k\ge2$; and besides: where does the minimum lie, where does it move as $k$ grows, and what is
it that makes $L_k$ convex?* An eigenvalue of $XX^\top$ other than 0 is called excited if $a=Xw_0-t$ has a
part along it.
""",
    parts=(
        Part(
            name="derivative",
            asks=r"$dL_k/d\eta$",
            form=Formula(problem_domain(MORE_STEPS, eta, k), "a number"),
            reference=slope_of_many,
            latex=r"\frac{dL_k}{d\eta} = -\frac{4k}{n^2}\,a^\top XX^\top\left(I-\frac{2\eta}nXX^\top\right)^{2k-1}a",
            mistakes=(
                Mistake(
                    2 * k * sympy.Trace(a.T * MatPow(FACTOR, 2 * k - 1) * a) / n,
                    r"the inner derivative $-\frac2nXX^\top$ is missing",
                ),
                Mistake(slope_of_many * n, "the loss is a mean: 1/n is missing", "mean"),
                Mistake(
                    -4 * k * sympy.Trace(a.T * GRAM * MatPow(FACTOR, 2 * k) * a) / n**2,
                    "the exponent falls by one",
                ),
            ),
        ),
        Part(
            name="second",
            asks=r"$d^2L_k/d\eta^2$",
            form=Formula(problem_domain(MORE_STEPS, eta, k), "a number"),
            reference=second_of_many,
            latex=r"\frac{d^2L_k}{d\eta^2} = \frac{8k(2k-1)}{n^3}\left\lVert\left(I-\frac{2\eta}nXX^\top\right)^{k-1}XX^\top a\right\rVert^2",
            mistakes=(
                Mistake(
                    8 * k**2 * Norm(MatPow(FACTOR, k - 1) * GRAM * a) ** 2 / n**3,
                    "differentiating twice brings down 2k and then 2k - 1",
                ),
                Mistake(
                    4 * k * (2 * k - 1) * Norm(MatPow(FACTOR, k - 1) * GRAM * a) ** 2 / n**3,
                    r"the inner derivative $-\frac2nXX^\top$ comes down twice, and $2k$ is not $k$",
                ),
                Mistake(second_of_many * n, "the loss is a mean: 1/n is missing", "mean"),
            ),
        ),
        Part(
            name="convex",
            asks="$L_k$ is convex",
            form=WHEN,
            reference="always",
            mistakes=(
                Mistake(
                    "never",
                    "each term is an even power of an affine function, with a weight that is not negative",
                ),
                Mistake("regular", "eigenvalues 0 only add constants"),
            ),
        ),
        Part(
            name="strict",
            asks="$L_k$ is strictly convex",
            form=WHEN,
            reference="slope",
            mistakes=(
                Mistake("always", "from a stationary start $L_k$ is constant"),
                Mistake("regular", "one excited eigenvalue is enough, and a = 0 excites none"),
                Mistake(
                    "two",
                    "with one excited eigenvalue $L_k$ is an even power, which is strictly convex",
                ),
                Mistake("residual", "a residual that no weights can reduce leaves $L_k$ constant"),
            ),
        ),
        Part(
            name="strong",
            asks=r"$L_k$, $k\ge2$, is strongly convex",
            form=WHEN,
            reference="two",
            mistakes=(
                Mistake(
                    "slope",
                    r"with a single excited eigenvalue the second derivative vanishes at the minimum: $L_k=9(1-4\eta)^{2k}$ in the running example",
                ),
                Mistake("regular", "all eigenvalues may be equal, or a may excite only one"),
                Mistake(
                    "never", "the terms of two excited eigenvalues are flat at different places"
                ),
            ),
        ),
        Part(
            name="everywhere",
            asks=r"if $X^\top a\ne0$ and $k\ge2$, is the second derivative positive at every $\eta$?",
            form=Choice({"yes": "always", "no": "not if a single eigenvalue is excited"}),
            reference="no",
            mistakes=(Mistake("yes", "in the running example it is 0 at eta = 1/4, the minimum"),),
        ),
        Part(
            name="minimum",
            asks=r"if $X^\top a\ne0$, the minimum is unique and lies",
            form=Choice(
                {
                    "between": r"between $\frac n{2\lambda_{\max}}$ and $\frac n{2\lambda_{\min}}$ of the excited eigenvalues (ends included)",
                    "stable": r"always below $n/\lambda_{\max}$, where gradient descent converges",
                    "same": "at the same rate for every $k$",
                }
            ),
            reference="between",
            mistakes=(
                Mistake(
                    "stable",
                    "for few steps a longer one may pay: with curvatures 1 and 9 and residuals (9, 1) the best rate for one step is 5/9, far above 2/9",
                ),
                Mistake(
                    "same",
                    "with curvatures 1 and 9 and residuals (9, 1) it is 5/9 for one step and about 0.278 for two",
                ),
            ),
        ),
        Part(
            name="limit",
            asks=r"the limit of the best rate as $k\to\infty$ (`lmin`, `lmax`: the smallest and the largest excited eigenvalue)",
            form=Formula(SPECTRAL, "a number"),
            reference=n / (lmin + lmax),
            latex=r"\lim_{k\to\infty}\eta^*_k = \frac{n}{\lambda_{\min}+\lambda_{\max}}",
            also_right=("2/(2*lmin/n + 2*lmax/n)",),
            mistakes=(
                Mistake(n / lmax, "at this rate the steepest direction is mirrored for ever"),
                Mistake(
                    n / (2 * lmax),
                    "the steep direction is then gone after a step, and the flat one takes longer than it need",
                ),
                Mistake(
                    2 / (lmin + lmax),
                    r"this is right for a Hessian $X^\top X$; here it is $\frac2nX^\top X$",
                    "mean",
                ),
                Mistake(
                    n / (2 * lmin),
                    "along the steepest direction that diverges if lmax > 2 lmin, and it is never best",
                ),
            ),
        ),
        Part(
            name="lost",
            asks="with which of these changes does $L_k$ stay convex for every $k$?",
            form=Choice(VARIATIONS),
            reference="penalty",
            mistakes=(
                Mistake(
                    "validation",
                    "the weights overshoot and come back: (1 - 3 (1 - 4 eta)^2)^2 has two minima",
                ),
                Mistake("schedule", "the factors (1 - eta h)(1 - eta h / 2) vanish at two rates"),
                Mistake(
                    "momentum",
                    "with momentum 1/2 two steps end at the minimum for eta = 1/8 and for 1/2, and for none between",
                ),
                Mistake("quartic", "two steps on w^4/4 from 1 end at 0 for two different rates"),
            ),
        ),
    ),
    hints=(
        r"Along one eigenvector, $L_k$ is a power of a linear function of $\eta$. Is the exponent even or odd?",
        r"Differentiate $(1-\frac{2\eta}n\lambda)^{2k}$ twice.",
        r"$2k(2k-1)\big(\frac{2\lambda}n\big)^2\big(1-\frac{2\eta}n\lambda\big)^{2k-2}$ with an even exponent. Where does it vanish, and can several such terms vanish at once?",
    ),
    beyond=(
        "derivative",
        "second",
        "strict",
        "strong",
        "everywhere",
        "minimum",
        "limit",
        "lost",
    ),
    result=r"Still convex, as the powers are even. The best rate tends to $n/(\lambda_{\min}+\lambda_{\max})$.",
    numbers=("0.278 = (1 + cbrt(9))/(9 + cbrt(9))",),
    model_answer=r"""
With $XX^\top=\sum_j\lambda_jq_jq_j^\top$ and $b_j=q_j^\top a$:
$\frac{d^2L_k}{d\eta^2}=\frac1n\sum_jb_j^2\,2k(2k-1)\big(\frac{2\lambda_j}n\big)^2\big(1-\frac{2\eta}n\lambda_j\big)^{2k-2}\ge0$
as $2k-2$ is even. So $L_k$ is convex for all data. If some $b_j\lambda_j\ne0$ (that is, $X^\top a\ne0$)
its derivative increases strictly, so it is strictly convex with one minimum; for $k\ge2$ it is strongly
convex exactly if at least two different eigenvalues are excited. The best rate tends to
$n/(\lambda_{\min}+\lambda_{\max})$ of the excited ones.
""",
    conventions=("mean", "steps"),
)

QUESTIONS = (convex_later,)
