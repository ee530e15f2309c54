"""What the programs of this chapter are tried on: small and ordinary first, then what shows habits.

Many rows, targets between 0 and 1, logits of every size on the right and on the wrong side, six layers.
Where a generator is taken it depends on the answer, so no answer can know its instances.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from hwcode.checking.extras import np

Instances = Iterator[tuple[Any, ...]]


# --- losses -----------------------------------------------------------------------------------


def probabilities(generator: Any) -> Instances:
    """Ordinary ones first, then those that make a careless program fail."""
    yield np.array([0.5]), np.array([1.0])
    yield np.array([0.25, 0.75, 0.625]), np.array([0.0, 1.0, 0.25])
    yield np.array([0.0, 1.0, 0.5]), np.array([0.0, 1.0, 1.0])
    yield np.array([1e-300, 1e-20]), np.array([1.0, 0.0])
    yield np.array([0.0, 0.5]), np.array([1.0, 0.0])
    yield np.array([1.0, 0.5]), np.array([0.5, 0.0])
    for n in (5, int(generator.integers(20, 51))):
        yield generator.uniform(0.001, 0.999, n).round(3), generator.uniform(0, 1, n).round(2)


def logits(generator: Any) -> Instances:
    """Ordinary logits, then large ones on the right and on the wrong side, then all between."""
    yield np.array([0.0]), np.array([1.0])
    yield np.array([-2.0, 3.0, 0.5]), np.array([0.0, 1.0, 0.25])
    yield np.array([-1000.0, 1000.0]), np.array([0.0, 1.0])
    yield np.array([-1000.0, 1000.0, 40.0]), np.array([1.0, 0.0, 0.5])
    yield np.array([1000.0, -36.0]), np.array([1.0, 1.0])
    for scale in (5.0, 45.0, 800.0):
        n = int(generator.integers(6, 51))
        yield generator.uniform(-scale, scale, n).round(2), generator.uniform(0, 1, n).round(2)


def columns_of_logits(generator: Any) -> Instances:
    """The same in columns, with the gradient of what comes behind, a scalar."""
    for grad, (z, t) in zip(
        (1.0, 1.0, 1.0, 1.0, 1.0, 2.5, -1.0, 0.5), logits(generator), strict=True
    ):
        yield z[:, None], t[:, None], np.array(grad)


# --- one layer, and logistic regression -------------------------------------------------------


def linear_instances(generator: Any) -> Instances:
    """Layers and batches of all kinds of shapes."""
    yield np.array([[2.0]]), np.array([0.5]), np.array([[3.0], [-1.0]]), np.array([[1.0], [2.0]])
    for size, inputs, outputs in ((3, 2, 4), (2, 3, 1), (4, 1, 2), (1, 2, 3), (50, 6, 5)):
        shapes = ((inputs, outputs), (outputs,), (size, inputs), (size, outputs))
        yield tuple(generator.standard_normal(shape).round(2) for shape in shapes)


def regression_instances(generator: Any) -> Instances:
    """Small problems, many rows, and logits that overflow exponentials."""
    yield np.array([1.0]), 0.5, np.array([[1.0], [-2.0]]), np.array([1.0, 0.0])
    for size, width in ((1, 1), (4, 2), (3, 4), (50, 1), (12, 3)):
        X = generator.standard_normal((size, width)).round(2)
        w, b = generator.standard_normal(width).round(2), round(generator.uniform(-2, 2), 2)
        t = generator.integers(0, 2, size) if size < 4 else generator.uniform(0, 1, size).round(2)
        yield w, b, X, t.astype(float)
    X = generator.uniform(-9, 9, (15, 2)).round(2)
    yield np.array([4.0, -3.5]), 0.25, X, (X[:, 0] > 0).astype(float)
    # Sure of itself, with logits of 300.5, -899.5 and 900.5: one example right, two wrong.
    yield np.array([300.0]), 0.5, np.array([[1.0], [-3.0], [3.0]]), np.array([1.0, 1.0, 0.0])


def descent_instances(generator: Any) -> Instances:
    """No step, one, many; losses that rise, sure and wrong predictions, a start at the minimum."""
    yield np.array([[1.0], [-2.0]]), np.array([1.0, 0.0]), 0.5, 1
    for size, width, rate, steps in (
        (2, 1, 1.0, 0), (4, 2, 1.0, 3), (3, 2, 300.0, 2), (5, 3, 0.37, 4), (50, 2, 0.75, 2),
    ):  # fmt: skip
        X = generator.standard_normal((size, width)).round(2)
        t = generator.integers(0, 2, size) if size < 5 else generator.uniform(0, 1, size).round(2)
        yield X, t.astype(float), rate, steps
    # One step throws the weights so far that one example is surely right, the other surely wrong.
    yield np.array([[1.0], [3.0]]), np.array([0.0, 1.0]), 4000.0, 1
    # A long gradient; a loss that rises and falls.
    yield np.array([[40.0], [-1.0]]), np.array([1.0, 1.0]), 0.1, 2
    yield np.array([[1.0], [2.0], [-1.0]]), np.array([1.0, 0.0, 0.0]), 30.0, 5
    # Nothing moves, and there are steps + 1 losses all the same.
    yield np.array([[0.0], [1.0], [0.0], [1.0]]), np.array([0.0, 0.0, 1.0, 1.0]), 1.0, 25


def step_instances(generator: Any) -> Instances:
    """Steps on a line fitted by least squares, and on logistic regression."""
    yield "line", np.array([1.0]), 0.0, np.array([[1.0], [-1.0]]), np.array([1.0, 0.0]), 0.5, 1
    for kind, size, width, rate, steps in (
        ("line", 4, 2, 0.25, 3), ("line", 3, 1, 2.5, 2), ("logistic", 4, 2, 1.0, 3),
        ("logistic", 3, 2, 300.0, 2), ("logistic", 50, 1, 0.75, 1), ("line", 30, 3, 0.125, 2),
    ):  # fmt: skip
        X = generator.standard_normal((size, width)).round(2)
        w, b = generator.standard_normal(width).round(2), round(generator.uniform(-2, 2), 2)
        yield kind, w, b, X, generator.uniform(0, 1, size).round(2), rate, steps
    X, t = np.array([[40.0], [-1.0]]), np.array([1.0, 1.0])
    yield "logistic", np.array([0.0]), 0.0, X, t, 0.1, 2


# --- several layers ---------------------------------------------------------------------------


def activation_instances(generator: Any) -> Instances:
    """Ordinary arguments, -1000, 1000 and 0, all between; a vector, too, has entries."""
    yield np.array([[-2.0, 0.5], [3.0, -0.25]]), np.ones((2, 2))
    yield np.array([[-1000.0, 1000.0, 0.0]]), np.array([[2.0, -3.0, 5.0]])
    yield np.array([-1.5, 0.0, 2.0]), np.array([1.0, 2.0, 3.0])
    for scale, shape in ((1.0, (3, 2)), (30.0, (50, 3)), (700.0, (20, 1)), (1e-6, (4, 2))):
        yield scale * generator.uniform(-1, 1, shape), generator.standard_normal(shape).round(2)


def sequence_instances(generator: Any) -> Instances:
    """Layers that multiply by matrices: none, one, several, six."""
    # Two layers first: of one alone the contract cannot be told.
    two = [np.array([[2.0]]), np.array([[3.0]])]
    yield two, np.array([[1.0], [-1.0]]), np.array([[1.0], [3.0]])
    for widths in ((2, 1), (2, 2, 2, 2), (3,), (3, 2, 4, 2, 1, 2, 3)):
        matrices = [generator.standard_normal(shape).round(2) for shape in pairwise(widths)]
        X, G = (generator.standard_normal((5, w)).round(2) for w in (widths[0], widths[-1]))
        yield matrices, X, G


def _layers(generator: Any, widths: tuple[int, ...]) -> list[tuple[Any, Any]]:
    return [
        (generator.standard_normal((a, b)).round(2), generator.standard_normal(b).round(2))
        for a, b in pairwise(widths)
    ]


def mlp_instances(generator: Any) -> Instances:
    """Networks with up to five hidden layers, many rows, one that overflows exponentials."""
    for widths, size in (((2, 1), 3), ((2, 3, 1), 3), ((1, 2, 2, 1), 2), ((2, 2, 1), 40)):
        X = generator.standard_normal((size, widths[0])).round(2)
        t = np.arange(size) % 2.0 if size < 4 else generator.uniform(0, 1, size).round(2)
        yield _layers(generator, widths), X, t
    X = generator.standard_normal((2, 2)).round(2)
    yield _layers(generator, (2, 2, 3, 2, 2, 2, 1)), X, np.array([0.25, 1.0])
    # Sure of itself: one example right, two wrong.
    weights = [(np.array([[300.0]]), np.array([0.5]))]
    yield weights, np.array([[1.0], [-3.0], [3.0]]), np.array([1.0, 1.0, 0.0])


def perceptron_instances(generator: Any) -> Instances:
    """The same with ReLU, which is what is made without an activation, and with tanh."""
    for place, (weights, X, t) in enumerate(mlp_instances(generator)):
        yield ("ReLU", "ReLU", "Tanh")[place % 3], weights, X, t
    X = generator.standard_normal((4, 3)).round(2)
    yield "ReLU", _layers(generator, (3, 2, 4, 1)), X, np.array([1.0, 0.0, 0.5, 1.0])
