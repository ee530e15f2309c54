"""What a check says: a verdict, how it was reached, and for a wrong answer why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

__all__ = ["Comparison", "Counterexample", "Method", "Verdict"]


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
    """

    point: Mapping[str, Any]
    expected: str
    got: str

    @property
    def where(self) -> str:
        """The point, as in ``at n = 3, d = 1``; empty for a plain number."""
        values = ", ".join(f"{name} = {value}" for name, value in self.point.items())
        return f"at {values}" if values else ""

    def __str__(self) -> str:
        told = f"expected {self.expected}, got {self.got}"
        return f"{self.where}: {told}" if self.point else told


@dataclass(frozen=True)
class Comparison:
    """The outcome of comparing one answer with one reference."""

    equal: bool
    method: Method
    detail: str = ""
    counterexample: Counterexample | None = None
    remark: str = ""
    """A known reason for the difference that the comparison itself found (a shape, say)."""


@dataclass(frozen=True)
class Verdict:
    """The verdict on an answer to one question, or to one part of it.

    ``right`` is ``None`` for free text, which is never judged. A verdict is true in a condition
    exactly when the answer is right.
    """

    id: str
    right: bool | None
    method: Method
    detail: str = ""
    part: str = ""
    answer: str = ""
    convention: str = ""
    """The convention under which a right answer is right, where it is not the question's own."""
    diagnosis: str = ""
    counterexample: Counterexample | None = None
    parts: tuple[Verdict, ...] = field(default=())

    def __bool__(self) -> bool:
        return self.right is True

    @property
    def name(self) -> str:
        """The id with the part, as it is typed: ``A2-4.3:weights``."""
        return f"{self.id}:{self.part}" if self.part else self.id

    def to_json(self) -> dict[str, Any]:
        """Plain values, as ``hwcode check --json`` prints them."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verdict:
        """The inverse of :meth:`to_json`."""
        fields = dict(data)
        fields["method"] = Method(fields["method"])
        if fields.get("counterexample"):
            fields["counterexample"] = Counterexample(**fields["counterexample"])
        fields["parts"] = tuple(cls.from_json(part) for part in fields.get("parts", ()))
        return cls(**fields)

    def __str__(self) -> str:
        word = {True: "right", False: "wrong", None: "not judged"}[self.right]
        lines = [f"{self.name}: {word}" + (f" ({self.method.meaning})" if self.right else "")]
        for label, text in (
            ("how", self.detail),
            ("convention", self.convention),
            ("why", self.diagnosis),
            ("counterexample", self.counterexample),
        ):
            if text:
                lines.append(f"  {label}: {text}")
        lines += [f"  {line}" for part in self.parts for line in str(part).splitlines()]
        return "\n".join(lines)
