"""What is asked in this chapter, computed from the definitions."""

from hwcode.chapters.backpropagation.truths import backward, costs, forward, norms, products

__all__ = ["TRUTHS"]

TRUTHS = {
    **backward.TRUTHS,
    **costs.TRUTHS,
    **forward.TRUTHS,
    **norms.TRUTHS,
    **products.TRUTHS,
}
"""By id, with the part where there are several."""
