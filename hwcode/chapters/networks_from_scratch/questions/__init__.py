"""The questions of the chapter on networks from scratch.

The contract is that of the course's starter; what is ours besides is called so. Programs are compared
with arithmetic of many digits and with difference quotients, never with another program of the same
kind.
"""

from hwcode.chapters.networks_from_scratch.questions import (
    descent,
    layers,
    losses,
    perceptron,
    regression,
)

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *losses.QUESTIONS,
    *regression.QUESTIONS,
    *descent.QUESTIONS,
    *layers.QUESTIONS,
    *perceptron.QUESTIONS,
)
