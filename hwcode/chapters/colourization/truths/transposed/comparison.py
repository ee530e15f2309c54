"""What ``questions/transposed/comparison.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

from hwcode.chapters.colourization.truths.pooling.tally import tallied_truth
from hwcode.chapters.experiments import record_of
from hwcode.checking import Truth
from hwcode.checking.verdict import Method

__all__ = ["TRUTHS"]


def _is_it_lower(_: Any) -> str:
    record = record_of("colourization")
    lower = record.metric("transpose_val_loss") < record.metric("pool_val_loss")
    return "every" if lower.all() else "some" if lower.any() else "no"


def _who_has_more(_: Any) -> str:
    from hwcode.chapters.colourization.nets import NETS, parameters

    pool, transpose = (parameters(NETS[name](3, 1, 32, 24)) for name in ("pool", "transpose"))
    return "same" if pool == transpose else "pool" if pool > transpose else "transpose"


def shares() -> dict[str, float]:
    """Which share of the gap in validation loss is closed by exchanging one half alone."""
    record = record_of("colourization_halves")
    names = "pool", "transpose", "pool_transpose", "stride_upsample"
    loss = {name: record.metric(f"{name}_val_loss").mean() for name in names}
    gap = loss["pool"] - loss["transpose"]
    return {
        "up": (loss["pool"] - loss["pool_transpose"]) / gap,
        "down": (loss["pool"] - loss["stride_upsample"]) / gap,
    }


def _which_half(_: Any) -> str:
    found = shares()
    if max(found.values()) < 1 / 3:
        return "both"
    return max(found, key=lambda half: found[half])


def _unet(_: Any) -> str:
    record = record_of("colourization")
    change = record.metric("unet_val_loss") - record.metric("transpose_val_loss")
    return "lower" if change.max() < 0 else "higher" if change.min() > 0 else "same"


TRUTHS = {
    **{
        f"A2-5.3:{quantity}": tallied_truth("transpose", 32, quantity)
        for quantity in ("weights", "outputs", "connections")
    },
    "A2-5.3:lower": Truth(
        _is_it_lower, "the recorded losses of every seed", method=Method.MEASURED
    ),
    "A2-5.3:parameters": Truth(_who_has_more, "the parameters of both nets in PyTorch"),
    "A2-5.3:half": Truth(_which_half, "recorded losses of the mixed nets", method=Method.MEASURED),
    "A2-5.3:unet": Truth(_unet, "the recorded losses of every seed", method=Method.MEASURED),
}
