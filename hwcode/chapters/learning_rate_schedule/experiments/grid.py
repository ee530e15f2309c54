"""One training of the small All-CNN with a rate, decay, batch and momentum of its own (P4-2d).

Made to be swept: three candidates for each are the 81 trainings that the handout counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from hwcode.chapters.learning_rate_schedule.experiments import runs
from hwcode.data import ImageData, cifar10
from hwcode.training.experiment import Experiment, Outcome
from hwcode.training.progress import Progress

__all__ = ["EXPERIMENTS", "GRID"]


def _of_study(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of the study whose setting (i) is this training."""
    return {**config, "eta_star": config["rate"], "divisor": 1, "arms": ["i"]}


def run(config: Mapping[str, Any], seed: int, images: ImageData, progress: Progress) -> Outcome:
    """Train, and add the effective rate to the errors and losses."""
    outcome = runs.run_study(_of_study(config), seed, images, progress)
    effective = config["rate"] * config["decay"] / (config["batch"] * (1 - config["momentum"]))
    return Outcome({**outcome.metrics, "effective_rate": effective}, outcome.curves)


def first_losses(config: Mapping[str, Any], seed: int, images: ImageData) -> list[float]:
    """The first ten losses."""
    return runs.first_losses_of_study(_of_study(config), seed, images)


GRID = Experiment(
    name="learning_rate_schedule_grid",
    title="All-CNN of widths 32 and 64: one training, to be swept over its four hyper-parameters",
    config={
        **runs.SMALL,
        "train_images": 5120,
        "rate": 0.03,
        "other_momentum": 0.5,
        "epochs": 8,
        "evaluated": 1000,
    },
    seeds=(0,),
    data=cifar10,
    run=run,
    first_losses=first_losses,
    defines=(run, first_losses),
    tolerances=runs.STUDY.tolerances,
    replay_tolerance=(*[1e-4] * 5, *[1e-2] * 5),
    settings=partial(runs.settings, tuple(runs.SMALL["widths"])),
)
EXPERIMENTS = {GRID.name: GRID}
