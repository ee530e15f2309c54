"""The language of answers: SymPy expressions in scalars and matrices, and their exact values.

An answer such as :math:`\\frac{2}{n} X^\\top (Xw - t)` is a SymPy expression in symbols whose
shapes are themselves symbols. SymPy's matrix expressions carry the algebra, with a few operations
more (norms, sums of entries, softmax, pseudo-inverses); :func:`evaluate` computes the value of an
expression at concrete numbers without rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from sympy import Expr, ImmutableMatrix, MatrixSymbol, Symbol
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    OneMatrix,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.determinant import Determinant
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from hwcode.checking.nodes import (
    ENTRYWISE,
    AtPoint,
    EntrySum,
    MatrixOfMatrix,
    Norm,
    OfMatrix,
    PseudoInverse,
    Softmax,
    UndefinedError,
    entrywise_name,
    whole,
)

__all__ = [
    "ENTRYWISE",
    "EntrySum",
    "Norm",
    "Point",
    "PseudoInverse",
    "Softmax",
    "UndefinedError",
    "decimal_text",
    "entrywise_name",
    "evaluate",
    "matrix",
    "scalar",
    "value_text",
    "vector",
]

Point = Mapping[Any, Any]
"""Concrete values: a number for each scalar symbol, an explicit matrix for each matrix symbol."""


LONG = 300
"""Bits of a number that nobody would read to its end; it is shown in decimals."""

LATEX_NAMES: dict[Any, str] = {}
"""How symbols are printed whose name SymPy reads otherwise."""


def scalar(name: str, latex: str | None = None, **assumptions: bool) -> Symbol:
    """A real scalar symbol.

    Args:
        name: the name that is typed, such as ``sigma``.
        latex: how it is printed, where that is not SymPy's own reading of the name.
        assumptions: SymPy assumptions (``positive=True``, ``integer=True``); they decide which
            values a check draws for it. ``real=True`` is the default.

    >>> scalar("sigma", positive=True).is_positive
    True
    """
    symbol = Symbol(name, **{"real": True, **assumptions})
    if latex is not None:
        LATEX_NAMES[symbol] = latex
    return symbol


def vector(name: str, size: Symbol | int, latex: str | None = None) -> MatrixSymbol:
    """A column vector symbol with ``size`` entries; ``latex`` as for :func:`scalar`.

    >>> n = scalar("n", integer=True, positive=True)
    >>> vector("t", n).shape
    (n, 1)
    """
    return matrix(name, size, 1, latex)


def matrix(
    name: str, rows: Symbol | int, columns: Symbol | int, latex: str | None = None
) -> MatrixSymbol:
    """A matrix symbol of shape ``rows x columns``; ``latex`` as for :func:`scalar`.

    >>> matrix("X", 3, 2).shape
    (3, 2)
    """
    symbol = MatrixSymbol(name, rows, columns)
    if latex is not None:
        LATEX_NAMES[symbol] = latex
    return symbol


def evaluate(expression: Any, point: Point) -> Expr | ImmutableMatrix:
    """The value of an expression at a point, without rounding.

    Args:
        expression: a SymPy scalar or matrix expression, an explicit matrix of expressions, or a
            number.
        point: a value for every symbol of the expression, dimensions included.

    Returns:
        A SymPy number, or an explicit matrix of numbers. Values that are not rational stay
        symbolic (``sqrt(2)``), so nothing is rounded.

    Raises:
        UndefinedError: where the expression has no value there.

    >>> n, d = scalar("n", integer=True), scalar("d", integer=True)
    >>> X, w = matrix("X", n, d), vector("w", d)
    >>> at = {n: 2, d: 1, X: sympy.ImmutableMatrix([1, 2]), w: sympy.ImmutableMatrix([3])}
    >>> evaluate((X.T * X).I * X.T * X * w / n, at)
    Matrix([[3/2]])
    """
    value = _value(sympy.sympify(expression), point)
    if isinstance(value, MatrixBase):
        if any(not _finite(entry) for entry in value):
            raise UndefinedError(f"{expression} is not finite here")
        return ImmutableMatrix(value)
    if not _finite(value):
        raise UndefinedError(f"{expression} is not finite here")
    return value


def _finite(value: Expr) -> bool:
    return not value.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo)


def _value(node: Any, point: Point) -> Any:
    if node in point:
        return sympy.sympify(point[node])
    if isinstance(node, MatrixBase):
        return node.applyfunc(lambda entry: _value(entry, point))
    if isinstance(node, AtPoint):
        return node.at(point, _value)
    if isinstance(node, MatrixExpr):
        return _matrix_value(node, point)
    if isinstance(node, Trace):
        return _value(node.arg, point).trace()
    if isinstance(node, Determinant):
        return _value(node.arg, point).det()
    if isinstance(node, MatrixElement):
        rows = _value(node.parent, point)
        i, j = (whole(_value(index, point), "the index") for index in node.indices)
        if not (0 <= i < rows.rows and 0 <= j < rows.cols):
            raise UndefinedError(f"{node.parent} has no entry ({i}, {j}) here")
        return rows[i, j]
    if isinstance(node, OfMatrix):
        return node._value(_value(node.args[0], point))
    if not node.args:
        if isinstance(node, (Symbol, MatrixSymbol)):
            raise KeyError(f"no value for {node}")
        return node
    if isinstance(node, sympy.Piecewise):
        for branch, condition in node.args:
            if _value(condition, point) == sympy.true:
                return _value(branch, point)
        raise UndefinedError(f"no branch of {node} holds here")
    if isinstance(node, (sympy.Sum, sympy.Product)):
        return _expand_range(node, point)
    try:
        return node.func(*[_value(argument, point) for argument in node.args])
    except (ZeroDivisionError, ValueError) as error:
        raise UndefinedError(f"{node}: {error}") from None


def _size(size: Any, point: Point) -> int:
    found = whole(_value(size, point), "the size")
    if found < 1:
        raise UndefinedError(f"the size would be {found} here")
    return found


def _expand_range(node: Any, point: Point) -> Any:
    """A finite sum or product, term by term."""
    term, *limits = node.args
    *inner, (index, low, high) = limits
    term = node.func(term, *inner) if inner else term
    first, last = (whole(_value(end, point), "the end of a range") for end in (low, high))
    terms = [_value(term, {**point, index: i}) for i in range(first, last + 1)]
    return sympy.Add(*terms) if isinstance(node, sympy.Sum) else sympy.Mul(*terms)


def _matrix_value(node: MatrixExpr, point: Point) -> MatrixBase:
    if isinstance(node, MatrixSymbol):
        raise KeyError(f"no value for {node.name}")
    if isinstance(node, Identity):
        return sympy.eye(_size(node.args[0], point))
    if isinstance(node, (ZeroMatrix, OneMatrix)):
        shape = [_size(size, point) for size in node.shape]
        return sympy.zeros(*shape) if isinstance(node, ZeroMatrix) else sympy.ones(*shape)
    if isinstance(node, ElementwiseApplyFunction):
        return _value(node.expr, point).applyfunc(lambda entry: _value(node.function(entry), point))
    arguments = [_value(argument, point) for argument in node.args]
    if isinstance(node, Transpose):
        return arguments[0].T
    if isinstance(node, Inverse):
        return _inverse(arguments[0])
    if isinstance(node, MatPow):
        base, exponent = arguments[0], whole(arguments[1], "the power of a matrix")
        return base**exponent if exponent >= 0 else _inverse(base) ** (-exponent)
    if isinstance(node, MatAdd):
        return sum(arguments[1:], arguments[0])
    if isinstance(node, MatMul):
        factor, result = sympy.S.One, None
        for argument in arguments:
            if not isinstance(argument, MatrixBase):
                factor = factor * argument
            else:
                result = argument if result is None else result * argument
        return result * factor
    if isinstance(node, (HadamardProduct, HadamardPower)):
        return _entrywise(node, arguments)
    if isinstance(node, DiagMatrix):
        return sympy.diag(*arguments[0])
    if isinstance(node, MatrixOfMatrix):
        return node._value(arguments[0])
    raise NotImplementedError(f"no exact value for {type(node).__name__}")


def _entrywise(node: MatrixExpr, arguments: list[Any]) -> MatrixBase:
    if isinstance(node, HadamardPower):
        base, exponent = arguments
        return base.applyfunc(lambda entry: entry**exponent)
    result = arguments[0]
    for other in arguments[1:]:
        result = sympy.matrices.hadamard_product(result, other)
    return result


def _inverse(value: MatrixBase) -> MatrixBase:
    if value.rows != value.cols:
        raise UndefinedError(f"a {value.rows} x {value.cols} matrix has no inverse")
    if value.det() == 0:
        raise UndefinedError("a singular matrix has no inverse")
    return value.inv()


def _is_reciprocal(node: Any) -> bool:
    return isinstance(node, HadamardPower) and node.exp == -1


class _TypedPrinter(StrPrinter):
    """Prints expressions the way they are typed as answers."""

    def _print_MatMul(self, node: MatMul) -> str:
        factor, matrices = node.as_coeff_matrices()
        product = " @ ".join(self.parenthesize(each, PRECEDENCE["Mul"], True) for each in matrices)
        if factor == 1:
            return product
        return f"{self.parenthesize(factor, PRECEDENCE['Mul'], True)} * ({product})"

    def _print_Transpose(self, node: Transpose) -> str:
        return f"{self.parenthesize(node.arg, PRECEDENCE['Atom'], True)}.T"

    def _print_Inverse(self, node: Inverse) -> str:
        return f"inv({self._print(node.arg)})"

    def _print_MatPow(self, node: MatPow) -> str:
        if node.exp == -1:
            return f"inv({self._print(node.base)})"
        return f"({self._print(node.base)})**{self.parenthesize(node.exp, PRECEDENCE['Pow'])}"

    def _print_Identity(self, node: Identity) -> str:
        return f"eye({self._print(node.shape[0])})"

    def _print_OneMatrix(self, node: OneMatrix) -> str:
        rows, columns = (f"ones({self._print(size)})" for size in node.shape)
        if node.shape[1] == 1:
            return rows
        return f"{columns}.T" if node.shape[0] == 1 else f"({rows} @ {columns}.T)"

    def _print_ZeroMatrix(self, node: ZeroMatrix) -> str:
        return f"zeros({self._print(node.shape[0])})"

    def _print_DiagMatrix(self, node: DiagMatrix) -> str:
        return f"diag({self._print(node.args[0])})"

    def _print_Trace(self, node: Trace) -> str:
        return f"trace({self._print(node.arg)})"

    def _print_Determinant(self, node: Determinant) -> str:
        return f"det({self._print(node.arg)})"

    def _print_HadamardProduct(self, node: HadamardProduct) -> str:
        above = [each for each in node.args if not _is_reciprocal(each)]
        told = self._print(above[0]) if above else self._print(OneMatrix(*node.shape))
        for other in above[1:]:
            told = f"hadamard({told}, {self._print(other)})"
        for other in node.args:
            if _is_reciprocal(other):
                told = f"divide({told}, {self._print(other.base)})"
        return told

    def _print_HadamardPower(self, node: HadamardPower) -> str:
        base, power = self._print(node.base), node.exp
        if not (power.is_Integer and 0 < power <= 9):
            return f"power({base}, {power})"
        told = base
        for _ in range(int(power) - 1):
            told = f"hadamard({told}, {base})"
        return told

    def _print_ElementwiseApplyFunction(self, node: ElementwiseApplyFunction) -> str:
        return f"{entrywise_name(node)}({self._print(node.expr)})"

    def _print_Max(self, node: Any) -> str:
        return self._print_Function(node).lower()

    _print_Min = _print_Max
    _print_Abs = _print_Max

    def _print_MatrixBase(self, node: MatrixBase) -> str:
        return value_text(node)

    def _print_OfMatrix(self, node: Any) -> str:
        return str(node._sympystr(self))


def value_text(value: Any) -> str:
    """A value or formula as a reader would type it: ``3/2``, ``[1, 2]``, ``X.T @ (X @ w - t)``.

    >>> value_text(sympy.ImmutableMatrix([[1, 2], [3, 4]])), value_text(sympy.Rational(3, 2))
    ('[[1, 2], [3, 4]]', '3/2')
    >>> value_text(sympy.ImmutableMatrix([5, 6]))
    '[5, 6]'
    >>> X, t = matrix("X", 3, 2), vector("t", 3)
    >>> value_text((X.T * X).I * X.T * t)
    'inv(X.T @ X) @ X.T @ t'
    """
    if isinstance(value, MatrixBase):
        rows = [[value_text(value[i, j]) for j in range(value.cols)] for i in range(value.rows)]
        if value.cols == 1:
            return "[" + ", ".join(row[0] for row in rows) + "]"
        return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"
    return str(_TypedPrinter().doprint(sympy.sympify(value)))


def decimal_text(value: Any, digits: int = 8) -> str:
    """A value with its irrational numbers as decimals, for reading.

    >>> decimal_text(sympy.Rational(1, 3)), decimal_text(sympy.sqrt(2))
    ('1/3', '1.4142136')
    """
    if isinstance(value, MatrixBase):
        return value_text(value.applyfunc(lambda entry: sympy.Symbol(decimal_text(entry, digits))))
    value = sympy.sympify(value)
    long = value.is_Rational and max(abs(value.p), value.q).bit_length() > LONG
    if value.is_number and (long or not value.is_Rational):
        return str(sympy.N(value, digits))
    return value_text(value)
