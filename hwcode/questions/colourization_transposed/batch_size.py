"""What the batch size does to the training of ConvTransposeNet."""

from __future__ import annotations

from typing import Any

from sympy import ImmutableMatrix, Rational

from hwcode.checking import Choice, Formula, Mistake, Ordering, Part, Question, Truth
from hwcode.checking.verdict import Method
from hwcode.questions.records import mean, record_of

__all__ = ["QUESTIONS"]

BATCHES = (32, 64, 128, 256, 512)
SIZES = ("32", "128", "512")
SWEEP = "colourization_batch_sizes"


def _updates(count: int, batch: int, epochs: int = 25) -> int:
    """By going through the epochs, the last minibatch of each smaller."""
    return sum(1 for _ in range(epochs) for start in range(0, count, batch))


def _in_order_of_loss(_: Any) -> tuple[str, ...]:
    losses = {size: mean(SWEEP, f"epochs_{size}_val_loss") for size in SIZES}
    return tuple(sorted(SIZES, key=lambda size: losses[size]))


EQUAL = {
    "large": "the large one has the lower loss",
    "small": "the small one has the lower loss",
    "same": "no difference beyond the seeds",
}


def _at_equal_updates(_: Any) -> str:
    """250 updates: batch 32 and, as its 25 epochs are just so many, batch 512."""
    record = record_of(SWEEP)
    change = record.metric("epochs_512_val_loss") - record.metric("updates_32_val_loss")
    return "large" if change.max() < 0 else "small" if change.min() > 0 else "same"


SCALED = {
    "part": "part of the gap to batch 32 is closed",
    "all": "all of it is closed",
    "none": "nothing is gained",
}


def scaled_share() -> float:
    """Which share of the gap between batch 512 and batch 32 a larger rate closes."""
    small, large, scaled = (
        mean(SWEEP, f"{arm}_val_loss") for arm in ("epochs_32", "epochs_512", "scaled_512")
    )
    return (large - scaled) / (large - small)


def _what_scaling_does(_: Any) -> str:
    share = scaled_share()
    return "all" if share > 0.95 else "part" if share > 0.05 else "none"


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
            truth=Truth(
                lambda _: ImmutableMatrix([_updates(5000, 32), _updates(5000, 512)]),
                "counting them one by one",
            ),
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
            truth=Truth(
                _in_order_of_loss, "the recorded means over the seeds", method=Method.MEASURED
            ),
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
            truth=Truth(
                _at_equal_updates, "the recorded losses of every seed", method=Method.MEASURED
            ),
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
            truth=Truth(_what_scaling_does, "recorded losses", method=Method.MEASURED),
            mistakes=(
                Mistake(
                    "all", "batch 32 makes almost sixteen times as many updates, and stays ahead"
                ),
                Mistake("none", "larger steps make up for some of the missing ones"),
            ),
        ),
    ),
    model_answer=r"""
At equal epochs the loss rises with the batch size, for training and validation alike, and the pictures
get coarser: batch 32 makes 3,925 updates in 25 epochs of 5,000 images, batch 512 only 250, at the same
rate. That is not a fault of large batches: after equal numbers of updates the large batch is ahead, as
its gradients are less noisy, for sixteen times the computation. A larger rate makes up for part of the
missing updates. Training and validation loss stay together, so none of this is about generalisation.
""",
)

QUESTIONS = (batch_size,)
