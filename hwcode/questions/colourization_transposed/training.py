"""What the training of ConvTransposeNet shows."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Rational

from hwcode.checking import Choice, Mistake, Number, Part, Question, Truth
from hwcode.checking.verdict import Method
from hwcode.questions.records import mean, measured, record_of, recorded

__all__ = ["QUESTIONS"]

STILL = {
    "falls": "it still falls: lower in the last five epochs than in the five before, for every seed",
    "flat": "it has stopped falling",
    "rises": "it rises again",
}


def _is_it_done(_: Any) -> str:
    losses = record_of("colourization").curve("transpose_val_loss")
    change = losses[:, -5:].mean(axis=1) - losses[:, -10:-5].mean(axis=1)
    return "falls" if change.max() < 0 else "rises" if change.min() > 0 else "flat"


GAP = {
    "none": "hardly: less than 0.05 nats between training and validation",
    "strong": "clearly: more than 0.05 nats",
}


def _does_it_overfit(_: Any) -> str:
    gap = mean("colourization", "transpose_val_loss") - mean(
        "colourization", "transpose_train_loss"
    )
    return "strong" if gap > 0.05 else "none"


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
            truth=Truth(
                lambda _: -sum(Rational(1, 24) * sympy.log(Rational(1, 24)) for _ in range(24)),
                "the cross-entropy by its definition",
            ),
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
            truth=recorded("colourization", "transpose_val_loss"),
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
            truth=recorded("colourization", "transpose_val_accuracy"),
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
            truth=Truth(_is_it_done, "recorded curves of every seed", method=Method.MEASURED),
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
            truth=Truth(_does_it_overfit, "recorded losses", method=Method.MEASURED),
            mistakes=(
                Mistake(
                    "strong",
                    "50 thousand weights are few for the 5.1 million labelled pixels of 5,000 images",
                ),
            ),
        ),
    ),
    model_answer=r"""
The loss starts near $\log24\approx3.18$, falls steeply in the first epochs and slowly to the end: after
25 epochs the validation loss is about 1.14 and the accuracy 54 %. Training and validation loss lie close
together, and both are still falling: the net does not overfit, and more updates would help.
""",
    conventions=("logarithm",),
)

QUESTIONS = (training,)
