"""Read a typed answer, without ever running it.

Python's parser gives the syntax tree of the text, and every node of it is looked up in a short
list of what an answer may contain: numbers, the stated symbols, arithmetic, a few functions. No
part of the text reaches ``eval``; attribute access is allowed for ``.T`` alone.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import sympy
from sympy import ImmutableMatrix
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    Identity,
    MatrixExpr,
    OneMatrix,
    Trace,
    ZeroMatrix,
)
from sympy.matrices.expressions.determinant import Determinant
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.errors import PRODUCT_HINT, AnswerError, syntax_message
from hwcode.checking.expressions import ENTRYWISE, EntrySum, Norm, Softmax

__all__ = ["FUNCTIONS", "read", "syntax"]

LONGEST = 4000
"""Characters; an answer to a homework question is far shorter."""
LARGEST_POWER = 10_000
"""Constant exponents above this are refused: ``9**9**9`` and ``1e999999`` would fill the memory."""
_LITERAL = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?")

Value = Any  # a SymPy scalar, a SymPy matrix expression, or an explicit matrix


def _is_matrix(value: Value) -> bool:
    return isinstance(value, (MatrixExpr, MatrixBase))


def _as_scalar(value: Value, what: str) -> Value:
    """A 1 x 1 matrix counts as the number in it: that is how ``a.T @ b`` is meant."""
    if not _is_matrix(value):
        return value
    if value.shape == (1, 1):
        return value[0, 0] if isinstance(value, MatrixBase) else Trace(value)
    raise AnswerError(f"{what} needs a number, and got a matrix of shape {_shape(value)}")


def _as_matrix(value: Value, what: str) -> Value:
    if _is_matrix(value):
        return value
    raise AnswerError(f"{what} needs a vector or matrix, and got the number {value}")


def _shape(value: Value) -> str:
    return " x ".join(str(size) for size in value.shape)


def _entrywise(function: Callable[[Any], Any]) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        if _is_matrix(value):
            return value.applyfunc(function)
        return function(value)

    return apply


def _trace(value: Value) -> Value:
    value = _as_matrix(value, "trace")
    return value.trace() if isinstance(value, MatrixBase) else Trace(value)


def _inverse(value: Value) -> Value:
    if not _is_matrix(value):
        return 1 / value
    _square(value, "inv")
    return value.inv() if isinstance(value, MatrixBase) else value.I


def _square(value: Value, what: str) -> None:
    if value.shape[0] != value.shape[1]:
        raise AnswerError(f"{what} needs a square matrix, and got {_shape(value)}")


def _determinant(value: Value) -> Value:
    _square(_as_matrix(value, "det"), "det")
    return value.det() if isinstance(value, MatrixBase) else Determinant(value)


def _dot(left: Value, right: Value) -> Value:
    product = _matrix_product(_as_matrix(left, "dot").T, _as_matrix(right, "dot"))
    return _as_scalar(product, "dot")


def _diagonal(value: Value) -> Value:
    value = _as_matrix(value, "diag")
    return sympy.diag(*value) if isinstance(value, MatrixBase) else DiagMatrix(value)


def _hadamard(left: Value, right: Value) -> Value:
    left, right = _as_matrix(left, "hadamard"), _as_matrix(right, "hadamard")
    _same_shape(left, right, "hadamard(A, B)")
    return HadamardProduct(left, right)


def _divide(left: Value, right: Value) -> Value:
    left, right = _as_matrix(left, "divide"), _as_matrix(right, "divide")
    _same_shape(left, right, "divide(a, b)")
    return HadamardProduct(left, HadamardPower(right, -1))


def _softmax(value: Value) -> Value:
    value = _as_matrix(value, "softmax")
    if value.shape[1] != 1:
        raise AnswerError(f"softmax needs a column vector, and got {_shape(value)}")
    return Softmax(value)


def _softmax_jacobian(value: Value) -> Value:
    p = _softmax(value)
    return DiagMatrix(p) - p * p.T


def _same_shape(left: Value, right: Value, what: str) -> None:
    if left.shape != right.shape:
        raise AnswerError(f"{what} needs equal shapes, and got {_shape(left)} and {_shape(right)}")


def _matrix_product(left: Value, right: Value) -> Value:
    if left.shape[1] == right.shape[0]:
        return left * right
    for one, other in ((left, right), (right, left)):
        if one.shape == (1, 1):
            return _as_scalar(one, "@") * other
    raise AnswerError(
        f"a matrix of shape {_shape(left)} times one of shape {_shape(right)} is not defined"
        " (X.T is the transpose)"
    )


FUNCTIONS: dict[str, tuple[int, Callable[..., Value], str]] = {
    "sqrt": (1, _entrywise(sympy.sqrt), "square root"),
    "exp": (1, _entrywise(sympy.exp), "exponential"),
    "log": (1, _entrywise(sympy.log), "natural logarithm"),
    "ln": (1, _entrywise(sympy.log), "natural logarithm"),
    "sin": (1, _entrywise(sympy.sin), "sine, radians"),
    "cos": (1, _entrywise(sympy.cos), "cosine, radians"),
    "tanh": (1, _entrywise(sympy.tanh), "hyperbolic tangent"),
    "abs": (1, _entrywise(sympy.Abs), "absolute value"),
    "sign": (1, _entrywise(sympy.sign), "sign"),
    "floor": (1, _entrywise(sympy.floor), "largest integer not above"),
    "ceil": (1, _entrywise(sympy.ceiling), "smallest integer not below"),
    "sigmoid": (1, _entrywise(ENTRYWISE["sigmoid"]), "1 / (1 + exp(-z))"),
    "relu": (1, _entrywise(ENTRYWISE["relu"]), "max(z, 0)"),
    "step": (1, _entrywise(ENTRYWISE["step"]), "1 if z > 0 else 0"),
    "min": (2, sympy.Min, "smaller of two numbers"),
    "max": (2, sympy.Max, "larger of two numbers"),
    "factorial": (1, sympy.factorial, "factorial"),
    "binomial": (2, sympy.binomial, "binomial coefficient"),
    "norm": (1, lambda v: Norm(_as_matrix(v, "norm")), "Euclidean (Frobenius) norm"),
    "transpose": (1, lambda A: _as_matrix(A, "transpose").T, "transpose, also A.T"),
    "trace": (1, _trace, "trace"),
    "det": (1, _determinant, "determinant"),
    "sum": (1, lambda v: EntrySum(_as_matrix(v, "sum")), "sum of all entries"),
    "inv": (1, _inverse, "inverse"),
    "dot": (2, _dot, "inner product of two vectors"),
    "diag": (1, _diagonal, "diagonal matrix of a vector"),
    "hadamard": (2, _hadamard, "entrywise product"),
    "divide": (2, _divide, "entrywise quotient"),
    "softmax": (1, _softmax, "exp(v) over the sum of its entries"),
    "dsoftmax": (1, _softmax_jacobian, "Jacobian matrix of softmax"),
    "eye": (1, Identity, "identity matrix of a size"),
    "ones": (1, lambda size: OneMatrix(size, 1), "vector of ones"),
    "zeros": (1, lambda size: ZeroMatrix(size, 1), "vector of zeros"),
}
"""Name: number of arguments, what it builds, what it means."""

_SCALARS_ONLY = {"min", "max", "factorial", "binomial", "eye", "ones", "zeros"}
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
    source, tree = syntax(text)
    names = {alias: symbols[name] for alias, name in (aliases or {}).items()} | dict(symbols)
    try:
        return _Reader(source, names).visit(tree)
    except RecursionError:
        raise AnswerError("the answer is nested too deeply") from None


def syntax(text: str) -> tuple[str, ast.expr]:
    """The plain spelling of a typed answer and its syntax tree; AnswerError if it has none."""
    if not text.strip():
        raise AnswerError("the answer is empty")
    if len(text) > LONGEST:
        raise AnswerError(f"the answer has {len(text)} characters; at most {LONGEST} are read")
    source = _spell(text)
    try:
        return source, ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise AnswerError(syntax_message(text, error)) from None


def _spell(text: str) -> str:
    """ASCII spelling: Greek letters by name, typographic signs by their plain forms."""
    signs = {"−": "-", "·": "*", "×": "*", "⋅": "*", "²": "**2", "³": "**3", "ᵀ": ".T", "’": "'"}
    # In Python ^ binds less than +, and means something else; in an answer it can only be a power.
    for sign, plain in {**signs, "^": "**"}.items():
        text = text.replace(sign, plain)
    spelled = "".join(_greek(character) for character in text)
    return re.sub(r"\blambda\b", "lam", " ".join(spelled.split()))


def _greek(character: str) -> str:
    if ord(character) < 128:
        return character
    name = unicodedata.name(character, "").split()
    if name[:3] == ["GREEK", "SMALL", "LETTER"] and len(name) == 4:
        return {"lamda": "lam"}.get(name[3].lower(), name[3].lower())
    return character


class _Reader:
    """One method for each kind of syntax node that an answer may have."""

    def __init__(self, source: str, names: Mapping[str, Value]) -> None:
        self.source = source
        self.names = names

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
        for known in (self.names, _CONSTANTS):
            if node.id in known:
                return known[node.id]
        if node.id in FUNCTIONS:
            raise AnswerError(f"{node.id} is a function: write {node.id}(...)")
        hint = _HINTS.get(node.id, "")
        raise AnswerError(f"unknown name {node.id!r}; the symbols are {self._listed()}{hint}")

    def _listed(self) -> str:
        return ", ".join(sorted(self.names)) or "none (a number is expected)"

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
                return _matrix_product(_as_matrix(left, "@"), _as_matrix(right, "@"))
            case ast.Div():
                return self._quotient(left, right)
            case ast.Pow():
                return self._power(left, right)
        raise AnswerError("the operations are + - * / ** and @")

    @staticmethod
    def _sum(left: Value, right: Value, sign: str) -> Value:
        if _is_matrix(left) and _is_matrix(right):
            _same_shape(left, right, f"'{sign}'")
            return left + right
        if _is_matrix(left) or _is_matrix(right):
            what = f"'{sign}' between a number and a matrix (see eye(n), ones(n))"
            return _as_scalar(left, what) + _as_scalar(right, what)
        return left + right

    @staticmethod
    def _product(left: Value, right: Value) -> Value:
        if _is_matrix(left) and _is_matrix(right):
            if (1, 1) not in (left.shape, right.shape):
                raise AnswerError(
                    "between two matrices write @ for the matrix product,"
                    " or hadamard(A, B) for the entrywise one"
                )
            return _matrix_product(left, right)
        return left * right

    @staticmethod
    def _quotient(left: Value, right: Value) -> Value:
        what = "a division (inv(A) is the inverse, divide(a, b) goes entry by entry)"
        divisor = _as_scalar(right, what)
        if divisor == 0:
            raise AnswerError("division by zero")
        return left / divisor

    @staticmethod
    def _power(base: Value, exponent: Value) -> Value:
        exponent = _as_scalar(exponent, "an exponent")
        if exponent.is_number and abs(exponent) > LARGEST_POWER:
            raise AnswerError(f"the exponent {exponent} is above {LARGEST_POWER}")
        if not _is_matrix(base):
            if base == 0 and exponent.is_negative:
                raise AnswerError("division by zero")
            return base**exponent
        if base.shape == (1, 1):
            return _as_scalar(base, "**") ** exponent
        _square(base, "a power (hadamard(v, v) squares every entry), which")
        if isinstance(base, MatrixBase) and not exponent.is_Integer:
            raise AnswerError("a matrix of numbers takes a whole exponent")
        return base**exponent

    def _Call(self, node: ast.Call) -> Value:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            name = ast.get_source_segment(self.source, node.func)
            if not isinstance(node.func, (ast.Name, ast.Attribute)) or name in self.names:
                raise AnswerError(f"{name!r} before a bracket is no function; {PRODUCT_HINT}")
            raise AnswerError(f"unknown function {name!r}; there are {', '.join(FUNCTIONS)}")
        name = node.func.id
        count, build, meaning = FUNCTIONS[name]
        if node.keywords or len(node.args) != count:
            raise AnswerError(f"{name} ({meaning}) takes {count} argument(s)")
        arguments = [self.visit(argument) for argument in node.args]
        if name in _SCALARS_ONLY:
            arguments = [_as_scalar(argument, name) for argument in arguments]
        if name == "factorial" and arguments[0].is_number and arguments[0] > LARGEST_POWER:
            raise AnswerError(f"the factorial of {arguments[0]} is too large to compute")
        return build(*arguments)

    def _Attribute(self, node: ast.Attribute) -> Value:
        if node.attr != "T":
            raise AnswerError(f"the only attribute is .T (transpose), not .{node.attr}")
        return _as_matrix(self.visit(node.value), ".T").T

    def _Subscript(self, node: ast.Subscript) -> Value:
        value = _as_matrix(self.visit(node.value), "an index")
        indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        places = [_as_scalar(self.visit(index), "an index") for index in indices]
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
            rows.append([_as_scalar(self.visit(entry), "an entry") for entry in entries])
        if not rows or any(len(row) != len(rows[0]) for row in rows):
            raise AnswerError("the rows of a matrix need the same number of entries, at least one")
        return ImmutableMatrix(rows)

    _Tuple = _List
