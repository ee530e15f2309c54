"""Section 2.2 of the homework, 2.1 of the assignment: one step of gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import ImmutableMatrix, Rational
from sympy.matrices.expressions import Identity

from hwcode.checking import (
    Choice,
    Domain,
    Formula,
    Mistake,
    Norm,
    Part,
    Question,
    Truth,
    scalar,
)
from hwcode.checking.expressions import UndefinedError
from hwcode.questions.learning_rate.problem import (
    CHAPTER,
    FACTOR,
    GRAM,
    LINE,
    ONE_STEP,
    SPECTRAL,
    TARGET,
    WHEN,
    ZERO,
    Case,
    X,
    a,
    at_least,
    condition,
    descended,
    eta,
    line_best,
    lmax,
    lmin,
    loss_after_steps,
    n,
    problem_domain,
    rate_polynomial,
    small_cases,
    small_problems,
    t,
    w0,
)
from hwcode.rate_polynomials import loss_polynomial, weights_in_rate

__all__ = ["QUESTIONS"]

p, q = scalar("p"), scalar("q")

# --- H2-2.2.1, A2-2.1.1 -----------------------------------------------------------------------

first = w0 - 2 * eta / n * X.T * a
one_step_loss = Norm(FACTOR * a) ** 2 / n
one_step = Question(
    ids=("H2-2.2.1", "A2-2.1.1"),
    chapter=CHAPTER,
    title="the loss after one step as a function of the rate",
    marks={"H2-2.2.1": 0, "A2-2.1.1": 8},
    statement=r"""
One step of gradient descent on $L(w)=\frac1n\lVert Xw-t\rVert^2$ from $w_0$ at rate $\eta$. Write down
$w_1$, and the loss $L_1=L(w_1)$ as a function of $\eta$. With $a=Xw_0-t$ it becomes short.
""",
    parts=(
        Part(
            name="weights",
            asks="$w_1$",
            form=Formula(problem_domain(ONE_STEP, eta), "a column vector of d entries"),
            reference=first,
            latex=r"w_1 = w_0 - \frac{2\eta}n X^\top (Xw_0-t) = w_0 - \frac{2\eta}n X^\top a",
            truth=Truth(
                lambda point: descended(point, 1), "a step along the derivatives of the loss", 5
            ),
            also_right=(
                "w0 - 2*eta/n * X.T @ (X @ w0 - t)",
                "(eye(d) - 2*eta/n * X.T @ X) @ w0 + 2*eta/n * X.T @ t",
            ),
            mistakes=(
                Mistake(w0 + 2 * eta / n * X.T * a, "descent goes against the gradient"),
                Mistake(w0 - 2 * eta * X.T * a, "the loss is a mean: 1/n is missing", "mean"),
                Mistake(w0 - eta / n * X.T * a, "the square brings down a factor 2", "half"),
                Mistake(
                    w0 - 2 * eta / n * X.T * t, "the gradient depends on the weights: X w0 - t"
                ),
            ),
        ),
        Part(
            name="loss",
            asks="$L_1$",
            form=Formula(problem_domain(ONE_STEP, eta), "a number"),
            reference=one_step_loss,
            latex=r"L_1 = \frac1n\left\lVert\left(I-\frac{2\eta}n XX^\top\right)a\right\rVert^2",
            truth=Truth(loss_after_steps, "the loss after a step along its derivatives", 10),
            also_right=(
                "norm(X @ (w0 - 2*eta/n*X.T@(X@w0 - t)) - t)**2 / n",
                "(a.T@a - 4*eta/n*norm(X.T@a)**2 + 4*eta**2/n**2*norm(X@X.T@a)**2)/n",
                "a.T @ (eye(n) - 2*eta/n*X@X.T)**2 @ a / n",
            ),
            mistakes=(
                Mistake(Norm(FACTOR * a) ** 2, "the loss is a mean: 1/n is missing", "mean"),
                Mistake(
                    Norm((Identity(n) - eta / n * GRAM) * a) ** 2 / n,
                    "the gradient's factor 2 is missing",
                    "half",
                ),
                Mistake(
                    sympy.Trace(a.T * FACTOR * a) / n,
                    "the squared norm is a^T (...)^2 a: the matrix is squared too",
                ),
                Mistake(
                    Norm((Identity(n) + 2 * eta / n * GRAM) * a) ** 2 / n,
                    "the step goes against the gradient, so the residual shrinks at first",
                ),
            ),
        ),
    ),
    model_answer=r"""
$\nabla L(w_0)=\frac2nX^\top(Xw_0-t)=\frac2nX^\top a$, so $w_1=w_0-\frac{2\eta}nX^\top a$. Then
$Xw_1-t=a-\frac{2\eta}nXX^\top a$ and
$L_1=\frac1n\lVert(I-\frac{2\eta}nXX^\top)a\rVert^2=\frac1n\big(\lVert a\rVert^2-\frac{4\eta}n\lVert
X^\top a\rVert^2+\frac{4\eta^2}{n^2}\lVert XX^\top a\rVert^2\big)$, a quadratic in $\eta$.
""",
    conventions=("mean", "half"),
)


# --- H2-2.2.2, A2-2.1.2: conditions, decided on every small case --------------------------------


second_of_one = 8 * Norm(GRAM * a) ** 2 / n**3
convex_once = Question(
    ids=("H2-2.2.2", "A2-2.1.2"),
    chapter=CHAPTER,
    title="is the loss after one step convex in the rate?",
    marks={"H2-2.2.2": 1, "A2-2.1.2": 0},
    statement=r"""
Is $L_1$ convex as a function of $\eta$? *We ask for the exact condition of each word: convex, strictly
convex, strongly convex (on the whole line), with $a=Xw_0-t$.*
""",
    parts=(
        Part(
            name="second",
            asks=r"the second derivative of $L_1$ in $\eta$",
            form=Formula(problem_domain(ONE_STEP), "a number"),
            reference=second_of_one,
            latex=r"\frac{d^2L_1}{d\eta^2} = \frac8{n^3}\lVert XX^\top a\rVert^2",
            truth=Truth(
                lambda point: rate_polynomial(point).diff().diff().eval(0),
                "the second derivative of the loss as a polynomial in the rate",
                10,
            ),
            also_right=("2/n * norm(-2/n * X@X.T@a)**2", "8/n**3 * a.T @ X@X.T @ X@X.T @ a"),
            mistakes=(
                Mistake(
                    8 * Norm(GRAM * a) ** 2 / n**2, "the loss is a mean: 1/n is missing", "mean"
                ),
                Mistake(
                    4 * Norm(GRAM * a) ** 2 / n**3, "differentiating the square gives a factor 2"
                ),
                Mistake(
                    8 * Norm(X.T * a) ** 2 / n**3, "the residual changes by X X^T a, not by X^T a"
                ),
            ),
        ),
        Part(
            name="convex",
            asks="$L_1$ is convex",
            form=WHEN,
            reference="always",
            truth=condition(at_least("convex", "one")),
            mistakes=(
                Mistake("slope", "without it $L_1$ is constant, and a constant is convex"),
                Mistake("regular", "the second derivative is a square whatever the data"),
                Mistake("never", "a parabola that opens upwards is convex"),
            ),
        ),
        Part(
            name="strict",
            asks="$L_1$ is strictly convex",
            form=WHEN,
            reference="slope",
            truth=condition(at_least("strictly convex", "one")),
            mistakes=(
                Mistake("always", "if $w_0$ is stationary, no step is taken and $L_1$ is constant"),
                Mistake(
                    "residual",
                    "two equal examples with targets 1 and -1, from zero: a is not 0, X^T a is, and $L_1$ is constant",
                ),
                Mistake(
                    "regular",
                    "it is neither needed nor enough: a may lie outside the kernel, or be 0",
                ),
            ),
        ),
        Part(
            name="strong",
            asks="$L_1$ is strongly convex",
            form=WHEN,
            reference="slope",
            truth=condition(at_least("strongly convex", "one")),
            mistakes=(
                Mistake(
                    "never", "the second derivative of a parabola is constant, hence bounded below"
                ),
                Mistake(
                    "two",
                    "that is the condition from two steps on; one step gives a parabola, which is strongly convex unless it is flat",
                ),
                Mistake("always", "a constant is not strongly convex"),
            ),
        ),
    ),
    model_answer=r"""
$\frac{d^2L_1}{d\eta^2}=\frac8{n^3}\lVert XX^\top a\rVert^2\ge0$ for all data, so $L_1$ is always
convex. It is a parabola, strictly and even strongly convex, exactly if $XX^\top a\ne0$; and since
$XX^\top a=0$ gives $\lVert X^\top a\rVert^2=a^\top XX^\top a=0$, exactly if $X^\top a\ne0$, that is, if
$w_0$ is not stationary. Otherwise $L_1=L_0$ for every $\eta$.
""",
    conventions=("mean",),
)


# --- H2-2.2.3, A2-2.1.3 -----------------------------------------------------------------------


def _best_rate(point: Any) -> Any:
    """Where the derivative of the loss, a polynomial in the rate, vanishes."""
    slope = rate_polynomial(point).diff()
    if slope.degree() < 1:
        raise UndefinedError("the start is stationary: every rate is as good")
    (root,) = sympy.roots(slope)
    return root


def _extreme_rate(largest: bool) -> Callable[[Any], Any]:
    """The best rate when a share s of a lies along lmin and the rest along lmax; its extreme."""

    def extreme(point: Any) -> Any:
        s, rate = sympy.Symbol("s"), sympy.Symbol("rate")
        loss = (
            s * (1 - 2 * rate * point[lmin] / point[n]) ** 2
            + (1 - s) * (1 - 2 * rate * point[lmax] / point[n]) ** 2
        )
        (best,) = sympy.solve(sympy.diff(loss, rate), rate)
        turning = sympy.Poly(sympy.numer(sympy.cancel(sympy.diff(best, s))), s)
        assert turning.count_roots(0, 1) == 0, "the best rate is not monotone in the share"
        ends = [best.subs(s, 0), best.subs(s, 1)]
        return max(ends) if largest else min(ends)

    return extreme


def _without_slope(_: Any) -> str:
    """Two equal examples with targets 1 and -1, from zero: the loss in the rate."""
    data, targets = ImmutableMatrix([[1, 1], [1, 1]]), ImmutableMatrix([1, -1])
    weights = weights_in_rate(data, targets, ImmutableMatrix([0, 0]), 1)
    loss = loss_polynomial(data, targets, weights)
    return "all" if loss.degree() <= 0 else "one"


slope_of_one = 8 * eta * Norm(GRAM * a) ** 2 / n**3 - 4 * Norm(X.T * a) ** 2 / n**2
optimum = n * Norm(X.T * a) ** 2 / (2 * Norm(GRAM * a) ** 2)
best_once = Question(
    ids=("H2-2.2.3", "A2-2.1.3"),
    chapter=CHAPTER,
    title="the optimal rate for one step",
    marks={"H2-2.2.3": 1, "A2-2.1.3": 4},
    statement=r"""
Write down $dL_1/d\eta$ and find the rate $\eta^*$ that minimises the loss after one step. *We add:
between which bounds does $\eta^*$ lie, and what if the derivative is the same for every $\eta$?*
""",
    parts=(
        Part(
            name="derivative",
            asks=r"$dL_1/d\eta$",
            form=Formula(problem_domain(ONE_STEP, eta), "a number"),
            reference=slope_of_one,
            latex=r"\frac{dL_1}{d\eta} = \frac{8\eta}{n^3}\lVert XX^\top a\rVert^2 - \frac4{n^2}\lVert X^\top a\rVert^2",
            truth=Truth(
                lambda point: rate_polynomial(point).diff().eval(point[eta]),
                "the derivative of the loss as a polynomial in the rate",
                10,
            ),
            also_right=(
                "-4/n**2 * a.T @ X@X.T @ (eye(n) - 2*eta/n*X@X.T) @ a",
                "(2*eta*norm(-2/n*X@X.T@a)**2 + 2*a.T@(-2/n*X@X.T)@a)/n",
            ),
            mistakes=(
                Mistake(
                    8 * eta * Norm(GRAM * a) ** 2 / n**2 - 4 * Norm(X.T * a) ** 2 / n,
                    "the loss is a mean: 1/n is missing",
                    "mean",
                ),
                Mistake(
                    8 * eta * Norm(GRAM * a) ** 2 / n**3 + 4 * Norm(X.T * a) ** 2 / n**2,
                    "at eta = 0 the loss falls: its derivative is minus the squared norm of the gradient",
                ),
                Mistake(
                    2 * sympy.Trace(a.T * FACTOR * a) / n,
                    r"the inner derivative $-\frac2nXX^\top$ is missing",
                ),
                Mistake(
                    sympy.Trace(a.T * GRAM * a) - 2 * eta / n * sympy.Trace(a.T * GRAM * GRAM * a),
                    r"it vanishes at the right rate, but is $-\frac{n^2}4$ times the derivative: only an equation with right side 0 may be divided by a factor",
                ),
            ),
        ),
        Part(
            name="rate",
            asks=r"$\eta^*$, if $X^\top a\ne0$",
            form=Formula(problem_domain(ONE_STEP), "a number"),
            reference=optimum,
            latex=r"\eta^* = \frac n2\,\frac{\lVert X^\top a\rVert^2}{\lVert XX^\top a\rVert^2}",
            truth=Truth(_best_rate, "the root of the derivative of the loss in the rate", 14),
            also_right=(
                "n/2 * (a.T@X@X.T@a) / (a.T@X@X.T@X@X.T@a)",
                "-(a.T@(-2/n*X@X.T)@a) / norm(-2/n*X@X.T@a)**2",
                "n/2 * norm(X.T@(X@w0-t))**2 / norm(X@X.T@(X@w0-t))**2",
            ),
            mistakes=(
                Mistake(
                    Norm(X.T * a) ** 2 / (2 * Norm(GRAM * a) ** 2),
                    "the curvature has a factor 1/n that the slope has not",
                    "mean",
                ),
                Mistake(
                    n * Norm(X.T * a) ** 2 / Norm(GRAM * a) ** 2,
                    "twice the best rate: there the loss is back where it was",
                    "half",
                ),
                Mistake(
                    n * Norm(a) ** 2 / (2 * Norm(X.T * a) ** 2),
                    "one X^T too few on both sides",
                ),
                Mistake(
                    n * Norm(X.T * a) / (2 * Norm(GRAM * a)),
                    "the norms are squared",
                ),
            ),
        ),
        Part(
            name="lower",
            asks=r"the largest lower bound of $\eta^*$ over all residuals $a$ (`lmax`, `lmin`: the largest and the smallest eigenvalue of $XX^\top$ other than 0)",
            form=Formula(SPECTRAL, "a number"),
            reference=n / (2 * lmax),
            latex=r"\eta^* \ge \frac{n}{2\lambda_{\max}}",
            truth=Truth(_extreme_rate(largest=False), "the least best rate over two eigenvalues"),
            mistakes=(
                Mistake(sympy.S.Zero, "a bound, but not the largest: the curvature is bounded"),
                Mistake(n / lmax, "half of this is reached where a lies along lmax"),
                Mistake(1 / (2 * lmax), "the Hessian is 2/n X^T X", "mean"),
                Mistake(n / (2 * lmin), "this is the upper bound: a flat direction allows more"),
            ),
        ),
        Part(
            name="upper",
            asks=r"the least upper bound of $\eta^*$",
            form=Formula(SPECTRAL, "a number"),
            reference=n / (2 * lmin),
            latex=r"\eta^* \le \frac{n}{2\lambda_{\min}}",
            truth=Truth(_extreme_rate(largest=True), "the largest best rate over two eigenvalues"),
            mistakes=(
                Mistake(
                    n / lmax,
                    "this bounds the rates that can be used for many steps; one step may be longer",
                ),
                Mistake(
                    n / (lmin + lmax),
                    "this is the best rate for many steps; a may lie along lmin alone",
                ),
                Mistake(n / (2 * lmax), "this is the lower bound: a steep direction allows less"),
            ),
        ),
        Part(
            name="stationary",
            asks=r"which rates are optimal if $X^\top a=0$?",
            form=Choice({"all": "all", "zero": "only 0", "none": "none", "one": "one other"}),
            reference="all",
            truth=Truth(
                _without_slope, "the exact loss for two equal examples with opposite targets"
            ),
            mistakes=(
                Mistake(
                    "none",
                    "the loss does not depend on the rate, so every rate attains the minimum",
                ),
                Mistake("zero", "no step is taken at any rate, as the gradient is 0"),
            ),
        ),
    ),
    model_answer=r"""
$\frac{dL_1}{d\eta}=-\frac4{n^2}\lVert X^\top a\rVert^2+\frac{8\eta}{n^3}\lVert XX^\top a\rVert^2$. If
$X^\top a\ne0$, $L_1$ is a parabola that opens upwards and its only minimum is where this vanishes:
$\eta^*=\frac n2\,\frac{\lVert X^\top a\rVert^2}{\lVert XX^\top a\rVert^2}$. With $u=X^\top a$ that is
$\frac n2$ over the Rayleigh quotient $u^\top X^\top Xu/u^\top u$, so
$\frac n{2\lambda_{\max}}\le\eta^*\le\frac n{2\lambda_{\min}}$ ($\lambda_{\min}$: the smallest eigenvalue
other than 0). If $X^\top a=0$ every $\eta$ is optimal.
""",
    conventions=("mean", "half"),
)


# --- H2-2.2.4 ---------------------------------------------------------------------------------


def _nearest_on_line(point: Any) -> ImmutableMatrix:
    """The point of the line of minimisers nearest to a start: least squares along the line."""
    s = sympy.Symbol("s", real=True)
    squared = (s - point[p]) ** 2 + (3 - s - point[q]) ** 2
    (best,) = sympy.solve(sympy.diff(squared, s), s)
    return ImmutableMatrix([best, 3 - best])


def _walk(_: Any) -> str:
    """One step at the best rate: does it end on the line of minimisers, at right angles to it?"""
    best = line_best(1)
    step = ImmutableMatrix([w.eval(best) for w in weights_in_rate(LINE, TARGET, ZERO, 1)])
    ends_on_line = (LINE * step - TARGET)[0] == 0
    right_angle = step.dot(ImmutableMatrix([1, -1])) == 0
    return "straight" if ends_on_line and right_angle else "other"


def _compared(_: Any) -> str:
    """The step at the best rate, and the solution of least norm."""
    step = ImmutableMatrix([w.eval(line_best(1)) for w in weights_in_rate(LINE, TARGET, ZERO, 1)])
    if (LINE * step - TARGET)[0] != 0:
        return "short"
    return "same" if step == LINE.T * (LINE * LINE.T).inv() * TARGET else "other"


REACHING: dict[str, tuple[str, Callable[[Case], bool]]] = {
    "always": ("always", lambda case: True),
    "regular": (r"$XX^\top$ is invertible", lambda case: case.regular),
    "single": (
        r"$a$ has parts along at most one eigenvalue of $XX^\top$ other than 0",
        lambda case: case.excited <= 1,
    ),
    "fit": ("some weights reach loss 0", lambda case: case.fit),
}


def _reaching(_: Any) -> str:
    """Which condition fits all small problems: is the least loss after one step the least of all?"""
    reached = []
    for data, residual in small_problems():
        loss = loss_polynomial(data, -residual, weights_in_rate(data, -residual, ZERO, 1))
        least = (
            loss.eval(0) if loss.degree() < 1 else loss.eval(sympy.solve(loss.diff().as_expr())[0])
        )
        columns = sympy.GramSchmidt([data[:, j] for j in data.rref()[1]])
        rest = residual
        for column in columns:
            rest = rest - column * (column.dot(residual) / column.dot(column))
        reached.append(least == rest.dot(rest) / 2)
    (key,) = (
        key
        for key, (_text, claim) in REACHING.items()
        if [claim(case) for case in small_cases()] == reached
    )
    return key


plane = Question(
    ids=("H2-2.2.4",),
    chapter=CHAPTER,
    title="the 2-D case: rate, step, trajectory",
    marks={"H2-2.2.4": 0},
    statement=r"""
The running example: one data point $x=(1,1)$ with target $t=3$, start $w_0=0$. Find $\eta^*$, the
weights $w_1$ that it leads to, compare them with what gradient descent finds in the end
([](#a1-1.3.2)), and describe the trajectory. *We add: what does the step do from any other start, and
for which data does one step suffice?*
""",
    parts=(
        Part(
            name="rate",
            asks=r"$\eta^*$",
            form=Formula(what="a number"),
            reference=Rational(1, 4),
            truth=Truth(
                lambda _: line_best(1), "the root of the derivative of the loss in the rate"
            ),
            mistakes=(
                Mistake(
                    Rational(1, 2), "there the step overshoots to (3, 3) and the loss is 9 again"
                ),
                Mistake(Rational(1, 8), "there the step ends half-way, at (3/4, 3/4)"),
                Mistake(Rational(-1, 4), "a negative rate climbs"),
            ),
        ),
        Part(
            name="weights",
            asks="$w_1$",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([Rational(3, 2), Rational(3, 2)]),
            truth=Truth(
                lambda _: ImmutableMatrix(
                    [w.eval(line_best(1)) for w in weights_in_rate(LINE, TARGET, ZERO, 1)]
                ),
                "the step at the root of the derivative",
            ),
            mistakes=(
                Mistake(ImmutableMatrix([3, 3]), "the prediction there is 6"),
                Mistake(
                    ImmutableMatrix([1, 2]),
                    "it lies on the line, but no step along (1, 1) leads there",
                ),
                Mistake(
                    ImmutableMatrix([6, 6]), "this is minus the gradient, not yet times the rate"
                ),
            ),
        ),
        Part(
            name="compared",
            asks="compared with where gradient descent from zero ends, $w_1$ is",
            form=Choice(
                {
                    "same": "the same point, the minimum-norm solution",
                    "other": "another point of the line of minimisers",
                    "short": "on the way there",
                }
            ),
            reference="same",
            truth=Truth(_compared, r"the exact step, and $X^\top(XX^\top)^{-1}t$"),
            mistakes=(
                Mistake("short", "its loss is 0"),
                Mistake("other", "from zero every step is a multiple of (1, 1)"),
            ),
        ),
        Part(
            name="trajectory",
            asks="the trajectory",
            form=Choice(
                {
                    "straight": "one straight step along (1, 1), at right angles to the line of minimisers, which ends on it",
                    "halving": "steps along (1, 1), each half of what is left",
                    "sliding": "one step to the line of minimisers, then along it",
                }
            ),
            reference="straight",
            truth=Truth(_walk, "the exact step"),
            mistakes=(
                Mistake("halving", "that is what the rate 1/8 does"),
                Mistake("sliding", "on the line the gradient is 0, so nothing moves along it"),
            ),
        ),
        Part(
            name="start",
            asks="$w_1$ from another start $(p,q)$ at the same rate",
            form=Formula(Domain((p, q)), "a vector of two numbers"),
            reference=ImmutableMatrix([(p - q + 3) / 2, (q - p + 3) / 2]),
            truth=Truth(
                _nearest_on_line, "the point of the line of minimisers nearest to the start", 4
            ),
            also_right=("[p, q] + (3 - p - q)/2 * [1, 1]",),
            mistakes=(
                Mistake(
                    ImmutableMatrix([Rational(3, 2), Rational(3, 2)]),
                    "what the start has along the line, p - q, is not touched",
                ),
                Mistake(
                    ImmutableMatrix([p + Rational(3, 2), q + Rational(3, 2)]),
                    "the step depends on the residual at the start, p + q - 3",
                ),
            ),
        ),
        Part(
            name="reach",
            asks="in general, one step at the best rate ends at a minimiser exactly if",
            form=Choice({key: text for key, (text, _) in REACHING.items()}),
            reference="single",
            truth=Truth(
                _reaching,
                "the only option that fits all of 180 small problems (the proof is in the text)",
            ),
            mistakes=(
                Mistake("always", "with two curvatures no rate removes both components at once"),
                Mistake("regular", "diag(1, 3) is invertible, and one step does not suffice"),
                Mistake("fit", "a fit may exist and lie along two curvatures"),
            ),
        ),
    ),
    model_answer=r"""
$a=-3$, $X^\top a=(-3,-3)$, $XX^\top a=-6$: $\eta^*=\frac12\cdot\frac{18}{36}=\frac14$. The gradient at
zero is $(-6,-6)$, so $w_1=(\frac32,\frac32)$: the minimum-norm solution, reached in one step, which runs
along $(1,1)$, at right angles to the line $w_1+w_2=3$, and ends on it. From any start this step is the
orthogonal projection on the line.
""",
)


QUESTIONS = (one_step, convex_once, best_once, plane)
