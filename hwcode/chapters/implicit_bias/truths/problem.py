"""What the truths of this chapter share: everything from the definitions."""

from __future__ import annotations

from typing import Any

import sympy


def arrays(data: Any, targets: Any) -> tuple[Any, Any]:
    """Matrices of exact numbers as the arrays that the optimisers take."""
    import numpy as np

    rows = np.array(data.tolist(), dtype=object)
    return rows, np.array(list(targets), dtype=object)


def safe_rate(rows: Any) -> Any:
    """A rate at which every batch's step shrinks the error, by a crude bound."""
    return 1 / (1 + sum(value**2 for value in rows.ravel()))


def minimum_norm_by_elimination(data: sympy.Matrix, targets: Any) -> sympy.Matrix:
    """The solution of X w = t that is orthogonal to all v with X v = 0, for any rank."""
    rows = [data, *[direction.T for direction in data.nullspace()]]
    right = sympy.Matrix([*targets, *[0] * (len(rows) - 1)])
    unknowns = sympy.symbols(f"u:{data.cols}")
    (found,) = sympy.linsolve((sympy.Matrix.vstack(*rows), right), *unknowns)
    return sympy.Matrix(found)
