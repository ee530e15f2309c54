"""How the programs of the chapter on networks from scratch are tried, and what is true.

Losses and their slopes are computed with 1,100 decimal digits, the slopes as difference quotients:
by the definition of a derivative, and by no rule for one.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from itertools import combinations, pairwise
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import ImmutableMatrix, Rational

from hwcode import networks_from_scratch as nn
from hwcode.checking import matrix, scalar, vector
from hwcode.checking.expressions import UndefinedError
from hwcode.checking.inequalities import Affine, solution
from hwcode.checking.networks import Perceptron
from hwcode.checking.programs import close, plain

DIGITS = 1100
"""Decimal digits: ``exp(-1000)`` beside 1 takes 435 of them, difference quotients the rest."""
TOLERANCE = 1e-9
"""Of values that a program returns, relative to the largest of them, or to 1."""


n = scalar("n", integer=True, positive=True)
d = scalar("d", integer=True, positive=True)
h = scalar("h", integer=True, positive=True)
lmax = scalar("lmax", r"\lambda_{\max}", positive=True)
q = scalar("q", positive=True)
X, p, t = matrix("X", n, d), vector("p", n), vector("t", n)


def strict(program: Callable[..., Any], *arguments: Any) -> Any:
    """Call a program; overflow, invalid operations and division by zero end it.

    Raises:
        ValueError: if it changes one of its arguments.
    """
    before = plain(copy.deepcopy(arguments))
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        result = program(*arguments)
    for place, (value, kept) in enumerate(zip(plain(arguments), before, strict=True), 1):
        if value != kept:
            name = getattr(program, "__name__", "the program")
            raise ValueError(f"{name} changes its argument number {place}")
    return result


def differs(tolerance: float = TOLERANCE) -> Callable[[Any, Any], str]:
    """Compare numbers and arrays, by name where there are several."""

    def differ(got: Any, expected: Any) -> str:
        if not isinstance(expected, dict):
            return close(got, expected, tolerance)
        if missing := [name for name in expected if name not in got]:
            return f"{', '.join(missing)}: missing"
        if more := [name for name in got if name not in expected]:
            return f"{', '.join(more)}: not asked for"
        for name, value in expected.items():
            found = close(got[name], value, tolerance)
            if found:
                return found if len(expected) == 1 else f"{name}: {found}"
        return ""

    return differ


def named(*names: str) -> Callable[..., dict[str, Any]]:
    """A function with several results as one whose results have names."""

    def use(program: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
        results = strict(program, *arguments)
        if not isinstance(results, (tuple, list)) or len(results) != len(names):
            raise TypeError(f"{len(names)} results are expected: {', '.join(names)}")
        return dict(zip(names, results, strict=True))

    return use


def quotient(f: Callable[[Any], Any], x: Any, low: Any = None, high: Any = None) -> Any:
    """The derivative of ``f`` at ``x`` as a difference quotient, one-sided at the ends."""
    step = mpmath.mpf(10) ** -400
    below = x if low is not None and x <= low else x - step
    above = x if high is not None and x >= high else x + step
    return (f(above) - f(below)) / (above - below)


def many_digits(function: Callable[..., Any]) -> Callable[[Any], Any]:
    """A truth that takes an instance's arguments and computes with many digits."""

    def value(arguments: Any) -> Any:
        with mpmath.workdps(DIGITS):
            return function(*arguments)

    return value


def cross_entropy(probability: Any, target: Any) -> Any:
    """``-t log p - (1 - t) log(1 - p)``, with ``0 log 0 = 0`` and ``log 0`` minus infinity."""
    total = mpmath.mpf(0)
    for weight, chance in ((target, probability), (1 - target, 1 - probability)):
        if weight:
            total -= weight * mpmath.log(chance) if chance else -mpmath.inf
    return total


def logistic(z: Any) -> Any:
    """The logistic function, ``1 / (1 + exp(-z))``."""
    return 1 / (1 + mpmath.exp(-z))


def loss_of_probabilities(p: Any, t: Any) -> float:
    """The mean cross-entropy of probabilities."""
    losses = [cross_entropy(mpmath.mpf(a), mpmath.mpf(b)) for a, b in zip(p, t, strict=True)]
    return float(mpmath.fsum(losses) / len(p))


def slopes_of_probabilities(p: Any, t: Any) -> Any:
    """Its derivative in each probability, one-sided at 0 and 1."""
    slopes = []
    for a, b in zip(p, t, strict=True):
        loss = partial(cross_entropy, target=mpmath.mpf(b))
        slope = quotient(loss, mpmath.mpf(a), 0, 1)
        slopes.append(float(slope / len(p)))
    return np.array(slopes)


def _loss_of_logit(target: Any, z: Any) -> Any:
    return cross_entropy(logistic(z), target)


def loss_of_logits(z: Any, t: Any) -> float:
    """The mean cross-entropy of the logits' probabilities."""
    return loss_of_probabilities([logistic(mpmath.mpf(a)) for a in z], t)


def slopes_of_logits(z: Any, t: Any) -> Any:
    """Its derivative in each logit."""
    slopes = []
    for a, b in zip(z, t, strict=True):
        slope = quotient(partial(_loss_of_logit, mpmath.mpf(b)), mpmath.mpf(a))
        slopes.append(float(slope / len(z)))
    return np.array(slopes)


def probabilities() -> Iterator[tuple[Any, Any]]:
    """Ordinary ones first, then those that make a careless program fail."""
    yield np.array([0.5]), np.array([1.0])
    yield np.array([0.25, 0.75, 0.625]), np.array([0.0, 1.0, 0.25])
    yield np.array([0.0, 1.0, 0.5]), np.array([0.0, 1.0, 1.0])
    yield np.array([1e-300, 1e-20]), np.array([1.0, 0.0])
    yield np.array([0.0, 0.5]), np.array([1.0, 0.0])
    yield np.array([1.0, 0.5]), np.array([0.5, 0.0])


def logits() -> Iterator[tuple[Any, Any]]:
    """Ordinary logits, then large ones on the right and on the wrong side."""
    yield np.array([0.0]), np.array([1.0])
    yield np.array([-2.0, 3.0, 0.5]), np.array([0.0, 1.0, 0.25])
    yield np.array([-1000.0, 1000.0]), np.array([0.0, 1.0])
    yield np.array([-1000.0, 1000.0, 40.0]), np.array([1.0, 0.0, 0.5])
    yield np.array([1000.0, -36.0]), np.array([1.0, 1.0])


def linear_instances() -> Iterator[tuple[Any, ...]]:
    """Layers and batches of small whole numbers, of all kinds of shapes."""
    generator = np.random.default_rng(12)
    for size, inputs, outputs in ((1, 1, 1), (3, 2, 4), (2, 3, 1), (4, 1, 2)):
        shapes = ((inputs, outputs), (outputs,), (size, inputs), (size, outputs))
        yield tuple(generator.integers(-3, 4, shape).astype(float) for shape in shapes)


def use_linear(layer_class: Callable[..., Any], W: Any, b: Any, X: Any, G: Any) -> dict[str, Any]:
    """Another batch goes through first, there and back: what is kept must be of the last one."""
    layer = layer_class(W, b)
    for batch, slopes in ((X[:1] + 1, G[:1] + 1), (X, G)):
        Y = strict(layer.forward, batch)
        dX = strict(layer.backward, slopes)
    return {"Y": Y, "dX": dX, "dW": layer.dW, "db": layer.db}


def differences_of_linear(arguments: Any) -> dict[str, Any]:
    """Differences of ``sum(G * Y)``: it is affine in each argument, so steps of 1 are exact."""
    W, b, X, G = (np.array(value) for value in arguments)

    def output(W: Any, b: Any, X: Any) -> Any:
        Y = np.empty(G.shape)
        for i, j in np.ndindex(*G.shape):
            Y[i, j] = b[j] + sum(X[i, k] * W[k, j] for k in range(len(W)))
        return Y

    def differences(place: int) -> Any:
        values = [W, b, X]
        slopes = np.empty(values[place].shape)
        for entry in np.ndindex(*slopes.shape):
            moved = [value.copy() for value in values]
            moved[place][entry] += 1
            slopes[entry] = np.sum(G * (output(*moved) - output(*values)))
        return slopes

    return {"Y": output(W, b, X), "dX": differences(2), "dW": differences(0), "db": differences(1)}


def regression_instances() -> Iterator[tuple[Any, ...]]:
    """Small problems, and one with probabilities that round to 0 and 1."""
    generator = np.random.default_rng(13)
    for size, width in ((1, 1), (4, 2), (3, 4)):
        X = generator.integers(-3, 4, (size, width)).astype(float)
        w = generator.integers(-2, 3, width).astype(float)
        yield w, 0.5, X, generator.integers(0, 2, size).astype(float)
    # Sure of itself: one example right, two wrong.
    yield np.array([300.0]), 0.5, np.array([[1.0], [-2.0], [3.0]]), np.array([1.0, 1.0, 0.0])


def regression_by_quotients(w: Any, b: Any, X: Any, t: Any) -> dict[str, Any]:
    """Loss and slopes of logistic regression, weight by weight."""
    rows = [[mpmath.mpf(value) for value in row] for row in X]
    weights = [mpmath.mpf(value) for value in (*w, b)]

    def loss(weights: Any) -> Any:
        logits = [mpmath.fdot(row, weights[:-1]) + weights[-1] for row in rows]
        losses = [cross_entropy(logistic(z), mpmath.mpf(a)) for z, a in zip(logits, t, strict=True)]
        return mpmath.fsum(losses) / len(rows)

    def moved(place: int, value: Any) -> Any:
        return loss([*weights[:place], value, *weights[place + 1 :]])

    slopes = [float(quotient(partial(moved, place), value)) for place, value in enumerate(weights)]
    return {"loss": float(loss(weights)), "dw": np.array(slopes[:-1]), "db": slopes[-1]}


def exact_gradient(point: Any) -> ImmutableMatrix:
    """The chain rule from weights to logits to probabilities to the loss, one example at a time."""
    chance, logit, weight, value = sympy.symbols("chance logit weight value")
    target = sympy.Symbol("target")
    loss = -target * sympy.log(chance) - (1 - target) * sympy.log(1 - chance)
    slope = sympy.diff(loss, chance)
    # d sigmoid / dz, written in the probability itself.
    curve = sympy.diff(1 / (1 + sympy.exp(-logit)), logit)
    curve = sympy.simplify(curve.subs(logit, sympy.log(chance / (1 - chance))))
    data, probabilities, targets = point[X], point[p], point[t]
    if any(entry in (0, 1) for entry in probabilities):
        raise UndefinedError("a probability is 0 or 1, and no logit belongs to it")
    per_logit = [
        (slope * curve).subs({chance: a, target: b})
        for a, b in zip(probabilities, targets, strict=True)
    ]
    inner = sympy.diff(weight * value, weight)
    rows = range(data.rows)
    return ImmutableMatrix(
        [
            sum(per_logit[i] * inner.subs(value, data[i, j]) for i in rows) / data.rows
            for j in range(data.cols)
        ]
    )


def descent_instances() -> Iterator[tuple[Any, ...]]:
    """No step, one step, several, and a rate that throws the weights far out."""
    generator = np.random.default_rng(14)
    for size, width, rate, steps in (
        (2, 1, 1.0, 0),
        (3, 1, 0.5, 1),
        (4, 2, 1.0, 3),
        (3, 2, 300.0, 2),
    ):
        X = generator.integers(-3, 4, (size, width)).astype(float)
        yield X, generator.integers(0, 2, size).astype(float), rate, steps


def descent_by_quotients(X: Any, t: Any, rate: Any, steps: int) -> dict[str, Any]:
    """Gradient descent with slopes from difference quotients."""
    weights = [mpmath.mpf(0)] * (X.shape[1] + 1)
    losses = []
    for taken in range(steps + 1):
        # The quotients are rounded to doubles, so the weights may be too.
        found = regression_by_quotients(weights[:-1], weights[-1], X, t)
        losses.append(found["loss"])
        if taken < steps:
            slopes = [*found["dw"], found["db"]]
            weights = [w - mpmath.mpf(rate) * g for w, g in zip(weights, slopes, strict=True)]
    w = np.array([float(value) for value in weights])
    return {"w": w[:-1], "b": w[-1], "losses": np.array(losses)}


def largest_safe_rate(point: Any) -> Any:
    """Two over the curvature where it is largest: at probability 1/2, along the top eigenvector.

    With targets of 1/2 the minimum lies at zero weights, so a larger rate really does go up there.
    """
    z, rate = sympy.Symbol("z", real=True), sympy.Symbol("rate", positive=True)
    one = (sympy.log(1 + sympy.exp(-z)) + sympy.log(1 + sympy.exp(z))) / 2
    curvature = sympy.diff(one, z, 2).subs(z, 0) * point[lmax] / point[n]
    return sympy.solve(sympy.Eq(1 - rate * curvature, -1), rate)[0]


def best_line(points: Any, labels: Any) -> Rational:
    """The largest fraction of points that a line can classify, by trying all subsets exactly.

    A set is classified by some line if linear inequalities in its three coefficients have a
    solution. Fit for a handful of points.

    >>> best_line([(0, 0), (0, 1), (1, 0), (1, 1)], [0, 1, 1, 0])
    3/4
    """
    wanted = [
        (1 if label else -1) * Affine.of([*(int(value) for value in point), 1])
        for point, label in zip(points, labels, strict=True)
    ]
    for size in range(len(wanted), 0, -1):
        for chosen in combinations(wanted, size):
            if solution([one.above() for one in chosen], 3) is not None:
                return Rational(size, len(wanted))
    return Rational(0)


XOR = ((0, 0), (0, 1), (1, 0), (1, 1)), (0, 1, 1, 0)


def least_loss_on_xor(_: Any) -> Any:
    """The loss is convex, so where its gradient vanishes it is least."""
    weights = sympy.symbols("w1 w2 b", real=True)
    total = sympy.S.Zero
    for point, label in zip(*XOR, strict=True):
        z = weights[0] * point[0] + weights[1] * point[1] + weights[2]
        total += sympy.log(1 + sympy.exp(-z if label else z)) / 4
    origin = dict.fromkeys(weights, 0)
    if any(sympy.diff(total, weight).subs(origin) != 0 for weight in weights):
        raise UndefinedError("the origin is not stationary")
    return total.subs(origin)


SEPARABLE = ((1, 2), (3, -1), (-1, -2), (-3, 1)), (1, 1, 0, 0)


def fate_on_separable(_: Any) -> str:
    """Along a separating direction the loss falls to 0, and no finite weights have loss 0."""
    signed = [
        tuple((1 if label else -1) * value for value in point)
        for point, label in zip(*SEPARABLE, strict=True)
    ]
    direction = solution([Affine.of(point).above() for point in signed], 2)
    scale = sympy.Symbol("scale", positive=True)
    margins = [sympy.Rational(Affine.of(point)(direction or (0, 0))) for point in signed]
    along = sum(sympy.log(1 + sympy.exp(-scale * margin)) for margin in margins)
    if direction is not None and sympy.limit(along, scale, sympy.oo) == 0:
        return "diverge"
    return "minimum"


def max_margin_slope(_: Any) -> Any:
    """The least weights with all margins at least 1, by trying all sets of active margins."""
    rows = [sympy.Matrix([point]) for point, label in zip(*SEPARABLE, strict=True) if label]
    candidates = []
    for size in (1, 2):
        for chosen in combinations(rows, size):
            A = sympy.Matrix.vstack(*chosen)
            w = A.T * (A * A.T).LUsolve(sympy.ones(size, 1))
            if all((row * w)[0] >= 1 for row in rows):
                candidates.append((w.dot(w), w))
    least = min(candidates, key=lambda pair: pair[0])[1]
    return least[1] / least[0]


def activation_instances() -> Iterator[tuple[Any, ...]]:
    """Ordinary arguments, and -1000, 1000 and 0."""
    generator = np.random.default_rng(21)
    yield np.array([[-2.0, 0.5], [3.0, -0.25]]), np.ones((2, 2))
    yield np.array([[-1000.0, 1000.0, 0.0]]), np.array([[2.0, -3.0, 5.0]])
    yield generator.standard_normal((3, 2)), generator.standard_normal((3, 2))


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
    """Networks with no, one and two hidden layers."""
    generator = np.random.default_rng(23)
    for widths, size in (((2, 1), 3), ((2, 3, 1), 3), ((1, 2, 2, 1), 2)):
        weights = [
            (generator.standard_normal((a, b)).round(2), generator.standard_normal(b).round(2))
            for a, b in pairwise(widths)
        ]
        X = generator.standard_normal((size, widths[0])).round(2)
        yield weights, X, np.arange(size) % 2.0


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
