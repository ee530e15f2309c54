"""Gradient descent, where decay is a penalty."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix, Rational
from sympy.matrices.expressions import Identity

from hwcode import optimisers as opt
from hwcode.checking import Choice, Domain, Formula, Method, Mistake, Numbers, Part, Question, Truth
from hwcode.checking.expressions import UndefinedError
from hwcode.questions.weight_decay.problem import CHAPTER, X, beta, d, eta, lam, n, t

__all__ = ["QUESTIONS"]


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

QUESTIONS = (equivalence,)
