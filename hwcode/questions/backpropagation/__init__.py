"""The questions of the chapter on backpropagation, in the sections of the handout."""

from hwcode.questions.backpropagation import costs, norms, passes, products

__all__ = ["QUESTIONS"]

QUESTIONS = (*passes.QUESTIONS, *norms.QUESTIONS, *costs.QUESTIONS, *products.QUESTIONS)
