"""What ``questions/products.py`` asks, from the definitions."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix

from hwcode.chapters.backpropagation import passes as bp
from hwcode.chapters.backpropagation.metering import Meter, fitted_polynomial
from hwcode.chapters.backpropagation.questions.products import O, P, Y, n, x1, x2
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


@cache
def _contraction(order: str) -> sympy.Expr:
    """Multiplications of a contraction as a polynomial in O, Y and P, through counts."""

    def count(O: int, Y: int, P: int) -> int:
        meter = Meter()
        shapes = ((O, Y), (Y, P), (P, Y), (Y, O))
        bp.ORDERS[order](*(meter.array(np.ones(shape)) for shape in shapes))
        return meter.multiplications

    return fitted_polynomial(count, {O: 2, Y: 2, P: 1})


def _contracted(order: str) -> Truth:
    return Truth(
        lambda point: _contraction(order).subs({symbol: point[symbol] for symbol in (O, Y, P)}),
        "the multiplications that instrumented code carried out, a polynomial through counts",
        3,
    )


def _threshold(point: Any) -> Any:
    difference = _contraction("inside-out, left") - _contraction("left to right")
    (positive,) = [root for root in sympy.solve(difference, Y) if root != 0]
    return positive.subs({O: point[O], P: point[P]})


def _first_beats_second(_: Any) -> str:
    """When outside-in costs less than left-to-right: by the sign of the difference, for all sizes.

    A rule "exactly if u < 0" is proved by a difference that is u times something positive.
    """
    difference = _contraction("outside-in") - _contraction("left to right")
    rules = {"parameters": P - Y, "outputs": O - Y, "inner": Y - P, "never": sympy.S.One}
    holding = [key for key, sign in rules.items() if sympy.cancel(difference / sign).is_positive]
    return holding[0] if len(holding) == 1 else "no rule"


def _same_costs(_: Any) -> str:
    same_outer = _contraction("left to right") == _contraction("right to left")
    same_inner = _contraction("inside-out, left") == _contraction("inside-out, right")
    return {(True, True): "both", (True, False): "b", (False, True): "c"}.get(
        (same_outer, same_inner), "neither"
    )


def _which_products(_: Any) -> str:
    """Try all four: a VJP takes v to M^T v, a JVP takes u to M u, of the two examples' Jacobians."""
    generator = np.random.default_rng(0)
    first, second = generator.standard_normal((2, 3, 5))  # df/dtheta, O = 3 and P = 5
    v = generator.standard_normal(3)
    wanted, holding = first @ second.T @ v, []
    for inner in ("vjp", "jvp"):
        for outer in ("vjp", "jvp"):
            try:
                middle = second.T @ v if inner == "vjp" else second @ v
                found = first.T @ middle if outer == "vjp" else first @ middle
            except ValueError:  # shapes that do not fit
                continue
            if found.shape == wanted.shape and np.allclose(found, wanted):
                holding.append(f"{inner}, {outer}")
    return holding[0] if len(holding) == 1 else "unclear"


class _Passes:
    """A function known by its products with vectors only; it counts them."""

    def __init__(self, jacobian: Any) -> None:
        self._jacobian = jacobian
        self.vjps = self.jvps = 0

    def vjp(self, v: Any) -> Any:
        self.vjps += 1
        return v @ self._jacobian

    def jvp(self, u: Any) -> Any:
        self.jvps += 1
        return self._jacobian @ u


def _passes(whole_jacobians: bool) -> Callable[[Any], ImmutableMatrix]:
    """Compute the inner product of Jacobians by products with vectors, and count them."""

    def value(point: Any) -> ImmutableMatrix:
        outputs, parameters = int(point[O]), 4
        # Sizes of drawn points may be huge; the count of a loop over unit vectors is linear.
        counts = {}
        for count in (1, 2, 3):
            jacobians = np.random.default_rng(count).integers(-4, 5, (2, count, parameters))
            first, second = _Passes(jacobians[0]), _Passes(jacobians[1])
            units = np.eye(count, dtype=int)
            if whole_jacobians:
                rows = [[f.vjp(unit) for unit in units] for f in (first, second)]
                kernel = np.array(rows[0]) @ np.array(rows[1]).T
            else:
                kernel = np.array([first.jvp(second.vjp(unit)) for unit in units]).T
            assert np.array_equal(kernel, jacobians[0] @ jacobians[1].T)
            counts[count] = (first.vjps + second.vjps, first.jvps + second.jvps)
        fitted = [sympy.interpolate([(s, c[k]) for s, c in counts.items()], O) for k in (0, 1)]
        return ImmutableMatrix([sympy.sympify(one).subs(O, outputs) for one in fitted])

    return value


def _inner_product_of_layer(point: Any) -> ImmutableMatrix:
    """M2 M3 for y = W x, the Jacobians written out by differentiating by every weight."""
    rows, columns = int(point[Y]), int(point[n])
    weights = sympy.Matrix(rows, columns, sympy.symbols(f"w:{rows * columns}"))
    jacobians = [(weights * point[example]).jacobian(list(weights)) for example in (x1, x2)]
    return ImmutableMatrix(jacobians[0] * jacobians[1].T)


TRUTHS = {
    "A1-2.3:products": Truth(_which_products, "trying all four on matrices"),
    "A1-2.3:passes_a": Truth(_passes(True), "counting the products of a loop over unit vectors", 1),
    "A1-2.3:passes_b": Truth(
        _passes(False), "counting the products of a loop over unit vectors", 1
    ),
    "A1-2.3:cost_a": _contracted("outside-in"),
    "A1-2.3:cost_b": _contracted("left to right"),
    "A1-2.3:cost_c": _contracted("inside-out, left"),
    "A1-2.3:directions": Truth(_same_costs, "the counts of all five orders"),
    "A1-2.3:a_or_b": Truth(
        _first_beats_second, "the sign of the difference of the counts, factored"
    ),
    "A1-2.3:b_or_c": Truth(_threshold, "the root of the difference of the counts", 3),
    "A1-2.3:structure": Truth(_inner_product_of_layer, "differentiating by every weight", 2),
}
