"""Steps and best rates with new numbers."""

from __future__ import annotations

import random

from sympy import Rational, eye

from hwcode.chapters.practice import Draw, Exercise, column, other_than, table, told
from hwcode.checking import Domain, Formula, scalar

__all__ = ["EXERCISES"]

eta = scalar("eta")


def loss_after_a_step(source: random.Random) -> Exercise:
    """H2-2.2.1 on two examples."""
    X, a = table(source, 2, 2, -3, 3), column(source, 2, -3, 3)
    rate = Rational(1, other_than(source, 2, 12))

    def loss(factor: Rational) -> Rational:
        after = (eye(2) - factor * X * X.T) * a
        return (after.T * after)[0] / 2

    right = loss(rate)  # 2 eta / n with n = 2
    return Exercise(
        statement=r"The loss is $\frac1n\lVert Xw-t\rVert^2$ with $n=2$, "
        f"{told('X', X)}, and the residual at the start is $a=Xw_0-t$, {told('a', a)}. "
        f"What is the loss after one step of gradient descent at the rate ${rate}$?",
        numbers={"X": X, "a": a, "rate": rate},
        reference=right,
        mistakes=(
            (2 * right, "the loss is a mean: the factor 1/n is missing"),
            (loss(rate / 2), "the gradient has a factor 2"),
            (loss(-rate), "the step goes against the gradient"),
            (loss(2 * rate), "the gradient has a factor 1/n"),
        ),
    )


def best_rate(source: random.Random) -> Exercise:
    """H2-2.2.4 with another data point."""
    x = column(source, 2)
    t = other_than(source, 1, 9)
    square = (x.T * x)[0]
    right = Rational(1, 2 * square)
    return Exercise(
        statement=rf"The loss is $(x^\top w-t)^2$ with one data point {told('x', x)} and target "
        f"{told('t', t)}, and the start is zero. Which rate makes the loss after one step least?",
        numbers={"x": x, "t": t},
        reference=right,
        mistakes=(
            (2 * right, "with this rate the step goes twice as far as it should"),
            (Rational(1, square**2), "the curvature has the squared length of x once"),
            (Rational(t, 2 * square), "the best rate does not depend on the target"),
        ),
    )


def many_steps(source: random.Random) -> Exercise:
    """H2-2.3.3 with another data point and number of steps."""
    x = column(source, 2, -3, 3)
    t, k = other_than(source, 2, 6), other_than(source, 2, 5)
    square = (x.T * x)[0]
    return Exercise(
        statement=rf"The loss is $(x^\top w-t)^2$ with one data point {told('x', x)} and target "
        rf"{told('t', t)}, and the start is zero. What is the loss after {k} steps of gradient descent at "
        r"the rate $\eta$ (`eta`)?",
        numbers={"x": x, "t": t, "k": k},
        reference=t**2 * (1 - 2 * square * eta) ** (2 * k),
        mistakes=(
            (t**2 * (1 - 2 * square * eta) ** k, "the residual shrinks so; the loss is its square"),
            (t**2 * (1 - square * eta) ** (2 * k), "the gradient has a factor 2"),
            (t * (1 - 2 * square * eta) ** (2 * k), "the residual at the start is squared, too"),
        ),
        form=Formula(Domain((eta,)), "a formula"),
    )


EXERCISES: dict[str, Draw] = {
    "H2-2.2.1": loss_after_a_step,
    "H2-2.2.4": best_rate,
    "H2-2.3.3": many_steps,
}
