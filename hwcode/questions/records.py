"""Numbers from recorded trainings, as truths of questions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import sympy

from hwcode.checking import Number, Truth
from hwcode.checking.verdict import Method

if TYPE_CHECKING:
    from hwcode.training.experiment import Record


@cache
def record_of(name: str) -> Record:
    """The record of an experiment, loaded when it is first asked for.

    Raises:
        UnknownNameError: if there is no such experiment.
        StaleRecordError: if its record is missing, or belongs to another definition.
    """
    from hwcode.experiments import experiment
    from hwcode.training.experiment import Experiment, load

    asked = experiment(name)
    if not isinstance(asked, Experiment):
        raise TypeError(f"{name} is a measurement of times, and no training")
    return load(asked)


def mean(record: str, metric: str) -> float:
    """The mean of a recorded metric over the seeds."""
    return float(record_of(record).metric(metric).mean())


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
