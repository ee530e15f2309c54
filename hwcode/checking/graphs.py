"""Computation graphs: read from a program, typed as an answer, compared edge by edge.

A program is a sequence of named steps, each a function whose parameters are the names of what it is
computed from. Running it and reading its graph are two looks at the same thing, so the graph that a
page draws cannot drift from the computation that its cells carry out.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hwcode.checking.edges import Edge, typed_edges
from hwcode.checking.errors import AnswerError
from hwcode.checking.forms import Form
from hwcode.checking.identity import Truth
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["Edge", "Graph", "carry_out", "edges_of"]

Steps = Mapping[str, Callable[..., Any]]


def edges_of(steps: Steps) -> frozenset[Edge]:
    """The edges of a program: one from each parameter of a step to what the step computes.

    >>> sorted(edges_of({"z": lambda w, x: w * x, "loss": lambda z, t: (z - t) ** 2}))
    [('t', 'loss'), ('w', 'z'), ('x', 'z'), ('z', 'loss')]
    """
    return frozenset((source, name) for name, step in steps.items() for source in _parameters(step))


def carry_out(steps: Steps, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Run a program; the values of all its nodes, inputs included.

    Raises:
        KeyError: names a quantity that is used before it is there.

    >>> carry_out({"z": lambda w, x: w * x, "y": lambda z: z + 1}, {"w": 2, "x": 3})["y"]
    7
    """
    values = dict(inputs)
    for name, step in steps.items():
        values[name] = step(**{source: values[source] for source in _parameters(step)})
    return values


def _parameters(step: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(step).parameters)


@dataclass(frozen=True)
class Graph(Form):
    """A directed graph on given nodes, typed as ``"x -> z, w -> z, z -> loss"``.

    Several targets, or several sources, have commas between them, in braces or not, and pairs may
    be listed: ``"x -> {y, z}"``, ``"[(x, y), (x, z)]"``. Names are read in LaTeX and Unicode, too.

    Args:
        nodes: the names of the nodes.
        what: what an edge means.
        aliases: other spellings of nodes, and the names that they stand for.

    >>> form = Graph(("x", "z1", "z2", "loss"), aliases={"L": "loss"})
    >>> sorted(form.read("x -> {z1, z_2} -> L"))
    [('x', 'z1'), ('x', 'z2'), ('z1', 'loss'), ('z2', 'loss')]
    """

    nodes: tuple[str, ...]
    what: str = "an edge from each quantity to what is computed from it directly"
    aliases: Mapping[str, str] = field(default_factory=dict)

    def describe(self) -> str:
        return f"{self.what}, as 'a -> b, b -> c', among the nodes {', '.join(self.nodes)}"

    def read(self, text: str) -> frozenset[Edge]:
        return self.accept(typed_edges(text, self._node, self.describe()))

    def _node(self, name: str) -> str:
        """The node that a plain name means; the name itself, where there is none."""
        known = {name: name for name in self.nodes} | dict(self.aliases)
        folded = {each.casefold(): own for each, own in known.items()}
        alike = len(folded) == len(known)  # no two nodes that differ in case alone
        return known.get(name, folded.get(name.casefold(), name) if alike else name)

    def accept(self, answer: Any) -> frozenset[Edge]:
        if not isinstance(answer, (set, frozenset, list, tuple)) or not answer:
            raise AnswerError(f"expected {self.describe()}")
        edges = set()
        for edge in answer:
            if not isinstance(edge, (tuple, list)) or len(edge) != 2:
                raise AnswerError(f"{edge!r} is no edge; expected {self.describe()}")
            unknown = [name for name in edge if name not in self.nodes]
            if unknown:
                raise AnswerError(f"unknown node {unknown[0]!r}; expected {self.describe()}")
            edges.add((edge[0], edge[1]))
        return frozenset(edges)

    def compare(self, answer: frozenset[Edge], reference: Any) -> Comparison:
        expected = reference.value({}) if isinstance(reference, Truth) else reference
        missing, extra = expected - answer, answer - expected
        if not missing and not extra:
            return Comparison(True, Method.EXACT, f"{len(expected)} edges")
        told = [f"{self._told(missing)} missing"] if missing else []
        told += [f"{self._told(extra)} too many"] if extra else []
        # The edges in which they differ; whole graphs would have to be compared by eye.
        failure = Counterexample(
            {}, self._told(missing) or "no other edges", self._told(extra) or "no such edges"
        )
        return Comparison(False, Method.EXACT, counterexample=failure, remark="; ".join(told))

    def _told(self, edges: Iterable[Edge]) -> str:
        return ", ".join(f"{a} -> {b}" for a, b in sorted(edges, key=self._place))

    def _place(self, edge: Edge) -> tuple[int, int]:
        return self.nodes.index(edge[0]), self.nodes.index(edge[1])

    def show(self, answer: frozenset[Edge]) -> str:
        return self._told(answer)

    def inline(self, answer: frozenset[Edge]) -> str:
        return f"`{self.show(answer)}`"
