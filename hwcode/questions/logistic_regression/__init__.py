"""The questions of the chapter on accelerated logistic regression."""

from hwcode.questions.logistic_regression import acceleration, curvature, descent, stochastic

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *descent.QUESTIONS,
    *curvature.QUESTIONS,
    *acceleration.QUESTIONS,
    *stochastic.QUESTIONS,
)
