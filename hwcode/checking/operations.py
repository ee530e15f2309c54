"""Sums, products and powers of numbers, vectors and matrices of symbolic shapes.

What an answer leaves open is settled here by the shapes: ``I`` and a bold ``1`` take the size that
fits, a number added to a vector is added to every entry. Whatever does not fit is refused with the
two shapes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy.matrices.expressions import (
    HadamardPower,
    HadamardProduct,
    Identity,
    MatrixExpr,
    OneMatrix,
    Trace,
)
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.errors import AnswerError
from hwcode.checking.expressions import Norm, PseudoInverse

__all__ = [
    "LARGEST_POWER",
    "Unsized",
    "Value",
    "absolute",
    "added",
    "as_matrix",
    "as_scalar",
    "divided",
    "entrywise",
    "inner",
    "inverted",
    "is_matrix",
    "is_vector",
    "length",
    "multiplied",
    "need_same_shape",
    "need_square",
    "powered",
    "pseudo_inverted",
    "shape_text",
    "transposed",
]

LARGEST_POWER = 10_000
"""Constant exponents above this are refused: ``9**9**9`` and ``1e999999`` would fill the memory."""

Value = Any  # a SymPy scalar, a SymPy matrix expression, an explicit matrix, or an Unsized


@dataclass(frozen=True)
class Unsized:
    """A multiple of ``I``, or of the vector of ones, whose size the answer does not say."""

    kind: str
    factor: Any = sympy.S.One
    row: bool = False

    def __str__(self) -> str:
        return "I" if self.kind == "I" else "the vector of ones"

    def like(self, other: Value) -> Value:
        """With the shape of a matrix that it is added to."""
        if self.kind == "I":
            need_square(other, "'+' with I")
            return self.factor * Identity(other.shape[0])
        return self.factor * OneMatrix(*other.shape)

    def before(self, other: Value) -> Value:
        """The product with a matrix at its right."""
        if self.kind == "I":
            return self.factor * other
        if not self.row:
            raise AnswerError("the size of the vector of ones is not said: ones(n)")
        return self.factor * (OneMatrix(1, other.shape[0]) * other)

    def behind(self, other: Value) -> Value:
        """The product with a matrix at its left."""
        if self.kind == "I":
            return self.factor * other
        if self.row:
            raise AnswerError("the size of the vector of ones is not said: ones(n).T")
        return self.factor * (other * OneMatrix(other.shape[1], 1))


def is_matrix(value: Value) -> bool:
    """Whether it is a vector or matrix, of symbols or of numbers."""
    return isinstance(value, (MatrixExpr, MatrixBase))


def is_vector(value: Value) -> bool:
    """Whether it is a matrix of one column or row, and no number."""
    return is_matrix(value) and 1 in value.shape and value.shape != (1, 1)


def shape_text(value: Value) -> str:
    """The shape of a matrix, as ``n x d``."""
    return " x ".join(str(size) for size in value.shape)


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
    if isinstance(value, Unsized):
        raise AnswerError(f"{what} needs a number, and got {value} (see eye(n), ones(n))")
    if not is_matrix(value):
        return value
    if value.shape == (1, 1):
        return value[0, 0] if isinstance(value, MatrixBase) else Trace(value)
    raise AnswerError(f"{what} needs a number, and got a matrix of shape {shape_text(value)}")


def as_matrix(value: Value, what: str) -> Value:
    """The same value, if it is a matrix.

    Raises:
        AnswerError: for a number, or an ``I`` without a size.
    """
    if is_matrix(value):
        return value
    if isinstance(value, Unsized):
        raise AnswerError(f"the size of {value} is not said: eye(n), ones(n)")
    raise AnswerError(f"{what} needs a vector or matrix, and got the number {value}")


def need_square(value: Value, what: str) -> None:
    """Raise AnswerError if a matrix has not as many rows as columns."""
    if value.shape[0] != value.shape[1]:
        raise AnswerError(f"{what} needs a square matrix, and got {shape_text(value)}")


def need_same_shape(left: Value, right: Value, what: str) -> None:
    """Raise AnswerError if two matrices differ in shape."""
    if left.shape != right.shape:
        shapes = f"{shape_text(left)} and {shape_text(right)}"
        raise AnswerError(f"{what} needs equal shapes, and got {shapes}")


def added(left: Value, right: Value, sign: str = "+") -> Value:
    """The sum; a number beside a vector is added to each entry.

    Raises:
        AnswerError: if the shapes do not fit.

    >>> z = sympy.MatrixSymbol("z", 3, 1)
    >>> added(sympy.Integer(1), z) == z + OneMatrix(3, 1)
    True
    """
    if isinstance(left, Unsized) and isinstance(right, Unsized):
        if (left.kind, left.row) != (right.kind, right.row):
            raise AnswerError("I and the vector of ones can't be added")
        return replace(left, factor=left.factor + right.factor)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Unsized) and is_matrix(other):
            return one.like(other) + other
    if is_matrix(left) and is_matrix(right):
        need_same_shape(left, right, f"'{sign}'")
        return left + right
    for one, other in ((left, right), (right, left)):
        if is_vector(one) and not is_matrix(other) and not isinstance(other, Unsized):
            return one + other * OneMatrix(*one.shape)
    if is_matrix(left) or is_matrix(right):
        what = f"'{sign}' between a number and a matrix (see eye(n), ones(n))"
        return as_scalar(left, what) + as_scalar(right, what)
    if isinstance(left, Unsized) or isinstance(right, Unsized):
        raise AnswerError(f"'{sign}' between a number and I (see eye(n), ones(n))")
    return left + right


def multiplied(left: Value, right: Value) -> Value:
    """The product: of numbers, of a number and a matrix, or the matrix product.

    Raises:
        AnswerError: if the shapes of two matrices do not fit.
    """
    left, right = (_bare(one, other) for one, other in ((left, right), (right, left)))
    if isinstance(left, Unsized) and is_matrix(right):
        return left.before(right)
    if isinstance(right, Unsized) and is_matrix(left):
        return right.behind(left)
    if isinstance(left, Unsized) and isinstance(right, Unsized):
        if left.kind == "I":
            return replace(right, factor=left.factor * right.factor)
        if right.kind == "I":
            return replace(left, factor=left.factor * right.factor)
        raise AnswerError("the size of the vector of ones is not said: ones(n)")
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Unsized):
            return replace(one, factor=one.factor * other)
    if not (is_matrix(left) and is_matrix(right)):
        return left * right
    if left.shape[1] == right.shape[0]:
        return left * right
    for one, other in ((left, right), (right, left)):
        if one.shape == (1, 1):
            return as_scalar(one, "@") * other
    raise AnswerError(
        f"a matrix of shape {shape_text(left)} times one of shape {shape_text(right)} is not"
        " defined (X.T is the transpose)"
    )


def _bare(value: Value, beside: Value) -> Value:
    """A number instead of a 1 x 1 matrix beside an I, which need not have that size."""
    return (
        as_scalar(value, "@")
        if isinstance(beside, Unsized) and is_matrix(value) and (value.shape == (1, 1))
        else value
    )


def entrywise(left: Value, right: Value) -> Value:
    """The entrywise product of two matrices of one shape, or of a number and a matrix."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Unsized) and is_matrix(other):
            if one.kind == "I":
                raise AnswerError("an entrywise product with I: write eye(n)")
            return one.factor * other
    if not (is_matrix(left) and is_matrix(right)):
        return left * right
    need_same_shape(left, right, "hadamard(A, B)")
    return HadamardProduct(left, right)


def inner(left: Value, right: Value) -> Value:
    """The inner product of two columns."""
    left, right = as_matrix(left, "dot"), as_matrix(right, "dot")
    if left.shape[1] != 1 or right.shape[1] != 1:
        raise AnswerError("an inner product takes two columns")
    return as_scalar(multiplied(left.T, right), "dot")


def divided(left: Value, right: Value) -> Value:
    """The quotient by a number; of vectors of one shape entry by entry.

    Raises:
        AnswerError: if the divisor is zero, or a matrix that is no vector.
    """
    if is_vector(right):
        if not is_matrix(left):
            raise AnswerError("a number over a vector: divide(ones(n), v) goes entry by entry")
        need_same_shape(left, right, "divide(a, b)")
        return HadamardProduct(left, HadamardPower(right, -1))
    divisor = as_scalar(right, "a division (inv(A) is the inverse, divide(a, b) goes by entries)")
    if divisor == 0:
        raise AnswerError("division by zero")
    if isinstance(left, Unsized):
        return replace(left, factor=left.factor / divisor)
    return left / divisor


def powered(base: Value, exponent: Value) -> Value:
    """A power of a number or of a square matrix.

    Raises:
        AnswerError: if the exponent is no number or too large, or the base not square.
    """
    exponent = as_scalar(exponent, "an exponent")
    if exponent.is_number and abs(exponent) > LARGEST_POWER:
        raise AnswerError(f"the exponent {exponent} is above {LARGEST_POWER}")
    if isinstance(base, Unsized):
        if base.kind != "I":
            raise AnswerError("a power of the vector of ones")
        return replace(base, factor=base.factor**exponent)
    if not is_matrix(base):
        if base == 0 and exponent.is_negative:
            raise AnswerError("division by zero")
        return base**exponent
    if base.shape == (1, 1):
        return as_scalar(base, "**") ** exponent
    need_square(base, "a power (hadamard(v, v) squares every entry, norm(v)**2 is a number), which")
    if isinstance(base, MatrixBase) and not exponent.is_Integer:
        raise AnswerError("a matrix of numbers takes a whole exponent")
    return base**exponent


def transposed(value: Value) -> Value:
    """The transpose; of a number itself."""
    if isinstance(value, Unsized):
        return replace(value, row=not value.row) if value.kind == "1" else value
    return value.T if is_matrix(value) else value


def inverted(value: Value) -> Value:
    """The inverse of a square matrix, or of a number."""
    if isinstance(value, Unsized):
        return powered(value, sympy.S.NegativeOne)
    if not is_matrix(value):
        return divided(sympy.S.One, value)
    need_square(value, "inv")
    return value.inv() if isinstance(value, MatrixBase) else value.I


def pseudo_inverted(value: Value) -> Value:
    """The pseudo-inverse of a matrix."""
    value = as_matrix(value, "pinv")
    return value.pinv() if isinstance(value, MatrixBase) else PseudoInverse(value)


def absolute(value: Value) -> Value:
    """The absolute value of a number, or of every entry."""
    return value.applyfunc(sympy.Abs) if is_matrix(value) else sympy.Abs(value)


def length(value: Value) -> Value:
    """The Euclidean norm of a vector, Frobenius' of a matrix; of a number its absolute value."""
    return Norm(value) if is_matrix(value) else sympy.Abs(as_scalar(value, "norm"))
