"""Degrees of rational functions, read off their structure.

They bound the probability with which a wrong formula passes at random points, see
:mod:`hwcode.checking.identity`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

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
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.expressions import EntrySum, Norm, PseudoInverse, evaluate

__all__ = ["degree"]


def degree(node: Any, case: Mapping[Any, Any]) -> tuple[int, int] | None:
    """Bounds for the degrees of numerator and denominator of every entry of an expression.

    The bounds follow the structure of the expression and may be generous: they enter a
    probability through their ratio to 2**62.

    Args:
        node: a SymPy scalar or matrix expression.
        case: values of the symbols that are sizes or counts.

    Returns:
        ``(numerator, denominator)``, or None for an expression that is not a rational function.

    >>> x, y = sympy.symbols("x y")
    >>> degree((x + 1) ** 2 / y, {}), degree(sympy.exp(x), {})
    ((2, 1), None)
    """
    node = sympy.sympify(node)
    if node in case or node.is_number:
        return (0, 0) if node in case or node.is_rational else None
    if isinstance(node, (Identity, ZeroMatrix, OneMatrix)):
        return 0, 0
    if not node.args or isinstance(node, sympy.MatrixSymbol):
        return 1, 0
    if isinstance(node, MatrixBase):
        return _worst([degree(entry, case) for entry in node])
    if isinstance(node, (Transpose, MatrixElement, DiagMatrix)):
        return degree(node.args[0], case)
    if isinstance(node, (Trace, EntrySum)):
        inner = degree(node.args[0], case)
        sizes = [_size(size, case) for size in node.args[0].shape]
        return inner and _sum([inner] * (sizes[0] if isinstance(node, Trace) else math.prod(sizes)))
    if isinstance(node, (sympy.Pow, MatPow, Inverse)):
        return _degree_of_power(node, case)
    if isinstance(node, PseudoInverse):
        return _degree_of_pseudo_inverse(node, case)
    if isinstance(node, (sympy.Add, MatAdd)):
        return _sum([degree(argument, case) for argument in node.args])
    if isinstance(node, HadamardPower):
        return _degree_of_entrywise_power(node, case)
    if isinstance(node, (sympy.Mul, HadamardProduct)):
        return _product([degree(argument, case) for argument in node.args])
    if isinstance(node, MatMul):
        return _degree_of_product(node, case)
    return None


def _size(size: Any, case: Mapping[Any, Any]) -> int:
    return int(evaluate(size, case))


def _worst(degrees: list[tuple[int, int] | None]) -> tuple[int, int] | None:
    known = [pair for pair in degrees if pair is not None]
    if len(known) < len(degrees):
        return None
    return max(pair[0] for pair in known), max(pair[1] for pair in known)


def _sum(degrees: list[tuple[int, int] | None]) -> tuple[int, int] | None:
    known = [pair for pair in degrees if pair is not None]
    if len(known) < len(degrees):
        return None
    below = sum(pair[1] for pair in known)
    return max(pair[0] + below - pair[1] for pair in known), below


def _product(degrees: list[tuple[int, int] | None]) -> tuple[int, int] | None:
    known = [pair for pair in degrees if pair is not None]
    if len(known) < len(degrees):
        return None
    return sum(pair[0] for pair in known), sum(pair[1] for pair in known)


def _degree_of_product(node: MatMul, case: Mapping[Any, Any]) -> tuple[int, int] | None:
    total: tuple[int, int] | None = (0, 0)
    inner: int | None = None
    for argument in node.args:
        total = _product([total, degree(argument, case)])
        if total is None:
            return None
        if isinstance(argument, (MatrixExpr, MatrixBase)):
            if inner is not None:
                total = _sum([total] * inner)
            inner = _size(argument.shape[1], case)
    return total


def _degree_of_power(node: Any, case: Mapping[Any, Any]) -> tuple[int, int] | None:
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
        squared = inner and _sum([_product([inner, inner])] * entries)
        return _scaled(squared, power // 2)
    inner = degree(base, case)
    if inner is None:
        return None
    if isinstance(base, (MatrixExpr, MatrixBase)):
        rows = _size(base.shape[0], case)
        if power < 0:
            # A = N / D with D the product of all entries' denominators, and
            # inverse(A) = D adj(N) / det(N): no entry exceeds these degrees.
            below = rows * rows * inner[1]
            above = inner[0] + below
            inner, power = (below + (rows - 1) * above, rows * above), -power
        total: tuple[int, int] | None = inner
        for _ in range(power - 1):
            total = _sum([_product([total, inner])] * rows)
        return total if power else (0, 0)
    return _scaled(inner, power)


def _degree_of_pseudo_inverse(
    node: PseudoInverse, case: Mapping[Any, Any]
) -> tuple[int, int] | None:
    argument = node.args[0]
    inner, shape = degree(argument, case), [_size(size, case) for size in argument.shape]
    if inner is None:
        return None
    # A = N / D as for the inverse. With r the rank of N at almost all points, and c_j those
    # coefficients of the characteristic polynomial of N N.T that have degree j in N N.T,
    # pinv(N) = N.T @ (sum over j < r of c_j (N N.T)^(r - 1 - j)) / -c_r  [Decell 1965].
    below = math.prod(shape) * inner[1]
    above, rank = inner[0] + below, min(shape)
    numerator, denominator = below + (2 * rank - 1) * above, 2 * rank * above
    # Where c_r is 0 the rank is smaller, and pinv has another value than the fraction: expanded by
    # c_r, its numerator counts those points as ones where a wrong formula may pass.
    return numerator + denominator, 2 * denominator


def _degree_of_entrywise_power(node: Any, case: Mapping[Any, Any]) -> tuple[int, int] | None:
    exponent = sympy.sympify(node.exp).subs(dict(case))
    return _scaled(degree(node.base, case), int(exponent)) if exponent.is_Integer else None


def _scaled(pair: tuple[int, int] | None, power: int) -> tuple[int, int] | None:
    if pair is None:
        return None
    above, below = pair if power >= 0 else pair[::-1]
    return above * abs(power), below * abs(power)
