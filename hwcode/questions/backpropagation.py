"""The questions of the chapter on backpropagation."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix, Integer
from sympy.matrices.expressions import HadamardPower, HadamardProduct, Identity, OneMatrix, Trace

from hwcode import backpropagation as bp
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    EntrySum,
    Formula,
    Mistake,
    Norm,
    Number,
    Numbers,
    Part,
    Question,
    Truth,
    matrix,
    scalar,
    vector,
)
from hwcode.checking.graphs import Graph, carry_out
from hwcode.checking.growth import Growth
from hwcode.checking.latex import latex_text
from hwcode.checking.nodes import ENTRYWISE
from hwcode.forward_mode import DUAL, Dual, duals
from hwcode.metering import Meter, fitted_polynomial

__all__ = ["QUESTIONS"]

CHAPTER = "backpropagation"


class _Count(Formula):
    """A cost in some sizes, printed in their order: N K D, not D K N."""

    def latex(self, answer: Any) -> str:
        return latex_text(answer, self.domain.symbols)


def _size(name: str) -> Any:
    return scalar(name, integer=True, positive=True)


# --- A1-2.1.1 ---------------------------------------------------------------------------------

GRAPH = Graph(bp.NODES)


def _dependences(_: Any) -> frozenset[tuple[str, str]]:
    """Which quantity changes when one other is changed and all the rest are held.

    Every step of the network is carried out again with one value changed, on several networks, as
    a ReLU that is off hides a dependence.
    """
    found = set()
    generator = np.random.default_rng(5)
    for _ in range(4):
        steps = bp.forward(bp.draw_weights(generator, 3, 3, 3))
        values = carry_out(steps, {"x": generator.standard_normal(3), "t": 0})
        for changed, value in values.items():
            other = 1 if changed == "t" else value * generator.uniform(1.1, 1.2, np.shape(value))
            for name, step in steps.items():
                again = carry_out({name: step}, {**values, changed: other})[name]
                if not np.array_equal(again, values[name]):
                    found.add((changed, name))
    return frozenset(found)


def _paths_to_loss(_: Any) -> Integer:
    """Walk along every dependence from x to J."""
    edges = _dependences(None)
    waiting, arrived = ["x"], 0
    while waiting:
        node = waiting.pop()
        arrived += node == "J"
        waiting += [target for source, target in edges if source == node]
    return Integer(arrived)


FORWARD = GRAPH.read("x->z1->h1->g, x->z2->h2->g, g->y, x->y, y->yp->S->J, t->S")
graph = Question(
    ids=("A1-2.1.1",),
    chapter=CHAPTER,
    title="computation graph of a gated network with a skip connection",
    marks={"A1-2.1.1": 0},
    statement=r"""
A network computes, from an input $x\in\mathbb R^d$ with class label $t$,

$$
\begin{aligned}
z_1&=W^{(1)}x+b^{(1)}, & h_1&=\operatorname{ReLU}(z_1),\\
z_2&=W^{(2)}x+b^{(2)}, & h_2&=\sigma(z_2),\\
g&=h_1\circ h_2, & y&=W^{(3)}g+W^{(4)}x,\\
y'&=\operatorname{softmax}(y), & S&=\log y'_t,\quad J=-S.
\end{aligned}
$$

Draw the computation graph of $x$, $t$, $z_1$, $z_2$, $h_1$, $h_2$, $g$, $y$, $y'$, $S$ and $J$. (Type
`yp` for $y'$. Parameters are not drawn.) We add: on how many paths does $x$ reach $J$?
""",
    parts=(
        Part(
            name="graph",
            asks="the edges",
            form=GRAPH,
            reference=FORWARD,
            truth=Truth(_dependences, "changing each quantity and seeing which others change"),
            also_right=(
                "x->z1, x->z2, x->y, z1->h1, z2->h2, h1->g, h2->g, g->y, y->yp, yp->S, t->S, S->J",
            ),
            mistakes=(
                Mistake(
                    FORWARD - {("x", "y")},
                    "the skip connection is missing: y depends on x directly, through $W^{(4)}$",
                ),
                Mistake(
                    (FORWARD - {("x", "z2")}) | {("h1", "z2")},
                    "$z_2$ is computed from x, not from $h_1$: the two branches are parallel",
                ),
                Mistake(
                    (FORWARD - {("t", "S")}) | {("t", "J")},
                    "the label picks an entry of $\\log y'$, so it enters S; J is just -S",
                ),
                Mistake(
                    (FORWARD - {("t", "S")}) | {("t", "yp")},
                    "the softmax does not see the label",
                ),
                Mistake(
                    frozenset((b, a) for a, b in FORWARD),
                    "these are the arrows of the backward pass",
                ),
            ),
        ),
        Part(
            name="paths",
            asks="the number of paths from $x$ to $J$",
            form=Number(what="a number of paths"),
            reference=Integer(3),
            truth=Truth(_paths_to_loss, "walking along all dependences"),
            mistakes=(
                Mistake(Integer(2), "the skip connection is a third path"),
                Mistake(Integer(1), "x is used in three places"),
            ),
        ),
    ),
    model_answer=r"""
Inputs are $x$ and $t$. Edges: $x\to z_1\to h_1\to g$, $x\to z_2\to h_2\to g$, $g\to y$, $x\to y$,
$y\to y'\to S\to J$, $t\to S$. Three paths lead from $x$ to $J$: through $z_1$, through $z_2$, and
directly to $y$; so the backward pass will add three terms at $x$.
""",
)


# --- A1-2.1.2 ---------------------------------------------------------------------------------

d, m, N = _size("d"), _size("m"), _size("N")
x = vector("x", d, r"x")
W1, W2 = matrix("W1", m, d, r"W^{(1)}"), matrix("W2", m, d, r"W^{(2)}")
W3, W4 = matrix("W3", N, m, r"W^{(3)}"), matrix("W4", N, d, r"W^{(4)}")
z1, z2 = vector("z1", m, r"z_1"), vector("z2", m, r"z_2")
h1, h2 = vector("h1", m, r"h_1"), vector("h2", m, r"h_2")
g, y, yp = (
    vector("g", m, r"g"),
    vector("y", N, r"y"),
    vector("yp", N, r"y'"),
)
et = vector("et", N, r"e_t")
Sbar = scalar("Sbar", r"\overline S")
ypbar, ybar = (
    vector("ypbar", N, r"\overline{y'}"),
    vector("ybar", N, r"\bar y"),
)
gbar = vector("gbar", m, r"\bar g")
h1bar = vector("h1bar", m, r"\bar h_1")
h2bar = vector("h2bar", m, r"\bar h_2")
z1bar = vector("z1bar", m, r"\bar z_1")
z2bar = vector("z2bar", m, r"\bar z_2")

STATE = {"x": x, "z1": z1, "h1": h1, "z2": z2, "h2": h2, "g": g, "y": y, "yp": yp}
ERRORS = {
    "ypbar": ypbar, "ybar": ybar, "gbar": gbar, "h1bar": h1bar, "h2bar": h2bar,
    "z1bar": z1bar, "z2bar": z2bar,
}  # fmt: skip
CASES = (
    {d: 2, m: 2, N: 2, et: ImmutableMatrix([0, 1]), Sbar: -1},
    {d: 2, m: 3, N: 3, et: ImmutableMatrix([1, 0, 0]), Sbar: -1},
)


def _draw_network(case: Any, numbers: Numbers) -> dict[Any, Any]:
    """A network with all its forward values and errors, in rational numbers.

    The biases are free, and take the values with which ``z1`` has alternating signs, while the
    entries of ``z2`` and ``y`` are logarithms of positive rationals: so sigmoid and softmax give
    rationals. (For that ``y`` gets a bias too, which none of the equations contains.)
    """
    inputs, hidden, classes = (int(case[size]) for size in (d, m, N))
    positive = sympy.Symbol("positive", positive=True)

    def vector_of(size: int, entry: Callable[[int], Any]) -> ImmutableMatrix:
        return ImmutableMatrix([entry(i) for i in range(size)])

    found: dict[Any, Any] = {x: numbers.matrix(inputs, 1)}
    for symbol, rows, columns in ((W1, hidden, inputs), (W2, hidden, inputs), (W3, classes, hidden), (W4, classes, inputs)):  # fmt: skip
        found[symbol] = numbers.matrix(rows, columns)
    found[z1] = vector_of(hidden, lambda i: (-1) ** (i + hidden) * numbers.number(positive))
    found[z2] = vector_of(hidden, lambda i: sympy.log(numbers.number(positive)))
    found[y] = vector_of(classes, lambda i: sympy.log(numbers.number(positive)))
    ops = bp.SYMPY
    found[h1], found[h2], found[yp] = (
        ops.relu(found[z1]),
        ops.sigmoid(found[z2]),
        ops.softmax(found[y]),
    )
    found[g] = ops.times(found[h1], found[h2])
    values: dict[str, Any] = {name: found[symbol] for name, symbol in STATE.items()}
    values["t"] = list(case[et]).index(1)
    weights = bp.Weights(found[W1], None, found[W2], None, found[W3], found[W4])
    errors = carry_out(bp.backward(weights, ops), values)
    return found | {symbol: ImmutableMatrix(errors[name]) for name, symbol in ERRORS.items()}


def _error_of(name: str) -> Truth:
    """The error of a quantity, from its definition: move it alone, and see how fast J moves.

    Each entry is moved in turn, everything downstream is computed anew with dual numbers, and
    nothing is passed backwards.
    """

    def value(point: Any) -> ImmutableMatrix:
        known = {key: point[symbol] for key, symbol in STATE.items()}
        size = len(known[name])
        slopes = []
        for moved in range(size):
            values = {key: duals(list(held)) for key, held in known.items()}
            values[name] = duals(list(known[name]), [int(i == moved) for i in range(size)])
            slopes.append(_rerun(point, values, name)["J"].rate)
        return ImmutableMatrix(slopes)

    return Truth(value, "the rate at which J moves with this quantity alone, by dual numbers", 24)


def _rerun(point: Any, values: dict[str, Any], moved: str) -> dict[str, Any]:
    """Carry out the steps after a quantity that was moved, with the biases that fit the point."""
    matrices = {symbol: duals(point[symbol].tolist()) for symbol in (W1, W2, W3, W4)}
    b1 = duals(list(point[z1] - point[W1] * point[x]))
    b2 = duals(list(point[z2] - point[W2] * point[x]))
    b4 = duals(list(point[y] - point[W3] * point[g] - point[W4] * point[x]))
    weights = bp.Weights(matrices[W1], b1, matrices[W2], b2, matrices[W3], matrices[W4])
    steps = dict(bp.forward(weights, DUAL))
    steps["y"] = lambda g, x: matrices[W3] @ g + matrices[W4] @ x + b4
    values = {**values, "t": list(point[et]).index(1)}
    fresh = {moved}
    for name, step in steps.items():
        if name != moved and any((source, name) in FORWARD for source in fresh):
            values[name] = carry_out({name: step}, values)[name]
            fresh.add(name)
    return values


def _derivative_of_last_step(_: Any) -> Any:
    moved = Dual(Integer(5), Integer(1))
    return carry_out({"J": bp.forward(bp.NO_WEIGHTS, DUAL)["J"]}, {"S": moved})["J"].rate


def _line(*symbols: Any) -> Formula:
    # Entries of a drawn network are quotients of polynomials in the numbers drawn, of degree at
    # most 4 over a common denominator of degree at most 8.
    domain = Domain(symbols, CASES, draw=_draw_network, draw_degree=16)
    return Formula(domain, "a column vector")


def _times(*factors: Any) -> Any:
    return HadamardProduct(*factors)


step_of = ENTRYWISE["step"]
error_g = W3.T * (yp - et)
whole = (
    W1.T * _times(error_g, h2, z1.applyfunc(step_of))
    + W2.T * _times(error_g, h1, h2 - _times(h2, h2))
    + W4.T * (yp - et)
)


def _value_at_kink(_: Any) -> str:
    """Two programs for the function x, whose derivative at 0 is 1; s stands for ReLU'(0).

    The chain rule, carried out by hand: the derivative of relu(a(x)) at 0 is s a'(0) if a(0) = 0.
    """
    s = sympy.Symbol("s", real=True)

    def relu(derivative: Any) -> Any:
        return s * derivative

    once = relu(1) - relu(-1)
    twice = relu(relu(1)) - relu(relu(-1))
    common = set(sympy.solve(once - 1, s)) & set(sympy.solve(twice - 1, s))
    keys = {sympy.S.Zero: "zero", sympy.Rational(1, 2): "half", sympy.S.One: "one"}
    return keys[common.pop()] if common else "none"


backward = Question(
    ids=("A1-2.1.2",),
    chapter=CHAPTER,
    title="the backward pass",
    marks={"A1-2.1.2": 1},
    statement=r"""
For the network of A1-2.1.1 derive the equations by which backpropagation computes
$\bar x=\big(\frac{\partial J}{\partial x}\big)^\top$, one quantity at a time. All errors are columns,
Jacobians are in numerator layout. Each part below gives one error from those that come before it and
from values of the forward pass; $e_t$ (`et`) is the one-hot vector of the label, $d$, $m$ and $N$ are
the numbers of inputs, hidden units and classes. We add two parts: $\bar x$ in forward values alone,
and what to do at the kink of the ReLU.
""",
    parts=(
        Part(
            name="S",
            asks=r"$\overline S=\partial J/\partial S$",
            form=Number(what="a number"),
            reference=Integer(-1),
            latex=r"\overline S = -\overline J = -1",
            truth=Truth(_derivative_of_last_step, "the derivative of the last step"),
            mistakes=(Mistake(Integer(1), "J = -S: the loss is minus the log-likelihood"),),
        ),
        Part(
            name="yp",
            asks=r"$\overline{y'}$ from $\overline S$, $y'$ and $e_t$",
            form=_line(N, yp, et, Sbar),
            reference=Sbar * _times(et, HadamardPower(yp, -1)),
            latex=r"\overline{y'} = \overline S\;e_t\oslash y',\quad\text{with }-1/y'_t\text{ at place }t\text{, else 0}",
            truth=_error_of("yp"),
            also_right=("-divide(et, yp)", "-et / (et.T @ yp)", "-inv(diag(yp)) @ et"),
            mistakes=(
                Mistake(_times(et, HadamardPower(yp, -1)), "the sign of J = -S is lost"),
                Mistake(
                    -_times(OneMatrix(N, 1), HadamardPower(yp, -1)),
                    "only the label's entry of $y'$ enters S",
                ),
                Mistake(-et, "the derivative of the logarithm, $1/y'_t$, is missing"),
                Mistake(yp - et, "this is the error of y; the softmax is still to come"),
            ),
        ),
        Part(
            name="y",
            asks=r"$\bar y$ from $\overline{y'}$ and values (or shorter)",
            form=_line(N, y, yp, et, ypbar),
            reference=_times(yp, ypbar) - yp * yp.T * ypbar,
            latex=r"\bar y = \operatorname{softmax}'(y)^\top\,\overline{y'}"
            r" = \left(\operatorname{diag}y' - y'y'^\top\right)\overline{y'}"
            r" = y' - e_t",
            truth=_error_of("y"),
            also_right=(
                "dsoftmax(y).T @ ypbar",
                "(diag(yp) - yp @ yp.T) @ ypbar",
                "yp - et",
                "softmax(y) - et",
            ),
            mistakes=(
                Mistake(et - yp, "the sign: raising the label's score lowers the loss"),
                Mistake(
                    _times(yp, ypbar),
                    "softmax is not entrywise: the term $-y'y'^\\top$ of its Jacobian is missing",
                ),
                Mistake(
                    _times(yp, OneMatrix(N, 1) - yp, ypbar),
                    "only the diagonal of the softmax's Jacobian is used",
                ),
                Mistake((yp - et).T, "this is the derivative itself, a row; the error is a column"),
            ),
        ),
        Part(
            name="g",
            asks=r"$\bar g$ from $\bar y$",
            form=_line(W3, W4, ybar),
            reference=W3.T * ybar,
            latex=r"\bar g = W^{(3)\top}\,\bar y",
            truth=_error_of("g"),
            also_right=("(ybar.T @ W3).T",),
            mistakes=(
                Mistake(
                    ybar.T * W3, "this is a row, in numerator layout; the error is its transpose"
                ),
                Mistake(W4.T * ybar, "$W^{(4)}$ multiplies x; g is multiplied by $W^{(3)}$"),
            ),
        ),
        Part(
            name="h1",
            asks=r"$\bar h_1$ from $\bar g$",
            form=_line(gbar, h1, h2),
            reference=_times(gbar, h2),
            latex=r"\bar h_1 = \bar g\circ h_2",
            truth=_error_of("h1"),
            also_right=("diag(h2) @ gbar",),
            mistakes=(
                Mistake(_times(gbar, h1), "the derivative of a product by one factor is the other"),
                Mistake(gbar, "the gate $h_2$ scales the error as it scales the value"),
            ),
        ),
        Part(
            name="h2",
            asks=r"$\bar h_2$ from $\bar g$",
            form=_line(gbar, h1, h2),
            reference=_times(gbar, h1),
            latex=r"\bar h_2 = \bar g\circ h_1",
            truth=_error_of("h2"),
            also_right=("diag(h1) @ gbar",),
            mistakes=(
                Mistake(_times(gbar, h2), "the derivative of a product by one factor is the other"),
                Mistake(gbar, "the other factor $h_1$ scales the error"),
            ),
        ),
        Part(
            name="z1",
            asks=r"$\bar z_1$ from $\bar h_1$",
            form=_line(h1bar, z1, h1),
            reference=_times(h1bar, z1.applyfunc(step_of)),
            latex=r"\bar z_1 = \bar h_1\circ\operatorname{ReLU}'(z_1) = \bar h_1\circ\operatorname{step}(z_1)",
            truth=_error_of("z1"),
            also_right=("hadamard(h1bar, step(h1))", "diag(step(z1)) @ h1bar"),
            mistakes=(
                Mistake(h1bar, "units that are off pass no error on"),
                Mistake(
                    _times(h1bar, h1), "this multiplies by the ReLU's value, not by its derivative"
                ),
            ),
        ),
        Part(
            name="z2",
            asks=r"$\bar z_2$ from $\bar h_2$",
            form=_line(m, h2bar, z2, h2),
            reference=_times(h2bar, h2 - _times(h2, h2)),
            latex=r"\bar z_2 = \bar h_2\circ\sigma'(z_2) = \bar h_2\circ h_2\circ(\mathbf 1-h_2)",
            truth=_error_of("z2"),
            also_right=(
                "hadamard(h2bar, hadamard(h2, ones(m) - h2))",
                "hadamard(h2bar, hadamard(sigmoid(z2), sigmoid(-z2)))",
            ),
            mistakes=(
                Mistake(_times(h2bar, h2), "$\\sigma'=\\sigma(1-\\sigma)$: a factor is missing"),
                Mistake(
                    _times(h2bar, z2, OneMatrix(m, 1) - z2),
                    "$\\sigma(1-\\sigma)$ takes the sigmoid's output $h_2$, not its input",
                ),
            ),
        ),
        Part(
            name="x",
            asks=r"$\bar x$ from all errors it needs",
            form=_line(W1, W2, W4, z1bar, z2bar, ybar),
            reference=W1.T * z1bar + W2.T * z2bar + W4.T * ybar,
            latex=r"\bar x = W^{(1)\top}\bar z_1 + W^{(2)\top}\bar z_2 + W^{(4)\top}\bar y",
            truth=_error_of("x"),
            also_right=("(z1bar.T @ W1 + z2bar.T @ W2 + ybar.T @ W4).T",),
            mistakes=(
                Mistake(
                    W1.T * z1bar + W2.T * z2bar,
                    "the third path, through the skip connection, is missing",
                ),
                Mistake(W4.T * ybar, "only the skip connection is followed back"),
                Mistake(
                    z1bar.T * W1 + z2bar.T * W2 + ybar.T * W4,
                    "this is $\\partial J/\\partial x$, a row; the error is its transpose",
                ),
            ),
        ),
        Part(
            name="whole",
            asks=r"$\bar x$ in forward values, weights and $e_t$ alone",
            form=_line(m, W1, W2, W3, W4, z1, h1, h2, yp, et),
            reference=whole,
            latex=r"""
\begin{aligned}
u&=W^{(3)\top}(y'-e_t),\\
\bar x&=W^{(1)\top}\big(u\circ h_2\circ\operatorname{step}(z_1)\big)
+W^{(4)\top}(y'-e_t)\\
&\quad{}+W^{(2)\top}\big(u\circ h_1\circ h_2\circ(\mathbf 1-h_2)\big)
\end{aligned}
""",
            truth=_error_of("x"),
            also_right=(
                "W1.T @ hadamard(hadamard(W3.T@(yp-et), h2), step(z1))"
                " + W2.T @ hadamard(hadamard(W3.T@(yp-et), h1), hadamard(h2, ones(m)-h2))"
                " + W4.T @ (yp - et)",
            ),
            mistakes=(
                Mistake(-whole, "the sign: the error of y is $y'-e_t$"),
                Mistake(
                    W1.T * _times(error_g, z1.applyfunc(step_of))
                    + W2.T * _times(error_g, h2 - _times(h2, h2))
                    + W4.T * (yp - et),
                    "the product $h_1\\circ h_2$ is treated as a sum: the other factor is missing",
                ),
            ),
        ),
        Part(
            name="kink",
            asks=r"with which value for $\operatorname{ReLU}'(0)$ does backpropagation give the derivative of every program at every point where the function it computes has one?",
            form=Choice(
                {
                    "zero": "0, as PyTorch has it",
                    "half": "1/2",
                    "one": "1",
                    "none": "none: it depends on the program",
                }
            ),
            reference="none",
            truth=Truth(_value_at_kink, "two programs for the same differentiable function"),
            mistakes=(
                Mistake(
                    "zero", "relu(x) - relu(-x) is x, with derivative 1, and this gives 0 at x = 0"
                ),
                Mistake(
                    "half",
                    "right for relu(x) - relu(-x), but relu(relu(x)) - relu(relu(-x)) gets 1/2",
                ),
                Mistake(
                    "one", "relu(x) - relu(-x) is x, with derivative 1, and this gives 2 at x = 0"
                ),
            ),
        ),
    ),
    model_answer=r"""
$\bar J=1$, $\bar S=-1$, $\overline{y'}=-e_t\oslash y'$ (only entry $t$ is not 0),
$\bar y=\operatorname{softmax}'(y)^\top\overline{y'}=y'-e_t$, $\bar g=W^{(3)\top}\bar y$,\
$\bar h_1=\bar g\circ h_2$, $\bar h_2=\bar g\circ h_1$,
$\bar z_1=\bar h_1\circ\operatorname{ReLU}'(z_1)$, $\bar z_2=\bar h_2\circ\sigma'(z_2)=\bar h_2\circ h_2\circ(1-h_2)$,\
$\bar x=W^{(1)\top}\bar z_1+W^{(2)\top}\bar z_2+W^{(4)\top}\bar y$: one term for each edge out of $x$.
""",
    conventions=("layout", "label", "kink"),
)


# --- A1-2.2.1 ---------------------------------------------------------------------------------

FIRST = ImmutableMatrix([[1, 2, 1], [-2, 1, 0], [1, -2, -1]])
SECOND = ImmutableMatrix([[-2, 4, 1], [1, -2, -3], [-3, 4, 6]])
INPUT, OUTPUT_ERROR = ImmutableMatrix([1, 3, 1]), ImmutableMatrix([1, 1, 1])


def _loss_jacobian(layer: int) -> Callable[[Any], ImmutableMatrix]:
    """Differentiate J = ybar^T W2 relu(W1 x) by every entry; numerator layout: dJ/dW_ji at (i, j)."""

    def value(_: Any) -> ImmutableMatrix:
        entries = sympy.Matrix(3, 3, sympy.symbols("w:9", real=True))
        first, second = (entries, SECOND) if layer == 1 else (FIRST, entries)
        loss = (OUTPUT_ERROR.T * second * bp.SYMPY.relu(first * INPUT))[0]
        here = dict(zip(entries, FIRST if layer == 1 else SECOND, strict=True))
        return ImmutableMatrix(3, 3, lambda i, j: sympy.diff(loss, entries[j, i]).subs(here))

    return value


def _squares(value: ImmutableMatrix) -> Any:
    return sum((entry**2 for entry in value), sympy.S.Zero)


hidden = ImmutableMatrix([8, 1, 0])
error_hidden = ImmutableMatrix([-4, 6, 4])  # before the ReLU's mask
error_first = ImmutableMatrix([-4, 6, 0])
jacobian1, jacobian2 = INPUT * error_first.T, hidden * OUTPUT_ERROR.T
DENOMINATOR = "right in denominator layout, the layout of the weight matrix; the question has numerator layout"

naive = Question(
    ids=("A1-2.2.1",),
    chapter=CHAPTER,
    title="weight Jacobians and their norms, naive",
    marks={"A1-2.2.1": 1},
    statement=r"""
For $z=W^{(1)}x$, $h=\operatorname{ReLU}(z)$, $y=W^{(2)}h$ with

$$
W^{(1)}=\begin{pmatrix}1&2&1\\-2&1&0\\1&-2&-1\end{pmatrix},\quad
W^{(2)}=\begin{pmatrix}-2&4&1\\1&-2&-3\\-3&4&6\end{pmatrix},
$$

$x=(1,3,1)^\top$ and $\bar y=(1,1,1)^\top$

compute $\partial J/\partial W^{(1)}$ and $\partial J/\partial W^{(2)}$ by backpropagation, and the
squared Frobenius norm of each.
""",
    parts=(
        Part(
            name="W1",
            asks=r"$\partial J/\partial W^{(1)}$, numerator layout",
            form=Formula(what="a matrix, [[row], [row], ...]"),
            reference=jacobian1,
            truth=Truth(_loss_jacobian(1), "the derivative by each of the nine entries"),
            alternatives=(Alternative(jacobian1.T, DENOMINATOR, "layout"),),
            mistakes=(
                Mistake(
                    INPUT * error_hidden.T,
                    "the ReLU's mask is missing: $z_3=-6$, so the third unit passes no error",
                ),
                Mistake(
                    INPUT * ImmutableMatrix([3, -4, 0]).T,
                    "the error is passed back by $W^{(2)}$, not by its transpose",
                ),
            ),
        ),
        Part(
            name="W2",
            asks=r"$\partial J/\partial W^{(2)}$, numerator layout",
            form=Formula(what="a matrix, [[row], [row], ...]"),
            reference=jacobian2,
            truth=Truth(_loss_jacobian(2), "the derivative by each of the nine entries"),
            alternatives=(Alternative(jacobian2.T, DENOMINATOR, "layout"),),
            mistakes=(
                Mistake(
                    ImmutableMatrix([8, 1, -6]) * OUTPUT_ERROR.T,
                    "the second layer's input is h = ReLU(z), not z",
                ),
                Mistake(INPUT * OUTPUT_ERROR.T, "the second layer's input is h, not x"),
            ),
        ),
        Part(
            name="norm1",
            asks=r"$\lVert\partial J/\partial W^{(1)}\rVert_F^2$",
            form=Number(what="a number"),
            reference=Integer(572),
            truth=Truth(lambda _: _squares(_loss_jacobian(1)(None)), "the sum of nine squares"),
            mistakes=(
                Mistake(Integer(748), "the ReLU's mask is missing"),
                Mistake(Integer(275), "the error is passed back without the transpose"),
                Mistake(sympy.sqrt(572), "this is the norm; its square is asked for"),
                Mistake(
                    Integer(16), "this is the square of the sum, (-4 + 6 + ...); squares come first"
                ),
            ),
        ),
        Part(
            name="norm2",
            asks=r"$\lVert\partial J/\partial W^{(2)}\rVert_F^2$",
            form=Number(what="a number"),
            reference=Integer(195),
            truth=Truth(lambda _: _squares(_loss_jacobian(2)(None)), "the sum of nine squares"),
            mistakes=(
                Mistake(Integer(303), "the second layer's input is h = ReLU(z), not z"),
                Mistake(Integer(33), "the second layer's input is h, not x"),
                Mistake(sympy.sqrt(195), "this is the norm; its square is asked for"),
            ),
        ),
    ),
    model_answer=r"""
Forward: $z=(8,1,-6)$, $h=(8,1,0)$. Backward: $\bar h=W^{(2)\top}\bar y=(-4,6,4)$,
$\bar z=\bar h\circ\operatorname{ReLU}'(z)=(-4,6,0)$. Hence
$\frac{\partial J}{\partial W^{(1)}}=x\bar z^\top=\begin{pmatrix}-4&6&0\\-12&18&0\\-4&6&0\end{pmatrix}$ and
$\frac{\partial J}{\partial W^{(2)}}=h\bar y^\top=\begin{pmatrix}8&8&8\\1&1&1\\0&0&0\end{pmatrix}$.
Squared norms: $16+36+144+324+16+36=572$ and $3\,(64+1)=195$.
""",
    conventions=("layout",),
)


# --- A1-2.2.2 ---------------------------------------------------------------------------------

n, T = _size("n"), _size("T")
inp, zbar = vector("x", n, r"x"), vector("zbar", m, r"\bar z")
X, Z = matrix("X", n, T), matrix("Z", m, T, r"\bar Z")
SHAPES = ({n: 2, m: 3}, {n: 3, m: 2}, {n: 1, m: 2})
POSITIONS = ({n: 2, m: 3, T: 2}, {n: 3, m: 2, T: 3})


def _outer_squares(point: Any) -> Any:
    return _squares(point[zbar] * point[inp].T)


def _outer_squares_with_bias(point: Any) -> Any:
    return _outer_squares(point) + _squares(point[zbar])


def _summed_outer_squares(point: Any) -> Any:
    total = sympy.zeros(point[Z].rows, point[X].rows)
    for t in range(point[X].cols):
        total += point[Z][:, t] * point[X][:, t].T
    return _squares(total)


efficient = Question(
    ids=("A1-2.2.2",),
    chapter=CHAPTER,
    title="the same norms by the outer-product trick",
    marks={"A1-2.2.2": 0.5},
    statement=r"""
The weight Jacobians are outer products, $\frac{\partial J}{\partial W^{(1)}}=x\bar z^\top$ and
$\frac{\partial J}{\partial W^{(2)}}=h\bar y^\top$, and so their squared norms are
$\lVert x\rVert^2\lVert\bar z\rVert^2$ and $\lVert h\rVert^2\lVert\bar y\rVert^2$. Compute the norms of
A1-2.2.1 so. We add: prove the trick, and say what becomes of it for a layer with a bias, and for a
layer whose weights are used at $T$ positions of one example.
""",
    parts=(
        Part(
            name="factors",
            asks=r"$\lVert x\rVert^2$, $\lVert\bar z\rVert^2$, $\lVert h\rVert^2$, $\lVert\bar y\rVert^2$",
            form=Formula(what="a vector of four numbers"),
            reference=ImmutableMatrix([11, 52, 65, 3]),
            truth=Truth(
                lambda _: ImmutableMatrix(
                    [
                        _squares(INPUT),
                        _squares(_loss_jacobian(1)(None)[0, :]),  # x_1 = 1: the first row is zbar
                        _squares(
                            _loss_jacobian(2)(None)[:, 0]
                        ),  # ybar_1 = 1: the first column is h
                        _squares(OUTPUT_ERROR),
                    ]
                ),
                "rows and columns of the exact derivatives",
            ),
            mistakes=(
                Mistake(
                    ImmutableMatrix([11, 68, 65, 3]), "the ReLU's mask is missing in the error of z"
                ),
                Mistake(ImmutableMatrix([11, 52, 101, 3]), "this takes z for h = ReLU(z)"),
                Mistake(
                    ImmutableMatrix(
                        [sympy.sqrt(11), sympy.sqrt(52), sympy.sqrt(65), sympy.sqrt(3)]
                    ),
                    "these are the norms; their squares are asked for",
                ),
            ),
        ),
        Part(
            name="norms",
            asks="the two squared norms",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([572, 195]),
            truth=Truth(
                lambda _: ImmutableMatrix([_squares(_loss_jacobian(k)(None)) for k in (1, 2)]),
                "the sums of nine squares",
            ),
            mistakes=(
                Mistake(ImmutableMatrix([63, 68]), "the squared norms are multiplied, not added"),
                Mistake(
                    ImmutableMatrix([748, 195]), "the ReLU's mask is missing in the error of z"
                ),
            ),
        ),
        Part(
            name="trick",
            asks=r"$\lVert\partial J/\partial W\rVert_F^2$ for $z=Wx$, in $x$ and $\bar z$",
            form=Formula(Domain((n, m, inp, zbar), SHAPES), "a number"),
            reference=Norm(inp) ** 2 * Norm(zbar) ** 2,
            latex=r"\lVert x\rVert_2^2\,\lVert\bar z\rVert_2^2",
            truth=Truth(_outer_squares, "the sum of the squares of all entries of the gradient", 4),
            also_right=(
                "x.T @ x * (zbar.T @ zbar)",
                "norm(x @ zbar.T)**2",
                "trace(zbar @ x.T @ x @ zbar.T)",
            ),
            mistakes=(
                Mistake(Norm(inp) * Norm(zbar), "this is the norm; its square is asked for"),
                Mistake(
                    Norm(inp) ** 2 + Norm(zbar) ** 2, "the squared norms are multiplied, not added"
                ),
            ),
        ),
        Part(
            name="bias",
            asks=r"the squared norm of the gradient by $W$ and $b$ together, for $z=Wx+b$",
            form=Formula(Domain((n, m, inp, zbar), SHAPES), "a number"),
            reference=(Norm(inp) ** 2 + 1) * Norm(zbar) ** 2,
            latex=r"\left(\lVert x\rVert_2^2+1\right)\lVert\bar z\rVert_2^2",
            truth=Truth(
                _outer_squares_with_bias,
                "the sum of the squares of all entries of both gradients",
                4,
            ),
            also_right=("norm(x)**2*norm(zbar)**2 + norm(zbar)**2",),
            mistakes=(
                Mistake(
                    Norm(inp) ** 2 * Norm(zbar) ** 2,
                    "the bias has a gradient too, the error itself",
                ),
                Mistake(
                    (Norm(inp) + 1) ** 2 * Norm(zbar) ** 2,
                    "a bias is one more input of 1, so it adds 1 to the squared norm of the input",
                ),
            ),
        ),
        Part(
            name="positions",
            asks=r"the squared norm of $\sum_t \bar z_t x_t^\top$, with the $x_t$ in the columns of $X$ and the $\bar z_t$ in those of $\bar Z$ (`Z`)",
            form=Formula(Domain((n, m, T, X, Z), POSITIONS), "a number"),
            reference=EntrySum(_times(X.T * X, Z.T * Z)),
            latex=r"\Big\lVert\sum_t \bar z_t x_t^\top\Big\rVert_F^2 = \sum_{s,t}(x_s^\top x_t)(\bar z_s^\top\bar z_t) = \mathbf 1^\top\big(X^\top X\circ\bar Z^\top\bar Z\big)\mathbf 1",
            truth=Truth(
                _summed_outer_squares, "the sum of the squares of all entries of the sum", 4
            ),
            also_right=("norm(Z @ X.T)**2", "trace(X.T @ X @ Z.T @ Z)"),
            mistakes=(
                Mistake(
                    Trace(_times(X.T * X, Z.T * Z)),
                    "this adds the squared norms of the positions, and leaves out their cross terms",
                ),
                Mistake(
                    Norm(X) ** 2 * Norm(Z) ** 2, "this is only an upper bound (Cauchy and Schwarz)"
                ),
            ),
        ),
    ),
    model_answer=r"""
$\lVert x\rVert^2=1+9+1=11$, $\lVert\bar z\rVert^2=16+36=52$, $\lVert h\rVert^2=64+1=65$,
$\lVert\bar y\rVert^2=3$; so the squared norms are $11\cdot52=572$ and $65\cdot3=195$, as before.
Proof: the entries of $\bar zx^\top$ are $\bar z_ix_j$, and
$\sum_{i,j}\bar z_i^2x_j^2=\big(\sum_i\bar z_i^2\big)\big(\sum_jx_j^2\big)$. A bias is a further input
that is always 1. With $T$ positions the gradient is a sum of outer products, and the Gram matrices
carry the cross terms.
""",
)


# --- A1-2.2.3 ---------------------------------------------------------------------------------

K, D = _size("K"), _size("D")
SIZES = Domain((N, K, D))


@cache
def _counted(method: str, phase: str, what: str = "multiplications") -> sympy.Expr:
    """The cost of a phase as a polynomial in N, K and D, through counts."""

    def count(N: int, K: int, D: int) -> int:
        return int(getattr(bp.stack_cost(method, N, K, D).phases[phase], what))

    return fitted_polynomial(count, {N: 1, K: 1, D: 2}, first=1 if what == "multiplications" else 2)


def _multiplications(method: str, phase: str) -> Truth:
    return Truth(
        lambda point: _counted(method, phase).subs({size: point[size] for size in (N, K, D)}),
        "the multiplications that instrumented code carried out, a polynomial through counts",
        4,
    )


def _memory(method: str, phase: str) -> Truth:
    return Truth(
        lambda _: _counted(method, phase, "peak"),
        "the most numbers alive at a time in instrumented code",
    )


def _saved(point: Any) -> Any:
    total = sum(
        sign * _counted(method, phase)
        for method, sign in (("naive", 1), ("trick", -1))
        for phase in ("forward", "backward", "norm")
    )
    return total.subs({size: point[size] for size in (N, K, D)})


ALSO_INPUT = "right if the error of the input is computed too, which no gradient needs"
ONLY_ADDED = "right for what this phase adds to the memory that is in use already"
COUNT = _Count(SIZES, "a number of multiplications")
ORDER = Growth((N, K, D))


def _cell(name: str, asks: str, method: str, phase: str, reference: Any, **more: Any) -> Part:
    return Part(
        name=name,
        asks=f"multiplications: {asks}",
        form=COUNT,
        reference=reference,
        truth=_multiplications(method, phase),
        **more,
    )


def _memory_cell(name: str, asks: str, method: str, phase: str, **more: Any) -> Part:
    reference = K * D**2 if method == "naive" else K * D**2 + N * K * D
    return Part(
        name=name,
        asks=f"memory: {asks}",
        form=ORDER,
        reference=reference,
        truth=_memory(method, phase),
        **more,
    )


ALL_GRADIENTS = Mistake(
    N * K * D**2,
    "one example's gradients are alive at a time; this is for the gradients of the whole batch at once, as vmap(grad) forms them",
    "memory",
)
NO_GRADIENTS = Mistake(N * K * D**2, "no gradient of any single example is ever formed")
ALL_ACTIVATIONS = Mistake(
    K * D**2 + N * K * D, "with batch size 1 the activations of one example are alive at a time"
)
WHOLE_BATCH = Mistake(K * D**2, "the activations of the whole batch are kept, N K D of them")

complexity = Question(
    ids=("A1-2.2.3",),
    chapter=CHAPTER,
    title="cost of per-example gradient norms",
    marks={"A1-2.2.3": 1.5},
    statement=r"""
A network has $K$ weight matrices, all $D\times D$, and no biases; activation functions and the loss
are left out of the account, and nothing is computed in place. For $N$ inputs, how many scalar
multiplications do the forward pass, the backward pass and the computation of the norms take, naively
(one example at a time, gradients formed and squared) and with the trick? What is the memory, in
$O$ notation? We add: how many multiplications does the trick save in all?
""",
    parts=(
        _cell(
            "T_forward",
            "forward pass, either way",
            "trick",
            "forward",
            N * K * D**2,
            mistakes=(
                Mistake(K * D**2, "this is for one example"),
                Mistake(
                    N * K * D, "a matrix times a vector takes D multiplications for each of D rows"
                ),
                Mistake(N * (K - 1) * D**2, "there are K - 1 hidden layers, but K weight matrices"),
            ),
        ),
        _cell(
            "T_backward_naive",
            "backward pass, naive",
            "naive",
            "backward",
            N * (2 * K - 1) * D**2,
            also_right=("N*K*D**2 + N*(K-1)*D**2",),
            alternatives=(Alternative(2 * N * K * D**2, ALSO_INPUT, "input-error"),),
            mistakes=(
                Mistake(
                    N * K * D**2,
                    "these are the gradients; the errors of the hidden layers come on top",
                ),
                Mistake(
                    N * (K - 1) * D**2, "these are the errors; the weight gradients come on top"
                ),
                Mistake((2 * K - 1) * D**2, "this is for one example"),
            ),
        ),
        _cell(
            "T_backward_trick",
            "backward pass, with the trick",
            "trick",
            "backward",
            N * (K - 1) * D**2,
            alternatives=(Alternative(N * K * D**2, ALSO_INPUT, "input-error"),),
            mistakes=(
                Mistake(N * (2 * K - 1) * D**2, "the trick needs no weight gradients"),
                Mistake((K - 1) * D**2, "a matrix-matrix product over the batch has N columns"),
            ),
        ),
        _cell(
            "T_norm_naive",
            "norms, naive",
            "naive",
            "norm",
            N * K * D**2,
            mistakes=(
                Mistake(K * D**2, "this is for one example"),
                Mistake(N * K * D, "each gradient has D^2 entries to square"),
                Mistake(
                    2 * N * K * D**2,
                    "squaring is one multiplication for each entry; adding is none",
                ),
            ),
        ),
        _cell(
            "T_norm_trick",
            "norms, with the trick",
            "trick",
            "norm",
            N * K * (2 * D + 1),
            alternatives=(
                Alternative(
                    2 * N * K * D,
                    "right if the one product of the two norms is left out",
                    "multiplications",
                ),
            ),
            mistakes=(
                Mistake(
                    N * K * D**2,
                    "this squares the entries of gradients that the trick does not form",
                ),
                Mistake(N * K * (D + 1), "both vectors are squared, the activation and the error"),
                Mistake(N * (2 * D + 1), "this is for one layer"),
            ),
        ),
        _memory_cell(
            "M_forward_naive",
            "forward pass, naive",
            "naive",
            "forward",
            alternatives=(Alternative(K * D, ONLY_ADDED, "memory"),),
            mistakes=(ALL_ACTIVATIONS, Mistake(D**2, "there are K weight matrices")),
        ),
        _memory_cell(
            "M_forward_trick",
            "forward pass, with the trick",
            "trick",
            "forward",
            also_right=("O(K*D*(N + D))",),
            alternatives=(Alternative(N * K * D, ONLY_ADDED, "memory"),),
            mistakes=(WHOLE_BATCH, NO_GRADIENTS),
        ),
        _memory_cell(
            "M_backward_naive",
            "backward pass, naive",
            "naive",
            "backward",
            mistakes=(
                ALL_GRADIENTS,
                ALL_ACTIVATIONS,
                Mistake(K * D, "the gradients have K D^2 entries"),
            ),
        ),
        _memory_cell(
            "M_backward_trick",
            "backward pass, with the trick",
            "trick",
            "backward",
            alternatives=(
                Alternative(N * K * D, ONLY_ADDED, "memory"),
                Alternative(N * D, f"{ONLY_ADDED}, if only the latest errors are kept", "memory"),
            ),
            mistakes=(WHOLE_BATCH, NO_GRADIENTS),
        ),
        _memory_cell(
            "M_norm_naive",
            "norms, naive",
            "naive",
            "norm",
            alternatives=(
                Alternative(
                    D**2, f"{ONLY_ADDED}, if one layer's squares are formed at a time", "memory"
                ),
            ),
            mistakes=(ALL_GRADIENTS, ALL_ACTIVATIONS),
        ),
        _memory_cell(
            "M_norm_trick",
            "norms, with the trick",
            "trick",
            "norm",
            alternatives=(Alternative(N * D + N * K, ONLY_ADDED, "memory"),),
            mistakes=(WHOLE_BATCH, NO_GRADIENTS),
        ),
        Part(
            name="saved",
            asks="multiplications that the trick saves, all phases together",
            form=COUNT,
            reference=N * K * (2 * D**2 - 2 * D - 1),
            truth=Truth(_saved, "the difference of the counts", 4),
            mistakes=(
                Mistake(
                    N * K * (D**2 - 2 * D - 1),
                    "besides the squares of the gradients their products are saved",
                ),
                Mistake(2 * N * K * D**2, "the trick has its own multiplications, N K (2 D + 1)"),
            ),
        ),
    ),
    model_answer=r"""
$T$: forward $NKD^2$ both ways. Backward: errors $N(K-1)D^2$ both ways, and naively the gradients
$NKD^2$ besides, so $N(2K-1)D^2$ against $N(K-1)D^2$. (With the error of the input too: $2NKD^2$, twice
the forward pass, against $NKD^2$.) Norms: $NKD^2$ squares against $NK(2D+1)$.
$M$, naive (one example at a time): parameters, one example's activations and gradients, so
$O(KD^2+KD)=O(KD^2)$ in every phase. With the trick: parameters, and activations and errors of the whole
batch, $O(KD^2+NKD)$ in every phase.
""",
    conventions=("multiplications", "input-error", "memory"),
)


# --- A1-2.3 -----------------------------------------------------------------------------------

O, Y, P = _size("O"), _size("Y"), _size("P")
x1, x2 = vector("x1", n, r"x_1"), vector("x2", n, r"x_2")
CONTRACTION = _Count(Domain((O, Y, P)), "a number of multiplications")


@cache
def _contraction(order: str) -> sympy.Expr:
    """Multiplications of a contraction as a polynomial in O, Y and P, through counts."""

    def count(O: int, Y: int, P: int) -> int:
        meter = Meter()
        shapes = ((O, Y), (Y, P), (P, Y), (Y, O))
        bp.ORDERS[order](*(meter.array(np.ones(shape)) for shape in shapes))
        return meter.multiplications

    return fitted_polynomial(count, {O: 2, Y: 2, P: 1})


def _contracted(order: str) -> Truth:
    return Truth(
        lambda point: _contraction(order).subs({size: point[size] for size in (O, Y, P)}),
        "the multiplications that instrumented code carried out, a polynomial through counts",
        3,
    )


def _threshold(point: Any) -> Any:
    difference = _contraction("inside-out, left") - _contraction("left to right")
    (positive,) = [root for root in sympy.solve(difference, Y) if root != 0]
    return positive.subs({O: point[O], P: point[P]})


def _first_beats_second(_: Any) -> str:
    """The rule that holds at all sizes up to 5, for outside-in against left-to-right."""
    rules = {
        "parameters": lambda o, y, p: p < y,
        "outputs": lambda o, y, p: o < y,
        "inner": lambda o, y, p: y < p,
        "never": lambda o, y, p: False,
    }
    sizes = [(o, y, p) for o in range(1, 6) for y in range(1, 6) for p in range(1, 6)]
    difference = sympy.lambdify(
        (O, Y, P), _contraction("outside-in") - _contraction("left to right")
    )
    holding = [
        key
        for key, rule in rules.items()
        if all((difference(*at) < 0) == rule(*at) for at in sizes)
    ]
    return holding[0] if len(holding) == 1 else "no rule"


def _same_costs(_: Any) -> str:
    same_outer = _contraction("left to right") == _contraction("right to left")
    same_inner = _contraction("inside-out, left") == _contraction("inside-out, right")
    return {(True, True): "both", (True, False): "b", (False, True): "c"}.get(
        (same_outer, same_inner), "neither"
    )


def _which_products(_: Any) -> str:
    """Try all four: a VJP takes v to M^T v, a JVP takes u to M u, of the two examples' Jacobians."""
    generator = np.random.default_rng(0)
    first, second = generator.standard_normal((2, 3, 5))  # df/dtheta, O = 3 and P = 5
    v = generator.standard_normal(3)
    wanted, holding = first @ second.T @ v, []
    for inner in ("vjp", "jvp"):
        for outer in ("vjp", "jvp"):
            try:
                middle = second.T @ v if inner == "vjp" else second @ v
                found = first.T @ middle if outer == "vjp" else first @ middle
            except ValueError:  # shapes that do not fit
                continue
            if found.shape == wanted.shape and np.allclose(found, wanted):
                holding.append(f"{inner}, {outer}")
    return holding[0] if len(holding) == 1 else "unclear"


class _Passes:
    """A function known by its products with vectors only; it counts them."""

    def __init__(self, jacobian: Any) -> None:
        self._jacobian = jacobian
        self.vjps = self.jvps = 0

    def vjp(self, v: Any) -> Any:
        self.vjps += 1
        return v @ self._jacobian

    def jvp(self, u: Any) -> Any:
        self.jvps += 1
        return self._jacobian @ u


def _passes(whole_jacobians: bool) -> Callable[[Any], ImmutableMatrix]:
    """Compute the inner product of Jacobians by products with vectors, and count them."""

    def value(point: Any) -> ImmutableMatrix:
        outputs, parameters = int(point[O]), 4
        # Sizes of drawn points may be huge; the count of a loop over unit vectors is linear.
        counts = {}
        for size in (1, 2, 3):
            jacobians = np.random.default_rng(size).integers(-4, 5, (2, size, parameters))
            first, second = _Passes(jacobians[0]), _Passes(jacobians[1])
            units = np.eye(size, dtype=int)
            if whole_jacobians:
                rows = [[f.vjp(unit) for unit in units] for f in (first, second)]
                kernel = np.array(rows[0]) @ np.array(rows[1]).T
            else:
                kernel = np.array([first.jvp(second.vjp(unit)) for unit in units]).T
            assert np.array_equal(kernel, jacobians[0] @ jacobians[1].T)
            counts[size] = (first.vjps + second.vjps, first.jvps + second.jvps)
        fitted = [sympy.interpolate([(s, c[k]) for s, c in counts.items()], O) for k in (0, 1)]
        return ImmutableMatrix([sympy.sympify(one).subs(O, outputs) for one in fitted])

    return value


def _inner_product_of_layer(point: Any) -> ImmutableMatrix:
    """M2 M3 for y = W x, the Jacobians written out by differentiating by every weight."""
    rows, columns = int(point[Y]), int(point[n])
    weights = sympy.Matrix(rows, columns, sympy.symbols(f"w:{rows * columns}"))
    jacobians = [(weights * point[example]).jacobian(list(weights)) for example in (x1, x2)]
    return ImmutableMatrix(jacobians[0] * jacobians[1].T)


outside = 2 * O * Y * P + O**2 * P
sideways = 2 * O * Y * P + O**2 * Y
inside = Y**2 * P + O * Y**2 + O**2 * Y

products = Question(
    ids=("A1-2.3",),
    chapter=CHAPTER,
    title="inner product of Jacobians by JVP and VJP",
    marks={"A1-2.3": 0},
    statement=r"""
For two examples with outputs $f_1,f_2\in\mathbb R^O$ and outputs $y_1,y_2\in\mathbb R^Y$ of a layer with
$P$ parameters $\theta$, consider

$$
\Theta_\theta(f_1,f_2)=\frac{\partial f_1}{\partial\theta}\Big(\frac{\partial f_2}{\partial\theta}\Big)^\top
=\underbrace{\frac{\partial f_1}{\partial y_1}}_{M_1}\underbrace{\frac{\partial y_1}{\partial\theta}}_{M_2}
\underbrace{\Big(\frac{\partial y_2}{\partial\theta}\Big)^\top}_{M_3}
\underbrace{\Big(\frac{\partial f_2}{\partial y_2}\Big)^\top}_{M_4}.
$$

How is it computed by Jacobian-vector and vector-Jacobian products? What does each order of contraction
cost: (a) outside-in, (b) left to right or right to left, (c) inside-out? *We count multiplications of
dense matrices, and ask besides which order wins when.*
""",
    parts=(
        Part(
            name="products",
            asks=r"$\Theta v$ for a vector $v\in\mathbb R^O$, from right to left, is",
            form=Choice(
                {
                    "vjp, jvp": "a VJP through the second example, then a JVP through the first",
                    "jvp, vjp": "a JVP through the second example, then a VJP through the first",
                    "vjp, vjp": "a VJP through the second example, then one through the first",
                    "jvp, jvp": "a JVP through the second example, then one through the first",
                }
            ),
            reference="vjp, jvp",
            truth=Truth(_which_products, "trying all four on matrices"),
            mistakes=(
                Mistake(
                    "jvp, vjp",
                    "v has one entry for each output, and a JVP takes one for each parameter; this order gives $J^\\top J$, the other product",
                ),
                Mistake("vjp, vjp", "the VJP returns P entries, and another takes O"),
                Mistake("jvp, jvp", "v has O entries, and a JVP takes P"),
            ),
        ),
        Part(
            name="passes_a",
            asks="VJPs and JVPs for (a), which forms both Jacobians $\\partial f/\\partial\\theta$, as [VJPs, JVPs]",
            form=Formula(Domain((O,)), "a vector of two numbers"),
            reference=ImmutableMatrix([2 * O, 0]),
            truth=Truth(_passes(True), "counting the products of a loop over unit vectors", 1),
            mistakes=(
                Mistake(ImmutableMatrix([O, O]), "that is (b); here no JVP is needed"),
                Mistake(
                    ImmutableMatrix([2, 0]), "one VJP gives one row of a Jacobian, which has O"
                ),
            ),
        ),
        Part(
            name="passes_b",
            asks="and for (b), from right to left",
            form=Formula(Domain((O,)), "a vector of two numbers"),
            reference=ImmutableMatrix([O, O]),
            truth=Truth(_passes(False), "counting the products of a loop over unit vectors", 1),
            mistakes=(
                Mistake(
                    ImmutableMatrix([2 * O, 0]),
                    "that is (a): the second half of each column is a JVP",
                ),
                Mistake(ImmutableMatrix([1, 1]), "one pair gives one column, and there are O"),
            ),
        ),
        Part(
            name="cost_a",
            asks="multiplications of (a) $(M_1M_2)(M_3M_4)$",
            form=CONTRACTION,
            reference=outside,
            truth=_contracted("outside-in"),
            mistakes=(
                Mistake(O * Y * P + O**2 * P, "both $M_1M_2$ and $M_3M_4$ have to be formed"),
                Mistake(
                    2 * O * Y * P + O**2 * Y,
                    "the last product runs over the P parameters: this is (b)",
                ),
                Mistake(2 * O * Y * P, "the product of the two Jacobians is missing"),
            ),
        ),
        Part(
            name="cost_b",
            asks="multiplications of (b) $((M_1M_2)M_3)M_4$",
            form=CONTRACTION,
            reference=sideways,
            truth=_contracted("left to right"),
            mistakes=(
                Mistake(
                    2 * O * Y * P + O**2 * P,
                    "the last product runs over Y, not over P: this is (a)",
                ),
                Mistake(2 * O * Y * P, "the last product, with $M_4$, is missing"),
                Mistake(O * Y * P + O**2 * Y, "the product with $M_3$ costs O Y P again"),
            ),
        ),
        Part(
            name="cost_c",
            asks="multiplications of (c) $(M_1(M_2M_3))M_4$",
            form=CONTRACTION,
            reference=inside,
            truth=_contracted("inside-out, left"),
            mistakes=(
                Mistake(Y**2 * P + 2 * O * Y**2, "the last product is O x Y times Y x O"),
                Mistake(Y * P**2 + O * Y * P + O**2 * Y, "$M_2M_3$ is Y x Y; it runs over P"),
                Mistake(
                    O * Y**2 + O**2 * Y, "forming $M_2M_3$ costs Y^2 P unless its structure is used"
                ),
            ),
        ),
        Part(
            name="directions",
            asks="do the two directions cost the same?",
            form=Choice(
                {
                    "both": "yes, in (b) and in (c)",
                    "b": "in (b) only",
                    "c": "in (c) only",
                    "neither": "no, in neither",
                }
            ),
            reference="both",
            truth=Truth(_same_costs, "the counts of all five orders"),
            mistakes=(
                Mistake("b", "in (c) both directions multiply O x Y by Y x Y and by Y x O once"),
                Mistake("c", "in (b) the shapes are the same read backwards"),
                Mistake("neither", "the product is its own mirror image, in shapes"),
            ),
        ),
        Part(
            name="a_or_b",
            asks="(a) costs less than (b) exactly if",
            form=Choice(
                {
                    "parameters": "P < Y: the layer has fewer parameters than outputs",
                    "inner": "Y < P: the layer has fewer outputs than parameters",
                    "outputs": "O < Y: the network has fewer outputs than the layer",
                    "never": "never",
                }
            ),
            reference="parameters",
            truth=Truth(_first_beats_second, "the counts at all sizes up to 5"),
            mistakes=(
                Mistake("inner", "(a) minus (b) is $O^2(P-Y)$, positive then"),
                Mistake("outputs", "(a) minus (b) is $O^2(P-Y)$: O does not decide its sign"),
                Mistake("never", "shared weights, as in a convolution, make P smaller than Y"),
            ),
        ),
        Part(
            name="b_or_c",
            asks="(c) costs less than (b) exactly if $Y$ is below",
            form=Formula(Domain((O, P)), "a number"),
            reference=2 * O * P / (O + P),
            truth=Truth(_threshold, "the root of the difference of the counts", 3),
            mistakes=(
                Mistake(O, "this is so only for P = O"),
                Mistake((O + P) / 2, "the mean of O and P that decides is the harmonic one"),
                Mistake(O * P / (O + P), "twice that: Y (O + P) < 2 O P"),
            ),
        ),
        Part(
            name="structure",
            asks="$M_2M_3$ for a layer $y=Wx$ with inputs $x_1,x_2\\in\\mathbb R^n$",
            form=Formula(Domain((n, Y, x1, x2), ({n: 2, Y: 2}, {n: 3, Y: 2})), "a Y x Y matrix"),
            reference=Trace(x1.T * x2) * Identity(Y),
            latex=r"M_2M_3 = (x_1^\top x_2)\,I_Y",
            truth=Truth(_inner_product_of_layer, "differentiating by every weight", 2),
            also_right=("dot(x1, x2) * eye(Y)",),
            mistakes=(
                Mistake(
                    Trace(x1.T * x2) * OneMatrix(Y, Y),
                    "different outputs share no weight: off the diagonal it is 0",
                ),
                Mistake(
                    Norm(x1) * Norm(x2) * Identity(Y),
                    "it is their inner product, which depends on the angle",
                ),
            ),
        ),
    ),
    model_answer=r"""
A VJP gives $v^\top\frac{\partial f}{\partial\theta}$, a JVP gives $\frac{\partial f}{\partial\theta}u$. (a) $O$
VJPs for each example give both Jacobians, then one product; (b) for each unit vector a VJP through the
second example and a JVP through the first. Costs: (a) $2OYP+O^2P$; (b) $2OYP+O^2Y$, either direction;
(c) $Y^2P+OY^2+O^2Y$, either direction. (a) beats (b) iff $P<Y$ (shared weights); (c) beats (b) iff
$Y<2OP/(O+P)$ (few layer outputs). For $y=Wx$, $M_2M_3=(x_1^\top x_2)I_Y$ and (c) needs only $n+O^2Y+O^2$.
With $O=1$, $f=J$ and $x_1=x_2$ this is the trick for gradient norms.
""",
    conventions=("multiplications",),
)

QUESTIONS = (graph, backward, naive, efficient, complexity, products)
