"""SGD on single examples and on mini-batches: where it ends (H2-1.1.1, A2-1.1.1)."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix, Integer

from hwcode import implicit_bias as ib
from hwcode import optimisers as opt
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Mistake,
    Part,
    Question,
    Truth,
    matrix,
    scalar,
    vector,
)
from hwcode.questions.implicit_bias.problem import (
    CHAPTER,
    WIDE,
    YES_NO,
    R,
    X,
    arrays,
    d,
    eta,
    from_start,
    minimum_norm_by_elimination,
    n,
    safe_rate,
    t,
    tau,
    w,
    w0,
    x,
)

__all__ = ["QUESTIONS"]


b = scalar("b", integer=True, positive=True)
XB, tb = matrix("XB", b, d), vector("tB", b)
lmax = scalar("lmax", r"\lambda_{\max}", positive=True)

minimum_norm = X.T * (X * X.T).I * t


def _limit_of_passes(rows: Any, targets: Any, start: Any, batch: int) -> ImmutableMatrix:
    """The exact limit of mini-batch SGD that takes its batches in turn."""
    length = len(targets)
    gradient = opt.least_squares(rows, targets, opt.cyclic(length, batch))

    def one_pass(weights: Any) -> Any:
        path = opt.descent(gradient, safe_rate(rows), weights)
        return next(islice(path, length, None))

    return ImmutableMatrix(list(ib.limit_of_iteration(one_pass, start)))


def _sgd_limit(point: Any) -> ImmutableMatrix:
    """Where SGD on single examples tends to, from the start that the point names or from zero."""
    rows, targets = arrays(point[X], point[t])
    start = point.get(w0, sympy.zeros(rows.shape[1], 1))
    return _limit_of_passes(rows, targets, np.array(list(start), dtype=object), 1)


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
        if reached != minimum_norm_by_elimination(sympy.Matrix(rows), targets):
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
                Domain((n, d, x, w, tau), ({n: 2, d: 2}, {n: 3, d: 2}, {n: 2, d: 3})),
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
    rows, targets = arrays(point[X], point[t])
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
                Domain((b, d, XB, tb, w, eta), ({b: 1, d: 2}, {b: 2, d: 2}, {b: 2, d: 3})),
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
                Domain((n, d, X, t, w0), (*WIDE, {n: 3, d: 4})),
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

QUESTIONS = (single, minibatch)
