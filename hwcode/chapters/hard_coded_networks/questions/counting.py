"""A network that counts."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.chapters.hard_coded_networks import perceptrons as hc
from hwcode.chapters.hard_coded_networks.questions.problem import CHAPTER, perceptron
from hwcode.checking import (
    Alternative,
    AnswerError,
    Choice,
    Comparison,
    Counterexample,
    Method,
    Mistake,
    Number,
    Part,
    Question,
)
from hwcode.checking.inequalities import Affine
from hwcode.checking.networks import Network, Region
from hwcode.checking.witness import Witness

__all__ = ["QUESTIONS"]


def _fires_at_third(answer: tuple[Any, ...]) -> Comparison:
    """Try the four counts."""
    a, b = answer
    distances = [abs(sympy.expand(a * count + b)) for count in range(4)]
    inside = [distance <= 1 for distance in distances]
    if not all(isinstance(one, sympy.logic.boolalg.BooleanAtom) for one in inside):
        raise AnswerError("whether it fires cannot be decided; type a and b without functions")
    fired = [count for count in range(4) if inside[count]]
    told = f"it fires at the counts {fired}" if fired else "it never fires"
    if fired == [2]:
        return Comparison(True, Method.EXACT, f"{told} of 0, 1, 2, 3")
    failure = Counterexample({}, "[2]", str(fired))
    return Comparison(False, Method.EXACT, counterexample=failure, remark=told)


def _gate_regions(_: Any = None) -> list[Region]:
    """The product of x and s for s = 0 and s = 1 and x between -1 and 1."""
    x, s = Affine.of([1, 0]), Affine.of([0, 1])
    bounds = (x.above(-1, strict=False), x.below(1, strict=False))
    return [
        Region((*bounds, s.above(bit, strict=False), s.below(bit, strict=False)), (bit * x,))
        for bit in (0, 1)
    ]


ONE_AGAINST_EACH = [[1, -1, 0, 0], [1, 0, -1, 0], [1, 0, 0, -1]]

counting = Question(
    ids=("A1-3.4",),
    chapter=CHAPTER,
    title="the k-th smallest by counting",
    marks={"A1-3.4": 0},
    statement=r"""
Give weights and activations of a network with four inputs, three hidden units and one output that
tells the rank of $x_1$ among $x_1,\dots,x_4$: how many of the others are smaller. Show how to use it on
every number, and add a final layer that outputs the $k$-th smallest. Two activations are suggested:
$\mathbb I(z\ge0)$ and $\mathbb I(z\in[-1,1])$. *We split the final layer into its two steps: a unit that
fires at the right count, and a gate that lets one number through.*
""",
    parts=(
        Part(
            name="counting",
            asks="the counting network, for any four distinct numbers",
            form=Network(
                sizes=(4, 3, 1),
                domain=tuple(region.where for region in hc.counting_regions(4)),
                what="that counts how many of x2, x3, x4 are smaller than x1",
                inputs=("x1", "x2", "x3", "x4"),
            ),
            reference=hc.COUNT,
            also_right=(
                "W1 = [[-1, 1, 0, 0], [-1, 0, 1, 0], [-1, 0, 0, 1]]; b1 = [0, 0, 0]; phi1 = step; W2 = [[-1, -1, -1]]; b2 = [3]; phi2 = identity",
            ),
            alternatives=(
                Alternative(
                    perceptron(ONE_AGAINST_EACH, [0, 0, 0], "step", [[1, 1, 1]], [1]),
                    "ranks from 1: one more than the number of smaller ones",
                    "rank",
                ),
            ),
            mistakes=(
                Mistake(
                    perceptron(
                        [[-1, 1, 0, 0], [-1, 0, 1, 0], [-1, 0, 0, 1]],
                        [0, 0, 0],
                        "step",
                        [[1, 1, 1]],
                        [0],
                    ),
                    "it counts the numbers that are larger",
                ),
                Mistake(
                    perceptron(ONE_AGAINST_EACH, [0, 0, 0], "identity", [[1, 1, 1]], [0]),
                    "without the threshold differences are added, not counted",
                ),
                Mistake(
                    perceptron(ONE_AGAINST_EACH, [0, 0, 0], "indicator", [[1, 1, 1]], [0]),
                    "the indicator tells which numbers are near, not which are smaller",
                ),
                Mistake(
                    perceptron(ONE_AGAINST_EACH, [0, 0, 0], "relu", [[1, 1, 1]], [0]),
                    "ReLU passes on by how much a number is smaller, and a count needs a 1 for each",
                ),
                Mistake(
                    perceptron(ONE_AGAINST_EACH, [-1, -1, -1], "step", [[1, 1, 1]], [0]),
                    "a number that is smaller by less than 1 is not counted",
                ),
            ),
        ),
        Part(
            name="fire",
            asks=r"weight $a$ and bias $b$ such that $\mathbb I(a\,r+b\in[-1,1])$ fires for the third smallest, and for it alone ($r\in\{0,1,2,3\}$ counts the smaller ones)",
            form=Witness("[a, b]", _fires_at_third, size=2),
            reference=(sympy.Integer(2), sympy.Integer(-4)),
            also_right=("[-3, 6]", "[3/2, -3]", "[2, -9/2]"),
            mistakes=(
                Mistake(
                    (sympy.Integer(1), sympy.Integer(-2)),
                    "the interval is 2 wide and holds three counts: the scale has to exceed 1",
                ),
                Mistake(
                    (sympy.Integer(2), sympy.Integer(-6)),
                    "it fires at the fourth smallest; right if ranks begin at 1",
                    "rank",
                ),
                Mistake((sympy.Integer(0), sympy.Integer(0)), "it fires always"),
            ),
        ),
        Part(
            name="gate",
            asks=r"a gate: a network with inputs $(x,s)$ that outputs $s\,x$ for $s\in\{0,1\}$ and $-1\le x\le1$",
            form=Network(
                sizes=(2, 2, 1),
                domain=tuple(region.where for region in _gate_regions()),
                what="that outputs s x for s in {0, 1} and -1 <= x <= 1",
                inputs=("x", "s"),
            ),
            reference=hc.GATE,
            also_right=(
                "W1 = [[1, 2], [0, 1]]; b1 = [-1, 0]; phi1 = relu; W2 = [[1, -1]]; b2 = [0]; phi2 = identity",
                "W1 = [[1, 1], [1, -1]]; b1 = [0, 0]; phi1 = |z|; W2 = [[1/2, -1/2]]; b2 = [0]; phi2 = identity",
            ),
            mistakes=(
                Mistake(
                    perceptron([[1, 1], [0, 0]], [-1, 0], "relu", [[1, 0]], [0]),
                    "an open gate has to let negative numbers through as well",
                ),
                Mistake(
                    perceptron([[1, 0], [0, 1]], [0, 0], "relu", [[1, 1]], [-1]),
                    "the sum of $x$ and $s$ is not their product: a closed gate lets $x$ through",
                ),
                Mistake(
                    perceptron([[1, 1], [0, 1]], [0, 0], "relu", [[1, -1]], [0]),
                    "a closed gate has to push positive numbers below 0 as well",
                ),
            ),
        ),
        Part(
            name="unbounded",
            asks="is there such a gate for all real $x$, with enough units and layers of identity, ReLU, absolute value, threshold and indicator?",
            form=Choice({"yes": "there is", "no": "there is none: a bound has to be known"}),
            reference="no",
            mistakes=(
                Mistake(
                    "yes",
                    "far out such a network has the same slope in $x$ for $s=0$ and $s=1$, and the gate needs 0 and 1",
                ),
            ),
        ),
        Part(
            name="ties",
            asks="what do our counts, units and gates output as the second smallest of 5, 5, 7, 9?",
            form=Number(what="the output"),
            reference=sympy.Integer(10),
            mistakes=(
                Mistake(
                    sympy.Integer(5),
                    "that is what should come out; but both fives get the count 1, and both pass",
                ),
                Mistake(
                    sympy.Integer(0), "this comes out as the smallest: no number gets the count 0"
                ),
            ),
        ),
    ),
    hints=(
        "One threshold unit can tell whether $x_1$ is larger than another number.",
        "Let three hidden units compare $x_1$ with $x_2$, $x_3$ and $x_4$, and let the output add them. For the gate, think of ReLUs that a large negative bias switches off.",
        r"First hidden unit: $\mathbb I(x_1-x_2\ge0)$, so its row is $(1,-1,0,0)$. To fire at one count only, the counts must stand more than 1 apart: multiply them by 2 first.",
    ),
    beyond=(
        "unbounded",
        "ties",
    ),
    result="Count how many numbers are smaller with threshold units; a unit that fires at the right count opens a gate.",
    model_answer=r"""
Hidden units $h_j=\mathbb I(x_1-x_j\ge0)$, $j=2,3,4$: rows $(1,-1,0,0)$, $(1,0,-1,0)$, $(1,0,0,-1)$, biases
0. Output $r_1=h_2+h_3+h_4$: weights 1, bias 0, identity; for distinct numbers it counts the smaller ones.
The same with $x_i$ in the first place gives $r_i$. A unit $s_i=\mathbb I\big(2r_i-2(k-1)\in[-1,1]\big)$
fires for the $k$-th smallest alone (with $r_i-(k-1)$ it would fire for two or three). The output is
$\sum_is_ix_i$; with ReLU, for $|x_i|\le M$, $s_ix_i=\mathrm{relu}(x_i+Ms_i-M)-\mathrm{relu}(-x_i+Ms_i-M)$.
""",
    conventions=("rank",),
)

QUESTIONS = (counting,)
