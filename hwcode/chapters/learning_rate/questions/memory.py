"""Section 2.1 of the homework: the memory that derivatives with respect to the rate take."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.chapters.learning_rate.questions.problem import (
    CHAPTER,
    X,
    d,
    draw_problem,
    eta,
    h,
    k,
    n,
    t,
    w0,
)
from hwcode.checking import (
    Choice,
    Domain,
    Formula,
    Mistake,
    Norm,
    Numbers,
    Part,
    Question,
    scalar,
    vector,
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


def _draw_run(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """A problem, a rate, and the last two gradients of gradient descent on it."""
    drawn = {**point, **draw_problem(point, numbers), eta: numbers.number(eta)}
    weights = drawn[w0]
    for _ in range(int(point[k])):
        drawn[before] = 2 * drawn[X].T * (drawn[X] * weights - drawn[t]) / point[n]
        weights = weights - drawn[eta] * drawn[before]
    return {**drawn, last: 2 * drawn[X].T * (drawn[X] * weights - drawn[t]) / point[n]}


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
            mistakes=(
                Mistake("linear", "a step needs the latest weights; those before can be forgotten"),
            ),
        ),
        Part(
            name="backward",
            asks=r"memory for $dL_k/d\eta$ by standard back-propagation",
            form=Choice(GROWTH),
            reference="linear",
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
                Domain(
                    (k, v), tuple({k: i, v: j} for i, j in ((9, 1), (8, 2), (50, 2), (7, 3))), True
                ),
                "a number",
            ),
            reference=2 * sympy.sqrt(v * k),
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
            form=Formula(
                Domain((e, eta, h, k), tuple({k: i} for i in (1, 2, 5)), True), "a number"
            ),
            reference=e / (1 - eta * h) ** k,
            latex=r"\frac{e}{(1-\eta h)^k}",
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
                    beyond=True,
                    draw=_draw_run,
                    draw_degree=8,
                ),
                "a number",
            ),
            reference=-k * sympy.Trace(last.T * before),
            latex=r"\frac{dL_k}{d\eta} = -k\,g_{\mathrm{last}}^\top g_{\mathrm{before}}",
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
    hints=(
        "Which of the earlier weights does the next step need? And which does the backward sweep need?",
        "Write down one step of the sweep backwards, and look at what stands in it besides the error.",
        r"$\bar w_i=(I-\eta\nabla^2L(w_i))\,\bar w_{i+1}$, and $dL_k/d\eta=-\sum_i\bar w_{i+1}^\top\nabla L(w_i)$: it starts at the end and needs what step $i$ computed.",
    ),
    beyond=(
        "kept",
        "forward_mode",
        "checkpoints",
        "reversal",
        "shortcut",
    ),
    result="Running needs $O(1)$ memory, back-propagating through the run $O(k)$.",
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
