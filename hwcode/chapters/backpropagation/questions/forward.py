"""A1-2.1.1: the computation graph of a gated network."""

from __future__ import annotations

from sympy import Integer

from hwcode.chapters.backpropagation import passes as bp
from hwcode.chapters.backpropagation.questions.problem import CHAPTER
from hwcode.checking import Mistake, Number, Part, Question
from hwcode.checking.graphs import Graph

__all__ = ["QUESTIONS"]

GRAPH = Graph(bp.NODES, aliases={"y'": "yp", "y′": "yp"})


FORWARD = GRAPH.read("x->z1->h1->g, x->z2->h2->g, g->y, x->y, y->yp->S->J, t->S")
graph = Question(
    ids=("A1-2.1.1",),
    chapter=CHAPTER,
    title="computation graph of a gated network with a skip connection",
    marks={"A1-2.1.1": 0},
    statement=r"""
A network computes, from an input $x\in\mathbb R^d$ with class label $t$,

$$
\begin{aligned}
z_1&=W^{(1)}x+b^{(1)}, & h_1&=\operatorname{ReLU}(z_1),\\
z_2&=W^{(2)}x+b^{(2)}, & h_2&=\sigma(z_2),\\
g&=h_1\circ h_2, & y&=W^{(3)}g+W^{(4)}x,\\
y'&=\operatorname{softmax}(y), & S&=\log y'_t,\quad J=-S.
\end{aligned}
$$

Draw the computation graph of $x$, $t$, $z_1$, $z_2$, $h_1$, $h_2$, $g$, $y$, $y'$, $S$ and $J$. (Type
`yp` or `y'` for $y'$; parameters are not drawn.) We add: on how many paths does $x$ reach $J$?
""",
    parts=(
        Part(
            name="graph",
            asks="the edges",
            form=GRAPH,
            reference=FORWARD,
            also_right=(
                "x->z1, x->z2, x->y, z1->h1, z2->h2, h1->g, h2->g, g->y, y->yp, yp->S, t->S, S->J",
                "x -> {z_1, z_2, y}; z_1 --> h_1, z_2 --> h_2; {h_1, h_2} -> g -> y -> y' -> S -> J, t -> S",
            ),
            mistakes=(
                Mistake(
                    FORWARD - {("x", "y")},
                    "the skip connection is missing: y depends on x directly, through $W^{(4)}$",
                ),
                Mistake(
                    (FORWARD - {("x", "z2")}) | {("h1", "z2")},
                    "$z_2$ is computed from x, not from $h_1$: the two branches are parallel",
                ),
                Mistake(
                    (FORWARD - {("t", "S")}) | {("t", "J")},
                    "the label picks an entry of $\\log y'$, so it enters S; J is just -S",
                ),
                Mistake(
                    (FORWARD - {("t", "S")}) | {("t", "yp")},
                    "the softmax does not see the label",
                ),
                Mistake(
                    frozenset((b, a) for a, b in FORWARD),
                    "these are the arrows of the backward pass",
                ),
            ),
        ),
        Part(
            name="paths",
            asks="the number of paths from $x$ to $J$",
            form=Number(what="a number of paths", whole=True),
            reference=Integer(3),
            mistakes=(
                Mistake(Integer(2), "the skip connection is a third path"),
                Mistake(Integer(1), "x is used in three places"),
            ),
        ),
    ),
    hints=(
        "For each quantity, ask which others stand on the right-hand side of the line that defines it.",
        "Draw an arrow from every quantity to each one that is computed from it directly. To count paths, work backwards from $J$.",
        "$x$ has three arrows going out: find the three lines on which it stands.",
    ),
    beyond=("paths",),
    result="Three paths lead from $x$ to $J$, so the backward pass adds three terms at $x$.",
    model_answer=r"""
Inputs are $x$ and $t$. Edges: $x\to z_1\to h_1\to g$, $x\to z_2\to h_2\to g$, $g\to y$, $x\to y$,
$y\to y'\to S\to J$, $t\to S$. Three paths lead from $x$ to $J$: through $z_1$, through $z_2$, and
directly to $y$; so the backward pass will add three terms at $x$.
""",
)

QUESTIONS = (graph,)
