"""What belongs to each setting of some controls: lists in lists, one level for each control."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = ["Tree", "first", "look_up", "mapped", "pruned"]

Tree = Any
"""Lists in lists; some may be shorter than their neighbours."""


def mapped(tree: Tree, depth: int, take: Callable[[Any], Any]) -> Tree:
    """The tree with something taken of each node at this depth."""
    return take(tree) if depth == 0 else [mapped(one, depth - 1, take) for one in tree]


def first(tree: Tree, depth: int) -> Any:
    """What belongs to the first option of every control."""
    return tree if depth == 0 else first(tree[0], depth - 1)


def pruned(tree: Tree, depth: int) -> dict[str, Any]:
    """A tree without the levels on which nothing depends, and which are left.

    >>> pruned([["a", "b"], ["a", "b"], ["a"]], 2)
    {'on': [0, 1], 'tree': [['a', 'b'], ['a', 'b'], ['a']]}
    >>> pruned([["a", "b"], ["a", "b"]], 2), pruned([["a", "a"], ["b"]], 2)
    ({'on': [1], 'tree': ['a', 'b']}, {'on': [0], 'tree': ['a', 'b']})
    """
    kept = list(range(depth))
    for level in reversed(range(depth)):
        place = kept.index(level)
        nodes: list[Any] = []
        mapped(tree, place, nodes.append)
        if all(child == node[0] for node in nodes for child in node):
            tree = mapped(tree, place, lambda node: node[0])
            kept.remove(level)
    return {"on": kept, "tree": tree}


def look_up(table: Mapping[str, Any], setting: Sequence[int]) -> Any:
    """What a table has for a setting of the controls, places of options."""
    node = table["tree"]
    for level in table["on"]:
        node = node[min(setting[level], len(node) - 1)]
    return node
