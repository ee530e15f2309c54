"""What is true of the errors of A1-2.1.2: a network drawn at random, and its quantities moved."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix, Integer

from hwcode.chapters.backpropagation import passes as bp
from hwcode.chapters.backpropagation.forward_mode import DUAL, Dual, duals
from hwcode.chapters.backpropagation.questions.forward import FORWARD
from hwcode.chapters.backpropagation.questions.network import (
    STATE,
    W1,
    W2,
    W3,
    W4,
    et,
    g,
    x,
    y,
    z1,
    z2,
)
from hwcode.checking import Truth
from hwcode.checking.graphs import carry_out


def error_of(name: str) -> Truth:
    """The error of a quantity, from its definition: move it alone, and see how fast J moves.

    Each entry is moved in turn, everything downstream is computed anew with dual numbers, and
    nothing is passed backwards.
    """

    def value(point: Any) -> ImmutableMatrix:
        known = {key: point[symbol] for key, symbol in STATE.items()}
        size = len(known[name])
        slopes = []
        for moved in range(size):
            values = {key: duals(list(held)) for key, held in known.items()}
            values[name] = duals(list(known[name]), [int(i == moved) for i in range(size)])
            slopes.append(_rerun(point, values, name)["J"].rate)
        return ImmutableMatrix(slopes)

    return Truth(value, "the rate at which J moves with this quantity alone, by dual numbers", 24)


def _rerun(point: Any, values: dict[str, Any], moved: str) -> dict[str, Any]:
    """Carry out the steps after a quantity that was moved, with the biases that fit the point."""
    matrices = {symbol: duals(point[symbol].tolist()) for symbol in (W1, W2, W3, W4)}
    b1 = duals(list(point[z1] - point[W1] * point[x]))
    b2 = duals(list(point[z2] - point[W2] * point[x]))
    b4 = duals(list(point[y] - point[W3] * point[g] - point[W4] * point[x]))
    weights = bp.Weights(matrices[W1], b1, matrices[W2], b2, matrices[W3], matrices[W4])
    steps = dict(bp.forward(weights, DUAL))
    steps["y"] = lambda g, x: matrices[W3] @ g + matrices[W4] @ x + b4
    values = {**values, "t": list(point[et]).index(1)}
    fresh = {moved}
    for name, step in steps.items():
        if name != moved and any((source, name) in FORWARD for source in fresh):
            values[name] = carry_out({name: step}, values)[name]
            fresh.add(name)
    return values


def derivative_of_last_step(_: Any) -> Any:
    """The rate of J = -S when S moves."""
    moved = Dual(Integer(5), Integer(1))
    return carry_out({"J": bp.forward(bp.NO_WEIGHTS, DUAL)["J"]}, {"S": moved})["J"].rate


def value_at_kink(_: Any) -> str:
    """Two programs for the function x, whose derivative at 0 is 1; s stands for ReLU'(0).

    The chain rule, carried out by hand: the derivative of relu(a(x)) at 0 is s a'(0) if a(0) = 0.
    """
    s = sympy.Symbol("s", real=True)

    def relu(derivative: Any) -> Any:
        return s * derivative

    once = relu(1) - relu(-1)
    twice = relu(relu(1)) - relu(relu(-1))
    common = set(sympy.solve(once - 1, s)) & set(sympy.solve(twice - 1, s))
    keys = {sympy.S.Zero: "zero", sympy.Rational(1, 2): "half", sympy.S.One: "one"}
    return keys[common.pop()] if common else "none"
