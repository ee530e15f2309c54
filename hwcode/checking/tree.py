"""The tree of an answer, and helpers that build it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Node", "joined", "run_of", "walk"]


@dataclass(frozen=True)
class Node:
    """A piece of a formula: what it is, and its parts.

    >>> str(Node("sum", (Node("name", ("x",)), Node("number", ("2",)))))
    "sum(name('x'), number('2'))"
    """

    head: str
    args: tuple[Any, ...] = ()

    def __str__(self) -> str:
        parts = (str(part) if isinstance(part, Node) else repr(part) for part in self.args)
        return f"{self.head}({', '.join(parts)})"


def walk(node: Node) -> list[Node]:
    """The node and all below it."""
    found, waiting = [], [node]
    while waiting:
        found.append(one := waiting.pop())
        waiting += [part for part in one.args if isinstance(part, Node)]
    return found


def joined(left: Node | None, head: str, factors: list[Node]) -> Node:
    """A product, and the factors behind its sign that have no sign between them."""
    if left is None or not head:
        return run_of(factors)
    whole = Node(head, (left, run_of(factors)))
    if head in ("over", "entry_over", "floordiv", "modulo") and len(factors) > 1:
        # a/b c: is c below the line?
        above = run_of([Node(head, (left, factors[0])), *factors[1:]])
        return Node("either", (above, whole))
    return whole


def run_of(factors: list[Node]) -> Node:
    """Factors side by side, as one product."""
    node = factors[0]
    for factor in factors[1:]:
        node = Node("beside", (node, factor))
    return node
