"""How large a network is: shapes, parameters, neurons, connections and receptive fields.

A network is a list of layers, or a PyTorch module that is a chain of them. Sizes are integers or
SymPy expressions. What counts is an argument, :class:`Counting`. No torch is imported until a
module comes in.
"""

from hwcode.sizes.axes import Repeat, Size, Spread, Window
from hwcode.sizes.counting import LAYERS, Counting, Counts, Row, count, output_shape
from hwcode.sizes.fields import footprint, receptive_field, seen
from hwcode.sizes.layers import (
    KINDS,
    Activation,
    AvgPool,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool,
    ReLU,
    Shape,
    Softmax,
    Upsample,
)
from hwcode.sizes.modules import from_module, to_module
from hwcode.sizes.paddings import (
    convolution_law,
    doubling_law,
    downsampling_paddings,
    halving_law,
    round_trip_law,
    transposed_law,
    upsampling_paddings,
)

__all__ = [
    "KINDS",
    "LAYERS",
    "Activation",
    "AvgPool",
    "BatchNorm",
    "Conv",
    "ConvTranspose",
    "Counting",
    "Counts",
    "Dropout",
    "Flatten",
    "Layer",
    "Linear",
    "MaxPool",
    "ReLU",
    "Repeat",
    "Row",
    "Shape",
    "Size",
    "Softmax",
    "Spread",
    "Upsample",
    "Window",
    "convolution_law",
    "count",
    "doubling_law",
    "downsampling_paddings",
    "footprint",
    "from_module",
    "halving_law",
    "output_shape",
    "receptive_field",
    "round_trip_law",
    "seen",
    "to_module",
    "transposed_law",
    "upsampling_paddings",
]
