"""Degrees of rational functions, and the size of their coefficients, read off their structure.

They bound the probability with which a wrong formula passes at random points, see
:mod:`hwcode.checking.identity`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import sympy
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
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.expressions import EntrySum, Norm, PseudoInverse, Softmax, evaluate

__all__ = ["Bound", "degree"]


class Bound(NamedTuple):
    """Bounds for a number as one integer polynomial over another; the entries of a matrix have one
    denominator in common."""

    above: int
    """degree of the numerator"""
    below: int
    """degree of the denominator"""
    bits: int = 0
    """binary logarithm of the sum of the absolute values of either one's coefficients"""


def degree(node: Any, case: Mapping[Any, Any]) -> Bound | None:
    """Bounds for the degrees of numerator and denominator of every entry of an expression.

    The bounds follow the structure of the expression and may be generous: they enter a
    probability through their ratio to 2**62.

    Args:
        node: a SymPy scalar or matrix expression.
        case: values of the symbols that are sizes or counts.

    Returns:
        The bounds, or None for an expression that is not a rational function of what is drawn.

    >>> x, y = sympy.symbols("x y")
    >>> degree((x + 1) ** 2 / (4 * y), {}), degree(sympy.exp(x), {})
    (Bound(above=2, below=1, bits=9), None)
    """
    node = sympy.sympify(node)
    if not isinstance(node, (MatrixExpr, MatrixBase)) and not _drawn(node, case):
        return _of_number(node, case)
    if isinstance(node, (Identity, ZeroMatrix, OneMatrix)):
        return Bound(0, 0)
    if not node.args or isinstance(node, sympy.MatrixSymbol):
        return Bound(1, 0)
    if isinstance(node, MatrixBase):
        return _sum([degree(entry, case) for entry in node])  # as many over their product
    if isinstance(node, (Transpose, MatrixElement, DiagMatrix)):
        return degree(node.args[0], case)
    if isinstance(node, (Trace, EntrySum)):
        inner = degree(node.args[0], case)
        sizes = [_size(size, case) for size in node.args[0].shape]
        return _times(inner, sizes[0] if isinstance(node, Trace) else math.prod(sizes))
    if isinstance(node, (sympy.Pow, MatPow, Inverse)):
        return _degree_of_power(node, case)
    if isinstance(node, PseudoInverse):
        return _degree_of_pseudo_inverse(node, case)
    if isinstance(node, (sympy.Add, MatAdd)):
        return _sum([degree(argument, case) for argument in node.args])
    if isinstance(node, HadamardPower):
        return _degree_of_entrywise_power(node, case)
    if isinstance(node, MatMul):  # before Mul, whose subclass it is
        return _degree_of_product(node, case)
    if isinstance(node, (Softmax, ElementwiseApplyFunction)):
        return _degree_by_entries(node, case)
    if isinstance(node, (sympy.Mul, HadamardProduct)):
        return _product([degree(argument, case) for argument in node.args])
    return None


def _degree_by_entries(node: Any, case: Mapping[Any, Any]) -> Bound | None:
    """Of functions whose values are rational where an exponential was drawn, or a sign is given.

    Where the argument of a softmax or a sigmoid is the logarithm of what was drawn, they are
    rational in it; where it is not, they have no residue, and no bound is stated.
    """
    argument = node.args[0] if isinstance(node, Softmax) else node.expr
    factor, rest = argument.as_coeff_mmul() if isinstance(argument, MatMul) else (1, argument)
    plain = isinstance(rest, sympy.MatrixSymbol) or (
        isinstance(rest, MatMul) and all(isinstance(a, sympy.MatrixSymbol) for a in rest.args)
    )
    if not plain or not sympy.sympify(factor).is_Integer:
        return None
    power = abs(int(factor))
    # One denominator for all entries.
    entries = math.prod(_size(size, case) for size in node.shape)
    if isinstance(node, Softmax):
        return Bound(entries * power, entries * power, entries.bit_length())
    entry = sympy.Dummy(real=True)
    function = node.function(entry)
    if function == 1 / (1 + sympy.exp(-entry)):
        return Bound(entries * power, entries * power, entries)
    if isinstance(function, sympy.Heaviside) and isinstance(rest, sympy.MatrixSymbol):
        return Bound(0, 0)
    if function == sympy.Max(entry, 0) and isinstance(rest, sympy.MatrixSymbol):
        return Bound(1, 0, int(factor).bit_length())
    return None


def _drawn(node: sympy.Expr, case: Mapping[Any, Any]) -> bool:
    """Whether it depends on anything but the case."""
    return bool(node.has(sympy.MatrixSymbol) or node.free_symbols - set(case))


def _of_number(node: sympy.Expr, case: Mapping[Any, Any]) -> Bound | None:
    try:
        value = evaluate(node, case)
    except (ArithmeticError, KeyError, TypeError, ValueError, NotImplementedError):
        return None
    if not getattr(value, "is_Rational", False):
        return None
    return Bound(0, 0, max(abs(value.p), value.q).bit_length())


def _size(size: Any, case: Mapping[Any, Any]) -> int:
    return int(evaluate(size, case))


def _sum(bounds: list[Bound | None]) -> Bound | None:
    """Of a sum, brought to the product of all denominators."""
    known = [bound for bound in bounds if bound is not None]
    if len(known) < len(bounds):
        return None
    below = sum(bound.below for bound in known)
    bits = sum(bound.bits for bound in known) + len(known).bit_length()
    return Bound(max(bound.above + below - bound.below for bound in known), below, bits)


def _times(bound: Bound | None, terms: int) -> Bound | None:
    """Of a sum of terms that have their denominator in common."""
    return bound and bound._replace(bits=bound.bits + terms.bit_length())


def _product(bounds: list[Bound | None]) -> Bound | None:
    known = [bound for bound in bounds if bound is not None]
    if len(known) < len(bounds):
        return None
    return Bound(*(sum(each) for each in zip(*known, strict=True)))


def _degree_of_product(node: MatMul, case: Mapping[Any, Any]) -> Bound | None:
    total: Bound | None = Bound(0, 0)
    inner: int | None = None
    for argument in node.args:
        total = _product([total, degree(argument, case)])
        if total is None:
            return None
        if isinstance(argument, (MatrixExpr, MatrixBase)):
            if inner is not None:
                total = _times(total, inner)
            inner = _size(argument.shape[1], case)
    return total


def _degree_of_power(node: Any, case: Mapping[Any, Any]) -> Bound | None:
    base, exponent = node.args[0], (-1 if isinstance(node, Inverse) else node.args[1])
    exponent = sympy.sympify(exponent).subs(dict(case))
    if not exponent.is_Integer:
        return None
    power = int(exponent)
    if isinstance(base, Norm):
        if power % 2:
            return None
        entries = math.prod(_size(size, case) for size in base.args[0].shape)
        inner = degree(base.args[0], case)
        squared = _times(_product([inner, inner]), entries)
        return _scaled(squared, power // 2)
    inner = degree(base, case)
    if inner is None:
        return None
    if isinstance(base, (MatrixExpr, MatrixBase)):
        rows = _size(base.shape[0], case)
        if power < 0:
            # A = N / D: inverse(A) = D adj(N) / det(N), and a determinant sums rows! products.
            above = inner.below + (rows - 1) * inner.above
            bits = (rows + 1) * inner.bits + math.factorial(rows).bit_length()
            inner, power = Bound(above, rows * inner.above, bits), -power
        total: Bound | None = inner
        for _ in range(power - 1):
            total = _times(_product([total, inner]), rows)
        return total if power else Bound(0, 0)
    return _scaled(inner, power)


def _degree_of_pseudo_inverse(node: PseudoInverse, case: Mapping[Any, Any]) -> Bound | None:
    argument = node.args[0]
    inner, shape = degree(argument, case), [_size(size, case) for size in argument.shape]
    if inner is None:
        return None
    # A = N / D as for the inverse. With r the rank of N at almost all points, and c_j those
    # coefficients of the characteristic polynomial of N N.T that have degree j in N N.T,
    # pinv(N) = N.T @ (sum over j < r of c_j (N N.T)^(r - 1 - j)) / -c_r  [Decell 1965].
    rank = min(shape)
    numerator, denominator = inner.below + (2 * rank - 1) * inner.above, 2 * rank * inner.above
    # A c_j is a sum of fewer than 2^n minors, each of at most n! products of entries of N N.T.
    bits = 4 * (rank + 1) * (inner.bits + max(shape)) + math.factorial(max(shape)).bit_length()
    # Where c_r is 0 the rank is smaller, and pinv has another value than the fraction: expanded by
    # c_r, its numerator counts those points as ones where a wrong formula may pass.
    return Bound(numerator + denominator, 2 * denominator, 2 * bits)


def _degree_of_entrywise_power(node: Any, case: Mapping[Any, Any]) -> Bound | None:
    exponent = sympy.sympify(node.exp).subs(dict(case))
    inner = degree(node.base, case)
    if inner is None or not exponent.is_Integer:
        return None
    if exponent < 0:
        # D / N_i, over the product of all N_i.
        entries = math.prod(_size(size, case) for size in node.base.shape)
        above = inner.below + (entries - 1) * inner.above
        inner = Bound(above, entries * inner.above, entries * inner.bits)
    return _scaled(inner, abs(int(exponent)))


def _scaled(bound: Bound | None, power: int) -> Bound | None:
    if bound is None:
        return None
    above, below = (bound.above, bound.below) if power >= 0 else (bound.below, bound.above)
    return Bound(above * abs(power), below * abs(power), bound.bits * abs(power))
