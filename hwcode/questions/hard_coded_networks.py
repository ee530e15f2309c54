"""The questions of the chapter on hard-coded networks."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import sympy
from sympy import ImmutableMatrix, Rational

from hwcode import hard_coded_networks as hc
from hwcode.checking import (
    Alternative,
    Choice,
    Comparison,
    Counterexample,
    Formula,
    Method,
    Mistake,
    Number,
    Part,
    Question,
    Truth,
)
from hwcode.checking.comparators import Comparators
from hwcode.checking.inequalities import Affine, Condition
from hwcode.checking.networks import Network, Perceptron, Region, agreement, disagreement
from hwcode.checking.programs import Witness

__all__ = ["QUESTIONS"]

CHAPTER = "hard_coded_networks"


def _perceptron(
    W1: Any, b1: Any, phi1: str, W2: Any, b2: Any, phi2: str = "identity"
) -> Perceptron:
    return Perceptron.of({"W1": W1, "b1": b1, "phi1": phi1, "W2": W2, "b2": b2, "phi2": phi2})


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
                    _perceptron([[1, 1], [1, -1]], [0, 0], "relu", HALVES, [0, 0]),
                    "ReLU forgets a negative difference: for $x_1<x_2$ both outputs are the mean",
                ),
                Mistake(
                    _perceptron(
                        [[1, 1], [1, -1]], [0, 0], "abs", [["1/2", "1/2"], ["1/2", "-1/2"]], [0, 0]
                    ),
                    "the larger number comes out first",
                ),
                Mistake(
                    _perceptron([[1, 1], [1, -1]], [0, 0], "abs", [[1, -1], [1, 1]], [0, 0]),
                    "the factor 1/2 is missing: both outputs are doubled",
                ),
                Mistake(
                    _perceptron([[1, 1], [1, -1]], [0, 0], "identity", HALVES, [0, 0]),
                    "without a bend the network is linear: it exchanges the two numbers always",
                ),
                Mistake(
                    _perceptron([[-1, 1], [0, 1]], [0, 0], "relu", [[-1, 1], [1, 1]], [0, 0]),
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


# --- A1-3.3 -----------------------------------------------------------------------------------


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


# --- A1-3.4 -----------------------------------------------------------------------------------


def _fires_at_third(answer: tuple[Any, ...]) -> Comparison:
    """Try the four counts."""
    a, b = answer
    fired = [count for count in range(4) if bool(abs(a * count + b) <= 1)]
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


def _gate_everywhere(_: Any) -> str:
    """The slopes in x that a gate needs far out, for s = 0 and for s = 1.

    The rays (x, 0) and (x, 1) have the same direction, and :func:`far_slopes` needs nothing else.
    """
    wanted = {region.values[0].slopes[0] for region in _gate_regions()}
    return "yes" if len(wanted) == 1 else "no"


def _second_of_tied(_: Any) -> sympy.Rational:
    """The network on (5, 5, 7, 9): what the units that fire let through."""
    numbers = (5, 5, 7, 9)
    fired = hc.firing_perceptron(4, k=2)(numbers)
    total = sum(s * x for s, x in zip(fired, numbers, strict=True))
    return sympy.Rational(total.numerator, total.denominator)


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
            truth=Truth(
                lambda _: hc.counting_regions(4), "the place of x1 in each of the 24 orders"
            ),
            also_right=(
                "W1 = [[-1, 1, 0, 0], [-1, 0, 1, 0], [-1, 0, 0, 1]]; b1 = [0, 0, 0]; phi1 = step; W2 = [[-1, -1, -1]]; b2 = [3]; phi2 = identity",
            ),
            alternatives=(
                Alternative(
                    _perceptron(ONE_AGAINST_EACH, [0, 0, 0], "step", [[1, 1, 1]], [1]),
                    "ranks from 1: one more than the number of smaller ones",
                    "rank",
                ),
            ),
            mistakes=(
                Mistake(
                    _perceptron(
                        [[-1, 1, 0, 0], [-1, 0, 1, 0], [-1, 0, 0, 1]],
                        [0, 0, 0],
                        "step",
                        [[1, 1, 1]],
                        [0],
                    ),
                    "it counts the numbers that are larger",
                ),
                Mistake(
                    _perceptron(ONE_AGAINST_EACH, [0, 0, 0], "identity", [[1, 1, 1]], [0]),
                    "without the threshold differences are added, not counted",
                ),
                Mistake(
                    _perceptron(ONE_AGAINST_EACH, [0, 0, 0], "indicator", [[1, 1, 1]], [0]),
                    "the indicator tells which numbers are near, not which are smaller",
                ),
                Mistake(
                    _perceptron(ONE_AGAINST_EACH, [0, 0, 0], "relu", [[1, 1, 1]], [0]),
                    "ReLU passes on by how much a number is smaller, and a count needs a 1 for each",
                ),
                Mistake(
                    _perceptron(ONE_AGAINST_EACH, [-1, -1, -1], "step", [[1, 1, 1]], [0]),
                    "a number that is smaller by less than 1 is not counted",
                ),
            ),
        ),
        Part(
            name="fire",
            asks=r"weight $a$ and bias $b$ such that $\mathbb I(a\,r+b\in[-1,1])$ fires for the third smallest, and for it alone ($r\in\{0,1,2,3\}$ counts the smaller ones)",
            form=Witness("[a, b]", _fires_at_third, size=2),
            reference=(sympy.Integer(2), sympy.Integer(-4)),
            truth=Truth(lambda _: None, "the four counts, one by one"),
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
            truth=Truth(_gate_regions, "the product, for s = 0 and s = 1"),
            also_right=(
                "W1 = [[1, 2], [0, 1]]; b1 = [-1, 0]; phi1 = relu; W2 = [[1, -1]]; b2 = [0]; phi2 = identity",
                "W1 = [[1, 1], [1, -1]]; b1 = [0, 0]; phi1 = |z|; W2 = [[1/2, -1/2]]; b2 = [0]; phi2 = identity",
            ),
            mistakes=(
                Mistake(
                    _perceptron([[1, 1], [0, 0]], [-1, 0], "relu", [[1, 0]], [0]),
                    "an open gate has to let negative numbers through as well",
                ),
                Mistake(
                    _perceptron([[1, 0], [0, 1]], [0, 0], "relu", [[1, 1]], [-1]),
                    "the sum of $x$ and $s$ is not their product: a closed gate lets $x$ through",
                ),
                Mistake(
                    _perceptron([[1, 1], [0, 1]], [0, 0], "relu", [[1, -1]], [0]),
                    "a closed gate has to push positive numbers below 0 as well",
                ),
            ),
        ),
        Part(
            name="unbounded",
            asks="is there such a gate for all real $x$, with enough units and layers of identity, ReLU, absolute value, threshold and indicator?",
            form=Choice({"yes": "there is", "no": "there is none: a bound has to be known"}),
            reference="no",
            truth=Truth(
                _gate_everywhere,
                "the slope far out, which does not depend on where a ray begins",
            ),
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
            truth=Truth(_second_of_tied, "the network, evaluated in fractions"),
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
    model_answer=r"""
Hidden units $h_j=\mathbb I(x_1-x_j\ge0)$, $j=2,3,4$: rows $(1,-1,0,0)$, $(1,0,-1,0)$, $(1,0,0,-1)$, biases
0. Output $r_1=h_2+h_3+h_4$: weights 1, bias 0, identity; for distinct numbers it counts the smaller ones.
The same with $x_i$ in the first place gives $r_i$. A unit $s_i=\mathbb I\big(2r_i-2(k-1)\in[-1,1]\big)$
fires for the $k$-th smallest alone (with $r_i-(k-1)$ it would fire for three). The output is
$\sum_is_ix_i$; with ReLU, for $|x_i|\le M$, $s_ix_i=\mathrm{relu}(x_i+Ms_i-M)-\mathrm{relu}(-x_i+Ms_i-M)$.
""",
    conventions=("rank",),
)

QUESTIONS = (sort_two, sort_four, select, counting)
