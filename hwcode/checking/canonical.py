"""Formulas without matrices in a form in which equal ones look equal."""

from __future__ import annotations

import random
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr, Trace
from sympy.matrices.expressions.matexpr import MatrixElement

from hwcode.checking.domain import Domain, Numbers
from hwcode.checking.expressions import EntrySum, Norm

__all__ = ["exponent_symbols", "has_matrices", "proved_equal", "rational_difference"]

OF_MATRICES = (MatrixExpr, Trace, Norm, EntrySum, MatrixElement)
PROOF_LIMIT, HARD_LIMIT = 300, 60
"""Operations; above this no canonical form is tried, of a rational function and of others."""


def has_matrices(*formulas: Any) -> bool:
    """Whether a formula is one in matrices, or no formula at all."""
    return not all(isinstance(f, sympy.Expr) and not f.has(*OF_MATRICES) for f in formulas)


def exponent_symbols(*formulas: Any) -> frozenset[Any]:
    """The symbols that decide how large a power or a factorial becomes.

    >>> x, k = sympy.symbols("x k")
    >>> exponent_symbols(x ** (2 * k) + 1)
    frozenset({k})
    """
    growing = (sympy.exp, sympy.factorial, sympy.binomial, sympy.gamma, sympy.RisingFactorial)
    found: set[Any] = set()
    for formula in formulas:
        for node in sympy.preorder_traversal(formula):
            if isinstance(node, growing):
                found |= node.free_symbols
            elif len(getattr(node, "args", ())) == 2 and hasattr(node, "exp"):
                found |= sympy.sympify(node.exp).free_symbols
    return frozenset(found)


def rational_difference(answer: Any, reference: Any) -> Any:
    """The canonical form of the difference of two rational functions; None for anything else."""
    if has_matrices(answer, reference):
        return None
    difference = answer - reference
    if sympy.count_ops(difference) > PROOF_LIMIT:
        return None
    if not difference.is_rational_function(*difference.free_symbols):
        return None
    return sympy.cancel(sympy.together(difference))


def proved_equal(answer: Any, reference: Any, domain: Domain) -> bool:
    """Whether two formulas become the same by the rules of algebra, given what the domain says.

    The symbols are replaced by what a point is made of: with ``lmax = lmin + more`` and both
    positive, ``max(lmin, lmax)`` is ``lmax`` by itself.
    """
    if has_matrices(answer, reference):
        return False
    if sympy.count_ops(answer) + sympy.count_ops(reference) > HARD_LIMIT:
        return False
    try:
        try:
            point = domain.point(domain.general, Numbers("symbol", random.Random(0)))
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
            point = {}  # what a point is made of is not known without the case
        difference = _inside(answer.xreplace(point)) - _inside(reference.xreplace(point))
        return sympy.cancel(sympy.together(sympy.expand_log(difference))) == 0
    except (ArithmeticError, AttributeError, KeyError, NotImplementedError, TypeError, ValueError):
        return False


_OF_ONE = (sympy.log, sympy.exp, sympy.Abs)


def _inside(formula: Any) -> Any:
    """A formula with the arguments of its functions in canonical form; a sign is x/abs(x).

    (Where x is 0 an answer with x/abs(x) has no value; that is looked for at points.)
    """
    formula = formula.replace(sympy.sign, lambda x: x / sympy.Abs(x))
    return formula.replace(
        lambda node: isinstance(node, _OF_ONE),
        lambda node: node.func(sympy.cancel(sympy.together(node.args[0]))),
    )
