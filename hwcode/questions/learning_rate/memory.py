"""Section 2.1 of the homework: the memory that derivatives with respect to the rate take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
from sympy import Rational

from hwcode import hypergradients as hyper
from hwcode import learning_rate as lr
from hwcode.checking import (
    Choice,
    Domain,
    Formula,
    Mistake,
    Norm,
    Numbers,
    Part,
    Question,
    Truth,
    scalar,
    vector,
)
from hwcode.checking.expressions import UndefinedError
from hwcode.checking.verdict import Method
from hwcode.questions.learning_rate.problem import (
    CHAPTER,
    X,
    d,
    descended,
    draw_problem,
    eta,
    gradient_at,
    h,
    k,
    n,
    rate_polynomial,
    t,
)

__all__ = ["QUESTIONS"]

e = scalar("e")

v = scalar("v", integer=True, positive=True)
last, before = vector("glast", d), vector("gbefore", d)

GROWTH = {  # Without TeX, as an option may also be typed as it is written here.
    "constant": "O(1)",
    "log": "O(log k)",
    "sqrt": "O(√k)",
    "linear": "O(k)",
    "square": "O(k²)",
}


def _growth_of(method: Callable[..., Any]) -> Callable[[Any], str]:
    """How the measured peak of memory grows between 100 and 1,600 steps, as a power."""

    def growth(_: Any) -> str:
        size = 4000
        generator = np.random.default_rng(413)
        data = generator.standard_normal((2, size)) / np.sqrt(size)
        objective = lr.LeastSquares(data, np.ones(2))
        few, many = (
            hyper.peak_vectors(lambda: method(objective, np.zeros(size), 0.3, steps), size)  # noqa: B023
            for steps in (100, 1600)
        )
        power = np.log(many / few) / np.log(16)
        powers = {"constant": 0.0, "sqrt": 0.5, "linear": 1.0, "square": 2.0}
        near = min(powers, key=lambda key: abs(powers[key] - power))
        return near if abs(powers[near] - power) < 0.1 else f"power {power:.2f}"

    return growth


def _kept(_: Any) -> str:
    """What the reverse sweep finds on its tape, while it returns the exact derivative."""
    objective = lr.LeastSquares(np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, 3.0]))
    start, rate, steps = np.array([2.0, -1.0]), 1 / 8, 4
    end, tape = hyper.record_steps(objective, start, rate, steps)
    path, change = [start], [np.zeros(2)]
    for _step in range(steps):
        slope = objective.gradient(path[-1])
        change.append(change[-1] - rate * objective.hessian_product(path[-1], change[-1]) - slope)
        path.append(path[-1] - rate * slope)
    iterates = all(np.array_equal(kept[0], w) for kept, w in zip(tape, path, strict=False))
    changes = any(np.allclose(entry, dw) for kept in tape for entry in kept for dw in change[1:])
    found, _ = hyper.sweep_back(objective, tape, rate, objective.gradient(end), 0.0)
    exact = hyper.exact_derivative(objective, start, rate, steps)[1]
    right = abs(found - float(exact)) < 1e-12 * abs(float(exact))
    return "iterates" if iterates and right and not changes else "unexpected"


def _fewest(point: Any) -> Any:
    """The least of k/s + v s over positive spacings s, from where its derivative vanishes."""
    s = sympy.Symbol("s", positive=True)
    kept = point[k] / s + point[v] * s
    return min(kept.subs(s, root) for root in sympy.solve(sympy.diff(kept, s), s))


def _grown_error(point: Any) -> Any:
    """Step forwards exactly, disturb the end, undo the steps by solving for what came before."""
    u, start = sympy.Symbol("u"), Rational(7, 3)
    if 1 - point[eta] * point[h] == 0:
        raise UndefinedError("the step forgets where it started")
    w = start
    for _ in range(int(point[k])):
        w = w - point[eta] * point[h] * w
    w += point[e]
    for _ in range(int(point[k])):
        (w,) = sympy.solve(sympy.Eq(u - point[eta] * point[h] * u, w), u)
    return w - start


def _draw_run(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """A problem, a rate, and the last two gradients of gradient descent on it."""
    drawn = {**point, **draw_problem(point, numbers), eta: numbers.number(eta)}
    for name, steps in ((last, int(point[k])), (before, int(point[k]) - 1)):
        drawn[name] = gradient_at(drawn[X], drawn[t], descended(drawn, steps))
    return drawn


memory = Question(
    ids=("H2-2.1.2",),
    chapter=CHAPTER,
    title="memory of k steps, forward and backward",
    marks={"H2-2.1.2": 1},
    statement=r"""
Now $k$ steps (the handout writes $t$). How does the memory that is needed grow with $k$: for running
the steps and computing $L_k$, and for computing $dL_k/d\eta$ by standard back-propagation? *We add:
what exactly has to be kept, what other methods need, and what they cost in accuracy.*
""",
    parts=(
        Part(
            name="forward",
            asks="memory for running the steps",
            form=Choice(GROWTH),
            reference="constant",
            truth=Truth(
                _growth_of(hyper.descend),
                "how the measured peak grows between 100 and 1,600 steps",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake("linear", "a step needs the latest weights; those before can be forgotten"),
            ),
        ),
        Part(
            name="backward",
            asks=r"memory for $dL_k/d\eta$ by standard back-propagation",
            form=Choice(GROWTH),
            reference="linear",
            truth=Truth(
                _growth_of(hyper.by_backpropagation),
                "how the measured peak grows between 100 and 1,600 steps",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "constant",
                    "the sweep back starts at the last step and needs what the first one computed at its very end",
                ),
                Mistake("square", "each step keeps its own point, not all points before it"),
                Mistake("sqrt", "that takes checkpoints, and running the steps a second time"),
            ),
        ),
        Part(
            name="kept",
            asks="what standard back-propagation has to keep until it turns round",
            form=Choice(
                {
                    "iterates": r"of every step what it computed: $w_i$, $\nabla L(w_i)$",
                    "sensitivities": r"the derivatives $dw_1/d\eta,\dots,dw_k/d\eta$",
                    "losses": r"the losses $L_0,\dots,L_k$",
                    "end": "the last weights",
                }
            ),
            reference="iterates",
            truth=Truth(_kept, "what the tape of a reverse sweep holds", method=Method.COMPUTED),
            mistakes=(
                Mistake(
                    "sensitivities",
                    "these belong to forward mode, which keeps one of them at a time; the reverse sweep never computes any",
                ),
                Mistake("losses", "no step uses the value of a loss"),
                Mistake(
                    "end",
                    "from the last weights the earlier ones follow only by undoing steps, which is another method",
                ),
            ),
        ),
        Part(
            name="forward_mode",
            asks=r"memory for $dL_k/d\eta$ by forward-mode differentiation",
            form=Choice(GROWTH),
            reference="constant",
            truth=Truth(
                _growth_of(hyper.by_forward_mode),
                "how the measured peak grows between 100 and 1,600 steps",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "linear",
                    "the derivative of $w_{i+1}$ follows from that of $w_i$, which can be forgotten then",
                ),
            ),
        ),
        Part(
            name="checkpoints",
            asks="with a checkpoint (one vector) every $s$ steps and `v` vectors for each step that is being repeated, at most $k/s+vs$ vectors are kept: the least of this over $s>0$",
            form=Formula(
                Domain((k, v), tuple({k: i, v: j} for i, j in ((9, 1), (8, 2), (50, 2), (7, 3)))),
                "a number",
            ),
            reference=2 * sympy.sqrt(v * k),
            truth=Truth(_fewest, "the value where the derivative in s vanishes"),
            also_right=("sqrt(4*k*v)",),
            mistakes=(
                Mistake(
                    sympy.sqrt(k),
                    "this is the number of checkpoints for v = 1; the repeated segment needs as much again",
                ),
                Mistake(k / v + v**2, "this is the count at s = v"),
            ),
        ),
        Part(
            name="reversal",
            asks="undoing the steps of a quadratic loss instead: an error $e$ in $w_k$, along a direction of curvature $h$, has grown to what in $w_0$?",
            form=Formula(Domain((e, eta, h, k), tuple({k: i} for i in (1, 2, 5))), "a number"),
            reference=e / (1 - eta * h) ** k,
            latex=r"\frac{e}{(1-\eta h)^k}",
            truth=Truth(_grown_error, "exact steps forwards and back with a disturbed end", 16),
            also_right=("e*(1 - h*eta)**(-k)",),
            mistakes=(
                Mistake(e * (1 - eta * h) ** k, "so it shrinks going forwards; going back divides"),
                Mistake(e * k, "the errors multiply, they do not add"),
            ),
        ),
        Part(
            name="shortcut",
            asks=r"for linear regression $dL_k/d\eta$ follows from the last two gradients, $g_{k-1}$ (`gbefore`) and $g_k=\nabla L(w_k)$ (`glast`): how?",
            form=Formula(
                Domain(
                    (k, last, before),
                    ({n: 1, d: 2, k: 1}, {n: 2, d: 2, k: 2}, {n: 2, d: 3, k: 3}),
                    draw=_draw_run,
                    draw_degree=8,
                ),
                "a number",
            ),
            reference=-k * sympy.Trace(last.T * before),
            latex=r"\frac{dL_k}{d\eta} = -k\;g_k^\top g_{k-1}",
            truth=Truth(
                lambda point: rate_polynomial(point).diff().eval(point[eta]),
                "the derivative of the loss as a polynomial in the rate",
                22,
            ),
            also_right=("-k*dot(gbefore, glast)", "-k * glast.T @ gbefore"),
            mistakes=(
                Mistake(
                    -sympy.Trace(last.T * before),
                    "this is the derivative in the rate of the last step alone; all k steps contribute the same",
                ),
                Mistake(-k * Norm(last) ** 2, "the step was made with the gradient before it"),
                Mistake(k * sympy.Trace(last.T * before), "a step goes against the gradient"),
            ),
        ),
    ),
    model_answer=r"""
Forward: a step needs only the current $w_i$, so $O(1)$. Backward: with $\bar w_i=\partial L_k/\partial
w_i$, the sweep is $\bar w_i=(I-\eta\nabla^2L(w_i))\bar w_{i+1}$ and $dL_k/d\eta=-\sum_i\bar
w_{i+1}^\top\nabla L(w_i)$. It runs from $i=k-1$ down to 0 and needs what step $i$ computed, so all $w_i$
(or $\nabla L(w_i)$) are kept: $O(k)$. (Forward mode needs $O(1)$ for one hyper-parameter, checkpoints
$O(\sqrt k)$ at the cost of repeating the steps.)
""",
    conventions=("steps",),
)

QUESTIONS = (memory,)
