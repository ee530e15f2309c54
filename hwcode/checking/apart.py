"""Sizes of matrices as numbers in a formula, apart from the matrices.

In ``2/n * X.T @ (X @ w - t)`` the symbol n is a number, and a size of ``X``. A wrong formula may be
another one at large n only, and no matrix of a million rows can be made. But the number can
be a million while ``X`` has three rows: formulas that agree for every size agree there, too, if
they make nothing from sizes by themselves, as the trace of an identity does.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from typing import Any

import sympy
from sympy.matrices.expressions import Identity, OneMatrix, Trace, ZeroMatrix
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.determinant import Determinant
from sympy.matrices.expressions.matexpr import MatrixElement

from hwcode.checking.bound import Line, Total
from hwcode.checking.domain import Domain
from hwcode.checking.expressions import EntrySum, Norm, Softmax

__all__ = ["apart", "large_numbers", "separable", "small_numbers"]

_TERM_BY_TERM = (
    sympy.Sum, sympy.Product, Total, sympy.factorial, sympy.binomial, sympy.gamma,
    sympy.RisingFactorial, sympy.FallingFactorial, sympy.harmonic,
)  # fmt: skip
MOST_TERMS = 150
"""Of a sum, and the largest number in a factorial."""
LONG = 2**40
READABLE = (*range(1, 41), 50, 64, 75, 100, 101, 128, 200, 256, 300, 500, 512, 1000, 1024, 10**4)


def apart(expression: Any, sizes: Mapping[Any, Any]) -> Any:
    """A formula in which the sizes of matrices have names of their own.

    Args:
        expression: a formula.
        sizes: the other name of each size.

    >>> n, m = sympy.symbols("n m", integer=True, positive=True)
    >>> X = sympy.MatrixSymbol("X", n, 2)
    >>> apart(n * X.T * X, {n: m}).subs(n, 5).args
    (5, X.T, X)
    """
    expression = sympy.sympify(expression)
    leaves = [
        node
        for node in sympy.preorder_traversal(expression)
        if isinstance(node, (sympy.MatrixSymbol, Identity, OneMatrix, ZeroMatrix))
    ]
    renamed: dict[Any, Any] = {node: _renamed(node, sizes) for node in leaves}
    for node in sympy.preorder_traversal(expression):
        if isinstance(node, Trace) and isinstance(node.arg, Identity):
            renamed[node] = node.arg.shape[0]
    return expression.xreplace(renamed)


def _renamed(node: Any, sizes: Mapping[Any, Any]) -> Any:
    shape = [sympy.sympify(size).xreplace(dict(sizes)) for size in node.shape]
    if isinstance(node, Identity):
        return Identity(shape[0])
    if isinstance(node, sympy.MatrixSymbol):
        return sympy.MatrixSymbol(node.name, *shape)
    return type(node)(*shape)


def separable(expression: Any, sizes: set[Any]) -> bool:
    """Whether a formula makes no number from the size of a matrix.

    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> X = sympy.MatrixSymbol("X", n, n)
    >>> separable(Trace(X.I) / n, {n}), separable(Trace((Identity(n) + X).I), {n})
    (True, False)
    """
    made = (Identity, OneMatrix, ElementwiseApplyFunction)
    for node in sympy.preorder_traversal(sympy.sympify(expression)):
        if isinstance(node, (Trace, EntrySum, Norm, Determinant)):
            inner = node.args[0]
            if not isinstance(inner, Identity) and inner.has(*made):
                return False
        if isinstance(node, Softmax):
            return False
        if isinstance(node, (*_TERM_BY_TERM, Line, MatrixElement)):
            numbers = set().union(*(_numbers(argument) for argument in node.args))
            if numbers & sizes:
                return False
    return True


def _numbers(argument: Any) -> set[Any]:
    """The symbols of an argument that stands for a number or a range."""
    return set() if getattr(argument, "is_Matrix", False) else set(argument.free_symbols)


def _highest(domain: Domain, formulas: list[Any]) -> dict[Any, int]:
    """How large each of the varied numbers may become, with a sum's terms to be counted."""
    counted: set[Any] = set()
    for formula in formulas:
        for node in sympy.preorder_traversal(sympy.sympify(formula)):
            if isinstance(node, _TERM_BY_TERM):
                counted |= node.free_symbols
    return {s: MOST_TERMS if s in counted else LONG for s in domain.varied}


def large_numbers(
    domain: Domain, formulas: list[Any], source: random.Random
) -> Iterator[dict[Any, Any]]:
    """Values of the varied numbers, of all lengths, that the question lets be.

    Args:
        domain: what the question lets be.
        formulas: what they are put into.
        source: where they are drawn from.
    """
    highest = _highest(domain, formulas)
    for share in (0.25, 0.5, 0.75, 1.0):
        high = {s: max(40, int(h**share)) for s, h in highest.items()}
        low = {s: math.isqrt(h) for s, h in high.items()}
        for least in (low, dict.fromkeys(high, 1)):
            if case := domain.larger(least, high, source):
                yield case
                break


def small_numbers(
    domain: Domain, case: Mapping[Any, Any], large: Mapping[Any, Any]
) -> Iterator[dict[Any, Any]]:
    """Values at which a difference may show already, the smallest first; at last the large ones."""
    for value in READABLE:
        for symbol in domain.varied:
            tried = {**case, symbol: sympy.Integer(value)}
            if domain.possible(tried):
                yield tried
    yield dict(large)
