"""The questions of the chapter on weight decay."""

from hwcode.chapters.weight_decay.questions import adaptive, equivalence, one_step

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *one_step.QUESTIONS,
    *equivalence.QUESTIONS,
    *adaptive.QUESTIONS,
)
