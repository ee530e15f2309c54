"""The loss before the first update."""

from __future__ import annotations

from functools import cache
from typing import Any

import sympy

from hwcode.checking import Choice, Domain, Formula, Method, Mistake, Part, Question, Truth, scalar
from hwcode.questions.learning_rate_schedule.problem import CHAPTER, c, s

__all__ = ["QUESTIONS"]

K = scalar("K", integer=True, positive=True)
m = scalar("m", integer=True, positive=True)


def _uniform_loss(point: Any) -> Any:
    """The cross-entropy of equal logits, from the softmax's own definition."""
    logits = [sympy.Integer(0)] * int(point[K])
    return -sympy.log(sympy.exp(logits[0]) / sum(sympy.exp(value) for value in logits))


def _second_order(point: Any) -> Any:
    """Half the trace of the second derivatives of log(mean exp) at 0, times the variance."""
    logits = sympy.symbols(f"z:{int(point[K])}")
    mean = sum(sympy.exp(z) for z in logits) / len(logits)
    at = dict.fromkeys(logits, 0)
    trace = sum(sympy.diff(sympy.log(mean), z, 2).subs(at) for z in logits)
    return sympy.nsimplify(trace) * point[s] ** 2 / 2


def _pooled_variance(point: Any) -> Any:
    """The sum of a covariance matrix with ones on its diagonal, over m squared."""
    size = int(point[m])
    covariance = sympy.Matrix(size, size, lambda i, j: 1 if i == j else point[c])
    return sum(covariance) / size**2


@cache
def first_losses(change: str) -> float:
    """The first loss of a narrow All-CNN on stand-in images, after a change of the fresh net."""
    import torch

    from hwcode.all_cnn import AllCNN, Normalise, examples_of, start_of
    from hwcode.data import embedded_cifar10
    from hwcode.training.engine import seeded

    examples = examples_of(embedded_cifar10(8, 1).train)
    with seeded(0), torch.no_grad():
        net = AllCNN((8, 16))
        last = [layer for layer in net.layers if isinstance(layer, torch.nn.BatchNorm2d)][-1]
        scale, shift = last.parameters()
        if change == "weights":
            for layer in net.layers:
                if isinstance(layer, torch.nn.Conv2d):
                    for weights in layer.parameters():
                        weights.mul_(10)
        elif change == "shift":
            shift.add_(10)
        elif change == "scale":
            scale.mul_(10)
        images = Normalise(examples)(examples.inputs)
        return start_of(net, images, examples.targets).loss


def _which_moves(_: Any) -> str:
    return max(
        ("weights", "shift", "scale"),
        key=lambda change: abs(first_losses(change) - first_losses("none")),
    )


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
            form=Formula(Domain((K,), ({K: 2}, {K: 3}, {K: 10})), "a number"),
            reference=sympy.log(K),
            truth=Truth(_uniform_loss, "minus the logarithm of the softmax of equal logits"),
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
            form=Formula(Domain((K, s), ({K: 2}, {K: 3}, {K: 5})), "a number"),
            reference=(K - 1) * s**2 / (2 * K),
            latex=r"\frac{K-1}{2K}\,s^2",
            truth=Truth(_second_order, "the second derivatives of the loss at equal logits", 2),
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
                Domain((m, c), ({m: 2}, {m: 4}, {m: 9}), intervals={c: (0, 1)}), "a number"
            ),
            reference=(1 + (m - 1) * c) / m,
            truth=Truth(_pooled_variance, "the sum over the covariance matrix", 1),
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
            truth=Truth(
                _which_moves, "the first loss of a narrow net after each", method=Method.COMPUTED
            ),
            mistakes=(
                Mistake(
                    "weights",
                    "ReLU hands a positive factor on, and BatchNorm divides it out again",
                ),
                Mistake("shift", "a number added to all logits leaves the softmax as it is"),
            ),
        ),
    ),
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
