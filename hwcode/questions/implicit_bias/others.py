"""Adam and the others, and why rates for each weight (H2-1.2.2, A2-1.2.2)."""

from __future__ import annotations

from itertools import islice
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import Integer, Rational

from hwcode import implicit_bias as ib
from hwcode import optimisers as opt
from hwcode.checking import Choice, Domain, Formula, Method, Mistake, Part, Question, Truth, scalar
from hwcode.questions.implicit_bias.adagrad import DIGITS, adagrad_run
from hwcode.questions.implicit_bias.problem import CHAPTER, YES_NO, c, eta

__all__ = ["QUESTIONS"]

m = scalar("m", integer=True, positive=True)


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


others = Question(
    ids=("H2-1.2.2", "A2-1.2.2"),
    chapter=CHAPTER,
    title="other adaptive methods, and what per-weight rates are good for",
    marks={"H2-1.2.2": 0, "A2-1.2.2": 0},
    statement=r"""
Does the result of the question before hold for the other adaptive methods (2021: RMSProp and Adam;
2025: Adagrad and Adam)? Why might one want a learning rate for each weight? *We ask which point they
share, what about them is to blame, and split "desirable" into claims that can be decided.*
""",
    parts=(
        Part(
            name="same",
            asks=r"one data point with $t\ne0$, start at zero, $\epsilon=0$: which of Adagrad, RMSProp and Adam can converge to the minimum-norm solution when $|x_1|\ne|x_2|$, both nonzero?",
            form=Choice(
                {
                    "none": "none of them: all three stay on the line through sign(x)",
                    "adam": "Adam alone, because of its momentum and bias correction",
                    "open": "each leaves the line through sign(x), so nothing can be said",
                }
            ),
            reference="none",
            truth=Truth(
                _same_direction,
                "sixty iterates of each method in 60-digit arithmetic",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "adam",
                    "momentum and bias correction multiply all coordinates by the same numbers",
                ),
                Mistake(
                    "open",
                    "every gradient is a multiple of x, and the scaling removes the sizes of its entries",
                ),
            ),
        ),
        Part(
            name="norm",
            asks="of which norm is their common point the least solution?",
            form=Choice(
                {
                    "l1": "of the sum of the absolute values",
                    "l2": "of the Euclidean norm",
                    "linf": "of the largest absolute value",
                }
            ),
            reference="linf",
            truth=Truth(
                _least_norm_of_limit,
                "the least point of each norm on the hint's line, and a 60-digit run",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "l1",
                    "the least sum of absolute values puts everything on the largest entry of x",
                ),
                Mistake("l2", "that is the minimum-norm solution, where gradient descent ends"),
            ),
        ),
        Part(
            name="full",
            asks="the full-matrix form of Adagrad divides by the root of $\\sum_k g_kg_k^\\top$ instead of its diagonal. Does it find the minimum-norm solution from zero?",
            form=Choice(YES_NO),
            reference="yes",
            truth=Truth(
                _full_matrix,
                "both forms run to their limits on random data",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "no",
                    "that matrix and its root map the row space to itself; the diagonal does not",
                ),
            ),
        ),
        Part(
            name="condition",
            asks=r"Adagrad on $\frac12\sum_jh_jw_j^2$, $\epsilon=0$: how does the number of steps grow with the condition number?",
            form=Choice(
                {
                    "none": "not at all: the iterates do not depend on the curvatures",
                    "root": "like its square root",
                    "linear": "in proportion to it, as for gradient descent",
                }
            ),
            reference="none",
            truth=Truth(
                _grows_with_condition,
                "iterates for condition numbers 1 and a million, in 60-digit arithmetic",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake("root", "that is what momentum achieves"),
                Mistake("linear", "a curvature multiplies gradient and root alike and cancels"),
            ),
        ),
        Part(
            name="rotated",
            asks="is that advantage kept when the axes of the quadratic are turned by 45 degrees?",
            form=Choice({"kept": "yes", "lost": "no"}),
            reference="lost",
            truth=Truth(
                _after_rotation,
                "steps to a given accuracy at condition number 10^4, at the best of four rates",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "kept",
                    "both weights then see both curvatures, and a rate for each weight cannot tell them apart",
                ),
            ),
        ),
        Part(
            name="rare",
            asks=r"a feature has appeared $m$ times, with gradients of the size $c$ each time. Adagrad's effective rate for its weight at the last of them ($\epsilon=0$)",
            form=Formula(Domain((m, eta, c), ({m: 1}, {m: 4}, {m: 7})), "a number"),
            reference=eta / (c * sympy.sqrt(m)),
            latex=r"\frac{\eta}{c\sqrt m}",
            truth=Truth(
                _rate_after_equal_gradients, "the m-th exact step, divided by its gradient"
            ),
            mistakes=(
                Mistake(
                    eta / sympy.sqrt(m),
                    "a step is this long; the rate is what multiplies the gradient",
                ),
                Mistake(eta / (c * m), "G grows like m, and its root divides"),
                Mistake(eta, "this is the rate before scaling"),
            ),
        ),
    ),
    model_answer=r"""
It holds for all three. With one example every gradient is a multiple of $x$, so $\sqrt{v}$ and the
numerator carry $|x_i|$ and $x_i$ as factors, and every step is a multiple of $\operatorname{sign}(x)$;
bias correction and momentum are common to all coordinates. The one solution there,
$t\operatorname{sign}(x)/\lVert x\rVert_1$, has the least largest entry, not the least norm. The diagonal
is to blame: full-matrix Adagrad stays in the row space. Rates for each weight help where the curvatures differ
along the axes (Adagrad's iterates then do not depend on them) and for rare features, whose rates
in Adagrad fall only with their own appearances, like $1/\sqrt m$. Turn the axes by 45 degrees, and the first advantage is gone.
""",
    conventions=("epsilon",),
)

QUESTIONS = (others,)
