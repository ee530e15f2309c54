"""Operations on vectors and matrices that homework answers need and SymPy lacks.

They print as they are typed, and as LaTeX; :func:`hwcode.checking.expressions.evaluate` knows their
values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from sympy import Expr
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase
from sympy.printing.precedence import PRECEDENCE

__all__ = [
    "ENTRYWISE",
    "AtPoint",
    "EntrySum",
    "MatrixOfMatrix",
    "Norm",
    "OfMatrix",
    "PseudoInverse",
    "Softmax",
    "UndefinedError",
    "Valued",
    "entrywise_name",
    "whole",
]

Valued = Callable[[Any, Mapping[Any, Any]], Any]
"""The value of an expression at a point."""


class UndefinedError(ArithmeticError):
    """The expression has no value at this point (a division by zero, a singular matrix)."""


def whole(value: Any, what: str) -> int:
    """A value as a Python number; :class:`UndefinedError` if it is no whole number."""
    if not value.is_Integer:
        raise UndefinedError(f"{what} would be {value} here, and has to be a whole number")
    return int(value)


class AtPoint:
    """An expression that computes its own value, as more is needed than those of its arguments."""

    def at(self, point: Mapping[Any, Any], value_of: Valued) -> Any:
        """The value at a point; ``value_of`` gives those of other expressions there."""
        raise NotImplementedError


class OfMatrix(Expr):
    """A real number computed from one matrix expression."""

    is_commutative = True
    is_real = True

    def __new__(cls, argument: MatrixExpr | MatrixBase) -> OfMatrix:
        argument = sympy.sympify(argument)
        if not getattr(argument, "is_Matrix", False):
            raise TypeError(f"{cls.__name__} takes a matrix or vector, not {argument}")
        return Expr.__new__(cls, argument)

    def doit(self, **hints: Any) -> Expr:
        argument = self.args[0].doit(**hints)
        return self._value(argument) if isinstance(argument, MatrixBase) else self.func(argument)


class Norm(OfMatrix):
    """Euclidean norm of a vector; Frobenius norm of a matrix.

    >>> Norm(sympy.ImmutableMatrix([3, 4])).doit()
    5
    """

    is_nonnegative = True

    @staticmethod
    def _value(value: MatrixBase) -> Expr:
        return sympy.sqrt(sympy.Add(*[entry**2 for entry in value]))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = rf"\left\lVert {printer._print(self.args[0])} \right\rVert_2"
        return text if exp is None else f"{text}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"norm({printer._print(self.args[0])})"


class EntrySum(OfMatrix):
    """Sum of all entries of a vector or matrix.

    >>> EntrySum(sympy.ImmutableMatrix([3, 4])).doit()
    7
    """

    @staticmethod
    def _value(value: MatrixBase) -> Expr:
        return sympy.Add(*value)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = rf"\mathbf{{1}}^{{\top}} \left({printer._print(self.args[0])}\right)"
        if self.args[0].shape[1] != 1:
            text = rf"{text} \mathbf{{1}}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"sum({printer._print(self.args[0])})"


class MatrixOfMatrix(MatrixExpr):
    """A matrix computed from one matrix expression."""

    def __new__(cls, argument: MatrixExpr | MatrixBase) -> MatrixOfMatrix:
        argument = sympy.sympify(argument)
        if not getattr(argument, "is_Matrix", False):
            raise TypeError(f"{cls.__name__} takes a matrix or vector, not {argument}")
        return MatrixExpr.__new__(cls, argument)

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)

    def doit(self, **hints: Any) -> MatrixExpr | MatrixBase:
        argument = self.args[0].doit(**hints)
        return self._value(argument) if isinstance(argument, MatrixBase) else self.func(argument)


class PseudoInverse(MatrixOfMatrix):
    """Moore and Penrose's pseudo-inverse, of a matrix of any rank [Penrose 1955].

    >>> PseudoInverse(sympy.ImmutableMatrix([[2, 0, 0], [0, 0, 0]])).doit()
    Matrix([
    [1/2, 0],
    [  0, 0],
    [  0, 0]])
    """

    @property
    def shape(self) -> tuple[Any, Any]:
        return self.args[0].shape[::-1]

    @staticmethod
    def _value(value: MatrixBase) -> MatrixBase:
        return value.pinv()

    def _latex(self, printer: Any) -> str:
        return rf"{printer.parenthesize(self.args[0], PRECEDENCE['Atom'], strict=True)}^{{+}}"

    def _sympystr(self, printer: Any) -> str:
        return f"pinv({printer._print(self.args[0])})"


class Softmax(MatrixOfMatrix):
    """Softmax of a vector: the exponentials of its entries over their sum.

    >>> Softmax(sympy.ImmutableMatrix([0, sympy.log(3)])).doit()
    Matrix([
    [1/4],
    [3/4]])
    """

    def __new__(cls, argument: MatrixExpr | MatrixBase) -> Softmax:
        softmax = super().__new__(cls, argument)
        if softmax.args[0].shape[1] != 1:
            raise TypeError(f"softmax takes a column vector, not {argument}")
        return softmax

    @property
    def shape(self) -> tuple[Any, Any]:
        return self.args[0].shape

    @staticmethod
    def _value(value: MatrixBase) -> MatrixBase:
        powers = value.applyfunc(sympy.exp)
        return powers / sympy.Add(*powers)

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{softmax}}\left({printer._print(self.args[0])}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"softmax({printer._print(self.args[0])})"


ENTRYWISE: dict[str, Callable[[Any], Any]] = {
    "sqrt": sympy.sqrt,
    "exp": sympy.exp,
    "log": sympy.log,
    "sigmoid": lambda z: 1 / (1 + sympy.exp(-z)),
    "relu": lambda z: sympy.Max(z, 0),
    "step": lambda z: sympy.Heaviside(z, 0),
}
"""Functions that are applied to every entry of a vector, by the names that are typed."""


def entrywise_name(node: ElementwiseApplyFunction) -> str:
    """The typed name of the function that is applied.

    >>> entrywise_name(sympy.MatrixSymbol("z", 2, 1).applyfunc(ENTRYWISE["step"]))
    'step'
    """
    entry = sympy.Dummy(real=True)
    for name, function in ENTRYWISE.items():
        if node.function(entry) == function(entry):
            return name
    return str(node.function)
