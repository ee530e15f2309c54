"""What is asked in this chapter, computed from the definitions."""

from hwcode.chapters.colourization.truths.transposed import (
    batch_size,
    comparison,
    net,
    paddings,
    training,
)

__all__ = ["TRUTHS"]

TRUTHS = {
    **batch_size.TRUTHS,
    **comparison.TRUTHS,
    **net.TRUTHS,
    **paddings.TRUTHS,
    **training.TRUTHS,
}
"""By id, with the part where there are several."""
