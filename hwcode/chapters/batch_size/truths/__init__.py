"""What is asked in this chapter, computed from the definitions."""

from hwcode.chapters.batch_size.truths import compute, one_step, trade_off

__all__ = ["TRUTHS"]

TRUTHS = {
    **compute.TRUTHS,
    **one_step.TRUTHS,
    **trade_off.TRUTHS,
}
"""By id, with the part where there are several."""
