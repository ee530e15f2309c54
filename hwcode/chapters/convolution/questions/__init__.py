"""The questions of the chapter on convolutions."""

from hwcode.chapters.convolution.questions import filters, net_sizes, receptive_field

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *filters.QUESTIONS,
    *net_sizes.QUESTIONS,
    *receptive_field.QUESTIONS,
)
