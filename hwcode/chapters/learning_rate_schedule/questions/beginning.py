"""The loss before the first update."""

from __future__ import annotations

import sympy

from hwcode.chapters.learning_rate_schedule.questions.problem import CHAPTER, c, s
from hwcode.checking import Choice, Domain, Formula, Mistake, Part, Question, scalar

__all__ = ["QUESTIONS"]

K = scalar("K", integer=True, positive=True)
m = scalar("m", integer=True, positive=True)


beginning = Question(
    ids=("P4-2a",),
    chapter=CHAPTER,
    title="where the loss starts",
    marks={"P4-2a": 5},
    statement=r"""
Why is the first cross-entropy loss of an All-CNN on CIFAR-10, freshly initialised by PyTorch's
defaults, about 2.3? *We add: about, but not exactly; what is the difference made of, and which part
of the initialisation is responsible?*
""",
    parts=(
        Part(
            name="uniform",
            asks=r"the cross-entropy loss when all of $K$ classes get the same logit",
            form=Formula(Domain((K,), ({K: 2}, {K: 3}, {K: 10}), K >= 2), "a number"),
            reference=sympy.log(K),
            also_right=("-log(1/K)",),
            mistakes=(
                Mistake(1 - 1 / K, "this is the error rate of guessing, not its loss"),
                Mistake(
                    sympy.log(K) / sympy.log(2),
                    "this is in bits; PyTorch's loss has the natural logarithm",
                    "logarithm",
                ),
                Mistake(
                    sympy.log(K) / sympy.log(10),
                    "this is with decimal logarithms; PyTorch's loss has natural ones",
                    "logarithm",
                ),
                Mistake(K * sympy.log(K), "the loss is that of the right class alone"),
            ),
        ),
        Part(
            name="excess",
            asks=r"by how much the expected loss exceeds $\ln K$, to second order, if the logits have mean 0, variance $s^2$, are uncorrelated between classes and know nothing of the label",
            form=Formula(Domain((K, s), ({K: 2}, {K: 3}, {K: 5}), K >= 2), "a number"),
            reference=(K - 1) * s**2 / (2 * K),
            latex=r"\frac{K-1}{2K}\,s^2",
            also_right=("s**2/2 - s**2/(2*K)",),
            mistakes=(
                Mistake(
                    sympy.S.Zero,
                    "mean 0 is not enough: the mean of exponentials is not the exponential of the mean (Jensen)",
                ),
                Mistake(
                    s**2 / 2, "what all logits of an image have in common does not change the loss"
                ),
                Mistake((K - 1) * s**2 / K, "the factor 1/2 of the second-order term is missing"),
            ),
        ),
        Part(
            name="pooled",
            asks=r"the variance of a logit, the mean of $m$ standardised map entries, any two of them with correlation $c$",
            form=Formula(
                Domain((m, c), ({m: 2}, {m: 4}, {m: 9}), True, intervals={c: (0, 1)}), "a number"
            ),
            reference=(1 + (m - 1) * c) / m,
            also_right=("c + (1 - c)/m",),
            mistakes=(
                Mistake(1 / m, "neighbouring places of one image are correlated"),
                Mistake(
                    sympy.S.One,
                    "BatchNorm makes the variance 1 before the pooling, not after it",
                ),
                Mistake(c, "right only for infinitely many entries"),
            ),
        ),
        Part(
            name="cause",
            asks="which change of the fresh net moves its first training loss most?",
            form=Choice(
                {
                    "weights": "all weights and biases of the convolutions times 10",
                    "shift": "10 more in the shift of the last BatchNorm, for every class",
                    "scale": "the scale of the last BatchNorm times 10",
                }
            ),
            reference="scale",
            mistakes=(
                Mistake(
                    "weights",
                    "ReLU hands a positive factor on, and BatchNorm divides it out again",
                ),
                Mistake("shift", "a number added to all logits leaves the softmax as it is"),
            ),
        ),
    ),
    hints=(
        "Which probabilities does a net give that knows nothing yet?",
        "Put equal logits into the cross-entropy. For the difference, expand the log-sum-exp to second order.",
        r"Each of the 10 classes has probability $\frac1{10}$: the loss is $-\ln\frac1{10}$.",
    ),
    beyond=(
        "excess",
        "pooled",
        "cause",
    ),
    result=r"Ten equal probabilities: $\ln10\approx2.303$, and a small excess from the spread of the logits.",
    numbers=("2.303 = log(10)",),
    model_answer=r"""
Equal logits give every class the probability $1/10$, and the loss $-\ln\frac1{10}=\ln10\approx2.303$.
The fresh net is near that: its last BatchNorm starts with scale 1 and shift 0, so each class has
logits of mean 0 over the minibatch, and the pooling averages 64 entries of variance 1, which leaves
a small variance $s^2$. The loss is $\ln10$ plus a Jensen term, about $\frac9{20}s^2>0$, minus the
mean logit of the right class, which is near 0 as the net knows nothing of the labels. In training mode
the size of the convolutions' weights plays no part.
""",
    conventions=("logarithm",),
)

QUESTIONS = (beginning,)
