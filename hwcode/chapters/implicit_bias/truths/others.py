"""What ``questions/others.py`` asks, from the definitions."""

from __future__ import annotations

from itertools import islice
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import Integer, Rational

from hwcode import optimisers as opt
from hwcode.chapters.implicit_bias import limits as ib
from hwcode.chapters.implicit_bias.questions.others import m
from hwcode.chapters.implicit_bias.questions.problem import c, eta
from hwcode.chapters.implicit_bias.truths.adagrad import DIGITS, adagrad_run
from hwcode.checking import Method, Truth

__all__ = ["TRUTHS"]


def _same_direction(_: Any) -> str:
    """Sixty iterates of each method in 60 digits: do they leave the line through sign(x)?"""
    with mpmath.workdps(DIGITS):
        rows, targets, start = ib.precise([[2, 1]]), ib.precise([2]), ib.precise([0, 0])
        gradient, rate = opt.least_squares(rows, targets), mpmath.mpf("0.05")
        tenths = [mpmath.mpf(k) / 10 for k in range(10)]
        paths = {
            "adagrad": opt.adagrad(gradient, rate, start),
            "rmsprop": opt.rmsprop(gradient, rate, start, tenths[9]),
            "adam": opt.adam(gradient, rate, start, tenths[9], mpmath.mpf("0.999")),
        }
        bound = mpmath.mpf(10) ** (10 - DIGITS)
        stays = {
            name: all(abs(w[0] - w[1]) < bound for w in islice(path, 60))
            for name, path in paths.items()
        }
    return (
        "none"
        if all(stays.values())
        else "adam"
        if stays["adagrad"] and stays["rmsprop"]
        else "open"
    )


def _least_norm_of_limit(_: Any) -> str:
    """Along the solutions (s, 2 - 2 s) of the hint: which norm is least where Adagrad ends?"""
    reached = adagrad_run([2, 1], 2)[0]
    s = sympy.Symbol("s", real=True)
    best = {
        "l2": sympy.solve(sympy.diff(s**2 + (2 - 2 * s) ** 2, s), s)[0],
        # Sums and maxima of absolute values are piecewise linear: least at a corner.
        "l1": min([Integer(0), Integer(1)], key=lambda v: abs(v) + abs(2 - 2 * v)),
        "linf": min(
            [Rational(2, 3), Integer(2), Integer(0), Integer(1)],
            key=lambda v: max(abs(v), abs(2 - 2 * v)),
        ),
    }
    return next(name for name, value in best.items() if abs(value - reached) < Rational(1, 10**30))


def _full_matrix(_: Any) -> str:
    """Random data, five examples and nine weights: how far from the nearest solution do the two forms end?"""
    generator = np.random.default_rng(2)
    rows, targets, start = (
        generator.standard_normal((5, 9)),
        generator.standard_normal(5),
        np.zeros(9),
    )
    gradient, nearest = opt.least_squares(rows, targets), ib.nearest_solution(rows, targets, start)
    full, diagonal = (
        np.linalg.norm(ib.settled(method(gradient, 0.5, start), 1e-13) - nearest)
        for method in (opt.full_adagrad, opt.adagrad)
    )
    return "yes" if full < 1e-9 < 1e-2 < diagonal else "no"


def _steps_to(curvatures: Any, rotation: Any, goal: float) -> int:
    """Adagrad steps until f = 1/2 sum h_j u_j^2 has fallen by ``goal``, at the best of some rates."""
    hessian = rotation.T @ np.diag(curvatures) @ rotation
    start = rotation.T @ np.ones(len(curvatures))
    best = 10**6
    for rate in (0.1, 0.3, 1.0, 3.0):
        path = opt.adagrad(lambda _, w: hessian @ w, rate, start)
        for step, weights in enumerate(islice(path, 5000)):
            if weights @ hessian @ weights <= goal * (start @ hessian @ start):
                best = min(best, step)
                break
    return best


TURNED = np.array([[1.0, -1.0], [1.0, 1.0]]) / np.sqrt(2)


def _axes(curvatures: Any) -> opt.Gradient:
    """Gradients of the quadratic with these curvatures along the axes."""
    return lambda _, weights: curvatures * weights


def _grows_with_condition(_: Any) -> str:
    """Twenty exact steps with curvatures (1, 1) and (1, 10^6): the same iterates?"""
    runs = []
    with mpmath.workdps(DIGITS):
        for curvatures in ([1, 1], [1, 10**6]):
            path = opt.adagrad(_axes(ib.precise(curvatures)), mpmath.mpf("0.5"), ib.precise([1, 1]))
            runs.append(next(islice(path, 20, None)))
        equal = max(abs(runs[0] - runs[1])) < mpmath.mpf(10) ** (10 - DIGITS)
    return "none" if equal else "linear"


def _after_rotation(_: Any) -> str:
    """Condition number 10^4: steps along the axes, and turned by 45 degrees."""
    along, turned = (_steps_to([1.0, 1e4], rotation, 1e-6) for rotation in (np.eye(2), TURNED))
    return "lost" if turned > 10 * along else "kept"


def _rate_after_equal_gradients(point: Any) -> Any:
    """The length of Adagrad's m-th step under constant gradients, divided by the gradient."""
    slope = np.array([point[c]], dtype=object)
    path = list(islice(opt.adagrad(lambda *_: slope, point[eta], ib.exact([0])), int(point[m]) + 1))
    return (path[-2] - path[-1])[0] / point[c]


TRUTHS = {
    "H2-1.2.2:same": Truth(
        _same_direction,
        "sixty iterates of each method in 60-digit arithmetic",
        method=Method.COMPUTED,
    ),
    "H2-1.2.2:norm": Truth(
        _least_norm_of_limit,
        "the least point of each norm on the hint's line, and a 60-digit run",
        method=Method.COMPUTED,
    ),
    "H2-1.2.2:full": Truth(
        _full_matrix,
        "both forms run to their limits on random data",
        method=Method.COMPUTED,
    ),
    "H2-1.2.2:condition": Truth(
        _grows_with_condition,
        "iterates for condition numbers 1 and a million, in 60-digit arithmetic",
        method=Method.COMPUTED,
    ),
    "H2-1.2.2:rotated": Truth(
        _after_rotation,
        "steps to a given accuracy at condition number 10⁴, at the best of four rates",
        method=Method.COMPUTED,
    ),
    "H2-1.2.2:rare": Truth(
        _rate_after_equal_gradients, "the m-th exact step, divided by its gradient"
    ),
}
