"""Neural networks from scratch, in NumPy: layers that know their own derivatives.

A layer turns a batch ``X``, one example in a row, into another. It has three methods:

- ``forward(X)`` returns the output and keeps what ``backward`` will need;
- ``backward(G)`` takes the gradient of the loss in the output, returns the one in the input, and
  leaves the gradients in the layer's own weights in the layer;
- ``step(rate)`` moves the weights by one step of gradient descent.

A network is a sequence of layers and is a layer itself. There is no graph and no tape: the order of
the layers is the order of the derivatives, reversed.

>>> X, t = xor()
>>> network = MLP((2, 8, 1), Tanh, seed=0)
>>> losses = train(network, X, t, rate=0.5, steps=2000)
>>> accuracy(network, X, t), losses[0] > 0.6, losses[-1] < 0.01
(1.0, True, True)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from hwcode.checking.arguments import SEED, above, at_least, between, takes
from hwcode.checking.extras import np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

__all__ = [
    "MLP",
    "Linear",
    "Module",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Tanh",
    "accuracy",
    "bce",
    "bce_backward",
    "bce_with_logits",
    "bce_with_logits_backward",
    "finite_differences",
    "moons",
    "sigmoid",
    "train",
    "xor",
]


# --- the loss ---------------------------------------------------------------------------------


@takes("p[*] t[*]", p=between(0, 1), t=between(0, 1))
def bce(p: Array, t: Array) -> float:
    """Binary cross-entropy, the mean of ``-t log p - (1 - t) log(1 - p)``, with ``0 log 0 = 0``.

    Args:
        p: probabilities of class 1, ``n``, from 0 to 1.
        t: targets, ``n``, from 0 to 1.

    Returns:
        The loss; infinite if something happened that had probability 0.

    >>> bce(np.array([1.0, 0.5]), np.array([1.0, 0.0]))
    0.34657359027997264
    """
    with np.errstate(divide="ignore", invalid="ignore"):  # log 0, and 0 log 0
        ones = np.where(t == 0, 0, -t * np.log(p))
        zeros = np.where(t == 1, 0, -(1 - t) * np.log1p(-p))
    return float(np.mean(ones + zeros))


@takes(p=between(0, 1), t=between(0, 1))
def bce_backward(p: Array, t: Array) -> Array:
    """Gradient of :func:`bce` in ``p``: ``(-t/p + (1 - t)/(1 - p)) / n``, with ``0/0 = 0``.

    >>> bce_backward(np.array([1.0, 0.5]), np.array([1.0, 0.0]))
    array([-0.5,  1. ])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ones = np.where(t == 0, 0, -t / p)
        zeros = np.where(t == 1, 0, (1 - t) / (1 - p))
    return np.asarray((ones + zeros) / len(t))


@takes()
def sigmoid(z: ArrayLike) -> Array:
    """``1 / (1 + exp(-z))``; nothing overflows, and small values keep all their digits.

    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    return np.asarray(np.exp(-np.logaddexp(0, -np.asarray(z))))


@takes(t=between(0, 1))
def bce_with_logits(z: Array, t: Array) -> float:
    """:func:`bce` of ``sigmoid(z)``, finite for every ``z``.

    Minus the logarithm of ``sigmoid(z)`` is ``log(1 + exp(-z))``, and that of ``1 - sigmoid(z)`` is
    ``log(1 + exp(z))``: no probability has to be formed, and none can be rounded to 0.

    >>> bce_with_logits(np.array([-1000.0, 1000.0]), np.array([1.0, 1.0]))
    500.0
    """
    ones = t * np.logaddexp(0, -z)
    zeros = (1 - t) * np.logaddexp(0, z)
    return float(np.mean(ones + zeros))


@takes(t=between(0, 1))
def bce_with_logits_backward(z: Array, t: Array) -> Array:
    """Gradient of :func:`bce_with_logits` in ``z``: ``(sigmoid(z) - t) / n``.

    >>> bce_with_logits_backward(np.array([-1000.0, 1000.0]), np.array([1.0, 1.0]))
    array([-0.5,  0. ])
    """
    return (sigmoid(z) - t) / len(t)


# --- layers -----------------------------------------------------------------------------------


class Module:
    """What every layer and every network is; by itself it has no weights and computes nothing."""

    def forward(self, X: Array) -> Array:
        """The output for a batch ``X``, one example in a row."""
        raise NotImplementedError

    def backward(self, G: Array) -> Array:
        """The gradient in the input of the last ``forward``, from the one in its output."""
        raise NotImplementedError

    def step(self, rate: float) -> None:
        """Move the weights, if there are any."""


@takes("W[d,m] b[m]")
class Linear(Module):
    """``Y = X W + b``.

    Args:
        W: weights, ``inputs x outputs``.
        b: biases, ``outputs``.

    >>> layer = Linear([[1.0, 0.0], [0.0, 2.0]], [0.0, 1.0])
    >>> layer.forward(np.array([[3.0, 4.0]])), layer.backward(np.array([[1.0, 1.0]]))
    (array([[3., 9.]]), array([[1., 2.]]))
    >>> layer.dW
    array([[3., 3.],
           [4., 4.]])
    """

    def __init__(self, W: ArrayLike, b: ArrayLike) -> None:
        self.W, self.b = np.array(W, float), np.array(b, float)

    def forward(self, X: Array) -> Array:
        self.X = X
        return X @ self.W + self.b

    def backward(self, G: Array) -> Array:
        self.dW = self.X.T @ G
        self.db = G.sum(axis=0)
        return G @ self.W.T

    def step(self, rate: float) -> None:
        self.W -= rate * self.dW
        self.b -= rate * self.db


class ReLU(Module):
    """``max(Z, 0)`` in each entry; at 0 the derivative is taken to be 0."""

    def forward(self, Z: Array) -> Array:
        self.on = Z > 0
        return np.maximum(Z, 0)

    def backward(self, G: Array) -> Array:
        return G * self.on


class Sigmoid(Module):
    """``1 / (1 + exp(-Z))`` in each entry; its derivative is ``H (1 - H)`` in the output ``H``."""

    def forward(self, Z: Array) -> Array:
        self.H = sigmoid(Z)
        return self.H

    def backward(self, G: Array) -> Array:
        return G * self.H * (1 - self.H)


class Tanh(Module):
    """The hyperbolic tangent in each entry; its derivative is ``1 - H^2`` in the output ``H``."""

    def forward(self, Z: Array) -> Array:
        self.H = np.tanh(Z)
        return self.H

    def backward(self, G: Array) -> Array:
        return G * (1 - self.H**2)


@takes()
class Sequential(Module):
    """Layers one after the other.

    >>> network = Sequential([Linear([[-2.0]], [0.0]), ReLU()])
    >>> network.forward(np.array([[-3.0], [3.0]])).ravel()
    array([6., 0.])
    """

    def __init__(self, layers: Sequence[Module]) -> None:
        self.layers = list(layers)

    def forward(self, X: Array) -> Array:
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def backward(self, G: Array) -> Array:
        for layer in reversed(self.layers):
            G = layer.backward(G)
        return G

    def step(self, rate: float) -> None:
        for layer in self.layers:
            layer.step(rate)


@takes(seed=SEED)
class MLP(Sequential):
    """A multi-layer perceptron: linear layers with an activation between each two.

    Weights are drawn with variance ``1 / inputs``, biases start at 0.

    Args:
        sizes: of the input, the hidden layers and the output. A classifier of two classes has one
            output, its logit; with no hidden layer, ``(d, 1)``, it is logistic regression.
        activation: a class of layers.
        seed: for the weights.

    >>> [type(layer).__name__ for layer in MLP((2, 8, 1)).layers]
    ['Linear', 'Tanh', 'Linear']
    """

    def __init__(
        self, sizes: Sequence[int], activation: Callable[[], Module] = Tanh, seed: int = 0
    ) -> None:
        generator = np.random.default_rng(seed)
        layers: list[Module] = []
        for inputs, outputs in pairwise(sizes):
            W = generator.standard_normal((inputs, outputs)) / np.sqrt(inputs)
            layers += [Linear(W, np.zeros(outputs)), activation()]
        super().__init__(layers[:-1])


# --- training ---------------------------------------------------------------------------------


@takes(rate=at_least(0), steps=at_least(0))
def train(model: Module, X: Array, t: Array, rate: float, steps: int) -> list[float]:
    """Full-batch gradient descent on the cross-entropy of a model with one output, the logit.

    Args:
        model: is changed.
        X: inputs, ``n x d``.
        t: targets, ``n``.
        rate: the constant learning rate.
        steps: how many.

    Returns:
        ``steps + 1`` losses: before the first step and after each.
    """
    losses = []
    for taken in range(steps + 1):
        z = model.forward(X)[:, 0]
        losses.append(bce_with_logits(z, t))
        if taken < steps:
            model.backward(bce_with_logits_backward(z, t)[:, None])
            model.step(rate)
    return losses


@takes()
def accuracy(model: Module, X: Array, t: Array) -> float:
    """Fraction of examples whose logit has the right sign; a logit of exactly 0 is wrong."""
    z = model.forward(X)[:, 0]
    return float(np.mean(np.where(t == 1, z > 0, z < 0)))


@takes(h=above(0))
def finite_differences(f: Callable[[], float], x: Array, h: float = 1e-5) -> Array:
    """Central differences ``(f(x + h) - f(x - h)) / 2h`` in every entry of ``x``.

    Args:
        f: reads ``x``, which is changed in place and put back.
        x: floats, of any shape.
        h: the error is of order ``h^2`` from the formula and ``1e-16 / h`` from rounding.

    >>> x = np.array([1.0, 2.0])
    >>> finite_differences(lambda: float(np.sum(x**2)), x).round(6)
    array([2., 4.])
    """
    slopes = np.empty_like(x)
    for place, value in np.ndenumerate(x):
        x[place] = value + h
        above = f()
        x[place] = value - h
        slopes[place] = (above - f()) / (2 * h)
        x[place] = value
    return slopes


# --- data -------------------------------------------------------------------------------------


def xor() -> tuple[Array, Array]:
    """The four corners of the unit square; class 1 are the two with exactly one coordinate 1."""
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return X, np.array([0.0, 1.0, 1.0, 0.0])


@takes(n=at_least(2), noise=at_least(0), seed=SEED)
def moons(n: int = 200, noise: float = 0.15, seed: int = 0) -> tuple[Array, Array]:
    """Two half circles that reach into each other, ``n / 2`` points on each.

    Args:
        n: an even number of points.
        noise: standard deviation of the noise in both coordinates.
        seed: for the noise.

    Raises:
        ValueError: if ``n`` is odd.

    >>> X, t = moons(4, noise=0.0)
    >>> X.round(2).tolist(), t.tolist()
    ([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [2.0, 0.5]], [0.0, 0.0, 1.0, 1.0])
    """
    if n % 2:
        raise ValueError(f"an even number of points is needed, not {n}")
    generator = np.random.default_rng(seed)
    angle = np.linspace(0, np.pi, n // 2)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    X = np.vstack([upper, lower]) + noise * generator.standard_normal((n, 2))
    return X, np.repeat([0.0, 1.0], n // 2)
