"""Slopes, constants and momentum with new numbers."""

from __future__ import annotations

import random

from sympy import ImmutableMatrix, Rational, log

from hwcode.chapters.practice import Draw, Exercise, other_than, told
from hwcode.checking import Formula, Number

__all__ = ["EXERCISES"]


def slope(source: random.Random) -> Exercise:
    """P4-1b on one curvature."""
    curvature = Rational(other_than(source, 1, 9), 10)
    rate = Rational(other_than(source, 1, 9), 10)
    right = 2 * log(1 - rate * curvature)
    return Exercise(
        statement=rf"Gradient descent at the rate ${rate}$ on $\frac\mu2w^2$ with $\mu={curvature}$: what "
        r"is the slope of $\log(f-f^*)$ per update, in natural logarithms?",
        numbers={"curvature": curvature, "rate": rate},
        reference=right,
        mistakes=(
            (right / 2, "this is the slope for the distance; the loss is its square"),
            (-2 * rate * curvature, "this is the slope to first order only"),
            (right / log(10), "this is the slope in decimal logarithms"),
        ),
        form=Number(what="a slope", tolerance=1e-3),
    )


def smoothness(source: random.Random) -> Exercise:
    """P4-1c on three examples whose features are orthogonal."""
    a, b, c = (other_than(source, -5, 5, 0) for _ in range(3))
    penalty = Rational(other_than(source, 1, 9), 10)
    X = ImmutableMatrix([[a, -b], [b, a], [0, c]])
    squares = (a**2 + b**2, a**2 + b**2 + c**2)
    return Exercise(
        statement=r"Logistic regression, $f(w)=\frac1n\sum_i\log(1+e^{-y_ix_i^\top w})+\frac\lambda2\lVert w\rVert^2$, "
        rf"has three examples, the rows of {told('X', X)}, and $\lambda={penalty}$. What is the smallest $L$ for which $f$ is "
        "$L$-smooth, whatever the labels are?",
        numbers={"X": X, "penalty": penalty},
        reference=penalty + Rational(squares[1], 12),
        mistakes=(
            (penalty + Rational(squares[1], 3), "p (1 - p) is a quarter at most"),
            (penalty + Rational(squares[1], 4), "the loss is a mean over three examples"),
            (penalty + Rational(squares[0], 12), "the largest eigenvalue counts, not the smallest"),
            (Rational(squares[1], 12), "the penalty has a curvature, too"),
        ),
    )


def momentum(source: random.Random) -> Exercise:
    """P4-1d for a condition number that is a square."""
    root = other_than(source, 2, 60)
    return Exercise(
        statement=rf"Nesterov's method has the rate $1/L$ and $\kappa=L/\mu={root**2}$. Which constant "
        "momentum coefficient is the usual one?",
        numbers={"kappa": root**2},
        reference=Rational(root - 1, root + 1),
        mistakes=(
            (Rational(root**2 - 1, root**2 + 1), "the root of the condition number enters"),
            (1 - Rational(1, root), "this is the rate of convergence, not the momentum"),
            (Rational(root - 1, root + 1) ** 2, "this is the coefficient of the heavy ball"),
        ),
        form=Formula(what="a number"),
    )


EXERCISES: dict[str, Draw] = {"P4-1b": slope, "P4-1c": smoothness, "P4-1d": momentum}
