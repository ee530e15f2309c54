"""The values of powers, marks, calls, conditions and entries."""

from __future__ import annotations

import sympy
from sympy import ImmutableMatrix

from hwcode.checking import operations as op
from hwcode.checking.errors import AnswerError, quoted
from hwcode.checking.functions import DERIVATIVES, FUNCTIONS, OTHER_NAMES, called, holds
from hwcode.checking.meaning import (
    ATOM,
    POWER,
    PRODUCT,
    SUM,
    Meaning,
    Reader,
    inner,
    inside,
    product,
)
from hwcode.checking.tree import Node

__all__ = ["Calls"]


class Calls(Reader):
    """A method for each kind of power, mark or call."""

    def _relation(self, node: Node) -> list[Meaning]:
        sign = node.args[0]

        def build(a: Meaning, b: Meaning) -> Meaning:
            one, other = (b, a) if sign in ("<", "≥") else (a, b)
            over = (
                one.text if other.value == 0 else f"{inside(one, SUM)} - {inside(other, PRODUCT)}"
            )
            told = (f"step({over})", ATOM) if sign in ("<", ">") else (f"1 - step({over})", SUM)
            return Meaning(holds(sign, a.value, b.value), *told)

        return self.combined(node.args[1:], build)

    def _inner(self, node: Node) -> list[Meaning]:
        def build(a: Meaning, b: Meaning) -> Meaning:
            if op.is_vector(a.value) or not op.is_matrix(a.value):
                return inner(a, b)
            both = op.entrywise(op.as_matrix(a.value, "<A, B>"), op.as_matrix(b.value, "<A, B>"))
            return Meaning(called("sum", [both]), f"sum(hadamard({a.text}, {b.text}))", ATOM)

        return self.combined(node.args, build)

    def _binom(self, node: Node) -> list[Meaning]:
        """A binomial coefficient, or a column of two; of sizes the one, of fractions the other."""

        def number(a: Meaning, b: Meaning) -> Meaning:
            values = [op.as_scalar(one.value, "binomial") for one in (a, b)]
            if not all(value.is_integer for value in values):
                raise AnswerError("a binomial coefficient takes whole numbers")
            return Meaning(called("binomial", values), f"binomial({a.text}, {b.text})", ATOM)

        def column(a: Meaning, b: Meaning) -> Meaning:
            values = [op.as_scalar(one.value, "an entry") for one in (a, b)]
            if any(value.is_integer and value.free_symbols for value in values):
                raise AnswerError("a binomial coefficient of sizes is no column")
            return Meaning(ImmutableMatrix(values), f"[{a.text}, {b.text}]", ATOM)

        return self.combined(node.args, number, column)

    def _shape(self, node: Node) -> list[Meaning]:
        raise AnswerError("of a shape one size is taken, as X.shape[0]")

    def _power(self, node: Node) -> list[Meaning]:
        if node.args[0].head == "bars" and node.args[1] == Node("number", ("2",)):
            lengths = [one for one in self.of(node.args[0]) if one.text.startswith("norm(")]
            if lengths:  # |v|^2 is a number on paper
                return [Meaning(one.value**2, f"{one.text}^2", POWER) for one in lengths]
        if node.args[0] == Node("constant", ("e",)):
            return self.combined(
                node.args[1:], lambda a: Meaning(sympy.exp(a.value), f"exp({a.text})", ATOM)
            )
        found = self.combined(node.args, _power, _entry_square, _norm_square)
        self.squares = self.squares or len(found) > 1
        return found

    def _entry_power(self, node: Node) -> list[Meaning]:
        base, exponent = node.args
        whole = sympy.Integer(exponent)
        return self.combined([base], lambda a: Meaning(
            called("power", [op.as_matrix(a.value, "an entrywise power"), whole]),
            f"power({a.text}, {exponent})", ATOM,
        ))  # fmt: skip

    def _transpose(self, node: Node) -> list[Meaning]:
        def build(a: Meaning) -> Meaning:
            if not (op.is_matrix(a.value) or isinstance(a.value, op.Unsized)):
                op.as_matrix(a.value, ".T")
            return Meaning(op.transposed(a.value), f"{inside(a, ATOM)}.T", ATOM)

        return self.combined(node.args, build)

    def _inverse(self, node: Node) -> list[Meaning]:
        return self.combined(
            node.args, lambda a: Meaning(op.inverted(a.value), f"inv({a.text})", ATOM)
        )

    def _pseudo(self, node: Node) -> list[Meaning]:
        return self.combined(
            node.args, lambda a: Meaning(op.pseudo_inverted(a.value), f"pinv({a.text})", ATOM)
        )

    # --- calls --------------------------------------------------------------------------------

    def _bars(self, node: Node) -> list[Meaning]:
        def number(a: Meaning) -> Meaning:
            return Meaning(op.absolute(a.value), f"abs({a.text})", ATOM)

        def norm(a: Meaning) -> Meaning:
            if not op.is_vector(a.value):
                raise AnswerError("bars are the absolute value of a number")
            return Meaning(op.length(a.value), f"norm({a.text})", ATOM)

        return self.combined(node.args, number, norm)

    def _norm(self, node: Node) -> list[Meaning]:
        def build(a: Meaning) -> Meaning:
            name = "norm" if op.is_matrix(a.value) else "abs"
            return Meaning(op.length(a.value), f"{name}({a.text})", ATOM)

        return self.combined(node.args, build)

    def _call(self, node: Node) -> list[Meaning]:
        name, *arguments = node.args
        if name in DERIVATIVES:
            return self.combined(arguments, lambda a: Meaning(
                DERIVATIVES[name](a.value), f"{name}({a.text})", ATOM
            ))  # fmt: skip
        if name == "len" and len(arguments) == 1:
            return self._size(arguments[0], 0)
        if name.startswith("log_") and len(arguments) == 1:
            return self._logarithm(arguments[0], name.removeprefix("log_"))
        name = name if name in FUNCTIONS else OTHER_NAMES.get(name, name)
        if name in ("ones", "eye") and not arguments:
            return self.unsized(name)
        if name == "list":
            return self.of(arguments[0], top=True)
        if name not in FUNCTIONS:
            raise AnswerError(
                f"{quoted(name)}"
                f" is not read; besides .T there are the functions {', '.join(FUNCTIONS)}"
            )
        over_axis = self.axis and name in ("sum", "mean", "norm", "max", "min")
        if over_axis and not all(op.is_vector(one.value) for one in self.of(arguments[0])):
            raise AnswerError(f"{name} of a matrix along one axis is not read")
        return self.combined(arguments, lambda *given: Meaning(
            called(name, [one.value for one in given]),
            f"{name}({', '.join(one.text for one in given)})", ATOM,
        ))  # fmt: skip

    _bare = _call

    def _logarithm(self, node: Node, base: str) -> list[Meaning]:
        """A logarithm whose base stands at its foot, ``log_q``."""
        kind = "constant" if base == "e" else "number" if base[0].isdigit() else "name"

        def build(a: Meaning, b: Meaning) -> Meaning:
            values = [op.as_scalar(one.value, "a logarithm to a base") for one in (a, b)]
            above, below = (called("log", [value]) for value in values)
            return Meaning(above / below, f"log({a.text})/log({b.text})", PRODUCT)

        return self.combined([node, Node(kind, (base,))], build)

    def _size(self, node: Node, axis: int) -> list[Meaning]:
        def build(a: Meaning) -> Meaning:
            size = op.as_matrix(a.value, "a shape").shape[axis]
            return Meaning(size, str(size), ATOM if not size.args else SUM)

        return self.combined([node], build)

    def _index(self, node: Node) -> list[Meaning]:
        if node.args[0].head == "shape":
            if len(node.args) != 2 or node.args[1].args not in (("0",), ("1",)):
                raise AnswerError("a shape has the sizes 0 and 1, as X.shape[0]")
            return self._size(node.args[0].args[0], int(node.args[1].args[0]))

        def build(base: Meaning, *places: Meaning) -> Meaning:
            if not op.is_matrix(base.value):
                if len(places) == 1:
                    return product(base, places[0])
                op.as_matrix(base.value, "an index")
            value = base.value
            at = [op.as_scalar(place.value, "an index") for place in places]
            if len(at) == 1 and value.shape[1] == 1:
                at.append(sympy.S.Zero)
            if len(at) != 2:
                raise AnswerError("an entry of a matrix is A[i, j], of a vector v[i], from 0")
            try:
                entry = value[at[0], at[1]]
            except (IndexError, TypeError) as error:
                raise AnswerError(f"no such entry: {error}") from None
            told = ", ".join(place.text for place in places)
            return Meaning(entry, f"{inside(base, ATOM)}[{told}]", ATOM)

        return self.combined(node.args, build)


def _power(a: Meaning, b: Meaning) -> Meaning:
    told = f"{inside(a, ATOM)}^{inside(b, ATOM)}"
    if b.text == "1":  # x^1/2 could be the root
        return Meaning(op.powered(a.value, b.value), f"({told})", ATOM)
    return Meaning(op.powered(a.value, b.value), told, POWER)


def _entry_square(a: Meaning, b: Meaning) -> Meaning:
    if not op.is_vector(a.value) or b.value != 2:
        return _power(a, b)
    return Meaning(op.entrywise(a.value, a.value), f"hadamard({a.text}, {a.text})", ATOM)


def _norm_square(a: Meaning, b: Meaning) -> Meaning:
    if not op.is_vector(a.value) or b.value != 2:
        return _power(a, b)
    return Meaning(op.length(a.value) ** 2, f"norm({a.text})^2", POWER)
