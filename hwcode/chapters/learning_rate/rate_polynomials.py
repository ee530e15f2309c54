"""The loss after some steps of gradient descent, as an exact polynomial in the learning rate.

The steps are carried out on polynomials with rational coefficients, straight from the definition,
so that nothing derived about the loss is used to compute it; whether such a polynomial is convex on
the whole line is decided by its real roots, exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import sympy
from sympy import Matrix, Poly, Rational

from hwcode.checking.arguments import between, takes

__all__ = ["ETA", "convexity", "loss_polynomial", "variations", "weights_in_rate"]

Convexity = Literal["not convex", "convex", "strictly convex", "strongly convex"]

ETA = sympy.Symbol("eta", real=True)
"""The rate, the variable of the polynomials."""


@takes(steps=between(0, 1_000))
def weights_in_rate(
    X: Any,
    t: Any,
    start: Any,
    steps: int,
    *,
    schedule: Sequence[Any] | None = None,
    momentum: Any = 0,
    penalty: Any = 0,
    decay: Any = 0,
) -> list[Poly]:
    """The weights after some steps of gradient descent, as exact polynomials in the rate.

    A step is ``w <- (1 - decay) w - eta s_i grad(w) + momentum (w - w_before)``.

    Args:
        X: an exact matrix, ``n x d``.
        t: targets, ``n``.
        start: weights, ``d``.
        steps: how many.
        schedule: the factors ``s_i``, one for each step; all 1 if not given.
        momentum: of the heavy-ball method.
        penalty: coefficient of ``||w||^2`` in the objective that is descended.
        decay: of decoupled weight decay.

    >>> w = weights_in_rate(sympy.Matrix([[1, 1]]), sympy.Matrix([3]), sympy.zeros(2, 1), 2)
    >>> w[0].as_expr()
    -24*eta**2 + 12*eta
    """
    n, d = X.shape
    factors = [1] * steps if schedule is None else list(schedule)
    rate = Poly(ETA, ETA, domain="QQ")
    w = before = [Poly(value, ETA, domain="QQ") for value in start]
    for factor in factors:
        residual = _residual(X, t, w)
        gradient = [
            sum((residual[i] * (2 * X[i, j] / sympy.Integer(n)) for i in range(n)), rate * 0)
            + w[j] * (2 * sympy.sympify(penalty))
            for j in range(d)
        ]
        after = [
            w[j] * (1 - sympy.sympify(decay))
            - rate * factor * gradient[j]
            + (w[j] - before[j]) * momentum
            for j in range(d)
        ]
        w, before = after, w
    return w


def _residual(X: Any, t: Any, w: Sequence[Poly]) -> list[Poly]:
    zero = Poly(0, ETA, domain="QQ")
    return [sum((w[j] * X[i, j] for j in range(X.cols)), zero) - t[i] for i in range(X.rows)]


@takes()
def loss_polynomial(X: Any, t: Any, weights: Sequence[Poly], penalty: Any = 0) -> Poly:
    """The loss at weights that are polynomials in the rate; the data may be others than before.

    Args:
        X: an exact matrix, ``m x d``.
        t: targets, ``m``.
        weights: from :func:`weights_in_rate`.
        penalty: coefficient of ``||w||^2``.

    >>> X, t = sympy.Matrix([[1, 1]]), sympy.Matrix([3])
    >>> loss_polynomial(X, t, weights_in_rate(X, t, sympy.zeros(2, 1), 2)).factor_list()[1]
    [(Poly(4*eta - 1, eta, domain='QQ'), 4)]
    """
    zero = Poly(0, ETA, domain="QQ")
    squares = sum((residual**2 for residual in _residual(X, t, weights)), zero)
    norm = sum((weight**2 for weight in weights), zero)
    return squares * sympy.Rational(1, X.rows) + norm * sympy.sympify(penalty)


@takes()
def convexity(polynomial: Poly) -> Convexity:
    """The strongest of three properties that a polynomial has on the whole real line; exact.

    With ``q`` the second derivative: convex if ``q >= 0`` everywhere, that is, if no real root of
    it has odd multiplicity and it is not negative far out; strictly convex if besides ``q`` is not
    the zero polynomial (then it is positive but for finitely many points); strongly convex if ``q``
    has no real root at all (then it has a positive minimum: far out it does not tend to zero).

    >>> [convexity(Poly(p, ETA)) for p in (ETA**3, 5 * ETA, ETA**4, ETA**4 + ETA**2)]
    ['not convex', 'convex', 'strictly convex', 'strongly convex']
    """
    second = polynomial.diff().diff()
    if second.is_zero:
        return "convex"
    crosses = any(
        multiplicity % 2 and factor.count_roots() for factor, multiplicity in second.sqf_list()[1]
    )
    if second.LC() < 0 or crosses:
        return "not convex"
    return "strictly convex" if second.count_roots() else "strongly convex"


@takes(steps=between(1, 100))
def variations(steps: int) -> dict[str, Poly]:
    """The loss in the rate after ``steps`` steps, the running example with one thing changed.

    The running example is ``x = (1, 1)``, ``t = 3``, from zero. In each variation something that
    the proof of convexity uses does not hold, or, for ``penalty``, does.

    >>> {name: convexity(loss) for name, loss in variations(1).items()} == dict.fromkeys(
    ...     variations(1), "strongly convex") | {"quartic": "strictly convex"}
    True
    >>> sorted(name for name, loss in variations(2).items() if convexity(loss) != "not convex")
    ['none', 'penalty']
    """
    x, t, zero, far = Matrix([[1, 1]]), Matrix([3]), Matrix([0, 0]), Matrix([6, 6])
    half, quarter = Rational(1, 2), Rational(1, 4)

    def run(start: Matrix, **changes: Any) -> list[Poly]:
        return weights_in_rate(x, t, start, steps, **changes)

    schedule = [Rational(1, i + 1) for i in range(steps)]
    return {
        "none": loss_polynomial(x, t, run(zero)),
        "penalty": loss_polynomial(x, t, run(zero, penalty=half), penalty=half),
        "validation": loss_polynomial(x, Matrix([2]), run(zero)),
        "penalised steps": loss_polynomial(x, t, run(far, penalty=half)),
        "decay": loss_polynomial(x, t, run(far, decay=quarter)),
        "schedule": loss_polynomial(x, t, run(zero, schedule=schedule)),
        "momentum": loss_polynomial(x, t, run(zero, momentum=half)),
        "quartic": _quartic(steps),
    }


def _quartic(steps: int) -> Poly:
    """One weight, the convex loss ``w^4 / 4``, from ``w = 1``."""
    rate = Poly(ETA, ETA, domain="QQ")
    w = rate * 0 + 1
    for _ in range(steps):
        w = w - rate * w**3
    return w**4 * Rational(1, 4)
