"""The values of sums over an index: of entries of vectors, of rows or columns of a matrix.

On paper the rows of ``X`` are ``x_i``. Whether an index counts the rows or the columns of a matrix,
its range tells; where both fit, the answer is refused.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy.matrices.expressions.matexpr import MatrixElement

from hwcode.checking import operations as op
from hwcode.checking.bound import Line, Total
from hwcode.checking.errors import AnswerError
from hwcode.checking.meaning import ATOM, PRODUCT, Meaning, Reader
from hwcode.checking.tree import Node, walk

__all__ = ["Totals"]

WRITTEN_OUT = 100
"""Terms of a sum up to which they are added one by one."""


class Totals(Reader):
    """A method for each kind of node that sums have."""

    def _total(self, node: Node) -> list[Meaning]:
        name, body, *ends = node.args
        if name in self.indices:
            raise AnswerError(f"the index {name} is used by two sums, one inside the other")
        sizes = {self.symbols[one.args[0]].shape for one in walk(body)
                 if one.head == "indexed" and one.args[1] == name
                 and op.is_matrix(self.symbols[one.args[0]])}  # fmt: skip
        low, high = self._ends(name, ends, sizes)
        index = sympy.Symbol(name, integer=True, nonnegative=True)
        counted = (low, high)
        self.indices[name] = (index, counted)
        try:
            found = self.of(body)
        finally:
            del self.indices[name]
            self.forget()
        told = f"\\sum_{{{name}={low}}}^{{{high}}}"
        return [Meaning(_summed(one.value, index, low, high), f"{told} ({one.text})", PRODUCT)
                for one in found]  # fmt: skip

    def _ends(self, name: str, ends: list[Node], sizes: set[Any]) -> tuple[Any, Any]:
        if ends:
            low, high = (op.as_scalar(self.of(end)[0].value, "the end of a sum") for end in ends)
            return low, high
        lengths = {shape[0] for shape in sizes if shape[1] == 1} or {shape[0] for shape in sizes}
        if len(lengths) != 1:
            raise AnswerError(f"the ends of the sum over {name} are not said: \\sum_{{i=1}}^{{n}}")
        return sympy.S.One, lengths.pop()

    def _bound(self, node: Node) -> list[Meaning]:
        if node.args[0] not in self.indices:
            raise AnswerError(f"{node.args[0]} is an index, and stands outside of its sum")
        return [Meaning(self.indices[node.args[0]][0], node.args[0], ATOM)]

    def _indexed(self, node: Node) -> list[Meaning]:
        name, letters = node.args
        value = self.symbols[name]
        if any(letter not in self.indices for letter in letters):
            raise AnswerError(f"{name}_{letters} stands outside of the sum over {letters}")
        if not op.is_matrix(value):
            raise AnswerError(f"{name} is a number, and has no entries {name}_{letters}")
        places = [self._place(letter, value.shape, i if len(letters) > 1 else None)
                  for i, letter in enumerate(letters)]  # fmt: skip
        told = f"{name}_{{{letters}}}"
        if len(letters) == 2:
            entry = MatrixElement(value, places[0][1], places[1][1])
            return [Meaning(entry, told, ATOM)]
        axis, place = places[0]
        if value.shape[1] == 1:
            return [Meaning(MatrixElement(value, place, sympy.S.Zero), told, ATOM)]
        return [Meaning(Line(value, axis, place), told, ATOM)]

    def _place(self, letter: str, shape: tuple[Any, Any], axis: int | None) -> tuple[int, Any]:
        """Along which axis an index runs, and where it is, counted from 0."""
        index, (low, high) = self.indices[letter]
        first = 0 if low == 0 else 1
        fitting = [i for i, size in enumerate(shape) if size != 1 and size - 1 + first == high]
        if axis is not None and axis in fitting:
            return axis, index - first
        if axis is None and len(fitting) == 1:
            return fitting[0], index - first
        raise AnswerError(
            f"the index {letter} from {low} to {high} runs over no size of a matrix that is"
            f" {shape[0]} x {shape[1]}, or over both"
        )


def _summed(value: Any, index: Any, low: Any, high: Any) -> Any:
    if isinstance(value, op.Unsized):
        raise AnswerError(f"the size of {value} is not said: eye(n), ones(n)")
    if op.is_matrix(value) and value.shape != (1, 1):
        return Total(value, index, low, high)
    scalar = op.as_scalar(value, "a sum")
    if high.is_Integer and low.is_Integer and high - low < WRITTEN_OUT:
        return sympy.Add(*[scalar.subs(index, i) for i in range(int(low), int(high) + 1)])
    return sympy.Sum(scalar, (index, low, high))
