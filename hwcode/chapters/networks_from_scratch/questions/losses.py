"""Binary cross-entropy."""

from __future__ import annotations

from hwcode.chapters.networks_from_scratch import layers as nn
from hwcode.chapters.networks_from_scratch import modules
from hwcode.chapters.networks_from_scratch.questions import (
    answers,
    contracts,
    instances,
    module_answers,
)
from hwcode.chapters.networks_from_scratch.questions.problem import CHAPTER, CLEAN
from hwcode.checking import Alternative, Mistake, Part, Question
from hwcode.checking.programs import Program
from hwcode.checking.trials import by_name, with_losses

__all__ = ["QUESTIONS"]


# --- A1-P1.1 ----------------------------------------------------------------------------------


TARGETS = "n targets from 0 to 1"
cross_entropy = Question(
    ids=("A1-P1.1",),
    chapter=CHAPTER,
    title="binary cross-entropy, forward and backward",
    marks={"A1-P1.1": 1},
    statement=r"""
Implement the binary cross-entropy loss. *In the starter's contract:* a class `BinaryCrossEntropy()`. Called with
logits ($n\times1$) and, by name, `targets` in $[0,1]$ of the same shape, it returns the mean cross-entropy, a scalar;
`backward(grad_output)` takes the gradient in this scalar and returns a tuple of one, the gradient in the logits.
*Ours, besides:* four functions of NumPy arrays of $n$ entries, with targets $t_i\in[0,1]$: `bce(p, t)` returns the mean of
$-t_i\log p_i-(1-t_i)\log(1-p_i)$ for probabilities $p_i\in[0,1]$, where $0\log0=0$, and infinity where
an event of probability 0 happened; `bce_backward(p, t)` its gradient in $p$ (at 0 and 1 the one-sided
derivative); `bce_with_logits(z, t)` the same loss for $p_i=1/(1+e^{-z_i})$, and
`bce_with_logits_backward(z, t)` its gradient in $z$, both right for every $|z_i|\le1000$. """
    + CLEAN,
    parts=(
        Part(
            name="module",
            asks="the class `BinaryCrossEntropy`, in the starter's contract",
            form=Program(
                name="BinaryCrossEntropy",
                parameters={
                    "logits": "n x 1",
                    "targets": "n x 1, from 0 to 1",
                    "grad_output": "a scalar",
                },
                what="the loss and the gradient in the logits",
                instances=instances.columns_of_logits,
                differ=with_losses("loss"),
                use=contracts.use_loss,
                usage="a Python class BinaryCrossEntropy() of the starter's kind: forward(logits, targets=...), and backward(grad_output), which returns a tuple",
                beside=contracts.given(),
                clean=True,
            ),
            reference=modules.BinaryCrossEntropy,
            mistakes=(
                Mistake(
                    module_answers.LossBySigmoid,
                    "`log(sigmoid(z))` overflows, or takes the logarithm of 0, for large logits; put the two together, as `logaddexp` does",
                ),
                Mistake(
                    module_answers.LossClipped,
                    "clipping hides how wrong a sure answer is: no loss can exceed 28 then",
                    "infinite",
                ),
                Mistake(module_answers.LossSummed, "the loss is a mean: 1/n is missing", "mean"),
                Mistake(
                    module_answers.LossMeanTwice,
                    "the mean is taken twice: the gradient has 1/n once",
                    "mean",
                ),
                Mistake(
                    module_answers.LossWithoutTuple,
                    "`backward` returns a tuple with one gradient for each positional input, here of one",
                ),
                Mistake(module_answers.LossAscent, "the sign: this is the direction of descent"),
                Mistake(
                    module_answers.LossSlopeInP,
                    "this is the gradient in the probability; the one in the logit has $p(1-p)$ besides, which cancels",
                ),
                Mistake(
                    module_answers.LossOfProbabilities,
                    "its input is a logit; the sigmoid is part of the loss",
                ),
                Mistake(
                    module_answers.LossAlone,
                    "the chain rule: the gradient in the output multiplies all",
                ),
            ),
        ),
        Part(
            name="loss",
            asks="ours: `bce(p, t)`",
            form=Program(
                name="bce",
                parameters={"p": "n probabilities", "t": TARGETS},
                what="the mean cross-entropy",
                instances=instances.probabilities,
                differ=by_name(),
                clean=True,
            ),
            reference=nn.bce,
            alternatives=(
                Alternative(
                    answers.bce_clamped,
                    "right with logarithms cut off at -100, as in PyTorch's `BCELoss`: 100 where the loss is infinite",
                    "infinite",
                ),
            ),
            mistakes=(
                Mistake(
                    answers.bce_by_formula,
                    "at $p=t=0$ and $p=t=1$ it takes the logarithm of 0, and 0 times that is not a number",
                ),
                Mistake(answers.bce_summed, "the loss is a mean: 1/n is missing", "mean"),
                Mistake(
                    answers.bce_shifted,
                    "the added constant is no rounding: it changes every loss and makes an infinite one 18",
                ),
                Mistake(
                    answers.bce_clipped,
                    "clipping hides how wrong a sure answer is: no loss can exceed 28 then",
                    "infinite",
                ),
                Mistake(
                    answers.bce_of_labels,
                    "a target between 0 and 1 needs both logarithms; this is right for 0 and 1 only",
                ),
                Mistake(
                    answers.bce_of_ones,
                    "targets of 0 cost nothing here, so always saying 1 would be best",
                ),
            ),
        ),
        Part(
            name="gradient",
            asks="ours: `bce_backward(p, t)`",
            form=Program(
                name="bce_backward",
                parameters={"p": "n probabilities", "t": TARGETS},
                what="the gradient of the mean cross-entropy in p, n entries",
                instances=instances.probabilities,
                differ=by_name(),
                clean=True,
            ),
            reference=nn.bce_backward,
            mistakes=(
                Mistake(
                    answers.slopes_by_formula,
                    "for $p=t=0$ and $p=t=1$ it is 0/0; the derivative is $\\pm1/n$",
                ),
                Mistake(
                    answers.slopes_of_logits_for_p,
                    "this is the gradient in the logit; the one in $p$ is larger by $1/(p(1-p))$",
                ),
                Mistake(answers.slopes_summed, "the loss is a mean: 1/n is missing", "mean"),
            ),
        ),
        Part(
            name="logits",
            asks="ours: `bce_with_logits(z, t)`",
            form=Program(
                name="bce_with_logits",
                parameters={"z": "n logits", "t": TARGETS},
                what="the mean cross-entropy of sigmoid(z)",
                instances=instances.logits,
                differ=by_name(),
                clean=True,
            ),
            reference=nn.bce_with_logits,
            mistakes=(
                Mistake(
                    answers.by_probability,
                    "the probability is rounded to 1 or 0, and the loss becomes infinite",
                ),
                Mistake(answers.softplus_naive, "exp(1000) overflows"),
                Mistake(
                    answers.logits_swapped,
                    "the targets are exchanged: it is the loss for $1-t$",
                ),
            ),
        ),
        Part(
            name="logits_gradient",
            asks="ours: `bce_with_logits_backward(z, t)`",
            form=Program(
                name="bce_with_logits_backward",
                parameters={"z": "n logits", "t": TARGETS},
                what="its gradient in z, n entries",
                instances=instances.logits,
                differ=by_name(),
                clean=True,
            ),
            reference=nn.bce_with_logits_backward,
            mistakes=(
                Mistake(
                    answers.by_chain_rule,
                    "where the probability is rounded to 1 or 0 it is infinity times 0",
                ),
                Mistake(
                    answers.negative_exponential,
                    "exp(1000) overflows, and infinity over infinity is not a number",
                ),
                Mistake(
                    answers.plain_sigmoid,
                    "exp(1000) overflows: 1 over it is right, but with a warning",
                ),
                Mistake(answers.ascent, "the sign: this is the direction of descent"),
            ),
        ),
    ),
    hints=(
        "At which arguments does the formula as it stands overflow, or take the logarithm of 0?",
        r"`np.logaddexp(0, z)` is $\log(1+e^z)$ without overflow. Differentiate one example, then divide by $n$.",
        r"$-\log\sigma(z)=\log(1+e^{-z})$ and $-\log(1-\sigma(z))=\log(1+e^z)$. With logits the gradient becomes very short.",
    ),
    beyond=("loss", "gradient", "logits", "logits_gradient"),
    result=r"Compute the loss from logits: it never overflows, and its gradient is $\sigma(z)-t$.",
    numbers=("100 <source>",),
    model_answer=r"""
For one example $\ell=-t\log p-(1-t)\log(1-p)$ and $\partial\ell/\partial p=-\frac tp+\frac{1-t}{1-p}$; divide by
$n$, and leave out a term whose weight $t$ or $1-t$ is 0. With $p=\sigma(z)$: $-\log\sigma(z)=\log(1+e^{-z})$ and
$-\log(1-\sigma(z))=\log(1+e^z)$, so $\ell=t\log(1+e^{-z})+(1-t)\log(1+e^z)$, computed with `logaddexp(0, ∓z)`,
which never overflows. $\partial\ell/\partial z=\frac{p-t}{p(1-p)}\cdot p(1-p)=\sigma(z)-t$.
""",
    conventions=("mean", "infinite"),
)

QUESTIONS = (cross_entropy,)
