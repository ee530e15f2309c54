"""The questions of the chapter on colourization by strided and transposed convolutions."""

from hwcode.chapters.colourization.questions.transposed import (
    batch_size,
    comparison,
    net,
    paddings,
    training,
)

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *net.QUESTIONS,
    *training.QUESTIONS,
    *comparison.QUESTIONS,
    *paddings.QUESTIONS,
    *batch_size.QUESTIONS,
)
