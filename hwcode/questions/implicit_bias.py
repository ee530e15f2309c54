"""The questions of the chapter on the implicit bias of optimisers."""

from __future__ import annotations

from itertools import islice
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import ImmutableMatrix, Integer, Rational
from sympy.matrices.expressions import Identity

from hwcode import implicit_bias as ib
from hwcode import optimisers as opt
from hwcode.checking import (
    Alternative,
    Choice,
    Comparison,
    Counterexample,
    Domain,
    Formula,
    Method,
    Mistake,
    Norm,
    Part,
    Question,
    Truth,
    matrix,
    scalar,
    vector,
)
from hwcode.checking.programs import Witness

__all__ = ["QUESTIONS"]

CHAPTER = "implicit_bias"

n = scalar("n", integer=True, positive=True)
d = scalar("d", integer=True, positive=True)
b = scalar("b", integer=True, positive=True)
m = scalar("m", integer=True, positive=True)
eta, eps = scalar("eta", positive=True), scalar("eps", r"\epsilon", positive=True)
alpha, beta = scalar("alpha", positive=True), scalar("beta", positive=True)
R, h, c = scalar("R", positive=True), scalar("h", positive=True), scalar("c", positive=True)
lmax = scalar("lmax", r"\lambda_{\max}", positive=True)
x1, x2, tau = scalar("x1", "x_1"), scalar("x2", "x_2"), scalar("t")
X, t = matrix("X", n, d), vector("t", n)
x, w, w0, delta0 = vector("x", d), vector("w", d), vector("w0", d), vector("delta0", d)
XB, tb = matrix("XB", b, d), vector("tB", b)

WIDE = ({n: 1, d: 2}, {n: 2, d: 3}, {n: 2, d: 4})
YES_NO = {"yes": "yes", "no": "no"}

minimum_norm = X.T * (X * X.T).I * t
from_start = w0 + X.T * (X * X.T).I * (t - X * w0)


def _arrays(data: Any, targets: Any) -> tuple[Any, Any]:
    rows = np.array(data.tolist(), dtype=object)
    return rows, np.array(list(targets), dtype=object)


def _safe_rate(rows: Any) -> Any:
    """A rate at which every batch's step shrinks the error, by a crude bound."""
    return 1 / (1 + sum(value**2 for value in rows.ravel()))


def _limit_of_passes(rows: Any, targets: Any, start: Any, batch: int) -> ImmutableMatrix:
    """The exact limit of mini-batch SGD that takes its batches in turn."""
    length = len(targets)
    gradient = opt.least_squares(rows, targets, opt.cyclic(length, batch))

    def one_pass(weights: Any) -> Any:
        path = opt.descent(gradient, _safe_rate(rows), weights)
        return next(islice(path, length, None))

    return ImmutableMatrix(list(ib.limit_of_iteration(one_pass, start)))


def _sgd_limit(point: Any) -> ImmutableMatrix:
    rows, targets = _arrays(point[X], point[t])
    start = point.get(w0, sympy.zeros(rows.shape[1], 1))
    return _limit_of_passes(rows, targets, np.array(list(start), dtype=object), 1)


def _minimum_norm_by_elimination(data: sympy.Matrix, targets: Any) -> sympy.Matrix:
    """The solution of X w = t that is orthogonal to all v with X v = 0, for any rank."""
    rows = [data, *[direction.T for direction in data.nullspace()]]
    right = sympy.Matrix([*targets, *[0] * (len(rows) - 1)])
    unknowns = sympy.symbols(f"u:{data.cols}")
    (found,) = sympy.linsolve((sympy.Matrix.vstack(*rows), right), *unknowns)
    return sympy.Matrix(found)


# --- H2-1.1.1 ---------------------------------------------------------------------------------


def _example_gradient(point: Any) -> ImmutableMatrix:
    """Differentiate the squared error of one example in each weight."""
    data, weights = point[x], point[w]
    names = sympy.symbols(f"v:{len(weights)}")
    error = (data.dot(names) - point[tau]) ** 2
    at = dict(zip(names, weights, strict=True))
    return ImmutableMatrix([sympy.diff(error, name).subs(at) for name in names])


def _rank_needed(_: Any) -> str:
    """Two systems of dependent rows that have solutions: is the limit still the shortest one?"""
    systems = (
        ([[1, 1, 0], [2, 2, 0]], [3, 6]),
        ([[1, 1, 0], [0, 1, 1], [1, 2, 1]], [1, 2, 3]),
    )
    for rows, targets in systems:
        start = ib.exact(np.zeros(3, int))
        reached = _limit_of_passes(ib.exact(rows), ib.exact(targets), start, 1)
        if reached != _minimum_norm_by_elimination(sympy.Matrix(rows), targets):
            return "yes"
    return "no"


def _turning_rate(gradient: Any, start: Any) -> Any:
    """The rate at which a step maps an error to its negative: above it the error grows."""
    rate = sympy.Symbol("rate", positive=True)
    after = next(islice(opt.descent(gradient, rate, start), 1, None))
    return sympy.solve(sympy.Eq(after[0], -start[0]), rate)[0]


def _rate_of_one_example(point: Any) -> Any:
    rows = np.array([[point[R], Integer(0)]], dtype=object)
    return _turning_rate(opt.least_squares(rows, ib.exact([0])), ib.exact([1, 0]))


def _decreasing_rates(_: Any) -> str:
    """x = (1, 1), rates 1/(4 (k+2)^2): the share of the residual that is left for ever."""
    k, last = sympy.symbols("k last", integer=True, positive=True)
    left = sympy.limit(
        sympy.simplify(sympy.product(1 - 1 / (k + 1) ** 2, (k, 1, last))), last, sympy.oo
    )
    return "yes" if left == 0 else "no"


limit_mistakes = (
    Mistake(minimum_norm, "what the start has outside the row space is never changed"),
    Mistake(w0 + minimum_norm, "it does not solve X w = t unless X w0 = 0"),
    Mistake(w0 + X.T * (t - X * w0), "it solves X w = t only if the rows are orthonormal"),
)

single = Question(
    ids=("H2-1.1.1",),
    chapter=CHAPTER,
    title="SGD on single examples",
    marks={"H2-1.1.1": 1},
    statement=r"""
Let $d>n$, let $X\in\mathbb R^{n\times d}$ have full rank, and let SGD start at zero: each step follows
the gradient of the loss of one example, drawn at random. Suppose that it converges to some
$\hat w$ with $X\hat w=t$. Show that $\hat w$ is the minimum-norm solution, the one that gradient
descent finds. *We add: where does it end from another start, and which of the assumptions does one
need?*
""",
    parts=(
        Part(
            name="gradient",
            asks="the gradient of the loss of one example $x$ with target $t$ (here a number)",
            form=Formula(
                Domain((n, d, x, w, tau), ({n: 2, d: 2}, {n: 3, d: 3})),
                "a column vector of d entries",
            ),
            reference=2 * (sympy.Trace(x.T * w) - tau) * x,
            latex=r"\nabla\mathcal L_i(w) = 2\,(x^\top w - t)\,x",
            truth=Truth(_example_gradient, "the derivative of its squared error in each weight", 4),
            also_right=("2*x @ (x.T @ w) - 2*t*x", "2*(dot(x, w) - t)*x"),
            alternatives=(
                Alternative(
                    2 * (sympy.Trace(x.T * w) - tau) * x / n,
                    "right if the loss of one example keeps the 1/n of the whole loss; it only changes the rate",
                    "example",
                ),
            ),
            mistakes=(
                Mistake(
                    (sympy.Trace(x.T * w) - tau) * x, "the square brings down a factor 2", "half"
                ),
                Mistake(
                    2 * (sympy.Trace(x.T * w) - tau) * w,
                    "the inner derivative of x^T w is x, not w",
                ),
                Mistake(
                    2 * (tau - sympy.Trace(x.T * w)) * x,
                    "this is the direction of descent, minus the gradient",
                ),
            ),
        ),
        Part(
            name="limit",
            asks="where it ends from $w_0$, if it converges to a solution",
            form=Formula(Domain((n, d, X, t, w0), WIDE), "a column vector of d entries"),
            reference=from_start,
            latex=r"\hat w = w_0 + X^\top (XX^\top)^{-1}(t - Xw_0)",
            truth=Truth(_sgd_limit, "the exact limit of SGD that takes the examples in turn"),
            also_right=("(eye(d) - X.T@inv(X@X.T)@X) @ w0 + X.T@inv(X@X.T)@t",),
            mistakes=limit_mistakes,
        ),
        Part(
            name="rank",
            asks=r"is full rank needed for $\hat w$ to be the minimum-norm solution, given that $X\hat w=t$?",
            form=Choice(
                {
                    "yes": "yes, without it the solution found depends on the order of the examples",
                    "no": "no, full rank gives the formula and the existence of a solution, nothing else",
                }
            ),
            reference="no",
            truth=Truth(_rank_needed, "exact limits for two systems with dependent rows"),
            mistakes=(
                Mistake(
                    "yes",
                    "row space and null space meet in 0 alone for every X, so at most one solution lies in the row space",
                ),
            ),
        ),
        Part(
            name="rate",
            asks="the constant rate below which it converges in whatever order the examples come, each again and again (`R`: the largest $\\lVert x_i\\rVert$; $Xw=t$ has a solution)",
            form=Formula(Domain((R,)), "a number"),
            reference=1 / R**2,
            latex=r"\eta < \frac1{R^2}, \qquad R=\max_i\lVert x_i\rVert",
            truth=Truth(
                _rate_of_one_example,
                "the rate at which a step on one example only flips its error",
                4,
            ),
            mistakes=(
                Mistake(2 / R**2, "the curvature along x is 2 R^2, not R^2", "half"),
                Mistake(
                    1 / R, "the step goes with x twice: once in the residual, once in the direction"
                ),
                Mistake(
                    1 / (2 * R**2),
                    "at this rate one step solves the example; twice that is still stable",
                ),
            ),
        ),
        Part(
            name="decreasing",
            asks=r"with rates that decrease: if the iterates converge, must $X\hat w=t$?",
            form=Choice(YES_NO),
            reference="no",
            truth=Truth(
                _decreasing_rates, "the exact limit of the residual for rates 1/(4(k+2)^2)"
            ),
            mistakes=(
                Mistake(
                    "yes",
                    "rates with a finite sum stop the iterates anywhere: with 1/(4 (k+2)^2) half of the residual stays",
                ),
            ),
        ),
    ),
    model_answer=r"""
$\nabla\mathcal L_i = 2(x_i^\top w-t_i)\,x_i$ is a multiple of a row of $X$. So from $w_0=0$ every
iterate lies in the row space, by induction, and so does the limit, because a finite-dimensional
subspace is closed: $\hat w=X^\top a$. With $X\hat w=t$: $XX^\top a=t$, and as $XX^\top$ is invertible
$\hat w=X^\top(XX^\top)^{-1}t=w^*$. It is the shortest solution: any other is $\hat w+v$ with $Xv=0$,
hence $v\perp\hat w$ and $\lVert\hat w+v\rVert^2=\lVert\hat w\rVert^2+\lVert v\rVert^2$.
""",
    conventions=("half", "example"),
)


# --- A2-1.1.1 ---------------------------------------------------------------------------------


def _batch_step(point: Any) -> ImmutableMatrix:
    """Minus the rate times the derivative of the batch's mean squared error in each weight."""
    data, targets, weights = point[XB], point[tb], point[w]
    names = sympy.symbols(f"v:{len(weights)}")
    errors = [data[i, :].dot(names) - targets[i] for i in range(data.rows)]
    mean = sum(error**2 for error in errors) / data.rows
    at = dict(zip(names, weights, strict=True))
    return ImmutableMatrix([-point[eta] * sympy.diff(mean, name).subs(at) for name in names])


def _minibatch_limit(point: Any) -> ImmutableMatrix:
    rows, targets = _arrays(point[X], point[t])
    start = np.array(list(point[w0]), dtype=object)
    return _limit_of_passes(rows, targets, start, min(2, len(targets)))


def _batches_matter(_: Any) -> str:
    """One problem, batches of 1 to 4 of its 3 examples, with an example twice in the last: one limit?"""
    rows = ib.exact([[1, 1, 0, 2], [0, 1, 1, 1], [1, 0, 3, 1]])
    targets, start = ib.exact([3, 1, 2]), ib.exact([0, 0, 0, 0])
    limits = {_limit_of_passes(rows, targets, start, batch) for batch in (1, 2, 3, 4)}
    return "no" if len(limits) == 1 else "yes"


def _rate_of_one_batch(point: Any) -> Any:
    """A batch whose only example that is not zero has the squared norm lmax."""
    rows = np.array(
        [[sympy.sqrt(point[lmax]), Integer(0)]] + [[Integer(0)] * 2] * (int(point[b]) - 1)
    )
    gradient = opt.least_squares(rows, ib.exact([0] * len(rows)))
    return _turning_rate(gradient, ib.exact([1, 0]))


batch_residual = XB * w - tb
minibatch = Question(
    ids=("A2-1.1.1",),
    chapter=CHAPTER,
    title="mini-batch SGD",
    marks={"A2-1.1.1": 10},
    statement=r"""
The same for mini-batches: a step follows the mean gradient of $b$ examples, $1<b\ll n$, drawn
without replacement. Let $d>n$, $X$ of full rank, $w_0=0$, and suppose convergence to some $\hat w$ with
$X\hat w=t$. Show that $\hat w$ is the minimum-norm solution. *We add: another start, and what the way
of drawing has to do with it.*
""",
    parts=(
        Part(
            name="step",
            asks=r"the change of the weights in one step (`XB`, `tB`: the rows of $X$ and $t$ in the batch)",
            form=Formula(
                Domain((b, d, XB, tb, w, eta), ({b: 1, d: 2}, {b: 2, d: 3}, {b: 3, d: 4})),
                "a column vector of d entries",
            ),
            reference=-2 * eta / b * XB.T * batch_residual,
            latex=r"w_{k+1}-w_k = -\frac{2\eta}{b} X_B^\top (X_B w_k - t_B)",
            truth=Truth(_batch_step, "the derivative of the batch's mean squared error", 6),
            also_right=("2*eta/b * XB.T @ (tB - XB @ w)",),
            mistakes=(
                Mistake(
                    -eta / b * XB.T * batch_residual, "the square brings down a factor 2", "half"
                ),
                Mistake(
                    -2 * eta * XB.T * batch_residual, "the mean over the batch divides by b", "mean"
                ),
                Mistake(2 * eta / b * XB.T * batch_residual, "this step climbs"),
                Mistake(-XB.T * batch_residual, "neither the rate nor the factor 2/b is there"),
                Mistake(
                    w - 2 * eta / b * XB.T * batch_residual,
                    "these are the new weights; their change is asked for",
                ),
            ),
        ),
        Part(
            name="limit",
            asks="where it ends from $w_0$, if it converges to a solution",
            form=Formula(
                Domain((n, d, X, t, w0), ({n: 1, d: 2}, {n: 2, d: 3}, {n: 3, d: 4})),
                "a column vector of d entries",
            ),
            reference=from_start,
            latex=r"\hat w = w_0 + X^\top (XX^\top)^{-1}(t - Xw_0), \quad\text{from zero}\quad X^\top(XX^\top)^{-1}t",
            truth=Truth(_minibatch_limit, "the exact limit of SGD on batches of two in turn"),
            mistakes=limit_mistakes,
        ),
        Part(
            name="drawing",
            asks="does the limit depend on the batch size, or on whether batches are drawn with replacement?",
            form=Choice(
                {
                    "yes": "yes, the argument needs distinct examples and b much smaller than n",
                    "no": "no, any batches will do: of one example, of all, with an example twice, in any order",
                }
            ),
            reference="no",
            truth=Truth(
                _batches_matter,
                "exact limits of one problem for batches of 1, 2, 3 and 4 of 3 examples",
            ),
            mistakes=(
                Mistake(
                    "yes",
                    "the gradient of any batch is a combination of rows, and nothing else about batches is used",
                ),
            ),
        ),
        Part(
            name="rate",
            asks=r"the constant rate below which it converges whatever the batches are, if every example keeps appearing (`lmax`: the largest eigenvalue of $X_B^\top X_B$ over all batches $B$; $Xw=t$ has a solution)",
            form=Formula(Domain((b, lmax), ({b: 1}, {b: 2}, {b: 5})), "a number"),
            reference=b / lmax,
            latex=r"\eta < \frac{b}{\lambda_{\max}}",
            truth=Truth(
                _rate_of_one_batch, "the rate at which a step on one batch only flips its error", 4
            ),
            mistakes=(
                Mistake(2 * b / lmax, "the curvature is 2 lmax / b", "half"),
                Mistake(
                    1 / lmax, "the batch's loss is a mean: its curvature is 2 lmax / b", "mean"
                ),
                Mistake(
                    b / (2 * lmax),
                    "at this rate the steepest direction is solved in one step; twice that is still stable",
                ),
            ),
        ),
    ),
    model_answer=r"""
A step subtracts $\frac{2\eta}b\sum_{j\in B}(x_j^\top w-t_j)\,x_j$, a combination of rows of $X$. Hence
$w_k\in\operatorname{row}(X)$ for all $k$, by induction from $w_0=0$, whatever the batches; the row space
is closed, so $\hat w=X^\top a$. From $X\hat w=t$ follows $XX^\top a=t$, so
$\hat w=X^\top(XX^\top)^{-1}t$, which is what gradient descent finds. If $Xw=t$ too, then
$w-\hat w\perp\operatorname{row}(X)\ni\hat w$ and $\lVert w\rVert^2=\lVert\hat w\rVert^2+\lVert w-\hat w\rVert^2$:
it is the shortest solution, and the only one of its length.
""",
    conventions=("half", "mean"),
)


# --- H2-1.1.2 ---------------------------------------------------------------------------------


def _momentum_limit(point: Any) -> ImmutableMatrix:
    """The exact limit of full-batch momentum, by its linear map on weights and velocity."""
    rows, targets = _arrays(point[X], point[t])
    gradient = opt.least_squares(rows, targets)
    size = rows.shape[1]

    def step(state: Any) -> Any:
        weights, velocity = state[:size], state[size:]
        path = opt.momentum(gradient, _safe_rate(rows), weights, point[alpha], velocity)
        after = next(islice(path, 1, None))
        return np.concatenate([after, after - weights])

    start = np.array([*point[w0], *point[delta0]], dtype=object)
    return ImmutableMatrix(list(ib.limit_of_iteration(step, start))[:size])


def _momentum_verdict(_: Any) -> str:
    """From zero: does the velocity at the start decide?"""
    data, targets = ImmutableMatrix([[2, 1]]), ImmutableMatrix([2])
    point = {X: data, t: targets, alpha: Rational(1, 2), w0: sympy.zeros(2, 1)}
    shortest = ImmutableMatrix(_minimum_norm_by_elimination(sympy.Matrix(data), targets))
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
                    "a fixed diagonal matrix before the gradient is linear and leaves the row space; normalised gradients are not linear and stay",
                ),
            ),
        ),
    ),
    model_answer=r"""
Yes, with $\delta_0=0$ (or any $\delta_0$ in the row space). Gradients lie in the row space; if $\delta_k$
does, so does $\delta_{k+1}=\alpha\delta_k-\eta g_k$, and with it $w_{k+1}=w_k+\delta_{k+1}$. A limit in the
row space that solves $Xw=t$ is the minimum-norm solution, as in H2-1.1.1. Momentum only changes the
numbers with which old gradients are added. A part $u$ of $\delta_0$ with $Xu=0$ would stay: it adds
$(\alpha+\alpha^2+\dots)\,u=\frac{\alpha}{1-\alpha}u$.
""",
)


# --- H2-1.2.1 ---------------------------------------------------------------------------------

DIGITS = 60
"""Decimal digits of runs whose limit is compared to 30."""


def _adagrad_run(data: Any, target: Any) -> ImmutableMatrix:
    """Adagrad from zero to its limit in 60 digits, at a rate that brings it there quickly."""
    with mpmath.workdps(DIGITS):
        row, goal = ib.precise(data), ib.precise([target])
        rate = abs(goal[0]) / (2 * sum(abs(row)))
        path = opt.adagrad(opt.least_squares(row.reshape(1, -1), goal), rate, 0 * row)
        return _rational(ib.settled(path, mpmath.mpf(10) ** (5 - DIGITS)))


def _rational(values: Any) -> ImmutableMatrix:
    return ImmutableMatrix([sympy.Float(mpmath.nstr(value, 45), 45) for value in values])


def _adagrad_on_hint(_: Any) -> ImmutableMatrix:
    """x = (1, 1), t = 3 at rate 3/2, which reaches the limit in one step: ten exact steps."""
    path = opt.adagrad(
        opt.least_squares(ib.exact([[1, 1]]), ib.exact([3])), Rational(3, 2), ib.exact([0, 0])
    )
    return ImmutableMatrix(list(next(islice(path, 10, None))))


def _adagrad_verdict(_: Any) -> str:
    """x = (1, 2), t = 3, rate 1: where Adagrad is after one step and after ten, exactly."""
    rows, targets = ib.exact([[1, 2]]), ib.exact([3])
    path = list(islice(opt.adagrad(opt.least_squares(rows, targets), 1, ib.exact([0, 0])), 11))
    stays = list(path[1]) == list(path[10]) and rows[0] @ path[1] == 3
    shortest = _minimum_norm_by_elimination(sympy.Matrix(rows.tolist()), targets)
    return "counterexample" if stays and sympy.Matrix(path[1]) != shortest else "proof"


def _refutes(answer: tuple[Any, ...]) -> Comparison:
    """Whether Adagrad's limit from zero for this data point is not the minimum-norm solution.

    Without eps the limit does not depend on the rate; at the rate |t| / (|x1| + |x2|) it is reached
    in one step, and exactly.
    """
    if not all(value.is_Rational for value in answer):
        return Comparison(False, Method.EXACT, remark="give rational numbers")
    data, target = ib.exact(list(answer[:2])), answer[2]
    if not any(data):
        return Comparison(False, Method.EXACT, remark="with x = 0 there is nothing to fit")
    rate = abs(target) / sum(abs(data))
    gradient = opt.least_squares(data.reshape(1, -1), ib.exact([target]))
    reached = list(islice(opt.adagrad(gradient, rate, ib.exact([0, 0])), 3))[-1]
    if data @ reached != target:
        raise ArithmeticError(f"{reached} is no solution for {answer}")
    shortest = data * target / (data @ data)
    norms = [f"{value @ value}" for value in (reached, shortest)]
    told = f"Adagrad ends at {list(reached)}, squared norm {norms[0]}; the least is {norms[1]}"
    if reached @ reached > shortest @ shortest:
        return Comparison(True, Method.EXACT, told)
    point = {"x": str(list(answer[:2])), "t": str(target)}
    failure = Counterexample(point, f"a squared norm above {norms[1]}", norms[0])
    return Comparison(False, Method.EXACT, counterexample=failure)


def _exceptional_rate(_: Any) -> str:
    """Does Adagrad's limit change sides of the minimum-norm solution between two rates?"""
    low = ib.enclosed_bias((2, 1), 2, ("5.4047", "5.4047"), "1", steps=60)
    high = ib.enclosed_bias((2, 1), 2, ("5.4048", "5.4048"), "1", steps=60)
    # In between from the fourth step on no residual grows, so the limit depends on the rate
    # continuously; this raises an error otherwise.
    ib.enclosed_bias((2, 1), 2, ("5.4047", "5.4048"), "1", steps=4)
    return "sometimes" if low[1] < 0 < high[0] else "never"


def _iterate_proves(_: Any) -> str:
    """Is there a run with an iterate outside the row space that ends at the minimum-norm solution?"""
    rows, targets = ib.exact([[2, 1]]), ib.exact([2])
    path = opt.adagrad(opt.least_squares(rows, targets), 5, ib.exact([0, 0]), eps=1)
    first = list(islice(path, 2))[-1]
    outside = first[0] - 2 * first[1] != 0
    return "no" if outside and _exceptional_rate(None) == "sometimes" else "yes"


ada_limit = ImmutableMatrix(
    [sympy.sign(value) * tau / (sympy.Abs(x1) + sympy.Abs(x2)) for value in (x1, x2)]
)
adagrad = Question(
    ids=("H2-1.2.1",),
    chapter=CHAPTER,
    title="Adagrad and the minimum norm",
    marks={"H2-1.2.1": 1},
    statement=r"""
Adagrad divides each weight's step by $\sqrt{G_{i,k}}+\epsilon$, where $G_{i,k}$ is the sum of the squares
of that weight's gradients so far. Suppose that it converges to a solution of $Xw=t$, $d>n$. Prove, or
refute by an example, that it always finds the minimum-norm solution. The handout hints at the data
$x=(1,1)$, $t=3$, and in another copy at $x=(1,2)$, $t=3$. *We ask besides where it ends, and what
exactly proves it.* Start at zero; $\epsilon=0$ (with $0/0=0$) where nothing else is said.
""",
    parts=(
        Part(
            name="verdict",
            asks="does Adagrad always find the minimum-norm solution?",
            form=Choice(
                {
                    "proof": "yes, and there is a proof",
                    "counterexample": "no, and there is a counterexample",
                }
            ),
            reference="counterexample",
            truth=Truth(
                _adagrad_verdict,
                "an exact run on x = (1, 2), t = 3 at rate 1, which stays where its first step leads",
            ),
            mistakes=(
                Mistake(
                    "proof", "for x = (1, 2) and t = 3 it ends at (1, 1), and (3/5, 6/5) is shorter"
                ),
            ),
        ),
        Part(
            name="witness",
            asks="a counterexample of your own: a data point $x$ and its target",
            form=Witness("[x1, x2, t]", _refutes, size=3),
            reference=(Integer(1), Integer(2), Integer(3)),
            truth=Truth(
                lambda _: None, "an exact run at the rate that reaches the limit in one step"
            ),
            also_right=("[2, 1, 2]", "[-3, 1/2, 1]"),
            mistakes=(
                Mistake(
                    (Integer(1), Integer(1), Integer(3)),
                    "both weights get equal gradients, so Adagrad stays on the diagonal, which is the row space",
                ),
                Mistake(
                    (Integer(1), Integer(-1), Integer(3)),
                    "only the sizes of the entries matter, and they are equal",
                ),
                Mistake(
                    (Integer(0), Integer(1), Integer(3)),
                    "the first weight never gets a gradient, and zero is right for it",
                ),
                Mistake(
                    (Integer(1), Integer(2), Integer(0)),
                    "the start is the minimum-norm solution already",
                ),
            ),
        ),
        Part(
            name="limit",
            asks="where it ends on one data point $(x_1,x_2)$, both entries nonzero, with target $t$, whatever the rate",
            form=Formula(Domain((x1, x2, tau)), "a vector of two numbers"),
            reference=ada_limit,
            latex=r"\hat w = \frac{t}{|x_1|+|x_2|}\begin{pmatrix}\operatorname{sign}x_1\\ \operatorname{sign}x_2\end{pmatrix}",
            truth=Truth(
                lambda point: _adagrad_run([point[x1], point[x2]], point[tau]),
                "Adagrad run to its limit in 60-digit arithmetic",
            ),
            mistakes=(
                Mistake(
                    ImmutableMatrix([value * tau / (x1**2 + x2**2) for value in (x1, x2)]),
                    "this is the minimum-norm solution, where gradient descent ends",
                ),
                Mistake(
                    ImmutableMatrix([tau / (x1 + x2)] * 2),
                    "this is right only if both entries are positive",
                ),
                Mistake(
                    ImmutableMatrix([tau / (2 * value) for value in (x1, x2)]),
                    "the weights make equal steps, not equal contributions to the fit",
                ),
                Mistake(
                    ImmutableMatrix([tau / (sympy.Abs(x1) + sympy.Abs(x2))] * 2),
                    "a weight moves against the sign of its own gradient",
                ),
            ),
        ),
        Part(
            name="hint",
            asks="and on the hint's $x=(1,1)$, $t=3$",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([Rational(3, 2), Rational(3, 2)]),
            truth=Truth(_adagrad_on_hint, "an exact run at a rate at which it reaches its limit"),
            mistakes=(
                Mistake(ImmutableMatrix([1, 1]), "this is the limit for x = (1, 2)"),
                Mistake(
                    ImmutableMatrix([3, 0]),
                    "both weights get the same gradients, so they stay equal",
                ),
            ),
        ),
        Part(
            name="iterate",
            asks="an iterate lies outside the row space. Does that prove that the limit is not the minimum-norm solution?",
            form=Choice(YES_NO),
            reference="no",
            truth=Truth(
                _iterate_proves,
                "interval arithmetic: a run that leaves the row space at once and ends in it",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "yes",
                    "the row space is closed, its complement is not: iterates outside may tend to a point inside",
                ),
            ),
        ),
        Part(
            name="eps",
            asks=r"with $\epsilon>0$, $x=(2,1)$, $t=2$: is the limit ever the minimum-norm solution?",
            form=Choice(
                {
                    "never": "at no rate",
                    "sometimes": "not at a rate small enough that the residual keeps its sign, but at some larger one",
                    "always": "at every rate, because eps removes the effect",
                }
            ),
            reference="sometimes",
            truth=Truth(
                _exceptional_rate,
                "interval arithmetic on both sides of a rate at which the limit passes through it",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "never",
                    "with eps = 1 the limit lies on different sides of it at the rates 5.4047 and 5.4048, and depends continuously on the rate",
                ),
                Mistake(
                    "always", "at small rates every step leans away from x, all to the same side"
                ),
            ),
        ),
    ),
    model_answer=r"""
Counterexample: $x=(1,2)$, $t=3$, $w_0=0$, $\epsilon=0$, $\eta=1$. The gradient at 0 is $(-6,-12)$, its
entries divided by $\sqrt{G}=(6,12)$ are $(-1,-1)$, so $w_1=(1,1)$. It solves $w_1+2w_2=3$: all later
gradients are 0 and Adagrad has converged, with $\lVert w\rVert^2=2$. The minimum-norm solution is
$(\frac35,\frac65)$ with $\frac95$. The rate is not special: every gradient is a multiple of $x$, so every
step is a multiple of $\operatorname{sign}(x)$, and the only solution there is
$t\operatorname{sign}(x)/\lVert x\rVert_1$. (For $x=(1,1)$ that is the minimum-norm solution.)
""",
    conventions=("epsilon",),
)


# --- A2-1.2.1 ---------------------------------------------------------------------------------


def _first_gradient(_: Any) -> ImmutableMatrix:
    first, second = names = sympy.symbols("v:2")
    return ImmutableMatrix(
        [
            sympy.diff((2 * first + second - 2) ** 2, name).subs(dict.fromkeys(names, 0))
            for name in names
        ]
    )


HINT_ROWS, HINT_TARGETS = ib.exact([[2, 1]]), ib.exact([2])
HINT = opt.least_squares(HINT_ROWS, HINT_TARGETS)


def _rms_verdict(_: Any) -> str:
    """beta = 99/100, eps = 1/100 and the rate 3321/49000: ten exact steps."""
    path = opt.rmsprop(
        HINT, Rational(3321, 49000), ib.exact([0, 0]), Rational(99, 100), Rational(1, 100)
    )
    iterates = list(islice(path, 11))
    stays = list(iterates[1]) == list(iterates[10]) and HINT_ROWS[0] @ iterates[1] == 2
    shortest = sympy.Matrix([Rational(4, 5), Rational(2, 5)])
    return "counterexample" if stays and sympy.Matrix(iterates[1]) != shortest else "proof"


def _hitting_rate(point: Any) -> Any:
    """Solve for the rate at which the first iterate lies on the line of solutions."""
    rate = sympy.Symbol("rate", positive=True)
    first = list(islice(opt.rmsprop(HINT, rate, ib.exact([0, 0]), point[beta]), 2))[-1]
    return sympy.solve(sympy.Eq(HINT_ROWS[0] @ first, 2), rate)[0]


def _rms_limit(_: Any) -> ImmutableMatrix:
    """The exact run at the rate at which the first step reaches the limit: ten steps later."""
    path = opt.rmsprop(HINT, Rational(1, 15), ib.exact([0, 0]), Rational(99, 100))
    reached = next(islice(path, 10, None))
    assert HINT_ROWS[0] @ reached == HINT_TARGETS[0]
    return ImmutableMatrix(list(reached))


def _stable_rate(point: Any) -> Any:
    """The rate at which a step from a tiny residual, with a tiny v, turns it into its negative."""
    tiny, rate = sympy.symbols("tiny rate", positive=True)
    data = np.array(list(point[x]), dtype=object)
    start = data * tiny / (data @ data)
    gradient = opt.least_squares(data.reshape(1, -1), ib.exact([0]))
    path = opt.rmsprop(gradient, rate, start, Rational(9, 10), point[eps])
    residual = data @ next(islice(path, 1, None))
    factor = sympy.limit(sympy.simplify(residual / tiny), tiny, 0, "+")
    return sympy.solve(sympy.Eq(factor, -1), rate)[0]


def _converges(_: Any) -> str:
    """Without eps, in 120 digits: two rates where the residual comes back, and one that hits exactly."""
    hit = opt.rmsprop(HINT, Rational(1, 15), ib.exact([0, 0]), Rational(99, 100))
    stays = all(HINT_ROWS[0] @ weights == 2 for weights in islice(hit, 1, 20))
    returns = []
    with mpmath.workdps(120):
        rows, targets = ib.precise([[2, 1]]), ib.precise([2])
        for rate in (mpmath.mpf("0.1"), mpmath.mpf("0.01")):
            path = opt.rmsprop(
                opt.least_squares(rows, targets), rate, ib.precise([0, 0]), mpmath.mpf("0.9")
            )
            late = [abs(rows[0] @ weights - 2) for weights in islice(path, 400, 500)]
            returns.append(min(late) > rate)
    if stays and all(returns):
        return "hit"
    return "small" if stays else "never"


rmsprop = Question(
    ids=("A2-1.2.1",),
    chapter=CHAPTER,
    title="RMSProp and the minimum norm",
    marks={"A2-1.2.1": 4},
    statement=r"""
RMSProp divides each weight's step by $\sqrt{v_{i,k}}+\epsilon$, where
$v_{i,k}=\beta v_{i,k-1}+(1-\beta)g_{i,k}^2$ averages that weight's squared gradients and $v_{i,-1}=0$.
Suppose that it converges to a solution of $Xw=t$, $d>n$. Prove, or refute by an example, that it always
finds the minimum-norm solution; the hint is $x=(2,1)$, $t=2$, $w_0=(0,0)$. *We ask besides whether
it converges.*
""",
    parts=(
        Part(
            name="gradient",
            asks="the gradient at $w_0$ for the hint's data",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([-8, -4]),
            truth=Truth(_first_gradient, "the derivatives of (2 w1 + w2 - 2)^2 at zero"),
            mistakes=(
                Mistake(ImmutableMatrix([-4, -2]), "the square brings down a factor 2", "half"),
                Mistake(ImmutableMatrix([8, 4]), "the residual is 0 - 2: the loss falls along x"),
            ),
        ),
        Part(
            name="verdict",
            asks="does RMSProp always find the minimum-norm solution, when it converges to a solution?",
            form=Choice(
                {
                    "proof": "yes, and there is a proof",
                    "counterexample": "no, and there is a counterexample",
                }
            ),
            reference="counterexample",
            truth=Truth(
                _rms_verdict,
                "an exact run with beta = 99/100, eps = 1/100 that stays where its first step leads",
            ),
            mistakes=(
                Mistake(
                    "proof",
                    "at a suitable rate the first step leads to a solution that is not a multiple of x, and RMSProp stays there",
                ),
            ),
        ),
        Part(
            name="hit",
            asks=r"the rate at which the first step leads to a solution, for the hint's data and $\epsilon=0$",
            form=Formula(Domain((beta,), intervals={beta: (0, 1)}), "a number"),
            reference=2 * sympy.sqrt(1 - beta) / 3,
            latex=r"\eta = \tfrac23\sqrt{1-\beta}",
            truth=Truth(
                _hitting_rate, "the solution of x^T w_1 = t for the rate, after one exact step"
            ),
            mistakes=(
                Mistake(Rational(1, 15), "this is the rate for beta = 99/100"),
                Mistake(Rational(2, 3), "v is not the squared gradient but 1 - beta of it"),
                Mistake(2 * (1 - beta) / 3, "the step is divided by the root of v"),
                Mistake(
                    2 * sympy.sqrt(1 - beta) / 5,
                    "each weight moves equally far, so the fit moves by 2 + 1 times that, not by 2^2 + 1^2",
                ),
            ),
        ),
        Part(
            name="limit",
            asks=r"for the hint's data and $\epsilon=0$: the only solution to which RMSProp can converge from zero, at whatever rates",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([Rational(2, 3), Rational(2, 3)]),
            truth=Truth(
                _rms_limit,
                "an exact run at a rate at which it reaches its limit",
            ),
            mistakes=(
                Mistake(
                    ImmutableMatrix([Rational(4, 5), Rational(2, 5)]),
                    "this is the minimum-norm solution",
                ),
                Mistake(
                    ImmutableMatrix([Rational(1, 2), 1]),
                    "it is a solution, but the weights make equal steps",
                ),
                Mistake(ImmutableMatrix([1, 0]), "it is a solution, but both weights move"),
            ),
        ),
        Part(
            name="converges",
            asks=r"with a constant rate and $\epsilon=0$: at which rates does it converge on the hint's data?",
            form=Choice(
                {
                    "small": "at all small enough ones",
                    "hit": "only at those at which an iterate lies on the line of solutions exactly",
                    "never": "at none",
                }
            ),
            reference="hit",
            truth=Truth(
                _converges,
                "runs in 120-digit arithmetic at two rates, and an exact run that hits",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "small",
                    "near the line v tends to 0 and the effective rate to infinity; in float64 this is hidden by rounding",
                ),
                Mistake(
                    "never",
                    "at the rate of the part hit the first step ends on the line, and all gradients are 0 from then on",
                ),
            ),
        ),
        Part(
            name="stable",
            asks=r"with $\epsilon>0$ and one data point $x$: the constant rate below which it converges",
            form=Formula(Domain((d, x, eps), ({d: 2}, {d: 3})), "a number"),
            reference=eps / Norm(x) ** 2,
            latex=r"\eta < \frac{\epsilon}{\lVert x\rVert^2}",
            truth=Truth(
                _stable_rate, "the rate at which a step from a tiny residual flips its sign", 8
            ),
            alternatives=(
                Alternative(
                    sympy.sqrt(eps) / Norm(x) ** 2,
                    "right if the epsilon stands under the root",
                    "epsilon",
                ),
            ),
            mistakes=(
                Mistake(
                    1 / Norm(x) ** 2,
                    "this is the bound for gradient descent; near the line RMSProp divides by epsilon",
                ),
                Mistake(2 * eps / Norm(x) ** 2, "the curvature along x is 2 ||x||^2", "half"),
                Mistake(eps / Norm(x), "the residual of a step goes with x twice"),
            ),
        ),
    ),
    model_answer=r"""
Counterexample: $x=(2,1)$, $t=2$, $w_0=0$, $\beta=0.99$, $\epsilon=0$, $\eta=\frac1{15}$. The gradient is
$g=(-8,-4)$, $\sqrt{v}=\sqrt{1-\beta}\,|g|=(0.8,0.4)$, so $w_1=-\eta\,g/\sqrt v=(\frac23,\frac23)$. That
solves $2w_1+w_2=2$: gradients are 0 from then on, RMSProp has converged, with
$\lVert w\rVert^2=\frac89$. The minimum-norm solution is $(\frac45,\frac25)$ with $\frac45$. In general
$g\propto x$ at all times, so with $\epsilon=0$ all steps are multiples of $\operatorname{sign}(x)$. And with
$\epsilon>0$, $\eta\le\epsilon/(2\lVert x\rVert^2)$ it converges without overshooting, each step having
$1<\Delta w_1/\Delta w_2<2$: the limit has $w_1<2w_2$ and is no multiple of $x$.
""",
    conventions=("half", "epsilon"),
)


# --- H2-1.2.2, A2-1.2.2 -----------------------------------------------------------------------


def _same_direction(_: Any) -> str:
    """Sixty iterates of each method in 60 digits: do they leave the ray of sign(x)?"""
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
        "all"
        if all(stays.values())
        else "adam"
        if stays["adagrad"] and stays["rmsprop"]
        else "none"
    )


def _least_norm_of_limit(_: Any) -> str:
    """Along the solutions (s, 2 - 2 s) of the hint: which norm is least where Adagrad ends?"""
    reached = _adagrad_run([2, 1], 2)[0]
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
                    "all": "none: all three stay on the ray of sign(x)",
                    "adam": "Adam alone, because of its momentum and bias correction",
                    "none": "each leaves the ray of sign(x), so nothing can be said",
                }
            ),
            reference="all",
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
                    "none",
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
stay large, like $1/\sqrt m$. Turn the axes, and the advantage is gone.
""",
    conventions=("epsilon",),
)

QUESTIONS = (single, minibatch, with_momentum, adagrad, rmsprop, others)
