"""What is asked in this chapter, computed from the definitions."""

from hwcode.chapters.colourization.truths.pooling import net, tally, training

__all__ = ["TRUTHS"]

TRUTHS = {
    **net.TRUTHS,
    **tally.TRUTHS,
    **training.TRUTHS,
}
"""By id, with the part where there are several."""
