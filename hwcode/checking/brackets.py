"""The grammar of answers, first half: lists, matrices, cases and conditions in brackets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from hwcode.checking.errors import AnswerError, quoted
from hwcode.checking.tokens import Token
from hwcode.checking.tree import Node

__all__ = ["BARS", "CLOSING", "HALVES", "RELATIONS", "VULGAR", "Brackets"]

VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8"}
CLOSING = {"(": ")", "[": "]", "{": "}", "matrix": "matrix", "cases": "cases", "⟨": "⟩"}
HALVES = {"⌊": ("⌋", "floor"), "⌈": ("⌉", "ceil")}
BARS = ("|", "‖")
RELATIONS = ("<", ">", "≤", "≥")
PRODUCT_HINT = "for example 2*x**2, 2x^2 or [1, 2]"


class Brackets(ABC):
    """The place in the tokens, and what stands in brackets there."""

    def __init__(self, tokens: Sequence[Token], tex: bool) -> None:
        self.tokens = list(tokens)
        self.place = 0
        self.tex = tex
        self.bars: list[str] = []

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    @property
    def next(self) -> Token:
        return self.tokens[min(self.place + 1, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.now
        self.place += 1
        return token

    def at(self, *signs: str) -> bool:
        return self.now.kind == "sign" and self.now.text in signs

    def hint(self) -> str:
        before = self.tokens[self.place - 1] if self.place else None
        if before and before.kind == "function":
            return f"{before.text} is a function: write {before.text}(...)"
        return PRODUCT_HINT

    def expect(self, kind: str, text: str) -> None:
        if self.now.kind != kind or self.now.text != text:
            told = "the end" if self.now.kind == "end" else repr(self.now.text)
            raise AnswerError(f"'{text}' is expected, and {told} stands there")
        self.place += 1

    @abstractmethod
    def tuple_or_sum(self) -> Node:
        """Several expressions with commas between them are a list."""

    @abstractmethod
    def sum(self) -> Node:
        """A sum of products."""

    @abstractmethod
    def product(self) -> Node:
        """A product of factors."""

    @abstractmethod
    def power(self) -> Node:
        """A factor with what is raised behind it."""

    def condition(self) -> Node:
        """A sum, or a relation between two: 1 where it holds, and 0 elsewhere."""
        node = self.sum()
        if not self.at(*RELATIONS):
            return node
        sign = self.take().text
        found = Node("relation", (sign, node, self.sum()))
        if self.at(*RELATIONS):
            raise AnswerError("one relation alone stands in a condition here")
        return found

    def begins_factor(self) -> bool:
        """Whether a factor begins here, with no sign before it."""
        token = self.now
        if token.kind in (
            "name",
            "bound",
            "indexed",
            "function",
            "constant",
            "identity",
            "open",
            "command",
        ):
            return True
        if token.kind == "sign" and token.text in BARS:
            return token.text not in self.bars and not (token.text == "‖" and "|" in self.bars)
        return token.kind == "sign" and token.text in ("√", "⟨", *HALVES, *VULGAR)

    def _bracket(self) -> Node:
        opening = self.take()
        closing = CLOSING[opening.text]
        self.bars, outer = [], self.bars
        if opening.text == "matrix":
            node = self._matrix_rows()
        elif opening.text == "cases":
            node = self._cases()
        elif opening.text == "[":
            node = self._list()
        else:
            node = self.tuple_or_sum()
            if self.at(*RELATIONS):
                node = Node("relation", (self.take().text, node, self.sum()))
            node = node if node.head in ("list", "relation") else Node("group", (node,))
        self.expect("close", closing)
        self.bars = outer
        return node

    def _matrix_rows(self) -> Node:
        rows, row = [], []
        while True:
            row.append(self.sum())
            if self.at("&"):
                self.take()
                continue
            rows.append(Node("list", tuple(row)))
            row = []
            if not self.at("\\\\"):
                break
            self.take()
            if self.now.kind == "close":
                break
        return Node("list", tuple(rows))

    def _cases(self) -> Node:
        """Values with their conditions, the last of which may be 'otherwise'."""
        rows: list[tuple[Node, Node | None]] = []
        while self.now.kind != "close":
            value = self.sum()
            if self.at(",", ";"):
                self.take()
            self.expect("sign", "&")
            if self.at("otherwise"):
                self.take()
                rows.append((value, None))
            else:
                rows.append((value, self.condition()))
            if self.at(",", ";", "."):
                self.take()
            if not self.at("\\\\"):
                break
            self.take()
        return _nested(rows)

    def _list(self) -> Node:
        """Entries with commas, rows with semicolons, or as NumPy prints them, with spaces."""
        rows: list[list[Node]] = [[]]
        separators: set[str] = set()
        while not (self.now.kind == "close" and self.now.text == "]"):
            rows[-1].append(self._entry())
            if self.at(",", ";"):
                separators.add(sign := self.take().text)
                if sign == ";":
                    rows.append([])
            elif self.now.kind != "close":
                separators.add(" ")
        if " " in separators and separators & {","}:
            raise AnswerError("a list has commas between all of its entries or between none")
        if len(rows) > 1:
            rows = [row for row in rows if row]
            return Node("list", tuple(Node("list", tuple(row)) for row in rows))
        (entries,) = rows
        if len(entries) == 1 and not separators and (self.tex or entries[0].head != "list"):
            return Node("single", (entries[0],))
        return Node("list", tuple(entries))

    def _entry(self) -> Node:
        """An entry of a list; numbers with nothing but spaces between them are entries, too."""
        start = self.place
        if self.at("+", "-") and self.next.kind == "number" and not self.next.spaced:
            self.place += 1
        if self.now.kind == "number":
            number, after = self.now, self.next
            ends = after.kind in ("number", "close") or (after.kind == "open" and after.spaced)
            signed = after.kind == "sign" and after.text in "+-" and after.spaced
            behind = self.tokens[min(self.place + 2, len(self.tokens) - 1)]
            if ends or (signed and behind.kind == "number" and not behind.spaced):
                negative = self.tokens[start].text == "-"
                self.take()
                node = Node("number", (number.text,))
                return Node("negative", (node,)) if negative else node
        self.place = start
        if self.now.kind == "open" and self.now.text in "[(" and not self.tex:
            node = self._bracket()
            if self.now.kind == "open" or self.now.kind == "close" or self.at(",", ";"):
                return node
            self.place = start
        entry = self.condition()
        if self.now.kind not in ("close",) and not self.at(",", ";"):
            raise AnswerError(f"{quoted(self.now.text)}"
                              " is not expected in a list; put commas between "
                              "its entries")  # fmt: skip
        return entry


_OPPOSITE = {">": "≤", "≤": ">", "<": "≥", "≥": "<"}


def _nested(rows: list[tuple[Node, Node | None]]) -> Node:
    """Cases as one choice inside the other; the last condition has to be what is left."""
    if len(rows) < 2 or any(condition is None for _, condition in rows[:-1]):
        raise AnswerError("cases have a condition each, and the last may be 'otherwise'")
    last, condition = rows[-1]
    before = rows[-2][1]
    if (
        condition is not None
        and not (
            len(rows) == 2
            and condition.head == before.head == "relation"  # type: ignore[union-attr]
            and condition.args == (_OPPOSITE[before.args[0]], *before.args[1:])  # type: ignore[union-attr]
        )
    ):
        raise AnswerError("the last case has to be 'otherwise', or the contrary of the first")
    for value, holds in reversed(rows[:-1]):
        last = Node("call", ("where", holds, value, last))
    return last
