"""Section 2.1 of the homework: the graph of the inner loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix, Rational

from hwcode import learning_rate as lr
from hwcode.checking import Alternative, Choice, Domain, Formula, Mistake, Part, Question, Truth
from hwcode.checking.graphs import Edge, Graph, edges_of
from hwcode.questions.learning_rate.problem import CHAPTER, gradient_at, k

__all__ = ["QUESTIONS"]

NODES = ("w0", "L0", "g0", "w1", "L1", "g1", "w2", "L2", "eta")
STEPS = edges_of(lr.two_steps(np.eye(1), np.zeros(1)))


@cache
def _edges_by_intervention() -> frozenset[Edge]:
    """Hold every quantity but one fixed, change that one, and see what changes at once."""
    data, targets = ImmutableMatrix([[1, 2], [3, 5]]), ImmutableMatrix([1, -2])

    def loss(at: str) -> Callable[[Mapping[str, Any]], Any]:
        return lambda values: (data * values[at] - targets).dot(data * values[at] - targets) / 2

    def slope(at: str) -> Callable[[Mapping[str, Any]], Any]:
        return lambda values: gradient_at(data, targets, values[at])

    def step(i: int) -> Callable[[Mapping[str, Any]], Any]:
        return lambda values: values[f"w{i}"] - values["eta"] * values[f"g{i}"]

    rules = {"L0": loss("w0"), "g0": slope("w0"), "w1": step(0)}
    rules |= {"L1": loss("w1"), "g1": slope("w1"), "w2": step(1), "L2": loss("w2")}
    held: dict[str, Any] = {"eta": Rational(2, 7), "L0": Rational(3), "L1": Rational(5)}
    held |= {"L2": Rational(7), "w0": ImmutableMatrix([1, 4]), "w1": ImmutableMatrix([-2, 3])}
    held |= {"w2": ImmutableMatrix([5, 1]), "g0": ImmutableMatrix([2, 7])}
    held |= {"g1": ImmutableMatrix([-3, 1])}
    changed = {name: value + value / 3 for name, value in held.items()}
    return frozenset(
        (source, name)
        for name, rule in rules.items()
        for source in NODES
        if source != name and rule(held) != rule({**held, source: changed[source]})
    )


def _not_needed(_: Any) -> str:
    """The computed nodes from which no path leads to L2."""
    needed, edges = {"L2"}, _edges_by_intervention()
    for _round in NODES:
        needed |= {source for source, name in edges if name in needed}
    return {"": "none", "L0 L1": "losses"}.get(" ".join(sorted(set(NODES) - needed)), "other")


def _paths(point: Any) -> Any:
    """Paths from eta to the last loss, counted by following them."""
    steps = int(point[k])
    edges = lr.unrolled_edges(steps)

    def count(name: str) -> int:
        if name == f"L{steps}":
            return 1
        return sum(count(target) for source, target in edges if source == name)

    return sympy.Integer(count("eta"))


graph = Question(
    ids=("H2-2.1.1",),
    chapter=CHAPTER,
    title="computation graph of two gradient steps",
    marks={"H2-2.1.1": 0.5},
    statement=r"""
Two steps of gradient descent, $w_1=w_0-\eta\nabla L(w_0)$ and $w_2=w_1-\eta\nabla L(w_1)$. Draw the
computation graph that leads to $L_2=L(w_2)$, with the nodes $w_0,L_0,g_0,w_1,L_1,g_1,w_2,L_2,\eta$,
where $L_i=L(w_i)$ and $g_i=\nabla L(w_i)$. The data are constants. *We add: which of these nodes does
$L_2$ not need, and how many paths lead from $\eta$ to the last loss?*
""",
    parts=(
        Part(
            name="graph",
            asks="the edges",
            form=Graph(NODES),
            reference=STEPS,
            truth=Truth(
                lambda _: _edges_by_intervention(),
                "what changes when one quantity is changed and all others are held fixed",
            ),
            also_right=(
                "w0 -> L0, w0 -> g0 -> w1, w0 -> w1, eta -> w1, w1 -> L1, w1 -> g1 -> w2, w1 -> w2 -> L2, eta -> w2",
            ),
            alternatives=(
                Alternative(
                    STEPS | {("L0", "g0"), ("L1", "g1")},
                    "right if an arrow may also mean 'is the derivative of'; the value of $g_i$ depends on $w_i$ alone",
                    "derivative-arrow",
                ),
            ),
            mistakes=(
                Mistake(
                    (STEPS - {("w0", "g0"), ("w1", "g1")}) | {("L0", "g0"), ("L1", "g1")},
                    "the number $L_0$ does not determine the gradient: for x = (1, 1), t = 3 the loss is 9 at (0, 0) and at (3, 3), and the gradients are opposite",
                    "derivative-arrow",
                ),
                Mistake(
                    STEPS - {("w0", "w1"), ("w1", "w2")},
                    r"a step changes the weights by something: $w_1=w_0-\eta g_0$ needs $w_0$ itself",
                ),
                Mistake(
                    STEPS - {("eta", "w1")},
                    "the first step uses the rate too, and its part of the derivative would be lost",
                ),
                Mistake(
                    STEPS | {("eta", "g1")},
                    "the rate acts on $g_1$ through $w_1$ only: with $w_1$ held fixed $g_1$ does not change",
                ),
            ),
        ),
        Part(
            name="unused",
            asks="which of the named nodes can be left out without changing $L_2$ or its derivative in $\\eta$?",
            form=Choice(
                {
                    "losses": "$L_0$ and $L_1$",
                    "gradients": "$g_0$ and $g_1$",
                    "start": "$w_0$",
                    "none": "none of them",
                }
            ),
            reference="losses",
            truth=Truth(_not_needed, "the nodes from which no path leads to $L_2$"),
            mistakes=(
                Mistake("none", "gradient descent uses gradients; no step looks at a loss"),
                Mistake("gradients", "each step is made of its gradient"),
                Mistake("start", "$w_1$ and $g_0$ are computed from it"),
            ),
        ),
        Part(
            name="paths",
            asks="how many paths lead from $\\eta$ to $L_k$ after $k$ steps?",
            form=Formula(Domain((k,), tuple({k: i} for i in range(1, 7))), "a number"),
            reference=2**k - 1,
            truth=Truth(_paths, "following all paths of the unrolled graph"),
            also_right=("2*2**(k-1) - 1",),
            mistakes=(
                Mistake(k, "from $w_i$ two ways lead on to $w_{i+1}$: directly, and through $g_i$"),
                Mistake(2**k, "the rate enters $w_1$ by one arrow, not by two"),
            ),
        ),
    ),
    model_answer=r"""
$w_0\to L_0$; $w_0\to g_0$; $w_0,\eta,g_0\to w_1$; $w_1\to L_1$; $w_1\to g_1$; $w_1,\eta,g_1\to w_2$;
$w_2\to L_2$. $\eta$ enters every step. $L_0$ and $L_1$ have no outgoing arrow: only their gradients are
used, and those are functions of $w_0$ and $w_1$.
""",
    conventions=("derivative-arrow",),
)

QUESTIONS = (graph,)
