"""What is asked in this chapter, computed from the definitions."""

from hwcode.chapters.networks_from_scratch.truths import (
    course,
    descent,
    layers,
    losses,
    modules,
    perceptron,
)

__all__ = ["TRUTHS"]

TRUTHS = {
    **course.TRUTHS,
    **descent.TRUTHS,
    **layers.TRUTHS,
    **losses.TRUTHS,
    **modules.TRUTHS,
    **perceptron.TRUTHS,
}
"""By id, with the part where there are several."""
