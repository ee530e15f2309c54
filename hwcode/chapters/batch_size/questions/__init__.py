"""The questions of the chapter on batch size."""

from hwcode.chapters.batch_size.questions import compute, one_step, trade_off

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *one_step.QUESTIONS,
    *trade_off.QUESTIONS,
    *compute.QUESTIONS,
)
