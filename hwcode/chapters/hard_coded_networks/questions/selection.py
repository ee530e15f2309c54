"""A network that reads one entry of its input."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix, Rational

from hwcode.chapters.hard_coded_networks.questions.problem import CHAPTER
from hwcode.checking import Formula, Mistake, Number, Part, Question

__all__ = ["QUESTIONS"]


def _row(*entries: Any) -> ImmutableMatrix:
    return ImmutableMatrix([[sympy.sympify(entry) for entry in entries]])


select = Question(
    ids=("A1-3.3",),
    chapter=CHAPTER,
    title="the layer that picks the k-th smallest",
    marks={"A1-3.3": 0},
    statement=r"""
A last layer $W^{(3)}\in\mathbb R^{1\times4}$ (no bias, no activation) after the sorting network is to
output the $k$-th smallest number. Give $W^{(3)}$ for $k=3$. *We add: which one gives the median, and
do we need the whole sorting network if one number is all we want?*
""",
    parts=(
        Part(
            name="third",
            asks="$W^{(3)}$ for $k=3$",
            form=Formula(what="a row of 4 numbers, [[., ., ., .]]"),
            reference=_row(0, 0, 1, 0),
            also_right=("[[0, 0, 1, 0]]", "[0, 0, 1, 0].T", "[0, 0, 1, 0]"),
            mistakes=(
                Mistake(_row(0, 1, 0, 0), "this is the second smallest (the third from above)"),
                Mistake(_row(0, 0, 0, 1), "the entries count from 1: this is the largest"),
                Mistake(_row(1, 1, 1, 0), "this is the sum of the three smallest"),
                Mistake(
                    _row(0, 0, 3, 0), "the place is chosen by where the 1 stands, not by its size"
                ),
            ),
        ),
        Part(
            name="median",
            asks="$W^{(3)}$ for the median (the mean of the two in the middle)",
            form=Formula(what="a row of 4 numbers, [[., ., ., .]]"),
            reference=_row(0, Rational(1, 2), Rational(1, 2), 0),
            also_right=("[0, 1/2, 1/2, 0]",),
            mistakes=(
                Mistake(_row(*[Rational(1, 4)] * 4), "this is the mean of all four"),
                Mistake(_row(0, 1, 1, 0), "this is twice the median"),
            ),
        ),
        Part(
            name="fewest",
            asks="the least number of blocks after which some wire carries the third smallest",
            form=Number(what="a number of blocks", whole=True),
            reference=sympy.Integer(5),
            mistakes=(
                Mistake(sympy.Integer(3), "three are enough for the smallest or the largest only"),
                Mistake(sympy.Integer(4), "after four the two in the middle are still mixed up"),
            ),
        ),
    ),
    hints=(
        "What does a row of zeros with a single 1 do to a sorted list?",
        r"The layer has no bias: its output is $W^{(3)}\hat x$, with $\hat x$ in increasing order.",
        "Try $W^{(3)}=(1,0,0,0)$: which number comes out? Move the 1.",
    ),
    beyond=(
        "median",
        "fewest",
    ),
    result="The row $(0,0,1,0)$, and no other, picks the third smallest of a sorted list.",
    model_answer=r"""
The sorted numbers are $\hat x_1\le\hat x_2\le\hat x_3\le\hat x_4$, and $W^{(3)}$ has to give
$W^{(3)}\hat x=\hat x_3$: $W^{(3)}=(0,0,1,0)$, in general the $k$-th unit row $e_k^\top$. There is no
other, as sorted lists span $\mathbb R^4$.
""",
)

QUESTIONS = (select,)
