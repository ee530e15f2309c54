"""Parameters, neurons and connections of a network, under a stated convention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hwcode.checking.arguments import takes
from hwcode.sizes.axes import Size, product
from hwcode.sizes.layers import KINDS, Layer, Shape
from hwcode.sizes.modules import as_layers

if TYPE_CHECKING:
    from torch import nn

__all__ = ["LAYERS", "Counting", "Counts", "Row", "count", "output_shape"]

LAYERS = frozenset({"convolution", "pooling", "upsampling", "linear"})
"""The kinds of layers that count by default: those that change sizes or have weights."""


@takes()
@dataclass(frozen=True)
class Counting:
    """What counts. The defaults are those of this book; each flag is a real disagreement.

    Args:
        biases: biases are parameters. For batch normalisation the shift is its bias.
        normalisation: scales and shifts of batch normalisation are parameters at all.
        neurons: the kinds of layers whose outputs are neurons, ``"image"`` for the input among
            them; the kinds are those of :data:`~hwcode.sizes.layers.KINDS`.
        connections: the kinds of layers whose connections count.
        bias_connections: a bias is a connection (to a unit that is always 1) of every output that
            it is added to, as in LeCun et al. 1998.
        padding: connections to the zeros of the padding count, as in the formula
            ``outputs * kernel * kernel * channels``; else only those to numbers that exist.

    >>> Counting(neurons=LAYERS | {"softmaxx"})
    Traceback (most recent call last):
    ...
    ValueError: no kind of layer is called softmaxx; there are convolution, pooling, upsampling,
    linear, normalisation, activation, softmax, reshape, image
    """

    biases: bool = True
    normalisation: bool = True
    neurons: frozenset[str] = LAYERS
    connections: frozenset[str] = LAYERS
    bias_connections: bool = False
    padding: bool = True

    def __post_init__(self) -> None:
        unknown = (self.neurons | self.connections) - {*KINDS, "image"}
        if unknown:
            raise ValueError(
                f"no kind of layer is called {', '.join(sorted(unknown))};"
                f" there are {', '.join(KINDS)}, image"
            )

    def parameters_of(self, layer: Layer, shape: Shape) -> Size:
        """The parameters of a layer for an input of this shape."""
        if layer.kind == "normalisation" and not self.normalisation:
            return 0
        return layer.weights(shape) + (layer.biases(shape) if self.biases else 0)

    def neurons_of(self, layer: Layer, shape: Shape) -> Size:
        """The neurons of a layer for an input of this shape."""
        return product(layer.output(shape)) if layer.kind in self.neurons else 0

    def connections_of(self, layer: Layer, shape: Shape) -> Size:
        """The connections into a layer for an input of this shape."""
        if layer.kind not in self.connections:
            return 0
        links = layer.links(shape, self.padding)
        return links + (layer.bias_links(shape) if self.bias_connections else 0)


@takes()
@dataclass(frozen=True)
class Row:
    """One layer of a network with its counts."""

    layer: Layer
    before: Shape
    after: Shape
    parameters: Size
    neurons: Size
    connections: Size

    @property
    def name(self) -> str:
        """The layer's short name."""
        return self.layer.name


@takes()
@dataclass(frozen=True)
class Counts:
    """The counts of a network, layer by layer and in all."""

    rows: tuple[Row, ...]
    image: Size
    """The numbers of the input that count as neurons: all, or none."""

    @property
    def parameters(self) -> Size:
        """The parameters of all layers."""
        return _sum([row.parameters for row in self.rows])

    @property
    def neurons(self) -> Size:
        """The neurons of all layers, and of the image if it counts."""
        return _sum([self.image, *(row.neurons for row in self.rows)])

    @property
    def connections(self) -> Size:
        """The connections of all layers."""
        return _sum([row.connections for row in self.rows])


def _sum(values: Sequence[Size]) -> Size:
    total = sum(values)
    return total.expand() if hasattr(total, "expand") else total


@takes()
def count(
    layers: Sequence[Layer] | nn.Module, shape: Shape, counting: Counting | None = None
) -> Counts:
    """Count a network.

    Args:
        layers: the layers from first to last, or a PyTorch module that is a chain of layers.
        shape: of one input, ``(channels, height, width)``; integers or SymPy expressions.
        counting: the convention; :class:`Counting` with its defaults if none is given.

    Raises:
        ValueError: if a layer does not fit its input, or a module is not understood.

    >>> from hwcode.sizes import Conv, Flatten, Linear, MaxPool
    >>> net = [Conv(6, 5), MaxPool(2), Flatten(), Linear(10)]
    >>> found = count(net, (1, 32, 32))
    >>> found.parameters, found.neurons, found.connections
    (11926, 5890, 134064)
    >>> lecun = count([Conv(6, 5)], (1, 32, 32), Counting(bias_connections=True))
    >>> lecun.parameters, lecun.connections  # layer C1 of LeNet-5
    (156, 122304)
    """
    rules = Counting() if counting is None else counting
    rows = []
    image = product(shape) if "image" in rules.neurons else 0
    for layer in as_layers(layers, shape):
        after = layer.output(shape)
        rows.append(
            Row(
                layer,
                shape,
                after,
                rules.parameters_of(layer, shape),
                rules.neurons_of(layer, shape),
                rules.connections_of(layer, shape),
            )
        )
        shape = after
    return Counts(tuple(rows), image)


@takes()
def output_shape(layers: Sequence[Layer] | nn.Module, shape: Shape) -> Shape:
    """The shape that comes out of a network.

    >>> import sympy
    >>> from hwcode.sizes import Conv, MaxPool
    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> output_shape([Conv(8, 3, padding=1), MaxPool(2)], (3, 4 * n, 4 * n + 1))
    (8, 2*n, 2*n)
    """
    for layer in as_layers(layers, shape):
        shape = layer.output(shape)
    return shape
