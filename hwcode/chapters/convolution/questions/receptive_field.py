"""The receptive field: which pixels a unit depends on."""

from __future__ import annotations

from itertools import product

import sympy

from hwcode.chapters.convolution.questions.problem import CHAPTER
from hwcode.checking import (
    Choice,
    Domain,
    Formula,
    Mistake,
    Number,
    Ordering,
    Part,
    Question,
    scalar,
)

__all__ = ["QUESTIONS"]

k1, k2, k3, s1, s2, s3, d1, d2 = (
    scalar(f"{letter}{number}", integer=True, positive=True)
    for letter, number in ("k1", "k2", "k3", "s1", "s2", "s3", "d1", "d2")
)


CHANGES = {
    "kernel": "the kernel size",
    "stride": "the stride of an earlier layer",
    "dilation": "the dilation",
    "pooling": "a pooling in between",
    "depth": "one more layer with a $3\\times3$ kernel",
    "channels": "the number of channels",
}


STRIDES = {
    "later": "the fields of the layers behind it, not of its own units",
    "own": "the fields of its own units, too",
    "none": "no fields; it only makes the map smaller",
}


PADDINGS = {
    "border": "nothing far from the border; near it, part of a field lies outside of the image",
    "larger": "it enlarges every field by its width",
    "smaller": "it makes every field smaller",
}


GRADIENTS = {
    "within": "they are in the field, and some of its pixels may be missing",
    "equal": "they are the field, for every image",
    "beyond": "they may reach beyond the field",
}


PLACES = ("first", "second", "third")


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
                    beyond=True,
                ),
                "a number of pixels",
            ),
            reference=1 + (k1 - 1) + (k2 - 1) * s1 + (k3 - 1) * s1 * s2,
            latex=r"r_3 = 1 + (k_1-1) + (k_2-1)\,s_1 + (k_3-1)\,s_1 s_2",
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
                Domain((d1, d2), tuple({d1: p, d2: q} for p in (1, 2, 3) for q in (1, 2, 4)), True),
                "a number of pixels along one axis",
            ),
            reference=1 + 2 * d1 + 2 * d2,
            latex=r"1 + 2d_1 + 2d_2",
            mistakes=(
                Mistake(
                    1 + 2 * d1 + 2 * d1 * d2,
                    "a dilation is no stride: it does not stretch what follows",
                ),
                Mistake(3 * d1 + 3 * d2 - 1, "the three taps of a kernel span 2 d + 1, not 3 d"),
                Mistake(sympy.Integer(5), "the dilation spreads the three taps of a kernel"),
            ),
        ),
        Part(
            name="net",
            asks="behind the last MaxPool of H2-3.2, along one axis",
            form=Number(what="a number of pixels", whole=True),
            reference=sympy.Integer(30),
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
            mistakes=(
                Mistake("equal", "a maximum passes a derivative only to the largest of its inputs"),
                Mistake("beyond", "what a unit does not depend on has derivative 0"),
            ),
        ),
    ),
    hints=(
        r"How far does one more $3\times3$ convolution reach beyond the one before?",
        "Go back from the output: a layer adds $(k-1)$ steps, each as long as the product of the strides before it.",
        r"$r=1+\sum_l(k_l-1)\,d_l\prod_{i<l}s_i$. Which quantities stand in it, and which do not?",
    ),
    beyond=(
        "dilation",
        "net",
        "stride",
        "order",
        "padding",
        "gradient",
    ),
    result=r"$r=1+\sum_l(k_l-1)\,d_l\prod_{i<l}s_i$: kernels, depth, strides before, dilation.",
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
