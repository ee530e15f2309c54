"""Which of the equalities that the book prints are decided by the checker of derivations.

The displayed formulas of a chapter's page and its model answers are read as derivations, section by
section, in the symbols of the chapter's questions. What a section says of its own symbols stands in
comments of the page, ``% let r = Xw - t`` or ``% h \\in \\mathbb{R}^d``, in the words that readers
may use, or ``% given x = (1, 2)`` for an example.
What comes out is counted: a step that follows; one that follows with the values that the section
has given to symbols; a name, a given value or a condition; and what is left open, with the reason.
``derivations.json`` keeps the counts; a test sees to it that no step is lost.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import sympy
from sympy.matrices.matrixbase import MatrixBase

from hwcode.chapters import chapter_of, questions_of
from hwcode.checking.answers import is_name
from hwcode.checking.errors import AnswerError
from hwcode.checking.explicit import laid_out
from hwcode.checking.expressions import evaluate
from hwcode.checking.forms import Formula
from hwcode.checking.question import Question
from hwcode.checking.scope import Scope, name_of
from hwcode.checking.steps import Link, decided, links_of
from hwcode.checking.values import values_equal

__all__ = ["RECORD", "Step", "counts", "found_on", "recorded", "steps_of"]

RECORD = Path(__file__).with_name("derivations.json")
FOLLOWS, GIVEN, NAMES, OPEN = "follows", "given", "names", "open"
TRIED = 6
"""Points at which a step is tried with the values that its section gives."""
_CODE = re.compile(r"^(```+)\{code-cell\}.*?^\1\s*$", re.MULTILINE | re.DOTALL)
_FORMULA = re.compile(
    r"^%[ ](?P<told>(?:let[ ]|given[ ]|[^\n]*\\in[ ]\\mathbb)[^\n]*)$|\$\$(?P<shown>.+?)\$\$"
    r"|(?<![\\$])\$(?P<inline>[^$]+?)(?<!\\)\$", re.DOTALL | re.MULTILINE,
)  # fmt: skip
_QUESTION = re.compile(r"\{question\}\s*([A-Z]\d-[\w.]+)")
_CONDITION = re.compile(
    r"\b(?:if|where|with|when|for|let|take|whose|unless|while|at|by|has)\s*$", re.IGNORECASE
)
"""Words before a formula that say that it is a condition."""


@dataclass(frozen=True)
class Step:
    """An equality of the book, and what became of it.

    Attributes:
        text: as it is printed.
        how: ``follows``, ``given``, ``names`` or ``open``.
        why: of an open one, the reason.
    """

    text: str
    how: str
    why: str = ""


@dataclass
class _Section:
    """What is known in one section: its symbols, and the values that it has given to some."""

    scope: Scope
    given: list[tuple[str, str]] = field(default_factory=list)

    def step(self, link: Link, condition: bool) -> Step | None:
        """What becomes of a link; None where it says only what a symbol is."""
        if link.relation == ":=":
            why = self.scope.define(link.left, link.right)
            return Step(str(link), OPEN if why else NAMES, why)
        if link.relation == "in":
            self.scope.declare(link.left, link.right)  # of other sets nothing is known
        if link.relation != "=":
            return None
        if not self.scope.taken(link.left) and not self.scope.define(link.left, link.right):
            return Step(str(link), NAMES)
        try:
            found = decided(link, self.scope)
        except AnswerError as error:
            if self._as_given(link):
                return Step(str(link), GIVEN)
            return self._told(link, condition, str(error).split(";")[0])
        if found.equal:
            return Step(str(link), FOLLOWS)
        if self._as_given(link):
            return Step(str(link), GIVEN)
        return self._told(link, condition, "holds under a condition of the text, if at all")

    def tell(self, line: str) -> None:
        """Take what a comment of the page says: a name, a symbol, or ``given x = (1, 2)``.

        Raises:
            AnswerError: if it can't be.
        """
        if line.startswith("given "):
            (link,) = links_of(line.removeprefix("given "))
            self.given.append((link.left, link.right))
            return
        for link in links_of(line):
            add = self.scope.define if link.relation == ":=" else self.scope.declare
            if why := add(link.left, link.right):
                raise AnswerError(f"{line}: {why}")

    def _told(self, link: Link, condition: bool, why: str) -> Step:
        """A name, a given value or a condition; or else an open step."""
        left, right = self.scope.readings(link.left), self.scope.readings(link.right)
        unread = all(isinstance(value, AnswerError) for value in left)
        if unread and is_name(link.left):
            return Step(str(link), NAMES)
        if name_of(link.left) and any(not isinstance(value, AnswerError) for value in right):
            if not any(getattr(value, "is_integer", False) for value in left):
                self.given.append((link.left, link.right))
            return Step(str(link), NAMES)
        return Step(str(link), NAMES if condition else OPEN, why)

    def _as_given(self, link: Link) -> bool:
        """Whether a link holds with the values that were given, at points of the question."""
        if not self.given or name_of(link.left):
            return False
        for place, form in enumerate(self.scope.forms):
            sides = [self.scope.reading(side, place) for side in (link.left, link.right)]
            if any(isinstance(side, AnswerError) for side in sides):
                continue
            valued = 0
            for values in islice(form.domain.points("small", TRIED), TRIED):
                try:
                    point = self._with_given(place, values)
                    left, right = (evaluate(side, point) for side in sides)
                except (ArithmeticError, AnswerError, KeyError, TypeError, ValueError):
                    return False
                if not values_equal(laid_out(_number(left), right), _number(right))[0]:
                    return False
                valued += 1
            return valued > 0
        return False

    def _with_given(self, place: int, values: Mapping[Any, Any]) -> dict[Any, Any]:
        """A point at which the given values stand; their sizes are the sizes there."""
        point = dict(values)
        for name, text in self.given:
            symbol, value = self.scope.reading(name, place), self.scope.reading(text, place)
            if isinstance(symbol, AnswerError) or isinstance(value, AnswerError):
                continue
            value = evaluate(value, point)
            shape = getattr(symbol, "shape", None)
            if shape is not None and not isinstance(value, MatrixBase):
                value = sympy.ImmutableMatrix([[value]])
            if shape is not None:
                sizes = zip(shape, value.shape, strict=True)
                point |= {size: sympy.Integer(many) for size, many in sizes
                          if isinstance(size, sympy.Symbol)}  # fmt: skip
            point[symbol] = value
        return point


def _number(value: Any) -> Any:
    return value[0, 0] if isinstance(value, MatrixBase) and value.shape == (1, 1) else value


def steps_of(text: str, forms: Sequence[Formula]) -> Iterator[Step]:
    """The equalities in a text, one formula after the other, each with what became of it.

    >>> from hwcode.chapters import question
    >>> form = question("A1-1.2.2").part("expectation").form
    >>> [step.how for step in steps_of("$$q = n - d$$ $$q/n = 1 - d/n$$ $$q = r$$", [form])]
    ['names', 'follows', 'open']
    """
    yield from _steps(text, _Section(Scope(forms)), inline=True)


def _steps(text: str, section: _Section, inline: bool = False) -> Iterator[Step]:
    for one in _FORMULA.finditer(text):
        if one["inline"] and not inline:
            continue
        if one["told"]:
            section.tell(one["told"])
            continue
        try:
            links = links_of(f"$${one['shown'] or one['inline']}$$")
        except AnswerError:
            continue  # no chain: a condition, or an approximation
        condition = bool(one["inline"] and _CONDITION.search(text[: one.start()]))
        for link in links:
            step = section.step(link, condition)
            if step is not None:
                yield step


def found_on(page: Path) -> Iterator[Step]:
    """The steps of a chapter's page and of its model answers, section by section."""
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    ids = _QUESTION.findall(text)
    asked = questions_of(chapter_of(ids[0])) if ids else ()
    for part in re.split(r"^(?=#{1,2} )", text, flags=re.MULTILINE):
        mine = [one for one in asked if set(one.ids) & set(_QUESTION.findall(part))]
        told = [one["told"] for one in _FORMULA.finditer(part) if one["told"]]
        forms = _for_section(mine, asked, told)
        if not forms:
            continue
        yield from _steps(part, _Section(Scope(forms)))
        for question in mine:
            beside = _Section(Scope([*_forms([question]), *forms]))
            for line in told:
                beside.tell(line)
            yield from _steps(question.model_answer, beside, inline=True)


def _for_section(
    mine: Sequence[Question], asked: Sequence[Question], told: Sequence[str]
) -> list[Formula]:
    """The forms of a section's questions, then those of the chapter whose names are still free."""
    new = {name_of(link.left) for line in told if not line.startswith("given ")
           for link in links_of(line)}  # fmt: skip
    return [*_forms(mine), *(form for form in _forms(asked) if not new & set(form.symbols))]


def _forms(asked: Sequence[Question]) -> list[Formula]:
    return [part.form for one in asked for part in one.parts
            if isinstance(part.form, Formula) and part.form.symbols]  # fmt: skip


@cache
def counts(page: Path) -> dict[str, int]:
    """How many equalities of a chapter's page come out in which way; empty where there is none."""
    found = Counter(step.how for step in found_on(page))
    return {how: found[how] for how in (FOLLOWS, GIVEN, NAMES, OPEN)} if found else {}


def recorded() -> dict[str, dict[str, int]]:
    """The counts that are kept, by the names of the pages."""
    found: dict[str, dict[str, int]] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found
