"""What is asked in this chapter, computed from the definitions."""

from hwcode.chapters.logistic_regression.truths import (
    acceleration,
    curvature,
    descent,
    programs,
    stochastic,
)

__all__ = ["TRUTHS"]

TRUTHS = {
    **acceleration.TRUTHS,
    **curvature.TRUTHS,
    **descent.TRUTHS,
    **programs.TRUTHS,
    **stochastic.TRUTHS,
}
"""By id, with the part where there are several."""
