"""What ``questions/graph.py`` asks, from the definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import sympy
from sympy import ImmutableMatrix, Rational

from hwcode.chapters.learning_rate import inner_loop as lr
from hwcode.chapters.learning_rate.questions.graph import NODES
from hwcode.chapters.learning_rate.questions.problem import gradient_at, k
from hwcode.checking import Truth
from hwcode.checking.graphs import Edge

__all__ = ["TRUTHS"]


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


TRUTHS = {
    "H2-2.1.1:graph": Truth(
        lambda _: _edges_by_intervention(),
        "what changes when one quantity is changed and all others are held fixed",
    ),
    "H2-2.1.1:unused": Truth(_not_needed, "the nodes from which no path leads to $L_2$"),
    "H2-2.1.1:paths": Truth(_paths, "following all paths of the unrolled graph"),
}
