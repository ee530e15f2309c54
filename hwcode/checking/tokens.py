"""From the text of an answer to its tokens: numbers, words, signs and brackets.

A word is a run of letters as it stands, with its indices, primes and accents; which symbols it
names, and whether it is a product of several, is found out by :mod:`hwcode.checking.words`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from hwcode.checking.characters import ACCENTS, letter_name, raised, subscript
from hwcode.checking.errors import AnswerError, quoted

__all__ = ["Cell", "Lexer", "Token"]


@dataclass(frozen=True)
class Cell:
    """One letter or digit of a word.

    Attributes:
        base: the letter, a Greek one by its name.
        sub: its index.
        primes: how many stand behind it.
        accent: ``bar``, ``hat`` or ``tilde``.
        glued: whether it belongs to the letter before it, as an index does.
    """

    base: str
    sub: str = ""
    primes: int = 0
    accent: str = ""
    glued: bool = False

    @property
    def plain(self) -> bool:
        """Whether it is a letter alone."""
        return not (self.sub or self.primes or self.accent)


@dataclass(frozen=True)
class Token:
    """A piece of the text.

    Attributes:
        kind: ``number``, ``word``, ``sign``, ``open``, ``close``, ``command`` or ``end``.
        text: what stands there, a sign in its plain form.
        start, end: where.
        spaced: whether a space stands before it.
        cells: of a word.
    """

    kind: str
    text: str
    start: int
    end: int
    spaced: bool = False
    cells: tuple[Cell, ...] = ()


_NUMBER = re.compile(r"(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+(?![A-Za-z]))?")
_SIGN = re.compile(
    r"\.\*(?!\*)|\.(?=[/^])[/^]|\*\*|//|\|\||[<>=!]=|=>|->|[-+*/@^·⊙⊘%!=<>≤≥≈≠|‖'.,;:√⌊⌋⌈⌉⊤†±∞&⟨⟩]|½|¼|¾|⅓|⅔|⅛"
)
_SAME_SIGN = {"**": "^", "||": "‖", "<=": "≤", ">=": "≥", "!=": "≠", "==": "=", "⊤": "^T",
              ".*": "⊙", "./": "⊘"}  # fmt: skip


class Lexer:
    """The tokens of a text with plain characters (:func:`characters.plain_characters`).

    >>> [token.text for token in Lexer("2x_0^2 + λ̄").tokens()]
    ['2', 'x_0', '^', '2', '+', 'λ̄', '']
    """

    tex = False

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def tokens(self) -> list[Token]:
        """All of them, and one of the kind ``end``.

        Raises:
            AnswerError: at a character that no answer has.
        """
        found: list[Token] = []
        spaced = False
        while self.place < len(self.text):
            if self.text[self.place].isspace():
                spaced = True
                self.place += 1
                continue
            new = self._next()
            if new and spaced:
                new[0] = replace(new[0], spaced=True)
            spaced = spaced and not new
            found += new
        return [*found, Token("end", "", self.place, self.place, spaced)]

    def _next(self) -> list[Token]:
        start, character = self.place, self.text[self.place]
        if number := _NUMBER.match(self.text, start):
            return [self._token("number", number.end())]
        if letter_name(character):
            return [self._word()]
        if raised(character):
            return self._superscript()
        if character == "_" and self.text[:start].rstrip().endswith(("‖", "Vert", "|")):
            return self._norm_index()
        if character in "([{":
            return [self._token("open", start + 1)]
        if character in ")]}":
            return [self._token("close", start + 1)]
        if sign := _SIGN.match(self.text, start):
            self.place = sign.end()
            plain = _SAME_SIGN.get(sign[0], sign[0])
            if plain == "^T":
                return self._transposed(start)
            if plain == ".^":
                return self._entrywise_power(start)
            return [Token("sign", plain, start, self.place)]
        raise AnswerError(f"{quoted(character)} is not something an answer may contain")

    def _token(self, kind: str, end: int) -> Token:
        start, self.place = self.place, end
        return Token(kind, self.text[start:end], start, end)

    def _transposed(self, start: int) -> list[Token]:
        """The sign of a transpose, raised or not."""
        if self.text[:start].rstrip().endswith("^"):
            return [Token("sign", "T", start, self.place)]
        return [Token("sign", "^", start, start), Token("sign", "T", start, self.place)]

    def _entrywise_power(self, start: int) -> list[Token]:
        """``v.^2`` of other languages: the power of every entry."""
        number = re.compile(r"\s*(?:\(\s*(\d+)\s*\)|(\d+))").match(self.text, self.place)
        if number is None:
            raise AnswerError("a whole number is expected behind '.^'")
        self.place = number.end()
        marks = [
            ("sign", "^"),
            ("open", "{"),
            ("sign", "⊙"),
            ("number", number[1] or number[2]),
            ("close", "}"),
        ]
        return [Token(kind, text, start, self.place) for kind, text in marks]

    def _norm_index(self) -> list[Token]:
        """The index of a norm: 2 or F, which are read; any other norm is refused."""
        self.place += 1
        cells = [Cell("")]
        self._index(cells)
        told = cells[-1].sub or cells[-1].base
        if told not in ("2", "F"):
            raise AnswerError(f"the norm with index {told} is not read")
        return []

    def _superscript(self) -> list[Token]:
        start, told = self.place, ""
        while self.place < len(self.text) and (up := raised(self.text[self.place])):
            told += up
            self.place += 1
        inner = [replace(token, start=start, end=self.place) for token in Lexer(told).tokens()[:-1]]
        before = Token("sign", "^", start, start), Token("open", "{", start, start)
        return [*before, *inner, Token("close", "}", self.place, self.place)]

    def _word(self) -> Token:
        """Letters, with the digits, indices, primes and accents behind them."""
        start, cells = self.place, []
        while self.place < len(self.text):
            character = self.text[self.place]
            if name := letter_name(character):
                cells.append(Cell(name))
            elif character.isascii() and character.isdigit():
                if cells[-1].accent:  # ŵ1
                    cells[-1] = replace(cells[-1], sub=cells[-1].sub + character)
                else:
                    cells.append(Cell(character))
            elif character in ACCENTS:
                cells[-1] = replace(cells[-1], accent=ACCENTS[character])
            elif character == "'":
                cells[-1] = replace(cells[-1], primes=cells[-1].primes + 1)
            elif low := subscript(character):
                cells[-1] = replace(cells[-1], sub=cells[-1].sub + low)
            elif character == "_":
                self.place += 1
                self._index(cells)
                continue
            else:
                break
            self.place += 1
        return Token("word", self.text[start : self.place], start, self.place, cells=tuple(cells))

    def _index(self, cells: list[Cell]) -> None:
        """What stands behind an underscore: a group, or letters of which the first is glued."""
        if self.text.startswith("{", self.place):
            index = self._index_name(self._group())
            cells[-1] = replace(cells[-1], sub=cells[-1].sub + index)
            return
        character = self.text[self.place : self.place + 1]
        name = letter_name(character) if character else None
        if name is None and not (character.isascii() and character.isdigit()):
            raise AnswerError("an index is missing behind '_'")
        self.place += 1
        cells.append(Cell(name or character, glued=True))

    def _index_name(self, raw: str) -> str:
        told = re.sub(r"\\(?:mathrm|text|mathbf|rm|operatorname)\b|[\\{}\s,]", "", raw)
        if not told.isalnum() and not re.fullmatch(r"\d+\.\d+", told):
            raise AnswerError(f"{quoted(raw)} is no index of a symbol here")
        return "".join(letter_name(character) or character for character in told)

    def _group(self) -> str:
        """The text inside the braces that begin here."""
        depth, start = 0, self.place
        while self.place < len(self.text):
            character = self.text[self.place]
            self.place += 1
            if character == "\\":
                self.place += 1
            depth += {"{": 1, "}": -1}.get(character, 0)
            if depth == 0:
                return self.text[start + 1 : self.place - 1]
        raise AnswerError("a brace { is not closed")
