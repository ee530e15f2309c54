"""Losses and sizes of nets with new numbers."""

from __future__ import annotations

import random

from sympy import Expr, Integer, Rational, log

from hwcode.chapters.practice import Draw, Exercise, other_than
from hwcode.checking import Number

__all__ = ["EXERCISES"]


def loss(source: random.Random) -> Exercise:
    """A1-P1.1 on three examples."""
    whole = other_than(source, 5, 20)
    p = [Rational(other_than(source, 1, whole - 1), whole) for _ in range(3)]
    t = [source.randrange(2) for _ in range(3)]

    def mean(targets: list[int]) -> Expr:
        terms = (-log(q) if y else -log(1 - q) for q, y in zip(p, targets, strict=True))
        return sum(terms, Integer(0)) / 3

    right = mean(t)
    told = ", ".join(f"{q} for target {y}" for q, y in zip(p, t, strict=True))
    return Exercise(
        statement="A classifier gives three examples the probabilities of class 1 "
        f"{told}. What is the mean binary cross-entropy, in natural logarithms?",
        numbers={"p": tuple(p), "t": tuple(t)},
        reference=right,
        mistakes=(
            (3 * right, "the loss is a mean, not a sum"),
            (mean([1 - y for y in t]), "the targets are exchanged"),
            (right / log(2), "this is in bits"),
        ),
        form=Number(what="a loss", tolerance=1e-3),
    )


def parameters(source: random.Random) -> Exercise:
    """A1-P2.3 with two hidden layers."""
    d, one, other = (other_than(source, 2, 40) for _ in range(3))
    weights = d * one + one * other + other
    right = weights + one + other + 1
    return Exercise(
        statement=f"A perceptron has {d} inputs, two hidden layers of {one} and {other} units, and "
        "one logit as its output. How many parameters does it have, biases included?",
        numbers={"sizes": (d, one, other, 1)},
        reference=Integer(right),
        mistakes=(
            (Integer(weights), "these are the weights without the biases"),
            (Integer(right - 1), "the output has a bias, too"),
            (Integer(right + d), "inputs have no bias"),
        ),
        form=Number(what="parameters", whole=True),
    )


EXERCISES: dict[str, Draw] = {"A1-P1.1": loss, "A1-P2.3": parameters}
