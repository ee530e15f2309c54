"""The questions of the chapter on backpropagation, in the sections of the handout."""

from hwcode.chapters.backpropagation.questions import backward, costs, forward, norms, products

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *forward.QUESTIONS,
    *backward.QUESTIONS,
    *norms.QUESTIONS,
    *costs.QUESTIONS,
    *products.QUESTIONS,
)
