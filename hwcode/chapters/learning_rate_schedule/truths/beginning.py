"""What ``questions/beginning.py`` asks, from the definitions."""

from __future__ import annotations

from functools import cache
from typing import Any

import sympy

from hwcode.chapters.learning_rate_schedule.questions.beginning import K, m
from hwcode.chapters.learning_rate_schedule.questions.problem import c, s
from hwcode.checking import Method, Truth

__all__ = ["TRUTHS"]


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

    from hwcode.chapters.learning_rate_schedule.all_cnn import (
        AllCNN,
        Normalise,
        examples_of,
        start_of,
    )
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


TRUTHS = {
    "P4-2a:uniform": Truth(_uniform_loss, "minus the logarithm of the softmax of equal logits"),
    "P4-2a:excess": Truth(_second_order, "the second derivatives of the loss at equal logits", 2),
    "P4-2a:pooled": Truth(_pooled_variance, "the sum over the covariance matrix", 1),
    "P4-2a:cause": Truth(
        _which_moves, "the first loss of a narrow net after each", method=Method.COMPUTED
    ),
}
