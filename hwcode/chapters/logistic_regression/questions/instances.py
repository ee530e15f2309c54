"""What the programs of this chapter are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hwcode.checking.extras import np

__all__ = ["Bowl", "epochs", "problems", "runs", "steps"]


def _problem(generator: Any, n: int, d: int, scale: float = 1.0) -> tuple[Any, Any, Any]:
    """Weights, inputs and labels of two kinds, neither sorted nor whole numbers."""
    X = scale * generator.standard_normal((n, d)).round(3)
    y = np.where(generator.random(n) < 0.5, 1.0, -1.0)
    if n > 1:
        y[:2] = 1.0, -1.0
    return generator.standard_normal(d).round(2), X, y


def problems() -> Iterator[tuple[Any, ...]]:
    """Small ones first, then many rows, no penalty, and margins that overflow exponentials."""
    yield np.array([1.0]), 2.0, np.array([[1.0], [-1.0]]), np.array([1.0, -1.0]), 0.5
    generator = np.random.default_rng(41)
    for n, d, lam in ((1, 1, 0.1), (3, 2, 0.25), (5, 1, 2.0), (8, 3, 0.0), (50, 2, 0.01)):
        w, X, y = _problem(generator, n, d)
        yield w, round(generator.standard_normal(), 2), X, y, lam
    for scale in (10.0, 300.0):
        w, X, y = _problem(generator, 6, 2, scale)
        yield 3 * w, -1.5, X, y, 1e-3


class Bowl:
    """The gradient ``A w - b + c w^3`` of a convex function, with A positive definite.

    It takes and gives arrays; in ``exact`` the same of any numbers.
    """

    def __init__(self, A: Any, b: Any, c: float) -> None:
        self.A, self.b, self.c = A, b, c

    def __call__(self, w: Any) -> Any:
        return self.A @ w - self.b + self.c * w**3

    def exact(self, w: list[Any]) -> list[Any]:
        """The gradient, in the arithmetic of its argument."""
        rows = zip(self.A.tolist(), self.b.tolist(), w, strict=True)
        return [
            sum(a * v for a, v in zip(row, w, strict=True)) - b + self.c * value**3
            for row, b, value in rows
        ]

    def __repr__(self) -> str:
        cubic = f" + {self.c} * w**3" if self.c else ""
        return f"the function {self.A.tolist()} @ w - {self.b.tolist()}{cubic}"


def _bowls() -> Iterator[tuple[Any, Any, Any]]:
    """Points, points before, and gradients."""
    yield np.array([1.0]), np.array([2.0]), Bowl(np.eye(1), np.zeros(1), 0.0)
    generator = np.random.default_rng(42)
    for d, c in ((2, 0.0), (3, 0.25), (1, 0.5), (6, 0.0)):
        B = generator.standard_normal((d, d))
        A = (B @ B.T / d + 0.5 * np.eye(d)).round(3)
        yield (
            generator.standard_normal(d).round(2),
            generator.standard_normal(d).round(2),
            Bowl((A + A.T) / 2, generator.standard_normal(d).round(2), c),
        )


def steps() -> Iterator[tuple[Any, ...]]:
    """One step each, from a point with a point before."""
    for (w, before, gradient), (rate, momentum) in zip(
        _bowls(), ((0.5, 0.5), (0.25, 0.9), (0.1, 0.3), (0.05, 0.0), (0.2, 0.75)), strict=True
    ):
        yield w, before, gradient, rate, momentum


def runs() -> Iterator[tuple[Any, ...]]:
    """None, one, a few and many steps, and slopes that a rule to stop early takes for none."""
    for (w, _, gradient), (rate, momentum, count) in zip(
        _bowls(),
        ((0.5, 0.5, 3), (0.25, 0.9, 0), (0.1, 0.3, 1), (0.05, 0.0, 4), (0.2, 0.75, 25)),
        strict=True,
    ):
        yield w, gradient, rate, momentum, count
    near = np.array([3e-9, -2e-9])
    yield near, Bowl(np.array([[1.0, 0.25], [0.25, 2.0]]), np.zeros(2), 0.0), 0.25, 0.5, 6


def epochs() -> Iterator[tuple[Any, ...]]:
    """Minibatches that divide the examples and that do not, one of all, with and without momentum.

    In the last ones margins overflow exponentials.
    """
    generator = np.random.default_rng(43)
    for n, d, lam, rate, momentum, batch, scale in (
        (3, 1, 0.5, 0.5, 0.0, 2, 1.0),
        (4, 2, 0.25, 0.5, 0.5, 2, 1.0),
        (7, 2, 0.1, 0.25, 0.9, 3, 1.0),
        (5, 3, 0.01, 1.0, 0.0, 5, 1.0),
        (6, 2, 0.0, 2.0, 0.75, 1, 1.0),
        (50, 3, 0.1, 0.3, 0.8, 16, 1.0),
        (4, 2, 0.2, 0.1, 0.6, 9, 1.0),
        (7, 2, 0.1, 0.001, 0.5, 3, 1000.0),
    ):
        w, X, y = _problem(generator, n, d, scale)
        X = np.column_stack([X, np.ones(n)])
        w, before = (generator.standard_normal(d + 1).round(2) for _ in range(2))
        yield w, before, X, y, lam, rate, momentum, batch, generator.permutation(n)
