"""Gradient descent, and a regression trained by it."""

from __future__ import annotations

import sympy
from sympy import Rational

from hwcode.chapters.networks_from_scratch import modules
from hwcode.chapters.networks_from_scratch.questions import (
    answers,
    contracts,
    instances,
    module_answers,
)
from hwcode.chapters.networks_from_scratch.questions.problem import CHAPTER, CLEAN, lmax, n
from hwcode.checking import Choice, Domain, Formula, Mistake, Number, Part, Question
from hwcode.checking.programs import Program
from hwcode.checking.trials import by_name, named

__all__ = ["QUESTIONS"]


# --- A1-P1.4 ----------------------------------------------------------------------------------


descent = Question(
    ids=("A1-P1.4",),
    chapter=CHAPTER,
    title="full-batch gradient descent",
    marks={"A1-P1.4": 1},
    statement=r"""
Train logistic regression by full-batch gradient descent. *In the starter's contract:* a function
`gd_step(classifier, input_features, targets, learning_rate)` that takes one step, in place, with any module that returns its
loss (the perceptron is trained by it, too), and returns the loss before the step. *Ours, besides:* a function
`gradient_descent(X, t, rate, steps)` that starts at zero weights and zero bias, takes `steps` steps
with the gradient over all examples, and returns the weights, the bias and a list of `steps + 1` losses,
before the first step and after each. *We add:* how large may the rate be? """
    + CLEAN,
    parts=(
        Part(
            name="step",
            asks="`gd_step(classifier, input_features, targets, learning_rate)`, in the starter's contract",
            form=Program(
                name="gd_step",
                parameters={
                    "kind": "of a module that we made: a line fitted by least squares, or logistic regression",
                    "weights": "d",
                    "bias": "a number",
                    "features": "n x d",
                    "targets": "n",
                    "rate": "a number",
                    "steps": "how many times it is called",
                },
                what="the losses, and where the parameters are then",
                instances=instances.step_instances,
                differ=by_name(),
                use=contracts.use_step,
                usage="a Python function gd_step(classifier, input_features, targets, learning_rate) that moves the arrays of classifier.get_parameters() in place and returns the loss before that",
                beside=contracts.given(),
                live=contracts.LIVE,
                clean=True,
            ),
            reference=modules.gd_step,
            mistakes=(
                Mistake(
                    module_answers.step_rebinds,
                    "no parameter moves: `value = value - ...`, as a new entry in the merged dictionary, binds a name to a new array, and the classifier keeps the old one; `value -= ...` works in place",
                ),
                Mistake(
                    module_answers.step_without_zero,
                    "`backward` adds to the gradients that are there: without `zero_grad` every step takes all earlier ones again",
                ),
                Mistake(
                    module_answers.step_zero_late,
                    "what was left in the gradients before is in the first step: `zero_grad` belongs before `backward`",
                ),
                Mistake(
                    module_answers.step_from_the_loss,
                    "`backward` gets the gradient in the loss, which is 1, and not the loss",
                ),
                Mistake(
                    module_answers.step_uphill, "this climbs: descent goes against the gradient"
                ),
                Mistake(
                    module_answers.step_mean_twice,
                    "the loss has taken the mean already: this rate is n times too small",
                    "mean",
                ),
                Mistake(
                    module_answers.step_clipped,
                    "a gradient that is cut to a length is another method",
                ),
                Mistake(
                    module_answers.step_loss_after,
                    "the loss that is returned is that before the step",
                ),
            ),
        ),
        Part(
            name="program",
            asks="ours: `gradient_descent(X, t, rate, steps)`",
            form=Program(
                name="gradient_descent",
                parameters={
                    "X": "n x d",
                    "t": "n targets",
                    "rate": "a number",
                    "steps": "how many",
                },
                what="the weights (d), the bias and the steps + 1 losses",
                instances=instances.descent_instances,
                differ=by_name(),
                use=named("w", "b", "losses"),
                clean=True,
            ),
            reference=answers.gradient_descent,
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
            asks=r"ours: up to which constant rate does no step ever increase the loss, whatever the targets in $[0,1]$ and the weights (`lmax`: the largest eigenvalue of $\tilde X^\top\tilde X$, $\tilde X=(X,\mathbf 1)$)",
            form=Formula(Domain((n, lmax)), "a number", bound="<"),
            reference=8 * n / lmax,
            latex=r"\eta\le\frac{8n}{\lambda_{\max}(\tilde X^\top\tilde X)}",
            mistakes=(
                Mistake(4 * n / lmax, "this is $1/L$; up to $2/L$ the loss does not increase"),
                Mistake(2 * n / lmax, "the curvature of one example is at most 1/4, not 1"),
                Mistake(8 / lmax, "the loss is a mean: the factor n is missing", "mean"),
                Mistake(n / lmax, "this is the limit for the mean squared error"),
            ),
        ),
    ),
    hints=(
        "In which order are things computed in one step, and which losses are asked for?",
        r"Compute both gradients at the old weights before you change anything. For the rate, bound the Hessian: $p(1-p)\le\frac14$.",
        r"The list begins with the loss at zero weights, $\log2$. A step cannot raise the loss while $\eta\le2/L$, with $L$ a bound on the Hessian.",
    ),
    beyond=("program", "rate"),
    result=r"All examples in every step. No step raises the loss while $\eta\le8n/\lambda_{\max}$.",
    model_answer=r"""
`gd_step`: `zero_grad`, the loss, `backward(1)`, then `value -= rate * grads[name]` in place. From zero: in each step compute $z=Xw+b$ and $g=(\sigma(z)-t)/n$ over all examples, keep the loss,
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
Train logistic regression and show the result. The starter trains it on two half moons of scikit-learn, 1,000 points of
which 800 are for training, at a rate of 0.0001 for 1,000 steps, and asks why the training accuracy cannot get above about
90 % there. *We ask it exactly:* how many of the 800 any line can have right, and how many the line of the least loss has;
the same of two circles, one within the other; what a line can do on the four points of XOR,
$(0,0),(1,1)$ against $(0,1),(1,0)$; and what gradient descent does on separable data, for which we take $(1,2)$ and
$(3,-1)$ in class 1 against $(-1,-2)$ and $(-3,1)$ in class 0.
""",
    parts=(
        Part(
            name="moons_line",
            asks="of the starter's 800 training moons, how many can a line have right at most",
            form=Number(what="a number of points"),
            reference=sympy.Integer(710),
            mistakes=(
                Mistake(
                    sympy.Integer(720),
                    "90 % is what the plot looks like; no line has more than 88.75 %",
                ),
                Mistake(
                    sympy.Integer(703),
                    "so many has the line of the least logistic loss; another one has seven more",
                ),
                Mistake(
                    sympy.Integer(800),
                    "each moon reaches into the hollow of the other, and a line is straight",
                ),
            ),
        ),
        Part(
            name="moons_logistic",
            asks="how many of them has the line right at which the logistic loss is least",
            form=Number(what="a number of points"),
            reference=sympy.Integer(703),
            mistakes=(
                Mistake(
                    sympy.Integer(710),
                    "so many has the best line; the loss also counts by how much a point is right or wrong, and is least elsewhere",
                ),
                Mistake(
                    sympy.Integer(649),
                    "at the starter's rate 1,000 steps have hardly left the start: this depends on the seed",
                ),
            ),
        ),
        Part(
            name="circles_line",
            asks="of the starter's 800 training points on two circles, how many can a line have right at most",
            form=Number(what="a number of points"),
            reference=sympy.Integer(552),
            mistakes=(
                Mistake(
                    sympy.Integer(400),
                    "a line that leaves the inner circle on one side has a good part of the outer one on the other",
                ),
                Mistake(
                    sympy.Integer(413),
                    "so many has the line of the least logistic loss, which is nearly that of no line at all",
                ),
            ),
        ),
        Part(
            name="xor",
            asks="the largest accuracy of any line on XOR",
            form=Number(what="a fraction"),
            reference=Rational(3, 4),
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
    hints=(
        "Draw the four points of XOR and try to lay a line. On separable data, what happens to the loss when the weights are doubled?",
        "Compare the sum of the logits at the two points of each class. The gradient at zero weights tells the least loss, as the loss is convex.",
        "$z(0,0)+z(1,1)=z(0,1)+z(1,0)$ for every line. For the direction look for the largest margin.",
    ),
    beyond=("moons_logistic", "circles_line", "xor", "xor_loss", "separable", "direction"),
    result="No line has more than 710 of the 800 moons right; the least loss has 703. A line gets three of the four points of XOR. On separable data the loss tends to 0, the weights grow for ever, and their direction converges.",
    numbers=(
        "710 = moons_line",
        "703 = moons_logistic",
        "552 = circles_line",
        "413 = circles_least",
        "88.75 % = moons_line/800",
    ),
    model_answer=r"""
Moons: turned about each of the points a line passes all others, so all lines can be counted: at most 710 of 800 (88.75 %);
logistic regression is a line, and the one of the least loss has 703. Circles: 552, and 413. XOR: if all four were right, the logits of both classes would sum to $z(0,1)+z(1,0)>0>z(0,0)+z(1,1)$, but both
sums are $w_1+w_2+2b$; three of four can be had. The loss is convex and its gradient is 0 at $w=0$, $b=0$: the least
loss is $\log2$, and logistic regression learns nothing. Separable data: some $u$ has all margins positive, so
the loss at $cu$ tends to 0 as $c\to\infty$ while it is positive everywhere: no minimum, $\lVert w\rVert\to\infty$. The
direction tends to that of maximum margin: least $\lVert w\rVert$ with $w_1+2w_2\ge1$, $3w_1-w_2\ge1$, $w\propto(3,2)$.
""",
)

QUESTIONS = (descent, train_regression)
