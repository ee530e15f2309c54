"""What a typed answer may call, by its own names and by those of NumPy and torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    Identity,
    OneMatrix,
    Trace,
    ZeroMatrix,
)
from sympy.matrices.expressions.determinant import Determinant
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.errors import AnswerError
from hwcode.checking.expressions import ENTRYWISE, EntrySum, Norm, Softmax
from hwcode.checking.operations import (
    LARGEST_POWER,
    Value,
    added,
    as_matrix,
    as_scalar,
    entrywise,
    inner,
    inverted,
    is_matrix,
    multiplied,
    need_same_shape,
    need_square,
    powered,
    pseudo_inverted,
    shape_text,
)

__all__ = ["DERIVATIVES", "FUNCTIONS", "OTHER_NAMES", "WRAPPERS", "called", "holds"]


def _entrywise(function: Callable[[Any], Any]) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        if is_matrix(value):
            return value.applyfunc(function)
        return function(as_scalar(value, "a function"))

    return apply


def _trace(value: Value) -> Value:
    value = as_matrix(value, "trace")
    need_square(value, "trace")
    return value.trace() if isinstance(value, MatrixBase) else Trace(value)


def _determinant(value: Value) -> Value:
    need_square(as_matrix(value, "det"), "det")
    return value.det() if isinstance(value, MatrixBase) else Determinant(value)


def _dot(left: Value, right: Value) -> Value:
    """As NumPy has it: of two vectors the inner product, else the matrix product."""
    left, right = as_matrix(left, "dot"), as_matrix(right, "dot")
    if left.shape[1] == right.shape[1] == 1 and left.shape != (1, 1):
        return inner(left, right)
    product = multiplied(left, right)
    return as_scalar(product, "dot") if is_matrix(product) and product.shape == (1, 1) else product


def _outer(left: Value, right: Value) -> Value:
    left, right = as_matrix(left, "outer"), as_matrix(right, "outer")
    if left.shape[1] != 1 or right.shape[1] != 1:
        raise AnswerError("outer takes two columns")
    return left * right.T


def _diagonal(value: Value) -> Value:
    value = as_matrix(value, "diag")
    return sympy.diag(*value) if isinstance(value, MatrixBase) else DiagMatrix(value)


def _size(value: Value) -> Value:
    if value.is_number and not (value.is_Integer and value > 0):
        raise ValueError(f"a size is a whole number from 1 on, and {value} is none")
    return value


def _hadamard(left: Value, right: Value) -> Value:
    left, right = as_matrix(left, "hadamard"), as_matrix(right, "hadamard")
    need_same_shape(left, right, "hadamard(A, B)")
    return HadamardProduct(left, right)


def _divide(left: Value, right: Value) -> Value:
    left, right = as_matrix(left, "divide"), as_matrix(right, "divide")
    need_same_shape(left, right, "divide(a, b)")
    return HadamardProduct(left, HadamardPower(right, -1))


def _power(base: Value, exponent: Value) -> Value:
    return (
        HadamardPower(base, as_scalar(exponent, "power"))
        if is_matrix(base)
        else powered(base, exponent)
    )


def _mean(value: Value) -> Value:
    value = as_matrix(value, "mean")
    return EntrySum(value) / (value.shape[0] * value.shape[1])


def holds(sign: str, left: Value, right: Value) -> Value:
    """1 where a relation holds, and 0 elsewhere; of vectors for every entry.

    >>> z = sympy.Symbol("z")
    >>> holds("≥", z, sympy.Integer(2)).subs(z, 2)
    1
    """
    if sign in ("<", "≥"):
        left, right = right, left
    over = left if right == 0 else added(left, multiplied(sympy.S.NegativeOne, right), "-")
    found = _entrywise(ENTRYWISE["step"])(over)  # left > right
    return (
        found if sign in ("<", ">") else added(sympy.S.One, multiplied(sympy.S.NegativeOne, found))
    )


def _chosen(condition: Value, one: Value, other: Value) -> Value:
    """One value where a condition is 1, another where it is 0."""
    rest = added(sympy.S.One, multiplied(sympy.S.NegativeOne, condition))
    return added(entrywise(condition, one), entrywise(rest, other))


def _heaviside(value: Value, middle: Value) -> Value:
    """The step with a value of its own at 0, as NumPy has it."""
    above = _entrywise(ENTRYWISE["step"])
    low = above(multiplied(sympy.S.NegativeOne, value))
    at = added(sympy.S.One, multiplied(sympy.S.NegativeOne, added(above(value), low)))
    return added(above(value), multiplied(as_scalar(middle, "heaviside"), at))


def _derivative(name: str) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        found = _entrywise(ENTRYWISE["sigmoid"] if name == "sigmoid" else sympy.tanh)(value)
        squared = entrywise(found, found)
        first = found if name == "sigmoid" else sympy.S.One
        return added(first, multiplied(sympy.S.NegativeOne, squared))

    return apply


def _softmax(value: Value) -> Value:
    value = as_matrix(value, "softmax")
    if value.shape[1] != 1:
        raise AnswerError(f"softmax needs a column vector, and got {shape_text(value)}")
    return Softmax(value)


def _softmax_jacobian(value: Value) -> Value:
    p = _softmax(value)
    return DiagMatrix(p) - p * p.T


DERIVATIVES = {
    "relu'": _entrywise(ENTRYWISE["step"]),
    "sigmoid'": _derivative("sigmoid"),
    "tanh'": _derivative("tanh"),
    "softmax'": _softmax_jacobian,
}
"""Derivatives of activations, as they are written on paper."""


FUNCTIONS: dict[str, tuple[int, Callable[..., Value], str]] = {
    "sqrt": (1, _entrywise(sympy.sqrt), "square root"),
    "exp": (1, _entrywise(sympy.exp), "exponential"),
    "log": (1, _entrywise(sympy.log), "natural logarithm"),
    "ln": (1, _entrywise(sympy.log), "natural logarithm"),
    "log2": (1, _entrywise(lambda z: sympy.log(z, 2)), "logarithm to base 2"),
    "log10": (1, _entrywise(lambda z: sympy.log(z, 10)), "logarithm to base 10"),
    "sin": (1, _entrywise(sympy.sin), "sine, radians"),
    "cos": (1, _entrywise(sympy.cos), "cosine, radians"),
    "tanh": (1, _entrywise(sympy.tanh), "hyperbolic tangent"),
    "abs": (1, _entrywise(sympy.Abs), "absolute value"),
    "sign": (1, _entrywise(sympy.sign), "sign"),
    "sgn": (1, _entrywise(sympy.sign), "sign"),
    "floor": (1, _entrywise(sympy.floor), "largest integer not above"),
    "ceil": (1, _entrywise(sympy.ceiling), "smallest integer not below"),
    "sigmoid": (1, _entrywise(ENTRYWISE["sigmoid"]), "1 / (1 + exp(-z))"),
    "relu": (1, _entrywise(ENTRYWISE["relu"]), "max(z, 0)"),
    "step": (1, _entrywise(ENTRYWISE["step"]), "1 if z > 0 else 0"),
    "min": (2, sympy.Min, "smaller of two numbers"),
    "max": (2, sympy.Max, "larger of two numbers"),
    "factorial": (1, sympy.factorial, "factorial"),
    "binomial": (2, sympy.binomial, "binomial coefficient"),
    "norm": (1, lambda v: Norm(as_matrix(v, "norm")), "Euclidean (Frobenius) norm"),
    "transpose": (1, lambda A: as_matrix(A, "transpose").T, "transpose, also A.T"),
    "trace": (1, _trace, "trace"),
    "det": (1, _determinant, "determinant"),
    "sum": (1, lambda v: EntrySum(as_matrix(v, "sum")), "sum of all entries"),
    "mean": (1, _mean, "mean of all entries"),
    "inv": (1, inverted, "inverse"),
    "solve": (2, lambda A, b: multiplied(inverted(as_matrix(A, "solve")), b), "inv(A) @ b"),
    "pinv": (1, pseudo_inverted, "pseudo-inverse"),
    "dot": (2, _dot, "inner product of two vectors, else the matrix product"),
    "outer": (2, _outer, "outer product of two vectors"),
    "diag": (1, _diagonal, "diagonal matrix of a vector"),
    "hadamard": (2, _hadamard, "entrywise product"),
    "divide": (2, _divide, "entrywise quotient"),
    "square": (1, lambda v: entrywise(v, v), "square, of every entry"),
    "power": (2, _power, "power, of every entry"),
    "matrix_power": (2, powered, "power of a square matrix"),
    "where": (3, _chosen, "the second where the first is 1, else the third"),
    "heaviside": (2, _heaviside, "step with a value at 0"),
    "softmax": (1, _softmax, "exp(v) over the sum of its entries"),
    "dsoftmax": (1, _softmax_jacobian, "Jacobian matrix of softmax"),
    "eye": (1, lambda size: Identity(_size(size)), "identity matrix of a size"),
    "ones": (1, lambda size: OneMatrix(_size(size), 1), "vector of ones"),
    "zeros": (1, lambda size: ZeroMatrix(_size(size), 1), "vector of zeros"),
}
"""Name: number of arguments, what it builds, what it means."""

SCALARS_ONLY = {"min", "max", "factorial", "binomial", "eye", "ones", "zeros"}
"""Those of them that take numbers and no matrices."""

WRAPPERS = {"array", "asarray", "tensor", "matrix"}
"""What stands around a list in code and adds nothing."""

OTHER_NAMES = {
    "absolute": "abs", "fabs": "abs", "maximum": "max", "minimum": "min", "comb": "binomial",
    "binom": "binomial", "identity": "eye", "multiply": "hadamard", "tr": "trace", "vdot": "dot",
    "matmul": "dot", "inner": "dot", "mm": "dot", "mv": "dot", "inverse": "inv", "expit": "sigmoid",
    "ceiling": "ceil", "true_divide": "divide", "pow": "power", "pinverse": "pinv",
    "sigma": "sigmoid", "len": "len",
    **{name: "list" for name in WRAPPERS},
}  # fmt: skip
"""Names of NumPy, torch and LaTeX for the same."""


def called(name: str, arguments: list[Value]) -> Value:
    """The value of a call.

    Raises:
        AnswerError: if the number or the shapes of the arguments are wrong.

    >>> called("max", [sympy.Integer(2), sympy.Integer(3)])
    3
    """
    count, build, meaning = FUNCTIONS[name]
    if name == "norm" and len(arguments) == 2 and arguments[1] == 2:
        arguments = arguments[:1]
    if name in ("min", "max") and len(arguments) > 2:
        count = len(arguments)
    if len(arguments) != count:
        raise AnswerError(f"{name} ({meaning}) takes {count} argument(s)")
    if name in SCALARS_ONLY:
        arguments = [as_scalar(argument, name) for argument in arguments]
    if name == "factorial" and arguments[0].is_number and arguments[0] > LARGEST_POWER:
        raise AnswerError(f"the factorial of {arguments[0]} is too large to compute")
    return build(*arguments)
