"""How every answer of the book is decided, found out anew: the weakest grounds first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hwcode.chapters import CHAPTERS, question, questions_of, truth_of
from hwcode.checking.errors import UnknownNameError
from hwcode.checking.question import Question
from hwcode.checking.verdict import Method

__all__ = ["Claim", "claims", "summary", "weakest_first"]


@dataclass(frozen=True)
class Claim:
    """What the book claims of one part, and on which ground.

    Attributes:
        key: the part, as ``ID`` or ``ID:part``.
        asks: what it asks.
        method: how the answer was decided just now.
        detail: what it agrees with, and within which bound.
        refused: how many known wrong answers the part has.
    """

    key: str
    asks: str
    method: Method
    detail: str
    refused: int


def claims(name: str = "") -> Iterator[Claim]:
    """Hold answers against their definitions: of a question, of a chapter, or all.

    Raises:
        UnknownNameError: if nothing is called so.
        AssertionError: if an answer does not hold.

    >>> [(claim.key, claim.method.value) for claim in claims("A1-1.2.2")]
    [('A1-1.2.2:error', 'identity'), ('A1-1.2.2:expectation', 'identity')]
    """
    for asked in _asked(name):
        for part in asked.parts:
            found = part.verify(truth_of(asked, part))
            assert found.equal, f"{asked.key(part)}: {found}"
            key, refused = asked.key(part), len(part.mistakes)
            yield Claim(key, part.asks, found.method, found.detail, refused)


def _asked(name: str) -> Sequence[Question]:
    if not name or name in CHAPTERS:
        chapters = [name] if name else [*CHAPTERS]
        return [asked for chapter in chapters for asked in questions_of(chapter)]
    try:
        return [question(name)]
    except UnknownNameError as error:
        raise UnknownNameError(f"{error}; nor is a chapter called so") from None


def weakest_first(found: Sequence[Claim]) -> list[Claim]:
    """Claims by the strength of their grounds: first what was not judged, last what was proved."""
    order = list(Method)
    return sorted(found, key=lambda claim: -order.index(claim.method))


def summary(found: Sequence[Claim]) -> str:
    """How many claims there are, and how many were decided in which way.

    >>> summary([*claims("A1-1.3.1")])
    '2 of 2 claims have a check: 1 exact, 1 identity'
    """
    checked = sum(claim.method is not Method.NOT_JUDGED for claim in found)
    methods = [claim.method for claim in found]
    told = ", ".join(f"{methods.count(m)} {m.value}" for m in Method if m in methods)
    return f"{checked} of {len(found)} claims have a check: {told}"
