"""What the training of PoolUpsampleNet shows."""

from __future__ import annotations

import sympy

from hwcode.checking import Choice, Mistake, Part, Question
from hwcode.checking.records import measured

__all__ = ["QUESTIONS"]

AGAINST_TABLE = {
    "better": "better than a table from the grey level of a pixel to its commonest colour",
    "same": "as good as such a table, within a point of accuracy",
    "worse": "worse than such a table",
}


ERRORS = {
    "colour": "mostly in chroma: the grey image does not tell the colour",
    "blur": "mostly in brightness, which the grey image does tell: the pictures are coarse",
}


SATURATION = {
    "paler": "less colourful than the true images",
    "equal": "as colourful, within 5 %",
    "stronger": "more colourful",
}


training = Question(
    ids=("A2-4.2",),
    chapter="colourization_pooling",
    title="training PoolUpsampleNet",
    marks={"A2-4.2": 4},
    statement=r"""
Train PoolUpsampleNet with cross-entropy and look at the pictures. Do they look good? Why, or why not?

*"Good" is a matter of taste, so we ask for measurements: the 5,000 training horses of CIFAR-10 (as JPEG
has altered them), kernel 3, NF = 32, 24 colours by k-means, Adam at $10^{-3}$, batch 100, 25 epochs;
means over five seeds, on the 1,000 horses of the test set. Numbers count as right within 5 %.
The error of a picture is taken apart: brightness is the mean of R, G and B, chroma the rest.*
""",
    parts=(
        Part(
            name="accuracy",
            asks="the validation accuracy after 25 epochs, as a fraction",
            form=measured("a fraction of pixels"),
            reference=sympy.Rational(40, 100),
            latex="0.40",
            mistakes=(
                Mistake(sympy.Rational(1, 24), "this is the accuracy of guessing among 24 colours"),
                Mistake(
                    sympy.Rational(80, 100),
                    "neighbouring colours of the palette are close to each other, and fewer than half of the pixels get the right one",
                ),
            ),
        ),
        Part(
            name="loss",
            asks="the validation loss after 25 epochs",
            form=measured("nats for a pixel"),
            reference=sympy.Rational(159, 100),
            latex="1.59",
            mistakes=(
                Mistake(sympy.log(24), "$\\log 24$ is the loss of a net that has learnt nothing"),
                Mistake(
                    sympy.Rational(159, 100) / sympy.log(2),
                    "in bits; PyTorch's cross-entropy has natural logarithms",
                    "logarithm",
                ),
            ),
        ),
        Part(
            name="table",
            asks="its accuracy compared with a table that looks at the grey level of one pixel alone",
            form=Choice(AGAINST_TABLE),
            reference="worse",
            mistakes=(
                Mistake(
                    "better",
                    "the table gives 62 % of the pixels their colour: the palette's colours differ mostly in brightness, which one pixel shows",
                ),
                Mistake("same", "the difference is more than one point of accuracy for every seed"),
            ),
        ),
        Part(
            name="error",
            asks="the squared error of its pictures is",
            form=Choice(ERRORS),
            reference="blur",
            mistakes=(
                Mistake(
                    "colour",
                    "given the true brightness of every pixel, less than half of the squared error is left",
                ),
            ),
        ),
        Part(
            name="saturation",
            asks="its pictures are, in the mean over all pixels,",
            form=Choice(SATURATION),
            reference="paler",
            mistakes=(
                Mistake("equal", "the mean chroma is more than 5 % below that of the true images"),
                Mistake(
                    "stronger", "where the colour is uncertain the likeliest one is a dull one"
                ),
            ),
        ),
    ),
    hints=(
        "What is lost in a pooling, and can upsampling bring it back?",
        "Look at detail, at colour, and at pixels beside one another; compare with a guess from the grey level alone.",
        "The commonest colour is chosen where grey leaves the colour open. What does that do to the saturation?",
    ),
    beyond=(
        "table",
        "error",
        "saturation",
    ),
    result="Not good: coarse and pale, and worse than a table from grey levels by accuracy.",
    numbers=(
        '1.59 = mean("colourization", "pool_val_loss")',
        '40 % = mean("colourization", "pool_val_accuracy")',
        '62 % = mean("colourization", "table_accuracy")',
    ),
    model_answer=r"""
Not good. Validation loss is about 1.59 and accuracy 40 %; a table from the grey level of a single pixel to its
commonest colour gets 62 %. The pictures are coarse: two poolings forget where in a block the maximum was, and
upsampling repeats pixels, so that detail, which the grey input has, is lost; more than half of the squared error is
in brightness. They are pale: where grey leaves the colour open, the commonest one is chosen. And pixels are coloured
apart, each by its own largest logit, so there are specks.
""",
)

QUESTIONS = (training,)
