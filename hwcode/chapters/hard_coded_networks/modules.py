"""The hard-coded networks as ``torch`` modules with fixed weights, and back.

The way back matters: the weights of a module are read as exact fractions, so that what is proved is
proved of the module and not of something that it was made from. (Of its weights, that is: a module
adds with rounding.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from hwcode.chapters.hard_coded_networks.perceptrons import firing_perceptron
from hwcode.checking.arguments import SIZE, above, takes
from hwcode.checking.networks import Perceptron

__all__ = ["Activation", "CountingSelector", "as_module", "as_perceptron"]

LARGEST = torch.finfo(torch.float64).max
"""The largest double."""

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda z: z,
    "relu": torch.relu,
    "leaky_relu": lambda z: torch.maximum(z, z / 100),
    "abs": torch.abs,
    "step": lambda z: (z >= 0).to(z.dtype),
    "indicator": lambda z: (z.abs() <= 1).to(z.dtype),
}


@takes()
class Activation(nn.Module):
    """An activation by its name in :data:`hwcode.checking.networks.ACTIVATIONS`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def forward(self, z: Tensor) -> Tensor:
        return FUNCTIONS[self.name](z)

    def extra_repr(self) -> str:
        return self.name


@takes()
def as_module(network: Perceptron) -> nn.Sequential:
    """Linear layers and activations, in double precision, with weights that are not trained.

    >>> from hwcode.chapters.hard_coded_networks.perceptrons import SORT_2
    >>> as_module(SORT_2)(torch.tensor([7.0, 3.0], dtype=torch.float64))
    tensor([3., 7.], dtype=torch.float64)
    """
    modules: list[nn.Module] = []
    for layer in network.layers:
        linear = nn.Linear(len(layer.W[0]), len(layer.W), dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(
                torch.tensor([[float(w) for w in row] for row in layer.W], dtype=torch.float64)
            )
            linear.bias.copy_(torch.tensor([float(b) for b in layer.b], dtype=torch.float64))
        modules += [linear.requires_grad_(False), Activation(layer.phi)]
    return nn.Sequential(*modules)


@takes()
def as_perceptron(module: nn.Sequential) -> Perceptron:
    """The inverse of :func:`as_module`: the weights as exact fractions.

    >>> from hwcode.chapters.hard_coded_networks.perceptrons import SORT_2
    >>> as_perceptron(as_module(SORT_2)) == SORT_2
    True
    """
    weights: dict[str, Any] = {}
    pairs = zip(module[::2], module[1::2], strict=True)
    for place, (linear, activation) in enumerate(pairs, 1):
        weights |= {f"W{place}": linear.weight, f"b{place}": linear.bias}
        weights |= {f"phi{place}": activation.name}
    return Perceptron.of(weights)


@takes(size=SIZE, bound=above(0))
class CountingSelector(nn.Module):
    """The k-th smallest of some numbers: count, fire, and let through the number that fired.

    A number passes if its unit fired: ``relu(x - M c) - relu(-x - M c)`` with ``c = 0`` is ``x``,
    and with ``c = 1`` it is 0 for ``|x| <= M``. As ``M c`` is formed first, no digit of ``x`` is
    lost, and the largest double will do as ``M``.

    Args:
        size: how many numbers.
        k: from 1 to ``size``.
        bound: ``M``, a bound for the absolute values of all numbers.
        ties: let equal numbers be ordered by their places.

    >>> middle = CountingSelector(3, k=2)
    >>> middle(torch.tensor([[5.0, -3.0, 9.0], [4.0, 4.0, -1.0]], dtype=torch.float64))
    tensor([5., 4.], dtype=torch.float64)
    """

    def __init__(self, size: int, k: int, bound: float = LARGEST, ties: bool = True) -> None:
        super().__init__()
        self.fire = as_module(firing_perceptron(size, k, ties))
        self.bound = bound

    def forward(self, x: Tensor) -> Tensor:
        closed = self.bound * (1 - self.fire(x))
        passed = torch.relu(x - closed) - torch.relu(-x - closed)
        return passed.sum(dim=-1)
