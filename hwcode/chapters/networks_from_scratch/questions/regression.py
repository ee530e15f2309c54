"""The linear layer, and logistic regression out of it."""

from __future__ import annotations

from typing import Any

from sympy import ImmutableMatrix

from hwcode.chapters.networks_from_scratch import layers as nn
from hwcode.chapters.networks_from_scratch import modules
from hwcode.chapters.networks_from_scratch.questions import (
    answers,
    contracts,
    instances,
    module_answers,
)
from hwcode.chapters.networks_from_scratch.questions.problem import CHAPTER, CLEAN, X, d, n, p, t
from hwcode.checking import Domain, Formula, Mistake, Numbers, Part, Question
from hwcode.checking.programs import Program
from hwcode.checking.trials import by_name, named

__all__ = ["QUESTIONS"]


def _draw_batch(case: Any, numbers: Numbers) -> dict[Any, Any]:
    """Inputs, and probabilities and targets that are some."""
    rows = int(case[n])
    between = [
        ImmutableMatrix([numbers.number(interval=(0, 1)) for _ in range(rows)]) for _ in range(2)
    ]
    return {X: numbers.matrix(rows, int(case[d])), p: between[0], t: between[1]}


# --- A1-P1.2 ----------------------------------------------------------------------------------


linear = Question(
    ids=("A1-P1.2",),
    chapter=CHAPTER,
    title="a general linear layer",
    marks={"A1-P1.2": 1},
    statement=r"""
Implement a linear layer. *In the starter's contract:* a class `Linear(input_size, output_size)`, a `Module` whose
parameters `weights` (input_size × output_size, drawn normal with variance 2/input_size) and `bias` (0 at first) are in
the dictionary of `get_parameters()`, and their gradients, added up until `zero_grad()`, in that of `get_parameter_grads()`.
A call returns $XW+b$, `backward` a tuple of one, the gradient in $X$. *Ours, accepted as well:* a class `Linear(W, b)` with
`W` of shape inputs × outputs and `b` of shape outputs, attributes that training changes. `forward(X)` takes a batch, one example in a row, and returns $Y=XW+b$.
`backward(G)` takes the gradient $G$ of a scalar loss in $Y$, for the batch of the last `forward`; it
returns the gradient in $X$ and leaves those in $W$ and $b$, of the shapes of $W$ and $b$, in the attributes `dW`
and `db`, in place of those of an earlier batch. (A factor $1/n$ belongs to the loss and has come with $G$.) """
    + CLEAN,
    parts=(
        Part(
            asks="the class `Linear`",
            form=Program(
                name="Linear",
                parameters={
                    "W": "inputs x outputs",
                    "b": "outputs",
                    "X": "n x inputs",
                    "G": "n x outputs",
                },
                what="the output and the three gradients",
                instances=instances.linear_instances,
                differ=by_name(),
                use=contracts.use_linear,
                usage="a Python class Linear(input_size, output_size) of the starter's kind; or Linear(W, b) with methods forward(X) and backward(G) and attributes dW and db",
                beside=contracts.given(),
                live=contracts.LIVE,
                clean=True,
            ),
            reference=modules.Linear,
            also_right=(nn.Linear,),
            mistakes=(
                Mistake(
                    module_answers.LinearSets,
                    "gradients are added up, and `zero_grad` sets them to 0: a layer that is used twice needs the sum",
                ),
                Mistake(
                    module_answers.LinearMeanTwice,
                    "the mean over the examples is in the loss, and with it in the gradient that comes in",
                    "mean",
                ),
                Mistake(
                    module_answers.LinearWithoutTuple,
                    "made by its sizes it is a module of the starter, and there `backward` returns a tuple with one gradient for each input",
                ),
                Mistake(
                    module_answers.LinearInTheClass,
                    "what is kept in the class belongs to all layers: the one that ran last overwrites it for the others",
                ),
                Mistake(
                    module_answers.LinearSmall,
                    "the starter draws with standard deviation sqrt(2 / input_size), which keeps the size of the signal through layers of ReLU",
                ),
                Mistake(
                    answers.LinearNoSum, "one bias serves all examples: their gradients add up"
                ),
                Mistake(
                    answers.LinearMean,
                    "the mean over the examples is in the loss, and with it in the gradient that comes in",
                    "mean",
                ),
                Mistake(
                    answers.LinearTransposed,
                    "the gradient has the shape of what it is taken by",
                    "layout",
                ),
                Mistake(
                    answers.LinearKeepsFirst, "backward belongs to the last batch that went forward"
                ),
                Mistake(
                    answers.LinearAdding,
                    "the gradients of all earlier steps pile up; PyTorch adds too, and so it has `zero_grad`",
                ),
            ),
        ),
    ),
    hints=(
        "Write one entry of $Y=XW+b$ as a sum, and ask on which outputs $W_{kj}$ acts.",
        "Sum over the examples where the parameter acts on all of them. Check shapes: a gradient has the shape of what it belongs to.",
        r"$\partial L/\partial W_{kj}=\sum_iX_{ik}G_{ij}$: which matrix product is that? `forward` has to keep $X$.",
    ),
    result=r"$dW=X^\top G$, $db=G^\top\mathbf 1$, $dX=GW^\top$.",
    model_answer=r"""
$Y_{ij}=\sum_kX_{ik}W_{kj}+b_j$, so with $G=\partial L/\partial Y$ the chain rule gives
$\frac{\partial L}{\partial W_{kj}}=\sum_iX_{ik}G_{ij}$, $\frac{\partial L}{\partial b_j}=\sum_iG_{ij}$ and
$\frac{\partial L}{\partial X_{ik}}=\sum_jG_{ij}W_{kj}$, that is $dW=X^\top G$, $db=G^\top\mathbf 1$, $dX=GW^\top$.
`forward` keeps $X$ for `backward`, which adds the first two to what is there. The shapes leave no choice: $dW$ has that of $W$.
""",
    conventions=("batch", "layout"),
)

# --- A1-P1.3 ----------------------------------------------------------------------------------


regression = Question(
    ids=("A1-P1.3",),
    chapter=CHAPTER,
    title="binary logistic regression",
    marks={"A1-P1.3": 0.5},
    statement=r"""
Implement binary logistic regression. *In the starter's contract:* a class `BinaryLogisticRegression(input_size)`,
called with features ($n\times d$) and, by name, `targets` ($n\times1$); it returns the loss. `backward(grad_output)` returns
a tuple of one, the gradient in the features; parameters and gradients are there as in a linear layer, under names that may
have prefixes; `predict(features)` gives 0 or 1 for each, $n\times1$. *Ours, besides:* the formula, and a function `logistic_regression(w, b, X, t)` of
$d$ weights, a bias, inputs ($n\times d$) and $n$ targets, that returns the mean cross-entropy of
$p=\sigma(Xw+b)$, its gradient in $w$ ($d$ entries) and its derivative in $b$. """
    + CLEAN,
    parts=(
        Part(
            name="module",
            asks="the class `BinaryLogisticRegression`, in the starter's contract",
            form=Program(
                name="BinaryLogisticRegression",
                parameters={
                    "weights": "d",
                    "bias": "a number",
                    "features": "n x d",
                    "targets": "n",
                },
                what="the loss, all gradients and the classes",
                instances=instances.regression_instances,
                differ=by_name(),
                use=contracts.use_regression,
                usage="a Python class BinaryLogisticRegression(input_size) of the starter's kind, with predict(features)",
                beside=contracts.given(modules.BinaryCrossEntropy, modules.Linear),
                live=contracts.LIVE,
                clean=True,
            ),
            reference=modules.BinaryLogisticRegression,
            mistakes=(
                Mistake(
                    module_answers.RegressionSigmoidTwice,
                    "the loss takes logits and applies the sigmoid itself: here it is applied twice",
                ),
                Mistake(
                    module_answers.RegressionTupleForgotten,
                    "`backward` of the loss returns a tuple, and NumPy makes an array of shape (1, n, 1) of it: unpack it",
                ),
                Mistake(
                    module_answers.RegressionPredictsByHalf,
                    "1/2 is the threshold of the probability; that of the logit is 0",
                ),
                Mistake(
                    module_answers.RegressionMeanTwice,
                    "the loss has taken the mean; the gradient that comes from it has 1/n already",
                    "mean",
                ),
            ),
        ),
        Part(
            name="formula",
            asks="ours: the gradient in $w$, in terms of $X$, $p$ and $t$",
            form=Formula(
                Domain(
                    (n, d, X, p, t),
                    ({n: 1, d: 2}, {n: 3, d: 2}, {n: 2, d: 3}),
                    True,
                    draw=_draw_batch,
                ),
                "a column vector of d entries",
            ),
            reference=X.T * (p - t) / n,
            latex=r"\nabla_w L = \frac1n X^\top(p-t)",
            mistakes=(
                Mistake(X.T * (t - p) / n, "the sign: this is the direction of descent"),
                Mistake(X.T * (p - t), "the loss is a mean: 1/n is missing", "mean"),
                Mistake(2 * X.T * (p - t) / n, "the factor 2 belongs to the squared error"),
            ),
        ),
        Part(
            name="program",
            asks="ours: `logistic_regression(w, b, X, t)`",
            form=Program(
                name="logistic_regression",
                parameters={"w": "d weights", "b": "a number", "X": "n x d", "t": "n targets"},
                what="the loss, the gradient in w (d entries) and the derivative in b",
                instances=instances.regression_instances,
                differ=by_name(),
                use=named("loss", "dw", "db"),
                clean=True,
            ),
            reference=answers.logistic_regression,
            mistakes=(
                Mistake(
                    answers.regression_summed,
                    "the loss is a mean, so its gradient is one too",
                    "mean",
                ),
                Mistake(
                    answers.regression_with_slope,
                    "the slope of the sigmoid cancels against $1/(p(1-p))$; with it the loss would be the squared error's",
                ),
                Mistake(
                    answers.regression_by_probability,
                    "a probability that is rounded to 0 or 1 makes the loss infinite",
                ),
                Mistake(
                    answers.regression_broadcast,
                    "a column less a row is a matrix in NumPy: every logit meets every target, and nothing complains",
                ),
            ),
        ),
    ),
    hints=(
        "What is the derivative of the loss in the logit (A1-P1.1)?",
        "The logit is linear in the weights: use the chain rule with $z=Xw+b$.",
        r"$\partial\ell/\partial z_i=p_i-t_i$. Sum it over the examples against $x_i$, and remember that the loss is a mean.",
    ),
    beyond=("formula", "program"),
    result=r"$\nabla_wL=\frac1nX^\top(p-t)$.",
    model_answer=r"""
Logits $z=Xw+b$, probabilities $p=\sigma(z)$, loss $L=\frac1n\sum_i\ell(z_i,t_i)$ with
$\partial\ell/\partial z=p-t$. As $z$ is linear in the weights, $\nabla_wL=\frac1nX^\top(p-t)$ and
$\partial L/\partial b=\frac1n\sum_i(p_i-t_i)$. In the library it is a network without hidden layer: `Linear`
followed by the loss with logits.
""",
    conventions=("mean",),
)

QUESTIONS = (linear, regression)
