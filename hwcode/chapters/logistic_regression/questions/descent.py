"""The data, and gradient descent."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.chapters.logistic_regression.questions import instances, programs
from hwcode.chapters.logistic_regression.questions.problem import CHAPTER, eta, mu
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Mistake,
    Number,
    Numbers,
    Part,
    Question,
)
from hwcode.checking.programs import Program
from hwcode.checking.trials import named, with_losses

__all__ = ["QUESTIONS"]


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
            form=Number(what="a number of images", whole=True),
            reference=sympy.Integer(12665),
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
            form=Number(what="a number of images", whole=True),
            reference=sympy.Integer(2115),
            mistakes=(
                Mistake(sympy.Integer(2000), "there are 980 zeros and 1,135 ones in the test set"),
            ),
        ),
        Part(
            name="weights",
            asks="weights, the bias among them",
            form=Number(what="a number of weights", whole=True),
            reference=sympy.Integer(197),
            mistakes=(
                Mistake(sympy.Integer(196), "the bias w_0 is one more"),
                Mistake(sympy.Integer(785), "the images have been reduced to 14 x 14 pixels"),
            ),
        ),
    ),
    hints=(
        "How many zeros and ones has MNIST, in its training set and in its test set?",
        r"Select by label. Averaging blocks of $2\times2$ pixels halves each side.",
        r"5,923 zeros and 6,742 ones are in the training set. The inputs are $14\cdot14$ pixels, and a bias.",
    ),
    result="12,665 training and 2,115 validation images, 197 weights.",
    numbers=(
        "5,923 <source>",
        "6,742 <source>",
        "980 <source>",
        "1,135 <source>",
        "12,665 = training",
        "2,115 = validation",
        "196 = 14**2",
        "197 = weights",
        "14 pixels <handout>",
    ),
    model_answer=r"""
Select labels 0 and 1: 5,923 + 6,742 = 12,665 training and 980 + 1,135 = 2,115 validation images.
Average blocks of $2\times2$ pixels to $14\times14=196$ inputs in $[0,1]$; with the bias 197 weights.
Zeros get $y=1$, ones $y=-1$.
""",
)

# --- P4-1b ------------------------------------------------------------------------------------


def _draw_stable(point: Any, numbers: Numbers) -> dict[Any, Any]:
    curvature = numbers.number(mu)
    return {mu: curvature, eta: numbers.number(interval=(0, 1)) / curvature}


descent = Question(
    ids=("P4-1b",),
    chapter=CHAPTER,
    title="gradient descent and the slope of its semi-log plot",
    marks={"P4-1b": 15},
    statement=r"""
Minimise $f(w,w_0)=\frac1n\sum_i\log\!\big(1+e^{-y_i(w^\top x_i+w_0)}\big)+\frac\lambda2(\lVert
w\rVert^2+w_0^2)$ by gradient descent from a random start, with $\lambda$ chosen by validation error.
Plot the training loss against the number of updates on a semi-log scale and report the slope. The
handout says that the plot is a straight line of slope about $-1/\kappa$. *Ours: the names in the program;
and what is exactly true of the plot.*
""",
    parts=(
        Part(
            name="program",
            asks="`objective(w, w0, X, y, lam)`: the value that the handout has minimised, and its gradient",
            form=Program(
                name="objective",
                parameters={
                    "w": "d weights",
                    "w0": "the bias",
                    "X": "n x d",
                    "y": "n labels, 1 or -1",
                    "lam": "the penalty's coefficient",
                },
                what="the objective, its gradient in w (d entries) and its derivative in w0",
                instances=instances.problems,
                differ=with_losses("f"),
                use=named("f", "dw", "dw0"),
            ),
            reference=programs.objective,
            mistakes=(
                Mistake(
                    programs.ascent,
                    "the sign: the slope of $\\log(1+e^{-m})$ in the margin is negative",
                ),
                Mistake(
                    programs.other_tail,
                    "the slope of $\\log(1+e^{-m})$ is $-1/(1+e^m)$: an example with a large margin hardly counts",
                ),
                Mistake(
                    programs.every_margin_with_every_label,
                    "a column times a row is a matrix in NumPy: every margin meets every label, and nothing complains",
                ),
                Mistake(
                    programs.bias_free_of_penalty,
                    "the handout's penalty has $w_0^2$ in it: the bias is penalised too",
                ),
                Mistake(
                    programs.bias_free_in_gradient,
                    "the value has the penalty on the bias, its derivative $\\lambda w_0$ is left out",
                ),
                Mistake(
                    programs.penalty_without_half,
                    "the penalty is $\\frac\\lambda2\\lVert w\\rVert^2$, with the half",
                    "half",
                ),
                Mistake(
                    programs.gradient_twice,
                    "the gradient of $\\frac\\lambda2w^2$ is $\\lambda w$: the 2 cancels the half",
                    "half",
                ),
                Mistake(
                    programs.no_penalty_in_gradient,
                    "descent with this gradient minimises the loss without its penalty",
                ),
                Mistake(programs.norm_not_squared, "the norm is squared in the penalty"),
                Mistake(programs.summed, "the loss is a mean: 1/n is missing", "mean"),
                Mistake(
                    programs.penalty_in_the_mean,
                    "the mean is over the examples, and the penalty stands outside of it",
                    "mean",
                ),
                Mistake(
                    programs.labels_zero_and_one,
                    "this is for labels 0 and 1; here they are 1 and -1",
                ),
                Mistake(
                    programs.exponential_overflows,
                    "the exponential of a large negative margin overflows; `logaddexp(0, -margins)` does not",
                ),
            ),
        ),
        Part(
            name="slope",
            asks=r"slope of $\log(f - f^*)$ per update, on a quadratic with the one curvature $\mu$, at rate $\eta < 1/\mu$",
            form=Formula(Domain((eta, mu), draw=_draw_stable, draw_degree=2), "a number"),
            reference=2 * sympy.log(1 - eta * mu),
            latex=r"2\log(1-\eta\mu)",
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
            mistakes=(
                Mistake(
                    "smallest",
                    "a direction in which the start is already right contributes nothing, ever",
                ),
                Mistake("bound", "the constant gives a bound on the slope; a start may be luckier"),
            ),
        ),
    ),
    hints=(
        "What has to be subtracted from the loss before its logarithm can fall along a straight line?",
        r"Follow gradient descent on a parabola of curvature $\mu$: by which factor does the error shrink, and by which the loss?",
        r"$w_{t+1}-w^*=(1-\eta\mu)(w_t-w^*)$, and the loss is quadratic in that. Take logarithms.",
    ),
    beyond=(
        "straight",
        "tail",
    ),
    result=r"$\log(f-f^*)$ becomes a straight line of slope $2\log(1-\eta\mu)$, twice what the handout says.",
    model_answer=r"""
Margins $m=y\circ(Xw+w_0)$; $f$ from `logaddexp(0, -m)`; with $s=-y\circ\sigma(-m)/n$: $\nabla_wf=X^\top s+\lambda w$,
$\partial f/\partial w_0=\sum_is_i+\lambda w_0$. Near the minimum $f-f^*\approx\frac12\sum_j h_ja_j^2(1-\eta h_j)^{2t}$ with the eigenvalues $h_j$ of
the Hessian at $w^*$. So $\log(f-f^*)$ becomes a straight line whose slope is
$2\log(1-\eta\mu)\approx-2\eta\mu$, $\mu$ the smallest $h_j$ in whose direction an error is left (for
$\eta\le 1/L$). With $\mu=m=\lambda$ and $\eta=1/L$ that is about $-2/\kappa$: the handout's
$-1/\kappa$ is the slope for the distance $\lVert w-w^*\rVert$. It is $f-f^*$ that has to be plotted;
$\log f$ itself flattens at $\log f^*$.
""",
    conventions=("logarithm",),
)

QUESTIONS = (data, descent)
