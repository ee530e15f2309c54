"""A network that reads one entry of its input."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix, Rational

from hwcode import hard_coded_networks as hc
from hwcode.checking import Alternative, Formula, Mistake, Number, Part, Question, Truth
from hwcode.questions.hard_coded_networks.problem import CHAPTER

__all__ = ["QUESTIONS"]


def _weights_that_read(target: Any) -> Any:
    """Solve ``W3 s = target(s)`` for four independent sorted lists ``s``."""
    lists = [sympy.Matrix(row) for row in ([1, 2, 3, 4], [1, 2, 3, 9], [1, 2, 7, 8], [1, 5, 6, 9])]
    left = sympy.Matrix.hstack(*lists).T
    right = sympy.Matrix([target(list(one)) for one in lists])
    return ImmutableMatrix(left.LUsolve(right).T)


def _row(*entries: Any) -> ImmutableMatrix:
    return ImmutableMatrix([[sympy.sympify(entry) for entry in entries]])


AS_A_COLUMN = "typed as a column; the layer's matrix is a row"

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
            truth=Truth(
                lambda _: _weights_that_read(lambda one: one[2]),
                "the linear equations of four independent sorted lists",
            ),
            also_right=("[[0, 0, 1, 0]]", "[0, 0, 1, 0].T"),
            alternatives=(Alternative(ImmutableMatrix([0, 0, 1, 0]), AS_A_COLUMN),),
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
            truth=Truth(
                lambda _: _weights_that_read(lambda one: (one[1] + one[2]) / 2),
                "the linear equations of four independent sorted lists",
            ),
            alternatives=(
                Alternative(ImmutableMatrix([0, Rational(1, 2), Rational(1, 2), 0]), AS_A_COLUMN),
            ),
            mistakes=(
                Mistake(_row(*[Rational(1, 4)] * 4), "this is the mean of all four"),
                Mistake(_row(0, 1, 1, 0), "this is twice the median"),
            ),
        ),
        Part(
            name="fewest",
            asks="the least number of blocks after which some wire carries the third smallest",
            form=Number(what="a number of blocks"),
            reference=sympy.Integer(5),
            truth=Truth(
                lambda _: sympy.Integer(hc.fewest(4, hc.carries(3))),
                "an exhaustive search over all networks",
            ),
            mistakes=(
                Mistake(sympy.Integer(3), "three are enough for the smallest or the largest only"),
                Mistake(sympy.Integer(4), "after four the two in the middle are still mixed up"),
            ),
        ),
    ),
    model_answer=r"""
The sorted numbers are $\hat x_1\le\hat x_2\le\hat x_3\le\hat x_4$, and $W^{(3)}$ has to give
$W^{(3)}\hat x=\hat x_3$: $W^{(3)}=(0,0,1,0)$, in general the $k$-th unit row $e_k^\top$. There is no
other, as sorted lists span $\mathbb R^4$.
""",
)

QUESTIONS = (select,)
