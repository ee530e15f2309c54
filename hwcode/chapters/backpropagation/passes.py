"""Backpropagation by hand: a gated network, per-example gradient norms, products of Jacobians.

Vectors are columns. The bar of a quantity, typed ``zbar`` for ``z``, is its error signal: the
derivative of the loss by it, as a column of the shape of the quantity itself. It is the transpose
of the Jacobian of the loss in numerator layout.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy

from hwcode.checking.arguments import SIZE, one_of, takes
from hwcode.checking.extras import np
from hwcode.checking.graphs import Steps

if TYPE_CHECKING:
    from hwcode.chapters.backpropagation.metering import Meter

__all__ = [
    "INPUTS",
    "NODES",
    "NO_WEIGHTS",
    "NUMPY",
    "ORDERS",
    "SYMPY",
    "Operations",
    "Weights",
    "backward",
    "draw_weights",
    "forward",
    "naive_norms",
    "stack_cost",
    "thrifty_norms",
    "trick_norms",
]

# --- the gated network ------------------------------------------------------------------------

INPUTS = ("x", "t")
NODES = ("x", "t", "z1", "z2", "h1", "h2", "g", "y", "yp", "S", "J")
"""The quantities of the network; ``yp`` stands for y', the output of the softmax."""


@dataclass(frozen=True)
class Operations:
    """What the network does to the entries of a vector, in one library or another.

    Attributes:
        relu, step, sigmoid, softmax: from a vector to a vector; ``step`` is the derivative of the
            ReLU, with the value 0 at 0.
        times: entrywise product.
        log: natural logarithm of a number.
        place: from a number, a position and a size to the vector that has the number there.
    """

    relu: Callable[[Any], Any]
    step: Callable[[Any], Any]
    sigmoid: Callable[[Any], Any]
    softmax: Callable[[Any], Any]
    times: Callable[[Any, Any], Any]
    log: Callable[[Any], Any]
    place: Callable[[Any, int, int], Any]


def _softmax(y: Any) -> Any:
    powers = np.exp(y - np.max(y))
    return powers / powers.sum()


def _place(value: float, position: int, size: int) -> Any:
    vector = np.zeros(size)
    vector[position] = value
    return vector


NUMPY = Operations(
    relu=lambda z: np.maximum(z, 0),
    step=lambda z: (z > 0).astype(float),
    sigmoid=lambda z: 1 / (1 + np.exp(-z)),
    softmax=_softmax,
    times=lambda a, b: np.multiply(a, b),
    log=lambda value: np.log(value),
    place=_place,
)
SYMPY = Operations(
    relu=lambda z: z.applyfunc(lambda entry: sympy.Max(entry, 0)),
    step=lambda z: z.applyfunc(lambda entry: sympy.Heaviside(entry, 0)),
    sigmoid=lambda z: z.applyfunc(lambda entry: 1 / (1 + sympy.exp(-entry))),
    softmax=lambda y: y.applyfunc(sympy.exp) / sum(y.applyfunc(sympy.exp)),
    times=lambda a, b: a.multiply_elementwise(b),
    log=sympy.log,
    place=lambda value, position, size: sympy.Matrix(
        [value if i == position else 0 for i in range(size)]
    ),
)


@dataclass(frozen=True)
class Weights:
    """The parameters: ``d`` inputs, ``m`` hidden units of either kind, ``N`` classes.

    ``W1`` and ``W2`` are ``m x d``, ``b1`` and ``b2`` have ``m`` entries, ``W3`` is ``N x m`` and
    ``W4`` is ``N x d``.
    """

    W1: Any
    b1: Any
    W2: Any
    b2: Any
    W3: Any
    W4: Any


NO_WEIGHTS = Weights(None, None, None, None, None, None)
"""For looking at a program's steps without carrying them out."""


@takes(d=SIZE, m=SIZE, N=SIZE)
def draw_weights(generator: np.random.Generator, d: int, m: int, N: int) -> Weights:
    """Weights of standard normal numbers.

    >>> draw_weights(np.random.default_rng(0), 2, 3, 4).W3.shape
    (4, 3)
    """
    shapes = ((m, d), (m,), (m, d), (m,), (N, m), (N, d))
    return Weights(*(generator.standard_normal(shape) for shape in shapes))


@takes()
def forward(weights: Weights, ops: Operations = NUMPY) -> Steps:
    """The network as named steps, for :func:`hwcode.checking.graphs.carry_out`.

    The class label ``t`` counts from 0.

    >>> from hwcode.checking.graphs import carry_out, edges_of
    >>> steps = forward(draw_weights(np.random.default_rng(0), 2, 3, 4))
    >>> len(edges_of(steps)), carry_out(steps, {"x": np.ones(2), "t": 1})["yp"].sum().round(12)
    (12, np.float64(1.0))
    """
    w = weights
    return {
        "z1": lambda x: w.W1 @ x + w.b1,
        "h1": lambda z1: ops.relu(z1),
        "z2": lambda x: w.W2 @ x + w.b2,
        "h2": lambda z2: ops.sigmoid(z2),
        "g": lambda h1, h2: ops.times(h1, h2),
        "y": lambda g, x: w.W3 @ g + w.W4 @ x,
        "yp": lambda y: ops.softmax(y),
        "S": lambda yp, t: ops.log(yp[t]),
        "J": lambda S: -S,
    }


@takes()
def backward(weights: Weights, ops: Operations = NUMPY) -> Steps:
    """The backward pass as named steps, one for each quantity; it starts from all forward values.

    >>> from hwcode.checking.graphs import carry_out
    >>> weights = draw_weights(np.random.default_rng(0), 2, 3, 4)
    >>> values = carry_out(forward(weights), {"x": np.ones(2), "t": 1})
    >>> carry_out(backward(weights), values)["xbar"].shape
    (2,)
    """
    w = weights
    return {
        "Jbar": lambda: 1,
        "Sbar": lambda Jbar: -Jbar,
        "ypbar": lambda Sbar, yp, t: ops.place(Sbar / yp[t], t, len(yp)),
        "ybar": lambda ypbar, yp: ops.times(yp, ypbar) - yp * (yp.T @ ypbar),
        "gbar": lambda ybar: w.W3.T @ ybar,
        "h1bar": lambda gbar, h2: ops.times(gbar, h2),
        "h2bar": lambda gbar, h1: ops.times(gbar, h1),
        "z1bar": lambda h1bar, z1: ops.times(h1bar, ops.step(z1)),
        "z2bar": lambda h2bar, h2: ops.times(h2bar, h2 - ops.times(h2, h2)),
        "xbar": lambda z1bar, z2bar, ybar: w.W1.T @ z1bar + w.W2.T @ z2bar + w.W4.T @ ybar,
    }


# --- per-example gradient norms ---------------------------------------------------------------
#
# A stack of K weight matrices without biases; activation functions and the loss are left out, as
# the question allows. Examples stand in the columns of X (D x N) and of Ybar (D x N), the errors
# of the outputs. Everything is written with @, *, .T, slices and sums, so that it runs on arrays
# and on counting arrays alike; `phase` is told which part of the table is being computed.

PhaseOf = Callable[[str], AbstractContextManager[Any]]


def _uncounted(name: str) -> AbstractContextManager[Any]:
    return nullcontext()


@takes()
def naive_norms(
    weights: Sequence[Any],
    X: Any,
    Ybar: Any,
    phase: PhaseOf = _uncounted,
    input_error: bool = False,
    at_once: bool = False,
) -> Iterator[Any]:
    """Squared gradient norms, by backpropagation for one example at a time.

    Args:
        weights: the matrices, first layer first.
        X: the inputs, one in a column.
        Ybar: the errors of the outputs, one in a column.
        phase: a context manager for each of ``forward``, ``backward`` and ``norm``.
        input_error: whether the error of the input is computed too, though no gradient needs it.
        at_once: keep the gradients of all examples before the first norm is taken.

    Yields:
        For each example the sum over layers of the squared Frobenius norms.

    >>> W, x, e = np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([[3.0], [4.0]]), np.ones((2, 1))
    >>> list(naive_norms([W], x, e))      # (9 + 16) (1 + 1)
    [np.float64(50.0)]
    """

    def gradients(i: int) -> list[Any]:
        with phase("forward"):
            activations = [X[:, i : i + 1]]
            for W in weights:
                activations.append(W @ activations[-1])
        with phase("backward"):
            error, found = Ybar[:, i : i + 1], []
            for k in reversed(range(len(weights))):
                found.append(error @ activations[k].T)
                if k > 0 or input_error:
                    error = weights[k].T @ error
        return found

    def squared(found: list[Any]) -> Any:
        with phase("norm"):
            return _total([(gradient * gradient).sum() for gradient in found])

    examples = range(X.shape[1])
    if at_once:
        yield from [squared(found) for found in [gradients(i) for i in examples]]
    for i in () if at_once else examples:
        yield squared(gradients(i))


@takes()
def trick_norms(
    weights: Sequence[Any],
    X: Any,
    Ybar: Any,
    phase: PhaseOf = _uncounted,
    input_error: bool = False,
) -> Any:
    """The same squared norms for the whole batch, without any gradient.

    The gradient of a layer is the outer product of its output's error and its input, so its squared
    norm is the product of theirs.

    >>> W, x, e = np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([[3.0], [4.0]]), np.ones((2, 1))
    >>> trick_norms([W], x, e)
    array([50.])
    """
    with phase("forward"):
        activations = [X]
        for W in weights:
            activations.append(W @ activations[-1])
    with phase("backward"):
        errors = [Ybar]
        for W in reversed(weights[0 if input_error else 1 :]):
            errors.append(W.T @ errors[-1])
    with phase("norm"):
        layers = zip(activations, reversed(errors[: len(weights)]), strict=False)
        return _total([(h * h).sum(axis=0) * (e * e).sum(axis=0) for h, e in layers])


@takes()
def thrifty_norms(weights: Sequence[Any], X: Any, Ybar: Any, phase: PhaseOf = _uncounted) -> Any:
    """The trick again, keeping of each activation its squared norm and of all errors the latest.

    That is enough where activation functions are left out; a ReLU needs its signs besides.

    >>> W, x, e = np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([[3.0], [4.0]]), np.ones((2, 1))
    >>> thrifty_norms([W], x, e)
    array([50.])
    """
    with phase("forward"):
        h, sizes = X, []
        for W in weights:
            sizes.append((h * h).sum(axis=0))
            h = W @ h
        del h
    with phase("backward"):
        error, found = Ybar, []
        for W, size in zip(reversed(weights), reversed(sizes), strict=True):
            found.append(size * (error * error).sum(axis=0))
            if W is not weights[0]:
                error = W.T @ error
        return _total(found)


def _total(values: list[Any]) -> Any:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


@takes(method=one_of("naive", "at once", "trick", "thrifty"), N=SIZE, K=SIZE, D=SIZE)
def stack_cost(method: str, N: int, K: int, D: int, input_error: bool = False) -> Meter:
    """Run one of the methods on counting arrays.

    Memory counts the parameters, what the method computes, and the inputs and output errors of the
    examples in work: of one, where they are taken one at a time. The norms that come out of the
    naive method are not kept.

    Args:
        method: ``naive``, ``at once``, ``trick`` or ``thrifty``.
        N, K, D: examples, weight matrices, and the size of every layer.
        input_error: as above.

    >>> stack_cost("trick", N=2, K=3, D=4).phases["norm"].multiplications      # N K (2 D + 1)
    54
    """
    from hwcode.chapters.backpropagation.metering import Meter

    meter = Meter()
    draw = np.random.default_rng(0).standard_normal
    weights = [meter.array(draw((D, D))) for _ in range(K)]
    X, Ybar = meter.array(draw((D, N))), meter.array(draw((D, N)))
    if method == "naive":
        meter.release(2 * D * (N - 1))  # the examples that wait
    if method in ("naive", "at once"):
        norms = naive_norms(weights, X, Ybar, meter.phase, input_error, method == "at once")
        deque(norms, maxlen=0)
    elif method == "trick":
        trick_norms(weights, X, Ybar, meter.phase, input_error)
    else:
        thrifty_norms(weights, X, Ybar, meter.phase)
    return meter


# --- products of Jacobians --------------------------------------------------------------------

ORDERS: Mapping[str, Callable[[Any, Any, Any, Any], Any]] = {
    "outside-in": lambda a, b, c, d: (a @ b) @ (c @ d),
    "left to right": lambda a, b, c, d: ((a @ b) @ c) @ d,
    "right to left": lambda a, b, c, d: a @ (b @ (c @ d)),
    "inside-out, left": lambda a, b, c, d: (a @ (b @ c)) @ d,
    "inside-out, right": lambda a, b, c, d: a @ ((b @ c) @ d),
}
"""The ways of contracting the inner product ``M1 M2 M3 M4`` of two examples' Jacobians."""
