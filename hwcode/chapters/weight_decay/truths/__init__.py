"""What is asked in this chapter, computed from the definitions."""

from hwcode.chapters.weight_decay.truths import adaptive, equivalence, one_step

__all__ = ["TRUTHS"]

TRUTHS = {
    **adaptive.TRUTHS,
    **equivalence.TRUTHS,
    **one_step.TRUTHS,
}
"""By id, with the part where there are several."""
