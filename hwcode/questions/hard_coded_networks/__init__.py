"""The questions of the chapter on hard-coded networks."""

from hwcode.questions.hard_coded_networks import counting, selection, sorting

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *sorting.QUESTIONS,
    *selection.QUESTIONS,
    *counting.QUESTIONS,
)
