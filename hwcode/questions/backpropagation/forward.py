"""A1-2.1.1: the computation graph of a gated network."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Integer

from hwcode import backpropagation as bp
from hwcode.checking import Mistake, Number, Part, Question, Truth
from hwcode.checking.graphs import Graph, carry_out
from hwcode.questions.backpropagation.problem import CHAPTER

__all__ = ["QUESTIONS"]

GRAPH = Graph(bp.NODES, aliases={"y'": "yp", "y′": "yp"})


def _dependences(_: Any) -> frozenset[tuple[str, str]]:
    """Which quantity changes when one other is changed and all the rest are held.

    Every step of the network is carried out again with one value changed, on several networks, as
    a ReLU that is off hides a dependence.
    """
    found = set()
    generator = np.random.default_rng(5)
    for _ in range(4):
        steps = bp.forward(bp.draw_weights(generator, 3, 3, 3))
        values = carry_out(steps, {"x": generator.standard_normal(3), "t": 0})
        for changed, value in values.items():
            other = 1 if changed == "t" else value * generator.uniform(1.1, 1.2, np.shape(value))
            for name, step in steps.items():
                again = carry_out({name: step}, {**values, changed: other})[name]
                if not np.array_equal(again, values[name]):
                    found.add((changed, name))
    return frozenset(found)


def _paths_to_loss(_: Any) -> Integer:
    """Walk along every dependence from x to J."""
    edges = _dependences(None)
    waiting, arrived = ["x"], 0
    while waiting:
        node = waiting.pop()
        arrived += node == "J"
        waiting += [target for source, target in edges if source == node]
    return Integer(arrived)


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
            truth=Truth(_dependences, "changing each quantity and seeing which others change"),
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
            form=Number(what="a number of paths"),
            reference=Integer(3),
            truth=Truth(_paths_to_loss, "walking along all dependences"),
            mistakes=(
                Mistake(Integer(2), "the skip connection is a third path"),
                Mistake(Integer(1), "x is used in three places"),
            ),
        ),
    ),
    model_answer=r"""
Inputs are $x$ and $t$. Edges: $x\to z_1\to h_1\to g$, $x\to z_2\to h_2\to g$, $g\to y$, $x\to y$,
$y\to y'\to S\to J$, $t\to S$. Three paths lead from $x$ to $J$: through $z_1$, through $z_2$, and
directly to $y$; so the backward pass will add three terms at $x$.
""",
)

QUESTIONS = (graph,)
