"""What the batch size does to the training of ConvTransposeNet."""

from __future__ import annotations

from sympy import ImmutableMatrix, Rational

from hwcode.checking import Choice, Formula, Mistake, Ordering, Part, Question

__all__ = ["QUESTIONS"]

BATCHES = (32, 64, 128, 256, 512)
SIZES = ("32", "128", "512")


EQUAL = {
    "large": "the large one has the lower loss",
    "small": "the small one has the lower loss",
    "same": "no difference beyond the seeds",
}


SCALED = {
    "part": "part of the gap to batch 32 is closed",
    "all": "all of it is closed",
    "none": "nothing is gained",
}


batch_size = Question(
    ids=("A2-5.5",),
    chapter="colourization_transposed",
    title="the effect of the batch size",
    marks={"A2-5.5": 0},
    statement=r"""
Train ConvTransposeNet with batch sizes 32, 64, 128, 256 and 512 for the same number of epochs. What is
the effect on training and validation loss, and on the pictures?

*Equal epochs are not equal numbers of updates, so we compare at equal updates, too. Recorded with three
seeds on the 5,000 horses (25 epochs, Adam at $10^{-3}$), where batch 512 makes 250 updates.*
""",
    parts=(
        Part(
            name="updates",
            asks="the number of updates in 25 epochs of 5,000 images, with batch sizes 32 and 512",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([25 * 157, 25 * 10]),
            mistakes=(
                Mistake(
                    ImmutableMatrix([Rational(25 * 5000, 32), Rational(25 * 5000, 512)]),
                    "the last minibatch of an epoch is smaller, and is an update too",
                ),
                Mistake(
                    ImmutableMatrix([25 * 156, 25 * 9]),
                    "right if the last, smaller minibatch of each epoch is dropped; here it is not",
                ),
                Mistake(ImmutableMatrix([157, 10]), "these are the updates of one epoch"),
            ),
        ),
        Part(
            name="epochs",
            asks="at equal epochs, by validation loss",
            form=Ordering(SIZES, "lowest loss first"),
            reference=SIZES,
            mistakes=(
                Mistake(
                    SIZES[::-1],
                    "the largest batch makes the fewest updates in an epoch, and has got least far",
                ),
                Mistake(
                    ("128", "32", "512"),
                    "over these sizes there is no best one in the middle",
                ),
            ),
        ),
        Part(
            name="equal",
            asks="after 250 updates each, batch 512 against batch 32, by validation loss",
            form=Choice(EQUAL),
            reference="large",
            mistakes=(
                Mistake(
                    "small",
                    "the gradient of the larger batch is less noisy; what it costs more is computation, not updates",
                ),
                Mistake("same", "the difference has the same sign for every seed"),
            ),
        ),
        Part(
            name="rate",
            asks="at equal epochs, batch 512 with the rate multiplied by $\\sqrt{512/100}$",
            form=Choice(SCALED),
            reference="part",
            mistakes=(
                Mistake(
                    "all", "batch 32 makes almost sixteen times as many updates, and stays ahead"
                ),
                Mistake("none", "larger steps make up for some of the missing ones"),
            ),
        ),
    ),
    hints=(
        "How many updates does an epoch have, for each batch size?",
        "Compare at equal epochs and at equal updates; these are two different questions.",
        "5,000 images in batches of 512 are 10 updates an epoch. How many are they with 32?",
    ),
    beyond=(
        "updates",
        "equal",
        "rate",
    ),
    result="At equal epochs small batches win, at equal updates large ones: they differ in the number of updates.",
    numbers=("3,925 = updates[0]",),
    model_answer=r"""
At equal epochs the loss rises with the batch size, for training and validation alike, and the pictures
get coarser: batch 32 makes 3,925 updates in 25 epochs of 5,000 images, batch 512 only 250, at the same
rate. That is not a fault of large batches: after equal numbers of updates the large batch is ahead, as
its gradients are less noisy, for sixteen times the computation. A larger rate makes up for part of the
missing updates. Training and validation loss stay together, so none of this is about generalisation.
""",
)

QUESTIONS = (batch_size,)
