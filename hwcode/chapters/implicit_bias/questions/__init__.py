"""The questions of the chapter on the implicit bias of optimisers, in the order of the page."""

from hwcode.chapters.implicit_bias.questions import adagrad, momentum, others, rmsprop, row_space

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *row_space.QUESTIONS,
    *momentum.QUESTIONS,
    *adagrad.QUESTIONS,
    *rmsprop.QUESTIONS,
    *others.QUESTIONS,
)
