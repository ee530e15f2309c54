"""The chapter's library, in the contract of the course's starter.

A module computes an output (``forward``) and multiplies by its transposed Jacobian (``backward``):

- calling it runs ``forward`` and keeps inputs, side inputs and output for ``backward``;
- ``backward(grad_output)`` returns a tuple with one gradient for each positional input, and adds
  the gradients of the parameters to those that are there; ``zero_grad`` sets these to 0;
- what no gradient is taken by, such as targets, is a side input and goes by its name;
- ``get_parameters`` gives the arrays by name. A module made of others merges their dictionaries
  into a new one, so a parameter is changed in its array; another array put there changes nothing.

>>> X, _, t, _ = two_circles()
>>> network = BinaryClassificationMLP(2, [8], Tanh, np.random.default_rng(0))
>>> losses = [gd_step(network, X, t, 2.0) for _ in range(200)]
>>> bool(losses[0] > 0.6), bool(losses[-1] < 0.05), float(np.mean(network.predict(X) == t))
(True, True, 0.99875)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from hwcode.checking.arguments import above, at_least, takes
from hwcode.checking.extras import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = [
    "BinaryClassificationMLP",
    "BinaryCrossEntropy",
    "BinaryLogisticRegression",
    "Linear",
    "Module",
    "ReLU",
    "Sequential",
    "Tanh",
    "gd_step",
    "gradient_gap",
    "two_circles",
    "two_moons",
]


class Module:
    """What every layer, loss and network is; by itself it computes nothing.

    Modules among its attributes, in lists and tuples too, are its parts.
    """

    def __init__(self) -> None:
        self._parameters: dict[str, Array] = {}
        self._parameter_grads: dict[str, Array] = {}

    def __call__(self, *inputs: Array, **side_inputs: Any) -> Any:
        self._inputs, self._side_inputs = inputs, side_inputs
        self._output = self.forward(*inputs, **side_inputs)
        return self._output

    def forward(self, *inputs: Any, **side_inputs: Any) -> Any:
        """The output."""
        raise NotImplementedError

    def backward(self, grad_output: Array) -> tuple[Array, ...]:
        """The gradients in the inputs of the last call, from the one in its output."""
        raise NotImplementedError

    def get_parameters(self) -> dict[str, Array]:
        """The arrays that training changes, by name; those of parts under the part's name."""
        merged = dict(self._parameters)
        for prefix, part in self._parts():
            merged |= {f"{prefix}.{name}": one for name, one in part.get_parameters().items()}
        return merged

    def get_parameter_grads(self) -> dict[str, Array]:
        """Their gradients, added up since the last :meth:`zero_grad`, by the same names."""
        merged = dict(self._parameter_grads)
        for prefix, part in self._parts():
            merged |= {f"{prefix}.{name}": one for name, one in part.get_parameter_grads().items()}
        return merged

    def zero_grad(self) -> None:
        """Set the gradients of the parameters to 0, in place."""
        for grad in self.get_parameter_grads().values():
            grad[...] = 0

    def _parts(self) -> list[tuple[str, Module]]:
        found = []
        for name, value in vars(self).items():
            several = isinstance(value, (list, tuple))
            named = (
                {f"{name}.{i}": one for i, one in enumerate(value)} if several else {name: value}
            )
            found += [pair for pair in named.items() if isinstance(pair[1], Module)]
        return found


# --- part 1: logistic regression --------------------------------------------------------------


class BinaryCrossEntropy(Module):
    """Mean cross-entropy of logits ``n x 1`` with ``targets=``, from 0 to 1 and of the same shape.

    With ``p = sigmoid(z)``, ``-t log p - (1 - t) log(1 - p)`` is ``log(1 + exp(z)) - t z``; written
    by the larger of the two terms nothing overflows, whatever the logit.

    >>> loss = BinaryCrossEntropy()
    >>> logits, targets = np.array([[-1000.0], [1000.0]]), np.array([[1.0], [1.0]])
    >>> float(loss(logits, targets=targets)), loss.backward(np.array(1.0))
    (500.0, (array([[-0.5],
           [ 0. ]]),))
    """

    def forward(self, logits: Array, *, targets: Array) -> Any:
        wrong = targets * np.logaddexp(0, -logits) + (1 - targets) * np.logaddexp(0, logits)
        return np.mean(wrong)

    def backward(self, grad_output: Array) -> tuple[Array, ...]:
        (logits,) = self._inputs
        probabilities = np.exp(-np.logaddexp(0, -logits))
        return (grad_output * (probabilities - self._side_inputs["targets"]) / len(logits),)


@takes()
class Linear(Module):
    """``X W + b``; weights are drawn with variance ``2 / input_size``, biases start at 0.

    >>> layer = Linear(2, 3)
    >>> {name: array.shape for name, array in layer.get_parameters().items()}
    {'weights': (2, 3), 'bias': (3,)}
    """

    def __init__(
        self, input_size: int, output_size: int, generator: np.random.Generator | None = None
    ) -> None:
        super().__init__()
        drawn = (generator or np.random.default_rng()).standard_normal((input_size, output_size))
        self._parameters = {
            "weights": drawn * np.sqrt(2 / input_size),
            "bias": np.zeros(output_size),
        }
        self._parameter_grads = {
            name: np.zeros_like(array) for name, array in self._parameters.items()
        }

    def forward(self, X: Array) -> Array:
        return X @ self._parameters["weights"] + self._parameters["bias"]

    def backward(self, grad_output: Array) -> tuple[Array, ...]:
        (X,) = self._inputs
        self._parameter_grads["weights"] += X.T @ grad_output
        self._parameter_grads["bias"] += grad_output.sum(axis=0)
        return (grad_output @ self._parameters["weights"].T,)


@takes()
class BinaryLogisticRegression(Module):
    """A linear layer with one output, the logit, and the cross-entropy behind it.

    >>> model = BinaryLogisticRegression(2)
    >>> model.predict(np.zeros((3, 2))).shape, list(model.get_parameters())
    ((3, 1), ['net.weights', 'net.bias'])
    """

    def __init__(self, input_size: int, generator: np.random.Generator | None = None) -> None:
        super().__init__()
        self.net: Module = Linear(input_size, 1, generator)
        self.loss = BinaryCrossEntropy()

    def forward(self, features: Array, *, targets: Array) -> Any:
        return self.loss(self.net(features), targets=targets)

    def backward(self, grad_output: Array) -> tuple[Array, ...]:
        (grad_logits,) = self.loss.backward(grad_output)
        return self.net.backward(grad_logits)

    def predict(self, features: Array) -> Array:
        """Class 0 or 1 of each row, ``n x 1``."""
        return (self.net(features) > 0).astype(float)


@takes(learning_rate=at_least(0))
def gd_step(
    classifier: Module, input_features: Array, targets: Array, learning_rate: float
) -> float:
    """One step of gradient descent, in place, for any module that returns its loss.

    Returns:
        The loss before the step.
    """
    classifier.zero_grad()
    loss = classifier(input_features, targets=targets)
    classifier.backward(np.array(1.0))
    grads = classifier.get_parameter_grads()
    for name, array in classifier.get_parameters().items():
        array -= learning_rate * grads[name]
    return float(loss)


# --- part 2: the perceptron -------------------------------------------------------------------


class Tanh(Module):
    """The hyperbolic tangent in each entry."""

    def forward(self, X: Array) -> Array:
        return np.tanh(X)

    def backward(self, grad_output: Array) -> tuple[Array, ...]:
        return (grad_output * (1 - self._output**2),)


class ReLU(Module):
    """``max(X, 0)`` in each entry; at 0 the derivative is taken to be 0."""

    def forward(self, X: Array) -> Array:
        return np.maximum(X, 0)

    def backward(self, grad_output: Array) -> tuple[Array, ...]:
        (X,) = self._inputs
        return (grad_output * (X > 0),)


@takes()
class Sequential(Module):
    """Modules of one input and one output, one after the other.

    >>> network = Sequential(Linear(2, 4), Tanh(), Linear(4, 1))
    >>> list(network.get_parameters())
    ['layers.0.weights', 'layers.0.bias', 'layers.2.weights', 'layers.2.bias']
    """

    def __init__(self, *layers: Module) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, X: Array) -> Array:
        for layer in self.layers:
            X = layer(X)
        return X

    def backward(self, grad_output: Array) -> tuple[Array, ...]:
        for layer in reversed(self.layers):
            (grad_output,) = layer.backward(grad_output)
        return (grad_output,)


@takes()
class BinaryClassificationMLP(BinaryLogisticRegression):
    """A perceptron with one logit, and the cross-entropy behind it.

    Args:
        input_size: features of an example.
        hidden_sizes: units of each hidden layer, from the input on.
        activation: the class of the layers between the linear ones.
        generator: draws the weights.

    >>> model = BinaryClassificationMLP(2, [10, 10])
    >>> [type(layer).__name__ for layer in model.net.layers]
    ['Linear', 'ReLU', 'Linear', 'ReLU', 'Linear']
    """

    def __init__(
        self,
        input_size: int,
        hidden_sizes: Sequence[int],
        activation: Callable[[], Module] = ReLU,
        generator: np.random.Generator | None = None,
    ) -> None:
        super().__init__(input_size)
        layers: list[Module] = []
        for size in hidden_sizes:
            layers += [Linear(input_size, size, generator), activation()]
            input_size = size
        self.net = Sequential(*layers, Linear(input_size, 1, generator))


# --- checks and data --------------------------------------------------------------------------


@takes(h=above(0))
def gradient_gap(
    module: Module, *inputs: Array, h: float = 1e-5, **side_inputs: Any
) -> dict[str, float]:
    """How far ``backward`` is from central differences, for each input and each parameter.

    Args:
        module: its output is weighted at random, so that all entries count.
        inputs: positional inputs, arrays of floats; they are moved and put back.
        h: the step.
        side_inputs: as in a call.

    Returns:
        The largest distance in any entry, by name; inputs are called ``0``, ``1``, ...

    >>> gaps = gradient_gap(Linear(2, 3), np.ones((4, 2)))
    >>> list(gaps), max(gaps.values()) < 1e-9
    (['0', 'weights', 'bias'], True)
    """
    module.zero_grad()
    output = module(*inputs, **side_inputs)
    weights = np.random.default_rng(0).standard_normal(np.shape(output))
    grads = dict(zip(map(str, range(len(inputs))), module.backward(weights), strict=True))
    grads |= module.get_parameter_grads()
    arrays = dict(zip(map(str, range(len(inputs))), inputs, strict=True)) | module.get_parameters()
    gaps = {}
    for name, array in arrays.items():
        gaps[name] = 0.0
        for place, value in np.ndenumerate(array):
            ends = []
            for moved in (value + h, value - h):
                array[place] = moved
                ends.append(np.sum(weights * module(*inputs, **side_inputs)))
            array[place] = value
            slope = (ends[0] - ends[1]) / (2 * h)
            gaps[name] = max(gaps[name], float(abs(slope - grads[name][place])))
    return gaps


def two_moons() -> tuple[Array, Array, Array, Array]:
    """The starter's moons: features and targets of 800 training and 200 test points.

    Returns:
        Training features, test features, training targets, test targets; targets are ``n x 1``.

    >>> [part.shape for part in two_moons()]
    [(800, 2), (200, 2), (800, 1), (200, 1)]
    """
    from sklearn.datasets import make_moons

    return _split(*make_moons(1000, noise=0.1, random_state=42))


def two_circles() -> tuple[Array, Array, Array, Array]:
    """The starter's circles, in the same form as :func:`two_moons`."""
    from sklearn.datasets import make_circles

    return _split(*make_circles(1000, noise=0.1, factor=0.3, random_state=42))


def _split(X: Array, t: Array) -> tuple[Array, Array, Array, Array]:
    from sklearn.model_selection import train_test_split

    targets = np.asarray(t, float)[:, None]
    X_train, X_test, t_train, t_test = train_test_split(X, targets, test_size=0.2, random_state=42)
    return X_train, X_test, t_train, t_test
