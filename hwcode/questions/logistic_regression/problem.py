"""What the questions on logistic regression have in common."""

from __future__ import annotations

from functools import cache

from hwcode.checking import scalar
from hwcode.training.experiment import Record

CHAPTER = "logistic_regression"

eta, mu = scalar("eta", positive=True), scalar("mu", positive=True)
beta, kappa, s = (
    scalar("beta", positive=True),
    scalar("kappa", positive=True),
    scalar("s", positive=True),
)


@cache
def study_record() -> Record:
    """The record of the trainings on MNIST."""
    from hwcode.experiments.logistic_regression import STUDY
    from hwcode.training.experiment import load

    return load(STUDY)
