"""What ``questions/transposed/batch_size.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

from sympy import ImmutableMatrix

from hwcode.chapters.colourization.questions.transposed.batch_size import SIZES
from hwcode.chapters.experiments import record_of
from hwcode.checking import Truth
from hwcode.checking.records import mean
from hwcode.checking.verdict import Method

__all__ = ["TRUTHS"]

SWEEP = "colourization_batch_sizes"


def _updates(count: int, batch: int, epochs: int = 25) -> int:
    """By going through the epochs, the last minibatch of each smaller."""
    return sum(1 for _ in range(epochs) for start in range(0, count, batch))


def _in_order_of_loss(_: Any) -> tuple[str, ...]:
    losses = {size: mean(SWEEP, f"epochs_{size}_val_loss") for size in SIZES}
    return tuple(sorted(SIZES, key=lambda size: losses[size]))


def _at_equal_updates(_: Any) -> str:
    """250 updates: batch 32 and, as its 25 epochs are just so many, batch 512."""
    record = record_of(SWEEP)
    change = record.metric("epochs_512_val_loss") - record.metric("updates_32_val_loss")
    return "large" if change.max() < 0 else "small" if change.min() > 0 else "same"


def scaled_share() -> float:
    """Which share of the gap between batch 512 and batch 32 a larger rate closes."""
    small, large, scaled = (
        mean(SWEEP, f"{arm}_val_loss") for arm in ("epochs_32", "epochs_512", "scaled_512")
    )
    return (large - scaled) / (large - small)


def _what_scaling_does(_: Any) -> str:
    share = scaled_share()
    return "all" if share > 0.95 else "part" if share > 0.05 else "none"


TRUTHS = {
    "A2-5.5:updates": Truth(
        lambda _: ImmutableMatrix([_updates(5000, 32), _updates(5000, 512)]),
        "counting them one by one",
    ),
    "A2-5.5:epochs": Truth(
        _in_order_of_loss, "the recorded means over the seeds", method=Method.MEASURED
    ),
    "A2-5.5:equal": Truth(
        _at_equal_updates, "the recorded losses of every seed", method=Method.MEASURED
    ),
    "A2-5.5:rate": Truth(_what_scaling_does, "recorded losses", method=Method.MEASURED),
}
