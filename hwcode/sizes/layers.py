"""Layers as they are counted: what a layer makes of a shape, and what it takes to do so.

Shapes are ``(channels, height, width)`` without the batch, or ``(channels, length)``, or
``(features,)``. How many channels come in is read off the shape, so a layer names only what comes
out. Kernel sizes, strides and so on are one number for all axes or a tuple with one for each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

from hwcode.checking.arguments import takes
from hwcode.sizes.axes import Axis, Repeat, Size, Spread, Window, product

__all__ = [
    "KINDS",
    "Activation",
    "AvgPool",
    "BatchNorm",
    "Conv",
    "ConvTranspose",
    "Dropout",
    "Flatten",
    "Layer",
    "Linear",
    "MaxPool",
    "Pool",
    "ReLU",
    "Shape",
    "Softmax",
    "Upsample",
]

Shape: TypeAlias = tuple[Size, ...]
Geometry: TypeAlias = Size | tuple[Size, ...]

KINDS = (
    "convolution", "pooling", "upsampling", "linear",
    "normalisation", "activation", "softmax", "reshape",
)  # fmt: skip
"""The kinds of layers; a counting convention says of each whether it counts."""


@dataclass(frozen=True)
class Layer:
    """A layer that treats every channel by itself, like pooling; others say what differs."""

    kind: ClassVar[str] = ""

    @property
    def name(self) -> str:
        """A short name, such as ``Conv3-64``."""
        return type(self).__name__

    def along(self, axis: int) -> Axis:
        """What it does along one of the axes, counted from 0 after the channels."""
        return Window(1)

    def channels_after(self, channels: Size) -> Size:
        """How many channels come out if so many come in."""
        return channels

    def output(self, shape: Shape) -> Shape:
        """The shape that comes out.

        Raises:
            ValueError: if the layer can't take this shape, or nothing is left of it.
        """
        after = tuple(self.along(axis).size(n) for axis, n in enumerate(shape[1:]))
        if any(isinstance(n, int) and n < 1 for n in after):
            raise ValueError(f"{self.name} leaves nothing of an input of shape {shape}")
        return (self.channels_after(shape[0]), *after)

    def weights(self, shape: Shape) -> Size:
        """Trained numbers other than biases, for an input of this shape."""
        return 0

    def biases(self, shape: Shape) -> Size:
        """Trained numbers that are added to outputs."""
        return 0

    def bias_links(self, shape: Shape) -> Size:
        """How many outputs have a bias added to them."""
        return product(self.output(shape)) if self.biases(shape) != 0 else 0

    def links(self, shape: Shape, padding: bool = True) -> Size:
        """Pairs of an output and an input that it is computed from.

        Args:
            shape: of the input.
            padding: whether positions outside of the image count; see :meth:`Axis.pairs`.
        """
        return product([shape[0], self._pairs(shape, padding)])

    def _pairs(self, shape: Shape, padding: bool) -> Size:
        return product(self.along(axis).pairs(n, padding) for axis, n in enumerate(shape[1:]))


def _at(value: Geometry, axis: int) -> Size:
    return value[axis] if isinstance(value, tuple) else value


def _told(value: Geometry) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True)
class _Filter(Layer):
    """What convolutions and transposed convolutions have in common."""

    kind: ClassVar[str] = "convolution"

    channels: Size
    kernel: Geometry
    stride: Geometry = 1
    padding: Geometry = 0
    dilation: Geometry = 1
    groups: int = 1
    bias: bool = True

    @property
    def name(self) -> str:
        return f"{type(self).__name__}{_told(self.kernel)}-{self.channels}"

    def channels_after(self, channels: Size) -> Size:
        for count in (channels, self.channels):
            if isinstance(count, int) and count % self.groups:
                raise ValueError(f"{self.name}: {count} channels in {self.groups} groups")
        return self.channels

    def output(self, shape: Shape) -> Shape:
        if len(shape) < 2:
            raise ValueError(f"{self.name} needs channels and an axis, not the shape {shape}")
        return super().output(shape)

    def weights(self, shape: Shape) -> Size:
        taps = product(_at(self.kernel, axis) for axis in range(len(shape) - 1))
        return self._per_group(shape[0] * self.channels * taps)

    def biases(self, shape: Shape) -> Size:
        return self.channels if self.bias else 0

    def links(self, shape: Shape, padding: bool = True) -> Size:
        return self._per_group(shape[0] * self.channels * self._pairs(shape, padding))

    def _per_group(self, count: Size) -> Size:
        return count // self.groups if isinstance(count, int) else count / self.groups


@takes()
@dataclass(frozen=True)
class Conv(_Filter):
    """A convolution with ``channels`` filters.

    >>> Conv(64, 3, padding=1).output((3, 112, 112)), Conv(64, 3).weights((3, 112, 112))
    ((64, 112, 112), 1728)
    """

    def along(self, axis: int) -> Window:
        return Window(
            *(_at(v, axis) for v in (self.kernel, self.stride, self.padding, self.dilation))
        )


@takes()
@dataclass(frozen=True)
class ConvTranspose(_Filter):
    """A transposed convolution with ``channels`` outputs.

    >>> ConvTranspose(8, 3, stride=2, padding=1, output_padding=1).output((16, 8, 8))
    (8, 16, 16)
    """

    output_padding: Geometry = 0

    def along(self, axis: int) -> Spread:
        values = (self.kernel, self.stride, self.padding, self.dilation, self.output_padding)
        return Spread(*(_at(value, axis) for value in values))


@takes()
@dataclass(frozen=True)
class Pool(Layer):
    """Pooling; the stride is the kernel size if none is given."""

    kind: ClassVar[str] = "pooling"

    kernel: Geometry
    stride: Geometry | None = None
    padding: Geometry = 0

    def __post_init__(self) -> None:
        if self.stride is None:
            object.__setattr__(self, "stride", self.kernel)

    @property
    def name(self) -> str:
        return f"{type(self).__name__}{_told(self.kernel)}"

    def along(self, axis: int) -> Window:
        return Window(*(_at(value, axis) for value in (self.kernel, self.stride, self.padding)))


@takes()
@dataclass(frozen=True)
class MaxPool(Pool):
    """Max pooling.

    >>> MaxPool(2).output((64, 53, 53))
    (64, 26, 26)
    """

    dilation: Geometry = 1

    def along(self, axis: int) -> Window:
        return replace(super().along(axis), dilation=_at(self.dilation, axis))


@takes()
@dataclass(frozen=True)
class AvgPool(Pool):
    """Average pooling."""


@takes()
@dataclass(frozen=True)
class Upsample(Layer):
    """Nearest-neighbour upsampling by a whole factor; each output is a copy of one input."""

    kind: ClassVar[str] = "upsampling"

    factor: Geometry = 2

    @property
    def name(self) -> str:
        return f"Upsample{_told(self.factor)}"

    def along(self, axis: int) -> Repeat:
        return Repeat(_at(self.factor, axis))


@takes()
@dataclass(frozen=True)
class BatchNorm(Layer):
    """Batch normalisation as it computes after training, each output from one input."""

    kind: ClassVar[str] = "normalisation"

    affine: bool = True

    def weights(self, shape: Shape) -> Size:
        return shape[0] if self.affine else 0

    def biases(self, shape: Shape) -> Size:
        return shape[0] if self.affine else 0


@takes()
@dataclass(frozen=True)
class Activation(Layer):
    """A nonlinearity that acts on each number by itself."""

    kind: ClassVar[str] = "activation"

    function: str

    @property
    def name(self) -> str:
        return self.function


@takes()
@dataclass(frozen=True)
class ReLU(Activation):
    """The most common one."""

    function: str = "ReLU"


@dataclass(frozen=True)
class Softmax(Layer):
    """Softmax over the channels, or over all features of a flat shape."""

    kind: ClassVar[str] = "softmax"

    def links(self, shape: Shape, padding: bool = True) -> Size:
        return product([shape[0], *shape])


@dataclass(frozen=True)
class Dropout(Layer):
    """Dropout; it has no units of its own."""

    kind: ClassVar[str] = "reshape"


@dataclass(frozen=True)
class Flatten(Layer):
    """All numbers in one row; it has no units of its own.

    >>> Flatten().output((256, 14, 14))
    (50176,)
    """

    kind: ClassVar[str] = "reshape"

    def output(self, shape: Shape) -> Shape:
        return (product(shape),)


@takes()
@dataclass(frozen=True)
class Linear(Layer):
    """A fully connected layer; it takes a flat shape.

    >>> Linear(100).weights((1024,)), Linear(100).biases((1024,))
    (102400, 100)
    """

    kind: ClassVar[str] = "linear"

    features: Size
    bias: bool = True

    @property
    def name(self) -> str:
        return f"Linear-{self.features}"

    def output(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise ValueError(f"{self.name} needs a flat shape, not {shape}: put a Flatten before")
        return (self.features,)

    def weights(self, shape: Shape) -> Size:
        return product([shape[0], self.features])

    def biases(self, shape: Shape) -> Size:
        return self.features if self.bias else 0

    def links(self, shape: Shape, padding: bool = True) -> Size:
        return self.weights(shape)
