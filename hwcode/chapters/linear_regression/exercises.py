"""Linear regression with new numbers."""

from __future__ import annotations

import random

from sympy import Rational

from hwcode.chapters.practice import Draw, Exercise, column, other_than, table, told
from hwcode.checking import Formula

__all__ = ["EXERCISES"]


def gradient(source: random.Random) -> Exercise:
    """A1-1.1 on three examples."""
    X, w, t = table(source, 3, 2), column(source, 2), column(source, 3)
    residual = X * w - t
    right = Rational(2, 3) * X.T * residual
    return Exercise(
        statement=rf"The loss is $\frac1n\lVert Xw-t\rVert^2$ with $n=3$. Take {told('X', X)}, "
        f"{told('t', t)} and {told('w', w)}. Compute the gradient at $w$.",
        numbers={"X": X, "w": w, "t": t},
        reference=right,
        mistakes=(
            (right / 2, "the derivative of the square brings a factor 2"),
            (3 * right, "the loss is a mean: the factor 1/n is missing"),
            (-right, "the residual is Xw - t, not t - Xw"),
        ),
        form=Formula(what="a vector of two numbers"),
    )


def expectation(source: random.Random) -> Exercise:
    """A1-1.2.2 for given sizes."""
    n = other_than(source, 4, 30)
    d, sigma = other_than(source, 1, n - 1), other_than(source, 2, 6)
    right = Rational(sigma**2 * (n - d), n)
    return Exercise(
        statement=f"Targets are $t=Xw^*+\\epsilon$, the noise has variance $\\sigma^2={sigma**2}$ and "
        f"is uncorrelated. There are $n={n}$ examples and $d={d}$ features, and $X$ has full rank. "
        "What is the expected training error (the mean square) of the least-squares fit?",
        numbers={"n": n, "d": d, "sigma": sigma},
        reference=right,
        mistakes=(
            (Rational(sigma**2), "d of the n dimensions of the noise are fitted away"),
            (Rational(sigma**2 * d, n), "this is the part that is fitted, not the part that stays"),
            (Rational(sigma**2 * (n - d)), "the error is a mean over n examples"),
            (Rational(sigma**2 * n, n - d), "the quotient is upside down"),
        ),
    )


def nearest(source: random.Random) -> Exercise:
    """A1-1.3.1 with another data point."""
    x = column(source, 2, 1, 6)
    t = other_than(source, 1, 12)
    right = x * Rational(t, (x.T * x)[0])
    return Exercise(
        statement=f"One data point {told('x', x)} with target {told('t', t)}: which weights fit it "
        "and lie nearest to the origin?",
        numbers={"x": x, "t": t},
        reference=right,
        mistakes=(
            (x * t, "divide by the squared length of x"),
            (x * Rational(t, sum(x)), "divide by the sum of squares, not by the sum"),
            (
                x.applyfunc(lambda entry: Rational(t, 2 * entry)),
                "this is the middle between the two axes, and not the foot of the perpendicular",
            ),
        ),
        form=Formula(what="a vector of two numbers"),
    )


EXERCISES: dict[str, Draw] = {
    "A1-1.1": gradient,
    "A1-1.2.2": expectation,
    "A1-1.3.1": nearest,
}
