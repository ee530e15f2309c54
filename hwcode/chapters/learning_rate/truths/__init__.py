"""What is asked in this chapter, computed from the definitions."""

from hwcode.chapters.learning_rate.truths import (
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

__all__ = ["TRUTHS"]

TRUTHS = {
    **best_rate.TRUTHS,
    **convexity.TRUTHS,
    **graph.TRUTHS,
    **many_steps.TRUTHS,
    **memory.TRUTHS,
    **one_step.TRUTHS,
    **plane.TRUTHS,
    **plane_again.TRUTHS,
    **practice.TRUTHS,
}
"""By id, with the part where there are several."""
