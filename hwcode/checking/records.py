"""Numbers from recorded trainings, as truths of questions: read as plain JSON."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import sympy

from hwcode.checking.forms import Number
from hwcode.checking.identity import Truth
from hwcode.checking.verdict import Method

__all__ = ["mean", "measured", "metrics", "recorded"]

RESULTS = Path(__file__).resolve().parents[1] / "results"
"""Whether a record belongs to the code as it is, the training room knows, and the build asks."""


@cache
def metrics(record: str) -> tuple[dict[str, Any], ...]:
    """The metrics of a record, for each seed.

    Raises:
        FileNotFoundError: if there is no such record.
    """
    kept = json.loads((RESULTS / f"{record}.json").read_text(encoding="utf-8"))
    return tuple(run["metrics"] for run in kept["runs"])


def mean(record: str, metric: str) -> float:
    """The mean of a recorded metric over the seeds.

    Raises:
        KeyError: if the record has no such metric.

    >>> 0 < mean("colourization", "table_accuracy") < 1
    True
    """
    values = [each[metric] for each in metrics(record)]
    return sum(values) / len(values)


def recorded(record: str, metric: str) -> Truth:
    """The truth of a number that was measured."""
    return Truth(
        lambda _: sympy.Float(mean(record, metric)),
        "the recorded mean over the seeds",
        method=Method.MEASURED,
    )


def measured(what: str) -> Number:
    """A number from a recorded run, right within 5 %."""
    return Number(what=what, tolerance=0.05, measured=True)
