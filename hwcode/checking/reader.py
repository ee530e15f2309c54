"""Read a typed answer, without ever running it: LaTeX, what one types on paper's model, or code.

Three steps: tokens (:mod:`hwcode.checking.tokens`, :mod:`hwcode.checking.tex`), names of the
question (:mod:`hwcode.checking.words`), a tree (:mod:`hwcode.checking.grammar`). Then every node of
the tree is given its values by the shapes of the symbols. Where a text leaves something open, a
node has several values; one that makes no sense is dropped, and if more than one is left in the
end the answer is given back with the readings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy

from hwcode.checking import operations as op
from hwcode.checking.characters import plain_characters
from hwcode.checking.errors import AmbiguousError, AnswerError
from hwcode.checking.grammar import Node, parsed
from hwcode.checking.latex import latex_text
from hwcode.checking.meanings import Meaning, Meanings
from hwcode.checking.tex import TexLexer, is_tex, unwrapped
from hwcode.checking.tokens import Cell, Lexer
from hwcode.checking.words import Names, Speller, spelled

__all__ = ["LONGEST", "Equal", "Reading", "read", "reading", "same", "trees"]

LONGEST = 4000
"""Characters; an answer to a homework question is far shorter."""


@dataclass(frozen=True)
class Reading:
    """An answer as it was read.

    Attributes:
        value: what it is.
        plain: the reading as it would be typed, every product with its sign.
        notes: what was taken for what, each in a few words.
    """

    value: Any
    plain: str
    notes: tuple[str, ...] = field(default=())


Equal = Callable[[Any, Any], bool]
"""Whether two values of an answer are the same for what the question asks."""


def read(
    text: str, symbols: Mapping[str, op.Value], aliases: Mapping[str, str] | None = None
) -> op.Value:
    """Read a typed answer as a SymPy expression.

    Args:
        text: for example ``"2/n * X.T @ (X @ w - t)"``, ``"2/n X^T (Xw - t)"`` or the same in
            LaTeX. Decimal numbers are read exactly: ``0.1`` is one tenth.
        symbols: what each name stands for.
        aliases: other spellings of those names; Greek letters and ``lambda`` are understood
            without being listed.

    Returns:
        A SymPy scalar or matrix expression.

    Raises:
        AmbiguousError: if the text can be read in several ways; the error has them.
        AnswerError: names the first thing that is not understood, and what is allowed.

    >>> from hwcode.checking.expressions import scalar
    >>> n, d, s = scalar("n"), scalar("d"), scalar("sigma")
    >>> read("σ²(1 - d/n)", {"n": n, "d": d, "sigma": s})
    sigma**2*(-d/n + 1)
    >>> read("(1).__class__", {})
    Traceback (most recent call last):
    hwcode.checking.errors.AnswerError: '_' is not something an answer may contain
    """
    return reading(text, symbols, aliases).value


def reading(
    text: str,
    symbols: Mapping[str, op.Value],
    aliases: Mapping[str, str] | None = None,
    equal: Equal | None = None,
    what: str = "",
) -> Reading:
    """As :func:`read`, with the reading as a text and what was taken for what.

    Readings that are ``equal`` are one. Of several those count that are ``what`` is asked for: a
    number, a vector, a matrix; and an ``I`` has the size that stands there, as in "a Y x Y matrix".

    >>> from hwcode.checking.expressions import scalar
    >>> reading("2NF", {"N": scalar("N"), "F": scalar("F")}).plain
    '2*N*F'
    """
    try:
        ways, speller = trees(text, symbols, aliases)
        values_of = Meanings(symbols, speller.notes, speller.axis)
        meanings, refused = values_of.of_any(ways)
    except RecursionError:
        raise AnswerError("the answer is nested too deeply") from None
    if not meanings:
        raise refused or AnswerError("not a formula")
    if size := _square(what, symbols):
        meanings = [_sized(meaning, symbols[size]) for meaning in meanings]
    if len(meanings) > 1 and not values_of.squares:
        meanings = [one for one in meanings if _fits(one.value, what)] or meanings
    values = [meaning.value for meaning in meanings]
    if len(values) > 1 and not all((equal or same)(values[0], other) for other in values[1:]):
        raise AmbiguousError(text.strip(), [meaning.text for meaning in meanings[:2]])
    first = meanings[0]
    if isinstance(first.value, op.Unsized):
        raise AnswerError(f"the size of {first.value} is not said: eye(n), ones(n)")
    return Reading(first.value, first.text, tuple(speller.notes))


def _square(what: str, symbols: Mapping[str, op.Value]) -> str:
    """The size of a square matrix that is asked for; empty where it is none."""
    found = re.match(r"an? (\w+) x (\w+) matrix", what)
    return found[1] if found and found[1] == found[2] and found[1] in symbols else ""


def _sized(meaning: Meaning, size: op.Value) -> Meaning:
    value = meaning.value
    if not (isinstance(value, op.Unsized) and value.kind == "I"):
        return meaning
    return meaning._replace(value=value.factor * sympy.Identity(size))


def _fits(value: op.Value, what: str) -> bool:
    """Whether a value is of the kind that is asked for, as far as that is said."""
    shape = getattr(value, "shape", (1, 1))
    if re.match(r"a number\b", what):
        return shape == (1, 1)
    if re.match(r"an? (?:column |row )?(?:vector|row|column)\b", what):
        return 1 in shape and shape != (1, 1)
    if re.match(r"an? (?:\w+ x \w+ )?matrix\b", what):
        return 1 not in shape
    return True


def trees(
    text: str, symbols: Mapping[str, op.Value], aliases: Mapping[str, str] | None = None
) -> tuple[list[Node], Speller]:
    """The trees of a text, one for each way to split its words; and what was noted.

    Raises:
        AnswerError: if there is none.
    """
    if not text.strip():
        raise AnswerError("the answer is empty")
    if len(text) > LONGEST:
        raise AnswerError(f"the answer has {len(text)} characters; at most {LONGEST} are read")
    plain = re.sub(r"(?:Σ|(?<![\\.\w])sum)(?=\s*_)", r"\\sum ", plain_characters(text))
    tex = is_tex(plain)
    if tex:
        plain = unwrapped(plain)
    plain = re.sub(r"\bmod\b", "%", plain)
    plain, axis = _without_keywords(plain)
    names = Names(tuple(symbols), aliases or {}, _printed(symbols))
    speller = Speller(names.known, names.listed(), axis=axis)
    tokens = (TexLexer if tex else Lexer)(plain).tokens()
    return [parsed(way, tex) for way in spelled(tokens, speller, tex)], speller


def _without_keywords(text: str) -> tuple[str, bool]:
    """A call's arguments by keyword left out, and whether one of them names an axis."""
    axis = re.search(r"[,(]\s*(?:axis|dim)\s*=\s*(?!None)", text) is not None
    text = re.sub(r",\s*ord\s*=\s*(?:2\b|['\"]fro['\"]|None)", "", text)
    text = re.sub(r",\s*(?:dtype|axis|dim|keepdims|keepdim)\s*=\s*[-\w.]+", "", text)
    return re.sub(r"\(\s*(?:axis|dim)\s*=\s*[-\w.]+\s*\)", "()", text), axis


def _printed(symbols: Mapping[str, op.Value]) -> dict[tuple[Cell, ...], str]:
    """How the symbols are set, each as the word that its LaTeX is."""
    found: dict[tuple[Cell, ...], str] = {}
    for name, symbol in symbols.items():
        told = _set_as(symbol) if isinstance(symbol, (sympy.Symbol, sympy.MatrixSymbol)) else ()
        if told:
            found[told] = name
    return found


def _set_as(symbol: Any) -> tuple[Cell, ...]:
    told = latex_text(symbol)
    if told not in _SET:
        try:
            words = [t for t in TexLexer(unwrapped(told)).tokens()[:-1] if t.kind == "word"]
        except AnswerError:
            words = []
        _SET[told] = words[0].cells if len(words) == 1 and "^" not in told else ()
    return _SET[told]


_SET: dict[str, tuple[Cell, ...]] = {}


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same by their algebra alone.

    >>> x = sympy.Symbol("x")
    >>> same(x * (x + 1), x**2 + x)
    True
    """
    if one == other:
        return True
    if any(op.is_matrix(value) or isinstance(value, op.Unsized) for value in (one, other)):
        return False
    try:
        return bool(sympy.cancel(one - other) == 0)
    except (sympy.PolynomialError, NotImplementedError, TypeError, ValueError):
        return False
