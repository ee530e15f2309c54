"""The values of the nodes of an answer's tree, by the shapes of the symbols.

A node may have several values where a text leaves something open: ``*`` between matrices is the
matrix product or the entrywise one, a square of a vector that of its entries or of its length. A
value whose shapes do not fit is dropped. With each value goes the text that has this value only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sympy
from sympy import ImmutableMatrix

from hwcode.checking import operations as op
from hwcode.checking.calls import Calls
from hwcode.checking.errors import AmbiguousError, AnswerError
from hwcode.checking.functions import called
from hwcode.checking.meaning import ATOM, Meaning, distinct
from hwcode.checking.products import Products
from hwcode.checking.totals import Totals
from hwcode.checking.tree import Node

__all__ = ["Meaning", "Meanings"]

_LITERAL = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?")


class Meanings(Products, Calls, Totals):
    """The values of nodes; a method for each kind."""

    def __init__(self, symbols: Mapping[str, Any], notes: list[str], axis: bool = False) -> None:
        super().__init__(symbols, notes, axis)
        self.known: dict[tuple[Node, bool], list[Meaning]] = {}

    def of_any(self, nodes: Sequence[Node]) -> tuple[list[Meaning], AnswerError | None]:
        """The distinct values of several nodes, and why others have none."""
        found: list[Meaning] = []
        refused = None
        for node in nodes:
            try:
                found += self.of(node, top=True)
            except AmbiguousError:
                raise
            except AnswerError as error:
                refused = refused or error
        return distinct(found), refused

    def forget(self) -> None:
        self.known.clear()

    def of(self, node: Node, top: bool = False) -> list[Meaning]:
        """The values that a node can have, at least one."""
        if (node, top) not in self.known:
            self.known[node, top] = self._of(node, top)
        return self.known[node, top]

    def _of(self, node: Node, top: bool) -> list[Meaning]:
        if node.head == "either":
            found, refused = self.of_any(node.args)
            if not found:
                raise refused or AnswerError("not a formula")
            return found
        if node.head == "single":
            return self._single(node, top)
        return getattr(self, f"_{node.head}")(node)

    # --- what stands for itself ---------------------------------------------------------------

    def _number(self, node: Node) -> list[Meaning]:
        literal = node.args[0]
        match = _LITERAL.fullmatch(literal.replace("_", ""))
        if match is None or abs(int(match[1] or 0)) > op.LARGEST_POWER:
            raise AnswerError(
                f"{literal} is no decimal number with an exponent to {op.LARGEST_POWER}"
            )
        text = match[0].lower()
        if match[1] and "e" in self.symbols:
            stem, power = text.split("e")
            sign = power[0] if power[0] in "+-" else "+"
            raise AmbiguousError(
                literal, [f"{stem}*10^({power})", f"{stem}*e {sign} {power.lstrip('+-')}"]
            )
        return [Meaning(sympy.Rational(match[0]), text, ATOM)]

    def _name(self, node: Node) -> list[Meaning]:
        return [Meaning(self.symbols[node.args[0]], node.args[0], ATOM)]

    def _constant(self, node: Node) -> list[Meaning]:
        return [Meaning({"pi": sympy.pi, "e": sympy.E}[node.args[0]], node.args[0], ATOM)]

    def _identity(self, node: Node) -> list[Meaning]:
        size = node.args[0]
        if size.isdigit():
            return [Meaning(called("eye", [sympy.Integer(size)]), f"eye({size})", ATOM)]
        if size:
            return [Meaning(called("eye", [self.symbols[size]]), f"eye({size})", ATOM)]
        return [Meaning(op.Unsized("I"), "I", ATOM)]

    def unsized(self, name: str) -> list[Meaning]:
        if name == "ones":
            return self._ones(Node("ones", ("",)))
        return self._identity(Node("identity", ("",)))

    def _ones(self, node: Node) -> list[Meaning]:
        size = node.args[0]
        if size in self.symbols:
            return [Meaning(called("ones", [self.symbols[size]]), f"ones({size})", ATOM)]
        return [Meaning(op.Unsized("1"), "ones()", ATOM)]

    def _group(self, node: Node) -> list[Meaning]:
        return self.of(node.args[0])

    def _single(self, node: Node, top: bool) -> list[Meaning]:
        """One expression in square brackets: brackets alone, or a vector of one entry."""
        (inner,) = node.args
        found = self.of(inner)
        if any(op.is_matrix(one.value) or isinstance(one.value, op.Unsized) for one in found):
            return found
        if inner.head == "beside" and top:
            left, right = (self.of(part)[0].text for part in inner.args)
            raise AmbiguousError(f"[{left} {right}]", [f"[{left}, {right}]", f"[{found[0].text}]"])
        if not top:
            return found
        return [Meaning(ImmutableMatrix([[one.value]]), f"[{one.text}]", ATOM) for one in found]

    def _list(self, node: Node) -> list[Meaning]:
        rows = [part.args if part.head == "list" else (_bare(part),) for part in node.args]
        if len({len(row) for row in rows}) > 1:
            raise AnswerError("the rows of a matrix need the same number of entries, at least one")
        width = len(rows[0])

        def build(*entries: Meaning) -> Meaning:
            values = [op.as_scalar(entry.value, "an entry") for entry in entries]
            cut = range(0, len(values), width)
            texts = [", ".join(entry.text for entry in entries[i : i + width]) for i in cut]
            nested = any(part.head == "list" for part in node.args)
            told = ", ".join(f"[{one}]" for one in texts) if nested else ", ".join(texts)
            matrix = ImmutableMatrix([values[i : i + width] for i in cut])
            return Meaning(matrix, f"[{told}]", ATOM)

        return self.combined([entry for row in rows for entry in row], build)


def _bare(entry: Node) -> Node:
    """An entry without brackets of its own, as in [[1], [2]]."""
    return entry.args[0] if entry.head == "single" else entry
