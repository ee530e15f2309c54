"""What is true of the errors of A1-2.1.2: a network drawn at random, and its quantities moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import ImmutableMatrix, Integer

from hwcode import backpropagation as bp
from hwcode.checking import Numbers, Truth, matrix, scalar, vector
from hwcode.checking.graphs import carry_out
from hwcode.forward_mode import DUAL, Dual, duals
from hwcode.questions.backpropagation.forward import FORWARD
from hwcode.questions.backpropagation.problem import size

d, m, N = size("d"), size("m"), size("N")
x = vector("x", d, r"x")
W1, W2 = matrix("W1", m, d, r"W^{(1)}"), matrix("W2", m, d, r"W^{(2)}")
W3, W4 = matrix("W3", N, m, r"W^{(3)}"), matrix("W4", N, d, r"W^{(4)}")
z1, z2 = vector("z1", m, r"z_1"), vector("z2", m, r"z_2")
h1, h2 = vector("h1", m, r"h_1"), vector("h2", m, r"h_2")
g, y, yp = vector("g", m, r"g"), vector("y", N, r"y"), vector("yp", N, r"y'")
et = vector("et", N, r"e_t")
Sbar = scalar("Sbar", r"\overline S")
ypbar, ybar = vector("ypbar", N, r"\overline{y'}"), vector("ybar", N, r"\bar y")
gbar = vector("gbar", m, r"\bar g")
h1bar = vector("h1bar", m, r"\bar h_1")
h2bar = vector("h2bar", m, r"\bar h_2")
z1bar = vector("z1bar", m, r"\bar z_1")
z2bar = vector("z2bar", m, r"\bar z_2")

STATE = {"x": x, "z1": z1, "h1": h1, "z2": z2, "h2": h2, "g": g, "y": y, "yp": yp}
ERRORS = {
    "ypbar": ypbar, "ybar": ybar, "gbar": gbar, "h1bar": h1bar, "h2bar": h2bar,
    "z1bar": z1bar, "z2bar": z2bar,
}  # fmt: skip
CASES = (
    {d: 2, m: 2, N: 2, et: ImmutableMatrix([0, 1]), Sbar: -1},
    {d: 2, m: 3, N: 3, et: ImmutableMatrix([1, 0, 0]), Sbar: -1},
    {d: 3, m: 2, N: 4, et: ImmutableMatrix([0, 0, 1, 0]), Sbar: -1},
)


def draw_network(case: Any, numbers: Numbers) -> dict[Any, Any]:
    """A network with all its forward values and errors, in rational numbers.

    The biases are free, and take the values with which ``z1`` has alternating signs, while the
    entries of ``z2`` and ``y`` are logarithms of positive rationals: so sigmoid and softmax give
    rationals. (For that ``y`` gets a bias too, which none of the equations contains.)
    """
    inputs, hidden, classes = (int(case[size]) for size in (d, m, N))
    positive = sympy.Symbol("positive", positive=True)

    def vector_of(size: int, entry: Callable[[int], Any]) -> ImmutableMatrix:
        return ImmutableMatrix([entry(i) for i in range(size)])

    found: dict[Any, Any] = {x: numbers.matrix(inputs, 1)}
    for symbol, rows, columns in ((W1, hidden, inputs), (W2, hidden, inputs), (W3, classes, hidden), (W4, classes, inputs)):  # fmt: skip
        found[symbol] = numbers.matrix(rows, columns)
    found[z1] = vector_of(hidden, lambda i: (-1) ** (i + hidden) * numbers.number(positive))
    found[z2] = vector_of(hidden, lambda i: sympy.log(numbers.number(positive)))
    found[y] = vector_of(classes, lambda i: sympy.log(numbers.number(positive)))
    ops = bp.SYMPY
    found[h1], found[h2], found[yp] = (
        ops.relu(found[z1]),
        ops.sigmoid(found[z2]),
        ops.softmax(found[y]),
    )
    found[g] = ops.times(found[h1], found[h2])
    values: dict[str, Any] = {name: found[symbol] for name, symbol in STATE.items()}
    values["t"] = list(case[et]).index(1)
    weights = bp.Weights(found[W1], None, found[W2], None, found[W3], found[W4])
    errors = carry_out(bp.backward(weights, ops), values)
    return found | {symbol: ImmutableMatrix(errors[name]) for name, symbol in ERRORS.items()}


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
