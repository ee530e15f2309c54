"""From a typed graph to its edges: chains of arrows, pairs, and lists of nodes on either side."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise, product

from hwcode.checking.errors import AmbiguousError, AnswerError
from hwcode.checking.labels import plain_labels

__all__ = ["Edge", "typed_edges"]

Edge = tuple[str, str]
_ARROW = re.compile(r"<->|->|<-")
_STATEMENTS = re.compile(r"[;\n](?![^{]*\})")
_COMMAS = re.compile(r",(?![^{(\[]*[})\]])")
_WRAPPER = re.compile(r"\s*(?:strict\s+)?digraph\b[^{]*\{(.*)\}\s*", re.DOTALL | re.IGNORECASE)
_PAIR = re.compile(r"[(\[]\s*([^()\[\],]+)\s*,\s*([^()\[\],]+)\s*[)\]]")


def typed_edges(text: str, node: Callable[[str], str], expected: str) -> set[Edge]:
    """The edges in a text.

    Args:
        text: such as ``x -> z -> L; a, b -> z``, or a list of pairs.
        node: from a plain name to the node that it means.
        expected: what is expected, for a message.

    Raises:
        AmbiguousError: if a node may belong to the arrow before it or to the one behind it.
        AnswerError: names what is no edge.

    >>> sorted(typed_edges("a, b -> c; d <- c", str, "a graph"))
    [('a', 'c'), ('b', 'c'), ('c', 'd')]
    """
    plain = re.sub(r"[\"'`](\w+'?)[\"'`]", r"\1", plain_labels(text)).strip().rstrip(".").strip()
    if wrapped := _WRAPPER.fullmatch(plain):
        plain = wrapped[1]
    if re.fullmatch(r"\{[^{}]*->[^{}]*\}|\[[^\[\]]*->[^\[\]]*\]", plain):
        plain = plain[1:-1]
    if not _ARROW.search(plain):
        return _pairs(plain, node, expected)
    plain = re.sub(r"\s(?:and|&)\s", ", ", plain)
    edges: set[Edge] = set()
    for statement in filter(str.strip, _STATEMENTS.split(plain)):
        first, *other = [
            {edge for chain in chains for edge in _edges(chain, node, expected)}
            for chains in _chains(statement, expected)
        ]
        if any(way != first for way in other):
            ways = [", ".join(f"{a} -> {b}" for a, b in sorted(way)) for way in (first, *other)]
            raise AmbiguousError(statement.strip(), ways)
        edges |= first
    return edges


def _chains(statement: str, expected: str) -> list[list[str]]:
    """The chains of arrows in a statement, in each way to deal out the nodes between commas.

    What stands alone before the first arrow is at its tail, what stands behind the last at its
    head; between two arrows it may be either.
    """
    parts = [part.strip() for part in _COMMAS.split(statement) if part.strip()]
    arrows = [place for place, part in enumerate(parts) if _ARROW.search(part)]
    if not arrows:
        raise AnswerError(f"{statement.strip()!r} has no arrow; expected {expected}")
    back, ahead = ([""] * len(arrows) for _ in range(2))
    for place, part in enumerate(parts):
        before = max((i for i, at in enumerate(arrows) if at <= place), default=0)
        after = min((i for i, at in enumerate(arrows) if at >= place), default=len(arrows) - 1)
        for ways, chain in ((back, before), (ahead, after)):
            ways[chain] = f"{ways[chain]}, {part}" if ways[chain] else part
    return [back] if back == ahead else [back, ahead]


def _edges(chain: str, node: Callable[[str], str], expected: str) -> set[Edge]:
    groups = [_named(group, node) for group in _ARROW.split(chain)]
    if not all(groups):
        raise AnswerError(f"an arrow of {chain.strip()!r} has no node at one of its ends")
    edges: set[Edge] = set()
    for arrow, (left, right) in zip(_ARROW.findall(chain), pairwise(groups), strict=True):
        if arrow == "<->":
            raise AnswerError(f"an arrow of {chain.strip()!r} has two heads; expected {expected}")
        edges.update(product(left, right) if arrow == "->" else product(right, left))
    return edges


def _named(group: str, node: Callable[[str], str]) -> list[str]:
    """The nodes of ``z``, ``y, z``, ``{y, z}`` or ``(y, z)``."""
    bare = group.strip()
    if bracketed := re.fullmatch(r"[{(\[](.*)[})\]]", bare, re.DOTALL):
        return [node(name) for name in re.split(r"[,;\s]+", bracketed[1]) if name]
    return [node(name.strip()) for name in re.split(",", bare) if name.strip()]


def _pairs(text: str, node: Callable[[str], str], expected: str) -> set[Edge]:
    found = _PAIR.findall(text)
    rest = re.sub(r"[\s,;\[\](){}]", "", _PAIR.sub("", text))
    if not found or rest:
        told = text.split(",")[0].strip() if not found else rest
        raise AnswerError(f"{told!r} has no arrow; expected {expected}")
    return {(node(a.strip()), node(b.strip())) for a, b in found}
