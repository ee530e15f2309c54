"""The receptive field: which pixels a unit depends on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import sympy

from hwcode.checking import (
    Choice,
    Domain,
    Formula,
    Mistake,
    Number,
    Ordering,
    Part,
    Question,
    Truth,
    scalar,
)
from hwcode.questions.convolution.problem import CHAPTER

__all__ = ["QUESTIONS"]

k1, k2, k3, s1, s2, s3, d1, d2 = (
    scalar(f"{letter}{number}", integer=True, positive=True)
    for letter, number in ("k1", "k2", "k3", "s1", "s2", "s3", "d1", "d2")
)

Step = tuple[int, int, int, int]
"""Kernel size, stride, dilation, padding."""


def _reached(steps: Sequence[Step], size: int, channels: int = 1) -> Any:
    """Which outputs change when an input changes: a table of outputs by inputs, in one dimension.

    All weights are 1 and one impulse is sent from each input, so nothing cancels. With several
    channels each layer connects all with all.
    """
    signals = np.repeat(np.eye(size, dtype=object)[:, None, :], channels, axis=1)
    for kernel, stride, dilation, padding in steps:
        padded = np.pad(signals, ((0, 0), (0, 0), (padding, padding)))
        count = (padded.shape[2] - dilation * (kernel - 1) - 1) // stride + 1
        taps = [padded[:, :, t * dilation :: stride][:, :, :count] for t in range(kernel)]
        mixed = np.sum(taps, axis=0).sum(axis=1, keepdims=True)
        signals = np.repeat(mixed, channels, axis=1)
    return signals[:, 0, :].T != 0


def _field(steps: Sequence[Step], channels: int = 1) -> int:
    """First to last input that the unit in the middle depends on, on an input that is long enough."""
    size = 1
    for kernel, stride, dilation, padding in reversed(steps):
        size = (size + 2 * padding + 1) * stride + dilation * kernel
    table = _reached(steps, 2 * size, channels)
    places = np.flatnonzero(table[len(table) // 2])
    return int(places[-1] - places[0] + 1)


def _plain(*layers: tuple[int, int]) -> list[Step]:
    return [(kernel, stride, 1, 0) for kernel, stride in layers]


def _three_layers(point: Any) -> sympy.Integer:
    kernels, strides = (
        [int(point[symbol]) for symbol in row] for row in ((k1, k2, k3), (s1, s2, s3))
    )
    return sympy.Integer(_field(_plain(*zip(kernels, strides, strict=True))))


def _two_dilated(point: Any) -> sympy.Integer:
    return sympy.Integer(_field([(3, 1, int(point[d1]), 0), (3, 1, int(point[d2]), 0)]))


CHANGES = {
    "kernel": "the kernel size",
    "stride": "the stride of an earlier layer",
    "dilation": "the dilation",
    "pooling": "a pooling in between",
    "depth": "one more layer with a $3\\times3$ kernel",
    "channels": "the number of channels",
}


def _never_changes(_: Any) -> str:
    """Change one thing after the other in a net of two layers, and look."""
    base = [(3, 1, 1, 0), (3, 1, 1, 0)]
    changed = {
        "kernel": _field([(5, 1, 1, 0), base[1]]),
        "stride": _field([(3, 2, 1, 0), base[1]]),
        "dilation": _field([(3, 1, 2, 0), base[1]]),
        "pooling": _field([base[0], (2, 2, 1, 0), base[1]]),
        "depth": _field([*base, base[1]]),
        "channels": _field(base, channels=3),
    }
    (same,) = (key for key, size in changed.items() if size == _field(base))
    return same


STRIDES = {
    "later": "the fields of the layers behind it, not of its own units",
    "own": "the fields of its own units, too",
    "none": "no fields; it only makes the map smaller",
}


def _what_a_stride_enlarges(_: Any) -> str:
    own = _field(_plain((3, 2))) > _field(_plain((3, 1)))
    later = _field(_plain((3, 2), (3, 1))) > _field(_plain((3, 1), (3, 1)))
    return {(False, True): "later", (True, True): "own", (False, False): "none"}[own, later]


PADDINGS = {
    "border": "nothing far from the border; near it, part of a field lies outside of the image",
    "larger": "it enlarges every field by its width",
    "smaller": "it makes every field smaller",
}


def _what_padding_does(_: Any) -> str:
    """Two 3-kernels with padding 1, each by itself, on 11 pixels: the middle unit and the first."""
    table = _reached([(3, 1, 1, 1)] * 2, 11)
    inside, corner = int(table[5].sum()), int(table[0].sum())
    without = _field(_plain((3, 1), (3, 1)))
    if inside == without and corner < without:
        return "border"
    return "larger" if inside > without else "smaller"


GRADIENTS = {
    "within": "they are in the field, and some of its pixels may be missing",
    "equal": "they are the field, for every image",
    "beyond": "they may reach beyond the field",
}


def _where_gradients_are(_: Any) -> str:
    """A maximum over two numbers: finite differences at an image, against what it reads."""
    image, small = np.array([1.0, 2.0]), 1e-6
    slopes = [(max(image + small * unit) - max(image)) / small for unit in np.eye(2)]
    support = {i for i, slope in enumerate(slopes) if abs(slope) > 0.5}
    reads = {0, 1}
    return "within" if support < reads else "equal" if support == reads else "beyond"


PLACES = ("first", "second", "third")


def _by_place_of_stride(_: Any) -> tuple[str, ...]:
    fields = {
        name: _field([(3, 2 if place == at else 1, 1, 0) for place in range(3)])
        for at, name in enumerate(PLACES)
    }
    return tuple(sorted(PLACES, key=lambda name: fields[name]))


receptive = Question(
    ids=("H2-3.3",),
    chapter=CHAPTER,
    title="what sets the size of a receptive field",
    marks={"H2-3.3": 0.5},
    statement=r"""
The receptive field of a neuron is the part of the input image that can affect it: $3\times3$ behind
one $3\times3$ convolution, $5\times5$ behind two. Name three things that affect its size, and explain.
*We ask for the formula, so that "affect" can be decided.*
""",
    parts=(
        Part(
            name="formula",
            asks="its size along one axis behind three layers with kernels $k_1,k_2,k_3$ and strides $s_1,s_2,s_3$",
            form=Formula(
                Domain(
                    (k1, k2, k3, s1, s2, s3),
                    tuple(
                        dict(zip((k1, k2, k3, s1, s2, s3), values, strict=True))
                        for values in product((1, 3), (2, 3), (1, 4), (1, 2), (1, 3), (1, 2))
                    ),
                ),
                "a number of pixels",
            ),
            reference=1 + (k1 - 1) + (k2 - 1) * s1 + (k3 - 1) * s1 * s2,
            latex=r"r_3 = 1 + (k_1-1) + (k_2-1)\,s_1 + (k_3-1)\,s_1 s_2",
            truth=Truth(_three_layers, "the inputs from which an impulse arrives"),
            also_right=("k1 + s1*(k2 - 1 + s2*(k3 - 1))",),
            mistakes=(
                Mistake(
                    1 + (k1 - 1) * s1 + (k2 - 1) * s1 * s2 + (k3 - 1) * s1 * s2 * s3,
                    "a layer's own stride moves its neighbour's field, not the size of its own",
                ),
                Mistake(
                    k1 + k2 + k3 - 2,
                    "right without strides only: each stride stretches what follows",
                ),
                Mistake(
                    k1 * k2 * k3,
                    "neighbouring fields overlap, so that sizes add up rather than multiply",
                ),
                Mistake(
                    1 + (k1 - 1) * s2 * s3 + (k2 - 1) * s3 + (k3 - 1),
                    "the strides before a layer count, not those behind it",
                ),
                Mistake(
                    (k1 - 1) + (k2 - 1) * s1 + (k3 - 1) * s1 * s2,
                    "these are the steps from the first pixel to the last, one less than the pixels",
                ),
            ),
        ),
        Part(
            name="dilation",
            asks=r"behind two $3\times3$ convolutions of stride 1 with dilations $d_1$, $d_2$",
            form=Formula(
                Domain((d1, d2), tuple({d1: p, d2: q} for p in (1, 2, 3) for q in (1, 2, 4))),
                "a number of pixels along one axis",
            ),
            reference=1 + 2 * d1 + 2 * d2,
            latex=r"1 + 2d_1 + 2d_2",
            truth=Truth(_two_dilated, "the inputs from which an impulse arrives"),
            mistakes=(
                Mistake(
                    1 + 2 * d1 + 2 * d1 * d2,
                    "a dilation is no stride: it does not stretch what follows",
                ),
                Mistake(3 * d1 + 3 * d2 - 1, "a kernel of 3 spans 2 d + 1 pixels, not 3 d"),
                Mistake(sympy.Integer(5), "the dilation spreads the three taps of a kernel"),
            ),
        ),
        Part(
            name="net",
            asks="behind the last MaxPool of H2-3.2, along one axis",
            form=Number(what="a number of pixels"),
            reference=sympy.Integer(30),
            truth=Truth(
                lambda _: sympy.Integer(
                    _field(_plain((3, 1), (2, 2), (3, 1), (2, 2), (3, 1), (3, 1), (2, 2)))
                ),
                "the inputs from which an impulse arrives",
            ),
            mistakes=(
                Mistake(
                    sympy.Integer(9),
                    "the four convolutions alone: the poolings in between are missing",
                ),
                Mistake(
                    sympy.Integer(26), "this is before the last MaxPool, which adds $(2-1)\\cdot4$"
                ),
                Mistake(
                    sympy.Integer(34), "the last pooling's own stride does not enlarge its field"
                ),
                Mistake(
                    sympy.Integer(900), "this is the area; the size along one axis is asked for"
                ),
                Mistake(sympy.Integer(112), "only the fully connected layers see the whole image"),
            ),
        ),
        Part(
            name="never",
            asks="which of these never changes it?",
            form=Choice(CHANGES),
            reference="channels",
            truth=Truth(_never_changes, "changing each of them in a net of two layers"),
            mistakes=(
                Mistake("kernel", "a kernel larger by 2 makes it larger by 2 at least"),
                Mistake("stride", "with stride 2 in the first layer it grows from 5 to 7"),
                Mistake("dilation", "with dilation 2 in the first layer it grows from 5 to 7"),
                Mistake("pooling", "a pooling is a layer with a kernel and a stride"),
                Mistake("depth", r"one more $3\times3$ layer makes it larger by 2 at least"),
            ),
        ),
        Part(
            name="stride",
            asks="what does a larger stride of a layer enlarge?",
            form=Choice(STRIDES),
            reference="later",
            truth=Truth(_what_a_stride_enlarges, "one and two layers with stride 1 and 2"),
            mistakes=(
                Mistake(
                    "own",
                    r"a $3\times3$ convolution looks at $3\times3$ pixels whatever its stride",
                ),
                Mistake(
                    "none", "a second layer combines units that are now further apart in the image"
                ),
            ),
        ),
        Part(
            name="order",
            asks=r"three $3\times3$ convolutions, one of which has stride 2: smallest field first, by the place of the stride",
            form=Ordering(PLACES, "smallest field first"),
            reference=("third", "second", "first"),
            truth=Truth(_by_place_of_stride, "the inputs from which an impulse arrives"),
            mistakes=(
                Mistake(("first", "second", "third"), "an early stride stretches more layers"),
                Mistake(
                    ("third", "first", "second"),
                    "behind the first layer two follow and are stretched, behind the second only one",
                ),
            ),
        ),
        Part(
            name="padding",
            asks="what does zero padding change?",
            form=Choice(PADDINGS),
            reference="border",
            truth=Truth(_what_padding_does, "the middle unit and the first one on eleven pixels"),
            mistakes=(
                Mistake(
                    "larger",
                    "the zeros are not pixels of the image, and nothing is learnt from them",
                ),
                Mistake("smaller", "only near the border is part of a field cut off"),
            ),
        ),
        Part(
            name="gradient",
            asks="at one image, the pixels in which a unit has a nonzero derivative: how do they compare with its receptive field?",
            form=Choice(GRADIENTS),
            reference="within",
            truth=Truth(_where_gradients_are, "a maximum over two numbers"),
            mistakes=(
                Mistake("equal", "a maximum passes a derivative only to the largest of its inputs"),
                Mistake("beyond", "what a unit does not depend on has derivative 0"),
            ),
        ),
    ),
    model_answer=r"""
Behind layers with kernels $k_l$, strides $s_l$ and dilations $d_l$ it is
$r = 1+\sum_l (k_l-1)\,d_l\prod_{i<l}s_i$. So: (1) the kernel size, as each layer adds $k_l-1$ steps;
(2) the number of layers, as each adds a term; (3) the strides, pooling included, of the layers before,
as they stretch every later step (a layer's own stride does not change its own field). Also the
dilation. Not the number of channels, the nonlinearity or the weights; padding only cuts fields off at
the border.
""",
    conventions=("zero-padding",),
)

QUESTIONS = (receptive,)
