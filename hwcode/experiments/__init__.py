"""The experiments whose outcomes the pages quote, by name.

As with the questions, a name leads to one module, imported when it is asked for.
"""

from __future__ import annotations

from importlib import import_module

from hwcode.checking.errors import UnknownNameError
from hwcode.training.benchmark import Benchmark
from hwcode.training.experiment import Experiment

__all__ = ["EXPERIMENTS", "all_names", "experiment"]

EXPERIMENTS: dict[str, tuple[str, ...]] = {
    "backpropagation": ("gradient_norms",),
    "colourization": (
        "colourization",
        "colourization_halves",
        "colourization_batch_sizes",
        "colourization_speed",
    ),
    "logistic_regression": ("logistic_regression",),
    "weight_decay": ("weight_decay",),
}
"""The records of each chapter."""


def all_names() -> list[str]:
    """The names of all experiments, in the order of the book."""
    return [name for names in EXPERIMENTS.values() for name in names]


def experiment(name: str) -> Experiment | Benchmark:
    """The experiment or benchmark of this name.

    Raises:
        UnknownNameError: names those that there are.
    """
    for chapter, names in EXPERIMENTS.items():
        if name in names:
            return import_module(f"{__name__}.{chapter}").EXPERIMENTS[name]
    raise UnknownNameError(f"no experiment {name!r}; there are {', '.join(all_names())}")
