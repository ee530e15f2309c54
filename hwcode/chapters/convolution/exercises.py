"""Convolutions by hand, sizes of nets and receptive fields with new numbers."""

from __future__ import annotations

import random
from itertools import pairwise
from math import prod

from sympy import ImmutableMatrix, Integer

from hwcode.chapters.practice import Draw, Exercise, other_than, table, told
from hwcode.checking import Formula, Number

__all__ = ["EXERCISES"]


def correlation(image: ImmutableMatrix, kernel: ImmutableMatrix) -> ImmutableMatrix:
    """The kernel on every place where it lies inside the image, without a flip.

    >>> correlation(ImmutableMatrix([[1, 2], [3, 4]]), ImmutableMatrix([[1, 10]]))
    Matrix([
    [21],
    [43]])
    """

    def at(row: int, column: int) -> Integer:
        part = image[row : row + kernel.rows, column : column + kernel.cols]
        return sum(part.multiply_elementwise(kernel), Integer(0))

    return ImmutableMatrix(image.rows - kernel.rows + 1, image.cols - kernel.cols + 1, at)


def by_hand(source: random.Random) -> Exercise:
    """H2-3.1 with another image and filter, inside the image."""
    image, kernel = table(source, 3, 4, -3, 3), table(source, 2, 2, -2, 2)
    flipped = kernel[::-1, ::-1]
    return Exercise(
        statement=f"Compute the convolution $I*J$ of {told('I', image)} with {told('J', kernel)} where "
        "the filter lies inside the image. A convolution flips the filter.",
        numbers={"image": image, "kernel": kernel},
        reference=correlation(image, flipped),
        mistakes=(
            (correlation(image, kernel), "this is the correlation: the filter has to be flipped"),
            (
                correlation(image, kernel[::-1, :]),
                "flipped in one direction only; a convolution flips both",
            ),
            (correlation(image, flipped.T), "the filter is flipped, not transposed"),
        ),
        form=Formula(what="a matrix of 2 x 3 numbers, [[row], [row]]"),
    )


def parameters(source: random.Random) -> Exercise:
    """H2-3.2 for a small net."""
    channels = [other_than(source, 1, 4), *(2 ** other_than(source, 2, 6) for _ in range(2))]
    kernel, side, classes = source.choice([3, 5]), 4 * other_than(source, 1, 4), 10
    side_after = side // 4
    convolutions = sum(kernel**2 * a * b for a, b in pairwise(channels))
    connected = side_after**2 * channels[-1] * classes
    biases = sum(channels[1:]) + classes
    return Exercise(
        statement=f"An image of {side}×{side} with {channels[0]} channels goes through two convolutions "
        f"{kernel}×{kernel} with {channels[1]} and {channels[2]} output channels, padded so that they keep "
        f"the size, each followed by a 2×2 max pooling, and then through a fully connected layer with {classes} outputs. How "
        "many parameters does the net have, biases included?",
        numbers={"channels": tuple(channels), "kernel": kernel, "side": side, "classes": classes},
        reference=Integer(convolutions + connected + biases),
        mistakes=(
            (Integer(convolutions + connected), "these are the weights without the biases"),
            (
                Integer(convolutions + side**2 * channels[-1] * classes + biases),
                "the two poolings leave a sixteenth of the pixels",
            ),
            (
                Integer(convolutions // kernel + connected + biases),
                "a kernel has width times height weights",
            ),
        ),
        form=Number(what="parameters", whole=True),
    )


def field(source: random.Random) -> Exercise:
    """H2-3.3 for three or four layers."""
    layers = [
        (other_than(source, 2, 7), other_than(source, 1, 3))
        for _ in range(other_than(source, 3, 4))
    ]
    strides = [stride for _, stride in layers]
    steps = [prod(strides[:place]) for place in range(len(layers))]
    right = 1 + sum((k - 1) * step for (k, _), step in zip(layers, steps, strict=True))
    own = 1 + sum((k - 1) * step * s for (k, s), step in zip(layers, steps, strict=True))
    told_layers = ", ".join(f"kernel {k} with stride {s}" for k, s in layers)
    return Exercise(
        statement=f"Along one axis, the layers are, the first one first: {told_layers}. How many "
        "numbers of the input does one output see?",
        numbers={"layers": tuple(layers)},
        reference=Integer(right),
        mistakes=(
            (Integer(own), "a layer's own stride does not enlarge its own field"),
            (Integer(1 + sum(k - 1 for k, _ in layers)), "strides spread what later layers see"),
            (Integer(prod(k for k, _ in layers)), "fields overlap: kernels are not multiplied"),
        ),
        form=Number(what="numbers of the input", whole=True),
    )


EXERCISES: dict[str, Draw] = {"H2-3.1": by_hand, "H2-3.2": parameters, "H2-3.3": field}
