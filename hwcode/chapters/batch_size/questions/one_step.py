"""The best learning rate for a batch, after one step and after many."""

from __future__ import annotations

import sympy

from hwcode.checking import Choice, Domain, Follows, Formula, Mistake, Part, Question, scalar

__all__ = ["QUESTIONS"]

a = scalar("a", positive=True)
w0 = scalar("w0", "w_0", positive=True)
sigma = scalar("sigma", positive=True)
eta = scalar("eta", positive=True)
B = scalar("B", integer=True, positive=True)
T = scalar("T", integer=True, positive=True)

SMALL_BATCHES = ({B: 1}, {B: 2}, {B: 3})
HORIZONS = ({T: 1}, {T: 2}, {T: 3})


q = (1 - eta * a) ** 2
rate_question = Question(
    ids=("A2-3.1.1a",),
    chapter="batch_size",
    title="optimal rate against batch size",
    marks={"A2-3.1.1a": 4},
    statement=r"""
The noisy quadratic model: $L(w)=\frac a2w^2$ with $a>0$, and a gradient is $aw$ plus normal noise of
variance $\sigma^2$. A minibatch averages $B$ independent ones. How does the optimal learning rate
change as $B$ grows? Explain. *We ask for the optimum itself, and optimal for what: one step, $T$ steps
at one rate, $T$ steps with a rate for each, or the loss in the end.* (Start $w_0\neq0$.)
""",
    parts=(
        Part(
            name="direction",
            asks="the optimal constant rate for any given number of steps, as $B$ grows",
            form=Choice(
                {
                    "free": "grows without bound",
                    "bounded": "grows, and stays below 1/a",
                    "same": "stays the same",
                    "falls": "falls",
                }
            ),
            reference="bounded",
            mistakes=(
                Mistake("free", "beyond 1/a a step passes the minimum even without noise"),
                Mistake("same", "noise costs in proportion to the squared rate, and it gets less"),
                Mistake("falls", "with less noise a larger step is safe"),
            ),
        ),
        Part(
            name="noise",
            asks="the variance of the minibatch gradient",
            form=Formula(Domain((sigma, B), ({B: 1}, {B: 2}, {B: 3}, {B: 4}), True), "a number"),
            reference=sigma**2 / B,
            mistakes=(
                Mistake(sigma**2, "averaging independent noise reduces it"),
                Mistake(sigma**2 / B**2, "the variances of B examples add up before 1/B^2 divides"),
                Mistake(
                    sigma**2 / sympy.sqrt(B), "the standard deviation falls with the root of B"
                ),
                Mistake(sigma / sympy.sqrt(B), "this is the standard deviation"),
            ),
        ),
        Part(
            name="onestep",
            asks="the rate of least expected loss after one step",
            form=Formula(Domain((a, w0, sigma, B), SMALL_BATCHES, True), "a number"),
            reference=a * w0**2 / (a**2 * w0**2 + sigma**2 / B),
            latex=r"\eta^* = \frac{a w_0^2}{a^2w_0^2+\sigma^2/B}",
            also_right=("B*a*w0**2/(B*a**2*w0**2 + sigma**2)", "1/(a*(1 + sigma**2/(a*w0)**2/B))"),
            mistakes=(
                Mistake(1 / a, "this is right without noise only"),
                Mistake(2 / a, "at this rate the iterates do not even settle"),
                Mistake(
                    a * w0**2 / (a**2 * w0**2 + sigma**2), "the noise of a batch is B times smaller"
                ),
                Mistake(
                    B * a * w0**2 / sigma**2, "right for small batches only: the linear part of it"
                ),
                Mistake(
                    a * w0**2 / (a**2 * w0**2 + sigma**2 / B**2), "the variance falls with 1/B"
                ),
            ),
        ),
        Part(
            name="limit",
            follows=Follows(("onestep",), lambda rate: sympy.limit(rate, B, sympy.oo)),
            asks="what it tends to for large batches",
            form=Formula(Domain((a, w0)), "a number"),
            reference=1 / a,
            mistakes=(
                Mistake(2 / a, "this is where convergence stops, not where it is fastest"),
                Mistake(a, "a larger curvature needs a smaller rate"),
                Mistake(1 / (2 * a), "the loss has a factor 1/2: its curvature is a", "half"),
            ),
        ),
        Part(
            name="horizon",
            asks=r"the expected loss after $T$ steps at a constant rate ($\eta a\neq2$)",
            form=Formula(Domain((a, w0, sigma, B, eta, T), HORIZONS, True), "a number"),
            reference=a * w0**2 * q**T / 2 + eta * sigma**2 / (2 * B * (2 - eta * a)) * (1 - q**T),
            latex=r"\mathbb E\,L(w_T) = \frac a2(1-\eta a)^{2T}w_0^2"
            r"+\frac{\eta\sigma^2}{2B(2-\eta a)}\big(1-(1-\eta a)^{2T}\big)",
            also_right=(
                "a/2*(1-eta*a)**(2*T)*w0**2 + a/2*eta**2*sigma**2/B*(1-(1-eta*a)**(2*T))/(1-(1-eta*a)**2)",
            ),
            mistakes=(
                Mistake(a * w0**2 * q**T / 2, "this is the loss of the mean weight, without noise"),
                Mistake(
                    a * w0**2 * q**T / 2 + eta * sigma**2 / (2 * B * (2 - eta * a)),
                    "the noise term is only reached in the end",
                ),
                Mistake(
                    a * w0**2 * q**T / 2 + T * a * eta**2 * sigma**2 / (2 * B),
                    "the noise of earlier steps shrinks too",
                ),
                Mistake(
                    a * w0**2 * q**T / 2 + eta * sigma**2 / (2 * (2 - eta * a)) * (1 - q**T),
                    "the noise of a batch is B times smaller",
                ),
            ),
        ),
        Part(
            name="schedule",
            asks="the least expected loss after $T$ steps when every step may have its own rate",
            form=Formula(Domain((a, w0, sigma, B, T), HORIZONS, True), "a number"),
            reference=a / (2 * (1 / w0**2 + T * B * a**2 / sigma**2)),
            latex=r"\frac a2\Big(\frac1{w_0^2}+\frac{TBa^2}{\sigma^2}\Big)^{-1}",
            also_right=("a*w0**2*sigma**2/(2*(sigma**2 + T*B*a**2*w0**2))",),
            mistakes=(
                Mistake(sympy.S.Zero, "noise cannot be averaged away in finitely many steps"),
                Mistake(
                    a / 2 * w0**2 * (sigma**2 / (sigma**2 + B * a**2 * w0**2)) ** T,
                    "the gain of a step shrinks as the gradient does: it is no fixed factor",
                ),
                Mistake(
                    a / (2 * (1 / w0**2 + T * a**2 / sigma**2)),
                    "the noise of a batch is B times smaller",
                ),
            ),
        ),
        Part(
            name="steady",
            asks="the constant rate of least expected loss in the end (after infinitely many steps)",
            form=Choice(
                {
                    "inverse": "1/a",
                    "batch": "one that grows with the batch size",
                    "none": "there is none: the smaller the rate, the lower the loss",
                }
            ),
            reference="none",
            mistakes=(
                Mistake("inverse", "the stationary loss rises with the rate from 0 on"),
                Mistake(
                    "batch",
                    "the stationary loss has no minimiser; what grows is the largest rate that keeps it below a target",
                ),
            ),
        ),
    ),
    hints=(
        "What does a larger batch do to the noise of the gradient, and what does it leave as it is?",
        r"Compute $\mathbb E\,L(w_1)$ with $w_1=w_0-\eta(aw_0+\text{noise})$, and minimise it over $\eta$.",
        r"$\mathbb E\,L(w_1)=\frac a2\big[(1-\eta a)^2w_0^2+\eta^2\sigma^2/B\big]$. What happens to the best $\eta$ for small and for large $B$?",
    ),
    beyond=(
        "noise",
        "onestep",
        "limit",
        "horizon",
        "schedule",
        "steady",
    ),
    result="The best rate grows in proportion to small batches, and levels off at what curvature allows.",
    model_answer=r"""
It grows and saturates. The minibatch gradient has variance $\sigma^2/B$, so one step gives
$\mathbb E L(w_1)=\frac a2\big[(1-\eta a)^2w_0^2+\eta^2\sigma^2/B\big]$: progress against noise that costs
$\eta^2/B$. The minimiser is $\eta^*=\frac1a\big(1+\frac{\sigma^2}{a^2w_0^2B}\big)^{-1}$: proportional to
$B$ for small batches, tending to $1/a$ for large ones, where curvature alone limits it. The same holds
for any fixed number of steps. In the steady state the loss rises with $\eta$: "optimal" needs a horizon.
""",
)

QUESTIONS = (rate_question,)
