"""Read a typed answer, without ever running it.

Python's parser gives the syntax tree of the text, and every node of it is looked up in a short
list of what an answer may contain: numbers, the stated symbols, arithmetic, a few functions. No
part of the text reaches ``eval``; attribute access is allowed for ``.T`` alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

import sympy
from sympy import ImmutableMatrix
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.errors import AnswerError
from hwcode.checking.functions import (
    FUNCTIONS,
    SCALARS_ONLY,
    Value,
    as_matrix,
    as_scalar,
    is_matrix,
    matrix_product,
    need_same_shape,
    need_square,
)
from hwcode.checking.spelling import PRODUCT_HINT, other_names, prime_as_p, syntax

__all__ = ["read"]

LARGEST_POWER = 10_000
"""Constant exponents above this are refused: ``9**9**9`` and ``1e999999`` would fill the memory."""
_LITERAL = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?")


_CONSTANTS = {"pi": sympy.pi, "e": sympy.E}
_HINTS = {
    "I": "; eye(n) is the identity matrix",
    "T": "; X.T is the transpose",
}
"""What people mean by names that are none here."""


def read(
    text: str, symbols: Mapping[str, Value], aliases: Mapping[str, str] | None = None
) -> Value:
    """Read a typed answer as a SymPy expression.

    Args:
        text: for example ``"2/n * X.T @ (X @ w - t)"``. ``**`` (or ``^``) is the power, ``@`` the
            matrix product, ``[1, 2]`` a vector and ``[[1, 2], [3, 4]]`` a matrix. Decimal numbers
            are read exactly: ``0.1`` is one tenth.
        symbols: what each name stands for.
        aliases: other spellings of those names; Greek letters and ``lambda`` are understood
            without being listed.

    Returns:
        A SymPy scalar or matrix expression.

    Raises:
        AnswerError: names the first thing that is not understood, and what is allowed.

    >>> from hwcode.checking.expressions import scalar
    >>> n, d, s = scalar("n"), scalar("d"), scalar("sigma")
    >>> read("σ**2 * (1 - d/n)", {"n": n, "d": d, "sigma": s})
    sigma**2*(-d/n + 1)
    >>> read("(1).__class__", {})
    Traceback (most recent call last):
    hwcode.checking.errors.AnswerError: the only attribute is .T (transpose), not .__class__
    """
    source, tree = syntax(prime_as_p(text, symbols))
    names = {alias: symbols[name] for alias, name in other_names(symbols, aliases or {}).items()}
    try:
        return _Reader(source, symbols, names).visit(tree)
    except RecursionError:
        raise AnswerError("the answer is nested too deeply") from None


class _Reader:
    """One method for each kind of syntax node that an answer may have."""

    def __init__(
        self, source: str, symbols: Mapping[str, Value], aliases: Mapping[str, Value]
    ) -> None:
        self.source = source
        self.symbols = symbols
        self.names = {**aliases, **symbols}
        self.joined = {name.replace("_", ""): value for name, value in self.names.items()}

    def visit(self, node: ast.expr) -> Value:
        method = getattr(self, f"_{type(node).__name__}", None)
        text = ast.get_source_segment(self.source, node)
        if method is None:
            raise AnswerError(f"{text!r} is not something an answer may contain")
        try:
            return method(node)
        except AnswerError:
            raise
        except (ValueError, TypeError, ArithmeticError, AttributeError, NotImplementedError) as why:
            # SymPy refuses what has no meaning: a singular inverse, the larger of complex numbers.
            raise AnswerError(f"{text!r} has no value: {why}") from None

    def _Constant(self, node: ast.Constant) -> Value:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise AnswerError(f"{node.value!r} is not a number")
        # The literal's own digits, not the nearest binary fraction to them.
        literal = ast.get_source_segment(self.source, node) or str(node.value)
        match = _LITERAL.fullmatch(literal.replace("_", ""))
        if match is None or abs(int(match[1] or 0)) > LARGEST_POWER:
            raise AnswerError(f"{literal} is no decimal number with an exponent to {LARGEST_POWER}")
        return sympy.Rational(match[0])

    def _Name(self, node: ast.Name) -> Value:
        joined = node.id.replace("_", "")  # w_0 is w0, and alphaN is alpha_N
        for name, known in (
            (node.id, self.names), (joined, self.joined), (node.id, _CONSTANTS)
        ):  # fmt: skip
            if name in known:
                return known[name]
        if node.id in FUNCTIONS:
            raise AnswerError(f"{node.id} is a function: write {node.id}(...)")
        hint = _HINTS.get(node.id, "")
        raise AnswerError(f"unknown name {node.id!r}; the symbols are {self._listed()}{hint}")

    def _listed(self) -> str:
        return ", ".join(sorted(self.symbols)) or "none (a number is expected)"

    def _UnaryOp(self, node: ast.UnaryOp) -> Value:
        value = self.visit(node.operand)
        if isinstance(node.op, ast.USub):
            return -value
        if isinstance(node.op, ast.UAdd):
            return value
        raise AnswerError("the only signs are + and -")

    def _BinOp(self, node: ast.BinOp) -> Value:
        left, right = self.visit(node.left), self.visit(node.right)
        match node.op:
            case ast.Add():
                return self._sum(left, right, "+")
            case ast.Sub():
                return self._sum(left, -right, "-")
            case ast.Mult():
                return self._product(left, right)
            case ast.MatMult():
                return self._matrix_product(left, right)
            case ast.Div():
                return self._quotient(left, right)
            case ast.FloorDiv():
                return sympy.floor(self._quotient(left, right))
            case ast.Mod():
                left = as_scalar(left, "%")
                return left - right * sympy.floor(self._quotient(left, right))
            case ast.Pow():
                return self._power(left, right)
        raise AnswerError("the operations are + - * / // % ** and @")

    @staticmethod
    def _sum(left: Value, right: Value, sign: str) -> Value:
        if is_matrix(left) and is_matrix(right):
            need_same_shape(left, right, f"'{sign}'")
            return left + right
        if is_matrix(left) or is_matrix(right):
            what = f"'{sign}' between a number and a matrix (see eye(n), ones(n))"
            return as_scalar(left, what) + as_scalar(right, what)
        return left + right

    @staticmethod
    def _product(left: Value, right: Value) -> Value:
        if is_matrix(left) and is_matrix(right):
            if (1, 1) not in (left.shape, right.shape):
                raise AnswerError(
                    "between two matrices write @ for the matrix product,"
                    " or hadamard(A, B) for the entrywise one"
                )
            return matrix_product(left, right)
        return left * right

    @staticmethod
    def _matrix_product(left: Value, right: Value) -> Value:
        # v.T @ w - t is a number here, of shape 1 x 1 elsewhere: v @ (v.T @ w - t) has a meaning.
        column = is_matrix(left) and left.shape[1] == 1 and not is_matrix(right)
        row = is_matrix(right) and right.shape[0] == 1 and not is_matrix(left)
        if column or row:
            return left * right
        return matrix_product(as_matrix(left, "@"), as_matrix(right, "@"))

    @staticmethod
    def _quotient(left: Value, right: Value) -> Value:
        what = "a division (inv(A) is the inverse, divide(a, b) goes entry by entry)"
        divisor = as_scalar(right, what)
        if divisor == 0:
            raise AnswerError("division by zero")
        return left / divisor

    @staticmethod
    def _power(base: Value, exponent: Value) -> Value:
        exponent = as_scalar(exponent, "an exponent")
        if exponent.is_number and abs(exponent) > LARGEST_POWER:
            raise AnswerError(f"the exponent {exponent} is above {LARGEST_POWER}")
        if not is_matrix(base):
            if base == 0 and exponent.is_negative:
                raise AnswerError("division by zero")
            return base**exponent
        if base.shape == (1, 1):
            return as_scalar(base, "**") ** exponent
        need_square(base, "a power (hadamard(v, v) squares every entry), which")
        if isinstance(base, MatrixBase) and not exponent.is_Integer:
            raise AnswerError("a matrix of numbers takes a whole exponent")
        return base**exponent

    def _Call(self, node: ast.Call) -> Value:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            name = ast.get_source_segment(self.source, node.func)
            value = isinstance(node.func, ast.Attribute) and node.func.attr == "T"
            if value or not isinstance(node.func, (ast.Name, ast.Attribute)) or name in self.names:
                raise AnswerError(f"{name!r} before a bracket is no function; {PRODUCT_HINT}")
            raise AnswerError(f"unknown function {name!r}; there are {', '.join(FUNCTIONS)}")
        name = node.func.id
        count, build, meaning = FUNCTIONS[name]
        if node.keywords or len(node.args) != count:
            raise AnswerError(f"{name} ({meaning}) takes {count} argument(s)")
        arguments = [self.visit(argument) for argument in node.args]
        if name in SCALARS_ONLY:
            arguments = [as_scalar(argument, name) for argument in arguments]
        if name == "factorial" and arguments[0].is_number and arguments[0] > LARGEST_POWER:
            raise AnswerError(f"the factorial of {arguments[0]} is too large to compute")
        return build(*arguments)

    def _Attribute(self, node: ast.Attribute) -> Value:
        if node.attr != "T":
            raise AnswerError(f"the only attribute is .T (transpose), not .{node.attr}")
        return as_matrix(self.visit(node.value), ".T").T

    def _Subscript(self, node: ast.Subscript) -> Value:
        value = as_matrix(self.visit(node.value), "an index")
        indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        places = [as_scalar(self.visit(index), "an index") for index in indices]
        if len(places) == 1 and value.shape[1] == 1:
            places.append(sympy.S.Zero)
        if len(places) != 2:
            raise AnswerError("an entry of a matrix is A[i, j], of a vector v[i], from 0")
        try:
            return value[places[0], places[1]]
        except (IndexError, TypeError) as error:
            raise AnswerError(f"no such entry: {error}") from None

    def _List(self, node: ast.List | ast.Tuple) -> Value:
        rows = []
        for element in node.elts:
            entries = element.elts if isinstance(element, (ast.List, ast.Tuple)) else [element]
            rows.append([as_scalar(self.visit(entry), "an entry") for entry in entries])
        if not rows or any(len(row) != len(rows[0]) for row in rows):
            raise AnswerError("the rows of a matrix need the same number of entries, at least one")
        return ImmutableMatrix(rows)

    _Tuple = _List
