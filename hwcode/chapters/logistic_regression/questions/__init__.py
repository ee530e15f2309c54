"""The questions of the chapter on accelerated logistic regression."""

from hwcode.chapters.logistic_regression.questions import (
    acceleration,
    curvature,
    descent,
    stochastic,
)

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *descent.QUESTIONS,
    *curvature.QUESTIONS,
    *acceleration.QUESTIONS,
    *stochastic.QUESTIONS,
)
