"""What the questions on the learning rate share: symbols, definitions, examples and conditions.

Everything here computes from the definition of gradient descent, with derivatives by SymPy or on
polynomials in the rate; no closed form of the chapter is used. Typed answers call the number of steps
``k``; the handouts call it t, like the targets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy
from sympy import ImmutableMatrix, Poly
from sympy.matrices.expressions import Identity

from hwcode.checking import Choice, Domain, Numbers, Truth, matrix, scalar, vector
from hwcode.rate_polynomials import convexity, loss_polynomial, weights_in_rate

CHAPTER = "learning_rate"

n = scalar("n", integer=True, positive=True)
d = scalar("d", integer=True, positive=True)
k = scalar("k", integer=True, positive=True)
eta = scalar("eta")
h = scalar("h", positive=True)
lmin = scalar("lmin", r"\lambda_{\min}", positive=True)
lmax = scalar("lmax", r"\lambda_{\max}", positive=True)
X, w0, t, a = matrix("X", n, d), vector("w0", d), vector("t", n), vector("a", n)

ONE_STEP = ({n: 1, d: 2}, {n: 3, d: 2}, {n: 2, d: 3})
MORE_STEPS = ({n: 1, d: 2, k: 1}, {n: 2, d: 3, k: 2}, {n: 3, d: 2, k: 3}, {n: 1, d: 2, k: 3})

GRAM = X * X.T
ZERO = ImmutableMatrix([0, 0])
FACTOR = Identity(n) - 2 * eta / n * GRAM


def draw_problem(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """Data, a start and targets, and the residual ``a`` that belongs to them."""
    data = numbers.matrix(int(point[n]), int(point[d]))
    start, targets = numbers.matrix(data.cols, 1), numbers.matrix(data.rows, 1)
    return {X: data, w0: start, t: targets, a: data * start - targets}


def problem_domain(cases: tuple[dict[Any, int], ...], *more: Any) -> Domain:
    """Random problems, answered in ``a`` or in ``w0`` and ``t``, and in ``more`` symbols."""
    return Domain((n, d, X, w0, t, a, *more), cases, draw=draw_problem, draw_degree=2)


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


def loss_after_steps(point: Any) -> Any:
    """The loss after ``k`` such steps, one if the point has no ``k``."""
    errors = point[X] * descended(point, int(point.get(k, 1))) - point[t]
    return sum(error**2 for error in errors) / point[X].rows


def rate_polynomial(point: Any) -> Poly:
    """The same loss as a polynomial in the rate, which the point need not have."""
    steps = int(point.get(k, 1))
    weights = weights_in_rate(point[X], point[t], point[w0], steps)
    return loss_polynomial(point[X], point[t], weights)


# --- examples ---------------------------------------------------------------------------------

LINE, TARGET = ImmutableMatrix([[1, 1]]), ImmutableMatrix([3])


def line_loss(steps: int, start: Any = ZERO) -> Poly:
    """The loss of the running example, one point (1, 1) with target 3, in the rate."""
    return loss_polynomial(LINE, TARGET, weights_in_rate(LINE, TARGET, start, steps))


def line_best(steps: int) -> Any:
    """The only real root of the derivative; it has multiplicity 2k - 1."""
    (root,) = set(line_loss(steps).diff().real_roots())
    return root


def two_curvatures(weights: tuple[int, int]) -> tuple[ImmutableMatrix, ImmutableMatrix]:
    """Data of curvatures 1 and 9 (n = d = 2), and targets that put these residuals at zero."""
    return ImmutableMatrix([[1, 0], [0, 3]]), -ImmutableMatrix(weights)


def draw_eigenvalues(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """Two different positive eigenvalues."""
    low, more = numbers.number(lmin), numbers.number(lmax)
    return {lmin: low, lmax: low + more}


SPECTRAL = Domain((n, lmin, lmax), ({n: 1}, {n: 2}, {n: 5}), draw=draw_eigenvalues)


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


def small_problems() -> Iterator[tuple[ImmutableMatrix, ImmutableMatrix]]:
    """Data of two examples with two features, and residuals: 180 of them, degenerate ones too."""
    rows = ((0, 0), (1, 0), (0, 1), (1, 1), (1, -1), (0, 2))
    residuals = ((0, 0), (1, 0), (0, 1), (1, 1), (1, -1))
    for one in rows:
        for two in rows:
            for residual in residuals:
                yield ImmutableMatrix([one, two]), ImmutableMatrix(residual)


@cache
def small_cases() -> tuple[Case, ...]:
    """All small problems. Excited eigenvalues are counted by the rank of a Krylov matrix."""
    found = []
    for data, residual in small_problems():
        gram = data * data.T
        krylov = sympy.Matrix.hstack(gram * residual, gram * gram * residual)
        kinds = [
            convexity(loss_polynomial(data, -residual, weights_in_rate(data, -residual, ZERO, i)))
            for i in (1, 2)
        ]
        regular = gram.det() != 0
        fit = sympy.Matrix.hstack(data, residual).rank() == data.rank()
        slope = any(data.T * residual)
        found.append(Case(any(residual), slope, regular, fit, krylov.rank(), *kinds))
    return tuple(found)


STRONGER = ("not convex", "convex", "strictly convex", "strongly convex")


def at_least(kind: str, after: str) -> Callable[[Case], bool]:
    """Whether the loss after one step, or two, is convex in this sense or a stronger one."""
    return lambda case: STRONGER.index(getattr(case, after)) >= STRONGER.index(kind)


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


def condition(holds: Callable[[Case], bool]) -> Truth:
    """The one condition that fits every small problem."""

    def fitting(_: Any) -> str:
        (key,) = (
            key
            for key, (_text, claim) in CONDITIONS.items()
            if all(claim(case) == holds(case) for case in small_cases())
        )
        return key

    return Truth(
        fitting,
        "the only option that fits all of 180 small problems, their losses computed exactly"
        " (that it holds for all problems is proved in the text)",
    )
