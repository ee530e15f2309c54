"""A1-2.1.2: the backward pass of a gated network."""

from __future__ import annotations

from typing import Any

from sympy import Integer
from sympy.matrices.expressions import HadamardPower, HadamardProduct, OneMatrix

from hwcode.chapters.backpropagation.questions.network import (
    CASES,
    W1,
    W2,
    W3,
    W4,
    N,
    Sbar,
    draw_network,
    et,
    gbar,
    h1,
    h1bar,
    h2,
    h2bar,
    m,
    y,
    ybar,
    yp,
    ypbar,
    z1,
    z1bar,
    z2,
    z2bar,
)
from hwcode.chapters.backpropagation.questions.problem import CHAPTER
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Follows,
    Formula,
    Mistake,
    Number,
    Part,
    Question,
)
from hwcode.checking.nodes import ENTRYWISE

__all__ = ["QUESTIONS"]


def _line(*symbols: Any) -> Formula:
    # Entries of a drawn network are quotients of polynomials in the numbers drawn, of degree at
    # most 4 over a common denominator of degree at most 8.
    domain = Domain(symbols, CASES, True, draw=draw_network, draw_degree=16)
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


def _put_together(y_error: Any, g: Any, one: Any, two: Any, z1_: Any, z2_: Any, x_: Any) -> Any:
    """The error of x from the answers to the parts before it, each put into the next."""
    # yp - et or another form of it: in forward values once its own error is put in.
    y_error = y_error.xreplace({ypbar: -_times(et, HadamardPower(yp, -1))})
    g = g.xreplace({ybar: y_error})
    first = z1_.xreplace({h1bar: one.xreplace({gbar: g})})
    second = z2_.xreplace({h2bar: two.xreplace({gbar: g})})
    return x_.xreplace({z1bar: first, z2bar: second, ybar: y_error})


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
and what to do at the kink of the ReLU. (Type `hadamard(a, b)` for $a\circ b$, `step(z)` for
$\operatorname{ReLU}'(z)$, `dsoftmax(y)` for $\operatorname{softmax}'(y)$, `ones(m)` for $\mathbf 1$.)
""",
    parts=(
        Part(
            name="S",
            asks=r"$\overline S=\partial J/\partial S$",
            form=Number(what="a number"),
            reference=Integer(-1),
            latex=r"\overline S = -1",
            mistakes=(Mistake(Integer(1), "J = -S: the loss is minus the log-likelihood"),),
        ),
        Part(
            name="yp",
            asks=r"$\overline{y'}$ from $\overline S$, $y'$ and $e_t$",
            form=_line(N, yp, et, Sbar),
            reference=Sbar * _times(et, HadamardPower(yp, -1)),
            latex=r"\overline{y'} = \overline S\;e_t\oslash y'",
            also_right=("-divide(et, yp)", "-et / (et.T @ yp)", "Sbar * inv(diag(yp)) @ et"),
            alternatives=(
                Alternative(
                    -_times(et, HadamardPower(yp, -1)), r"with the value of $\overline S$ put in"
                ),
            ),
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
            latex=r"\bar y = y' - e_t",
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
            also_right=("hadamard(h1bar, step(h1))", "diag(step(z1)) @ h1bar"),
            mistakes=(
                Mistake(h1bar, "units that are off pass no error on"),
                Mistake(
                    _times(h1bar, h1), "this multiplies by the ReLU's value, not by its derivative"
                ),
                Mistake(
                    h1bar.applyfunc(ENTRYWISE["relu"]),
                    "the sign of $z_1$ decides what passes, not the sign of the error",
                ),
            ),
        ),
        Part(
            name="z2",
            asks=r"$\bar z_2$ from $\bar h_2$",
            form=_line(m, h2bar, z2, h2),
            reference=_times(h2bar, h2 - _times(h2, h2)),
            latex=r"\bar z_2 = \bar h_2\circ\sigma'(z_2) = \bar h_2\circ h_2\circ(\mathbf 1-h_2)",
            also_right=(
                "hadamard(h2bar, hadamard(h2, ones(m) - h2))",
                "hadamard(h2bar, hadamard(sigmoid(z2), sigmoid(-z2)))",
            ),
            mistakes=(
                Mistake(_times(h2bar, h2), "$\\sigma'=\\sigma(1-\\sigma)$: a factor is missing"),
                Mistake(
                    _times(h2bar, OneMatrix(m, 1) - _times(h2, h2)),
                    "$1-h^2$ is the derivative of tanh",
                ),
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
            also_right=("(z1bar.T @ W1 + z2bar.T @ W2 + ybar.T @ W4).T",),
            mistakes=(
                Mistake(
                    W1.T * z1bar + W2.T * z2bar,
                    "the third path, through the skip connection, is missing",
                ),
                Mistake(W1.T * z1bar, "only the path through $z_1$ is followed back"),
                Mistake(W4.T * ybar, "only the skip connection is followed back"),
                Mistake(
                    z1bar.T * W1 + z2bar.T * W2 + ybar.T * W4,
                    "this is $\\partial J/\\partial x$, a row; the error is its transpose",
                ),
            ),
        ),
        Part(
            name="whole",
            follows=Follows(("y", "g", "h1", "h2", "z1", "z2", "x"), _put_together),
            asks=r"$\bar x$ in forward values, weights and $e_t$ alone",
            form=_line(m, W1, W2, W3, W4, z1, h1, h2, yp, et),
            reference=whole,
            latex=r"""
\begin{aligned}
W^{(1)\top}&\big((W^{(3)\top}(y'-e_t))\circ h_2\circ\operatorname{step}(z_1)\big)
+W^{(4)\top}(y'-e_t)\\
&{}+W^{(2)\top}\big((W^{(3)\top}(y'-e_t))\circ h_1\circ h_2\circ(\mathbf 1-h_2)\big)
\end{aligned}
""",
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
    hints=(
        "Go through the graph from $J$ back to $x$; each error is a sum over the arrows that leave its node.",
        r"For $b=Wa$ the rule is $\bar a=W^\top\bar b$; for an entrywise $b=\phi(a)$ it is $\bar a=\phi'(a)\circ\bar b$; for a product $g=h_1\circ h_2$ each factor gets the other one.",
        r"$\bar S=-1$ and $\bar g=W^{(3)\top}\bar y$. For $\bar x$, add one term for each of its three arrows.",
    ),
    beyond=(
        "whole",
        "kink",
    ),
    result=r"One error for each quantity, from the end to the start; $\bar y=y'-e_t$, and $\bar x$ has one term for each arrow out of $x$.",
    model_answer=r"""
$\bar J=1$, $\bar S=-1$, $\overline{y'}=-e_t\oslash y'$ (only entry $t$ is not 0),
$\bar y=\operatorname{softmax}'(y)^\top\overline{y'}=y'-e_t$, $\bar g=W^{(3)\top}\bar y$,\
$\bar h_1=\bar g\circ h_2$, $\bar h_2=\bar g\circ h_1$,
$\bar z_1=\bar h_1\circ\operatorname{ReLU}'(z_1)$, $\bar z_2=\bar h_2\circ\sigma'(z_2)=\bar h_2\circ h_2\circ(1-h_2)$,\
$\bar x=W^{(1)\top}\bar z_1+W^{(2)\top}\bar z_2+W^{(4)\top}\bar y$: one term for each edge out of $x$.
""",
    conventions=("layout", "label", "kink"),
)

QUESTIONS = (backward,)
