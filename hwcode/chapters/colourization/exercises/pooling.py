"""The size of the first net with new numbers."""

from __future__ import annotations

import random

from sympy import Integer

from hwcode.chapters.practice import Draw, Exercise, other_than
from hwcode.checking import Number

__all__ = ["EXERCISES"]


def weights(source: random.Random) -> Exercise:
    """A2-4.3 for given channels and kernel."""
    kernel = source.choice([1, 3, 5, 7])
    nic, nf, nc = other_than(source, 1, 4), 4 * other_than(source, 1, 16), other_than(source, 4, 40)
    pairs = nic * nf + 4 * nf**2 + nf * nc + nc**2
    biases = nf + 2 * nf + nf + nc + nc
    return Exercise(
        statement=f"How many weights do the convolutions of the handout's PoolUpsampleNet have with NIC = {nic}, NF = {nf}, "
        f"NC = {nc} and kernel {kernel}? The five convolutions go NIC → NF → 2 NF → NF → NC → NC. Leave out biases "
        "and batch normalisation.",
        numbers={"channels": (nic, nf, 2 * nf, nf, nc, nc), "kernel": kernel},
        reference=Integer(kernel**2 * pairs),
        mistakes=(
            (Integer(kernel**2 * pairs + biases), "biases are to be left out"),
            (Integer((kernel**2 + 1) * pairs), "a kernel has width times height weights, no more"),
            (
                Integer(kernel**2 * (pairs - nc**2)),
                "the last convolution, from colours to colours, has weights, too",
            ),
        ),
        form=Number(what="weights", whole=True),
    )


EXERCISES: dict[str, Draw] = {"A2-4.3": weights}
