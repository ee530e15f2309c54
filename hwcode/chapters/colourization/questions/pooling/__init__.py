"""The questions of the chapter on colourization by pooling and upsampling."""

from hwcode.chapters.colourization.questions.pooling import net, tally, training

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *net.QUESTIONS,
    *training.QUESTIONS,
    *tally.QUESTIONS,
)
