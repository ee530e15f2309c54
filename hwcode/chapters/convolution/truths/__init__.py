"""What is asked in this chapter, computed from the definitions."""

from hwcode.chapters.convolution.truths import filters, net_sizes, receptive_field

__all__ = ["TRUTHS"]

TRUTHS = {
    **filters.TRUTHS,
    **net_sizes.TRUTHS,
    **receptive_field.TRUTHS,
}
"""By id, with the part where there are several."""
