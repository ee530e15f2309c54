"""The two colourization nets beside each other: exact counts, and what was measured."""

from __future__ import annotations

from functools import cache
from typing import Any

from hwcode import sizes
from hwcode.chapters.colourization.questions.pooling.tally import NC, NF, NIC, PLAIN, counted
from hwcode.chapters.colourization.questions.transposed.net import layers_of
from hwcode.checking import Alternative, Choice, Mistake, Part, Question
from hwcode.sizes import Counting

__all__ = ["QUESTIONS"]


# --- A2-5.3, the part that is exact -----------------------------------------------------------


@cache
def counts(side: Any, rules: Counting = PLAIN) -> sizes.Counts:
    """The counts of figure 4b with kernel 3, in symbols."""
    return sizes.count(layers_of(3, 1, NIC, NF, NC), (NIC, side, side), rules)


# --- A2-5.3, measured -------------------------------------------------------------------------


LOWER = {
    "every": "yes, with every seed",
    "some": "yes with some seeds, no with others",
    "no": "no, with every seed",
}


MORE = {
    "same": "both have the same number",
    "transpose": "ConvTransposeNet has more",
    "pool": "PoolUpsampleNet has more",
}


HALVES = {
    "both": "neither: each alone closes less than a third of the gap, it takes both",
    "up": "mainly the way up: transposed convolutions in place of convolution and Upsample",
    "down": "mainly the way down: strided convolutions in place of convolution and max pooling",
}


SKIPS = {
    "lower": "lower, with every seed",
    "same": "no difference beyond the seeds",
    "higher": "higher",
}


at_32 = counts(32)

comparison = Question(
    ids=("A2-5.3",),
    chapter="colourization_transposed",
    title="the two nets compared",
    marks={"A2-5.3": 4},
    statement=r"""
How do the results of ConvTransposeNet compare with those of PoolUpsampleNet? Is its validation loss
lower? Why may that be?

*For the "why" we count, and we train both nets and two more, each made of one half of either, with three
seeds. Also the U-Net that the handout's figure mentions and leaves out: here ConvTransposeNet with skip
connections.*
""",
    parts=(
        Part(
            name="lower",
            asks="is the validation loss of ConvTransposeNet lower after 25 epochs?",
            form=Choice(LOWER),
            reference="every",
            mistakes=(
                Mistake("some", "the gap is many times as large as the spread over the seeds"),
                Mistake("no", "it is about 1.14 against 1.59"),
            ),
        ),
        Part(
            name="parameters",
            asks="which of the two has more learnable parameters?",
            form=Choice(MORE),
            reference="same",
            mistakes=(
                Mistake(
                    "transpose",
                    "a transposed convolution from a to b channels has the weights and biases of a convolution from a to b",
                ),
                Mistake("pool", "neither poolings nor upsamplings have parameters"),
            ),
        ),
        counted(
            "weights",
            "its number of weights, biases and BatchNorm apart, kernel 3",
            "parameters",
            32,
            counts,
            (
                Mistake(
                    at_32.parameters + 9 * NC**2,
                    "there are five layers with weights, and only the last goes from NC to NC",
                ),
            ),
        ),
        counted(
            "outputs",
            "its number of outputs, 32 x 32, counted as in A2-4.3",
            "neurons",
            32,
            counts,
            (
                Mistake(
                    2240 * NF + 2304 * NC,
                    "this is PoolUpsampleNet's; here stride and transposed convolution leave no maps in between",
                ),
            ),
        ),
        counted(
            "connections",
            "its number of connections, 32 x 32",
            "connections",
            32,
            counts,
            (
                Mistake(
                    9216 * NIC * NF
                    + 5760 * NF**2
                    + 2304 * NF * NC
                    + 9216 * NC**2
                    + 1792 * NF
                    + 1024 * NC,
                    "this is PoolUpsampleNet's; a strided convolution computes a quarter of the places",
                ),
                Mistake(
                    at_32.connections + 3 * (9 * 64 * 2 * NF**2 + 9 * 256 * NF * NC),
                    "each input of a transposed convolution has 9 connections to an output channel, not each output",
                ),
            ),
            more=(
                Alternative(
                    2304 * NIC * NF + 2210 * NF**2 + 2209 * NF * NC + 9216 * NC**2,
                    "right if what a transposed convolution computes for places that are then cut off does not count",
                    "counting",
                ),
            ),
        ),
        Part(
            name="half",
            asks="which half makes the difference? Starting from PoolUpsampleNet, one half is exchanged alone",
            form=Choice(HALVES),
            reference="both",
            mistakes=(
                Mistake(
                    "down",
                    "without poolings, but with Upsample, the loss is still far nearer to PoolUpsampleNet's",
                ),
                Mistake(
                    "up",
                    "with transposed convolutions behind poolings the loss hardly falls: what the poolings forgot can't be drawn",
                ),
            ),
        ),
        Part(
            name="unet",
            asks="the validation loss of the U-Net compared with ConvTransposeNet's",
            form=Choice(SKIPS),
            reference="lower",
            mistakes=(
                Mistake(
                    "same", "the finer maps that are appended help, by more than the seeds differ"
                ),
                Mistake("higher", "the appended maps can be ignored, and are not"),
            ),
        ),
    ),
    hints=(
        "Does the better net have more parameters, or does it use them differently?",
        "Count weights and connections of both. Then ask what a pooling forgets, and what upsampling can only repeat.",
        "A transposed convolution has its own weights for each of the four new pixels; upsampling copies one value to all four.",
    ),
    beyond=(
        "parameters",
        "weights",
        "outputs",
        "connections",
        "half",
        "unet",
    ),
    result="Better with every seed at equal parameters: it keeps places, and learns to place pixels.",
    numbers=(
        '1.14 = mean("colourization", "transpose_val_loss")',
        '1.59 = mean("colourization", "pool_val_loss")',
        '54 % = mean("colourization", "transpose_val_accuracy")',
        '40 % = mean("colourization", "pool_val_accuracy")',
        '49,728 = mean("colourization", "pool_parameters")',
    ),
    model_answer=r"""
Yes, with every seed: validation loss about 1.14 against 1.59, accuracy 54 % against 40 %, and sharper pictures.
Not because of more parameters: both have 49,728, and ConvTransposeNet has fewer connections.
PoolUpsampleNet throws away where in each block the maximum was, and its upsampling can only repeat
pixels; a transposed convolution learns to place four different pixels. Either exchange alone gains little; it takes both. The U-Net, which
hands the fine maps on, is better still. What improves is brightness; chroma is guessed no better.
""",
    conventions=("counting",),
)

QUESTIONS = (comparison,)
