"""What more compute is best spent on."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.checking import (
    Choice,
    Domain,
    Formula,
    Mistake,
    Numbers,
    Part,
    Question,
    scalar,
)

__all__ = ["QUESTIONS"]

alpha_n = scalar("alpha_N", positive=True)
alpha_s = scalar("alpha_S", positive=True)
alpha_b = scalar("alpha_B", positive=True)
alpha = scalar("alpha", positive=True)
beta = scalar("beta", positive=True)


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
            mistakes=(
                Mistake(
                    "size",
                    "such a model has seen one token per parameter: it is short of data, not of size",
                ),
            ),
        ),
    ),
    hints=(
        "To which level does each curve flatten, and what changes that level?",
        "Look at the curves against compute: continue one curve, or change to the curve of another size?",
        "More steps, or larger batches, approach the level of the model that is there. Only one of the three options lowers it.",
    ),
    beyond=(
        "steps_or_batch",
        "balance",
        "kaplan",
        "chinchilla",
        "large",
    ),
    result="C, a larger model, if the curve of the first has begun to flatten.",
    model_answer=r"""
C. In the figures the loss of one size flattens against compute: more steps (A) approach a level that
only a larger model lowers. A larger batch (B) beyond the critical size hardly reduces the steps needed,
and leaves the level as well. Larger models also reach a given loss with fewer tokens. This supposes that
the first run was trained near that flattening; a run stopped early gains more by A, and by Hoffmann et
al. (2022) parameters and tokens should grow together.
""",
)

QUESTIONS = (compute_question,)
