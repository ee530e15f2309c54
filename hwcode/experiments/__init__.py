"""The experiments whose outcomes the pages quote, by name.

As with the questions, a name leads to one module, imported when it is asked for.
"""

from __future__ import annotations

from importlib import import_module

from hwcode.checking.errors import UnknownNameError
from hwcode.training.benchmark import Benchmark
from hwcode.training.experiment import Experiment

__all__ = ["EXPERIMENTS", "NOT_RECORDED", "all_names", "experiment"]

EXPERIMENTS: dict[str, tuple[str, ...]] = {
    "backpropagation": ("gradient_norms",),
    "weight_decay": ("weight_decay",),
    "colourization": ("colourization", "colourization_halves", "colourization_batch_sizes"),
    "colourization_speed": ("colourization_speed", "colourization_course"),
    "logistic_regression": ("logistic_regression",),
    "learning_rate_schedule": (
        "learning_rate_finder",
        "learning_rate_finder_full",
        "learning_rate_schedule",
        "learning_rate_schedule_full",
    ),
    "learning_rate_schedule_speed": ("learning_rate_schedule_speed",),
    "learning_rate_schedule_gpu": ("learning_rate_schedule_gpu",),
}
"""The names of each module."""

NOT_RECORDED: dict[str, tuple[str, ...]] = {
    "learning_rate_schedule": ("learning_rate_schedule_augmented", "learning_rate_schedule_long"),
}
"""Full sizes that want a GPU for some minutes more. They can be made, and need not have been."""


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
            return import_module(f"{__name__}.{module}").EXPERIMENTS[name]
    raise UnknownNameError(f"no experiment {name!r}; there are {', '.join(known)}")
