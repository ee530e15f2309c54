"""The experiments whose outcomes the pages quote, by name.

As with the questions, a name leads to one module, imported when it is asked for.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hwcode.chapters import experiments_of
from hwcode.checking.errors import UnknownNameError

if TYPE_CHECKING:
    from hwcode.training.benchmark import Benchmark
    from hwcode.training.experiment import Experiment, Record

__all__ = ["EXPERIMENTS", "NOT_RECORDED", "all_names", "experiment", "record_of"]

EXPERIMENTS: dict[str, tuple[str, ...]] = {
    "backpropagation.experiments": ("gradient_norms",),
    "networks_from_scratch.experiments": ("networks_from_scratch",),
    "weight_decay.experiments": ("weight_decay",),
    "colourization.experiments.runs": (
        "colourization",
        "colourization_halves",
        "colourization_batch_sizes",
    ),
    "colourization.experiments.speed": ("colourization_speed", "colourization_course"),
    "logistic_regression.experiments.runs": ("logistic_regression",),
    "logistic_regression.experiments.speed": (
        "logistic_regression_iteration",
        "logistic_regression_solvers",
    ),
    "learning_rate_schedule.experiments.runs": (
        "learning_rate_finder",
        "learning_rate_finder_full",
        "learning_rate_schedule",
        "learning_rate_schedule_full",
    ),
    "learning_rate_schedule.experiments.speed": ("learning_rate_schedule_speed",),
    "learning_rate_schedule.experiments.gpu": ("learning_rate_schedule_gpu",),
}
"""The names of each module."""

NOT_RECORDED: dict[str, tuple[str, ...]] = {
    "learning_rate_schedule.experiments.runs": (
        "learning_rate_schedule_augmented",
        "learning_rate_schedule_long",
    ),
    "learning_rate_schedule.experiments.grid": ("learning_rate_schedule_grid",),
}
"""Full sizes that want a GPU for some minutes more, and one training that is there to be swept.

They can be made, and need not have been."""


def all_names() -> list[str]:
    """The names of the recorded experiments, in the order of the book."""
    return [name for names in EXPERIMENTS.values() for name in names]


def experiment(name: str) -> Experiment | Benchmark:
    """The experiment or benchmark of this name.

    Raises:
        UnknownNameError: names those that there are.
    """
    known = [*all_names(), *(name for names in NOT_RECORDED.values() for name in names)]
    for module, names in [*EXPERIMENTS.items(), *NOT_RECORDED.items()]:
        if name in names:
            return experiments_of(module)[name]
    raise UnknownNameError(f"no experiment {name!r}; there are {', '.join(known)}")


@cache
def record_of(name: str) -> Record:
    """The record of an experiment, loaded when it is first asked for.

    Raises:
        UnknownNameError: if there is no such experiment.
        StaleRecordError: if its record is missing, or belongs to another definition.
    """
    from hwcode.training.experiment import Experiment, load

    asked = experiment(name)
    if not isinstance(asked, Experiment):
        raise TypeError(f"{name} is a measurement of times, and no training")
    return load(asked)
