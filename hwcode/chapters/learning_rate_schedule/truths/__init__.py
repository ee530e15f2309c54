"""What is asked in this chapter, computed from the definitions."""

from hwcode.chapters.learning_rate_schedule.truths import (
    beginning,
    finder,
    invariant,
    programs,
    schedule,
)

__all__ = ["TRUTHS"]

TRUTHS = {
    **beginning.TRUTHS,
    **finder.TRUTHS,
    **invariant.TRUTHS,
    **programs.TRUTHS,
    **schedule.TRUTHS,
}
"""By id, with the part where there are several."""
