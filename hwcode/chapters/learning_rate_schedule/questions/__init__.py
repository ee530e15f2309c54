"""The questions of the chapter on learning-rate schedules: All-CNN on CIFAR-10."""

from hwcode.chapters.learning_rate_schedule.questions import beginning, finder, invariant, schedule

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *beginning.QUESTIONS,
    *finder.QUESTIONS,
    *schedule.QUESTIONS,
    *invariant.QUESTIONS,
)
