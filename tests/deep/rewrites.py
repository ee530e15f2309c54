"""Other ways of writing a right answer: by an algebra system, by identities, by notation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from hwcode.checking.forms import Formula

__all__ = ["rewrites_of"]

ALGEBRA: tuple[Callable[[Any], Any], ...] = (
    sympy.expand, sympy.factor, sympy.together, sympy.cancel, sympy.radsimp, sympy.powsimp,
    sympy.expand_log, sympy.logcombine, sympy.signsimp,
)  # fmt: skip

NUMBERS = (
    "-(-({0}))", "2*({0})/2", "({0})/1", "({0})*3/3", "1*({0})", "({0}) + 0", "({0}) - 0",
    "({0})/2 + ({0})/2", "3*({0}) - 2*({0})", "({0} + 1) - 1", "({0})*(1/2 + 1/2)", "+({0})",
    "(({0}))", "2*(({0}) - 5/2) + 5 - ({0})", "1/3*({0}) + 2/3*({0})", "-(1 - ({0})) + 1",
    "({0})**1", "(({0})*7)/7", "({0}) + 1/3 - 1/3", "5*({0})/5", "({0})*(2 - 1)",
    "(2*({0}) + ({0}))/3", "({0})/(1/2)/2", "10*({0}) - 9*({0})",
)  # fmt: skip
"""Of a number; each keeps its value wherever it has one."""
MATRICES = (
    "-(-({0}))", "2*({0})/2", "({0})/1", "1*({0})", "({0})/2 + ({0})/2", "3*({0}) - 2*({0})",
    "(({0}))", "({0}).T.T", "1/3*({0}) + 2/3*({0})", "({0}) + ({0}) - ({0})", "+({0})",
    "-1*(-1*({0}))", "({0})*4/4", "0.5*({0}) + ({0})/2", "2*({0}) - ({0})", "({0})*(1/2 + 1/2)",
    "(({0})*7)/7", "5*({0})/5", "({0})*(2 - 1)", "(2*({0}) + ({0}))/3", "({0})/(1/2)/2",
    "10*({0}) - 9*({0})", "7*(({0})/7)",
)  # fmt: skip
SYMBOLS = ("({0})*{1}/{1}", "({0}) + {1} - {1}", "(({0})*{1} + {1}*({0}))/(2*{1})")
NOTATION: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("^", lambda text: text.replace("**", "^")),
    ("·", lambda text: re.sub(r"(?<!\*)\*(?!\*)", "·", text)),
    ("×", lambda text: re.sub(r"(?<!\*)\*(?!\*)", "×", text)),
    ("−", lambda text: text.replace("-", "−")),
    ("no spaces", lambda text: text.replace(" ", "")),
    ("spaces", lambda text: re.sub(r"(\*\*|[()/+@])", r" \1 ", text)),
    ("square brackets spared", lambda text: f" {text} "),
)


def rewrites_of(form: Formula, reference: Any) -> Iterator[str]:
    """Texts that mean the same as the reference, each once.

    >>> x = sympy.Symbol("x", positive=True)
    >>> from hwcode.checking import Domain
    >>> len(list(rewrites_of(Formula(Domain((x,))), (x + 1) ** 2))) > 20
    True
    """
    seen: set[str] = set()
    for text in _all(form, reference):
        if text not in seen:
            seen.add(text)
            yield text


def _all(form: Formula, reference: Any) -> Iterator[str]:
    text = form.show(reference)
    matrix = bool(getattr(reference, "shape", None)) or isinstance(reference, MatrixExpr)
    if not matrix and not reference.has(sympy.MatrixSymbol):
        for rewrite in ALGEBRA:
            yield form.show(rewrite(reference))
    for pattern in MATRICES if matrix else NUMBERS:
        yield pattern.format(text)
    for name, symbol in form.symbols.items():
        # A symbol that may be 0 has no inverse everywhere.
        if getattr(symbol, "shape", None) is None and symbol.is_positive:
            yield from (pattern.format(text, name) for pattern in SYMBOLS[:: 2 if matrix else 1])
    for _, notation in NOTATION:
        yield notation(text)
