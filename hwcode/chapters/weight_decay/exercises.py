"""Penalties and decay with new numbers."""

from __future__ import annotations

import random

from sympy import Rational

from hwcode.chapters.practice import Draw, Exercise, column, other_than, table, told
from hwcode.checking import Formula

__all__ = ["EXERCISES"]


def step(source: random.Random) -> Exercise:
    """A2-2.2.1 on two examples."""
    X, w, t = table(source, 2, 2, -3, 3), column(source, 2), column(source, 2)
    rate, penalty = (Rational(1, other_than(source, 2, 10)) for _ in range(2))
    gradient = X.T * (X * w - t)  # 2/n with n = 2
    right = w - rate * (gradient + 2 * penalty * w)
    return Exercise(
        statement=r"The loss is $\frac1n\lVert Xw-t\rVert^2+\tilde\lambda\lVert w\rVert^2$ with $n=2$, "
        f"{told('X', X)}, {told('t', t)} and $\\tilde\\lambda={penalty}$. Make one step of gradient "
        f"descent from {told('w0', w)} at the rate ${rate}$.",
        numbers={"X": X, "w": w, "t": t, "rate": rate, "penalty": penalty},
        reference=right,
        mistakes=(
            (
                w - rate * (gradient + penalty * w),
                "the penalty is a square: its factor 2 is missing",
            ),
            (w - rate * (2 * gradient + 2 * penalty * w), "the loss is a mean over two examples"),
            (w - rate * gradient, "the penalty has a gradient, too"),
            (w - rate * gradient - 2 * penalty * w, "the penalty's gradient is scaled by the rate"),
        ),
        form=Formula(what="a vector of two numbers"),
    )


def penalty(source: random.Random) -> Exercise:
    """A2-2.2.2 with numbers."""
    rate = Rational(other_than(source, 1, 9), 10 ** other_than(source, 1, 3))
    decay = Rational(other_than(source, 1, 9), 10 ** other_than(source, 1, 4))
    right = decay / (2 * rate)
    return Exercise(
        statement=r"Decayed weights make the steps $w\leftarrow(1-\lambda)w-\eta\nabla\mathcal L$ with "
        rf"$\lambda={decay}$ and $\eta={rate}$. Which $\tilde\lambda$ makes the same steps on the loss "
        r"$\mathcal L+\tilde\lambda\lVert w\rVert^2$?",
        numbers={"rate": rate, "decay": decay},
        reference=right,
        mistakes=(
            (2 * right, "the gradient of the penalty has a factor 2"),
            (2 * rate * decay, "divide by the rate: the penalty's gradient is scaled by it"),
            (decay, "a penalty's effect depends on the rate"),
        ),
    )


EXERCISES: dict[str, Draw] = {"A2-2.2.1": step, "A2-2.2.2": penalty}
