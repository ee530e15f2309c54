"""Section 2.3 of the homework: many steps of gradient descent at one rate."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix, Rational
from sympy.matrices.expressions import Identity, MatPow

from hwcode.checking import (
    Choice,
    Domain,
    Formula,
    Mistake,
    Norm,
    Numbers,
    Part,
    Question,
    Truth,
    scalar,
)
from hwcode.questions.learning_rate.problem import (
    CHAPTER,
    FACTOR,
    GRAM,
    MORE_STEPS,
    SPECTRAL,
    WHEN,
    ZERO,
    X,
    a,
    at_least,
    condition,
    d,
    eta,
    k,
    line_best,
    line_loss,
    lmax,
    lmin,
    loss_after_steps,
    n,
    problem_domain,
    rate_polynomial,
    small_cases,
    t,
    two_curvatures,
    w0,
)
from hwcode.rate_polynomials import convexity, loss_polynomial, variations, weights_in_rate

__all__ = ["QUESTIONS"]

l1, l2 = scalar("l1", r"\lambda_1", positive=True), scalar("l2", r"\lambda_2", positive=True)
b0, b1, b2 = scalar("b0", "b_0"), scalar("b1", "b_1"), scalar("b2", "b_2")

# --- H2-2.3.1 ---------------------------------------------------------------------------------


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
            truth=Truth(loss_after_steps, "the loss after k steps along its derivatives", 22),
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
                    draw=_draw_spectrum,
                    draw_degree=2,
                ),
                "a number",
            ),
            reference=spectral_loss,
            latex=r"L_k = \frac13\left(b_0^2 + b_1^2\left(1-\tfrac{2\eta}3\lambda_1\right)^{2k} + b_2^2\left(1-\tfrac{2\eta}3\lambda_2\right)^{2k}\right)",
            truth=Truth(
                loss_after_steps, "gradient descent on data with these eigenvalues, rotated", 22
            ),
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
            form=Formula(problem_domain(COEFFICIENTS, k, j), "a number"),
            reference=sympy.binomial(2 * k, j)
            * (Rational(-2) / n) ** j
            * sympy.Trace(a.T * MatPow(GRAM, j) * a)
            / n,
            latex=r"\frac1n\binom{2k}{j}\left(-\frac2n\right)^{\!j} a^\top\left(XX^\top\right)^j a",
            truth=Truth(
                lambda point: rate_polynomial(point).coeff_monomial((int(point[j]),)),
                "the coefficient of the loss as a polynomial in the rate",
                22,
            ),
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
    model_answer=r"""
Let $a_i=Xw_i-t$. A step gives $a_{i+1}=Xw_i-\frac{2\eta}nXX^\top a_i-t=(I-\frac{2\eta}nXX^\top)a_i$, so by
induction $a_k=(I-\frac{2\eta}nXX^\top)^ka$ and $L_k=\frac1n\lVert a_k\rVert^2=\frac1na^\top
(I-\frac{2\eta}nXX^\top)^{2k}a$. With $XX^\top=\sum_j\lambda_jq_jq_j^\top$ and $b_j=q_j^\top a$:
$L_k=\frac1n\sum_jb_j^2(1-\frac{2\eta}n\lambda_j)^{2k}$.
""",
    conventions=("mean", "steps"),
)


# --- H2-2.3.2 ---------------------------------------------------------------------------------

slope_of_many = -4 * k * sympy.Trace(a.T * GRAM * MatPow(FACTOR, 2 * k - 1) * a) / n**2
second_of_many = 8 * k * (2 * k - 1) * Norm(MatPow(FACTOR, k - 1) * GRAM * a) ** 2 / n**3


def _curved_everywhere(_: Any) -> str:
    """The second derivative after two steps, for one excited eigenvalue and for two."""
    touches = {case.two for case in small_cases() if case.excited == 1}
    above = {case.two for case in small_cases() if case.excited == 2}
    return "no" if touches == {"strictly convex"} and above == {"strongly convex"} else "yes"


def _place(_: Any) -> str:
    """Where the only real minimum lies, for curvatures 1 and 9, five starts, one to three steps."""
    claims = {"between": True, "stable": True, "same": True}
    for parts in ((9, 1), (1, 1), (1, 9), (1, 0), (0, 1)):
        data, targets = two_curvatures(parts)
        excited = [curve for curve, part in zip((1, 9), parts, strict=True) if part]
        found = []
        for steps in (1, 2, 3):
            loss = loss_polynomial(data, targets, weights_in_rate(data, targets, ZERO, steps))
            (best,) = set(loss.diff().real_roots())
            found.append(best)
            claims["between"] &= Rational(1, max(excited)) <= best <= Rational(1, min(excited))
            claims["stable"] &= bool(best < Rational(2, max(excited)))
        claims["same"] &= len(set(found)) == 1
    (key,) = (key for key, holds in claims.items() if holds)
    return key


def _limit_of_best(point: Any) -> Any:
    """The balance of two terms gives the best rate for every k in closed form; its limit.

    (1 - r x)^(2k-1) x b1^2 = (r y - 1)^(2k-1) y b2^2 is solved by taking the odd root.
    """
    count, ratio = sympy.symbols("count ratio", positive=True)
    low, high = 2 * point[lmin] / point[n], 2 * point[lmax] / point[n]
    root = (ratio * high / low) ** (1 / (2 * count - 1))
    return sympy.limit((1 + root) / (low + root * high), count, sympy.oo)


VARIATIONS = {
    "penalty": "the steps and the final loss both with the same penalty",
    "validation": "the final loss is that on other data",
    "schedule": r"the rates fall, $\eta,\frac\eta2,\frac\eta3,\dots$",
    "momentum": "the steps have momentum",
    "quartic": "the loss is another convex function of the weights",
}


def _stays_convex(_: Any) -> str:
    (key,) = (
        name
        for name in VARIATIONS
        if all(convexity(variations(steps)[name]) != "not convex" for steps in (1, 2, 3))
    )
    return key


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
            truth=Truth(
                lambda point: rate_polynomial(point).diff().eval(point[eta]),
                "the derivative of the loss as a polynomial in the rate",
                22,
            ),
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
            truth=Truth(
                lambda point: rate_polynomial(point).diff().diff().eval(point[eta]),
                "the second derivative of the loss as a polynomial in the rate",
                22,
            ),
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
            truth=condition(at_least("convex", "two")),
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
            truth=condition(at_least("strictly convex", "two")),
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
            truth=condition(at_least("strongly convex", "two")),
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
            truth=Truth(
                _curved_everywhere, "the real roots of the second derivative in 180 small problems"
            ),
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
            truth=Truth(
                _place,
                "the exact real minima for two curvatures, five starts, one to three steps",
            ),
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
            truth=Truth(
                _limit_of_best,
                "the limit for two eigenvalues, by SymPy (for any number it is proved in the text)",
            ),
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
                    "along the steepest direction that diverges unless lmax < 2 lmin, and it is never best",
                ),
            ),
        ),
        Part(
            name="lost",
            asks="with which of these changes does $L_k$ stay convex for every $k$?",
            form=Choice(VARIATIONS),
            reference="penalty",
            truth=Truth(
                _stays_convex,
                "the only change of which no example loses convexity within three steps, exactly"
                " (that it never does is proved in the text)",
            ),
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


# --- H2-2.3.3 ---------------------------------------------------------------------------------


def _only_best(_: Any) -> str:
    """From which of some starts the loss after two steps has 1/4 as its only minimum."""
    starts = [ImmutableMatrix([i, m]) for i in range(-1, 4) for m in range(-1, 4)]
    fits = {"all": True, "off": True, "zero": True}
    for start in starts:
        loss = line_loss(2, start)
        only = loss.degree() > 0 and set(loss.diff().real_roots()) == {Rational(1, 4)}
        claims = {"all": True, "off": sum(start) != 3, "zero": start == ZERO}
        fits = {key: fits[key] and claims[key] == only for key in fits}
    (key,) = (key for key, fit in fits.items() if fit)
    return key


plane_again = Question(
    ids=("H2-2.3.3",),
    chapter=CHAPTER,
    title="the 2-D case again",
    marks={"H2-2.3.3": 0},
    statement=r"""
For $x=(1,1)$, $t=3$, $w_0=0$ and $k$ steps at one rate: what is the optimal $\eta^*$? *We add: what is
$L_k$, which kind of convexity has it, and from which starts is that rate the only optimal one?*
""",
    parts=(
        Part(
            name="rate",
            asks=r"$\eta^*$ for $k$ steps",
            form=Formula(Domain((k,), tuple({k: i} for i in (1, 2, 3, 5))), "a number"),
            reference=Rational(1, 4),
            truth=Truth(
                lambda point: line_best(int(point[k])),
                "the only real root of the derivative of the loss in the rate",
            ),
            mistakes=(
                Mistake(
                    1 / (4 * k),
                    "k smaller steps only come near: the loss would be 9 (1 - 1/k)^(2k), not 0",
                ),
                Mistake(
                    Rational(1, 2), "there the weights jump to and fro between (0, 0) and (3, 3)"
                ),
            ),
        ),
        Part(
            name="loss",
            asks="$L_k$",
            form=Formula(Domain((eta, k), tuple({k: i} for i in (1, 2, 3))), "a number"),
            reference=9 * (1 - 4 * eta) ** (2 * k),
            truth=Truth(
                lambda point: line_loss(int(point[k])).eval(point[eta]),
                "the loss as a polynomial in the rate",
                6,
            ),
            mistakes=(
                Mistake(9 * (1 - 4 * eta) ** k, "the loss squares the residual -3 (1 - 4 eta)^k"),
                Mistake(9 * (1 - 2 * eta) ** (2 * k), "x^T x = 2, and the gradient has a factor 2"),
            ),
        ),
        Part(
            name="kind",
            asks=r"for $k\ge2$, the strongest that holds of $L_k$",
            form=Choice(
                {
                    "convex": "convex",
                    "strict": "strictly convex",
                    "strong": "strongly convex",
                }
            ),
            reference="strict",
            truth=Truth(
                lambda _: {"strictly convex": "strict", "strongly convex": "strong"}.get(
                    convexity(line_loss(2)), "convex"
                ),
                "the real roots of the second derivative for k = 2",
            ),
            mistakes=(
                Mistake("strong", "at eta = 1/4 the second derivative is 0"),
                Mistake("convex", "an even power is flat at no more than a point"),
            ),
        ),
        Part(
            name="starts",
            asks=r"from which starts is $\frac14$ the only optimal rate?",
            form=Choice(
                {
                    "all": "from all",
                    "off": "from all that do not lie on the line $w_1+w_2=3$",
                    "zero": "from zero only",
                }
            ),
            reference="off",
            truth=Truth(_only_best, "the real minima of the exact loss for 25 starts"),
            mistakes=(
                Mistake("all", "on the line nothing moves, and every rate is optimal"),
                Mistake("zero", "the residual enters as a factor only"),
            ),
        ),
    ),
    model_answer=r"""
$XX^\top=2$ and $a=-3$, so $L_k=9(1-4\eta)^{2k}$: zero at $\eta=\frac14$ and nowhere else. The optimal rate
is $\frac14$ for every $k$; the first step ends at $(\frac32,\frac32)$ and the others do not move. For
$k\ge2$ $L_k$ is strictly, not strongly convex: all its derivatives below the $2k$-th vanish at $\frac14$.
""",
    conventions=("steps",),
)


QUESTIONS = (many_steps, convex_later, plane_again)
