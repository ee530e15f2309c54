"""Networks of comparators: sequences of blocks that put two values in order.

A comparator ``(i, j)`` takes the values on wires ``i`` and ``j`` and leaves the smaller one on
``i``, the larger on ``j``. Wires count from 0 here, from 1 where a reader types or sees them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product
from typing import Any

from hwcode.checking.errors import AnswerError
from hwcode.checking.forms import Form
from hwcode.checking.identity import Truth
from hwcode.checking.labels import plain_labels
from hwcode.checking.reader import Reading
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["Comparator", "Comparators", "carry", "layers", "levels", "on_all_orders"]

Comparator = tuple[int, int]


def carry(comparators: Iterable[Comparator], values: Sequence[Any]) -> tuple[Any, ...]:
    """Send values through the comparators.

    >>> carry([(0, 1), (2, 3)], (4, 1, 2, 3))
    (1, 4, 2, 3)
    """
    wires = list(values)
    for i, j in comparators:
        wires[i], wires[j] = min(wires[i], wires[j]), max(wires[i], wires[j])
    return tuple(wires)


def on_all_orders(comparators: Sequence[Comparator], wires: int) -> dict[tuple[int, ...], Any]:
    """What comes out for each order of 1, 2, ..., and for each input of zeros and ones."""
    orders = [*permutations(range(1, wires + 1)), *product((0, 1), repeat=wires)]
    return {values: carry(comparators, values) for values in orders}


def levels(comparators: Iterable[Comparator]) -> list[int]:
    """For each comparator the layer in which it can work, as early as its inputs allow.

    >>> levels([(0, 1), (2, 3), (0, 2), (1, 3), (1, 2)])
    [0, 0, 1, 1, 2]
    """
    busy: dict[int, int] = {}
    found = []
    for i, j in comparators:
        level = max(busy.get(i, 0), busy.get(j, 0))
        found.append(level)
        busy[i] = busy[j] = level + 1
    return found


def layers(comparators: Sequence[Comparator]) -> list[list[Comparator]]:
    """The comparators by layers that work at the same time.

    >>> layers([(0, 1), (2, 3), (0, 2), (1, 3), (1, 2)])
    [[(0, 1), (2, 3)], [(0, 2), (1, 3)], [(1, 2)]]
    """
    places = levels(comparators)
    return [
        [one for one, place in zip(comparators, places, strict=True) if place == level]
        for level in range(max(places, default=-1) + 1)
    ]


@dataclass(frozen=True)
class Comparators(Form):
    """A network of comparators, typed as ``"1-2, 3-4, 1-3"``, compared as a function.

    What a network of comparators does to distinct numbers is settled by their order, so all orders
    are tried. That decides it for equal ones too, because its outputs are continuous. (Inputs of
    zeros and ones are tried besides; for sorting they would do, by the 0-1 principle.)

    Args:
        wires: how many there are.
        what: what the network does.
        first: two wires, if any, on which nothing may come before a comparator of both, in either
            direction.

    >>> form = Comparators(3, "sorts")
    >>> bubble = form.read("1-2, 2-3, 1-2")
    >>> form.compare(bubble, form.read("2-3, 1-2, 2-3")).equal
    True
    >>> print(form.compare(form.read("1-2, 2-3"), bubble).counterexample)
    at input = (2, 3, 1): expected (1, 2, 3), got (2, 1, 3)
    """

    wires: int
    what: str
    first: Comparator | None = None

    isolated = True

    def describe(self) -> str:
        first = f", beginning with a block on {_typed(self.first)}" if self.first else ""
        return (
            f"{self.what}: comparators on wires 1 to {self.wires} in order, as '1-2, 2-3' or as the"
            " list [(1, 2), (2, 3)] (the smaller value leaves on the wire that is named"
            f" first){first}"
        )

    def read(self, text: str) -> tuple[Comparator, ...]:
        pairs = self._pairs(text)
        if not pairs:
            raise AnswerError(f"the answer is empty; expected {self.describe()}")
        named = {wire for pair in pairs for wire in pair}
        if 0 in named and self.wires not in named:  # counted as in a program
            pairs = [(i + 1, j + 1) for i, j in pairs]
        return self.accept(pairs)

    def reading(self, text: str) -> Reading:
        found = super().reading(text)
        counted = any(0 in pair for pair in self._pairs(text))
        return replace(found, notes=("wires counted from 0",) if counted else ())

    def _pairs(self, text: str) -> list[Comparator]:
        """The pairs of wires that a text names, by the numbers that stand there."""
        plain = plain_labels(text)
        bare = _WORDS.sub(" ", _NUMBERED.sub(" ", _STAGE.sub(" ", plain)))
        if self.wires < 10 and _DIGITS.fullmatch(bare):
            return [(int(pair[0]), int(pair[1])) for pair in re.findall(r"\d\d", bare)]
        found = [
            (int(one[1] or one[3]), int(one[2] or one[4])) for one in _PAIR.finditer(bare)
        ]  # fmt: skip
        rest = re.sub(r"->|[\s,;|.()\[\]{}]", "", _PAIR.sub("", bare))
        if rest:
            told = next((one.strip() for one in re.split(r"[,;\n]", plain) if rest in one), rest)
            raise AnswerError(f"{told!r} is no comparator; expected {self.describe()}")
        return found

    def accept(self, answer: Any) -> tuple[Comparator, ...]:
        if not isinstance(answer, (list, tuple)):
            raise AnswerError(f"expected {self.describe()}")
        # A list counts wires from 1, as one types them; a tuple is what this returns, from 0.
        lowest = 1 if isinstance(answer, list) else 0
        found = []
        for item in answer:
            if not isinstance(item, (list, tuple)) or [type(k) for k in item] != [int, int]:
                raise AnswerError(f"{item!r} is no comparator; expected {self.describe()}")
            i, j = (k - lowest for k in item)
            if i == j or not all(0 <= k < self.wires for k in (i, j)):
                raise AnswerError(f"no comparator {i + 1}-{j + 1}; expected {self.describe()}")
            found.append((i, j))
        return tuple(found)

    def compare(self, answer: tuple[Comparator, ...], reference: Any) -> Comparison:
        given = isinstance(reference, Truth)
        expected = reference.value({}) if given else on_all_orders(reference, self.wires)
        got = on_all_orders(answer, self.wires)
        for values, wanted in expected.items():
            if got[values] != wanted:
                point = {"input": str(values)}
                failure = Counterexample(point, str(wanted), str(got[values]))
                return Comparison(False, Method.EXACT, counterexample=failure)
        if not self._begins(answer):
            assert self.first is not None
            remark = f"it does the same, but does not begin with a block on {_typed(self.first)}"
            return Comparison(False, Method.EXACT, remark=remark)
        orders = len(expected) - 2**self.wires
        bits = f"{2**self.wires} inputs of zeros and ones"
        detail = f"{len(answer)} comparators on all {orders} orders and {bits}"
        return Comparison(True, Method.EXACT, detail)

    def _begins(self, answer: Sequence[Comparator]) -> bool:
        """Whether a block on the prescribed wires comes first on both of them."""
        if self.first is None:
            return True
        touching = [one for one in answer if set(one) & set(self.first)]
        return bool(touching) and set(touching[0]) == set(self.first)

    def show(self, answer: tuple[Comparator, ...]) -> str:
        return ", ".join(map(_typed, answer))

    def inline(self, answer: tuple[Comparator, ...]) -> str:
        return f"`{self.show(answer)}`"


_WIRE = r"(?:x|wires?\s+)?(\d{1,3})"
_NAME = r"(?:[A-Za-z]\w*\s*)?"
_PAIR = re.compile(
    rf"{_NAME}[(\[{{]\s*{_WIRE}\s*[,;]\s*{_WIRE}\s*[)\]}}]"
    rf"|(?<!\w){_WIRE}\s*(?:->|<->|[-–:]|\band\b)\s*{_WIRE}(?!\w)"
)
"""A comparator as people type it: ``(1, 2)``, ``Sort2(x1, x2)``; ``1-2``, ``x1-x2``, ``1->2``."""
_STAGE = re.compile(
    r"\b(?:step|stage|layer|level|round|phase|block|part)\s*\d+\s*[:.)]", re.IGNORECASE
)
_NUMBERED = re.compile(r"(?<!\S)\d+\.\s+(?=[(\[{]|\w*\d\s*[-–:])|^\d+\)\s+", re.MULTILINE)
_WORDS = re.compile(
    r"\b(?:first|firstly|second|third|then|next|finally|lastly|(?<=\d)\s+and(?=\s+\d+\s*[-–:])"
    r"|compare(?!\s*\()|parallel|in)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\s*\d\d(?:\s*[,;\s]\s*\d\d)*\s*\.?\s*")


def _typed(comparator: Comparator) -> str:
    return f"{comparator[0] + 1}-{comparator[1] + 1}"
