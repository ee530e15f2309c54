"""Slips: what a right formula becomes by one small mistake, each with the words for it.

A student's wrong formula is most often the right one with one thing amiss: a term left out, a sign,
a factor, one symbol for another. So the slips of every right form are gone through, and whoever has
made one of them is told which. The words name what is wrong and what belongs there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, product
from typing import Any

import sympy
from sympy.matrices.expressions import (
    HadamardProduct,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    Trace,
    Transpose,
)
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.expressions import Norm, value_text

__all__ = ["REFUSALS", "Slip", "slips"]

REFUSALS = (ValueError, TypeError, ArithmeticError, AttributeError, KeyError, NotImplementedError)
"""How SymPy says that a formula, made from another one by rule, has no meaning."""
MOST = 240
"""Slips of one form that are tried; a long formula has many hundreds."""


@dataclass(frozen=True)
class Slip:
    """A wrong formula, and what is wrong with it in words that can stand after ``because``."""

    formula: Any
    why: str


def slips(right: Any, symbols: tuple[Any, ...]) -> Iterator[Slip]:
    """Wrong formulas that are one slip away from a right one, the likelier kinds first.

    >>> n, d, s = sympy.symbols("n d s", positive=True)
    >>> for slip in list(slips(s**2 - d / n, (n, d, s)))[:2]:
    ...     print(slip.formula, "|", slip.why)
    -d/n | the term s**2 is missing
    s**2 | the term -d/n is missing
    """
    found = 0
    seen = {right}
    for one in chain(_at(right, symbols, True), _below(right, symbols), _exchanged(right, symbols)):
        if one.formula in seen:
            continue
        seen.add(one.formula)
        found += 1
        if found > MOST:
            return
        yield one


def _exchanged(right: Any, symbols: tuple[Any, ...]) -> Iterator[Slip]:
    """One symbol put for another throughout, or two exchanged."""
    used = sorted(right.free_symbols & set(symbols), key=str)
    for old in used:
        for new in symbols:
            if new != old and _alike(old, new):
                yield _put(right, {old: new}, f"{_text(new)} stands where {_text(old)} belongs")
    for i, one in enumerate(used):
        for two in used[i + 1 :]:
            if _alike(one, two):
                both = f"{_text(one)} and {_text(two)} are exchanged"
                yield _put(right, {one: two, two: one}, both)


def _put(right: Any, change: dict[Any, Any], why: str) -> Slip:
    try:
        return Slip(right.xreplace(change), why)
    except REFUSALS:
        return Slip(right, why)


def _alike(one: Any, other: Any) -> bool:
    """Whether two symbols are of one shape; a size is not put for a measured quantity."""
    return getattr(one, "shape", None) == getattr(other, "shape", None)


def _below(node: Any, symbols: tuple[Any, ...], top: bool = True) -> Iterator[Slip]:
    """The slips within the arguments of a node, carried up to it."""
    if not top:
        yield from _at(node, symbols, top=False)
    children = [*node] if isinstance(node, MatrixBase) else list(node.args)
    if not children or isinstance(node, (Identity,)):
        return
    for place, child in enumerate(children):
        if isinstance(node, (sympy.Sum, sympy.Product)) and place > 0:
            continue
        if not isinstance(child, (sympy.Expr, MatrixExpr, MatrixBase)):
            continue
        for one in _below(child, symbols, top=False):
            changed = [*children[:place], one.formula, *children[place + 1 :]]
            try:
                if isinstance(node, MatrixBase):
                    formula: Any = sympy.ImmutableMatrix(node.rows, node.cols, changed)
                else:
                    formula = node.func(*changed)
                    getattr(formula, "shape", None)
            except REFUSALS:
                continue  # shapes that do not fit
            yield Slip(formula, one.why)


def _at(node: Any, symbols: tuple[Any, ...], top: bool) -> Iterator[Slip]:
    """The slips at one node."""
    if isinstance(node, (sympy.Add, MatAdd)):
        yield from _of_sum(node, symbols)
    elif isinstance(node, (sympy.Mul, MatMul, HadamardProduct)):
        yield from _of_product(node)
    elif isinstance(node, (sympy.Pow, MatPow)):
        yield from _of_power(node)
    elif isinstance(node, (Transpose, Inverse)):
        inner = node.args[0]
        what = "transposition" if isinstance(node, Transpose) else "inverse"
        yield Slip(inner, f"the {what} of {_text(inner)} is missing")
        if isinstance(inner, MatMul) and len(inner.args) == 2:
            other = inner.func(*reversed(inner.args))
            if isinstance(node, Inverse):
                yield Slip(node.func(other), _instead(other, inner))
    elif isinstance(node, (Trace, Norm)):
        return
    elif isinstance(node, sympy.Function) and len(node.args) == 1:
        name = node.func.__name__.lower()
        yield Slip(node.args[0], f"{name} is missing: {_text(node.args[0])} {_for(node)}")
        if isinstance(node, sympy.log):
            for base in (2, 10):
                yield Slip(node / sympy.log(base), f"the logarithm is natural, not to base {base}")
    elif isinstance(node, sympy.MatrixSymbol):
        if node.shape[0] == node.shape[1]:
            yield Slip(node.T, f"{_text(node)} is transposed")
        for other in symbols:
            if other != node and _alike(other, node):
                yield Slip(other, _instead(other, node))
    elif isinstance(node, sympy.Symbol):
        yield from _of_symbol(node, symbols)
    elif isinstance(node, sympy.Rational) and not top:
        yield from _of_number(node)


def _of_sum(node: Any, symbols: tuple[Any, ...]) -> Iterator[Slip]:
    terms = list(node.args)
    for i, term in enumerate(terms):
        others = [*terms[:i], *terms[i + 1 :]]
        rest = others[0] if len(others) == 1 else node.func(*others)
        yield Slip(rest, f"the term {_text(term)} is missing")
    for i, term in enumerate(terms):
        turned = [*terms[:i], -term, *terms[i + 1 :]]
        yield Slip(node.func(*turned), f"the term {_text(term)} has the wrong sign")
    for i, term in enumerate(terms):
        for factor, name in ((2, "twice"), (sympy.Rational(1, 2), "half")):
            changed = [*terms[:i], factor * term, *terms[i + 1 :]]
            yield Slip(node.func(*changed), f"the term {_text(term)} is taken {name}")
    scalars = [s for s in symbols if isinstance(s, sympy.Symbol)]
    for (i, term), factor in product(enumerate(terms), scalars):
        for by, words in ((factor, "multiplied"), (1 / factor, "divided")):
            changed = [*terms[:i], by * term, *terms[i + 1 :]]
            told = f"the term {_text(term)} is {words} by {_text(factor)}, and should not be"
            yield Slip(node.func(*changed), told)


def _of_product(node: Any) -> Iterator[Slip]:
    factors = list(node.args)
    for i, factor in enumerate(factors):
        others = [*factors[:i], *factors[i + 1 :]]
        try:
            rest = others[0] if len(others) == 1 else node.func(*others)
            getattr(rest, "shape", None)
        except REFUSALS:
            continue
        if getattr(rest, "shape", None) == getattr(node, "shape", None):
            yield Slip(rest, f"the factor {_text(factor)} is missing")
        if not any(getattr(each, "is_Matrix", False) for each in factors) and factor != -1:
            yield Slip(node * factor, f"the factor {_text(factor)} is there once too often")
            yield Slip(rest / factor, f"it divides by {_text(factor)} and should multiply by it")


def _of_power(node: Any) -> Iterator[Slip]:
    base, power = node.args
    if power == -1:
        yield Slip(base, f"{_text(base)} {_for(node)}")
        return
    yield Slip(base, f"{_text(base)} {_for(node)}")
    if isinstance(node, sympy.Pow):
        changes = (-power, 2 * power, power / 2, power + 1, power - 1, power + 2, power - 2)
        for other in changes:
            new = base**other
            if not new.is_number or node.is_number:
                yield Slip(new, _instead(new, node))
    else:
        for other in (power + 1, power - 1):
            new = MatPow(base, other)
            yield Slip(new, _instead(new, node))


def _of_symbol(node: Any, symbols: tuple[Any, ...]) -> Iterator[Slip]:
    steps = (1, -1) if node.is_integer else ()
    for new in [node + step for step in steps] + [s for s in symbols if s != node]:
        if isinstance(new, sympy.MatrixSymbol):
            continue
        yield Slip(new, _instead(new, node))
    for new in (node**2, sympy.sqrt(node), 2 * node, node / 2, 1 / node, 1 - node):
        yield Slip(new, _instead(new, node))


def _of_number(node: Any) -> Iterator[Slip]:
    for new in (-node, 2 * node, node / 2, node + 1, node - 1):
        if new != 0:
            yield Slip(new, _instead(new, node))


def _instead(new: Any, old: Any) -> str:
    return f"{_text(new)} {_for(old)}"


def _for(old: Any) -> str:
    return f"stands where {_text(old)} belongs"


def _text(formula: Any) -> str:
    return value_text(formula)
