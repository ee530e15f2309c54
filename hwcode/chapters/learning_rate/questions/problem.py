"""What the questions on the learning rate share: symbols, definitions, examples and conditions.

Everything here computes from the definition of gradient descent, with derivatives by SymPy or on
polynomials in the rate; no closed form of the chapter is used. Typed answers call the number of steps
``k``; the handouts call it t, like the targets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import ImmutableMatrix
from sympy.matrices.expressions import Identity

from hwcode.checking import Choice, Domain, Numbers, matrix, scalar, vector
from hwcode.checking.domain import NONNEGATIVE

CHAPTER = "learning_rate"

n = scalar("n", integer=True, positive=True)
d = scalar("d", integer=True, positive=True)
k = scalar("k", integer=True, positive=True)
eta = scalar("eta", positive=True)
h = scalar("h", positive=True)
lmin = scalar("lmin", r"\lambda_{\min}", positive=True)
lmax = scalar("lmax", r"\lambda_{\max}", positive=True)
X, w0, t, a = matrix("X", n, d), vector("w0", d), vector("t", n), vector("a", n)

ONE_STEP = ({n: 1, d: 2}, {n: 3, d: 2}, {n: 2, d: 3})
MORE_STEPS = ({n: 1, d: 2, k: 1}, {n: 2, d: 3, k: 2}, {n: 3, d: 2, k: 3}, {n: 1, d: 2, k: 3})

GRAM = X * X.T
FACTOR = Identity(n) - 2 * eta / n * GRAM


def draw_problem(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """Data, a start and targets, and the residual ``a`` that belongs to them."""
    data = numbers.matrix(int(point[n]), int(point[d]))
    start, targets = numbers.matrix(data.cols, 1), numbers.matrix(data.rows, 1)
    return {X: data, w0: start, t: targets, a: data * start - targets}


def problem_domain(cases: tuple[dict[Any, int], ...], *more: Any, beyond: Any = True) -> Domain:
    """Random problems, answered in ``a`` or in ``w0`` and ``t``, and in ``more`` symbols."""
    return Domain((n, d, X, w0, t, a, *more), cases, beyond, draw=draw_problem, draw_degree=2)


def gradient_at(data: Any, targets: Any, weights: Any) -> ImmutableMatrix:
    """The gradient of the mean squared error, by differentiating it in each weight."""
    names = sympy.symbols(f"u:{data.cols}")
    total = sum((data[i, :].dot(names) - targets[i]) ** 2 for i in range(data.rows)) / data.rows
    at = dict(zip(names, weights, strict=True))
    return ImmutableMatrix([sympy.diff(total, name).subs(at) for name in names])


def descended(point: Any, steps: int) -> ImmutableMatrix:
    """The weights after some steps, each along a gradient found by differentiation."""
    weights = point[w0]
    for _ in range(steps):
        weights = weights - point[eta] * gradient_at(point[X], point[t], weights)
    return weights


# --- examples ---------------------------------------------------------------------------------


def draw_eigenvalues(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """Two positive eigenvalues; a single example has only one."""
    low, more = numbers.number(lmin), numbers.number(NONNEGATIVE)
    return {lmin: low, lmax: low if point[n] == 1 else low + more}


SPECTRAL = Domain((n, lmin, lmax), ({n: 1}, {n: 2}, {n: 5}), True, draw=draw_eigenvalues)


# --- conditions, decided on every small problem -----------------------------------------------


@dataclass(frozen=True)
class Case:
    """A small problem: what may be the condition, and what the loss is, found independently."""

    residual: bool
    """whether a is not 0"""
    slope: bool
    """whether X^T a is not 0"""
    regular: bool
    """whether X X^T is invertible"""
    fit: bool
    """whether some weights reach loss 0"""
    excited: int
    """how many different eigenvalues of X X^T, other than 0, a has a part along"""
    one: str
    """the strongest kind of convexity of the loss after one step"""
    two: str
    """the same after two steps"""


CONDITIONS: dict[str, tuple[str, Callable[[Case], bool]]] = {
    "always": ("always", lambda case: True),
    "never": ("never", lambda case: False),
    "residual": (r"exactly if $a\ne0$", lambda case: case.residual),
    "slope": (r"exactly if $X^\top a\ne0$", lambda case: case.slope),
    "regular": (r"exactly if $XX^\top$ is invertible", lambda case: case.regular),
    "two": (
        r"exactly if $a$ has parts along at least two different eigenvalues of $XX^\top$ other than 0",
        lambda case: case.excited >= 2,
    ),
}
WHEN = Choice({key: text for key, (text, _) in CONDITIONS.items()})
