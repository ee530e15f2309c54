"""What ``questions/one_step.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix

from hwcode.chapters.weight_decay.questions.problem import X, eta, lam, lamt, t, w0
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


def _descend(point: Any, penalty: Any, decay: Any) -> ImmutableMatrix:
    """One step: the loss is written out as a sum and differentiated in each weight."""
    data, start, targets = point[X], point[w0], point[t]
    names = sympy.symbols(f"v:{len(start)}")
    loss = sum((data[i, :].dot(names) - targets[i]) ** 2 for i in range(data.rows)) / data.rows
    loss += penalty * sum(name**2 for name in names)
    at = dict(zip(names, start, strict=True))
    slopes = ImmutableMatrix([sympy.diff(loss, name).subs(at) for name in names])
    return start - decay * start - point[eta] * slopes


TRUTHS = {
    "A2-2.2.1:penalty": Truth(
        lambda point: _descend(point, point[lamt], 0),
        "the derivatives of the penalised loss",
        5,
    ),
    "A2-2.2.1:decay": Truth(
        lambda point: _descend(point, 0, point[lam]),
        "the derivatives of the plain loss, and the decay",
        5,
    ),
}
