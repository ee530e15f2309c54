"""The questions of the chapter on the learning rate, in the three sections of the handout."""

from hwcode.chapters.learning_rate.questions import (
    best_rate,
    convexity,
    graph,
    many_steps,
    memory,
    one_step,
    plane,
    plane_again,
    practice,
)

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *graph.QUESTIONS,
    *memory.QUESTIONS,
    *practice.QUESTIONS,
    *one_step.QUESTIONS,
    *best_rate.QUESTIONS,
    *plane.QUESTIONS,
    *many_steps.QUESTIONS,
    *convexity.QUESTIONS,
    *plane_again.QUESTIONS,
)
