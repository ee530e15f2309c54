"""The forms that an answer can have: a formula, a number, a choice, an order, a text.

A form knows three things: how a typed answer is read, which Python objects stand for one, and how
an answer is compared with a reference. :mod:`hwcode.checking.programs` adds the forms that are
programs rather than values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hwcode.checking.choices import chosen
from hwcode.checking.errors import AnswerError
from hwcode.checking.form import Form, settled
from hwcode.checking.formulas import Formula
from hwcode.checking.labels import plain_labels
from hwcode.checking.number import Number
from hwcode.checking.verdict import Comparison, Counterexample

__all__ = ["Choice", "Form", "Formula", "Number", "Ordering", "Text"]


@dataclass(frozen=True)
class Choice(Form):
    """One of several options.

    Args:
        options: a short key for each option, and what it says.
        what: what the options are, for a message.
        aliases: other names of options, and their keys.

    >>> form = Choice({"yes": "it is", "no": "it is not"})
    >>> form.read(" Yes "), form.compare("no", "yes").equal
    ('yes', False)
    """

    options: Mapping[str, str]
    what: str = "one of"
    aliases: Mapping[str, str] = field(default_factory=dict)

    def describe(self) -> str:
        return f"{self.what}: " + "; ".join(f"{key} ({text})" for key, text in self.options.items())

    def read(self, text: str) -> str:
        return chosen(text, self.options, self.describe(), self.aliases)

    def accept(self, answer: Any) -> str:
        return self.read(str(answer))

    def compare(self, answer: str, reference: Any) -> Comparison:
        expected, method = settled(reference)
        counterexample = None if answer == expected else Counterexample({}, expected, answer)
        return Comparison(answer == expected, method, counterexample=counterexample)

    def inline(self, answer: str) -> str:
        return f"**{self.options[answer]}** (`{answer}`)"


_ORDINALS = ("first", "second", "third", "fourth", "fifth")


@dataclass(frozen=True)
class Ordering(Form):
    """Some items in an order, typed with commas between them, or with ``<`` or ``>``.

    >>> form = Ordering(("A", "B", "C"))
    >>> form.compare(form.read("c, b, a"), ("C", "B", "A")).equal
    True
    """

    items: tuple[str, ...]
    what: str = "in order"

    def describe(self) -> str:
        return f"{self.what}: {', '.join(self.items)}, each once, with commas between them"

    def read(self, text: str) -> tuple[str, ...]:
        plain = re.sub(r"\\(?:prec|lt)(?![a-z])|≺", "<", re.sub(r"\\(?:succ|gt)\b|≻", ">", text))
        plain = plain_labels(plain).strip(" .\n[]()")
        signs = set(re.findall(r"(?<!-)[<>]", plain))
        if len(signs) > 1 or (signs and not self._direction):
            raise AnswerError(f"expected {self.describe()}")
        pieces = re.split(r"(?:[,;\n<>]|->|(?:^|\s)\d+[.)]\s|\bthen\b|\bbefore\b)+", plain)
        items = [self._item(piece) for piece in pieces if piece.strip()]
        return self.accept(items[::-1] if signs and signs != {self._direction} else items)

    @property
    def _direction(self) -> str:
        """The sign between two items in this order; empty where none is natural."""
        if re.search(r"\b(?:strongest|largest|highest|most|best)\b", self.what):
            return ">"
        return "<" if re.search(r"\b(?:smallest|lowest|least|weakest)\b", self.what) else ""

    def _item(self, text: str) -> str:
        """A typed item by its own name: without article and plural, an ordinal as a word."""
        bare = " ".join(re.sub(r"[\"'`]|^\s*(?:the|and|a)\s+(?=\S)", "", text).split()).casefold()
        known = {item.casefold() for item in self.items}
        number = re.fullmatch(r"(\d)(?:st|nd|rd|th)?", bare)
        if bare not in known and number and 0 < int(number[1]) <= len(_ORDINALS):
            return _ORDINALS[int(number[1]) - 1]
        singular = " ".join(word.removesuffix("s") for word in bare.split())
        return singular if bare not in known and singular in known else bare

    def accept(self, answer: Any) -> tuple[str, ...]:
        known = {item.casefold(): item for item in self.items}
        items = answer if isinstance(answer, (list, tuple)) else ()
        names = tuple(known.get(str(item).strip().casefold(), "") for item in items)
        if sorted(names) != sorted(self.items):
            raise AnswerError(f"expected {self.describe()}")
        return names

    def compare(self, answer: tuple[str, ...], reference: Any) -> Comparison:
        expected, method = settled(reference)
        counterexample = None
        if answer != tuple(expected):
            counterexample = Counterexample({}, ", ".join(expected), ", ".join(answer))
        return Comparison(counterexample is None, method, counterexample=counterexample)

    def show(self, answer: tuple[str, ...]) -> str:
        return ", ".join(answer)


@dataclass(frozen=True)
class Text(Form):
    """Free text. It is shown beside the model answer and never judged."""

    what: str = "a few sentences"

    def describe(self) -> str:
        return f"{self.what} (shown beside the model answer, not judged)"

    def read(self, text: str) -> str:
        if not text.strip():
            raise AnswerError("the answer is empty")
        return text

    def accept(self, answer: Any) -> str:
        return self.read(str(answer))

    def compare(self, answer: str, reference: Any) -> Comparison:
        raise NotImplementedError("free text is not compared")
