"""What ``questions/costs.py`` asks, from the definitions."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import sympy

from hwcode.chapters.backpropagation import passes as bp
from hwcode.chapters.backpropagation.metering import fitted_polynomial
from hwcode.chapters.backpropagation.questions.costs import D, K, N
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


@cache
def _counted(method: str, phase: str, what: str = "multiplications") -> sympy.Expr:
    """The cost of a phase as a polynomial in N, K and D, through counts."""

    def count(N: int, K: int, D: int) -> int:
        return int(getattr(bp.stack_cost(method, N, K, D).phases[phase], what))

    return fitted_polynomial(count, {N: 1, K: 1, D: 2}, first=1 if what == "multiplications" else 2)


def _multiplications(method: str, phase: str) -> Truth:
    return Truth(
        lambda point: _counted(method, phase).subs({symbol: point[symbol] for symbol in (N, K, D)}),
        "the multiplications that instrumented code carried out, a polynomial through counts",
        4,
    )


def _memory(method: str, phase: str) -> Truth:
    return Truth(
        lambda _: _counted(method, phase, "peak"),
        "the most numbers alive at a time in instrumented code",
    )


def _saved(point: Any) -> Any:
    total = sum(
        sign * _counted(method, phase)
        for method, sign in (("naive", 1), ("trick", -1))
        for phase in ("forward", "backward", "norm")
    )
    return total.subs({symbol: point[symbol] for symbol in (N, K, D)})


CELLS = list(product(("forward", "backward", "norm"), ("naive", "trick")))
TRUTHS = {
    "A1-2.2.3:T_forward": _multiplications("trick", "forward"),
    **{f"A1-2.2.3:T_{phase}_{way}": _multiplications(way, phase) for phase, way in CELLS[2:]},
    **{f"A1-2.2.3:M_{phase}_{way}": _memory(way, phase) for phase, way in CELLS},
    "A1-2.2.3:saved": Truth(_saved, "the difference of the counts", 4),
}
