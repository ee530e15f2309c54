"""The questions of the chapter on linear regression."""

from hwcode.chapters.linear_regression.questions import (
    fitting,
    noise,
    overfitting,
    overparameterised,
)

__all__ = ["QUESTIONS"]

QUESTIONS = (
    fitting.gradient,
    fitting.underparameterised,
    noise.noisy,
    overparameterised.line,
    overparameterised.overparameterised,
    noise.overparameterised_noise,
    overfitting.polynomials,
    overfitting.more_data,
)
