"""The questions of the chapter on batch size."""

from hwcode.questions.batch_size import compute, one_step, trade_off

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *one_step.QUESTIONS,
    *trade_off.QUESTIONS,
    *compute.QUESTIONS,
)
