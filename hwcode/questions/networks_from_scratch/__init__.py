"""The questions of the chapter on networks from scratch.

Only the headings of these programming questions survive, so the contracts are ours. Programs are
compared with arithmetic of many digits and with difference quotients, never with another program of
the same kind.
"""

from hwcode.questions.networks_from_scratch import descent, layers, losses, perceptron

__all__ = ["QUESTIONS"]

QUESTIONS = (
    *losses.QUESTIONS,
    *descent.QUESTIONS,
    *layers.QUESTIONS,
    *perceptron.QUESTIONS,
)
