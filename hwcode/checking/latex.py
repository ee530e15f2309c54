"""Answers as LaTeX, where SymPy's own printing is hard to read."""

from __future__ import annotations

from typing import Any

from sympy.printing.latex import LatexPrinter

from hwcode.checking.expressions import LATEX_NAMES
from hwcode.checking.nodes import entrywise_name

__all__ = ["latex_text"]


class _Printer(LatexPrinter):
    def _print_ElementwiseApplyFunction(self, node: Any) -> str:
        name = entrywise_name(node)
        told = r"\sigma" if name == "sigmoid" else rf"\operatorname{{{name}}}"
        return rf"{told}\left({self._print(node.expr)}\right)"

    def _print_DiagMatrix(self, node: Any) -> str:
        return rf"\operatorname{{diag}}\left({self._print(node.args[0])}\right)"

    def _print_OneMatrix(self, node: Any) -> str:
        return r"\mathbf 1"

    def _print_HadamardPower(self, node: Any) -> str:
        base = self.parenthesize(node.base, 1000, True)
        return rf"{base}^{{\circ {self._print(node.exp)}}}"


def latex_text(value: Any) -> str:
    """A formula as LaTeX mathematics, without dollar signs.

    >>> from hwcode.checking.expressions import vector
    >>> from hwcode.checking.nodes import ENTRYWISE
    >>> latex_text(vector("z", 2).applyfunc(ENTRYWISE["step"]))
    '\\\\operatorname{step}\\\\left(z\\\\right)'
    """
    settings = {"mat_delim": "(", "fold_short_frac": False, "symbol_names": dict(LATEX_NAMES)}
    return str(_Printer(settings).doprint(value))
