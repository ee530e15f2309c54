"""Programs as answers to the questions on layers and the perceptron, right ones and wrong ones.

The first line of a wrong program's docstring says what is wrong with it; the page shows that line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hwcode.chapters.networks_from_scratch import layers as nn
from hwcode.checking.extras import np


class ReLUOne(nn.ReLU):
    """derivative 1 at 0"""

    def forward(self, Z: Any) -> Any:
        self.on = Z >= 0
        return np.maximum(Z, 0)


class ReLUHalf(nn.ReLU):
    """derivative 1/2 at 0"""

    def forward(self, Z: Any) -> Any:
        self.on = (np.sign(Z) + 1) / 2
        return np.maximum(Z, 0)


class ReLUInPlace(nn.ReLU):
    """forward sets Z[Z < 0] = 0 and returns Z"""

    def forward(self, Z: Any) -> Any:
        self.on = Z > 0
        Z[Z < 0] = 0
        return Z


class ReLUForgets(nn.ReLU):
    """backward returns G"""

    def backward(self, G: Any) -> Any:
        return G


class ReLUOfGradient(nn.ReLU):
    """backward returns np.maximum(G, 0)"""

    def backward(self, G: Any) -> Any:
        return np.maximum(G, 0)


class SigmoidOfInput(nn.Sigmoid):
    """backward returns G * Z * (1 - Z)"""

    def forward(self, Z: Any) -> Any:
        self.Z = Z
        return super().forward(Z)

    def backward(self, G: Any) -> Any:
        return G * self.Z * (1 - self.Z)


class SigmoidTwice(nn.Sigmoid):
    """backward returns G * s * (1 - s) with s = sigmoid(H), H the output"""

    def backward(self, G: Any) -> Any:
        s = nn.sigmoid(self.H)
        return G * s * (1 - s)


class SigmoidOverflows(nn.Sigmoid):
    """forward computes 1 / (1 + np.exp(-Z))"""

    def forward(self, Z: Any) -> Any:
        self.H = 1 / (1 + np.exp(-Z))
        return self.H


class SigmoidOutput(nn.Sigmoid):
    """backward returns H * (1 - H)"""

    def backward(self, G: Any) -> Any:
        return self.H * (1 - self.H)


class TanhOfSigmoid(nn.Tanh):
    """backward returns G * H * (1 - H)"""

    def backward(self, G: Any) -> Any:
        return G * self.H * (1 - self.H)


class TanhByExponentials(nn.Tanh):
    """forward computes (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z))"""

    def forward(self, Z: Any) -> Any:
        self.H = (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z))
        return self.H


class TanhNoSquare(nn.Tanh):
    """backward returns G * (1 - H)"""

    def backward(self, G: Any) -> Any:
        return G * (1 - self.H)


class SequentialForwards(nn.Sequential):
    """backward goes through the layers from the first to the last"""

    def backward(self, G: Any) -> Any:
        for layer in self.layers:
            G = layer.backward(G)
        return G


class SequentialSame(nn.Sequential):
    """every layer gets the gradient of the last output"""

    def backward(self, G: Any) -> Any:
        last = G
        for layer in reversed(self.layers):
            last = layer.backward(G)
        return last


class SequentialNothing(nn.Sequential):
    """backward returns nothing"""

    def backward(self, G: Any) -> Any:
        super().backward(G)


class SequentialReverses(nn.Sequential):
    """backward calls self.layers.reverse() and goes through them"""

    def backward(self, G: Any) -> Any:
        self.layers.reverse()
        for layer in self.layers:
            G = layer.backward(G)
        return G


class SequentialForwardAgain(nn.Sequential):
    """backward runs forward once more to be safe"""

    def forward(self, X: Any) -> Any:
        self.X = X
        return super().forward(X)

    def backward(self, G: Any) -> Any:
        super().forward(self.X)
        return super().backward(G)


def mlp(weights: Any, X: Any, t: Any) -> tuple[float, list[tuple[Any, Any]]]:
    """Loss and gradients of a perceptron with tanh units."""
    linear = [nn.Linear(W, b) for W, b in weights]
    layers = [one for layer in linear for one in (layer, nn.Tanh())]
    network = nn.Sequential(layers[:-1])
    z = network.forward(X)[:, 0]
    network.backward(nn.bce_with_logits_backward(z, t)[:, None])
    gradients = [(layer.dW, layer.db) for layer in linear]
    return nn.bce_with_logits(z, t), gradients


def mlp_changed(change: Callable[[list[nn.Module]], None]) -> Callable[..., Any]:
    """The program :func:`mlp` with its list of layers changed."""

    def changed(weights: Any, X: Any, t: Any) -> Any:
        layers: list[nn.Module] = []
        for W, b in weights:
            layers += [nn.Linear(W, b), nn.Tanh()]
        layers = layers[:-1]
        change(layers)
        network = nn.Sequential(layers)
        z = network.forward(X)[:, 0]
        network.backward(nn.bce_with_logits_backward(z, t)[:, None])
        linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
        return nn.bce_with_logits(z, t), [(layer.dW, layer.db) for layer in linear]

    return changed


def mlp_linear(weights: Any, X: Any, t: Any) -> Any:
    """no activation between the layers"""

    def change(layers: list[nn.Module]) -> None:
        layers[:] = [layer for layer in layers if isinstance(layer, nn.Linear)]

    return mlp_changed(change)(weights, X, t)


def mlp_without_slope(weights: Any, X: Any, t: Any) -> Any:
    """the derivative of the activation is left out"""

    class Through(nn.Tanh):
        def backward(self, G: Any) -> Any:
            return G

    def change(layers: list[nn.Module]) -> None:
        layers[:] = [Through() if isinstance(layer, nn.Tanh) else layer for layer in layers]

    return mlp_changed(change)(weights, X, t)


def mlp_tanh_output(weights: Any, X: Any, t: Any) -> Any:
    """tanh also after the last layer"""
    return mlp_changed(lambda layers: layers.append(nn.Tanh()))(weights, X, t)


def mlp_summed(weights: Any, X: Any, t: Any) -> Any:
    """gradients summed over the examples"""
    loss, gradients = mlp(weights, X, t)
    return loss, [(dW * len(t), db * len(t)) for dW, db in gradients]
