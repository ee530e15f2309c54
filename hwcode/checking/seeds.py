"""Where random numbers start from: the question and the answer as they were read.

So the same answer gets the same points in every process and on every system, and so does another
spelling of it. Nobody can choose the points for a question, since they change with the answer.
"""

from __future__ import annotations

import hashlib
from typing import Any

import sympy
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.matrixbase import MatrixBase

__all__ = ["canonical_text", "seed_of"]

_ENTRY = sympy.Symbol("entry", real=True)
_ANY_ORDER = (sympy.Add, sympy.Mul, sympy.Max, sympy.Min, MatAdd, HadamardProduct)


def canonical_text(value: Any) -> str:
    """An expression as a text that depends neither on the process nor on how it was spelled.

    SymPy's own texts do: its bound variables are numbered as they arise.

    >>> x, y = sympy.symbols("x y")
    >>> canonical_text(y + x) == canonical_text(x + y), canonical_text(x - y)
    (True, 'Add(Mul(-1,y),x)')
    >>> A, B, C = (sympy.MatrixSymbol(name, 2, 2) for name in "ABC")
    >>> canonical_text((A * B) * C) == canonical_text(A * (B * C)) != canonical_text(A * C * B)
    True
    """
    value = sympy.sympify(value)
    if isinstance(value, MatrixBase):
        entries = ",".join(canonical_text(entry) for entry in value)
        return f"[{value.rows}x{value.cols}:{entries}]"
    if isinstance(value, ElementwiseApplyFunction):
        return f"each({canonical_text(value.function(_ENTRY))},{canonical_text(value.expr)})"
    if isinstance(value, (sympy.Symbol, sympy.MatrixSymbol)):
        return str(value.name)
    if not value.args:
        return str(value)
    name = type(value).__name__
    texts = [canonical_text(argument) for argument in value.args]
    # SymPy's product of matrices is a product, too, and does not commute.
    if isinstance(value, _ANY_ORDER) and not isinstance(value, MatMul):
        texts.sort()
    return f"{name}({','.join(texts)})"


def seed_of(*parts: Any) -> int:
    """A whole number from texts and expressions, the same in every process.

    >>> x = sympy.Symbol("x")
    >>> seed_of("a question", 2 * x, 0) == seed_of("a question", x + x, 0)
    True
    >>> seed_of("a question", 2 * x, 0) == seed_of("a question", 2 * x, 1)
    False
    """
    texts = [part if isinstance(part, str) else canonical_text(part) for part in parts]
    return int.from_bytes(hashlib.sha256("\n".join(texts).encode()).digest()[:16], "big")
