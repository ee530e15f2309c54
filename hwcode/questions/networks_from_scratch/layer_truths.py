"""What is true of layers and of the perceptron made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import combinations, pairwise
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import Rational

from hwcode import networks_from_scratch as nn
from hwcode.checking.networks import Perceptron
from hwcode.questions.networks_from_scratch.problem import d, h, q
from hwcode.questions.networks_from_scratch.trials import differs, quotient, strict
from hwcode.questions.networks_from_scratch.truths import XOR, best_line, cross_entropy, logistic


def activation_instances() -> Iterator[tuple[Any, ...]]:
    """Ordinary arguments, and -1000, 1000 and 0; a vector, too, has entries."""
    generator = np.random.default_rng(21)
    yield np.array([[-2.0, 0.5], [3.0, -0.25]]), np.ones((2, 2))
    yield np.array([[-1000.0, 1000.0, 0.0]]), np.array([[2.0, -3.0, 5.0]])
    yield generator.standard_normal((3, 2)), generator.standard_normal((3, 2))
    yield np.array([-1.5, 0.0, 2.0]), np.array([1.0, 2.0, 3.0])


def use_layer(layer_class: Callable[..., Any], Z: Any, G: Any) -> dict[str, Any]:
    """Forward with another array first, then forward and backward."""
    layer = layer_class()
    strict(layer.forward, Z + 1)
    H = strict(layer.forward, Z)
    return {"H": H, "dZ": strict(layer.backward, G)}


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


class Matrix:
    """A layer for trying out a sequence: ``X A`` forward, ``G A^T`` backward, and a diary."""

    def __init__(self, name: int, A: Any, diary: list[str]) -> None:
        self.name, self.A, self.diary = name, A, diary

    def forward(self, X: Any) -> Any:
        self.diary.append(f"forward {self.name}")
        return X @ self.A

    def backward(self, G: Any) -> Any:
        self.diary.append(f"backward {self.name}")
        return G @ self.A.T


def sequence_instances() -> Iterator[tuple[Any, ...]]:
    """Layers of small whole numbers; the last instance has none."""
    generator = np.random.default_rng(22)
    for widths in ((2, 2), (2, 3, 1), (2, 2, 2, 2), (3,)):
        shapes = pairwise(widths)
        matrices = [generator.integers(-3, 4, shape).astype(float) for shape in shapes]
        X, G = (
            generator.integers(-3, 4, (2, width)).astype(float) for width in (widths[0], widths[-1])
        )
        yield matrices, X, G


def use_sequence(sequence: Callable[..., Any], matrices: Any, X: Any, G: Any) -> dict[str, Any]:
    """Twice there and back, as in training; of the second time, in which order layers were called."""
    diary: list[str] = []
    layers = [Matrix(place, A, diary) for place, A in enumerate(matrices)]
    network = sequence(layers)
    for batch, slopes in ((X + 1, G + 1), (X, G)):
        diary.clear()
        Y, dX = network.forward(batch), network.backward(slopes)
    return {"Y": Y, "dX": dX, "calls": diary}


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


def sequence_differs(got: Any, expected: Any) -> str:
    """Output and gradient first, then the order of the calls."""
    values, wanted = ({name: one[name] for name in ("Y", "dX")} for one in (got, expected))
    found = differs()(values, wanted)
    if not found and got["calls"] != expected["calls"]:
        found = f"the layers were called as {got['calls']}"
    return found


def mlp_instances() -> Iterator[tuple[Any, ...]]:
    """Networks with no, one and two hidden layers, and one that overflows exponentials."""
    generator = np.random.default_rng(23)
    for widths, size in (((2, 1), 3), ((2, 3, 1), 3), ((1, 2, 2, 1), 2)):
        weights = [
            (generator.standard_normal((a, b)).round(2), generator.standard_normal(b).round(2))
            for a, b in pairwise(widths)
        ]
        X = generator.standard_normal((size, widths[0])).round(2)
        yield weights, X, np.arange(size) % 2.0
    # Sure of itself: one example right, two wrong.
    weights = [(np.array([[300.0]]), np.array([0.5]))]
    yield weights, np.array([[1.0], [-3.0], [3.0]]), np.array([1.0, 1.0, 0.0])


def use_mlp(program: Callable[..., Any], weights: Any, X: Any, t: Any) -> dict[str, Any]:
    """The loss and every gradient by its name."""
    loss, gradients = strict(program, weights, X, t)
    named = {"loss": loss}
    for place, (dW, db) in enumerate(gradients, 1):
        named |= {f"dW{place}": dW, f"db{place}": db}
    return named


def mlp_by_quotients(weights: Any, X: Any, t: Any) -> dict[str, Any]:
    """Every weight is moved by itself; the loss is written out in loops."""
    entries: dict[Any, Any] = {}
    for place, (W, b) in enumerate(weights, 1):
        for name, value in ((f"dW{place}", W), (f"db{place}", b)):
            entries |= {
                (name, index): mpmath.mpf(float(number)) for index, number in np.ndenumerate(value)
            }

    def loss(entries: Mapping[Any, Any]) -> Any:
        total = mpmath.mpf(0)
        for row, target in zip(X, t, strict=True):
            values = [mpmath.mpf(float(value)) for value in row]
            for place, (_, b) in enumerate(weights, 1):
                values = [
                    entries[f"db{place}", (j,)]
                    + mpmath.fsum(entries[f"dW{place}", (k, j)] * v for k, v in enumerate(values))
                    for j in range(len(b))
                ]
                if place < len(weights):
                    values = [mpmath.tanh(value) for value in values]
            total += cross_entropy(logistic(values[0]), mpmath.mpf(float(target)))
        return total / len(t)

    named: dict[str, Any] = {"loss": float(loss(entries))}
    for place, (W, b) in enumerate(weights, 1):
        named |= {f"dW{place}": np.empty(W.shape), f"db{place}": np.empty(b.shape)}
    for (name, index), value in entries.items():
        moved = lambda x, key=(name, index): loss({**entries, key: x})  # noqa: E731
        named[name][index] = float(quotient(moved, value))
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
    """The largest accuracy of a line on points in general position.

    A line can be moved until it passes through two points without changing a side, and back such
    that these two are right. So it is enough to try the lines through two points.

    Raises:
        ValueError: if three points lie in a row, or so nearly that rounding might decide.

    >>> best_line_through_points(np.array([[0, 0], [0, 1], [1, 0.1], [1, 1.2]]), np.array([0, 1, 1, 0]))
    0.75
    """
    best = 0
    for i, j in combinations(range(len(X)), 2):
        along, others = X[j] - X[i], X - X[i]
        areas = others[:, 0] * along[1] - others[:, 1] * along[0]
        if np.sum(np.abs(areas) < 1e-12) > 2:
            raise ValueError(f"points {i} and {j} and another one lie in a row")
        side = np.sign(areas)
        side[[i, j]] = 0
        agree = int(np.sum(side * (2 * t - 1) > 0))
        best = max(best, agree, len(X) - 2 - agree)
    return (best + 2) / len(X)


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
