"""The questions of the chapter on batch size."""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import product
from typing import Any

import numpy as np
import sympy

from hwcode import batch_size as bs
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
    scalar,
)
from hwcode.scaling_laws import BESIROGLU, HOFFMANN, KAPLAN

__all__ = ["QUESTIONS"]

CHAPTER = "batch_size"

a = scalar("a", positive=True)
w0 = scalar("w0", "w_0", positive=True)
sigma = scalar("sigma", positive=True)
eta = scalar("eta", positive=True)
B = scalar("B", integer=True, positive=True)
T = scalar("T", integer=True, positive=True)

SMALL_BATCHES = ({B: 1}, {B: 2}, {B: 3})
HORIZONS = ({T: 1}, {T: 2}, {T: 3})


# --- A2-3.1.1a --------------------------------------------------------------------------------


def _mean_over_signs(point: Any, value: Any) -> Any:
    """The mean of ``value(noise of the batch)`` when every example's noise is +sigma or -sigma."""
    size = int(point[B])
    outcomes = list(product((-1, 1), repeat=size))
    noises = [point[sigma] * sum(signs) / sympy.Integer(size) for signs in outcomes]
    return sum((value(noise) for noise in noises), sympy.S.Zero) / len(outcomes)


def _variance(point: Any) -> Any:
    return _mean_over_signs(point, lambda noise: noise**2)


def _best_first_rate(point: Any) -> Any:
    """Where the expected loss after one step, averaged over all outcomes, is stationary."""
    rate = sympy.Symbol("rate")

    def loss(noise: Any) -> Any:
        after = point[w0] - rate * (point[a] * point[w0] + noise)
        return point[a] * after**2 / 2

    expected = sympy.expand(_mean_over_signs(point, loss))
    (best,) = sympy.solve(sympy.diff(expected, rate), rate)
    return best


def _without_noise(point: Any) -> Any:
    """The rate that brings the next weight to the minimum when the gradient is exact."""
    rate = sympy.Symbol("rate")
    (best,) = sympy.solve(point[w0] - rate * point[a] * point[w0], rate)
    return best


def _loss_by_recursion(point: Any) -> Any:
    """Follow the mean of w^2 step by step."""
    square = point[w0] ** 2
    for _ in range(int(point[T])):
        square = (1 - point[eta] * point[a]) ** 2 * square + point[eta] ** 2 * point[
            sigma
        ] ** 2 / point[B]
    return point[a] * square / 2


def _loss_at_best_rates(point: Any) -> Any:
    """The same with the rate of each step solved for."""
    rate, square = sympy.Symbol("rate"), point[w0] ** 2
    for _ in range(int(point[T])):
        after = (1 - rate * point[a]) ** 2 * square + rate**2 * point[sigma] ** 2 / point[B]
        (best,) = sympy.solve(sympy.diff(after, rate), rate)
        square = after.subs(rate, best)
    return point[a] * square / 2


def _direction(_: Any) -> str:
    """Best constant rates at four horizons, for batches from 1 to 4096."""
    batches = 2.0 ** np.arange(13)
    turns = set()
    for steps in (1, 3, 30, 1000):
        rates = np.array([bs.best_rate(2.0, 1.0, 20.0, batch, steps) for batch in batches])
        turns |= set(np.sign(np.diff(rates)))
        if rates.max() >= 0.5:
            turns.add(np.inf)
    return {frozenset({1.0}): "bounded", frozenset({-1.0}): "falls"}.get(frozenset(turns), "free")


def _steady(_: Any) -> str:
    """The loss that is left in the end, at rates from nearly 0 to nearly 2/a."""
    model = bs.Model(np.array([2.0]), np.array([3.0]), np.array([1.0]))
    left = model.floor(4, np.geomspace(1e-6, 0.999, 50))
    return "none" if np.all(np.diff(left) > 0) and left[0] < 1e-5 else "inverse"


q = (1 - eta * a) ** 2
rate_question = Question(
    ids=("A2-3.1.1a",),
    chapter=CHAPTER,
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
            truth=Truth(
                _direction,
                "the minimisers at four horizons and thirteen batch sizes",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake("free", "beyond 1/a a step passes the minimum even without noise"),
                Mistake("same", "noise costs in proportion to the squared rate, and it gets less"),
                Mistake("falls", "with less noise a larger step is safe"),
            ),
        ),
        Part(
            name="noise",
            asks="the variance of the minibatch gradient",
            form=Formula(Domain((sigma, B), ({B: 1}, {B: 2}, {B: 3}, {B: 4})), "a number"),
            reference=sigma**2 / B,
            truth=Truth(_variance, "the mean over all noises of +sigma and -sigma", 3),
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
            form=Formula(Domain((a, w0, sigma, B), SMALL_BATCHES), "a number"),
            reference=a * w0**2 / (a**2 * w0**2 + sigma**2 / B),
            latex=r"\eta^* = \frac{a w_0^2}{a^2w_0^2+\sigma^2/B}"
            r" = \frac1a\cdot\frac1{1+B_{\mathrm{noise}}/B},"
            r"\qquad B_{\mathrm{noise}} = \frac{\sigma^2}{a^2w_0^2}",
            truth=Truth(_best_first_rate, "the stationary point of the mean over all noises", 12),
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
            asks="what it tends to for large batches",
            form=Formula(Domain((a, w0)), "a number"),
            reference=1 / a,
            truth=Truth(_without_noise, "the rate that reaches the minimum without noise", 2),
            mistakes=(
                Mistake(2 / a, "this is where convergence stops, not where it is fastest"),
                Mistake(a, "a larger curvature needs a smaller rate"),
                Mistake(1 / (2 * a), "the loss has a factor 1/2: its curvature is a", "half"),
            ),
        ),
        Part(
            name="horizon",
            asks=r"the expected loss after $T$ steps at a constant rate ($\eta a\neq2$)",
            form=Formula(Domain((a, w0, sigma, B, eta, T), HORIZONS), "a number"),
            reference=a * w0**2 * q**T / 2 + eta * sigma**2 / (2 * B * (2 - eta * a)) * (1 - q**T),
            latex=r"\mathbb E\,L(w_T) = \frac a2(1-\eta a)^{2T}w_0^2"
            r"+\frac{\eta\sigma^2}{2B(2-\eta a)}\big(1-(1-\eta a)^{2T}\big)",
            truth=Truth(_loss_by_recursion, "the recursion of the mean square, step by step", 20),
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
            form=Formula(Domain((a, w0, sigma, B, T), HORIZONS), "a number"),
            reference=a / (2 * (1 / w0**2 + T * B * a**2 / sigma**2)),
            latex=r"\frac a2\Big(\frac1{w_0^2}+\frac{TBa^2}{\sigma^2}\Big)^{-1}",
            truth=Truth(_loss_at_best_rates, "the best rate of each step, solved one by one", 14),
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
            truth=Truth(
                _steady,
                "the stationary loss at fifty rates",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake("inverse", "the stationary loss rises with the rate from 0 on"),
                Mistake(
                    "batch",
                    "the stationary loss has no minimiser; what grows is the largest rate that keeps it below a target",
                ),
            ),
        ),
    ),
    model_answer=r"""
It grows and saturates. The minibatch gradient has variance $\sigma^2/B$, so one step gives
$\mathbb E L(w_1)=\frac a2\big[(1-\eta a)^2w_0^2+\eta^2\sigma^2/B\big]$: progress against noise that costs
$\eta^2/B$. The minimiser is $\eta^*=\frac1a\big(1+\frac{\sigma^2}{a^2w_0^2B}\big)^{-1}$: proportional to
$B$ for small batches, tending to $1/a$ for large ones, where curvature alone limits it. The same holds
for any fixed number of steps. In the steady state the loss rises with $\eta$: "optimal" needs a horizon.
""",
)


# --- A2-3.1.2 ---------------------------------------------------------------------------------

Smin = scalar("Smin", r"S_{\min}", positive=True)
Bc = scalar("Bc", r"B_{\mathrm{c}}", positive=True)
pt = scalar("pt", "p_t", positive=True)
pc = scalar("pc", "p_c", positive=True)


@lru_cache(maxsize=1)
def _curve() -> dict[str, Any]:
    """A small copy of the page's curve: steps to 1 % of the loss, for SGD and for Newton.

    A hundred directions with curvatures 1 to 1/100. The points are those of the handout's figure:
    A at a small batch, C where steps and examples are balanced, B far to the right.
    """
    model = bs.harmonic_model(100)
    target = model.start / 100
    fast = model.preconditioned(1.0)

    def steps(of: bs.Model, batch: float) -> int:
        return bs.steps_to(of, batch, target)[0]

    least_steps, least_examples = steps(model, 2.0**20), 1.0 * steps(model, 1.0)
    knee = 2.0 ** round(float(np.log2(least_examples / least_steps)))
    batches = {"A": 2.0, "B": 2.0**16, "C": knee}
    return {
        "batches": batches,
        "steps": {name: steps(model, batch) for name, batch in batches.items()},
        "doubled": {name: steps(model, 2 * batch) for name, batch in batches.items()},
        "most": least_steps,
        "newton": {name: steps(fast, batch) for name, batch in batches.items()},
    }


def _best_point(_: Any) -> str:
    """The point of least steps times examples."""
    found = _curve()
    cost = {name: found["steps"][name] ** 2 * batch for name, batch in found["batches"].items()}
    return min(cost, key=lambda name: cost[name])


def _regime(point: str, _: Any) -> str:
    """By the slope of the curve: does doubling the batch save more or less than a root of 2?"""
    found = _curve()
    saved = found["steps"][point] / found["doubled"][point]
    return "noise" if saved > np.sqrt(2) else "curvature"


def _remedy(point: str, _: Any) -> str:
    """Which saves more steps: as much parallel compute as one likes, or Newton's method?"""
    found = _curve()
    parallel = found["steps"][point] / found["most"]
    newton = found["steps"][point] / found["newton"][point]
    return "parallel" if parallel > newton else "higher"


def _least(point: Any, cost: Any) -> Any:
    """The positive batch at which a cost, a function of steps and examples, is stationary."""
    batch = sympy.Symbol("batch", positive=True)
    steps = point[Smin] * (1 + point[Bc] / batch)
    (best,) = sympy.solve(sympy.diff(cost(steps, batch * steps), batch), batch)
    return best


REGIMES = {"noise": "noise dominated", "curvature": "curvature dominated"}
REMEDIES = {"parallel": "seek parallel compute", "higher": "use higher order optimizers"}

point_question = Question(
    ids=("A2-3.1.2a",),
    chapter=CHAPTER,
    title="the most efficient batch size",
    marks={"A2-3.1.2a": 4},
    statement=r"""
A log-log plot of training steps to a fixed validation loss against batch size, all else tuned, falls
steeply at first and is flat in the end. Point A lies on the steep part at a small batch, C at the knee,
B far right on the flat part. Compute is scalable but not free, and minibatches run in parallel. Which
point has the best trade-off between resources and training time? *We add: by which price?*
""",
    parts=(
        Part(
            name="point",
            asks="the point of the best trade-off, with steps times examples as the cost",
            form=Choice(
                {
                    "A": "A, the small batch",
                    "B": "B, the large batch",
                    "C": "C, the knee",
                },
                what="a point",
            ),
            reference="C",
            truth=Truth(
                _best_point,
                "steps times examples at the three points of a curve of our own",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake("A", "a little more compute would save most of the time"),
                Mistake("B", "many times the compute of C buys hardly any time"),
            ),
        ),
        Part(
            name="product",
            asks=r"if $S=S_{\min}(1+B_c/B)$ (type `Smin`, `Bc`): the batch of least $S\cdot E$, where $E=BS$ counts examples",
            form=Formula(Domain((Smin, Bc)), "a number of examples"),
            reference=Bc,
            truth=Truth(
                lambda point: _least(point, lambda steps, examples: steps * examples),
                "the stationary point of the product",
                2,
            ),
            mistakes=(
                Mistake(2 * Bc, "there steps are 1.5 and examples 3 times their least value"),
                Mistake(Bc / 2, "there steps are 3 and examples 1.5 times their least value"),
                Mistake(Smin, "this counts steps; the product does not depend on their scale"),
            ),
        ),
        Part(
            name="price",
            asks=r"the batch of least $p_t\,S+p_c\,E$, a price `pt` for each step of waiting and `pc` for each example",
            form=Formula(Domain((Smin, Bc, pt, pc)), "a number of examples"),
            reference=sympy.sqrt(Bc * pt / pc),
            truth=Truth(
                lambda point: _least(
                    point, lambda steps, examples: point[pt] * steps + point[pc] * examples
                ),
                "the stationary point of the sum",
            ),
            mistakes=(
                Mistake(Bc, "this is so at one price only, pt = Bc pc"),
                Mistake(
                    Bc * pt / pc, "both the waiting and the computing depend on B: take a root"
                ),
                Mistake(sympy.sqrt(Bc * pc / pt), "the dearer the time, the larger the best batch"),
            ),
        ),
    ),
    model_answer=r"""
C. Left of it a doubled batch nearly halves the number of steps at almost no extra compute, so A wastes
time; right of it a doubled batch doubles the compute and saves hardly any steps, so B wastes compute.
At the knee (the critical batch size) both are within about a factor 2 of their least values. If only
compute had a price A would be best, if only time had one, B.
""",
)

speed_question = Question(
    ids=("A2-3.1.2b",),
    chapter=CHAPTER,
    title="two regimes and how to speed them up",
    marks={"A2-3.1.2b": 4},
    statement=r"""
Training is *noise dominated* where gradient noise is the bottleneck, *curvature dominated* where an
ill-conditioned loss is. Which regimes do points A and B of the plot belong to, and which is the best
suited way to accelerate training there: higher order optimizers, or parallel compute?
""",
    parts=(
        *(
            Part(
                name=f"{point}_regime",
                asks=f"the regime of point {point}",
                form=Choice(REGIMES),
                reference=regime,
                truth=Truth(
                    partial(_regime, point),
                    "the slope of a curve of our own there",
                    method=Method.COMPUTED,
                ),
                mistakes=(Mistake(other, why),),
            )
            for point, regime, other, why in (
                (
                    "A",
                    "noise",
                    "curvature",
                    "doubling the batch halves the steps: noise was the limit",
                ),
                (
                    "B",
                    "curvature",
                    "noise",
                    "doubling the batch changes hardly anything: noise is no limit",
                ),
            )
        ),
        *(
            Part(
                name=f"{point}_speed",
                asks=f"the way to accelerate training at point {point}",
                form=Choice(REMEDIES),
                reference=remedy,
                truth=Truth(
                    partial(_remedy, point),
                    "the steps saved by either on a curve of our own",
                    method=Method.COMPUTED,
                ),
                mistakes=(Mistake(other, why),),
            )
            for point, remedy, other, why in (
                (
                    "A",
                    "parallel",
                    "higher",
                    "there the number of examples is what is needed: a larger batch saves steps in proportion; on our curve Newton's method saves a few-fold, and the noise allows no method much more",
                ),
                ("B", "higher", "parallel", "a larger batch changes hardly anything there"),
            )
        ),
    ),
    model_answer=r"""
A: noise dominated; seek parallel compute. Steps fall in proportion to $1/B$, so a larger batch on more
devices saves time at no extra compute. B: curvature dominated; use higher order optimizers. The gradient
is nearly exact already and the flattest directions set the pace, which only curvature information
(preconditioning, momentum) changes.
""",
)


# --- A2-3.2a ----------------------------------------------------------------------------------

alpha_n = scalar("alpha_N", positive=True)
alpha_s = scalar("alpha_S", positive=True)
alpha_b = scalar("alpha_B", positive=True)
alpha = scalar("alpha", positive=True)
beta = scalar("beta", positive=True)


def _best_option(_: Any) -> str:
    """Ten times the compute in Kaplan's fit, for four sizes trained three times the efficient steps.

    At the critical batch; A: ten times the steps, B: the batch, C: the parameters.
    """
    winners = set()
    for size in (1e6, 1e8, 1e9, 1e10):
        effective = 3 * KAPLAN.efficient_steps(size)
        batch = KAPLAN.critical_batch(KAPLAN.size_term(size) + KAPLAN.steps_term(effective))
        steps = 2 * effective
        losses = {
            "A": KAPLAN.loss(size, 10 * steps, batch),
            "B": KAPLAN.loss(size, steps, 10 * batch),
            "C": KAPLAN.loss(10 * size, steps, batch),
        }
        winners.add(min(losses, key=lambda name: losses[name]))
    return winners.pop() if len(winners) == 1 else "several"


def _steps_or_batch(_: Any) -> str:
    """Tenfold steps against a tenfold batch in Kaplan's fit, wherever training had got to."""
    better = {
        KAPLAN.loss(size, 10 * steps, batch) < KAPLAN.loss(size, steps, 10 * batch)
        for size in (1e6, 1e9)
        for steps in (1e3, 1e5)
        for batch in (1e3, 1e6, 1e8)
    }
    return {frozenset({True}): "steps", frozenset({False}): "batch"}.get(
        frozenset(better), "depends"
    )


def _balance(point: Any) -> Any:
    """Minimise x + y over sizes and steps of equal N S: x falls with N, y rises.

    With ln S = c - ln N the derivative of x + y in ln N is -alpha_N x + alpha_S y; it vanishes.
    """
    ratio = sympy.Symbol("ratio")
    return sympy.solve(-point[alpha_n] * 1 + point[alpha_s] * ratio, ratio)[0]


def _slope_of_size(equations: Any, unknowns: Any, size: Any, compute: Any) -> Any:
    """How ln N grows with ln C along the solutions of linear equations in logarithms."""
    solved = sympy.solve(equations, unknowns, dict=True)[0]
    return sympy.diff(solved[size], compute)


def _kaplan_slope(point: Any) -> Any:
    """ln N, ln S, ln B against ln C when both terms of the loss are fixed parts of it."""
    size, steps, batch, loss, compute = sympy.symbols("size steps batch loss compute")
    equations = [
        loss + point[alpha_n] * size,
        loss + point[alpha_s] * steps,
        loss + point[alpha_b] * batch,
        size + steps + batch - compute,
    ]
    return _slope_of_size(equations, [size, steps, batch, loss], size, compute)


def _chinchilla_slope(point: Any) -> Any:
    """ln N against ln C where both terms fall equally fast and C is proportional to N D."""
    size, tokens, compute, constant = sympy.symbols("size tokens compute constant")
    equations = [
        point[alpha] * size - point[beta] * tokens - constant,
        size + tokens - compute,
    ]
    return _slope_of_size(equations, [size, tokens], size, compute)


def _for_a_large_model(_: Any) -> str:
    """280 billion parameters after 300 billion tokens, ten times the compute, both fits."""
    winners = set()
    for law in (HOFFMANN, BESIROGLU):
        losses = {"tokens": law.loss(280e9, 3e12), "size": law.loss(2.8e12, 300e9)}
        winners.add(min(losses, key=lambda name: losses[name]))
    return winners.pop() if len(winners) == 1 else "several"


def _draw_exponents(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {symbol: numbers.number(symbol) for symbol in (alpha_n, alpha_s, alpha_b, alpha, beta)}


compute_question = Question(
    ids=("A2-3.2a",),
    chapter=CHAPTER,
    title="more compute: longer, larger batch, or larger model?",
    marks={"A2-3.2a": 4},
    statement=r"""
A language model has been trained to an adequate loss, and there is more compute now. For a lower test
loss, training from scratch, is it best to (A) train the same model for more steps, (B) use a larger
batch for the same number of steps, or (C) take a larger model? The handout shows the curves of Kaplan
et al. (2020): the loss of each size against tokens, compute and steps, flattening at a level that falls
with the size. *We recompute them from the published fits, ask when the answer holds, and put the later
law of Hoffmann et al. (2022) beside it.*
""",
    parts=(
        Part(
            name="option",
            asks="the best option by the handout's figures, for a model whose own curve has begun to flatten",
            form=Choice(
                {
                    "A": "more steps",
                    "B": "a larger batch",
                    "C": "a larger model",
                },
                what="an option",
            ),
            reference="C",
            truth=Truth(
                _best_option,
                "Kaplan's fit at ten times the compute, for four sizes past the efficient point",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake("A", "the curve of one size flattens at a level that only its size lowers"),
                Mistake(
                    "B", "near the critical batch a larger one saves few steps, and the level stays"
                ),
            ),
        ),
        Part(
            name="steps_or_batch",
            asks="by that fit and at the same compute, which of A and B gives the lower loss?",
            form=Choice(
                {
                    "steps": "A, always",
                    "batch": "B, always",
                    "depends": "it depends on the batch size",
                }
            ),
            reference="steps",
            truth=Truth(
                _steps_or_batch,
                "the fit at twelve combinations of size, steps and batch",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "batch", "a batch only helps up to the critical size; steps help in proportion"
                ),
                Mistake(
                    "depends",
                    "small batches make them nearly equal, and B is never ahead: k S / (1 + b) is more than k S / (k + b)",
                ),
            ),
        ),
        Part(
            name="balance",
            asks=r"the loss is $x+y$ with $x\propto N^{-\alpha_N}$ and $y\propto S^{-\alpha_S}$, and compute is $\propto NS$: the ratio $y/x$ at the best split (type `alpha_N`, `alpha_S`)",
            form=Formula(Domain((alpha_n, alpha_s), draw=_draw_exponents), "a number"),
            reference=alpha_n / alpha_s,
            truth=Truth(_balance, "the stationary point along equal compute", 2),
            mistakes=(
                Mistake(sympy.S.One, "equal terms do not fall equally fast"),
                Mistake(alpha_s / alpha_n, "the term that falls faster has to be the smaller one"),
            ),
        ),
        Part(
            name="kaplan",
            asks=r"in Kaplan's fit also $B_{\text{crit}}\propto L^{-1/\alpha_B}$, and compute is $\propto NB_{\text{crit}}S$: the best $N$ grows as compute to this power",
            form=Formula(Domain((alpha_n, alpha_s, alpha_b), draw=_draw_exponents), "a number"),
            reference=(1 / alpha_n) / (1 / alpha_n + 1 / alpha_s + 1 / alpha_b),
            truth=Truth(_kaplan_slope, "the logarithms of all four along the efficient path", 6),
            also_right=("alpha_S*alpha_B/(alpha_S*alpha_B + alpha_N*alpha_B + alpha_N*alpha_S)",),
            mistakes=(
                Mistake(
                    (1 / alpha_n) / (1 / alpha_n + 1 / alpha_s),
                    "the batch grows along the path and takes its part",
                ),
                Mistake(
                    1 / (1 / alpha_n + 1 / alpha_s + 1 / alpha_b),
                    "this is how the loss falls with compute",
                ),
                Mistake(1 - alpha_n, "it depends on all three exponents"),
            ),
        ),
        Part(
            name="chinchilla",
            asks=r"in the law $L=E+AN^{-\alpha}+BD^{-\beta}$ with compute $6ND$: the best $N$ grows as compute to this power",
            form=Formula(Domain((alpha, beta), draw=_draw_exponents), "a number"),
            reference=beta / (alpha + beta),
            truth=Truth(_chinchilla_slope, "the logarithms along the best split", 4),
            also_right=("1/(1 + alpha/beta)",),
            mistakes=(
                Mistake(alpha / (alpha + beta), "this is how the number of tokens grows"),
                Mistake(
                    sympy.Rational(1, 2),
                    "one half only if the two exponents are equal; they nearly are",
                ),
            ),
        ),
        Part(
            name="large",
            asks="by that later law: 280 billion parameters were trained on 300 billion tokens; with ten times the compute, what lowers the loss more?",
            form=Choice(
                {
                    "size": "ten times the parameters, as many tokens",
                    "tokens": "ten times the tokens, as many parameters",
                }
            ),
            reference="tokens",
            truth=Truth(
                _for_a_large_model,
                "both published versions of the later law",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "size",
                    "such a model has seen one token per parameter: it is short of data, not of size",
                ),
            ),
        ),
    ),
    model_answer=r"""
C. In the figures the loss of one size flattens against compute: more steps (A) approach a level that
only a larger model lowers. A larger batch (B) beyond the critical size hardly reduces the steps needed,
and leaves the level as well. Larger models also reach a given loss with fewer tokens. This supposes that
the first run was trained near that flattening; a run stopped early gains more by A, and by Hoffmann et
al. (2022) parameters and tokens should grow together.
""",
)

QUESTIONS = (rate_question, point_question, speed_question, compute_question)
