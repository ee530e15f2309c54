"""The corpus: answers as people type them, each with the outcome that it ought to have.

A file ``*.yml`` here is a list of rows. A row has

- ``id``: the question with its part, as ``A2-4.3:weights``;
- ``answer``: the text as it is typed;
- ``expect``: ``right``, ``wrong``, ``asked back``, ``unreadable``, ``not judged`` or
  ``not decided``;
- ``kind``: the kind of answer that it is an example of; a kind has at least ten rows;
- ``means``: of a formula, what its author means, in Python's own syntax with the names of
  :data:`hwcode.checking.functions.FUNCTIONS`;
- ``note``: why the outcome is this one, where that is not plain;
- ``known``: only where today's outcome is another one: that ``outcome`` and, in ``because``, either
  the reason for which the difference is defended or what is still to be mended.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from hwcode.chapters import question
from hwcode.chapters.check import split_id
from hwcode.checking import isolation
from hwcode.checking.forms import Formula
from hwcode.checking.question import Part
from hwcode.checking.verdict import Outcome, Verdict

__all__ = ["FOLDER", "Row", "decide", "part_of", "rows", "skeleton"]

FOLDER = Path(__file__).parent
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""As safe as the one in Python, and several times as quick."""


@dataclass(frozen=True)
class Row:
    """One answer and the outcome that it ought to have."""

    id: str
    answer: str
    expect: Outcome
    kind: str
    means: str = ""
    note: str = ""
    known: dict[str, str] = field(default_factory=dict, hash=False)
    file: str = ""

    @property
    def today(self) -> Outcome:
        """The outcome that the tests hold the checker to."""
        return Outcome(self.known["outcome"]) if self.known else self.expect


@cache
def rows() -> tuple[Row, ...]:
    """All rows, in the order of the files.

    Raises:
        TypeError, ValueError: where a row has an unknown field or outcome, or lacks one.
    """
    return tuple(
        Row(**{**entry, "expect": Outcome(entry["expect"]), "file": path.name})
        for path in sorted(FOLDER.glob("*.yml"))
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506  (it is one of the safe ones)
    )


def part_of(row: Row) -> Part:
    """The part of a question that a row answers."""
    id, name = split_id(row.id)
    return question(id).part(name)


def decide(row: Row) -> tuple[Outcome, Verdict | str]:
    """The outcome of a row's answer, decided in this process; with the verdict, or the message."""
    id, name = split_id(row.id)
    request: dict[str, Any] = {"id": id, "part": name, "text": row.answer, "at": None}
    reply = isolation.answer(question, request)
    if "readings" in reply:
        return Outcome.ASKED, reply["unreadable"]
    if "verdict" not in reply:
        return Outcome.UNREADABLE, reply.get("unreadable") or f"unknown: {reply}"
    verdict = Verdict.from_json(reply["verdict"])
    return verdict.outcome, verdict


def skeleton(row: Row) -> str:
    """A row without its names: equal for two rows that differ in the names of symbols only."""
    part = part_of(row)
    places: dict[str, str] = {}
    if not isinstance(part.form, Formula):  # words, nodes and code are not names of symbols
        return f"{row.id} | {' '.join(row.answer.split())}"
    text = f"{part.form.show(part.reference)} | {''.join(row.answer.split())}"
    return re.sub(r"[^\W\d]\w*", lambda name: places.setdefault(name[0], f"v{len(places)}"), text)
