"""What a typed answer may call, and the shapes that its matrices need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
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

from hwcode.checking.errors import AnswerError
from hwcode.checking.expressions import ENTRYWISE, EntrySum, Norm, PseudoInverse, Softmax

__all__ = [
    "FUNCTIONS",
    "SCALARS_ONLY",
    "Value",
    "as_matrix",
    "as_scalar",
    "is_matrix",
    "matrix_product",
    "need_same_shape",
    "need_square",
]

Value = Any  # a SymPy scalar, a SymPy matrix expression, or an explicit matrix


def is_matrix(value: Value) -> bool:
    """Whether it is a vector or matrix, of symbols or of numbers."""
    return isinstance(value, (MatrixExpr, MatrixBase))


def as_scalar(value: Value, what: str) -> Value:
    """The number in it: a 1 x 1 matrix counts as one, which is how ``a.T @ b`` is meant.

    Raises:
        AnswerError: for a larger matrix; ``what`` tells who needs a number.

    >>> as_scalar(sympy.Matrix([[3]]), "an exponent")
    3
    >>> as_scalar(sympy.Matrix([1, 2]), "an exponent")
    Traceback (most recent call last):
    hwcode.checking.errors.AnswerError: an exponent needs a number, and got a matrix of shape 2 x 1
    """
    if not is_matrix(value):
        return value
    if value.shape == (1, 1):
        return value[0, 0] if isinstance(value, MatrixBase) else Trace(value)
    raise AnswerError(f"{what} needs a number, and got a matrix of shape {_shape(value)}")


def as_matrix(value: Value, what: str) -> Value:
    """The same value, if it is a matrix.

    Raises:
        AnswerError: for a number.
    """
    if is_matrix(value):
        return value
    raise AnswerError(f"{what} needs a vector or matrix, and got the number {value}")


def need_square(value: Value, what: str) -> None:
    """Raise AnswerError if a matrix has not as many rows as columns."""
    if value.shape[0] != value.shape[1]:
        raise AnswerError(f"{what} needs a square matrix, and got {_shape(value)}")


def need_same_shape(left: Value, right: Value, what: str) -> None:
    """Raise AnswerError if two matrices differ in shape."""
    if left.shape != right.shape:
        raise AnswerError(f"{what} needs equal shapes, and got {_shape(left)} and {_shape(right)}")


def matrix_product(left: Value, right: Value) -> Value:
    """The product of two matrices; a 1 x 1 matrix may also stand for the number in it.

    Raises:
        AnswerError: if their shapes do not fit.
    """
    if left.shape[1] == right.shape[0]:
        return left * right
    for one, other in ((left, right), (right, left)):
        if one.shape == (1, 1):
            return as_scalar(one, "@") * other
    raise AnswerError(
        f"a matrix of shape {_shape(left)} times one of shape {_shape(right)} is not defined"
        " (X.T is the transpose)"
    )


def _shape(value: Value) -> str:
    return " x ".join(str(size) for size in value.shape)


def _entrywise(function: Callable[[Any], Any]) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        if is_matrix(value):
            return value.applyfunc(function)
        return function(value)

    return apply


def _trace(value: Value) -> Value:
    value = as_matrix(value, "trace")
    return value.trace() if isinstance(value, MatrixBase) else Trace(value)


def _inverse(value: Value) -> Value:
    if not is_matrix(value):
        return 1 / value
    need_square(value, "inv")
    return value.inv() if isinstance(value, MatrixBase) else value.I


def _pseudo_inverse(value: Value) -> Value:
    value = as_matrix(value, "pinv")
    return value.pinv() if isinstance(value, MatrixBase) else PseudoInverse(value)


def _determinant(value: Value) -> Value:
    need_square(as_matrix(value, "det"), "det")
    return value.det() if isinstance(value, MatrixBase) else Determinant(value)


def _dot(left: Value, right: Value) -> Value:
    product = matrix_product(as_matrix(left, "dot").T, as_matrix(right, "dot"))
    return as_scalar(product, "dot")


def _diagonal(value: Value) -> Value:
    value = as_matrix(value, "diag")
    return sympy.diag(*value) if isinstance(value, MatrixBase) else DiagMatrix(value)


def _hadamard(left: Value, right: Value) -> Value:
    left, right = as_matrix(left, "hadamard"), as_matrix(right, "hadamard")
    need_same_shape(left, right, "hadamard(A, B)")
    return HadamardProduct(left, right)


def _divide(left: Value, right: Value) -> Value:
    left, right = as_matrix(left, "divide"), as_matrix(right, "divide")
    need_same_shape(left, right, "divide(a, b)")
    return HadamardProduct(left, HadamardPower(right, -1))


def _softmax(value: Value) -> Value:
    value = as_matrix(value, "softmax")
    if value.shape[1] != 1:
        raise AnswerError(f"softmax needs a column vector, and got {_shape(value)}")
    return Softmax(value)


def _softmax_jacobian(value: Value) -> Value:
    p = _softmax(value)
    return DiagMatrix(p) - p * p.T


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
    "inv": (1, _inverse, "inverse"),
    "pinv": (1, _pseudo_inverse, "pseudo-inverse"),
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
SCALARS_ONLY = {"min", "max", "factorial", "binomial", "eye", "ones", "zeros"}
"""Those of them that take numbers and no matrices."""
