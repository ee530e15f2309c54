"""The noisy quadratic model and the trade-off with new numbers."""

from __future__ import annotations

import random

from sympy import Integer, Rational

from hwcode.chapters.practice import Draw, Exercise, other_than
from hwcode.checking import Number

__all__ = ["EXERCISES"]


def one_step(source: random.Random) -> Exercise:
    """A2-3.1.1a: the best rate for one step."""
    a, start = other_than(source, 1, 6), other_than(source, 1, 5)
    sigma, batch = other_than(source, 1, 6), 2 ** other_than(source, 1, 5)
    right = Rational(a * start**2, 1) / (a**2 * start**2 + Rational(sigma**2, batch))
    return Exercise(
        statement=rf"The loss is $\frac a2w^2$ with $a={a}$ and the start $w_0={start}$; the gradient of a "
        rf"single example has noise of variance $\sigma^2={sigma**2}$, and a minibatch has $B={batch}$ "
        "independent ones. Which rate makes the expected loss after one step least?",
        numbers={"a": a, "start": start, "sigma": sigma, "batch": batch},
        reference=right,
        mistakes=(
            (Rational(1, a), "this is the best rate without noise"),
            (
                Rational(a * start**2, a**2 * start**2 + sigma**2),
                "the variance of a minibatch is B times smaller",
            ),
            (a * right, "the gradient has the factor a, and so has the optimum's numerator, once"),
        ),
    )


def examples(source: random.Random) -> Exercise:
    """A2-3.1.2a: what a batch costs."""
    least, critical = 100 * other_than(source, 1, 50), 10 * other_than(source, 1, 60)
    batch = 2 ** other_than(source, 2, 10)
    steps = least * (1 + Rational(critical, batch))
    return Exercise(
        statement=rf"A target loss takes $S=S_{{\min}}(1+B_c/B)$ steps, with $S_{{\min}}={least}$ and "
        f"$B_c={critical}$. How many examples are processed with the batch size $B={batch}$?",
        numbers={"least": least, "critical": critical, "batch": batch},
        reference=steps * batch,
        mistakes=(
            (steps, "these are the steps; each processes B examples"),
            (Integer(least * batch), "this forgets that a finite batch takes more steps"),
            (Integer(least * critical), "this is the least number of examples, for tiny batches"),
        ),
        form=Number(what="examples", whole=True),
    )


EXERCISES: dict[str, Draw] = {"A2-3.1.1a": one_step, "A2-3.1.2a": examples}
