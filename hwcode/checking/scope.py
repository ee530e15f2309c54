"""The symbols of a derivation: those of a question's parts, and the names that it brings along.

``P := X(X^T X)^{-1}X^T`` makes ``P`` a name for what stands on its right, ``L(w) := ...`` a
function of a symbol, and ``h \\in \\mathbb{R}^d`` a column of any numbers. None of these is a step.
A name means one thing only: one that is taken is refused, and what stands on its right is read
before the name is known, so it can't be defined by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sympy

from hwcode.checking import operations as op
from hwcode.checking.answers import read_answer
from hwcode.checking.bound import Slope, Slopes
from hwcode.checking.characters import plain_characters
from hwcode.checking.errors import AnswerError, quoted
from hwcode.checking.explicit import symbols_of
from hwcode.checking.formulas import Formula
from hwcode.checking.functions import FUNCTIONS, OTHER_NAMES
from hwcode.checking.local import Applied, Local, spots, written
from hwcode.checking.merging import merged, with_symbols
from hwcode.checking.tex import TexLexer, is_tex, unwrapped
from hwcode.checking.tokens import Lexer
from hwcode.checking.words import CONSTANTS, Names, keys_of

__all__ = ["Scope", "name_of"]

_CALLED = re.compile(
    r"(?P<name>.+?)\s*(?:\\left|\\[bB]igg?l?)?\s*\((?P<of>[^()]+?)(?:\\right|\\[bB]igg?r?)?\)\s*",
    re.DOTALL,
)
_SET = re.compile(
    r"(?:\\mathbb\s*\{?\s*(?P<one>[RNZ])\s*\}?|(?P<two>[RNZ\u211d\u2115\u2124])|\\(?P<three>[RNZ]))"
    r"(?:_\{?[+>0-9]+\}?)?\s*(?:\^\s*(?P<sizes>.+))?", re.DOTALL,
)  # fmt: skip
_KINDS = {"R": {"real": True}, "N": {"integer": True, "positive": True}, "Z": {"integer": True}}


def name_of(side: str) -> str:
    """The name that a side is, as one would type it; empty where it is no single name.

    >>> name_of(r"\\hat w"), name_of("P"), name_of("P + 1"), name_of("e_{k+1}")
    ('what', 'P', '', '')
    """
    plain = plain_characters(side).strip()
    tex = is_tex(plain)
    try:
        tokens = (TexLexer if tex else Lexer)(unwrapped(plain) if tex else plain).tokens()
    except AnswerError:
        return ""
    if len(tokens) != 2 or tokens[0].kind != "word":
        return ""
    return next(iter(keys_of(tokens[0].cells)), "")


class Scope:
    """What the sides of a derivation mean.

    Args:
        forms: the form of the part that is answered, then those of the parts beside it.
    """

    def __init__(self, forms: Sequence[Formula]) -> None:
        distinct = {frozenset(form.symbols): form for form in reversed(forms)}
        first = forms[0]
        whole = merged(first, [form for form in distinct.values() if form is not first])
        rest = [form for form in distinct.values() if form is not first]
        wider = [whole] if set(whole.symbols) > set(first.symbols) else []
        self.forms = [
            first,
            *wider,
            *(one for one in rest if not set(one.symbols) <= set(whole.symbols)),
        ]
        self.defined: list[dict[str, Any]] = [{} for _ in self.forms]
        self.locals: dict[str, Local] = {}
        self.names: list[str] = []
        self.free: set[Any] = set()
        self._read: dict[tuple[str, int], Any] = {}

    def readings(self, side: str) -> list[Any]:
        """The value of a side by each of the forms, or the error that says why it has none."""
        return [self.reading(side, place) for place in range(len(self.forms))]

    def reading(self, side: str, place: int) -> Any:
        """The value of a side by one of the forms, or the error that says why it has none."""
        if (side, place) not in self._read:
            try:
                self._read[side, place] = self._value(side, place)
            except AnswerError as error:
                self._read[side, place] = error
        return self._read[side, place]

    def _value(self, side: str, place: int) -> Any:
        form = self.forms[place]
        text, values = written(
            side, self.locals, Applied(lambda told: self._value(told, place), place)
        )
        names = {**form.symbols, **self.defined[place], **values}
        aliases = {told: name for told, name in form.aliases.items() if told not in names}
        asked = replace(form.asked, symbols=names, aliases=aliases, what="", bound="")
        return read_answer(text, asked).value

    # --- new names ------------------------------------------------------------------------------

    def taken(self, side: str) -> str:
        """Why a side can't be a new name; empty where it can."""
        name = _named(side)
        if not name:
            return f"{quoted(side)} is no single name"
        if name in self.locals or any(name in known for known in self.defined):
            return f"{side} is defined already, and a name means one thing only"
        for form in self.forms:
            known = Names(tuple(form.symbols), form.aliases).known
            if name in known:
                return (
                    f"{side} is a symbol of the question and keeps its meaning; a line"
                    f" {side} = ... without ':=' is a step, and is checked"
                )
        if name in FUNCTIONS or name in OTHER_NAMES or name in CONSTANTS or name == "I":
            return f"{side} has a meaning already"
        if not _hatted(side) and any(not isinstance(v, AnswerError) for v in self.readings(side)):
            return f"{side} can be read as it stands; take another name"
        return ""

    def define(self, side: str, right: str) -> str:
        """Make a side a name, or a function, for what stands on its right.

        Returns:
            Why it can't be; empty where it was done.
        """
        called = _CALLED.fullmatch(side.strip())
        head = called["name"] if called else side
        if why := self.taken(head):
            return why
        values = self.readings(right)
        refused = next((one for one in values if isinstance(one, AnswerError)), None)
        if all(isinstance(value, AnswerError) for value in values):
            return f"{quoted(right)} was not read: {refused}"
        if called:
            variables = [self._symbol(called["of"], place) for place in range(len(self.forms))]
            if not any(variables):
                return f"{quoted(called['of'])} is no symbol that a function could be of"
            local = Local(head, tuple(values), tuple(variables))
        else:
            local = Local(head, tuple(values))
            for names, value in zip(self.defined, values, strict=True):
                if not isinstance(value, AnswerError) and (name := name_of(head)):
                    names[name] = value
        self.locals[_named(head)] = local
        self._known(side)
        return ""

    def declare(self, side: str, set_: str) -> str:
        """Make a side a symbol for any number, column or matrix: ``v`` in ``R^d``.

        Returns:
            Why it can't be; empty where it was done, or where the question has it so.
        """
        found = _SET.fullmatch(plain_characters(set_).strip().strip("."))
        if not found:
            return f"{quoted(set_)} is not read; a column is v \\in \\mathbb{{R}}^d"
        letter = found["one"] or found["two"] or found["three"]
        kind = {"\u211d": "R", "\u2115": "N", "\u2124": "Z"}.get(letter, letter)
        name = _named(side)
        if not name:
            return f"{quoted(side)} is no single name"
        symbols = [
            self._free(name, kind, found["sizes"], place) for place in range(len(self.forms))
        ]
        if not any(symbols):
            return f"the sizes {quoted(found['sizes'])} were not read"
        if why := self.taken(side):
            known = [self._symbol(side, place) for place in range(len(self.forms))]
            same = [_shape(a) == _shape(b) for a, b in zip(known, symbols, strict=True) if a and b]
            return "" if same and all(same) else why
        for place, symbol in enumerate(symbols):
            if symbol is not None:
                self.forms[place] = with_symbols(self.forms[place], [symbol])
                self.free.add(symbol)
        self.locals[name] = Local(side, () if name.isalnum() else tuple(symbols))
        self._known(side)
        return ""

    def unfinished(self, value: Any) -> str:
        """Why a value is no answer yet: what it has that the question has not; else empty."""
        value = sympy.sympify(value)
        if value.has(Slope, Slopes):
            return "it has a derivative that is not carried out"
        names = sorted(str(one.name) for one in symbols_of(value) & self.free)
        return f"the question has no {', '.join(names)}" if names else ""

    def _known(self, side: str) -> None:
        self.names.append(side)
        self._read.clear()

    def _symbol(self, side: str, place: int) -> Any:
        """The symbol that a side is by one of the forms; None where it is none."""
        value = self.reading(side.strip(), place)
        return value if isinstance(value, (sympy.Symbol, sympy.MatrixSymbol)) else None

    def _free(self, name: str, kind: str, sizes: str | None, place: int) -> Any:
        if sizes is None:
            return sympy.Symbol(name, **{"real": True, **_KINDS[kind]})
        told = sizes.strip()
        told = told[1:-1] if told.startswith("{") else told
        found = [self.reading(size, place) for size in re.split(r"\\times|[\u00d7*x]|\\cdot", told)]
        if len(found) > 2 or any(not getattr(size, "is_integer", False) for size in found):
            return None
        return sympy.MatrixSymbol(name, *found, *[sympy.S.One] * (2 - len(found)))


def _named(side: str) -> str:
    """The key of a name; of one that no formula has, such as ``e_{k+1}``, its own text."""
    return name_of(side) or (re.sub(r"\s+", "", side) if spots(side) else "")


def _hatted(side: str) -> bool:
    """Whether a name has a hat: without one of its own it would be read as the bare symbol."""
    return re.search(r"\\(?:wide)?hat(?![A-Za-z])|\u0302", plain_characters(side)) is not None


def _shape(symbol: Any) -> Any:
    return symbol.shape if op.is_matrix(symbol) else ()
