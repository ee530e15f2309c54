"""What is asked in this chapter, computed from the definitions."""

from hwcode.chapters.implicit_bias.truths import adagrad, momentum, others, rmsprop, row_space

__all__ = ["TRUTHS"]

TRUTHS = {
    **adagrad.TRUTHS,
    **momentum.TRUTHS,
    **others.TRUTHS,
    **rmsprop.TRUTHS,
    **row_space.TRUTHS,
}
"""By id, with the part where there are several."""
