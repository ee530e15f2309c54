"""Where optimisers end, with new data points."""

from __future__ import annotations

import random

from sympy import Rational, sign

from hwcode.chapters.practice import Draw, Exercise, column, other_than, told
from hwcode.checking import Formula

__all__ = ["EXERCISES"]

VECTOR = Formula(what="a vector of two numbers")


def from_a_start(source: random.Random) -> Exercise:
    """H2-1.1.1 on one data point."""
    x, start = column(source, 2), column(source, 2)
    t = other_than(source, -9, 9, 0)
    missing = t - (x.T * start)[0]
    square = (x.T * x)[0]
    return Exercise(
        statement=f"One data point {told('x', x)} with target {told('t', t)}, and SGD starts from "
        f"{told('w0', start)}. Where does it end, if it converges to a solution?",
        numbers={"x": x, "t": t, "w0": start},
        reference=start + x * Rational(missing, square),
        mistakes=(
            (x * Rational(t, square), "this is where it ends from zero"),
            (start + x * missing, "divide by the squared length of x"),
            (start - x * Rational(missing, square), "it moves towards the line, not away from it"),
        ),
        form=VECTOR,
    )


def momentum(source: random.Random) -> Exercise:
    """H2-1.1.2: the largest stable rate on one data point."""
    x = column(source, 2)
    tenths = other_than(source, 1, 9)
    alpha, square = Rational(tenths, 10), (x.T * x)[0]
    return Exercise(
        statement=rf"The loss is $(x^\top w-t)^2$ with {told('x', x)}. Gradient descent with momentum, "
        rf"$\delta\leftarrow\alpha\delta-\eta\nabla\mathcal L$, $w\leftarrow w+\delta$, has "
        rf"$\alpha=0.{tenths}$. Below which rate $\eta$ does it converge?",
        numbers={"x": x, "alpha": alpha},
        reference=(1 + alpha) / square,
        mistakes=(
            (1 / square, "this is the limit without momentum, which allows larger rates"),
            (2 * (1 + alpha) / square, "the second derivative of the loss along x is twice |x|^2"),
            (1 / (square * (1 - alpha)), "momentum does not act on the limit like a larger rate"),
        ),
    )


def adagrad(source: random.Random) -> Exercise:
    """H2-1.2.1 on one data point with entries of both signs."""
    x = column(source, 2)
    t = other_than(source, 1, 9)
    size = sum(map(abs, x))
    square = (x.T * x)[0]
    right = x.applyfunc(sign) * Rational(t, size)
    return Exercise(
        statement=rf"Adagrad with $\epsilon=0$ starts from zero on the loss $(x^\top w-t)^2$ with one "
        f"data point {told('x', x)} and target {told('t', t)}. Where does it end?",
        numbers={"x": x, "t": t},
        reference=right,
        mistakes=(
            (x * Rational(t, square), "this is the minimum-norm solution, where SGD ends"),
            (
                x.applyfunc(abs).applyfunc(lambda entry: Rational(t, size) + 0 * entry),
                "each weight moves by the sign of its own gradient",
            ),
            (x.applyfunc(sign) * t, "the weights have to fit: divide by the sum of |x_i|"),
        ),
        form=VECTOR,
    )


def gradient(source: random.Random) -> Exercise:
    """A2-1.2.1: the gradient at the start."""
    x, start = column(source, 2), column(source, 2)
    t = other_than(source, -9, 9, 0)
    right = 2 * x * ((x.T * start)[0] - t)
    return Exercise(
        statement=rf"The loss is $(x^\top w-t)^2$ with {told('x', x)} and {told('t', t)}. What is its "
        f"gradient at {told('w0', start)}?",
        numbers={"x": x, "t": t, "w0": start},
        reference=right,
        mistakes=(
            (right / 2, "the derivative of the square brings a factor 2"),
            (-right, "the residual is the prediction minus the target"),
            (-2 * x * t, "this is the gradient at zero"),
        ),
        form=VECTOR,
    )


EXERCISES: dict[str, Draw] = {
    "H2-1.1.1": from_a_start,
    "H2-1.1.2": momentum,
    "H2-1.2.1": adagrad,
    "A2-1.2.1": gradient,
}
