"""Receptive fields: which inputs a unit is computed from.

Two answers are kept apart. The *theoretical* field is that of a unit far from every border; it
depends on the layers alone. What a given unit *sees* of a given image may be less: at the border
the field is cut off, also by the zeros of every padding in between.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hwcode.checking.arguments import between, takes
from hwcode.sizes.axes import Axis, Repeat, Size, Spread, Window
from hwcode.sizes.layers import Flatten, Layer, Linear, Shape, Softmax
from hwcode.sizes.modules import as_layers

if TYPE_CHECKING:
    from torch import nn

__all__ = ["footprint", "receptive_field", "seen"]


@takes()
def footprint(layers: Sequence[Layer], position: int = 0, axis: int = 0) -> frozenset[int]:
    """The input positions that a unit of the last layer depends on, on an axis without ends.

    With dilations and strides there may be gaps; below a transposed convolution whose stride
    exceeds its kernel it may be empty.

    Raises:
        ValueError: for fully connected layers, which have no place on an axis.

    >>> from hwcode.sizes import Conv, MaxPool
    >>> sorted(footprint([Conv(8, 3), MaxPool(2)], position=5))
    [10, 11, 12, 13]
    """
    positions = frozenset({position})
    for step in reversed(_axes(layers, axis)):
        positions = frozenset().union(*(step.reads(place) for place in positions))
    return positions


@takes(axis=between(0, 10))
def receptive_field(
    layers: Sequence[Layer] | nn.Module, axis: int = 0, shape: Shape | None = None
) -> Size:
    """The size of the theoretical receptive field of the last layer's units along an axis.

    From the first to the last position that a unit depends on, gaps included. For convolutions and
    poolings that is ``1 + sum (k_l - 1) d_l s_1 ... s_{l-1}``, also in symbols. Behind a transposed
    convolution or an upsampling the units of a layer may differ; then it is the largest size among
    them.

    Args:
        layers: from first to last, or a PyTorch module that is a chain of layers.
        axis: counted from 0 after the channels.
        shape: of one input, ``(channels, height, width)``; only a module needs it.

    Raises:
        ValueError: for fully connected layers, and for symbols where units differ.

    >>> from hwcode.sizes import Conv, MaxPool, Upsample
    >>> receptive_field([Conv(8, 3), Conv(8, 3)])
    5
    >>> receptive_field([Conv(8, 3), Upsample(2), Conv(8, 3)])
    4
    """
    layers = as_layers(layers, shape)
    steps = _axes(layers, axis)
    if all(isinstance(step, Window) for step in steps):
        return _size_of_windows(steps)
    period = math.prod(_upscaling(step) for step in steps)
    spans = []
    for phase in range(period):
        places = footprint(layers, phase, axis)
        spans.append(max(places) - min(places) + 1 if places else 0)
    return max(spans)


def _size_of_windows(steps: Sequence[Axis]) -> Size:
    size: Size = 1
    jump: Size = 1  # between the fields of neighbouring units
    for step in steps:
        assert isinstance(step, Window)
        size = size + (step.kernel - 1) * step.dilation * jump
        jump = jump * step.stride
    return size


def _upscaling(step: Axis) -> int:
    factor = {Spread: "stride", Repeat: "factor"}.get(type(step))
    value = getattr(step, factor) if factor else 1
    if not isinstance(value, int):
        raise ValueError(f"the units of a layer differ with their place modulo {value}")
    return value


def _axes(layers: Sequence[Layer], axis: int) -> list[Axis]:
    for layer in layers:
        if isinstance(layer, (Flatten, Linear)):
            raise ValueError(f"{layer.name}: its units have no place on an axis")
    return [layer.along(axis) for layer in layers]


@takes()
def seen(
    layers: Sequence[Layer] | nn.Module, shape: Shape, at: tuple[int, ...] = ()
) -> tuple[frozenset[int], ...]:
    """The positions of the input that one unit depends on, for each axis.

    The unit depends on the pixels whose every coordinate is among them. Borders and paddings are
    taken as they are.

    Args:
        layers: from first to last, or a PyTorch module that is a chain of layers.
        shape: of the input, in integers.
        at: the unit's place on each axis of the output, without its channel; empty for a unit of a
            fully connected layer.

    Raises:
        ValueError: if there is no such unit.

    >>> from hwcode.sizes import Conv
    >>> [sorted(places) for places in seen([Conv(8, 3, padding=1)] * 2, (1, 9, 9), (0, 4))]
    [[0, 1, 2], [2, 3, 4, 5, 6]]
    """
    layers = as_layers(layers, shape)
    shapes = [shape]
    for layer in layers:
        shapes.append(layer.output(shapes[-1]))
    if len(at) != len(shapes[-1]) - 1 or not all(
        0 <= place < size for place, size in zip(at, shapes[-1][1:], strict=True)
    ):
        raise ValueError(f"the output has the shape {shapes[-1]}: there is no unit at {at}")
    places: tuple[frozenset[int], ...] = tuple(frozenset({place}) for place in at)
    everything = False  # whether every number of a flat shape is read
    for layer, before in zip(reversed(layers), reversed(shapes[:-1]), strict=True):
        if len(before) == 1:
            everything = everything or isinstance(layer, (Linear, Softmax))
        elif isinstance(layer, Flatten):
            if not everything:
                raise ValueError(
                    "a unit behind Flatten alone: leave the Flatten out and give its place"
                )
            places = tuple(frozenset(range(int(size))) for size in before[1:])
        else:
            places = tuple(
                _one_axis_back(layer.along(axis), places[axis], int(size))
                for axis, size in enumerate(before[1:])
            )
    return places


def _one_axis_back(step: Axis, places: frozenset[int], size: int) -> frozenset[int]:
    read = frozenset().union(*(step.reads(place) for place in places))
    return frozenset(place for place in read if 0 <= place < size)
