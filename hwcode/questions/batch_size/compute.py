"""What more compute is best spent on."""

from __future__ import annotations

from typing import Any

import sympy

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
    chapter="batch_size",
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
                    "B",
                    "from the critical batch on a larger one saves half of the steps at most, and the level stays",
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

QUESTIONS = (compute_question,)
