"""Losses, rates and updates with new numbers."""

from __future__ import annotations

import random

from sympy import Integer, Rational, log

from hwcode.chapters.practice import Draw, Exercise, other_than
from hwcode.checking import Formula, Number

__all__ = ["EXERCISES"]


def uniform(source: random.Random) -> Exercise:
    """P4-2a with another number of classes."""
    classes = other_than(source, 3, 1000)
    return Exercise(
        statement=f"A classifier of {classes} classes gives each the same logit. What is its cross-entropy "
        "loss, in natural logarithms?",
        numbers={"classes": classes},
        reference=log(classes),
        mistakes=(
            (log(2), "this is for two classes"),
            (-log(1 - Rational(1, classes)), "the probability of the right class counts"),
            (log(classes) / log(2), "this is in bits"),
        ),
        form=Number(what="a loss", tolerance=1e-3),
    )


def last(source: random.Random) -> Exercise:
    """P4-2b with another start, factor and number of minibatches."""
    start = Rational(1, 10 ** other_than(source, 3, 7))
    percent, batches = other_than(source, 2, 20), other_than(source, 20, 200)
    factor = 1 + Rational(percent, 100)
    return Exercise(
        statement=f"In a search for the rate, the first minibatch has the rate ${start}$ and each next one a "
        f"rate that is {percent} % larger. Which rate has minibatch number {batches}?",
        numbers={"start": start, "factor": factor, "batches": batches},
        reference=start * factor ** (batches - 1),
        mistakes=(
            (start * factor**batches, "the first minibatch has the start, without a factor"),
            (start * factor ** (batches - 2), "between two minibatches the rate grows once"),
            (start * (1 + (batches - 1) * (factor - 1)), "the growth compounds"),
        ),
        form=Number(what="a rate", tolerance=1e-3),
    )


def updates(source: random.Random) -> Exercise:
    """P4-2c with other sizes."""
    images, epochs = 1000 * other_than(source, 5, 60), other_than(source, 10, 200)
    batch = 2 ** other_than(source, 5, 10)
    return Exercise(
        statement=f"How many updates are {epochs} epochs of {images} images in minibatches of {batch}? The "
        "last one of an epoch may be smaller.",
        numbers={"images": images, "batch": batch, "epochs": epochs},
        reference=Integer(-(-images // batch) * epochs),
        mistakes=(
            (Integer(images // batch * epochs), "this drops the smaller minibatch"),
            (Integer(-(-images * epochs // batch)), "every epoch ends with its own minibatch"),
            (Integer(-(-images // batch)), "these are the updates of one epoch"),
        ),
        form=Number(what="updates", whole=True),
    )


def traded(source: random.Random) -> Exercise:
    """P4-2d: the rate that goes with another momentum."""
    rate = Rational(other_than(source, 1, 9), 10 ** other_than(source, 1, 3))
    one = other_than(source, 1, 98)
    other = other_than(source, 0, 98, one)
    before, after = Rational(one, 100), Rational(other, 100)
    return Exercise(
        statement=rf"SGD with momentum, $v\leftarrow\rho v+g$, $w\leftarrow w-\eta v$, has $\eta={rate}$ "
        rf"and $\rho={before}$. Which rate goes with $\rho={after}$, if a gradient is to move the "
        "weights by as much in all?",
        numbers={"rate": rate, "before": before, "after": after},
        reference=rate * (1 - after) / (1 - before),
        mistakes=(
            (rate, "without a change, a gradient moves the weights by another amount"),
            (rate * (1 - before) / (1 - after), "the quotient is upside down"),
            (rate * (1 + after) / (1 + before), "the kicks of a gradient are a geometric series"),
        ),
        form=Formula(what="a number"),
    )


EXERCISES: dict[str, Draw] = {
    "P4-2a": uniform,
    "P4-2b": last,
    "P4-2c": updates,
    "P4-2d": traded,
}
