"""What a node of an answer's tree can mean: a value, and the text that has this value only."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking import operations as op
from hwcode.checking.errors import AnswerError, quoted
from hwcode.checking.tree import Node

__all__ = [
    "ATOM",
    "MOST",
    "POWER",
    "PRODUCT",
    "SUM",
    "Meaning",
    "Reader",
    "distinct",
    "inner",
    "inside",
]

MOST = 24
"""Values of one node that are kept."""


class Meaning(NamedTuple):
    """A value of a node, and how it would be typed."""

    value: Any
    text: str
    rank: int


SUM, PRODUCT, POWER, ATOM = 1, 2, 4, 5


def inside(meaning: Meaning, rank: int) -> str:
    """The text of a meaning, in brackets where it binds less than ``rank``."""
    return meaning.text if meaning.rank >= rank else f"({meaning.text})"


class Reader(ABC):
    """What the methods for the kinds of nodes share."""

    def __init__(self, symbols: Mapping[str, Any], notes: list[str], axis: bool = False) -> None:
        self.symbols = symbols
        self.notes = notes
        self.axis = axis
        self.indices: dict[str, tuple[Any, tuple[Any, Any]]] = {}
        self.squares = False  # whether a vector is squared: each entry in code, its length on paper

    @abstractmethod
    def unsized(self, name: str) -> list[Meaning]:
        """``ones()`` and ``eye()`` without a size."""

    @abstractmethod
    def forget(self) -> None:
        """Forget values that were found under an index."""

    @abstractmethod
    def of(self, node: Node, top: bool = False) -> list[Meaning]:
        """The values that a node can have, at least one."""

    def combined(
        self,
        nodes: Sequence[Node],
        *builders: Callable[..., Meaning],
    ) -> list[Meaning]:
        """What the builders make of every choice of values for the nodes."""
        choices: list[list[Meaning]] = [[]]
        for node in nodes:
            choices = [[*before, one] for before in choices for one in self.of(node)][:MOST]
        found: list[Meaning] = []
        refused: AnswerError | None = None
        for chosen in choices:
            for build in builders:
                try:
                    found.append(build(*chosen))
                except AnswerError as error:
                    refused = refused or error
                except (
                    ValueError, TypeError, ArithmeticError, AttributeError, NotImplementedError,
                ) as why:  # fmt: skip
                    # SymPy refuses what has no meaning: a singular inverse, say.
                    told = ", ".join(meaning.text for meaning in chosen)
                    refused = refused or AnswerError(f"{quoted(told)} has no value: {why}")
        if not found:
            raise refused or AnswerError("not a formula")
        return distinct(found)


def distinct(meanings: Sequence[Meaning]) -> list[Meaning]:
    """Without those whose value another one has."""
    found: list[Meaning] = []
    for meaning in meanings:
        if not any(_same(meaning.value, other.value) for other in found):
            found.append(meaning)
    return found[:MOST]


def _same(one: Any, other: Any) -> bool:
    return (type(one) is type(other) and one == other) or (
        isinstance(one, MatrixBase) and isinstance(other, MatrixBase) and one == other
    )


def product(a: Meaning, b: Meaning) -> Meaning:
    """The product, of matrices the matrix product."""
    both = all(op.is_matrix(one.value) or isinstance(one.value, op.Unsized) for one in (a, b))
    value = op.multiplied(a.value, b.value)
    sign = " @ " if both else "*"
    return Meaning(value, f"{inside(a, PRODUCT)}{sign}{inside(b, POWER)}", PRODUCT)


def entrywise(a: Meaning, b: Meaning) -> Meaning:
    """The entrywise product, of numbers the product."""
    if any(getattr(one.value, "shape", None) == (1, 1) for one in (a, b)):
        return product(a, b)
    if not (op.is_matrix(a.value) and op.is_matrix(b.value)):
        return (
            product(a, b)
            if not isinstance(a.value, op.Unsized)
            else Meaning(op.entrywise(a.value, b.value), b.text, ATOM)
        )
    value = op.entrywise(a.value, b.value)
    return Meaning(value, f"hadamard({a.text}, {b.text})", ATOM)


def inner(a: Meaning, b: Meaning) -> Meaning:
    """The inner product of two columns."""
    return Meaning(op.inner(a.value, b.value), f"dot({a.text}, {b.text})", ATOM)
