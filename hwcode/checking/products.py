"""The values of sums and products, by the shapes of what stands in them."""

from __future__ import annotations

import sympy

from hwcode.checking import operations as op
from hwcode.checking.errors import AmbiguousError, AnswerError
from hwcode.checking.meaning import (
    ATOM,
    POWER,
    PRODUCT,
    SUM,
    Meaning,
    Reader,
    entrywise,
    inner,
    inside,
    product,
)
from hwcode.checking.tree import Node

__all__ = ["Products"]


class Products(Reader):
    """A method for each kind of sum or product."""

    def _sum(self, node: Node) -> list[Meaning]:
        return self.combined(node.args, lambda a, b: Meaning(
            op.added(a.value, b.value), f"{inside(a, SUM)} + {inside(b, PRODUCT)}", SUM
        ))  # fmt: skip

    def _difference(self, node: Node) -> list[Meaning]:
        return self.combined(node.args, lambda a, b: Meaning(
            op.added(a.value, op.multiplied(sympy.S.NegativeOne, b.value), "-"),
            f"{inside(a, SUM)} - {inside(b, PRODUCT)}", SUM,
        ))  # fmt: skip

    def _negative(self, node: Node) -> list[Meaning]:
        return self.combined(node.args, lambda a: Meaning(
            op.multiplied(sympy.S.NegativeOne, a.value), f"-{inside(a, PRODUCT)}", SUM
        ))  # fmt: skip

    def _matmul(self, node: Node) -> list[Meaning]:
        try:
            return self.combined(node.args, product)
        except AmbiguousError:
            raise
        except AnswerError:
            return self.combined(node.args, product, self._flat_product)

    def _flat_product(self, a: Meaning, b: Meaning) -> Meaning:
        """The product with a column at its left, as NumPy has it for arrays of one dimension."""
        if not (op.is_matrix(a.value) and op.is_matrix(b.value) and a.value.shape[1] == 1):
            return product(a, b)
        if b.value.shape[1] == 1:
            return inner(a, b)
        result = op.multiplied(op.transposed(b.value), a.value)
        told = f"@ {b.text} taken as NumPy has it for arrays of one dimension"
        self.notes += [told] if told not in self.notes else []
        return Meaning(result, f"{inside(b, ATOM)}.T @ {inside(a, POWER)}", PRODUCT)

    def _times(self, node: Node) -> list[Meaning]:
        return self.combined(node.args, product, entrywise)

    def _point(self, node: Node) -> list[Meaning]:
        return self.combined(node.args, product, entrywise, inner)

    def _entrywise(self, node: Node) -> list[Meaning]:
        return self.combined(node.args, entrywise)

    def _beside(self, node: Node) -> list[Meaning]:
        try:
            return self.combined(node.args, product)
        except AmbiguousError:
            raise
        except AnswerError:
            return self.combined(node.args, product, self._row_product)

    def _row_product(self, a: Meaning, b: Meaning) -> Meaning:
        """A column beside a matrix, where the row fits: on paper the T is forgotten."""
        if not (op.is_matrix(a.value) and op.is_matrix(b.value) and a.value.shape[1] == 1):
            return product(a, b)
        if b.value.shape[1] == 1:
            raise AnswerError(
                f"two columns side by side, {a.text} and {b.text}: write {a.text}.T @ {b.text} for"
                f" the inner product, hadamard({a.text}, {b.text}) for the entrywise one"
            )
        result = op.multiplied(op.transposed(a.value), b.value)
        self.notes.append(f"{a.text} taken as a row, since it stands before {b.text}")
        return Meaning(result, f"{inside(a, ATOM)}.T @ {inside(b, POWER)}", PRODUCT)

    def _over(self, node: Node) -> list[Meaning]:
        return self.combined(node.args, lambda a, b: Meaning(
            op.divided(a.value, b.value), f"{inside(a, PRODUCT)}/{inside(b, POWER)}", PRODUCT
        ))  # fmt: skip

    _entry_over = _over

    def _floordiv(self, node: Node) -> list[Meaning]:
        return self.combined(node.args, lambda a, b: Meaning(
            sympy.floor(op.divided(a.value, b.value)),
            f"floor({inside(a, PRODUCT)}/{inside(b, POWER)})", ATOM,
        ))  # fmt: skip

    def _modulo(self, node: Node) -> list[Meaning]:
        def build(a: Meaning, b: Meaning) -> Meaning:
            value = op.as_scalar(a.value, "%")
            rest = value - b.value * sympy.floor(op.divided(value, b.value))
            return Meaning(rest, f"{inside(a, PRODUCT)} % {inside(b, POWER)}", PRODUCT)

        return self.combined(node.args, build)
