"""SGD on single examples and on mini-batches: where it ends (H2-1.1.1, A2-1.1.1)."""

from __future__ import annotations

import sympy

from hwcode.chapters.implicit_bias.questions.problem import (
    CHAPTER,
    WIDE,
    YES_NO,
    R,
    X,
    d,
    eta,
    from_start,
    n,
    t,
    tau,
    w,
    w0,
    x,
)
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Mistake,
    Part,
    Question,
    matrix,
    scalar,
    vector,
)

__all__ = ["QUESTIONS"]


b = scalar("b", integer=True, positive=True)
XB, tb = matrix("XB", b, d), vector("tB", b)
lmax = scalar("lmax", r"\lambda_{\max}", positive=True)

minimum_norm = X.T * (X * X.T).I * t


# --- H2-1.1.1 ---------------------------------------------------------------------------------


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
                Domain((n, d, x, w, tau), ({n: 2, d: 2}, {n: 3, d: 2}, {n: 2, d: 3}), True),
                "a column vector of d entries",
            ),
            reference=2 * (sympy.Trace(x.T * w) - tau) * x,
            latex=r"\nabla\mathcal L_i(w) = 2\,(x^\top w - t)\,x",
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
            form=Formula(Domain((n, d, X, t, w0), WIDE, d > n), "a column vector of d entries"),
            reference=from_start,
            latex=r"\hat w = w_0 + X^\top (XX^\top)^{-1}(t - Xw_0)",
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
            form=Formula(Domain((R,)), "a number", bound="<"),
            reference=1 / R**2,
            latex=r"\eta < \frac1{R^2}",
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
            mistakes=(
                Mistake(
                    "yes",
                    "rates with a finite sum stop the iterates anywhere: with 1/(4 (k+2)^2) half of the residual stays",
                ),
            ),
        ),
    ),
    hints=(
        "In which subspace does the gradient of one example lie?",
        "Show by induction that all iterates lie there. A subspace of finite dimension is closed, so the limit lies there too.",
        r"$\nabla\mathcal L_i(w)=2(x_i^\top w-t_i)\,x_i$ is a multiple of a row of $X$. So $\hat w=X^\top a$; put this into $X\hat w=t$.",
    ),
    beyond=(
        "gradient",
        "rank",
        "rate",
        "decreasing",
    ),
    result="Single examples move the weights along rows of $X$ only: SGD from zero ends at the minimum-norm solution.",
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
                Domain((b, d, XB, tb, w, eta), ({b: 1, d: 2}, {b: 2, d: 2}, {b: 2, d: 3}), True),
                "a column vector of d entries",
            ),
            reference=-2 * eta / b * XB.T * batch_residual,
            latex=r"-\frac{2\eta}{b} X_B^\top (X_B w - t_B)",
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
                Domain((n, d, X, t, w0), (*WIDE, {n: 3, d: 4}), d > n),
                "a column vector of d entries",
            ),
            reference=from_start,
            latex=r"\hat w = w_0 + X^\top (XX^\top)^{-1}(t - Xw_0)",
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
            form=Formula(Domain((b, lmax), ({b: 1}, {b: 2}, {b: 5}), True), "a number", bound="<"),
            reference=b / lmax,
            latex=r"\eta < \frac{b}{\lambda_{\max}}",
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
    hints=(
        "A mini-batch gradient is a mean of which vectors?",
        r"Repeat the argument for single examples: row space, induction, closedness. Then use $X\hat w=t$.",
        r"A step changes $w$ by $-\frac{2\eta}bX_B^\top(X_Bw-t_B)$, a combination of rows of $X$. So $\hat w=X^\top a$ for some $a$.",
    ),
    beyond=(
        "step",
        "drawing",
        "rate",
    ),
    result="The same for mini-batches, however they are drawn.",
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
