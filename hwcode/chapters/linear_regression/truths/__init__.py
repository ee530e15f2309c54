"""What is asked in this chapter, computed from the definitions."""

from hwcode.chapters.linear_regression.truths import fitting, noise, overfitting, overparameterised

__all__ = ["TRUTHS"]

TRUTHS = {
    **fitting.TRUTHS,
    **noise.TRUTHS,
    **overfitting.TRUTHS,
    **overparameterised.TRUTHS,
}
"""By id, with the part where there are several."""
