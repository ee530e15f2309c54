"""The questions of the chapter on weight decay."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix, Rational
from sympy.matrices.expressions import Identity

from hwcode import optimisers as opt
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Method,
    Mistake,
    Numbers,
    Part,
    Question,
    Truth,
    matrix,
    scalar,
    vector,
)
from hwcode.checking.expressions import UndefinedError

__all__ = ["QUESTIONS"]

CHAPTER = "weight_decay"

n = scalar("n", integer=True, positive=True)
d = scalar("d", integer=True, positive=True)
eta = scalar("eta", positive=True)
beta = scalar("beta", positive=True)
lam = scalar("lam", r"\lambda", positive=True)
lamt = scalar("lamt", r"\tilde\lambda", positive=True)
v = scalar("v", positive=True)
eps = scalar("eps", r"\epsilon", positive=True)
g, w = scalar("g"), scalar("w")
X, w0, t = matrix("X", n, d), vector("w0", d), vector("t", n)

SHAPES = ({n: 1, d: 2}, {n: 3, d: 2}, {n: 2, d: 3})


# --- A2-2.2.1 ---------------------------------------------------------------------------------


def _descend(point: Any, penalty: Any, decay: Any) -> ImmutableMatrix:
    """One step: the loss is written out as a sum and differentiated in each weight."""
    data, start, targets = point[X], point[w0], point[t]
    names = sympy.symbols(f"v:{len(start)}")
    loss = sum((data[i, :].dot(names) - targets[i]) ** 2 for i in range(data.rows)) / data.rows
    loss += penalty * sum(name**2 for name in names)
    at = dict(zip(names, start, strict=True))
    slopes = ImmutableMatrix([sympy.diff(loss, name).subs(at) for name in names])
    return start - decay * start - point[eta] * slopes


pull = 2 * eta * X.T * (X * w0 - t) / n
one_step = Question(
    ids=("A2-2.2.1",),
    chapter=CHAPTER,
    title="one step with a penalty, one with weight decay",
    marks={"A2-2.2.1": 8},
    statement=r"""
Take one step of gradient descent with rate $\eta$ from $w_0$ in two ways: on the penalised loss
$\tilde L(\hat w)=\frac1n\lVert X\hat w-t\rVert_2^2+\tilde\lambda\lVert\hat w\rVert_2^2$; and on the
plain loss $L(\hat w)=\frac1n\lVert X\hat w-t\rVert_2^2$ with weight decay,
$w_{i+1}=(1-\lambda)w_i-\eta\nabla L(w_i)$. Write down $w_1$ for each.
""",
    parts=(
        Part(
            name="penalty",
            asks=r"$w_1$ on the penalised loss (type `lamt` for $\tilde\lambda$)",
            form=Formula(Domain((n, d, X, w0, t, eta, lamt), SHAPES), "a vector of d entries"),
            reference=(1 - 2 * eta * lamt) * w0 - pull,
            latex=r"w_1 = (1-2\eta\tilde\lambda)\,w_0 - \frac{2\eta}{n}X^\top(Xw_0-t)",
            truth=Truth(
                lambda point: _descend(point, point[lamt], 0),
                "the derivatives of the penalised loss",
                5,
            ),
            also_right=(
                "w0 - eta*(2/n * X.T @ (X @ w0 - t) + 2*lamt*w0)",
                "(eye(d) - 2*eta*(X.T @ X/n + lamt*eye(d))) @ w0 + 2*eta/n * X.T @ t",
            ),
            mistakes=(
                Mistake(
                    (1 - eta * lamt) * w0 - pull,
                    "this is right for a penalty with a factor 1/2",
                    "half",
                ),
                Mistake(
                    (1 - 2 * lamt) * w0 - pull, "the penalty's gradient is multiplied by eta too"
                ),
                Mistake(
                    (1 - 2 * eta * lamt) * w0 - pull / 2,
                    "the square of the residual brings down a factor 2 as well",
                    "half",
                ),
                Mistake(
                    (1 + 2 * eta * lamt) * w0 - pull,
                    "the step goes down the penalty: weights shrink",
                ),
                Mistake(w0 - pull, "the penalty is missing"),
                Mistake(
                    (1 - 2 * eta * lamt) * w0 - n * pull,
                    "the loss is a mean: 1/n is missing",
                    "mean",
                ),
            ),
        ),
        Part(
            name="decay",
            asks="$w_1$ with weight decay (type `lam` for $\\lambda$)",
            form=Formula(Domain((n, d, X, w0, t, eta, lam), SHAPES), "a vector of d entries"),
            reference=(1 - lam) * w0 - pull,
            latex=r"w_1 = (1-\lambda)\,w_0 - \frac{2\eta}{n}X^\top(Xw_0-t)",
            truth=Truth(
                lambda point: _descend(point, 0, point[lam]),
                "the derivatives of the plain loss, and the decay",
                5,
            ),
            also_right=("w0 - lam*w0 - 2*eta/n * X.T @ (X @ w0 - t)",),
            mistakes=(
                Mistake(
                    (1 - eta * lam) * w0 - pull,
                    "this is PyTorch's weight_decay; the handout's is not multiplied by the rate",
                    "decay",
                ),
                Mistake(
                    (1 - lam) * (w0 - pull), "the step itself is not decayed, only the old weights"
                ),
                Mistake(
                    (1 - lam) * w0 - 2 * eta * X.T * ((1 - lam) * X * w0 - t) / n,
                    "the gradient is taken at the old weights, before they shrink",
                ),
                Mistake((1 - lam) * w0 - n * pull, "the loss is a mean: 1/n is missing", "mean"),
            ),
        ),
    ),
    model_answer=r"""
$\nabla\tilde L(w_0)=\frac2nX^\top(Xw_0-t)+2\tilde\lambda w_0$, so
$w_1=w_0-\eta\nabla\tilde L(w_0)=(1-2\eta\tilde\lambda)w_0-\frac{2\eta}nX^\top(Xw_0-t)$.
With decay, $\nabla L(w_0)=\frac2nX^\top(Xw_0-t)$ and
$w_1=(1-\lambda)w_0-\frac{2\eta}nX^\top(Xw_0-t)$.
""",
    conventions=("mean", "half", "decay"),
)


# --- A2-2.2.2 ---------------------------------------------------------------------------------


def _penalty_of_decay(point: Any) -> Any:
    """Both steps of a single weight on the loss (u - 1)^2 from u = 2, equated and solved."""
    unknown = sympy.Symbol("unknown")
    start, slope = sympy.Integer(2), sympy.Integer(2)
    penalised = start - point[eta] * (slope + 2 * unknown * start)
    decayed = (1 - point[lam]) * start - point[eta] * slope
    return sympy.solve(sympy.Eq(penalised, decayed), unknown)[0]


def _starts_that_fix_it(_: Any) -> str:
    """Which starts make the two steps differ for every penalty but one?"""
    fixed = []
    for start in ((0, 0), (1, -1), (1, -3)):  # (1, -1) is orthogonal to the data (1, 1)
        gaps = [
            [(Rational(1, 5) - 2 * Rational(1, 10) * penalty) * entry for entry in start]
            for penalty in (Rational(1, 2), 1, 2)
        ]
        fixed.append(sum(gap == [0, 0] for gap in gaps) == 1)
    zero, orthogonal, other = fixed
    if zero:
        return "every"
    return "nonzero" if orthogonal and other else "data"


def _torch_setting(point: Any) -> Any:
    """PyTorch's rule g + W u, on a weight u = 1 where the loss is flat, has to leave 1 - lam."""
    setting = sympy.Symbol("setting")
    left = 1 - point[eta] * (0 + setting * 1)
    return sympy.solve(sympy.Eq(left, 1 - point[lam]), setting)[0]


def _resting_point(point: Any) -> ImmutableMatrix:
    """Where a step with decay changes nothing: linear equations, by elimination."""
    data, targets = point[X], point[t]
    names = sympy.symbols(f"v:{data.cols}")
    loss = sum((data[i, :].dot(names) - targets[i]) ** 2 for i in range(data.rows)) / data.rows
    moves = [-point[lam] * name - point[eta] * sympy.diff(loss, name) for name in names]
    solutions = tuple(sympy.linsolve(moves, *names))
    if len(solutions) != 1 or solutions[0].free_symbols:
        raise UndefinedError("no single point is at rest")
    return ImmutableMatrix(solutions[0])


def _penalty_at_rest(point: Any) -> Any:
    """Momentum and decay on (u - 1)^2: where they rest, and the penalty that rests there too."""
    place, velocity = sympy.symbols("place velocity")
    rest = sympy.solve(
        [
            sympy.Eq(velocity, point[beta] * velocity + 2 * (place - 1)),
            sympy.Eq(place, (1 - point[lam]) * place - point[eta] * velocity),
        ],
        [place, velocity],
    )
    return -(rest[place] - 1) / rest[place]


def _draw_momentum(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {beta: numbers.number(interval=(0, 1))}


def _end_under_a_schedule(_: Any) -> str:
    """Decay 0.05 with rates 0.1 / (k + 1) on the running example, followed for a long time."""
    loss = opt.least_squares(np.array([[1.0, 1.0]]), np.array([3.0]))
    path = opt.descent(loss, lambda step: 0.1 / (step + 1), np.array([3.0, 2.0]), decay=0.05)
    later, last = (next(islice(path, count, None)) for count in (10_000, 10_000))
    if np.linalg.norm(last) < 0.6 * np.linalg.norm(later) < 0.01:
        return "zero"
    return "ridge" if np.allclose(last, 3 / 2.25, atol=0.01) else "minimum"


ridge = (X.T * X / n + lam / (2 * eta) * Identity(d)).I * X.T * t / n
equivalence = Question(
    ids=("A2-2.2.2",),
    chapter=CHAPTER,
    title="the penalty that equals a decay",
    marks={"A2-2.2.2": 4},
    statement=r"""
Express $\tilde\lambda$ so that the two steps of the question before are the same. *We add: for which
starts is that the only choice? What is the same in PyTorch? Where do both come to rest? And does the
equivalence survive a schedule of rates, or momentum?*
""",
    parts=(
        Part(
            name="penalty",
            asks=r"$\tilde\lambda$ in terms of $\lambda$ and $\eta$",
            form=Formula(Domain((lam, eta)), "a number"),
            reference=lam / (2 * eta),
            latex=r"\tilde\lambda = \frac{\lambda}{2\eta}",
            truth=Truth(_penalty_of_decay, "the solution of equal steps of one weight", 2),
            also_right=("lam/eta/2", "λ/(2*η)"),
            mistakes=(
                Mistake(
                    lam / eta,
                    "this is right for a penalty with a factor 1/2",
                    "half",
                ),
                Mistake(
                    lam / 2, "this is right for a decay that the rate multiplies already", "decay"
                ),
                Mistake(lam, "a step multiplies the penalty's gradient by 2 eta"),
                Mistake(2 * eta * lam, "this is the decay that equals a penalty lam"),
                Mistake(lam * eta / 2, "a larger rate needs a smaller penalty, not a larger one"),
            ),
        ),
        Part(
            name="start",
            asks=r"for which $w_0$ is it the only $\tilde\lambda$ that gives the same $w_1$?",
            form=Choice(
                {
                    "every": "for every start",
                    "nonzero": "for every start except zero",
                    "data": "for every start that is not orthogonal to the data",
                }
            ),
            reference="nonzero",
            truth=Truth(_starts_that_fix_it, "the steps at three penalties, from three starts"),
            mistakes=(
                Mistake(
                    "every", "from zero nothing can shrink: all penalties and decays step alike"
                ),
                Mistake(
                    "data",
                    "weights that the data do not see shrink like the others, by the whole factor",
                ),
            ),
        ),
        Part(
            name="torch",
            asks="the `weight_decay` of `torch.optim.SGD(lr=eta)` that makes the handout's step",
            form=Formula(Domain((lam, eta)), "a number"),
            reference=lam / eta,
            truth=Truth(_torch_setting, "PyTorch's rule on a flat loss, solved", 2),
            mistakes=(
                Mistake(lam, "PyTorch would multiply the weights by 1 - eta*lam", "decay"),
                Mistake(
                    lam / (2 * eta),
                    "PyTorch adds weight_decay*w to the gradient, as for a penalty with 1/2",
                    "half",
                ),
                Mistake(eta * lam, "PyTorch multiplies by the rate itself"),
            ),
        ),
        Part(
            name="resting",
            asks="where a constant rate with the decay comes to rest",
            form=Formula(
                Domain((n, d, X, t, eta, lam), ({n: 1, d: 2}, {n: 3, d: 2}, {n: 2, d: 3})),
                "a vector of d entries",
            ),
            reference=ridge,
            latex=r"\hat w = \Big(\frac1nX^\top X+\frac{\lambda}{2\eta}I\Big)^{-1}\frac1nX^\top t",
            truth=Truth(_resting_point, "the only point that a step leaves alone", 40),
            also_right=("X.T @ inv(X @ X.T + n*lam/(2*eta)*eye(n)) @ t",),
            mistakes=(
                Mistake(
                    (X.T * X / n + lam * Identity(d)).I * X.T * t / n,
                    "lam is no penalty: the one that belongs to it is lam/(2 eta)",
                ),
                Mistake(
                    (X.T * X / n + lam / eta * Identity(d)).I * X.T * t / n,
                    "the square of the residual has a factor 2 in its gradient too",
                    "half",
                ),
                Mistake(
                    (X.T * X + lam / (2 * eta) * Identity(d)).I * X.T * t,
                    "the loss is a mean: the penalty counts n times here",
                    "mean",
                ),
                Mistake(
                    (X.T * X + lam * Identity(d)).I * X.T * t,
                    "this is ridge regression for a sum of squares with the penalty lam",
                    "mean",
                ),
                Mistake(
                    X.T * (X * X.T).I * t,
                    "this is where gradient descent from zero ends without decay",
                ),
            ),
        ),
        Part(
            name="schedule",
            asks=r"rates $\eta_i\to0$ and a constant $\lambda$, $0<\lambda<2$, in the handout's form: where do the weights go?",
            form=Choice(
                {
                    "ridge": "to the minimiser of the loss with one fixed penalty",
                    "minimum": "to the minimum-norm minimiser of the plain loss",
                    "zero": "to zero, whatever the data",
                }
            ),
            reference="zero",
            truth=Truth(
                _end_under_a_schedule,
                "20,000 steps at rates 0.1/(k + 1) on the running example",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake("ridge", "the equal penalty lam/(2 eta_i) grows without bound"),
                Mistake("minimum", "the decay goes on while the pull of the data vanishes"),
            ),
        ),
        Part(
            name="momentum",
            asks=r"with momentum $\beta$ (the velocity sums gradients, the decay acts on the weights alone): the penalty with the same point of rest",
            form=Formula(Domain((lam, eta, beta), draw=_draw_momentum), "a number"),
            reference=lam * (1 - beta) / (2 * eta),
            latex=r"\tilde\lambda = \frac{\lambda(1-\beta)}{2\eta}",
            truth=Truth(_penalty_at_rest, "the point of rest of the two recursions, solved", 6),
            also_right=("lam/(2*(eta/(1 - beta)))",),
            mistakes=(
                Mistake(
                    lam / (2 * eta),
                    "at rest the velocity is the gradient over 1 - beta: it pulls harder than one step",
                ),
                Mistake(
                    lam / (2 * eta * (1 - beta)),
                    "momentum makes the pull of the loss stronger, so the equal penalty is smaller",
                ),
            ),
        ),
    ),
    model_answer=r"""
The steps differ by $(\lambda-2\eta\tilde\lambda)\,w_0$ only, so $\tilde\lambda=\lambda/(2\eta)$ makes
them equal, for every $w_0$; if $w_0\neq0$ no other value does. The maps $w_i\mapsto w_{i+1}$ are then
the same, so all iterates are, and both converge to
$\big(\frac1nX^\top X+\frac\lambda{2\eta}I\big)^{-1}\frac1nX^\top t$ if
$0<\lambda+2\eta\lambda_{\max}/n<2$. As $\eta$ enters, a schedule of rates or momentum breaks it.
""",
    conventions=("mean", "half", "decay"),
)


# --- A2-2.2.3 ---------------------------------------------------------------------------------


def _shrinkage(point: Any) -> Any:
    """A weight of 1 under the penalty alone, with the divisor as it is."""
    after = 1 - point[eta] * (2 * point[lamt] * 1) / (sympy.sqrt(point[v]) + point[eps])
    return 1 - after


def _first_step(point: Any) -> Any:
    """RMSProp's first step on the penalised loss, from its two equations with v = 0 before."""
    slope = point[g] + 2 * point[lamt] * point[w]
    square = point[beta] * 0 + (1 - point[beta]) * slope**2
    if square == 0:
        raise UndefinedError("0/0: the penalised loss is flat there")
    return -point[eta] * slope / sympy.sqrt(square)


SHARE = sympy.Symbol("share", integer=True)
"""Which cases of the first step are tried; no answer may use it."""


def _draw_first(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """Gradients on either side of -2 lamt w, where the sign turns: elsewhere it is too easily right."""
    strength, weight = numbers.number(lamt), numbers.number(w)
    between = numbers.number(interval=(point[SHARE], point[SHARE] + 1))
    return {
        beta: numbers.number(interval=(0, 1)),
        lamt: strength,
        w: weight,
        g: -between * strength * weight,
    }


def _shrunk_less(_: Any) -> str:
    """Two weights of 1 with divisors 1 and 10: which keeps more under the penalty, under decay?"""
    at = {eta: Rational(1, 10), lamt: Rational(1, 2), eps: sympy.S.Zero}
    small, large = (_shrinkage({**at, v: sympy.Integer(size) ** 2}) for size in (1, 10))
    return "large" if large < small else "small" if small < large else "alike"


def _penalty_that_imitates(_: Any) -> str:
    """Is there any penalty for which RMSProp's first step is the decayed one? Exact, two weights.

    Without epsilon the penalised step can only be minus, zero or plus eta / sqrt(1 - beta).
    """
    rate, beta_, decay = Rational(1, 10), Rational(3, 4), Rational(1, 10)
    reach = rate / sympy.sqrt(1 - beta_)
    for weight, slope in ((Rational(1), Rational(2)), (Rational(-3), Rational(1))):
        wanted = -decay * weight - reach * sympy.sign(slope)
        if wanted not in (-reach, 0, reach):
            return "none"
    return "constant"


def _who_rests(_: Any) -> str:
    """Adam's first step from the minimiser of the penalised loss: exact gradients there.

    That the penalised gradient is 0 there is so in general; one example decides about the decay.

    Running example, penalty 1, rate 1/10, so decay 1/5: the minimiser is (1, 1).
    """
    place = sympy.Matrix([1, 1])
    slope = 2 * sympy.Matrix([1, 1]) * (sum(place) - 3)
    with_penalty = slope + 2 * 1 * place
    moved_by_decay = -Rational(1, 5) * place - Rational(1, 10) * slope.applyfunc(sympy.sign)
    rests = (with_penalty == sympy.zeros(2, 1), moved_by_decay == sympy.zeros(2, 1))
    return {(True, False): "penalty", (True, True): "both", (False, True): "decay"}[rests]


def _who_was_better(_: Any) -> str:
    """The recorded comparison: is the difference larger than two standard errors?"""
    from hwcode.experiments.weight_decay import STUDY, difference
    from hwcode.training.experiment import load

    mean, error = difference(load(STUDY))
    if abs(mean) <= 2 * error:
        return "neither"
    return "decay" if mean < 0 else "penalty"


adaptive = Question(
    ids=("A2-2.2.3",),
    chapter=CHAPTER,
    title="why they differ under adaptive methods",
    marks={"A2-2.2.3": 0},
    statement=r"""
RMSProp divides each weight's step by a running size of its own gradients,
$v\leftarrow\beta v+(1-\beta)g^2$, $w\leftarrow w-\eta g/(\sqrt v+\epsilon)$; Adam does so with a
momentum besides. How does a penalty differ from weight decay there? The handout adds that decay has
been more successful in practice. *We ask what can be decided, and measure the rest.*
""",
    parts=(
        Part(
            name="shrink",
            asks=r"with the divisor given, the part of a weight that the penalty takes away in one step of RMSProp (with decay it is $\lambda$)",
            form=Formula(Domain((eta, lamt, v, eps)), "a number"),
            reference=2 * eta * lamt / (sympy.sqrt(v) + eps),
            latex=r"\frac{2\eta\tilde\lambda}{\sqrt v+\epsilon}",
            truth=Truth(_shrinkage, "one step of a weight of 1 on a flat loss"),
            alternatives=(
                Alternative(
                    2 * eta * lamt / sympy.sqrt(v + eps),
                    "right if the epsilon stands under the root",
                    "epsilon",
                ),
            ),
            mistakes=(
                Mistake(2 * eta * lamt, "this is plain gradient descent, without the divisor"),
                Mistake(
                    eta * lamt / (sympy.sqrt(v) + eps),
                    "this is right for a penalty with a factor 1/2",
                    "half",
                ),
                Mistake(2 * eta * lamt / (v + eps), "the root of v divides"),
                Mistake(2 * eta * lamt / sympy.sqrt(v), "this is right for epsilon 0"),
                Mistake(
                    2 * eta * lamt * (sympy.sqrt(v) + eps),
                    "the penalty's gradient is divided like the loss's",
                ),
            ),
        ),
        Part(
            name="less",
            asks="so which weights does the penalty shrink less, per step and in proportion?",
            form=Choice(
                {
                    "large": "those whose gradients are large",
                    "small": "those whose gradients are small",
                    "alike": "all are shrunk alike",
                }
            ),
            reference="large",
            truth=Truth(_shrunk_less, "exact steps of two weights with different divisors"),
            mistakes=(
                Mistake("small", "a small divisor makes the step, and so the shrinking, larger"),
                Mistake("alike", "that is weight decay"),
            ),
        ),
        Part(
            name="first",
            asks=r"the first step $w_1-w_0$ of RMSProp on the penalised loss, with $\epsilon=0$ and $v=0$ before it (`g`: the plain loss's gradient)",
            form=Formula(
                Domain(
                    (eta, beta, lamt, g, w),
                    cases=tuple({SHARE: share} for share in (-1, 0, 1, 2)),
                    draw=_draw_first,
                    draw_degree=3,
                ),
                "a number",
            ),
            reference=-eta * sympy.sign(g + 2 * lamt * w) / sympy.sqrt(1 - beta),
            latex=r"-\frac{\eta}{\sqrt{1-\beta}}\operatorname{sign}(g+2\tilde\lambda w)",
            truth=Truth(_first_step, "the two equations of RMSProp, one step"),
            also_right=("-eta*(g + 2*lamt*w)/(sqrt(1 - beta)*abs(g + 2*lamt*w))",),
            mistakes=(
                Mistake(
                    -eta * (g + 2 * lamt * w) / sympy.sqrt(1 - beta),
                    "the divisor is the size of this very gradient, so only the sign is left",
                ),
                Mistake(
                    -eta * sympy.sign(g) / sympy.sqrt(1 - beta) - 2 * eta * lamt * w,
                    "the penalty's gradient is divided too",
                ),
                Mistake(
                    -eta * sympy.sign(g) / sympy.sqrt(1 - beta),
                    "a strong penalty turns the sign around",
                ),
                Mistake(
                    -eta * sympy.sign(g + lamt * w) / sympy.sqrt(1 - beta),
                    "this is right for a penalty with a factor 1/2",
                    "half",
                ),
                Mistake(
                    -eta * sympy.sign(g + 2 * lamt * w),
                    "v starts at 0, so it is only (1 - beta) times the square",
                ),
            ),
        ),
        Part(
            name="exists",
            asks="is there, for each weight and step at least, a penalty that makes the decayed step?",
            form=Choice(
                {
                    "formula": "yes, the same lam/(2 eta)",
                    "constant": "yes, one constant for all weights, another than before",
                    "none": "no, in general not even for one weight and one step",
                }
            ),
            reference="none",
            truth=Truth(
                _penalty_that_imitates, "the three values that the first step can have, exactly"
            ),
            mistakes=(
                Mistake("formula", "the divisor stands between the penalty and the weight"),
                Mistake(
                    "constant",
                    "the first step can only be plus or minus eta/sqrt(1 - beta), or 0, whatever the penalty",
                ),
            ),
        ),
        Part(
            name="resting",
            asks=r"on the full batch, for which of the two is the minimiser of the penalised loss with $\tilde\lambda=\lambda/(2\eta)$ a point of rest in general, whatever the data and $\lambda$?",
            form=Choice(
                {
                    "penalty": "the adaptive method with the penalty, not the one with decay",
                    "decay": "the one with decay, not the one with the penalty",
                    "both": "both",
                }
            ),
            reference="penalty",
            truth=Truth(_who_rests, "exact steps from the minimiser in the running example"),
            mistakes=(
                Mistake(
                    "decay",
                    "it rests where lam*w is minus the divided gradient, not minus eta times the gradient",
                ),
                Mistake(
                    "both",
                    "with decay in general it moves away: in the running example with $\\tilde\\lambda=1$",
                ),
            ),
        ),
        Part(
            name="measured",
            asks="Adam with a penalty and AdamW, both tuned, on our small problem (ten seeds): whose test error is lower?",
            form=Choice(
                {
                    "decay": "AdamW's, by more than two standard errors",
                    "penalty": "that of Adam with the penalty, by more than two standard errors",
                    "neither": "neither's by more than two standard errors",
                }
            ),
            reference="neither",
            truth=Truth(
                _who_was_better,
                "the recorded runs, paired by seed",
                method=Method.MEASURED,
            ),
            mistakes=(
                Mistake("decay", "the mean difference is below one standard error"),
                Mistake(
                    "penalty",
                    "its mean is a little lower, by less than one standard error",
                ),
            ),
        ),
    ),
    model_answer=r"""
The penalty's gradient $2\tilde\lambda w$ is divided by $\sqrt v+\epsilon$ like the loss's: per step a
weight loses the part $2\eta\tilde\lambda/(\sqrt v+\epsilon)$, so weights with large gradients are
shrunk less; it also enters $v$ (and Adam's momentum). Weight decay takes the part $\lambda$ of every
weight. No $\tilde\lambda$ makes them equal. They aim at different points: with the penalty, at the
minimiser of $\tilde L$; with decay, where $\lambda w=-\eta\,\nabla L/(\sqrt v+\epsilon)$, as if each
weight had the penalty $\frac{\lambda}{2\eta}(\sqrt v+\epsilon)$ of its own.
""",
    conventions=("half", "decay", "epsilon"),
)

QUESTIONS = (one_step, equivalence, adaptive)
