"""Expressions with a place or a variable of their own: lines of matrices, sums of matrices, slopes.

A slope is a derivative at a place, in one number or in all entries of a vector. It is computed by
exact differentiation of the value at a point, so it knows every function that has a value there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from sympy import Expr, ImmutableMatrix
from sympy.matrices.expressions import HadamardProduct, MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.nodes import AtPoint, EntrySum, Norm, UndefinedError, Valued, whole

__all__ = ["Line", "Slope", "Slopes", "Total", "derivative"]


class Line(AtPoint, MatrixExpr):
    """A row or a column of a matrix, as a column; its place counts from 0.

    >>> Line(sympy.ImmutableMatrix([[1, 2], [3, 4]]), 0, 1).doit()
    Matrix([
    [3],
    [4]])
    """

    def __new__(cls, argument: MatrixExpr | MatrixBase, axis: int, place: Any) -> Line:
        return MatrixExpr.__new__(cls, sympy.sympify(argument), sympy.Integer(axis), place)

    @property
    def shape(self) -> tuple[Any, Any]:
        return self.args[0].shape[1 - int(self.args[1])], sympy.S.One

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)

    def doit(self, **hints: Any) -> MatrixExpr | MatrixBase:
        argument, place = self.args[0].doit(**hints), self.args[2]
        if not (isinstance(argument, MatrixBase) and place.is_Integer):
            return self.func(argument, *self.args[1:])
        return self.of(argument, int(place))

    def at(self, point: Mapping[Any, Any], value_of: Valued) -> Any:
        value = value_of(self.args[0], point)
        place = whole(value_of(self.args[2], point), "the index")
        if not 0 <= place < value.shape[int(self.args[1])]:
            raise UndefinedError(f"{self.args[0]} has no line {place} here")
        return self.of(value, place)

    def of(self, value: MatrixBase, place: int) -> MatrixBase:
        """The line of an explicit matrix."""
        return value[place, :].T if self.args[1] == 0 else value[:, place]

    def _latex(self, printer: Any) -> str:
        place = printer._print(self.args[2])
        where = rf"{place},:" if self.args[1] == 0 else rf":,{place}"
        return rf"\left[{printer._print(self.args[0])}\right]_{{{where}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"line({', '.join(printer._print(part) for part in self.args)})"


class Total(AtPoint, MatrixExpr):
    """The sum of a matrix expression over an index, both ends included."""

    def __new__(cls, body: MatrixExpr, index: Any, low: Any, high: Any) -> Total:
        return MatrixExpr.__new__(cls, body, index, sympy.sympify(low), sympy.sympify(high))

    @property
    def shape(self) -> tuple[Any, Any]:
        return self.args[0].shape

    @property
    def free_symbols(self) -> set[Any]:
        body, index, low, high = self.args
        return (body.free_symbols - {index}) | low.free_symbols | high.free_symbols

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)

    def doit(self, **hints: Any) -> MatrixExpr:
        return self.func(self.args[0].doit(**hints), *self.args[1:])

    def at(self, point: Mapping[Any, Any], value_of: Valued) -> Any:
        body, index, low, high = self.args
        first, last = (whole(value_of(end, point), "the end of a range") for end in (low, high))
        if last < first:
            raise UndefinedError("a sum of matrices without terms")
        terms = [value_of(body, {**point, index: i}) for i in range(first, last + 1)]
        return sum(terms[1:], terms[0])

    def _latex(self, printer: Any) -> str:
        body, index, low, high = (printer._print(part) for part in self.args)
        return rf"\sum_{{{index}={low}}}^{{{high}}} \left({body}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"total({', '.join(printer._print(part) for part in self.args)})"


class _Derivative(AtPoint):
    """A derivative of ``body`` in a variable, taken at a place.

    Its arguments are the body, the variable, which stands for nothing outside, the place, and how
    many times it is derived.
    """

    args: tuple[Any, ...]

    @property
    def free_symbols(self) -> set[Any]:
        body, variable, place, _ = self.args
        return (body.free_symbols - {variable, *variable.free_symbols}) | place.free_symbols

    def doit(self, **hints: Any) -> Any:
        return self

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body, variable, place, times = (printer._print(part) for part in self.args)
        raised = "" if times == "1" else f"^{times}"
        told = rf"\left.\nabla{raised}_{{{variable}}} \left({body}\right)\right|_{{{place}}}"
        return told if exp is None else rf"\left({told}\right)^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"derivative({', '.join(printer._print(part) for part in self.args)})"

    def at(self, point: Mapping[Any, Any], value_of: Valued) -> Any:
        body, variable, place, times = self.args
        where = value_of(place, point)
        entries = list(where) if isinstance(where, MatrixBase) else [where]
        moving = [sympy.Dummy(real=True) for _ in entries]
        value = moving[0]
        if isinstance(where, MatrixBase):
            value = ImmutableMatrix(*where.shape, moving)
        found = value_of(body, {**point, **{one: one for one in moving}, variable: value})
        if isinstance(found, MatrixBase) and found.shape == (1, 1):
            found = found[0, 0]
        if not isinstance(where, MatrixBase):
            return _slope(found, moving * int(times), moving, entries)
        if times == 1:
            each = [_slope(found, [one], moving, entries) for one in moving]
            return ImmutableMatrix(*where.shape, each)
        return ImmutableMatrix(
            [[_slope(found, [a, b], moving, entries) for b in moving] for a in moving]
        )


def _slope(value: Any, by: list[Any], moving: list[Any], place: list[Any]) -> Any:
    """The derivative of a value in some numbers, one after the other, at a place."""
    if isinstance(value, MatrixBase):
        return value.applyfunc(lambda entry: _slope(entry, by, moving, place))
    try:  # of a polynomial by its coefficients, which is many times faster
        return sympy.Poly(value, *moving).diff(*by).eval(tuple(place))
    except sympy.PolynomialError:
        return sympy.diff(value, *by).xreplace(dict(zip(moving, place, strict=True)))


class Slope(_Derivative, Expr):
    """A derivative in one number: itself a number."""

    is_commutative = True
    is_real = True


class Slopes(_Derivative, MatrixExpr):
    """The gradient in a vector, its second derivatives as a matrix, or the derivative of a matrix.

    >>> X, w = sympy.MatrixSymbol("X", 2, 2), sympy.MatrixSymbol("w", 2, 1)
    >>> found = derivative(sympy.Trace(w.T * w), w, w)
    >>> from hwcode.checking.expressions import evaluate
    >>> evaluate(found, {w: ImmutableMatrix([3, 4])})
    Matrix([
    [6],
    [8]])
    """

    @property
    def shape(self) -> tuple[Any, Any]:
        body, variable, _, times = self.args
        if not getattr(variable, "is_Matrix", False):
            return body.shape
        return variable.shape if times == 1 else (variable.shape[0], variable.shape[0])

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)


def _is_square(node: Any) -> bool:
    return isinstance(node, sympy.Pow) and isinstance(node.base, Norm) and node.exp.is_even is True


def _without_root(node: Any) -> Any:
    """The square of a norm as the sum of squares: a root of many terms takes SymPy long."""
    (inner,) = node.base.args
    return EntrySum(HadamardProduct(inner, inner)) ** (node.exp / 2)


def derivative(body: Any, variable: Any, place: Any, times: int = 1) -> Any:
    """The derivative of an expression in a symbol, at a place.

    Args:
        body: a number or a matrix expression.
        variable: a symbol of it, for a number or a column.
        place: where: a value of the symbol's shape.
        times: 1 or more in a number, 1 or 2 in a column.

    Raises:
        ValueError: if there is no such derivative here: of a matrix in a column, say.
    """
    of_matrix = getattr(body, "is_Matrix", False) and body.shape != (1, 1)
    body = body.replace(_is_square, _without_root)
    if getattr(variable, "is_Matrix", False):
        if of_matrix or variable.shape[1] != 1 or times > 2:
            raise ValueError("a gradient is that of a number, in the entries of a column")
        bound = sympy.MatrixSymbol(f"_{variable.name}", *variable.shape)
        kind: type[Any] = Slopes
    else:
        if not (of_matrix or body.has(sympy.MatrixSymbol)):
            found = sympy.diff(body, variable, times)
            if not found.has(sympy.Derivative):
                return found.xreplace({variable: sympy.sympify(place)})
        bound = sympy.Symbol(f"_{variable.name}", **variable.assumptions0)
        kind = Slopes if of_matrix else Slope
    return kind(body.xreplace({variable: bound}), bound, sympy.sympify(place), sympy.Integer(times))
