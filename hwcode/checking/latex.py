"""Answers as LaTeX, where SymPy's own printing is hard to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy
from sympy.matrices.expressions import HadamardProduct
from sympy.printing.latex import LatexPrinter

from hwcode.checking.expressions import LATEX_NAMES
from hwcode.checking.nodes import entrywise_name

__all__ = ["latex_text"]


class _Printer(LatexPrinter):
    def _print_ElementwiseApplyFunction(self, node: Any) -> str:
        name = entrywise_name(node)
        told = r"\sigma" if name == "sigmoid" else rf"\operatorname{{{name}}}"
        return rf"{told}\left({self._print(node.expr)}\right)"

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        # n - d rather than -d + n: a term with a plus sign first, where there is one.
        terms = list(super()._as_ordered_terms(expr, order=order))
        return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))

    def _print_DiagMatrix(self, node: Any) -> str:
        return rf"\operatorname{{diag}}\left({self._print(node.args[0])}\right)"

    def _print_OneMatrix(self, node: Any) -> str:
        rows, columns = (rf"\mathbf{{1}}_{{{self._print(size)}}}" for size in node.shape)
        if node.shape[1] == 1:
            return rows
        row = rf"{columns}^{{\top}}"
        return row if node.shape[0] == 1 else f"{rows} {row}"

    def _print_Identity(self, node: Any) -> str:
        return f"I_{{{self._print(node.shape[0])}}}"

    def parenthesize(
        self, item: Any, level: int, is_neg: bool = False, strict: bool = False
    ) -> str:
        # SymPy sets an entrywise product inside of a matrix product without its brackets.
        if isinstance(item, HadamardProduct):
            return rf"\left({self._print(item)}\right)"
        return str(super().parenthesize(item, level, is_neg, strict))

    def _print_HadamardPower(self, node: Any) -> str:
        base = self.parenthesize(node.base, 1000, True)
        return rf"{base}^{{\circ {self._print(node.exp)}}}"


def latex_text(value: Any, order: Sequence[Any] = ()) -> str:
    """A formula as LaTeX mathematics, without dollar signs.

    Args:
        value: a SymPy expression, scalar or matrix.
        order: symbols that stand in this order in products and sums; by default the alphabet's.

    >>> n, d = sympy.symbols("n d")
    >>> latex_text(n * d**2), latex_text(n * d**2, (n, d))
    ('d^{2} n', 'n d^{2}')
    >>> from hwcode.checking.expressions import vector
    >>> from hwcode.checking.nodes import ENTRYWISE
    >>> latex_text(vector("z", 2).applyfunc(ENTRYWISE["step"]))
    '\\\\operatorname{step}\\\\left(z\\\\right)'
    """
    names = dict(LATEX_NAMES)
    stand_ins = {symbol: sympy.Symbol(f"s{place:02}") for place, symbol in enumerate(order)}
    names |= {stand_in: latex_text(symbol) for symbol, stand_in in stand_ins.items()}
    settings = {"mat_delim": "(", "fold_short_frac": False, "symbol_names": names}
    value = sympy.sympify(value).xreplace(stand_ins) if order else value
    return str(_Printer(settings).doprint(value))
