"""Paddings and updates with new numbers."""

from __future__ import annotations

import random

from sympy import ImmutableMatrix, Integer

from hwcode.chapters.practice import Draw, Exercise, other_than
from hwcode.checking import Formula, Number

__all__ = ["EXERCISES"]


def padding(source: random.Random) -> Exercise:
    """A2-5.4 with other kernels and a dilation."""
    kernel, dilation = other_than(source, 2, 15), other_than(source, 1, 6)
    reach = dilation * (kernel - 1)
    # 2 (m - 1) - 2 p + reach + q + 1 = 2 m has one solution with q in {0, 1}.
    out = 1 - reach % 2
    right = ImmutableMatrix([(reach - 1 + out) // 2, out])
    return Exercise(
        statement=f"A transposed convolution has stride 2, kernel {kernel} and dilation {dilation}. "
        "Which padding and which output padding, 0 or 1, make it double the side of every map?",
        numbers={"kernel": kernel, "dilation": dilation},
        reference=right,
        mistakes=(
            (right + ImmutableMatrix([1, 0]), "this map is two pixels too small"),
            (right + ImmutableMatrix([0, 1 - 2 * out]), "this map is one pixel off"),
            (ImmutableMatrix([right[0] + 1, 1 - out]), "the parity does not fit"),
        ),
        form=Formula(what="padding and output padding, a vector of two numbers"),
    )


def updates(source: random.Random) -> Exercise:
    """A2-5.5 with other sizes."""
    images, epochs = 500 * other_than(source, 2, 99), other_than(source, 2, 60)
    batch = 2 ** other_than(source, 3, 9)
    full = images // batch
    return Exercise(
        statement=f"A training has {images} images, minibatches of {batch} and {epochs} epochs. How many "
        "updates are made, if the last minibatch of an epoch may be smaller?",
        numbers={"images": images, "batch": batch, "epochs": epochs},
        reference=Integer(-(-images // batch) * epochs),
        mistakes=(
            (Integer(full * epochs), "this drops the smaller minibatch"),
            (Integer(-(-images * epochs // batch)), "every epoch ends with its own minibatch"),
            (Integer(-(-images // batch)), "these are the updates of one epoch"),
        ),
        form=Number(what="updates", whole=True),
    )


EXERCISES: dict[str, Draw] = {"A2-5.4": padding, "A2-5.5": updates}
