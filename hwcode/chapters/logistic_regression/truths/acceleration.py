"""What ``questions/acceleration.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.chapters.logistic_regression.questions.problem import kappa
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


def _critical_momentum(point: Any) -> Any:
    """The momentum in [0, 1) at which the mode of curvature m has a double root, at rate 1/L.

    A step maps (a_t, a_{t-1}) by z^2 = (1 + beta)(1 - 1/kappa) z - beta (1 - 1/kappa).
    """
    unknown = sympy.Symbol("unknown", positive=True)
    shrink = 1 - 1 / point[kappa]
    discriminant = (1 + unknown) ** 2 * shrink**2 - 4 * unknown * shrink
    roots = [root for root in sympy.solve(discriminant, unknown) if root < 1]
    return sympy.radsimp(roots[0])


def _tail_of_nesterov(point: Any) -> Any:
    """Twice the logarithm of the larger root of that mode."""
    momentum, shrink = _critical_momentum(point), 1 - 1 / point[kappa]
    z = sympy.Symbol("z")
    equation = z**2 - (1 + momentum) * shrink * z + momentum * shrink
    roots = sympy.Poly(equation, z).nroots(n=60, maxsteps=200)
    # A double root in rounded arithmetic comes as a close pair; its mean is accurate.
    return 2 * sympy.log(sympy.re(sum(roots)) / 2)


TRUTHS = {
    "P4-1d:momentum": Truth(
        _critical_momentum, "the momentum that damps the slowest mode critically"
    ),
    "P4-1d:slope": Truth(_tail_of_nesterov, "the double root of the slowest mode"),
}
