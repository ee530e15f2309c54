"""The gated network of A1-2.1: its quantities as symbols, and networks drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import ImmutableMatrix

from hwcode.chapters.backpropagation import passes as bp
from hwcode.chapters.backpropagation.questions.problem import size
from hwcode.checking import Numbers, matrix, scalar, vector
from hwcode.checking.graphs import carry_out

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
CASES = ({d: 2, m: 2, N: 2}, {d: 2, m: 3, N: 3}, {d: 3, m: 2, N: 4})


def draw_network(case: Any, numbers: Numbers) -> dict[Any, Any]:
    """A network with all its forward values and errors, in rational numbers.

    The biases are free, and take the values with which ``z1`` has entries of either sign, while the
    entries of ``z2`` and ``y`` are logarithms of positive rationals: so sigmoid and softmax give
    rationals. (For that ``y`` gets a bias too, which none of the equations contains.)
    """
    inputs, hidden, classes = (int(case[size]) for size in (d, m, N))
    positive = sympy.Symbol("positive", positive=True)
    signed = sympy.Symbol("signed", real=True, nonzero=True)  # ReLU has no derivative at 0
    label = numbers.source.randrange(classes)

    def vector_of(size: int, entry: Callable[[int], Any]) -> ImmutableMatrix:
        return ImmutableMatrix([entry(i) for i in range(size)])

    found: dict[Any, Any] = {x: numbers.matrix(inputs, 1)}
    shapes = {
        W1: (hidden, inputs), W2: (hidden, inputs), W3: (classes, hidden), W4: (classes, inputs)
    }  # fmt: skip
    for symbol, (rows, columns) in shapes.items():
        found[symbol] = numbers.matrix(rows, columns)
    found[z1] = vector_of(hidden, lambda i: numbers.number(signed))
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
    values["t"] = label
    found[et] = vector_of(classes, lambda i: sympy.Integer(i == label))
    weights = bp.Weights(found[W1], None, found[W2], None, found[W3], found[W4])
    errors = carry_out(bp.backward(weights, ops), values)
    return found | {symbol: ImmutableMatrix(errors[name]) for name, symbol in ERRORS.items()}
