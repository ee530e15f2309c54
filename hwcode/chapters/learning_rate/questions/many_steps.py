"""The loss after several steps as a function of the rate."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix, Rational
from sympy.matrices.expressions import Identity, MatPow

from hwcode.chapters.learning_rate.questions.problem import (
    CHAPTER,
    FACTOR,
    GRAM,
    MORE_STEPS,
    X,
    a,
    d,
    eta,
    k,
    n,
    problem_domain,
    t,
    w0,
)
from hwcode.checking import Domain, Formula, Mistake, Norm, Numbers, Part, Question, scalar

__all__ = ["QUESTIONS"]

l1, l2 = scalar("l1", r"\lambda_1", positive=True), scalar("l2", r"\lambda_2", positive=True)
b0, b1, b2 = scalar("b0", "b_0"), scalar("b1", "b_1"), scalar("b2", "b_2")


def _draw_spectrum(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """Three examples whose Gram matrix has the eigenvalues l1, l2 and 0 in a rotated basis."""
    one, two = numbers.number(l1), numbers.number(l2)
    basis = ImmutableMatrix([[1, 2, 2], [2, 1, -2], [2, -2, 1]]) / 3
    parts = {name: numbers.number(name) for name in (b0, b1, b2)}
    residual = basis * ImmutableMatrix([parts[b1], parts[b2], parts[b0]])
    data = basis * ImmutableMatrix([[one, 0], [0, two], [0, 0]])
    return {
        l1: one**2, l2: two**2, **parts, X: data, w0: ImmutableMatrix([0, 0]), t: -residual,
        eta: numbers.number(eta), n: sympy.Integer(3),
    }  # fmt: skip


j = scalar("j", integer=True, nonnegative=True)
COEFFICIENTS = tuple(
    {n: i, d: m, k: steps, j: power}
    for i, m, steps, power in ((1, 2, 1, 1), (2, 1, 2, 1), (2, 2, 2, 3), (3, 2, 2, 4), (2, 3, 3, 2))
)
after_steps = Norm(MatPow(FACTOR, k) * a) ** 2 / n
spectral_loss = (
    b0**2 + b1**2 * (1 - 2 * eta * l1 / 3) ** (2 * k) + b2**2 * (1 - 2 * eta * l2 / 3) ** (2 * k)
) / 3
many_steps = Question(
    ids=("H2-2.3.1",),
    chapter=CHAPTER,
    title="the loss after k steps",
    marks={"H2-2.3.1": 0.5},
    statement=r"""
Derive the loss $L_k$ after $k$ steps of gradient descent at the same rate (the handout writes $t$ for
their number, as for the targets). *We add its two useful forms: along the eigenvectors of $XX^\top$, and
as a polynomial in $\eta$, which is where the hint about binomial coefficients leads.*
""",
    parts=(
        Part(
            name="loss",
            asks="$L_k$",
            form=Formula(problem_domain(MORE_STEPS, eta, k), "a number"),
            reference=after_steps,
            latex=r"L_k = \frac1n\left\lVert\left(I-\frac{2\eta}nXX^\top\right)^k a\right\rVert^2",
            also_right=(
                "a.T @ (eye(n) - 2*eta/n*X@X.T)**(2*k) @ a / n",
                "norm((eye(n) - 2*eta/n*X@X.T)**k @ (X@w0 - t))**2/n",
            ),
            mistakes=(
                Mistake(
                    Norm(MatPow(FACTOR, k) * a) ** 2, "the loss is a mean: 1/n is missing", "mean"
                ),
                Mistake(
                    Norm((Identity(n) - 2 * k * eta / n * GRAM) * a) ** 2 / n,
                    "k small steps are not one step of k times the rate: the gradient changes on the way",
                ),
                Mistake(
                    Norm(MatPow(FACTOR, 2 * k) * a) ** 2 / n,
                    "the squared norm doubles the exponent by itself",
                ),
                Mistake(
                    sympy.Trace(a.T * MatPow(FACTOR, k) * a) / n,
                    "the squared norm is a^T (...)^(2k) a",
                ),
            ),
        ),
        Part(
            name="spectral",
            asks="the same for $n=3$ when $XX^\\top$ has the eigenvalues $\\lambda_1$, $\\lambda_2$ and 0, and $a$ the components $b_1$, $b_2$ and $b_0$ along their unit eigenvectors",
            form=Formula(
                Domain(
                    (eta, k, l1, l2, b0, b1, b2),
                    tuple({k: i} for i in (1, 2, 3)),
                    beyond=True,
                    draw=_draw_spectrum,
                    draw_degree=2,
                ),
                "a number",
            ),
            reference=spectral_loss,
            latex=r"L_k = \frac13\left(b_0^2 + b_1^2\left(1-\tfrac{2\eta}3\lambda_1\right)^{2k} + b_2^2\left(1-\tfrac{2\eta}3\lambda_2\right)^{2k}\right)",
            mistakes=(
                Mistake(
                    spectral_loss - b0**2 / 3,
                    "what lies along the eigenvalue 0 stays: no step can change it",
                ),
                Mistake(spectral_loss * 3, "the loss is a mean: 1/n is missing", "mean"),
                Mistake(
                    (
                        b0**2
                        + b1**2 * (1 - 2 * eta * l1 / 3) ** k
                        + b2**2 * (1 - 2 * eta * l2 / 3) ** k
                    )
                    / 3,
                    "the components are multiplied by (...)^k, and the loss squares them",
                ),
            ),
        ),
        Part(
            name="coefficient",
            asks=r"the coefficient of $\eta^j$ in $L_k$",
            form=Formula(problem_domain(COEFFICIENTS, k, j, beyond=j <= 2 * k), "a number"),
            reference=sympy.binomial(2 * k, j)
            * (Rational(-2) / n) ** j
            * sympy.Trace(a.T * MatPow(GRAM, j) * a)
            / n,
            latex=r"\frac1n\binom{2k}{j}\left(-\frac2n\right)^{\!j} a^\top\left(XX^\top\right)^j a",
            mistakes=(
                Mistake(
                    sympy.binomial(k, j)
                    * (Rational(-2) / n) ** j
                    * sympy.Trace(a.T * MatPow(GRAM, j) * a)
                    / n,
                    "the power in the loss is 2k, not k",
                ),
                Mistake(
                    sympy.binomial(2 * k, j)
                    * (Rational(2) / n) ** j
                    * sympy.Trace(a.T * MatPow(GRAM, j) * a)
                    / n,
                    "the signs alternate",
                ),
            ),
        ),
    ),
    hints=(
        "How does the residual change in one step?",
        r"Write $a_{i+1}$ with $a_i$, and repeat it. For the other forms use the eigenvectors of $XX^\top$, or the binomial theorem.",
        r"$a_{i+1}=\big(I-\frac{2\eta}nXX^\top\big)a_i$, so $a_k$ is a power of one matrix times $a$.",
    ),
    beyond=(
        "spectral",
        "coefficient",
    ),
    result=r"$L_k=\frac1n\lVert(I-\frac{2\eta}nXX^\top)^ka\rVert^2$.",
    model_answer=r"""
Let $a_i=Xw_i-t$. A step gives $a_{i+1}=Xw_i-\frac{2\eta}nXX^\top a_i-t=(I-\frac{2\eta}nXX^\top)a_i$, so by
induction $a_k=(I-\frac{2\eta}nXX^\top)^ka$ and $L_k=\frac1n\lVert a_k\rVert^2=\frac1na^\top
(I-\frac{2\eta}nXX^\top)^{2k}a$. With $XX^\top=\sum_j\lambda_jq_jq_j^\top$ and $b_j=q_j^\top a$:
$L_k=\frac1n\sum_jb_j^2(1-\frac{2\eta}n\lambda_j)^{2k}$.
""",
    conventions=("mean", "steps"),
)

QUESTIONS = (many_steps,)
