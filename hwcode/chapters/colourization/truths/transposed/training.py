"""What ``questions/transposed/training.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Rational

from hwcode.chapters.experiments import record_of
from hwcode.checking import Truth
from hwcode.checking.records import mean, recorded
from hwcode.checking.verdict import Method

__all__ = ["TRUTHS"]


def _is_it_done(_: Any) -> str:
    losses = record_of("colourization").curve("transpose_val_loss")
    change = losses[:, -5:].mean(axis=1) - losses[:, -10:-5].mean(axis=1)
    return "falls" if change.max() < 0 else "rises" if change.min() > 0 else "flat"


def _does_it_overfit(_: Any) -> str:
    gap = mean("colourization", "transpose_val_loss") - mean(
        "colourization", "transpose_train_loss"
    )
    return "strong" if gap > 0.05 else "none"


TRUTHS = {
    "A2-5.2:start": Truth(
        lambda _: -sum(Rational(1, 24) * sympy.log(Rational(1, 24)) for _ in range(24)),
        "the cross-entropy by its definition",
    ),
    "A2-5.2:loss": recorded("colourization", "transpose_val_loss"),
    "A2-5.2:accuracy": recorded("colourization", "transpose_val_accuracy"),
    "A2-5.2:curve": Truth(_is_it_done, "recorded curves of every seed", method=Method.MEASURED),
    "A2-5.2:overfitting": Truth(_does_it_overfit, "recorded losses", method=Method.MEASURED),
}
