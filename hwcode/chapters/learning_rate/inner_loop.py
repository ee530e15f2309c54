"""The inner loop, some steps of gradient descent, as a program whose graph can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hwcode.checking.arguments import SIZE, takes

__all__ = ["two_steps", "unrolled_edges"]


@takes()
def two_steps(X: Any, t: Any) -> dict[str, Callable[..., Any]]:
    """Two steps of gradient descent as a program of named quantities, the data built in.

    :mod:`hwcode.checking.graphs` runs it and reads its graph. ``Li`` is the loss at ``wi`` and
    ``gi`` its gradient there; the inputs are ``w0`` and ``eta``.

    Args:
        X: data, ``n x d``, a matrix that knows ``@`` and ``.T``.
        t: targets, ``n``.

    >>> import numpy as np
    >>> from hwcode.checking.graphs import carry_out
    >>> program = two_steps(np.array([[1.0, 1.0]]), np.array([3.0]))
    >>> values = carry_out(program, {"w0": np.zeros(2), "eta": 1 / 8})
    >>> [float(values[name]) for name in ("L0", "L1", "L2")]
    [9.0, 2.25, 0.5625]
    """
    n = len(t)

    def loss(w: Any) -> Any:
        residual = X @ w - t
        return residual.T @ residual / n

    def gradient(w: Any) -> Any:
        return X.T @ (X @ w - t) * 2 / n

    return {
        "L0": lambda w0: loss(w0),
        "g0": lambda w0: gradient(w0),
        "w1": lambda w0, eta, g0: w0 - eta * g0,
        "L1": lambda w1: loss(w1),
        "g1": lambda w1: gradient(w1),
        "w2": lambda w1, eta, g1: w1 - eta * g1,
        "L2": lambda w2: loss(w2),
    }


@takes(steps=SIZE)
def unrolled_edges(steps: int) -> set[tuple[str, str]]:
    """The edges of the same graph for any number of steps, without the losses on the way.

    >>> sorted(unrolled_edges(1))
    [('eta', 'w1'), ('g0', 'w1'), ('w0', 'g0'), ('w0', 'w1'), ('w1', 'L1')]
    """
    edges = {(f"w{steps}", f"L{steps}")}
    for i in range(steps):
        edges |= {(f"w{i}", f"g{i}"), (f"w{i}", f"w{i + 1}")}
        edges |= {(f"g{i}", f"w{i + 1}"), ("eta", f"w{i + 1}")}
    return edges
