"""The questions of the chapter on hard-coded networks."""

from hwcode.chapters.hard_coded_networks.questions import counting, selection, sorting

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *sorting.QUESTIONS,
    *selection.QUESTIONS,
    *counting.QUESTIONS,
)
