"""Networks that sort two numbers, and four."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import sympy

from hwcode import hard_coded_networks as hc
from hwcode.checking import Choice, Mistake, Number, Part, Question, Truth
from hwcode.checking.comparators import Comparators
from hwcode.checking.inequalities import Affine, Condition
from hwcode.checking.networks import Network, Region, agreement, disagreement
from hwcode.questions.hard_coded_networks.problem import CHAPTER, perceptron

__all__ = ["QUESTIONS"]


# --- A1-3.1 -----------------------------------------------------------------------------------


HALVES = [["1/2", "-1/2"], ["1/2", "1/2"]]
SUM = Affine.of([1, 1])


def _pairs(*conditions: Condition) -> list[Region]:
    """Sorting pairs of distinct numbers that satisfy some conditions."""
    return [
        Region((*region.where, *conditions), region.values)
        for region in hc.sorting_regions(2, least=None)
    ]


def _where_it_sorts(_: Any) -> str:
    """Each candidate: right everywhere in it, and nowhere outside."""
    first, second = Affine.of([1, 0]), Affine.of([0, 1])
    inside = {
        "half-plane": [_pairs(SUM.above(strict=False))],
        "quadrant": [_pairs(first.above(strict=False), second.above(strict=False))],
        "plane": [_pairs()],
    }
    outside = {
        "half-plane": [_pairs(SUM.below())],
        "quadrant": [_pairs(first.below()), _pairs(second.below())],
        "plane": [],
    }
    (found,) = [
        key
        for key in inside
        if all(disagreement(hc.SORT_2, part)[1] is None for part in inside[key])
        and all(agreement(hc.SORT_2, part) is None for part in outside[key])
    ]
    return found


def _activations(_: Any) -> str:
    names = {
        frozenset({"abs"}): "abs",
        frozenset({"abs", "relu"}): "abs-relu",
        frozenset({"abs", "relu", "leaky_relu"}): "bent",
    }
    return names.get(frozenset(hc.possible_activations()), "any")


def _relu_units(everywhere: bool) -> sympy.Integer:
    """The bound from counting, attained by a network that sorts."""
    network = hc.SORT_2_RELU_EVERYWHERE if everywhere else hc.SORT_2_RELU
    least = None if everywhere else 0
    assert disagreement(network, hc.sorting_regions(2, least))[1] is None
    assert network.sizes[1] == hc.relu_units_needed(everywhere)
    return sympy.Integer(network.sizes[1])


sort_two = Question(
    ids=("A1-3.1",),
    chapter=CHAPTER,
    title="a perceptron that sorts two numbers",
    marks={"A1-3.1": 1},
    statement=r"""
Give weights, biases and activations of a network "Sort_2" with two inputs, two hidden units and two
outputs, $y=\phi^{(2)}\big(W^{(2)}\phi^{(1)}(W^{(1)}x+b^{(1)})+b^{(2)}\big)$, that puts two distinct
positive numbers in order: $(y_1,y_2)=(\min(x_1,x_2),\max(x_1,x_2))$. *We add: for which pairs does it
really work, and which other hidden units could do it?*
""",
    parts=(
        Part(
            name="weights",
            asks="weights, biases and activations",
            form=Network(
                sizes=(2, 2, 2),
                domain=tuple(region.where for region in hc.sorting_regions(2)),
                what="that sorts two distinct positive numbers",
                inputs=("x1", "x2"),
            ),
            reference=hc.SORT_2,
            truth=Truth(
                lambda _: hc.sorting_regions(2), "the order of the two numbers, in both cases"
            ),
            also_right=(
                '{"W1": [[1, 1], [1, -1]], "b1": [0, 0], "phi1": "abs", "W2": [["1/2", "-1/2"], [0.5, 0.5]], "b2": [0, 0], "phi2": "relu"}',
                "W1 = [[2, -2], [-1, -1]]; b1 = [0, -3]; phi1 = abs; W2 = [[-1/4, 1/2], [1/4, 1/2]]; b2 = [-3/2, -3/2]; phi2 = abs",
            ),
            mistakes=(
                Mistake(
                    perceptron([[1, 1], [1, -1]], [0, 0], "relu", HALVES, [0, 0]),
                    "ReLU forgets a negative difference: for $x_1<x_2$ both outputs are the mean",
                ),
                Mistake(
                    perceptron(
                        [[1, 1], [1, -1]], [0, 0], "abs", [["1/2", "1/2"], ["1/2", "-1/2"]], [0, 0]
                    ),
                    "the larger number comes out first",
                ),
                Mistake(
                    perceptron([[1, 1], [1, -1]], [0, 0], "abs", [[1, -1], [1, 1]], [0, 0]),
                    "the factor 1/2 is missing: both outputs are doubled",
                ),
                Mistake(
                    perceptron([[1, 1], [1, -1]], [0, 0], "identity", HALVES, [0, 0]),
                    "without a bend the network is linear: it exchanges the two numbers always",
                ),
                Mistake(
                    perceptron([[-1, 1], [0, 1]], [0, 0], "relu", [[-1, 1], [1, 1]], [0, 0]),
                    "the minimum is right, but the maximum is $x_1+\\mathrm{relu}(x_2-x_1)$, and neither hidden unit carries $x_1$",
                ),
            ),
        ),
        Part(
            name="domain",
            asks="for which pairs (positive or not, equal or not) does our network with identity outputs sort?",
            form=Choice(
                {
                    "half-plane": "exactly for $x_1+x_2\\ge0$",
                    "quadrant": "exactly for $x_1\\ge0$ and $x_2\\ge0$",
                    "plane": "for all pairs",
                    "none": "only for distinct positive numbers",
                }
            ),
            reference="half-plane",
            truth=Truth(
                _where_it_sorts,
                "linear inequalities: no pair inside on which it fails, none outside on which it does not",
            ),
            mistakes=(
                Mistake("quadrant", "$(-1,2)$ comes out sorted: only the sum has to be at least 0"),
                Mistake("plane", "$(-1,-2)$ comes out as $(1,2)$"),
                Mistake("none", "$(2,2)$ and $(0,1)$ come out sorted"),
            ),
        ),
        Part(
            name="hidden",
            asks="which activations can the two hidden units have (the outputs being linear)?",
            form=Choice(
                {
                    "abs": "only the absolute value, up to shift, scale and an added constant",
                    "abs-relu": "the absolute value and ReLU",
                    "bent": "everything with one bend: also leaky ReLU",
                    "any": "everything that is not linear",
                }
            ),
            reference="abs",
            truth=Truth(
                _activations,
                "the eigenvalues of the exchange, against the slopes of each activation",
            ),
            mistakes=(
                Mistake(
                    "abs-relu",
                    "on one side of the diagonal a bent ReLU unit is constant, and one unit is too few",
                ),
                Mistake(
                    "bent",
                    "across the diagonal the slope of one unit has to change to its negative, not to a hundredth",
                ),
                Mistake("any", "a smooth unit has no bend, and $\\min$ has one"),
            ),
        ),
        Part(
            name="relu",
            asks="how many hidden ReLU units are needed for positive pairs?",
            form=Number(what="a number of units"),
            reference=sympy.Integer(3),
            truth=Truth(
                lambda _: _relu_units(everywhere=False),
                "counting active units on both sides of the diagonal, and a network that attains it",
            ),
            mistakes=(
                Mistake(
                    sympy.Integer(2),
                    "two have to be active on either side of the diagonal, and not the same two",
                ),
                Mistake(sympy.Integer(4), "four are needed for pairs of any sign"),
            ),
        ),
        Part(
            name="plane",
            asks="how many for all pairs?",
            form=Number(what="a number of units"),
            reference=sympy.Integer(4),
            truth=Truth(
                lambda _: _relu_units(everywhere=True),
                "counting active units at both ends of the diagonal, and a network that attains it",
            ),
            mistakes=(
                Mistake(
                    sympy.Integer(3),
                    "a unit that passes on large positive numbers is 0 at the other end of the diagonal",
                ),
                Mistake(sympy.Integer(2), "two do not even sort positive pairs"),
            ),
        ),
    ),
    model_answer=r"""
With $\min,\max = \frac12(x_1+x_2)\mp\frac12|x_1-x_2|$, and $x_1+x_2=|x_1+x_2|$ for positive numbers:
$W^{(1)}=\begin{pmatrix}1&1\\1&-1\end{pmatrix}$, $\phi^{(1)}(z)=|z|$,
$W^{(2)}=\frac12\begin{pmatrix}1&-1\\1&1\end{pmatrix}$, $\phi^{(2)}(z)=z$, $b^{(1)}=b^{(2)}=0$.
Positivity is used once, in $|x_1+x_2|=x_1+x_2$; so the network sorts exactly where $x_1+x_2\ge0$,
equal numbers included.
""",
)

# --- A1-3.2 -----------------------------------------------------------------------------------


def _sorted_orders(_: Any) -> dict[tuple[int, ...], tuple[int, ...]]:
    """Python's own sorting of all orders of four numbers and all inputs of zeros and ones."""
    from itertools import product

    inputs = [*permutations((1, 2, 3, 4)), *product((0, 1), repeat=4)]
    return {values: tuple(sorted(values)) for values in inputs}


sort_four = Question(
    ids=("A1-3.2",),
    chapter=CHAPTER,
    title="a sorting network for four numbers",
    marks={"A1-3.2": 1.5},
    statement=r"""
Build a function that sorts four distinct positive numbers out of "Sort_2" blocks: draw the
computation graph, with the blocks numbered. In the graph that is given, the first block already
takes $x_1$ and $x_2$. *We write a block as a pair of wires, the one that gets the smaller number
first: "1-2" puts the smaller of the two values on wire 1 and the larger on wire 2. We add: how few
blocks can do it, and in how few layers of blocks that work at the same time?*
""",
    parts=(
        Part(
            name="network",
            asks="the blocks, in order",
            form=Comparators(4, "a network that sorts four numbers", first=(0, 1)),
            reference=hc.BATCHER,
            truth=Truth(_sorted_orders, "Python's sorted"),
            also_right=(
                "1-2, 2-3, 3-4, 1-2, 2-3, 1-2",
                "3-4, 1-2, 2-4, 1-3, 2-3",
                "S1(1, 2), S2(3, 4), S3(1, 3), S4(2, 4), S5(2, 3)",
                "2-1, 1-2, 3-4, 1-3, 2-4, 2-3",
                "1-2, 4-3, 1-3, 2-4, 1-2, 3-4",
            ),
            mistakes=(
                Mistake(
                    hc.BATCHER[:4],
                    "smallest and largest are in place, the two in the middle need not be",
                ),
                Mistake(hc.BUBBLE[:5], "the last pass of Bubble Sort is missing"),
                Mistake(
                    ((0, 1), (2, 3), (0, 2), (1, 2), (2, 3)),
                    "merging as a program does: the second smallest may stand on wire 4 after two blocks, and from there it reaches wire 3 at best",
                ),
                Mistake(
                    ((0, 2), (1, 3), (0, 1), (2, 3), (1, 2)),
                    "it sorts, but the graph that is given begins with a block for $x_1$ and $x_2$",
                ),
            ),
        ),
        Part(
            name="fewest",
            asks="the least number of blocks",
            form=Number(what="a number of blocks"),
            reference=sympy.Integer(5),
            truth=Truth(
                lambda _: sympy.Integer(hc.fewest(4)), "an exhaustive search over all networks"
            ),
            mistakes=(
                Mistake(
                    sympy.Integer(4),
                    "four comparisons have 16 outcomes, and 24 orders have to be told apart",
                ),
                Mistake(sympy.Integer(6), "Bubble Sort's number; five are enough"),
            ),
        ),
        Part(
            name="neighbours",
            asks="the least number if only neighbouring wires may be compared, as in Bubble Sort",
            form=Number(what="a number of blocks"),
            reference=sympy.Integer(6),
            truth=Truth(
                lambda _: sympy.Integer(hc.fewest(4, neighbours=True)),
                "an exhaustive search over all such networks",
            ),
            mistakes=(
                Mistake(
                    sympy.Integer(5),
                    "each block removes one inversion at most, and the reversed list has six",
                ),
            ),
        ),
        Part(
            name="layers",
            asks="the least number of layers",
            form=Number(what="a number of layers"),
            reference=sympy.Integer(3),
            truth=Truth(
                lambda _: sympy.Integer(hc.fewest(4, at_once=True)),
                "an exhaustive search over all layers of disjoint blocks",
            ),
            mistakes=(
                Mistake(sympy.Integer(2), "two layers hold four blocks at most"),
                Mistake(sympy.Integer(5), "blocks on different wires work at the same time"),
            ),
        ),
    ),
    model_answer=r"""
Sort two pairs and merge them: $S_1(x_1,x_2)$, $S_2(x_3,x_4)$; $S_3$ of the two smaller outputs, $S_4$ of
the two larger ones; $S_5$ of the larger output of $S_3$ and the smaller of $S_4$. As pairs of wires:
1-2, 3-4, 1-3, 2-4, 2-3. $S_3$ leaves the smallest of all on wire 1, $S_4$ the largest on wire 4, $S_5$
orders the rest. Four blocks are too few: their $2^4=16$ outcomes cannot tell $4!=24$ orders apart.
""",
)

QUESTIONS = (sort_two, sort_four)
