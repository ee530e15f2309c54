"""Section 2.1 of the homework: the computation graph, its memory, and long inner loops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix, Poly, Rational

from hwcode import hypergradients as hyper
from hwcode import learning_rate as lr
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Mistake,
    Norm,
    Numbers,
    Part,
    Question,
    Text,
    Truth,
    scalar,
    vector,
)
from hwcode.checking.expressions import UndefinedError
from hwcode.checking.graphs import Edge, Graph, edges_of
from hwcode.checking.verdict import Method
from hwcode.questions.learning_rate.problem import (
    CHAPTER,
    ZERO,
    X,
    d,
    descended,
    draw_problem,
    eta,
    gradient_at,
    k,
    n,
    rate_polynomial,
    t,
    two_curvatures,
)
from hwcode.rate_polynomials import loss_polynomial, weights_in_rate

__all__ = ["QUESTIONS"]

v = scalar("v", integer=True, positive=True)
h, e, c = scalar("h", positive=True), scalar("e"), scalar("c", positive=True)
last, before = vector("glast", d), vector("gbefore", d)

# --- H2-2.1.1 ---------------------------------------------------------------------------------

NODES = ("w0", "L0", "g0", "w1", "L1", "g1", "w2", "L2", "eta")
STEPS = edges_of(lr.two_steps(np.eye(1), np.zeros(1)))


@cache
def _edges_by_intervention() -> frozenset[Edge]:
    """Hold every quantity but one fixed, change that one, and see what changes at once."""
    data, targets = ImmutableMatrix([[1, 2], [3, 5]]), ImmutableMatrix([1, -2])

    def loss(at: str) -> Callable[[Mapping[str, Any]], Any]:
        return lambda values: (data * values[at] - targets).dot(data * values[at] - targets) / 2

    def slope(at: str) -> Callable[[Mapping[str, Any]], Any]:
        return lambda values: gradient_at(data, targets, values[at])

    def step(i: int) -> Callable[[Mapping[str, Any]], Any]:
        return lambda values: values[f"w{i}"] - values["eta"] * values[f"g{i}"]

    rules = {"L0": loss("w0"), "g0": slope("w0"), "w1": step(0)}
    rules |= {"L1": loss("w1"), "g1": slope("w1"), "w2": step(1), "L2": loss("w2")}
    held: dict[str, Any] = {"eta": Rational(2, 7), "L0": Rational(3), "L1": Rational(5)}
    held |= {"L2": Rational(7), "w0": ImmutableMatrix([1, 4]), "w1": ImmutableMatrix([-2, 3])}
    held |= {"w2": ImmutableMatrix([5, 1]), "g0": ImmutableMatrix([2, 7])}
    held |= {"g1": ImmutableMatrix([-3, 1])}
    changed = {name: value + value / 3 for name, value in held.items()}
    return frozenset(
        (source, name)
        for name, rule in rules.items()
        for source in NODES
        if source != name and rule(held) != rule({**held, source: changed[source]})
    )


def _not_needed(_: Any) -> str:
    """The computed nodes from which no path leads to L2."""
    needed, edges = {"L2"}, _edges_by_intervention()
    for _round in NODES:
        needed |= {source for source, name in edges if name in needed}
    return {"": "none", "L0 L1": "losses"}.get(" ".join(sorted(set(NODES) - needed)), "other")


def _paths(point: Any) -> Any:
    """Paths from eta to the last loss, counted by following them."""
    steps = int(point[k])
    edges = lr.unrolled_edges(steps)

    def count(name: str) -> int:
        if name == f"L{steps}":
            return 1
        return sum(count(target) for source, target in edges if source == name)

    return sympy.Integer(count("eta"))


graph = Question(
    ids=("H2-2.1.1",),
    chapter=CHAPTER,
    title="computation graph of two gradient steps",
    marks={"H2-2.1.1": 0.5},
    statement=r"""
Two steps of gradient descent, $w_1=w_0-\eta\nabla L(w_0)$ and $w_2=w_1-\eta\nabla L(w_1)$. Draw the
computation graph that leads to $L_2=L(w_2)$, with the nodes $w_0,L_0,g_0,w_1,L_1,g_1,w_2,L_2,\eta$,
where $L_i=L(w_i)$ and $g_i=\nabla L(w_i)$. The data are constants. *We add: which of these nodes does
$L_2$ not need, and how many paths lead from $\eta$ to the last loss?*
""",
    parts=(
        Part(
            name="graph",
            asks="the edges",
            form=Graph(NODES),
            reference=STEPS,
            truth=Truth(
                lambda _: _edges_by_intervention(),
                "what changes when one quantity is changed and all others are held fixed",
            ),
            also_right=(
                "w0 -> L0, w0 -> g0 -> w1, w0 -> w1, eta -> w1, w1 -> L1, w1 -> g1 -> w2, w1 -> w2 -> L2, eta -> w2",
            ),
            alternatives=(
                Alternative(
                    STEPS | {("L0", "g0"), ("L1", "g1")},
                    "right if an arrow may also mean 'is the derivative of'; the value of $g_i$ depends on $w_i$ alone",
                    "derivative-arrow",
                ),
            ),
            mistakes=(
                Mistake(
                    (STEPS - {("w0", "g0"), ("w1", "g1")}) | {("L0", "g0"), ("L1", "g1")},
                    "the number $L_0$ does not determine the gradient: for x = (1, 1), t = 3 the loss is 9 at (0, 0) and at (3, 3), and the gradients are opposite",
                    "derivative-arrow",
                ),
                Mistake(
                    STEPS - {("w0", "w1"), ("w1", "w2")},
                    r"a step changes the weights by something: $w_1=w_0-\eta g_0$ needs $w_0$ itself",
                ),
                Mistake(
                    STEPS - {("eta", "w1")},
                    "the first step uses the rate too, and its part of the derivative would be lost",
                ),
                Mistake(
                    STEPS | {("eta", "g1")},
                    "the rate acts on $g_1$ through $w_1$ only: with $w_1$ held fixed $g_1$ does not change",
                ),
            ),
        ),
        Part(
            name="unused",
            asks="which of the named nodes can be left out without changing $L_2$ or its derivative in $\\eta$?",
            form=Choice(
                {
                    "losses": "$L_0$ and $L_1$",
                    "gradients": "$g_0$ and $g_1$",
                    "start": "$w_0$",
                    "none": "none of them",
                }
            ),
            reference="losses",
            truth=Truth(_not_needed, "the nodes from which no path leads to $L_2$"),
            mistakes=(
                Mistake("none", "gradient descent uses gradients; no step looks at a loss"),
                Mistake("gradients", "each step is made of its gradient"),
                Mistake("start", "$w_1$ and $g_0$ are computed from it"),
            ),
        ),
        Part(
            name="paths",
            asks="how many paths lead from $\\eta$ to $L_k$ after $k$ steps?",
            form=Formula(Domain((k,), tuple({k: i} for i in range(1, 7))), "a number"),
            reference=2**k - 1,
            truth=Truth(_paths, "following all paths of the unrolled graph"),
            also_right=("2*2**(k-1) - 1",),
            mistakes=(
                Mistake(k, "from $w_i$ two ways lead on to $w_{i+1}$: directly, and through $g_i$"),
                Mistake(2**k, "the rate enters $w_1$ by one arrow, not by two"),
            ),
        ),
    ),
    model_answer=r"""
$w_0\to L_0$; $w_0\to g_0$; $w_0,\eta,g_0\to w_1$; $w_1\to L_1$; $w_1\to g_1$; $w_1,\eta,g_1\to w_2$;
$w_2\to L_2$. $\eta$ enters every step. $L_0$ and $L_1$ have no outgoing arrow: only their gradients are
used, and those are functions of $w_0$ and $w_1$.
""",
    conventions=("derivative-arrow",),
)


# --- H2-2.1.2 ---------------------------------------------------------------------------------

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
            asks="undoing the steps instead: an error $e$ in $w_k$, along a direction of curvature $h$, has grown to what in $w_0$?",
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


# --- H2-2.1.3 ---------------------------------------------------------------------------------


def _fate(stable: bool) -> Callable[[Any], str]:
    """The limit of k x**(2k - 1), where x = |1 - eta h| lies below 1, or above."""

    def fate(_: Any) -> str:
        s, count = sympy.Symbol("s", positive=True), sympy.Symbol("count", positive=True)
        x = sympy.exp(-s) if stable else sympy.exp(s)
        limit = sympy.limit(count * x ** (2 * count - 1), count, sympy.oo)
        return {sympy.S.Zero: "vanishes", sympy.oo: "explodes"}.get(limit, "settles")

    return fate


def _reused(_: Any) -> str:
    """Go on with the best rate for one step: is the loss after 12 steps above that of the start?"""
    outcomes = set()
    for parts in ((9, 1), (1, 1), (1, 9)):
        data, targets = two_curvatures(parts)
        losses = {
            steps: loss_polynomial(data, targets, weights_in_rate(data, targets, ZERO, steps))
            for steps in (1, 12)
        }
        best = Rational(*_ratio(losses[1].diff()))
        outcomes.add("grows" if losses[12].eval(best) > losses[12].eval(0) else "falls")
        outcomes.add("best" if losses[12].diff().eval(best) == 0 else "not best")
    if {"grows", "falls", "not best"} <= outcomes:
        return "may diverge"
    return "safe" if "grows" not in outcomes and "not best" in outcomes else "stays best"


def _ratio(slope: Poly) -> tuple[Any, Any]:
    """The root of a polynomial of degree 1, as a fraction."""
    steepness, at_zero = slope.all_coeffs()
    return -at_zero, steepness


def _greedy(_: Any) -> str:
    """Two steps: each rate best for its own step, against the rates 1/h_1 and 1/h_2."""
    data, targets = two_curvatures((1, 1))

    def loss(weights: Any) -> Any:
        return sum(error**2 for error in data * weights - targets) / data.rows

    def walk(rates: tuple[Any, ...]) -> Any:
        weights = ImmutableMatrix([0, 0])
        for rate in rates:
            slope = gradient_at(data, targets, weights)
            if rate is None:
                s = sympy.Symbol("s")
                (rate,) = sympy.solve(sympy.diff(loss(weights - s * slope), s), s)
            weights = weights - rate * slope
        return loss(weights)

    together = walk((sympy.S.One, Rational(1, 9)))
    return "together" if together < walk((None, None)) else "greedy"


decay_of_slope = -2 * k * c * h * (1 - eta * h) ** (2 * k - 1)
realistic = Question(
    ids=("H2-2.1.3",),
    chapter=CHAPTER,
    title="a problem with long inner loops",
    marks={"H2-2.1.3": 0},
    statement=r"""
Name one problem of gradient-based tuning where a model takes many steps to converge. *To have claims
that can be checked, we ask for the size of the derivative after many steps, and for what happens to
those who avoid long runs by tuning on short ones.*
""",
    parts=(
        Part(
            name="derivative",
            asks=r"one direction of curvature $h$ that holds $c$ of the loss at the start contributes $c\,(1-\eta h)^{2k}$ to $L_k$; to $dL_k/d\eta$ it contributes",
            form=Formula(Domain((c, eta, h, k), tuple({k: i} for i in (1, 2, 5))), "a number"),
            reference=decay_of_slope,
            latex=r"-2k\,c\,h\,(1-\eta h)^{2k-1}",
            truth=Truth(
                lambda point: sympy.diff(
                    point[c] * (1 - eta * point[h]) ** (2 * point[k]), eta
                ).subs(eta, point[eta]),
                "differentiating with numbers in place of the other letters",
                24,
            ),
            mistakes=(
                Mistake(
                    -2 * k * c * (1 - eta * h) ** (2 * k - 1),
                    "the inner derivative is -h",
                ),
                Mistake(
                    -2 * c * h * (1 - eta * h) ** (2 * k - 1),
                    "the exponent 2k comes down, k included",
                ),
            ),
        ),
        Part(
            name="stable",
            asks=r"at a fixed rate with $|1-\eta h|<1$, as $k\to\infty$, this contribution",
            form=Choice(
                {
                    "vanishes": "tends to 0",
                    "settles": "tends to another limit",
                    "explodes": "grows without bound",
                }
            ),
            reference="vanishes",
            truth=Truth(_fate(stable=True), r"the limit of $k\,x^{2k-1}$ for $x<1$, by SymPy"),
            mistakes=(
                Mistake("explodes", "the factor k grows, but the power falls faster"),
                Mistake("settles", "no geometric sequence with |x| < 1 stays away from 0"),
            ),
        ),
        Part(
            name="unstable",
            asks=r"and with $|1-\eta h|>1$",
            form=Choice(
                {
                    "vanishes": "tends to 0",
                    "settles": "tends to another limit",
                    "explodes": "grows without bound",
                }
            ),
            reference="explodes",
            truth=Truth(_fate(stable=False), r"the limit of $k\,x^{2k-1}$ for $x>1$, by SymPy"),
            mistakes=(
                Mistake(
                    "vanishes", "gradient descent diverges there, and its loss is steep in the rate"
                ),
            ),
        ),
        Part(
            name="reuse",
            asks="the rate that is best for one step, used for many steps",
            form=Choice(
                {
                    "safe": "always converges, perhaps slowly",
                    "may diverge": "may make gradient descent diverge",
                    "stays best": "is best for many steps too",
                }
            ),
            reference="may diverge",
            truth=Truth(_reused, "twelve exact steps from three starts, curvatures 1 and 9"),
            mistakes=(
                Mistake(
                    "safe",
                    r"it may lie above $2/h_{\max}$: with curvatures 1 and 9 and residuals (9, 1) it is 5/9, and each step multiplies the second residual by -4",
                ),
                Mistake(
                    "stays best",
                    "with curvatures 1 and 9 and residuals (9, 1) it is 5/9 for one step and about 0.278 for two",
                ),
            ),
        ),
        Part(
            name="greedy",
            asks="two different curvatures, both with a residual, two steps, a rate for each: which choice of the two rates ends lower?",
            form=Choice(
                {
                    "greedy": "each rate best for its own step",
                    "together": r"$1/h_1$ and $1/h_2$",
                }
            ),
            reference="together",
            truth=Truth(_greedy, "exact steps with curvatures 1 and 9"),
            mistakes=(
                Mistake(
                    "greedy",
                    "$1/h_1$ removes one component and $1/h_2$ the other, so the pair ends at the minimum exactly; the best first step leaves some of both",
                ),
            ),
        ),
        Part(
            name="problem",
            asks="a problem, in your own words",
            form=Text("one or two sentences"),
            reference="Memory grows with the number of steps; the derivative vanishes or explodes with it; and tuning on short runs instead is biased.",
            truth=None,
        ),
    ),
    model_answer=r"""
Back-propagation keeps all $k$ iterates: memory $O(k)$, out of reach for large models and long training.
Besides, the derivative passes through the product $\prod_i(I-\eta\nabla^2L(w_i))$: it vanishes like
$k\,|1-\eta h|^{2k-1}$ where training is stable and explodes where it is not. Tuning on a few steps avoids
both and finds the rate that is best for a few steps, which may be far from the best for many.
""",
    conventions=("steps",),
)


QUESTIONS = (graph, memory, realistic)
