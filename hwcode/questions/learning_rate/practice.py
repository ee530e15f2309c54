"""Section 2.1 of the homework: whether rates are learned so in practice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import ImmutableMatrix, Poly, Rational

from hwcode.checking import Choice, Domain, Formula, Mistake, Part, Question, Text, Truth, scalar
from hwcode.questions.learning_rate.problem import (
    CHAPTER,
    ZERO,
    eta,
    gradient_at,
    h,
    k,
    two_curvatures,
)
from hwcode.rate_polynomials import loss_polynomial, weights_in_rate

__all__ = ["QUESTIONS"]

c = scalar("c", positive=True)


def _fate(stable: bool) -> Callable[[Any], str]:
    """The limit of k x**(2k - 1), where x = |1 - eta h| lies below 1, or above."""

    def fate(_: Any) -> str:
        s, count = sympy.Symbol("s", positive=True), sympy.Symbol("count", positive=True)
        x = sympy.exp(-s) if stable else sympy.exp(s)
        limit = sympy.limit(count * x ** (2 * count - 1), count, sympy.oo)
        return {sympy.S.Zero: "vanishes", sympy.oo: "explodes"}.get(limit, "settles")

    return fate


def _reused(_: Any) -> str:
    """Go on with the best rate for one step: is the loss after 12 steps above that of the start?"""
    outcomes = set()
    for parts in ((9, 1), (1, 1), (1, 9)):
        data, targets = two_curvatures(parts)
        losses = {
            steps: loss_polynomial(data, targets, weights_in_rate(data, targets, ZERO, steps))
            for steps in (1, 12)
        }
        best = Rational(*_ratio(losses[1].diff()))
        outcomes.add("grows" if losses[12].eval(best) > losses[12].eval(0) else "falls")
        outcomes.add("best" if losses[12].diff().eval(best) == 0 else "not best")
    if {"grows", "falls", "not best"} <= outcomes:
        return "may diverge"
    return "safe" if "grows" not in outcomes and "not best" in outcomes else "stays best"


def _ratio(slope: Poly) -> tuple[Any, Any]:
    """The root of a polynomial of degree 1, as a fraction."""
    steepness, at_zero = slope.all_coeffs()
    return -at_zero, steepness


def _greedy(_: Any) -> str:
    """Two steps: each rate best for its own step, against the rates 1/h_1 and 1/h_2."""
    data, targets = two_curvatures((1, 1))

    def loss(weights: Any) -> Any:
        return sum(error**2 for error in data * weights - targets) / data.rows

    def walk(rates: tuple[Any, ...]) -> Any:
        weights = ImmutableMatrix([0, 0])
        for rate in rates:
            slope = gradient_at(data, targets, weights)
            if rate is None:
                s = sympy.Symbol("s")
                (rate,) = sympy.solve(sympy.diff(loss(weights - s * slope), s), s)
            weights = weights - rate * slope
        return loss(weights)

    together = walk((sympy.S.One, Rational(1, 9)))
    return "together" if together < walk((None, None)) else "greedy"


decay_of_slope = -2 * k * c * h * (1 - eta * h) ** (2 * k - 1)
realistic = Question(
    ids=("H2-2.1.3",),
    chapter=CHAPTER,
    title="a problem with long inner loops",
    marks={"H2-2.1.3": 0},
    statement=r"""
Name one problem of gradient-based tuning where a model takes many steps to converge. *To have claims
that can be checked, we ask for the size of the derivative after many steps, and for what happens to
those who avoid long runs by tuning on short ones.*
""",
    parts=(
        Part(
            name="derivative",
            asks=r"one direction of curvature $h$ that holds $c$ of the loss at the start contributes $c\,(1-\eta h)^{2k}$ to $L_k$; to $dL_k/d\eta$ it contributes",
            form=Formula(Domain((c, eta, h, k), tuple({k: i} for i in (1, 2, 5))), "a number"),
            reference=decay_of_slope,
            latex=r"-2k\,c\,h\,(1-\eta h)^{2k-1}",
            truth=Truth(
                lambda point: sympy.diff(
                    point[c] * (1 - eta * point[h]) ** (2 * point[k]), eta
                ).subs(eta, point[eta]),
                "differentiating with numbers in place of the other letters",
                24,
            ),
            mistakes=(
                Mistake(
                    -2 * k * c * (1 - eta * h) ** (2 * k - 1),
                    "the inner derivative is -h",
                ),
                Mistake(
                    -2 * c * h * (1 - eta * h) ** (2 * k - 1),
                    "the exponent 2k comes down, k included",
                ),
            ),
        ),
        Part(
            name="stable",
            asks=r"at a fixed rate with $|1-\eta h|<1$, as $k\to\infty$, this contribution",
            form=Choice(
                {
                    "vanishes": "tends to 0",
                    "settles": "tends to another limit",
                    "explodes": "grows without bound",
                }
            ),
            reference="vanishes",
            truth=Truth(_fate(stable=True), r"the limit of $k\,x^{2k-1}$ for $x<1$, by SymPy"),
            mistakes=(
                Mistake("explodes", "the factor k grows, but the power falls faster"),
                Mistake("settles", "no geometric sequence with |x| < 1 stays away from 0"),
            ),
        ),
        Part(
            name="unstable",
            asks=r"and with $|1-\eta h|>1$",
            form=Choice(
                {
                    "vanishes": "tends to 0",
                    "settles": "tends to another limit",
                    "explodes": "grows without bound",
                }
            ),
            reference="explodes",
            truth=Truth(_fate(stable=False), r"the limit of $k\,x^{2k-1}$ for $x>1$, by SymPy"),
            mistakes=(
                Mistake(
                    "vanishes", "gradient descent diverges there, and its loss is steep in the rate"
                ),
            ),
        ),
        Part(
            name="reuse",
            asks="the rate that is best for one step, used for many steps",
            form=Choice(
                {
                    "safe": "always converges, perhaps slowly",
                    "may diverge": "may make gradient descent diverge",
                    "stays best": "is best for many steps too",
                }
            ),
            reference="may diverge",
            truth=Truth(_reused, "twelve exact steps from three starts, curvatures 1 and 9"),
            mistakes=(
                Mistake(
                    "safe",
                    r"it may lie above $2/h_{\max}$: with curvatures 1 and 9 and residuals (9, 1) it is 5/9, and each step multiplies the second residual by -4",
                ),
                Mistake(
                    "stays best",
                    "with curvatures 1 and 9 and residuals (9, 1) it is 5/9 for one step and about 0.278 for two",
                ),
            ),
        ),
        Part(
            name="greedy",
            asks="two different curvatures, both with a residual, two steps, a rate for each: which choice of the two rates ends lower?",
            form=Choice(
                {
                    "greedy": "each rate best for its own step",
                    "together": r"$1/h_1$ and $1/h_2$",
                }
            ),
            reference="together",
            truth=Truth(_greedy, "exact steps with curvatures 1 and 9"),
            mistakes=(
                Mistake(
                    "greedy",
                    "$1/h_1$ removes one component and $1/h_2$ the other, so the pair ends at the minimum exactly; the best first step leaves some of both",
                ),
            ),
        ),
        Part(
            name="problem",
            asks="a problem, in your own words",
            form=Text("one or two sentences"),
            reference="Memory grows with the number of steps; the derivative vanishes or explodes with it; and tuning on short runs instead is biased.",
            truth=None,
        ),
    ),
    model_answer=r"""
Back-propagation keeps all $k$ iterates: memory $O(k)$, out of reach for large models and long training.
Besides, the derivative passes through the product $\prod_i(I-\eta\nabla^2L(w_i))$: it vanishes like
$k\,|1-\eta h|^{2k-1}$ where training is stable and explodes where it is not. Tuning on a few steps avoids
both and finds the rate that is best for a few steps, which may be far from the best for many.
""",
    conventions=("steps",),
)

QUESTIONS = (realistic,)
