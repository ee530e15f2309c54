"""SGD with momentum: where it ends (H2-1.1.2)."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix, Rational
from sympy.matrices.expressions import Identity

from hwcode import implicit_bias as ib
from hwcode import optimisers as opt
from hwcode.checking import Choice, Domain, Formula, Mistake, Part, Question, Truth
from hwcode.questions.implicit_bias.problem import (
    CHAPTER,
    WIDE,
    YES_NO,
    X,
    alpha,
    arrays,
    d,
    delta0,
    from_start,
    h,
    minimum_norm_by_elimination,
    n,
    safe_rate,
    t,
    w0,
)

__all__ = ["QUESTIONS"]


def _momentum_limit(point: Any) -> ImmutableMatrix:
    """The exact limit of full-batch momentum, by its linear map on weights and velocity."""
    rows, targets = arrays(point[X], point[t])
    gradient = opt.least_squares(rows, targets)
    size = rows.shape[1]

    def step(state: Any) -> Any:
        weights, velocity = state[:size], state[size:]
        path = opt.momentum(gradient, safe_rate(rows), weights, point[alpha], velocity)
        after = next(islice(path, 1, None))
        return np.concatenate([after, after - weights])

    start = np.array([*point[w0], *point[delta0]], dtype=object)
    return ImmutableMatrix(list(ib.limit_of_iteration(step, start))[:size])


def _momentum_verdict(_: Any) -> str:
    """From zero: does the velocity at the start decide?"""
    data, targets = ImmutableMatrix([[2, 1]]), ImmutableMatrix([2])
    point = {X: data, t: targets, alpha: Rational(1, 2), w0: sympy.zeros(2, 1)}
    shortest = ImmutableMatrix(minimum_norm_by_elimination(sympy.Matrix(data), targets))
    found = [
        _momentum_limit({**point, delta0: ImmutableMatrix(velocity)}) == shortest
        for velocity in ([0, 0], [4, 2], [1, -2])
    ]
    return {(True, True, False): "row", (True, True, True): "always"}.get(tuple(found), "no")


def _momentum_rate(point: Any) -> Any:
    """The rate at which the iteration on one curvature has the eigenvalue -1."""
    rate, z = sympy.symbols("rate z")
    kept, curvature = point[alpha], point[h]
    step = sympy.Matrix([[1 - rate * curvature, kept], [-rate * curvature, kept]])
    return sympy.solve(step.charpoly(z).as_expr().subs(z, -1), rate)[0]


def _any_order(_: Any) -> str:
    """Two orthonormal examples in turn, alpha = 1/2, rate 9/10: an eigenvalue outside the unit circle?"""
    rate, kept = Rational(9, 10), Rational(1, 2)
    seen = sympy.Matrix([[1 - 2 * rate, kept], [-2 * rate, kept]])
    unseen = sympy.Matrix([[1, kept], [0, kept]])
    grows = any(abs(value) > 1 for value in (unseen * seen).eigenvals())
    return "no" if grows else "yes"


def _what_keeps_the_row_space(_: Any) -> str:
    """A linear step that leaves the row space of x = (2, 1), and one that is not linear and stays."""
    slope = opt.least_squares(ib.exact([[2, 1]]), ib.exact([2]))(0, ib.exact([0, 0]))
    scaled_by_matrix = slope * ib.exact([1, 3])
    normalised = slope / sympy.sqrt(sum(value**2 for value in slope))
    outside = [bool(step[0] - 2 * step[1] != 0) for step in (scaled_by_matrix, normalised)]
    return "scalar" if outside == [True, False] else "linear"


projection = X.T * (X * X.T).I * X
with_velocity = from_start + alpha / (1 - alpha) * (Identity(d) - projection) * delta0
with_momentum = Question(
    ids=("H2-1.1.2",),
    chapter=CHAPTER,
    title="SGD with momentum",
    marks={"H2-1.1.2": 1},
    statement=r"""
Momentum keeps a velocity: $\delta_{k+1}=\alpha\delta_k-\eta\nabla\mathcal L_i(w_k)$ and
$w_{k+1}=w_k+\delta_{k+1}$. Under the assumptions of H2-1.1.1, argue whether it too ends at the
minimum-norm solution. *We add: the role of $\delta_0$, which the handout leaves open, and of the
assumption that it converges.*
""",
    parts=(
        Part(
            name="verdict",
            asks="from $w_0=0$: does it end at the minimum-norm solution, if it converges to a solution?",
            form=Choice(
                {
                    "row": "yes, if the first velocity lies in the row space, for example at 0",
                    "always": "yes, whatever the first velocity is",
                    "no": "no, the memory of old gradients leads out of the row space",
                }
            ),
            reference="row",
            truth=Truth(_momentum_verdict, "exact limits for three first velocities"),
            mistakes=(
                Mistake(
                    "always",
                    "a velocity outside the row space carries the weights along by alpha/(1 - alpha) times itself",
                ),
                Mistake("no", "old gradients lie in the row space as new ones do"),
            ),
        ),
        Part(
            name="limit",
            asks=r"where it ends from $w_0$ with first velocity $\delta_0$ ($0<\alpha<1$, `delta0`)",
            form=Formula(
                Domain((n, d, X, t, w0, delta0, alpha), WIDE, intervals={alpha: (0, 1)}),
                "a column vector of d entries",
            ),
            reference=with_velocity,
            latex=r"\hat w = w_0 + X^\top(XX^\top)^{-1}(t-Xw_0) + \frac{\alpha}{1-\alpha}\big(I - X^\top(XX^\top)^{-1}X\big)\,\delta_0",
            truth=Truth(
                _momentum_limit, "the exact limit of the linear map on weights and velocity"
            ),
            mistakes=(
                Mistake(
                    from_start, "the part of the first velocity outside the row space is missing"
                ),
                Mistake(
                    from_start + (Identity(d) - projection) * delta0 / (1 - alpha),
                    "the first velocity is multiplied by alpha before it moves the weights",
                ),
                Mistake(
                    from_start + alpha / (1 - alpha) * delta0,
                    "what the velocity has in the row space is corrected by later gradients",
                ),
            ),
        ),
        Part(
            name="rate",
            asks=r"the rate below which it converges on the full batch, for $0<\alpha<1$ (`h`: the largest eigenvalue of the Hessian)",
            form=Formula(Domain((alpha, h), intervals={alpha: (0, 1)}), "a number"),
            reference=2 * (1 + alpha) / h,
            latex=r"\eta < \frac{2(1+\alpha)}{h}",
            truth=Truth(_momentum_rate, "the rate at which the iteration has the eigenvalue -1", 4),
            mistakes=(
                Mistake(2 / h, "this is the bound without momentum"),
                Mistake(
                    2 * (1 - alpha) / h,
                    "momentum lengthens a run of equal steps by 1/(1 - alpha), but damps alternating ones",
                ),
                Mistake(
                    2 / (h * (1 - alpha)),
                    "the factor for a run of equal steps does not set the stability",
                ),
            ),
        ),
        Part(
            name="order",
            asks="do rates below that bound, and below the one of SGD, suffice for single examples in any order?",
            form=Choice(YES_NO),
            reference="no",
            truth=Truth(_any_order, "exact eigenvalues of two steps on two orthonormal examples"),
            mistakes=(
                Mistake(
                    "yes",
                    "two orthonormal examples in turn, momentum 1/2 and rate 9/10: an error grows by the factor 5/4 every two steps",
                ),
            ),
        ),
        Part(
            name="property",
            asks="the handout hints at the linearity of the update. What keeps the iterates in the row space?",
            form=Choice(
                {
                    "linear": "that the update is linear in the gradient",
                    "scalar": "that gradients are multiplied by numbers and added, by whatever rule the numbers are chosen",
                }
            ),
            reference="scalar",
            truth=Truth(
                _what_keeps_the_row_space, "one exact step of a linear and of a nonlinear rule"
            ),
            mistakes=(
                Mistake(
                    "linear",
                    "a fixed diagonal matrix before the gradient is linear and in general leaves the row space; normalised gradients are not linear and stay",
                ),
            ),
        ),
    ),
    model_answer=r"""
Yes, with $\delta_0=0$ (or any $\delta_0$ in the row space). Gradients lie in the row space; if $\delta_k$
does, so does $\delta_{k+1}=\alpha\delta_k-\eta g_k$, and with it $w_{k+1}=w_k+\delta_{k+1}$. A limit in the
row space that solves $Xw=t$ is the minimum-norm solution, as in H2-1.1.1. Momentum only changes the
numbers with which old gradients are added. A part $u$ of $\delta_0$ with $Xu=0$ would stay: for $|\alpha|<1$ it adds
$(\alpha+\alpha^2+\dots)\,u=\frac{\alpha}{1-\alpha}u$.
""",
)

QUESTIONS = (with_momentum,)
