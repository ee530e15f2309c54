"""What the training of ConvTransposeNet shows."""

from __future__ import annotations

import sympy
from sympy import Rational

from hwcode.checking import Choice, Mistake, Number, Part, Question
from hwcode.checking.records import measured

__all__ = ["QUESTIONS"]

STILL = {
    "falls": "it still falls: lower in the last five epochs than in the five before, for every seed",
    "flat": "it has stopped falling",
    "rises": "it rises again",
}


GAP = {
    "none": "hardly: less than 0.05 nats between training and validation",
    "strong": "clearly: more than 0.05 nats",
}


training = Question(
    ids=("A2-5.2",),
    chapter="colourization_transposed",
    title="training ConvTransposeNet",
    marks={"A2-5.2": 4},
    statement=r"""
Train ConvTransposeNet for at least 25 epochs with batch size 100 and kernel 3, and plot the training
curve. *We ask what there is to be read off the curve; set-up and data are those of A2-4.2, means over
five seeds, numbers within 5 %.*
""",
    parts=(
        Part(
            name="start",
            asks="the loss of a net that gives every colour the same probability",
            form=Number(what="nats for a pixel"),
            reference=sympy.log(24),
            also_right=("log(24)", "log(8) + log(3)"),
            mistakes=(
                Mistake(
                    sympy.log(24, 2),
                    "in bits; PyTorch's cross-entropy has natural logarithms",
                    "logarithm",
                ),
                Mistake(sympy.log(10), "there are 24 colours, not ten classes"),
                Mistake(sympy.Integer(0), "loss 0 means that every pixel is right with certainty"),
            ),
        ),
        Part(
            name="loss",
            asks="the validation loss after 25 epochs",
            form=measured("nats for a pixel"),
            reference=Rational(114, 100),
            latex="1.14",
            mistakes=(
                Mistake(Rational(159, 100), "this is the loss of PoolUpsampleNet"),
                Mistake(sympy.log(24), "$\\log 24$ is the loss of a net that has learnt nothing"),
            ),
        ),
        Part(
            name="accuracy",
            asks="the validation accuracy after 25 epochs, as a fraction",
            form=measured("a fraction of pixels"),
            reference=Rational(54, 100),
            latex="0.54",
            mistakes=(
                Mistake(Rational(40, 100), "this is the accuracy of PoolUpsampleNet"),
                Mistake(Rational(1, 24), "this is the accuracy of guessing among 24 colours"),
            ),
        ),
        Part(
            name="curve",
            asks="the validation loss at the end of the 25 epochs",
            form=Choice(STILL),
            reference="falls",
            mistakes=(
                Mistake("flat", "the mean over five epochs is still going down for every seed"),
                Mistake("rises", "no seed has a higher loss at the end than five epochs before"),
            ),
        ),
        Part(
            name="overfitting",
            asks="does the net overfit by then?",
            form=Choice(GAP),
            reference="none",
            mistakes=(
                Mistake(
                    "strong",
                    "50 thousand weights are few for the 5.1 million labelled pixels of 5,000 images",
                ),
            ),
        ),
    ),
    hints=(
        "What loss has a net that knows nothing, with 24 colours?",
        "Cross-entropy of equal probabilities is the logarithm of their number. Then read the curve: is it still falling at the end, and do the two curves part?",
        r"$-\log\frac1{24}$ is where the curve starts.",
    ),
    beyond=(
        "start",
        "overfitting",
    ),
    result="Validation loss about 1.14, accuracy 54 %, and still falling.",
    numbers=(
        "3.18 = start",
        '1.14 = mean("colourization", "transpose_val_loss")',
        '54 % = mean("colourization", "transpose_val_accuracy")',
        "5.1 = 5000*32**2/10**6",
        "5,000 <handout>",
    ),
    model_answer=r"""
The loss starts near $\log24\approx3.18$, falls steeply in the first epochs and slowly to the end: after
25 epochs the validation loss is about 1.14 and the accuracy 54 %. Training and validation loss lie close
together, and both are still falling: the net does not overfit, and more updates would help.
""",
    conventions=("logarithm",),
)

QUESTIONS = (training,)
