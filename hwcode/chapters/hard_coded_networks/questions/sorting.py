"""Networks that sort two numbers, and four."""

from __future__ import annotations

import sympy

from hwcode.chapters.hard_coded_networks import perceptrons as hc
from hwcode.chapters.hard_coded_networks.questions.problem import CHAPTER, perceptron
from hwcode.checking import Choice, Mistake, Number, Part, Question
from hwcode.checking.comparators import Comparators
from hwcode.checking.networks import Network

__all__ = ["QUESTIONS"]


# --- A1-3.1 -----------------------------------------------------------------------------------


HALVES = [["1/2", "-1/2"], ["1/2", "1/2"]]


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
            form=Number(what="a number of units", whole=True),
            reference=sympy.Integer(3),
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
            form=Number(what="a number of units", whole=True),
            reference=sympy.Integer(4),
            mistakes=(
                Mistake(
                    sympy.Integer(3),
                    "a unit that passes on large positive numbers is 0 at the other end of the diagonal",
                ),
                Mistake(sympy.Integer(2), "two do not even sort positive pairs"),
            ),
        ),
    ),
    hints=(
        "Write the minimum and the maximum of two numbers with their sum and the absolute value of their difference.",
        "One hidden unit can carry the sum, the other the difference. Where does it help that the numbers are positive?",
        r"$\min=\frac12(x_1+x_2)-\frac12|x_1-x_2|$. With $\phi^{(1)}(z)=|z|$, what do the two hidden units have to see?",
    ),
    beyond=(
        "domain",
        "hidden",
        "relu",
        "plane",
    ),
    result="Minimum and maximum are half the sum minus or plus half the absolute difference: two hidden units suffice.",
    model_answer=r"""
With $\min,\max = \frac12(x_1+x_2)\mp\frac12|x_1-x_2|$, and $x_1+x_2=|x_1+x_2|$ for positive numbers:
$W^{(1)}=\begin{pmatrix}1&1\\1&-1\end{pmatrix}$, $\phi^{(1)}(z)=|z|$,
$W^{(2)}=\frac12\begin{pmatrix}1&-1\\1&1\end{pmatrix}$, $\phi^{(2)}(z)=z$, $b^{(1)}=b^{(2)}=0$.
Positivity is used once, in $|x_1+x_2|=x_1+x_2$; so the network sorts exactly where $x_1+x_2\ge0$,
equal numbers included.
""",
)

# --- A1-3.2 -----------------------------------------------------------------------------------


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
            form=Number(what="a number of blocks", whole=True),
            reference=sympy.Integer(5),
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
            form=Number(what="a number of blocks", whole=True),
            reference=sympy.Integer(6),
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
            form=Number(what="a number of layers", whole=True),
            reference=sympy.Integer(3),
            mistakes=(
                Mistake(sympy.Integer(2), "two layers hold four blocks at most"),
                Mistake(sympy.Integer(5), "blocks on different wires work at the same time"),
            ),
        ),
    ),
    hints=(
        "After sorting two pairs, which two numbers can still be the smallest of all?",
        "Merge the sorted pairs: compare the two smaller ones, then the two larger ones. What is still open?",
        "Begin with 1-2 and 3-4. For the least number of blocks compare $2^b$ outcomes with $4!$ orders.",
    ),
    beyond=(
        "fewest",
        "neighbours",
        "layers",
    ),
    result="Five blocks sort four numbers, in three layers, and four blocks do not.",
    model_answer=r"""
Sort two pairs and merge them: $S_1(x_1,x_2)$, $S_2(x_3,x_4)$; $S_3$ of the two smaller outputs, $S_4$ of
the two larger ones; $S_5$ of the larger output of $S_3$ and the smaller of $S_4$. As pairs of wires:
1-2, 3-4, 1-3, 2-4, 2-3. $S_3$ leaves the smallest of all on wire 1, $S_4$ the largest on wire 4, $S_5$
orders the rest. Four blocks are too few: their $2^4=16$ outcomes cannot tell $4!=24$ orders apart.
""",
)

QUESTIONS = (sort_two, sort_four)
