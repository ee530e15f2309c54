"""Systematic mutants of right answers: the errors of algebra, one at a time.

Each changes one place of a formula: a number, a sign, a symbol for another one, a factor or a term
that is lost, a transposition, an order of matrices. What a mutant is worth, the truth decides.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import sympy
from sympy import MatrixSymbol
from sympy.matrices.expressions import (
    Inverse,
    MatAdd,
    MatMul,
    MatrixExpr,
    Transpose,
)

__all__ = ["mutants_of"]

FACTORS = (-1, 2, sympy.Rational(1, 2), 3, sympy.Rational(2, 3))


def mutants_of(value: Any, symbols: tuple[Any, ...], count: int, seed: str) -> list[Any]:
    """Up to ``count`` different mutants of a formula, in an order that the seed decides.

    >>> x = sympy.Symbol("x")
    >>> sorted(map(str, mutants_of(2 * x, (x,), 99, "seed")))[:3]
    ['-2*x', '1/(2*x)', '2']
    """
    found: dict[str, Any] = {}
    for mutant in _everywhere(value, symbols):
        if _sound(mutant) and mutant != value:
            found.setdefault(str(mutant), mutant)
    for symbol in symbols:
        if getattr(symbol, "shape", None) is None:
            for mutant in _scaled(value, symbol):
                found.setdefault(str(mutant), mutant)
    names = sorted(found)
    random.Random(seed).shuffle(names)
    return [found[name] for name in names[:count]]


def _sound(value: Any) -> bool:
    try:
        return not value.has(sympy.zoo, sympy.nan, sympy.oo)
    except AttributeError:
        return True


def _scaled(value: Any, symbol: Any) -> Iterator[Any]:
    """The whole times or by a symbol, and plus or minus it where it is a number."""
    yield from _made(lambda inner: inner * symbol, [value])
    yield from _made(lambda inner: inner / symbol, [value])
    if isinstance(value, sympy.Expr) and not isinstance(value, MatrixExpr):
        yield value + symbol
        yield value - symbol


def _everywhere(value: Any, symbols: tuple[Any, ...]) -> Iterator[Any]:
    """The value with a change at its top, and with one at each place below."""
    yield from _at_the_top(value, symbols)
    if isinstance(value, sympy.matrices.MatrixBase):
        for place, entry in enumerate(value):
            for mutant in _everywhere(entry, symbols):
                entries = list(value)
                entries[place] = mutant
                yield type(value)(value.rows, value.cols, entries)
        return
    if not isinstance(value, sympy.Basic) or isinstance(value, (sympy.Symbol, MatrixSymbol)):
        return
    for place, argument in enumerate(value.args):
        if not isinstance(argument, (sympy.Expr, MatrixExpr)):
            continue
        for mutant in _everywhere(argument, symbols):
            arguments = [*value.args[:place], mutant, *value.args[place + 1 :]]
            try:
                yield value.func(*arguments)
            except (TypeError, ValueError, AttributeError, NotImplementedError):
                continue  # shapes that do not fit


def _at_the_top(value: Any, symbols: tuple[Any, ...]) -> Iterator[Any]:
    if isinstance(value, sympy.Number):
        yield from (value + 1, value - 1, value * 2, value / 2, -value)
        return
    if isinstance(value, (sympy.Symbol, MatrixSymbol)):
        shape = getattr(value, "shape", None)
        yield from (s for s in symbols if s != value and getattr(s, "shape", None) == shape)
    if isinstance(value, (sympy.Expr, MatrixExpr)):
        for factor in FACTORS:
            yield from _made(lambda inner, by=factor: by * inner, [value])
    if isinstance(value, (sympy.Add, sympy.Mul, MatAdd, MatMul)):
        arguments = value.args
        for place, argument in enumerate(arguments):
            rest = [*arguments[:place], *arguments[place + 1 :]]
            if rest:
                yield from _made(value.func, rest)
            if isinstance(value, (sympy.Add, MatAdd)):
                yield from _made(value.func, [*rest, -argument])
    if isinstance(value, MatMul):
        yield from _made(value.func, list(reversed(value.args)))
    matrix = isinstance(value, MatrixExpr)
    if isinstance(value, sympy.Expr) and not matrix and not value.is_number:
        yield from _made(lambda inner: 1 / inner, [value])
        yield from _made(lambda inner: inner**2, [value])
        yield from _made(sympy.sqrt, [value])
    if matrix:
        yield from _made(lambda inner: Transpose(inner).doit(), [value])
        if isinstance(value, (Transpose, Inverse)):
            yield value.arg


def _made(function: Any, arguments: list[Any]) -> Iterator[Any]:
    try:
        yield function(*arguments)
    except (TypeError, ValueError, AttributeError, NotImplementedError):
        return
