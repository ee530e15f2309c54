"""The questions of the chapter on the implicit bias of optimisers, in the order of the page."""

from hwcode.questions.implicit_bias import adagrad, momentum, others, rmsprop, row_space

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *row_space.QUESTIONS,
    *momentum.QUESTIONS,
    *adagrad.QUESTIONS,
    *rmsprop.QUESTIONS,
    *others.QUESTIONS,
)
