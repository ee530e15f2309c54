"""What a check says: a verdict, how it was reached, and for a wrong answer why."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any

__all__ = [
    "Comparison",
    "Counterexample",
    "Mark",
    "Method",
    "Outcome",
    "Read",
    "Verdict",
    "combined",
    "gravest",
]


__version__: str = sys.modules[__name__.partition(".")[0]].__version__
"""Of the package that this room is in: it is imported before its rooms are, and imports none."""


class Outcome(StrEnum):
    """What a check comes to: the one table for text, JSON, page and exit status.

    >>> [f"{one.status} {one}" for one in Outcome][:3]
    ['0 right', '1 wrong', '2 unreadable']
    """

    RIGHT = "right"
    WRONG = "wrong"
    UNREADABLE = "unreadable"
    NOT_JUDGED = "not judged"
    FAULT = "our fault"
    UNDECIDED = "not decided"
    ASKED = "asked back"

    @property
    def status(self) -> int:
        """The exit status of ``hwcode check``."""
        return list(Outcome).index(self) if self is not Outcome.ASKED else 2

    @property
    def meaning(self) -> str:
        """One line that explains it."""
        return _OUTCOMES[self]

    @classmethod
    def of(cls, equal: bool | None) -> Outcome:
        """Of an answer that was compared; None where that could not be decided."""
        return {True: cls.RIGHT, False: cls.WRONG, None: cls.UNDECIDED}[equal]


_OUTCOMES = {
    Outcome.RIGHT: "equal to the right answer, or to one that is right by another convention",
    Outcome.WRONG: "different from it",
    Outcome.UNREADABLE: "not read as an answer; the message says what is not understood",
    Outcome.NOT_JUDGED: "free text, or one point at which nothing is wrong",
    Outcome.FAULT: "the check itself failed; please report it",
    Outcome.ASKED: "it can be read in several ways, which are given; one may be sent back",
    Outcome.UNDECIDED: "the limits of time or memory were reached, or no value could be compared",
}


class Mark(StrEnum):
    """What has to be said beside an outcome."""

    ROUNDED = "rounded"
    """A decimal number that is the exact one to all its digits."""
    SAMPLED = "sampled"
    """Tried on instances: no proof, and no bound."""
    CONVENTION = "by another convention"
    ASSUMPTION = "under an assumption"


class Method(StrEnum):
    """How a verdict was reached, from the strongest to the weakest."""

    PROVED = "proved"
    """Symbolically: the difference has the canonical form 0."""
    EXACT = "exact"
    """Exact arithmetic on the finitely many cases that the question has."""
    IDENTITY = "identity"
    """Exact values at random rational points, with a bound on the probability of error."""
    COMPUTED = "computed"
    """A computation in floating point, with a margin far above rounding error."""
    SAMPLED = "sampled"
    """Agreement on random instances: no proof, and no bound."""
    MEASURED = "measured"
    """Against a number that a recorded run produced, within a stated tolerance."""
    NOT_JUDGED = "not judged"
    """Free text: it is shown beside a model answer, and nothing is claimed of it."""

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Method.PROVED: "proved symbolically",
    Method.EXACT: "by exact arithmetic",
    Method.IDENTITY: "as an identity, by exact values at random rational points",
    Method.COMPUTED: "by a computation in floating point",
    Method.SAMPLED: "on random instances",
    Method.MEASURED: "against a recorded measurement",
    Method.NOT_JUDGED: "not judged by machine",
}


@dataclass(frozen=True)
class Counterexample:
    """Concrete numbers at which an answer is wrong; ``hwcode.check(..., at=point)`` runs it again.

    ``expected`` and ``got`` are texts of exact values where there are such.

    >>> print(Counterexample({"w1": "1"}, "2", "-2", of="w2"))
    at w1 = 1: expected w2 = 2, got -2
    >>> print(Counterexample({}, "[1, 2]", "[1, 3]", entry="entry 2"))
    expected [1, 2], got [1, 3]; they differ in entry 2
    """

    point: Mapping[str, Any]
    expected: str
    got: str
    of: str = ""
    """The quantity that is meant, where the answer is an equation for it."""
    entry: str = ""
    """Which entries differ, where not all do: ``entry 2``, ``row 1, column 2``."""

    @property
    def where(self) -> str:
        """The point, as in ``at n = 3, d = 1``; empty for a plain number."""
        values = ", ".join(f"{name} = {value}" for name, value in self.point.items())
        return f"at {values}" if values else ""

    def __str__(self) -> str:
        quantity = f"{self.of} = " if self.of else ""
        told = f"expected {quantity}{self.expected}, got {self.got}"
        told += f"; they differ in {self.entry}" if self.entry else ""
        return f"{self.where}: {told}" if self.point else told


@dataclass(frozen=True)
class Comparison:
    """The outcome of comparing one answer with one reference."""

    equal: bool | None
    """None where it could not be decided; ``detail`` says why."""
    method: Method
    detail: str = ""
    counterexample: Counterexample | None = None
    remark: str = ""
    """A known reason for the difference that the comparison itself found (a shape, say)."""
    convention: str = ""
    """The convention, found by the comparison itself, under which a right answer is right."""
    assumption: str = ""
    """What has to hold for a right answer to be right, where the question does not say so."""
    rounded: bool = False


@dataclass(frozen=True)
class Read:
    """How an answer was read.

    Attributes:
        plain: as it would be typed, with every sign.
        latex: typeset, without dollar signs; empty where the answer is no formula.
        notes: what was taken for what, or left out.

    >>> print(Read("sigma^2*(n - d)/n", notes=("σ read as sigma",)))
    sigma^2*(n - d)/n (σ read as sigma)
    """

    plain: str
    latex: str = ""
    notes: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return self.plain + (f" ({'; '.join(self.notes)})" if self.notes else "")

    @property
    def markdown(self) -> str:
        """As a line of Markdown: typeset first, then plain."""
        plain = f"`{self.plain}`"
        told = f"$\\displaystyle {self.latex}$, {plain}" if self.latex else plain
        return told + (f" ({'; '.join(self.notes)})" if self.notes else "")


@dataclass(frozen=True)
class Verdict:
    """The verdict on an answer to one question, or to one part of it.

    A verdict is true in a condition exactly when the answer is right.
    """

    id: str
    outcome: Outcome
    method: Method
    detail: str = ""
    part: str = ""
    answer: str = ""
    convention: str = ""
    """The convention under which a right answer is right, where it is not the question's own."""
    assumption: str = ""
    """What has to hold for a right answer to be right, where the question does not say so."""
    rounded: bool = False
    diagnosis: str = ""
    counterexample: Counterexample | None = None
    read: Read | None = None
    """How a typed answer was read; None where there was none."""
    readings: tuple[str, ...] = ()
    """Of an answer that is asked back: what it can mean, each as it can be sent back."""
    typed: str = ""
    """A typed answer, letter by letter."""
    carried: str = ""
    """From which of the reader's own earlier answers a wrong one follows."""
    parts: tuple[Verdict, ...] = field(default=())

    @property
    def right(self) -> bool | None:
        """Whether the answer is right; None where it is neither right nor wrong."""
        return {Outcome.RIGHT: True, Outcome.WRONG: False}.get(self.outcome)

    def __bool__(self) -> bool:
        return self.outcome is Outcome.RIGHT

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What has to be said beside the outcome of a right answer."""
        told = {
            Mark.ROUNDED: self.rounded,
            Mark.SAMPLED: self.method is Method.SAMPLED,
            Mark.CONVENTION: self.convention,
            Mark.ASSUMPTION: self.assumption,
        }
        return tuple(mark for mark, holds in told.items() if holds and self)

    @property
    def word(self) -> str:
        """The outcome with its marks, as in ``right, sampled``."""
        return ", ".join((self.outcome, *self.marks))

    @property
    def name(self) -> str:
        """The id with the part, as it is typed: ``A2-4.3:weights``."""
        return f"{self.id}:{self.part}" if self.part else self.id

    @property
    def disagree(self) -> str:
        """A text to copy for who thinks that this verdict is wrong; nothing is sent anywhere."""
        lines = [f"I disagree with a verdict of hwcode {__version__}.", f"question: {self.name}"]
        lines += [f"typed: {self.typed}"] if self.typed else []
        lines += [f"read as: {self.read or self.answer}", f"verdict: {self.word}"]
        for label, text in (
            ("how", self.detail),
            ("why", self.diagnosis),
            ("counterexample", self.counterexample),
        ):
            lines += [f"{label}: {text}"] if text else []
        for part in self.parts:
            lines += ["", *part.disagree.splitlines()[1:]]
        return "\n".join([*lines, "", "what it should be, and why:"])

    def to_json(self) -> dict[str, Any]:
        """Plain values, as ``hwcode check --json`` prints them."""
        told = asdict(self)
        told["version"], told["disagree"] = __version__, self.disagree
        told["parts"] = [part.to_json() for part in self.parts]
        return {**told, "status": self.outcome.status, "right": self.right, "marks": self.marks}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verdict:
        """The inverse of :meth:`to_json`."""
        kept = {one.name for one in fields(cls)}
        told = {name: value for name, value in data.items() if name in kept}
        told["outcome"] = Outcome(told["outcome"])
        told["method"] = Method(told["method"])
        if told.get("counterexample"):
            told["counterexample"] = Counterexample(**told["counterexample"])
        if told.get("read"):
            told["read"] = Read(**{**told["read"], "notes": tuple(told["read"]["notes"])})
        told["readings"] = tuple(told.get("readings", ()))
        told["parts"] = tuple(cls.from_json(part) for part in told.get("parts", ()))
        return cls(**told)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What a notebook shows of it: the words, not the fields."""
        printer.text(str(self))

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.word}" + (f" ({self.method.meaning})" if self else "")]
        for label, text in (
            ("read as", self.read),
            ("how", self.detail),
            ("convention", self.convention),
            ("assumption", self.assumption),
            ("why", self.diagnosis),
            ("carried forward", self.carried),
            ("counterexample", self.counterexample),
        ):
            if text:
                lines.append(f"  {label}: {text}")
        lines += [f"  {line}" for part in self.parts for line in str(part).splitlines()]
        return "\n".join(lines)


_GRAVEST = (
    Outcome.FAULT, Outcome.WRONG, Outcome.UNREADABLE, Outcome.ASKED, Outcome.UNDECIDED,
    Outcome.RIGHT, Outcome.NOT_JUDGED,
)  # fmt: skip


def gravest(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of several answers together; of none, not judged.

    >>> gravest([Outcome.RIGHT, Outcome.UNREADABLE, Outcome.WRONG])
    <Outcome.WRONG: 'wrong'>
    """
    return min(outcomes, key=_GRAVEST.index, default=Outcome.NOT_JUDGED)


def combined(id: str, verdicts: tuple[Verdict, ...]) -> Verdict:
    """Right if every part that can be judged is; else the gravest outcome of a part."""
    outcome = gravest(verdict.outcome for verdict in verdicts)
    method = max((verdict.method for verdict in verdicts), key=list(Method).index)
    return Verdict(id, outcome, method, parts=verdicts)
