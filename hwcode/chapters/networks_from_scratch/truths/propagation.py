"""What is true of layers and of the perceptron made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import Rational

from hwcode.chapters.networks_from_scratch import layers as nn
from hwcode.chapters.networks_from_scratch.questions.problem import d, h, q
from hwcode.chapters.networks_from_scratch.truths.digits import quotient
from hwcode.chapters.networks_from_scratch.truths.regression import (
    XOR,
    best_line,
    loss_of_logit,
)
from hwcode.checking.networks import Perceptron


def curve(function: Callable[[Any], Any], Z: Any, G: Any) -> dict[str, Any]:
    """A function of one variable and its slopes, entry by entry."""
    H = np.array([float(function(mpmath.mpf(z))) for z in Z.flat]).reshape(Z.shape)
    slopes = [float(quotient(function, mpmath.mpf(z))) for z in Z.flat]
    return {"H": H, "dZ": G * np.array(slopes).reshape(Z.shape)}


def relu_curve(Z: Any, G: Any) -> dict[str, Any]:
    """At 0, where the quotient from both sides would be 1/2, the contract has 0."""
    found = curve(lambda z: max(z, mpmath.mpf(0)), Z, G)
    found["dZ"][Z == 0] = 0
    return found


def product(arguments: Any) -> dict[str, Any]:
    """The product of all matrices at once; its transpose carries gradients back."""
    matrices, X, G = arguments
    whole = np.eye(X.shape[1])
    for A in matrices:
        whole = whole @ A
    places = list(range(len(matrices)))
    calls = [f"forward {place}" for place in places]
    calls += [f"backward {place}" for place in reversed(places)]
    return {"Y": X @ whole, "dX": G @ whole.T, "calls": calls}


def mlp_by_quotients(weights: Any, X: Any, t: Any) -> dict[str, Any]:
    """Loss and slopes of a perceptron with tanh; every weight is moved by itself."""
    found = perceptron_by_quotients("Tanh", weights, X, t)
    return {name: value for name, value in found.items() if name not in ("dX", "labels")}


def perceptron_by_quotients(activation: str, weights: Any, X: Any, t: Any) -> dict[str, Any]:
    """The loss is written out in loops, and every weight and feature is moved by itself."""
    bend = mpmath.tanh if activation == "Tanh" else lambda value: max(value, mpmath.mpf(0))
    entries: dict[Any, Any] = {}
    for place, (W, b) in enumerate(weights, 1):
        for name, value in ((f"dW{place}", W), (f"db{place}", b)):
            entries |= {
                (name, index): mpmath.mpf(float(number)) for index, number in np.ndenumerate(value)
            }
    rows = [[mpmath.mpf(float(value)) for value in row] for row in X]
    targets = [mpmath.mpf(float(target)) for target in t]

    def logit(entries: Mapping[Any, Any], values: list[Any]) -> Any:
        for place, (_, b) in enumerate(weights, 1):
            values = [
                entries[f"db{place}", (j,)]
                + mpmath.fsum(entries[f"dW{place}", (k, j)] * v for k, v in enumerate(values))
                for j in range(len(b))
            ]
            if place < len(weights):
                values = [bend(value) for value in values]
        return values[0]

    def loss(entries: Mapping[Any, Any], i: int, values: list[Any]) -> Any:
        return loss_of_logit(targets[i], logit(entries, values))

    def mean(entries: Mapping[Any, Any]) -> Any:
        return mpmath.fsum(loss(entries, i, row) for i, row in enumerate(rows)) / len(rows)

    named: dict[str, Any] = {"loss": float(mean(entries)), "dX": np.empty(X.shape)}
    named["labels"] = np.array([[float(logit(entries, row) > 0)] for row in rows])
    for place, (W, b) in enumerate(weights, 1):
        named |= {f"dW{place}": np.empty(W.shape), f"db{place}": np.empty(b.shape)}
    for (name, index), value in entries.items():
        moved = lambda x, key=(name, index): mean({**entries, key: x})  # noqa: E731
        named[name][index] = float(quotient(moved, value))
    for i, row in enumerate(rows):
        for k, value in enumerate(row):
            alone = lambda x, i=i, k=k: loss(entries, i, [*rows[i][:k], x, *rows[i][k + 1 :]])  # noqa: E731
            named["dX"][i, k] = float(quotient(alone, value) / len(rows))
    return named


def count_entries(point: Any) -> sympy.Integer:
    """The number of weights and biases of a network, counted."""
    network = nn.MLP((int(point[d]), int(point[h]), 1))
    linear = [layer for layer in network.layers if isinstance(layer, nn.Linear)]
    return sympy.Integer(sum(layer.W.size + layer.b.size for layer in linear))


@cache
def trained_on_moons() -> tuple[float, float]:
    """Accuracy of the trained network, and of the best line."""
    X, t = nn.moons()
    network = nn.MLP((2, 8, 1), seed=0)
    nn.train(network, X, t, rate=1.0, steps=3000)
    return nn.accuracy(network, X, t), best_line_through_points(X, t)


def best_line_through_points(X: Any, t: Any) -> float:
    """The largest accuracy of a line on points in general position, among all lines.

    Any line can be moved, without changing a point's side, until it passes through one point, the
    pivot, and back such that this one is right. So it is enough to turn a line about each point: it
    passes the others one by one, and each changes its side then.

    Raises:
        ValueError: if three points lie in a row, or so nearly that rounding might decide.

    >>> best_line_through_points(np.array([[0, 0], [0, 1], [1, 0.1], [1, 1.2]]), np.array([0, 1, 1, 0]))
    0.75
    """
    best, wanted = 0, np.asarray(t) == 1
    for pivot in range(len(X)):
        others = np.delete(X - X[pivot], pivot, axis=0)
        angles = np.arctan2(others[:, 1], others[:, 0]) % (2 * np.pi)
        right = (angles < np.pi) == np.delete(wanted, pivot)
        passed = np.argsort(angles % np.pi)
        gaps = np.diff(np.sort(angles % np.pi), append=np.min(angles % np.pi) + np.pi)
        if np.any(gaps < 1e-12):
            raise ValueError(f"point {pivot} and two other ones lie in a row")
        agree = np.sum(right) + np.cumsum(np.where(right, -1, 1)[passed])
        best = max(best, int(agree.max()), int(len(others) - agree.min()))
    return (best + 1) / len(X)


def beats_the_line(_: Any) -> str:
    """Whether the trained network is right everywhere and no line is."""
    network, line = trained_on_moons()
    return "yes" if network == 1 > line else "no"


def units_for_xor(_: Any) -> sympy.Integer:
    """One monotone unit splits the plane along a line, which is too little; two are tried."""
    two = Perceptron.of(
        {"W1": [[1, 1], [1, 1]], "b1": [0, -1], "phi1": "relu",
         "W2": [[1, -2]], "b2": [Rational(-1, 2)], "phi2": "identity"}
    )  # fmt: skip
    right = all((two(point)[0] > 0) == bool(label) for point, label in zip(*XOR, strict=True))
    assert right
    return sympy.Integer(1 if best_line(*XOR) == 1 else len(two.layers[0].b))


def fate_of_zeros(activation: Any) -> str:
    """Five steps from zero on data with unequal classes; which arrays have moved, and how?"""
    X, t = nn.moons(40)
    t[:4] = 1
    network = nn.MLP((2, 3, 1), activation)
    for layer in network.layers:
        if isinstance(layer, nn.Linear):
            layer.W[:], layer.b[:] = 0, 0
    nn.train(network, X, t, rate=1.0, steps=5)
    first, last = network.layers[0], network.layers[-1]
    assert isinstance(first, nn.Linear)
    assert isinstance(last, nn.Linear)
    units = np.vstack([first.W, first.b, last.W.T])
    if not np.any(units):
        return "bias" if np.all(last.b != 0) else "nothing"
    return "alike" if np.allclose(units, units[:, :1], rtol=1e-9, atol=0) else "learns"


def loss_of_a_constant(point: Any) -> Any:
    """Minimise over the bias: set the derivative to zero, solve, put in."""
    b, share = sympy.Symbol("b", real=True), sympy.Symbol("share", positive=True)
    loss = share * sympy.log(1 + sympy.exp(-b)) + (1 - share) * sympy.log(1 + sympy.exp(b))
    least = sympy.log(share / (1 - share))
    assert sympy.simplify(sympy.diff(loss, b).subs(b, least)) == 0
    return loss.subs(b, least).subs(share, point[q])
