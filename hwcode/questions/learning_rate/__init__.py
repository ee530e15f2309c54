"""The questions of the chapter on the learning rate, in the three sections of the handout."""

from hwcode.questions.learning_rate import inner_loop, many_steps, one_step

__all__ = ["QUESTIONS"]

QUESTIONS = (*inner_loop.QUESTIONS, *one_step.QUESTIONS, *many_steps.QUESTIONS)
