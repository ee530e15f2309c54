"""What the programs of this chapter have to return, in arithmetic of many digits."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from hwcode.checking import Truth

__all__ = ["TRUTHS"]

DIGITS = 200
"""Rates grow to 40 and the sums cancel: float64 has 16 of them."""


def _sweep(arguments: tuple[Any, ...]) -> dict[str, Any]:
    """Minibatch k has the rate ``start factor^k``; the weight in closed form, from all before."""
    _, start, factor, batches = arguments
    losses = []
    with mpmath.workdps(DIGITS):
        rates = [mpmath.mpf(start) * mpmath.mpf(factor) ** k for k in range(len(batches))]
        for k, (_, least) in enumerate(batches):
            # w = sum of rate_j least_j over all j < k, each shrunk by the steps after it.
            w, shrink = mpmath.mpf(0), mpmath.mpf(1)
            for j in reversed(range(k)):
                w += shrink * rates[j] * mpmath.mpf(batches[j][1])
                shrink *= 1 - rates[j]
            w += 3 * shrink
            losses.append(float((w - mpmath.mpf(least)) ** 2 / 2))
    return {"rates": np.array(rates, float), "losses": np.array(losses)}


def _mean_over_examples(arguments: tuple[Any, ...]) -> dict[str, float]:
    model, _, batches = arguments
    errors = [
        (Fraction(model.slope) * Fraction(x) - Fraction(t)) ** 2
        for inputs, targets in batches
        for x, t in zip(inputs.tolist(), targets.tolist(), strict=True)
    ]
    return {"loss": float(sum(errors) / len(errors)), "training": 1.0}


TRUTHS = {
    "P4-2b:program": Truth(_sweep, "powers of the factor, and the weights in closed form"),
    "P4-2c:evaluate": Truth(_mean_over_examples, "the mean over single examples, exactly"),
}
