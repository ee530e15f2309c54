"""The questions of the chapter on accelerated logistic regression."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix
from sympy.matrices.expressions import DiagMatrix, Identity
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Method,
    Mistake,
    Number,
    Numbers,
    Part,
    Question,
    Truth,
    matrix,
    scalar,
    vector,
)
from hwcode.training.experiment import Record

__all__ = ["QUESTIONS"]

CHAPTER = "logistic_regression"

n = scalar("n", integer=True, positive=True)
d = scalar("d", integer=True, positive=True)
lam = scalar("lam", r"\lambda", positive=True)
lmin = scalar("lmin", r"\lambda_{\min}", positive=True)
lmax = scalar("lmax", r"\lambda_{\max}", positive=True)
eta, mu = scalar("eta", positive=True), scalar("mu", positive=True)
beta, kappa, s = (
    scalar("beta", positive=True),
    scalar("kappa", positive=True),
    scalar("s", positive=True),
)
X, w, p = matrix("X", n, d), vector("w", d), vector("p", n)

EXTREME = {
    f"{name}{end}": f"l{end}" for end in ("min", "max") for name in ("lambda_", "lam_", "lam")
}
"""Other spellings of the extreme eigenvalues."""


@cache
def _record() -> Record:
    from hwcode.experiments.logistic_regression import STUDY
    from hwcode.training.experiment import load

    return load(STUDY)


def _recorded(metric: str) -> sympy.Integer:
    return sympy.Integer(int(_record().metric(metric)[0]))


# --- P4-1a ------------------------------------------------------------------------------------

data = Question(
    ids=("P4-1a",),
    chapter=CHAPTER,
    title="MNIST zeros and ones",
    marks={"P4-1a": 0},
    statement=r"""
Take all zeros and ones of MNIST: those of its training set for training, those of its test set for
validation. Reduce the images from $28\times28$ to $14\times14$ pixels. *We ask, so that something
can be checked: how many images are that, and how many weights has the model?*
""",
    parts=(
        Part(
            name="training",
            asks="training images",
            form=Number(what="a number of images"),
            reference=sympy.Integer(12665),
            truth=Truth(lambda _: _recorded("train_examples"), "the recorded run's own count"),
            mistakes=(
                Mistake(
                    sympy.Integer(12000),
                    "the ten digits are not equally frequent in MNIST: 5,923 zeros, 6,742 ones",
                ),
                Mistake(sympy.Integer(14780), "this includes the validation images"),
            ),
        ),
        Part(
            name="validation",
            asks="validation images",
            form=Number(what="a number of images"),
            reference=sympy.Integer(2115),
            truth=Truth(lambda _: _recorded("validation_examples"), "the recorded run's own count"),
            mistakes=(
                Mistake(sympy.Integer(2000), "there are 980 zeros and 1,135 ones in the test set"),
            ),
        ),
        Part(
            name="weights",
            asks="weights, the bias among them",
            form=Number(what="a number of weights"),
            reference=sympy.Integer(197),
            truth=Truth(lambda _: _recorded("features"), "the width of the recorded run's data"),
            mistakes=(
                Mistake(sympy.Integer(196), "the bias w_0 is one more"),
                Mistake(sympy.Integer(785), "the images have been reduced to 14 x 14 pixels"),
            ),
        ),
    ),
    model_answer=r"""
Select labels 0 and 1: 5,923 + 6,742 = 12,665 training and 980 + 1,135 = 2,115 validation images.
Average blocks of $2\times2$ pixels to $14\times14=196$ inputs in $[0,1]$; with the bias 197 weights.
Zeros get $y=1$, ones $y=-1$.
""",
)


# --- P4-1b ------------------------------------------------------------------------------------


def _slope_on_parabola(point: Any) -> Any:
    """One step on f = mu/2 w^2 from w = 1: the change of log f, which is the same at every step."""
    after = 1 - point[eta] * point[mu]
    return sympy.log((point[mu] / 2 * after**2) / (point[mu] / 2))


def _draw_stable(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {symbol: numbers.number(interval=(0, 1)) for symbol in (eta, mu)}


def _straight(_: Any) -> str:
    """Two eigenvalues and a minimum above zero: which curve has a constant log-difference, when?"""
    fast, slow, least = sympy.Rational(3, 4), sympy.Rational(1, 10), sympy.Rational(1, 5)

    def gap(step: int) -> Any:
        return ((1 - fast) ** (2 * step) + (1 - slow) ** (2 * step)) / 2

    def drop(value: Any, step: int) -> float:
        return float(sympy.log(value(step + 1) / value(step)))

    target = float(2 * sympy.log(1 - slow))
    bends_at_first = abs(drop(gap, 0) - target) > 0.1
    straight_later = abs(drop(gap, 40) - target) < 1e-9
    loss_flattens = abs(drop(lambda step: gap(step) + least, 40)) < 1e-3
    return "later" if bends_at_first and straight_later and loss_flattens else "unexpected"


def _tail(_: Any) -> str:
    """Start without any component along the smallest eigenvalue: is the tail's slope still its own?"""
    eigenvalues = (sympy.Rational(1, 100), sympy.Rational(1, 10), sympy.Rational(3, 4))
    start = (0, 1, 1)

    def gap(step: int) -> Any:
        return sum(h * (a * (1 - h) ** step) ** 2 for h, a in zip(eigenvalues, start, strict=True))

    slope = sympy.log(gap(201) / gap(200))
    matches = [abs(float(slope - 2 * sympy.log(1 - h))) < 1e-9 for h in eigenvalues]
    return "excited" if matches == [False, True, False] else "smallest"


descent = Question(
    ids=("P4-1b",),
    chapter=CHAPTER,
    title="gradient descent and the slope of its semi-log plot",
    marks={"P4-1b": 15},
    statement=r"""
Minimise $f(w,w_0)=\frac1n\sum_i\log\!\big(1+e^{-y_i(w^\top x_i+w_0)}\big)+\frac\lambda2(\lVert
w\rVert^2+w_0^2)$ by gradient descent from a random start, with $\lambda$ chosen by validation error.
Plot the training loss against the number of updates on a semi-log scale and report the slope. The
handout says that the plot is a straight line of slope about $-1/\kappa$. *We ask what is exactly
true.*
""",
    parts=(
        Part(
            name="slope",
            asks=r"slope of $\log(f - f^*)$ per update, on a quadratic with the one curvature $\mu$, at rate $\eta < 1/\mu$",
            form=Formula(Domain((eta, mu), draw=_draw_stable), "a number"),
            reference=2 * sympy.log(1 - eta * mu),
            latex=r"2\log(1-\eta\mu)",
            truth=Truth(_slope_on_parabola, "the change of log f over one exact step"),
            also_right=("log((1 - eta*mu)**2)",),
            alternatives=(
                Alternative(
                    2 * sympy.log(1 - eta * mu) / sympy.log(10),
                    "right for decimal logarithms; the question says natural ones",
                    "logarithm",
                ),
            ),
            mistakes=(
                Mistake(
                    -eta * mu,
                    "this is the handout's -1/kappa (with eta = 1/L): the distance to the minimum shrinks so, to first order; the loss goes with its square, faster than the usual bound for it",
                ),
                Mistake(
                    sympy.log(1 - eta * mu),
                    "the distance to the minimum shrinks so; the loss goes with its square",
                ),
                Mistake(-2 * eta * mu, "right only to first order in eta*mu"),
            ),
        ),
        Part(
            name="straight",
            asks="what becomes a straight line on the semi-log plot?",
            form=Choice(
                {
                    "loss": "the loss f, from the start",
                    "gap": "the loss minus its minimum, from the start",
                    "later": "the loss minus its minimum, but only from some update on",
                }
            ),
            reference="later",
            truth=Truth(
                _straight,
                "exact iterates on a quadratic with two curvatures",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake("loss", "it tends to a minimum above 0, so its logarithm flattens"),
                Mistake(
                    "gap",
                    "at first the directions of large curvature die out, faster than the last one",
                ),
            ),
        ),
        Part(
            name="tail",
            asks="on a quadratic and at a rate of at most $1/L$: which curvature sets the final slope?",
            form=Choice(
                {
                    "smallest": "the smallest eigenvalue of the Hessian at the minimum",
                    "excited": "the smallest one along which the start is off the minimum",
                    "bound": "the strong-convexity constant, whatever the start",
                }
            ),
            reference="excited",
            truth=Truth(
                _tail,
                "exact iterates from a start without a part along the smallest one",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "smallest",
                    "a direction in which the start is already right contributes nothing, ever",
                ),
                Mistake("bound", "the constant gives a bound on the slope; a start may be luckier"),
            ),
        ),
    ),
    model_answer=r"""
Near the minimum $f-f^*\approx\frac12\sum_j h_ja_j^2(1-\eta h_j)^{2t}$ with the eigenvalues $h_j$ of
the Hessian at $w^*$. So $\log(f-f^*)$ becomes a straight line whose slope is
$2\log(1-\eta\mu)\approx-2\eta\mu$, $\mu$ the smallest $h_j$ in whose direction an error is left (for
$\eta\le 1/L$). With $\mu=m=\lambda$ and $\eta=1/L$ that is about $-2/\kappa$: the handout's
$-1/\kappa$ is the slope for the distance $\lVert w-w^*\rVert$. It is $f-f^*$ that has to be plotted;
$\log f$ itself flattens at $\log f^*$.
""",
    conventions=("logarithm",),
)


# --- P4-1c ------------------------------------------------------------------------------------


def _draw_probabilities(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """Data and probabilities, and weights that belong to them.

    With no more examples than weights the probabilities may be drawn freely. The odds are drawn,
    and ``w`` solves ``X w = log(odds)``. So the probabilities are rational, and everything that an
    answer makes of them is exact; from drawn weights they would be numbers such as ``1/(1 + e**7)``.
    """
    rows, columns = int(point[n]), int(point[d])
    inputs = numbers.matrix(rows, columns)
    while inputs.rank() < rows:
        inputs = numbers.matrix(rows, columns)
    odds = ImmutableMatrix([numbers.number(lam) ** (-1) ** i for i in range(rows)])
    weights = inputs.T * (inputs * inputs.T).inv() * odds.applyfunc(sympy.log)
    return {X: inputs, w: weights, p: odds.applyfunc(lambda odd: odd / (1 + odd))}


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + sympy.exp(-z))


def _hessian_by_differentiation(point: Any) -> ImmutableMatrix:
    """Second derivatives of the objective at w + h by h, at h = 0.

    Labels flip the sign of a margin and nothing else here.
    """
    inputs, weights = point[X], point[w]
    names = sympy.symbols(f"h:{len(weights)}")
    margins = inputs * weights + inputs * sympy.Matrix(names)
    signs = [(-1) ** i for i in range(inputs.rows)]
    losses = [
        sympy.log(1 + sympy.exp(-sign * margin))
        for sign, margin in zip(signs, margins, strict=True)
    ]
    moved = weights + sympy.Matrix(names)
    total = sum(losses) / inputs.rows + point[lam] / 2 * moved.dot(moved)
    return ImmutableMatrix(sympy.hessian(total, names).subs(dict.fromkeys(names, 0)))


def _draw_spectrum(point: Any, numbers: Numbers) -> dict[Any, Any]:
    low, more = numbers.number(lmin), numbers.number(lmax)
    return {n: sympy.Integer(2), lmin: low, lmax: low + more, lam: numbers.number(lam)}


def _curvature_far_out(point: Any) -> Any:
    """Two orthogonal examples: the smallest curvature along a ray, and its limit far out."""
    c = sympy.Symbol("c", positive=True)
    curvature = _sigmoid(c) * (1 - _sigmoid(c)) * point[lmin] / 2 + point[lam]
    return sympy.limit(curvature, c, sympy.oo)


def _largest_curvature(point: Any) -> Any:
    """The largest value that s (1 - s) takes, times the largest eigenvalue, plus the penalty."""
    value = sympy.Symbol("value", real=True)
    spread = value * (1 - value)
    (best,) = sympy.solve(sympy.diff(spread, value), value)
    return spread.subs(value, best) * point[lmax] / point[n] + point[lam]


spread = DiagMatrix(p) * (Identity(n) - DiagMatrix(p))
sigmoid_of = sympy.Lambda(sympy.Symbol("z"), _sigmoid(sympy.Symbol("z")))
curvature = Question(
    ids=("P4-1c",),
    chapter=CHAPTER,
    title="Hessian and strong convexity",
    marks={"P4-1c": 10},
    statement=r"""
Write down the Hessian of the objective. Without any assumption on the data: is the problem strongly
convex, and what is the best constant? *We add: is that constant attained, and what is the best
smoothness constant?* (Here $X$ has the constant 1 as its last column, $w$ contains the bias, and
$p_i=1/(1+e^{-x_i^\top w})$.)
""",
    parts=(
        Part(
            name="hessian",
            asks="the Hessian",
            form=Formula(
                Domain(
                    (n, d, X, w, p, lam), ({n: 2, d: 2}, {n: 2, d: 3}), draw=_draw_probabilities
                ),
                "a d x d matrix",
            ),
            reference=X.T * spread * X / n + lam * Identity(d),
            latex=r"\nabla^2 f(w) = \frac1n X^\top\operatorname{diag}\big(p_i(1-p_i)\big)X + \lambda I",
            truth=Truth(_hessian_by_differentiation, "the second derivatives of the objective", 4),
            also_right=(
                "1/n * X.T @ diag(p - hadamard(p, p)) @ X + λ*eye(d)",
                "X.T @ diag(hadamard(sigmoid(X@w), sigmoid(-X@w))) @ X / n + lambda*eye(d)",
                "X.T @ diag(hadamard(p, ones(n) - p)) @ X / n + lam*eye(d)",
                X.T
                * DiagMatrix(ElementwiseApplyFunction(sigmoid_of, X * w))
                * (Identity(n) - DiagMatrix(p))
                * X
                / n
                + lam * Identity(d),
            ),
            mistakes=(
                Mistake(X.T * spread * X / n, "the penalty adds lam I"),
                Mistake(
                    X.T * DiagMatrix(p) * X / n + lam * Identity(d),
                    "the derivative of the sigmoid is p (1 - p)",
                ),
                Mistake(
                    X.T * spread * X / n + 2 * lam * Identity(d),
                    "the penalty has a factor 1/2, its second derivative is lam",
                ),
                Mistake(
                    X.T * spread * X / n + lam / 2 * Identity(d),
                    "the second derivative of lam/2 w^2 is lam",
                    "half",
                ),
                Mistake(
                    X.T * spread * X + lam * Identity(d),
                    "the loss is a mean: 1/n is missing",
                    "mean",
                ),
                Mistake(
                    X.T * X / (4 * n) + lam * Identity(d),
                    "this is the Hessian at w = 0, an upper bound elsewhere",
                ),
                Mistake(
                    X.T * X / n + lam * Identity(d),
                    "this is the Hessian of linear regression with half the squared error",
                ),
            ),
        ),
        Part(
            name="m",
            asks=r"the best strong-convexity constant (`lmin`, `lmax`: extreme eigenvalues of $X^\top X$)",
            form=Formula(
                Domain((n, lam, lmin, lmax), draw=_draw_spectrum), "a number", aliases=EXTREME
            ),
            reference=lam,
            latex="m = \\lambda",
            truth=Truth(
                _curvature_far_out,
                "the limit of the curvature along a ray, two orthogonal examples",
                2,
            ),
            mistakes=(
                Mistake(
                    lam + lmin / (4 * n),
                    "far out the probabilities saturate and p (1 - p) tends to 0",
                ),
                Mistake(lam + lmax / (4 * n), "this is the smoothness constant"),
                Mistake(lam / 2, "the second derivative of lam/2 w^2 is lam"),
                Mistake(
                    sympy.S.Zero, "the loss alone has no better constant, but the penalty adds lam"
                ),
                Mistake(2 * lam, "the penalty has a factor 1/2", "half"),
                Mistake(
                    lmin / (4 * n), "the sigmoid has no smallest slope; only the penalty holds"
                ),
            ),
        ),
        Part(
            name="attained",
            asks=r"is the smallest eigenvalue of the Hessian equal to $\lambda$ at some point?",
            form=Choice(
                {
                    "everywhere": "at every point if the columns of X are dependent, at none otherwise",
                    "never": "at no point, whatever the data",
                    "minimum": "at the minimum",
                }
            ),
            reference="everywhere",
            truth=Truth(
                lambda _: _where_attained(),
                "Hessians of independent and of dependent columns, at two points each",
                method=Method.SAMPLED,
            ),
            mistakes=(
                Mistake(
                    "never",
                    "with a pixel that is never lit the Hessian has the eigenvalue lam everywhere",
                ),
                Mistake(
                    "minimum",
                    "with independent columns every Hessian is larger than lam I, the one at the minimum too",
                ),
            ),
        ),
        Part(
            name="L",
            asks="the best smoothness constant",
            form=Formula(
                Domain((n, lam, lmin, lmax), draw=_draw_spectrum), "a number", aliases=EXTREME
            ),
            reference=lam + lmax / (4 * n),
            latex=r"L = \lambda + \frac{\lambda_{\max}(X^\top X)}{4n}",
            truth=Truth(_largest_curvature, "the largest curvature over all points", 3),
            also_right=("λ + λ_max/(4*n)",),
            mistakes=(
                Mistake(lam + lmax / n, "p (1 - p) is at most 1/4"),
                Mistake(lmax / (4 * n), "the penalty adds lam"),
                Mistake(lam + lmax / 4, "the loss is a mean: 1/n is missing", "mean"),
            ),
        ),
    ),
    model_answer=r"""
$\nabla^2 f = \frac1n\sum_i p_i(1-p_i)x_ix_i^\top+\lambda I$. The first part is positive
semidefinite, so $\nabla^2f\succeq\lambda I$: strongly convex with constant $\lambda$ for any data, if
$\lambda>0$. No larger constant holds: along a ray $cv$ with $x_i^\top v\neq0$ for all $i$ (the bias
direction is one) all $p_i(1-p_i)\to0$, so the Hessian tends to $\lambda I$. For $\lambda=0$ it is
therefore never strongly convex (strictly convex exactly if the columns of $X$ are independent). As
$p(1-p)\le\frac14$, attained at $w=0$, $L=\lambda+\lambda_{\max}(X^\top X)/(4n)$.
""",
    conventions=("mean", "half"),
)


def _where_attained() -> str:
    """Smallest eigenvalue minus the penalty, at zero and elsewhere, for two data sets."""

    def smallest(inputs: sympy.Matrix, weights: sympy.Matrix) -> Any:
        point = {X: ImmutableMatrix(inputs), w: weights, lam: sympy.Integer(1)}
        hessian = np.array(_hessian_by_differentiation(point).n(30), float)
        return float(np.linalg.eigvalsh(hessian)[0]) - 1

    starts = [sympy.zeros(2, 1), sympy.Matrix([1, -2])]
    dependent = [smallest(sympy.Matrix([[0, 1], [0, 1]]), start) for start in starts]
    independent = [smallest(sympy.Matrix([[1, 1], [-1, 1]]), start) for start in starts]
    if max(abs(value) for value in dependent) < 1e-12 and min(independent) > 1e-6:
        return "everywhere"
    return "never"


# --- P4-1d ------------------------------------------------------------------------------------


def _critical_momentum(point: Any) -> Any:
    """The momentum in [0, 1) at which the mode of curvature m has a double root, at rate 1/L.

    A step maps (a_t, a_{t-1}) by z^2 = (1 + beta)(1 - 1/kappa) z - beta (1 - 1/kappa).
    """
    unknown = sympy.Symbol("unknown", positive=True)
    shrink = 1 - 1 / point[kappa]
    discriminant = (1 + unknown) ** 2 * shrink**2 - 4 * unknown * shrink
    roots = [root for root in sympy.solve(discriminant, unknown) if root < 1]
    return sympy.radsimp(roots[0])


def _draw_kappa(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {kappa: 1 + numbers.number(kappa)}


def _tail_of_nesterov(point: Any) -> Any:
    """Twice the logarithm of the larger root of that mode."""
    momentum, shrink = _critical_momentum(point), 1 - 1 / point[kappa]
    z = sympy.Symbol("z")
    equation = z**2 - (1 + momentum) * shrink * z + momentum * shrink
    roots = sympy.Poly(equation, z).nroots(n=60, maxsteps=200)
    # A double root in rounded arithmetic comes as a close pair; its mean is accurate.
    return 2 * sympy.log(sympy.re(sum(roots)) / 2)


root_kappa = sympy.sqrt(kappa)
momentum = (root_kappa - 1) / (root_kappa + 1)
acceleration = Question(
    ids=("P4-1d",),
    chapter=CHAPTER,
    title="Nesterov's acceleration",
    marks={"P4-1d": 15},
    statement=r"""
Minimise the same objective from the same start by gradient descent with Nesterov's acceleration. If
the condition number $\kappa=L/m$ were known, which momentum coefficient would one use? Choose $L$ by
trying a few values, and report the slope of the semi-log plot, which the handout puts at about
$-\kappa^{-1/2}$.
""",
    parts=(
        Part(
            name="momentum",
            asks=r"the momentum coefficient for condition number $\kappa$",
            form=Formula(Domain((kappa,), draw=_draw_kappa), "a number"),
            reference=momentum,
            latex=r"\rho = \frac{\sqrt\kappa-1}{\sqrt\kappa+1}",
            truth=Truth(_critical_momentum, "the momentum that damps the slowest mode critically"),
            also_right=(
                "(1 - 1/sqrt(kappa))/(1 + 1/sqrt(kappa))",
                "(kappa - 2*sqrt(kappa) + 1)/(kappa - 1)",
            ),
            mistakes=(
                Mistake(momentum**2, "this is Polyak's, for the heavy ball at another rate"),
                Mistake(
                    (kappa - 1) / (kappa + 1),
                    "this is the contraction of gradient descent at its best rate",
                ),
                Mistake(
                    1 - 1 / root_kappa, "this is the contraction that results, not the momentum"
                ),
                Mistake(1 - 1 / kappa, "the square root is what acceleration gains"),
                Mistake(1 - 2 / root_kappa, "right only to first order in 1/sqrt(kappa)"),
            ),
        ),
        Part(
            name="slope",
            asks=r"the final slope of $\log(f - f^*)$ on a quadratic, at that momentum and rate $1/L$, when the mode of curvature $m$ is excited",
            form=Formula(Domain((kappa,), draw=_draw_kappa), "a number"),
            reference=2 * sympy.log(1 - 1 / root_kappa),
            truth=Truth(_tail_of_nesterov, "the double root of the slowest mode"),
            also_right=("2*log((sqrt(kappa) - 1)/sqrt(kappa))",),
            alternatives=(
                Alternative(
                    2 * sympy.log(1 - 1 / root_kappa) / sympy.log(10),
                    "right for decimal logarithms; the question says natural ones",
                    "logarithm",
                ),
            ),
            mistakes=(
                Mistake(
                    -1 / root_kappa,
                    "this is the handout's figure, to first order the slope for the distance to the minimum",
                ),
                Mistake(
                    sympy.log(1 - 1 / root_kappa),
                    "this is the guarantee (1 - 1/sqrt(kappa))^t for any strongly convex function; a quadratic goes with its square",
                ),
                Mistake(2 * sympy.log(1 - 1 / kappa), "this is gradient descent"),
                Mistake(-2 / root_kappa, "right only to first order in 1/sqrt(kappa)"),
                Mistake(
                    2 * sympy.log(momentum),
                    "the modes contract by 1 - 1/sqrt(kappa), which is not the momentum",
                ),
            ),
        ),
    ),
    model_answer=r"""
$\rho=(\sqrt\kappa-1)/(\sqrt\kappa+1)$. In an eigendirection with curvature $h$ the iterates obey
$a_{t+1}=(1+\rho)(1-\eta h)a_t-\rho(1-\eta h)a_{t-1}$. For $h=m$, $\eta=1/L$ this $\rho$ makes the two
roots equal, to $1-1/\sqrt\kappa$; all larger $h$ decay faster. So $f-f^*$ falls like
$t^2(1-1/\sqrt\kappa)^{2t}$: final slope $2\log(1-1/\sqrt\kappa)\approx-2/\sqrt\kappa$, twice the
handout's figure, which is the slope for the distance.
""",
    conventions=("logarithm",),
)


# --- P4-1e ------------------------------------------------------------------------------------


def _stationary_variance(a: Any, b: Any, variance: Any) -> Any:
    """Variance of x' = a x + b x_before + noise, from its Yule-Walker equations."""
    v0, v1 = sympy.symbols("v0 v1")
    equations = [v1 - a * v0 - b * v1, v0 - (a**2 + b**2) * v0 - 2 * a * b * v1 - variance]
    return sympy.solve(equations, [v0, v1])[v0]


def _floor_of(rate: Any, curvature_: Any, deviation: Any, momentum_: Any) -> Any:
    shrink = 1 - rate * curvature_
    variance = _stationary_variance(
        (1 + momentum_) * shrink, -momentum_ * shrink, (rate * deviation) ** 2
    )
    return curvature_ * variance / 2


def _draw_noise(point: Any, numbers: Numbers) -> dict[Any, Any]:
    inside = {symbol: numbers.number(interval=(0, 1)) for symbol in (eta, mu, beta)}
    return {**inside, s: numbers.number(s)}


shrink = 1 - eta * mu
amplified = (
    eta * s**2 * (1 + beta * shrink)
    / (2 * (1 - beta * shrink) * (1 + shrink + 2 * beta * shrink))
)  # fmt: skip


# The heavy ball x' = (1 + beta - eta mu) x - beta x_before + noise, in closed form.
_heavy_ball = eta * s**2 * (1 + beta) / (2 * (1 - beta) * (2 * (1 + beta) - eta * mu))


def _who_is_faster(_: Any) -> str:
    """Recorded curves at rate 1/L: who is ahead in the middle, and who ends lower?"""
    record = _record()
    plain, fast = (record.curve(name).mean(axis=0) for name in ("sgd_1", "sgd_nesterov_1"))
    at = record.curve("sgd_1_at")[0]
    middle = (at > 300) & (at < 1000)
    ahead = bool((fast[middle] < plain[middle]).mean() > 0.9)
    floors = [record.metric(f"{name}_1_floor_predicted")[0] for name in ("sgd", "sgd_nesterov")]
    ends_higher = bool(
        record.metric("sgd_nesterov_1_floor").mean() > record.metric("sgd_1_floor").mean()
    )
    if ahead and ends_higher and floors[1] > floors[0]:
        return "at first"
    return "always" if ahead else "never"


stochastic = Question(
    ids=("P4-1e",),
    chapter=CHAPTER,
    title="SGD with and without acceleration",
    marks={"P4-1e": 20},
    statement=r"""
Minimise the same objective by SGD with batch size 128, with and without Nesterov's acceleration, and
plot the training loss against the number of updates on a semi-log scale: (i) gradient descent with
Nesterov's updates, (ii) SGD, (iii) SGD with Nesterov's updates. Is (iii) faster than (ii)? How do
(i) and (ii) differ? *We add: where does SGD's curve flatten?*
""",
    parts=(
        Part(
            name="faster",
            asks=r"at the constant rate $1/L$, is (iii) faster than (ii)?",
            form=Choice(
                {
                    "always": "yes, throughout",
                    "at first": "for a while, and then it levels out higher",
                    "never": "no, at no time",
                }
            ),
            reference="at first",
            truth=Truth(
                _who_is_faster,
                "the recorded curves and the predicted floors",
                method=Method.MEASURED,
            ),
            mistakes=(
                Mistake(
                    "always",
                    "acceleration amplifies the gradient noise: the curve levels out higher",
                ),
                Mistake(
                    "never",
                    "from about 260 to 2,000 updates it is ahead, in the mean of the runs more than tenfold at times",
                ),
            ),
        ),
        Part(
            name="floor",
            asks=r"the expected $f - f^*$ where SGD levels out: one curvature $\mu$, rate $\eta$, gradient noise of standard deviation $s$ in a minibatch",
            form=Formula(Domain((eta, mu, s), draw=_draw_noise), "a number"),
            reference=eta * s**2 / (2 * (2 - eta * mu)),
            latex=r"\frac{\eta s^2}{2(2-\eta\mu)}",
            truth=Truth(
                lambda point: _floor_of(point[eta], point[mu], point[s], sympy.S.Zero),
                "the stationary variance from its own equations",
                6,
            ),
            mistakes=(
                Mistake(sympy.S.Zero, "at a constant rate the noise of every step is added anew"),
                Mistake(eta * s**2 / 4, "right only to first order in the rate"),
                Mistake(eta * s**2 / (2 - eta * mu), "the loss is mu/2 w^2"),
                Mistake(
                    eta * s**2 / (mu * (2 - eta * mu)),
                    "this is the variance of w; the loss is mu/2 times it",
                ),
                Mistake(
                    eta * s / (2 * (2 - eta * mu)),
                    "s is the standard deviation; the variance enters",
                ),
            ),
        ),
        Part(
            name="amplified",
            asks=r"the same with Nesterov's momentum $\beta$",
            form=Formula(Domain((eta, mu, s, beta), draw=_draw_noise), "a number"),
            reference=amplified,
            latex=r"\frac{\eta s^2\,(1+\beta q)}{2(1-\beta q)(1+q+2\beta q)},\qquad q = 1-\eta\mu",
            truth=Truth(
                lambda point: _floor_of(point[eta], point[mu], point[s], point[beta]),
                "the stationary variance from its own equations",
                30,
            ),
            also_right=(
                mu
                * (eta * s) ** 2
                * (1 + beta * shrink)
                / (
                    2
                    * (1 - beta * shrink)
                    * ((1 + beta * shrink) ** 2 - ((1 + beta) * shrink) ** 2)
                ),
            ),
            mistakes=(
                Mistake(eta * s**2 / (2 * (2 - eta * mu)), "this is the floor without momentum"),
                Mistake(
                    eta * s**2 / (4 * (1 - beta)),
                    "right only to first order in the rate",
                ),
                Mistake(
                    _heavy_ball,
                    "this is the floor of the heavy ball, whose gradient is not taken ahead",
                ),
                Mistake(
                    eta * s**2 / (2 * (2 - eta * mu)) / (1 - beta),
                    "right only in the limit of small rates: a step acts 1/(1 - beta) times",
                ),
            ),
        ),
    ),
    model_answer=r"""
(iii) is ahead of (ii) for a while, then levels out higher: both walk around the minimum under the
noise of the minibatch gradients, which momentum adds up, $1/(1-\rho)$-fold for small rates. (i) has
no noise and goes straight on to rounding error; (ii) follows gradient descent at first (on a
quadratic its expectation does exactly) and flattens near $\frac12\sum_jh_j\operatorname{Var}(a_j)
=\sum_j\eta s_j^2/(2(2-\eta h_j))$. A larger batch lowers the floor in proportion, and so does, once it
is small, the rate; a rate that tends to 0 slowly enough ($\sum\eta_t=\infty$) removes it.
""",
)

QUESTIONS = (data, descent, curvature, acceleration, stochastic)
