"""What is asked in this chapter, computed from the definitions."""

from hwcode.chapters.hard_coded_networks.truths import counting, selection, sorting

__all__ = ["TRUTHS"]

TRUTHS = {
    **counting.TRUTHS,
    **selection.TRUTHS,
    **sorting.TRUTHS,
}
"""By id, with the part where there are several."""
