"""What ``questions/pooling/training.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

from hwcode.chapters.experiments import record_of
from hwcode.checking import Truth
from hwcode.checking.records import mean, recorded
from hwcode.checking.verdict import Method

__all__ = ["TRUTHS"]


def _against_the_table(_: Any) -> str:
    record = record_of("colourization")
    gains = record.metric("pool_val_accuracy") - record.metric("table_accuracy")
    if gains.min() > 0.01:
        return "better"
    return "worse" if gains.max() < -0.01 else "same"


def _where_the_error_is(_: Any) -> str:
    """Of the squared error, what is left when every pixel is given its true brightness."""
    record = record_of("colourization")
    chroma, whole = (record.metric(f"pool_error_{kind}") ** 2 for kind in ("chroma", "rgb"))
    return "colour" if (chroma / whole).mean() > 0.5 else "blur"


def _how_colourful(_: Any) -> str:
    shown = mean("colourization", "pool_error_saturation")
    return "paler" if shown < 0.95 else "stronger" if shown > 1.05 else "equal"


TRUTHS = {
    "A2-4.2:accuracy": recorded("colourization", "pool_val_accuracy"),
    "A2-4.2:loss": recorded("colourization", "pool_val_loss"),
    "A2-4.2:table": Truth(_against_the_table, "recorded accuracies", method=Method.MEASURED),
    "A2-4.2:error": Truth(_where_the_error_is, "recorded errors", method=Method.MEASURED),
    "A2-4.2:saturation": Truth(_how_colourful, "recorded chroma", method=Method.MEASURED),
}
