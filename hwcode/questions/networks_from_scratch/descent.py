"""Gradient descent, and a regression trained by it."""

from __future__ import annotations

import sympy
from sympy import Rational

from hwcode.checking import Choice, Domain, Formula, Mistake, Number, Part, Question, Truth
from hwcode.checking.programs import Program
from hwcode.questions.networks_from_scratch import answers, trials, truths
from hwcode.questions.networks_from_scratch.problem import CHAPTER, CLEAN, lmax, n

__all__ = ["QUESTIONS"]


# --- A1-P1.4 ----------------------------------------------------------------------------------


descent = Question(
    ids=("A1-P1.4",),
    chapter=CHAPTER,
    title="full-batch gradient descent",
    marks={"A1-P1.4": 1},
    statement=r"""
Train logistic regression by full-batch gradient descent. *Our contract:* a function
`gradient_descent(X, t, rate, steps)` that starts at zero weights and zero bias, takes `steps` steps
with the gradient over all examples, and returns the weights, the bias and a list of `steps + 1` losses,
before the first step and after each. *We add:* how large may the rate be? """
    + CLEAN,
    parts=(
        Part(
            name="program",
            asks="`gradient_descent(X, t, rate, steps)`",
            form=Program(
                name="gradient_descent",
                parameters={
                    "X": "n x d",
                    "t": "n targets",
                    "rate": "a number",
                    "steps": "how many",
                },
                what="the weights (d), the bias and the steps + 1 losses",
                instances=truths.descent_instances,
                differ=trials.differs(),
                use=trials.named("w", "b", "losses"),
            ),
            reference=answers.gradient_descent,
            truth=Truth(
                trials.many_digits(truths.descent_by_quotients),
                "difference quotients with 1,100 digits",
            ),
            mistakes=(
                Mistake(answers.descent_uphill, "this climbs: descent goes against the gradient"),
                Mistake(
                    answers.descent_by_example,
                    "this is stochastic gradient descent, n steps per pass",
                ),
                Mistake(
                    answers.descent_summed,
                    "the loss is a mean: this rate is n times too large",
                    "mean",
                ),
                Mistake(answers.descent_one_short, "the loss after the last step is missing"),
                Mistake(
                    answers.descent_one_after_the_other,
                    "all weights move at once, by the gradient at the point where the step begins",
                ),
            ),
        ),
        Part(
            name="rate",
            asks=r"up to which constant rate does no step ever increase the loss, whatever the targets in $[0,1]$ and the weights (`lmax`: the largest eigenvalue of $\tilde X^\top\tilde X$, $\tilde X=(X,\mathbf 1)$)",
            form=Formula(Domain((n, lmax)), "a number"),
            reference=8 * n / lmax,
            latex=r"\eta\le\frac{8n}{\lambda_{\max}(\tilde X^\top\tilde X)}",
            truth=Truth(
                truths.largest_safe_rate,
                "two over the largest curvature, by SymPy's derivatives",
                2,
            ),
            mistakes=(
                Mistake(4 * n / lmax, "this is $1/L$; up to $2/L$ the loss does not increase"),
                Mistake(2 * n / lmax, "the curvature of one example is at most 1/4, not 1"),
                Mistake(8 / lmax, "the loss is a mean: the factor n is missing", "mean"),
                Mistake(n / lmax, "this is the limit for the mean squared error"),
            ),
        ),
    ),
    model_answer=r"""
Start with $w=0$, $b=0$. In each step compute $z=Xw+b$ and $g=(\sigma(z)-t)/n$ over all examples, keep the loss,
then set $w\leftarrow w-\eta X^\top g$ and $b\leftarrow b-\eta\sum_ig_i$ together. The Hessian
$\frac1n\tilde X^\top\operatorname{diag}(p_i(1-p_i))\tilde X$ is at most $L=\lambda_{\max}(\tilde X^\top\tilde X)/(4n)$, so a step
changes the loss $f$ by at most $-\eta(1-\eta L/2)\lVert\nabla f\rVert^2$, which is not positive for $\eta\le2/L=8n/\lambda_{\max}$.
""",
    conventions=("mean",),
)

# --- A1-P1.5 ----------------------------------------------------------------------------------


train_regression = Question(
    ids=("A1-P1.5",),
    chapter=CHAPTER,
    title="train it and show the result",
    marks={"A1-P1.5": 0},
    statement=r"""
Train logistic regression and show the result. *The data are lost, so we ask what can be known about any
run:* what a line can do on the four points of XOR, $(0,0),(1,1)$ against $(0,1),(1,0)$; and what
gradient descent does on separable data, for which we take $(1,2)$ and $(3,-1)$ in class 1 against
$(-1,-2)$ and $(-3,1)$ in class 0. The page shows the curves and the boundaries.
""",
    parts=(
        Part(
            name="xor",
            asks="the largest accuracy of any line on XOR",
            form=Number(what="a fraction"),
            reference=Rational(3, 4),
            truth=Truth(
                lambda _: truths.best_line(*truths.XOR),
                "linear inequalities for every subset of the points",
            ),
            mistakes=(
                Mistake(Rational(1, 2), "the line $x_1+x_2=\\frac12$ has three of four right"),
                Mistake(
                    Rational(1),
                    "the midpoint of both classes is the same, and a line cannot have it on both sides",
                ),
            ),
        ),
        Part(
            name="xor_loss",
            asks="the least mean cross-entropy of logistic regression on XOR",
            form=Number(what="a number"),
            reference=sympy.log(2),
            truth=Truth(truths.least_loss_on_xor, "a vanishing gradient of a convex function"),
            also_right=("ln(2)", "-log(1/2)"),
            mistakes=(
                Mistake(sympy.S.Zero, "the loss tends to 0 only if the data are separable"),
                Mistake(
                    sympy.log(2) / 4,
                    "three right and one wrong is the best accuracy; with weights that grow the wrong one costs more and more",
                ),
            ),
        ),
        Part(
            name="separable",
            asks="what happens to loss and weights on the separable points, at a constant rate below the limit?",
            form=Choice(
                {
                    "diverge": "the loss tends to 0 and the weights grow without bound",
                    "minimum": "the weights converge to a minimiser",
                    "reach": "the loss reaches 0 after finitely many steps",
                }
            ),
            reference="diverge",
            truth=Truth(
                truths.fate_on_separable,
                "a separating direction, and the limit of the loss along it",
            ),
            mistakes=(
                Mistake(
                    "minimum", "there is none: along a separating direction the loss falls for ever"
                ),
                Mistake("reach", "every term $\\log(1+e^{-m})$ is positive for finite weights"),
            ),
        ),
        Part(
            name="direction",
            asks="the limit of $w_2/w_1$ there",
            form=Number(what="a number"),
            reference=Rational(2, 3),
            truth=Truth(
                truths.max_margin_slope, "the maximum-margin direction, by trying all active sets"
            ),
            mistakes=(
                Mistake(
                    Rational(1, 4),
                    "this is the direction of the difference of the class means, in which descent from zero begins",
                ),
                Mistake(
                    Rational(-3, 2), "this is the direction of the boundary, not of the weights"
                ),
                Mistake(
                    Rational(2),
                    "this is the nearest point alone; the other margin would be smaller",
                ),
            ),
        ),
    ),
    model_answer=r"""
XOR: if all four were right, the logits of both classes would sum to $z(0,1)+z(1,0)>0>z(0,0)+z(1,1)$, but both
sums are $w_1+w_2+2b$; three of four can be had. The loss is convex and its gradient is 0 at $w=0$, $b=0$: the least
loss is $\log2$, and logistic regression learns nothing. Separable data: some $u$ has all margins positive, so
the loss at $cu$ tends to 0 as $c\to\infty$ while it is positive everywhere: no minimum, $\lVert w\rVert\to\infty$. The
direction tends to that of maximum margin: least $\lVert w\rVert$ with $w_1+2w_2\ge1$, $3w_1-w_2\ge1$, $w\propto(3,2)$.
""",
)

QUESTIONS = (descent, train_regression)
