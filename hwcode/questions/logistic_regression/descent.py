"""The data, and gradient descent."""

from __future__ import annotations

from typing import Any

import sympy

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
)
from hwcode.questions.logistic_regression.problem import CHAPTER, eta, mu
from hwcode.questions.records import record_of

__all__ = ["QUESTIONS"]


def _recorded(metric: str) -> sympy.Integer:
    return sympy.Integer(int(record_of("logistic_regression").metric(metric)[0]))


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

QUESTIONS = (data, descent)
