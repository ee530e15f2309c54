"""The questions of the chapter on networks from scratch.

Only the headings of these programming questions survive, so the contracts are ours. Programs are
compared with arithmetic of many digits and with difference quotients, never with another program of
the same kind.
"""

from __future__ import annotations

from functools import partial

import mpmath
import sympy
from sympy import Rational

from hwcode import networks_from_scratch as nn
from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Method,
    Mistake,
    Number,
    Part,
    Question,
    Truth,
)
from hwcode.checking.programs import Program
from hwcode.questions import scratch_answers as answers
from hwcode.questions import scratch_truths as truths
from hwcode.questions.scratch_truths import X, d, h, lmax, n, p, q, t

__all__ = ["QUESTIONS"]

CHAPTER = "networks_from_scratch"
CLEAN = "No floating-point warning may escape, and no argument may be changed."


# --- A1-P1.1 ----------------------------------------------------------------------------------


TARGETS = "n targets from 0 to 1"
cross_entropy = Question(
    ids=("A1-P1.1",),
    chapter=CHAPTER,
    title="binary cross-entropy, forward and backward",
    marks={"A1-P1.1": 1},
    statement=r"""
Implement the binary cross-entropy loss. *The rest is ours.* Four functions of NumPy arrays of $n$
entries, with targets $t_i\in[0,1]$: `bce(p, t)` returns the mean of
$-t_i\log p_i-(1-t_i)\log(1-p_i)$ for probabilities $p_i\in[0,1]$, where $0\log0=0$, and infinity where
an event of probability 0 happened; `bce_backward(p, t)` its gradient in $p$ (at 0 and 1 the one-sided
derivative); `bce_with_logits(z, t)` the same loss for $p_i=1/(1+e^{-z_i})$, and
`bce_with_logits_backward(z, t)` its gradient in $z$, both right for every $|z_i|\le1000$. """
    + CLEAN,
    parts=(
        Part(
            name="loss",
            asks="`bce(p, t)`",
            form=Program(
                name="bce",
                parameters={"p": "n probabilities", "t": TARGETS},
                what="the mean cross-entropy",
                instances=truths.probabilities,
                differ=truths.differs(),
                use=truths.strict,
            ),
            reference=nn.bce,
            truth=Truth(
                truths.many_digits(truths.loss_of_probabilities), "the definition with 1,100 digits"
            ),
            alternatives=(
                Alternative(
                    answers.bce_clamped,
                    "right with logarithms cut off at -100, as in PyTorch's `BCELoss`: 100 where the loss is infinite",
                    "infinite",
                ),
            ),
            mistakes=(
                Mistake(
                    answers.bce_by_formula,
                    "at $p=t=0$ and $p=t=1$ it takes the logarithm of 0 and multiplies it by 0, which is not a number",
                ),
                Mistake(answers.bce_summed, "the loss is a mean: 1/n is missing", "mean"),
                Mistake(
                    answers.bce_shifted,
                    "the added constant is no rounding: it changes every loss and makes an infinite one 18",
                ),
                Mistake(
                    answers.bce_clipped,
                    "clipping hides how wrong a sure answer is: no loss can exceed 28 then",
                    "infinite",
                ),
                Mistake(
                    answers.bce_of_labels,
                    "a target between 0 and 1 needs both logarithms; this is right for 0 and 1 only",
                ),
                Mistake(
                    answers.bce_of_ones,
                    "targets of 0 cost nothing here, so always saying 1 would be best",
                ),
            ),
        ),
        Part(
            name="gradient",
            asks="`bce_backward(p, t)`",
            form=Program(
                name="bce_backward",
                parameters={"p": "n probabilities", "t": TARGETS},
                what="the gradient of the mean cross-entropy in p, n entries",
                instances=truths.probabilities,
                differ=truths.differs(),
                use=truths.strict,
            ),
            reference=nn.bce_backward,
            truth=Truth(
                truths.many_digits(truths.slopes_of_probabilities),
                "difference quotients with 1,100 digits",
            ),
            mistakes=(
                Mistake(
                    answers.slopes_by_formula,
                    "for $p=t=0$ and $p=t=1$ it is 0/0; the derivative is $\\pm1/n$",
                ),
                Mistake(
                    answers.slopes_of_logits_for_p,
                    "this is the gradient in the logit; the one in $p$ is larger by $1/(p(1-p))$",
                ),
                Mistake(answers.slopes_summed, "the loss is a mean: 1/n is missing", "mean"),
            ),
        ),
        Part(
            name="logits",
            asks="`bce_with_logits(z, t)`",
            form=Program(
                name="bce_with_logits",
                parameters={"z": "n logits", "t": TARGETS},
                what="the mean cross-entropy of sigmoid(z)",
                instances=truths.logits,
                differ=truths.differs(),
                use=truths.strict,
            ),
            reference=nn.bce_with_logits,
            truth=Truth(
                truths.many_digits(truths.loss_of_logits), "the definition with 1,100 digits"
            ),
            mistakes=(
                Mistake(
                    answers.by_probability,
                    "the probability is rounded to 1 or 0, and the loss becomes infinite",
                ),
                Mistake(answers.softplus_naive, "exp(1000) overflows"),
                Mistake(
                    answers.logits_swapped,
                    "the targets are exchanged: it is the loss for $1-t$",
                ),
            ),
        ),
        Part(
            name="logits_gradient",
            asks="`bce_with_logits_backward(z, t)`",
            form=Program(
                name="bce_with_logits_backward",
                parameters={"z": "n logits", "t": TARGETS},
                what="its gradient in z, n entries",
                instances=truths.logits,
                differ=truths.differs(),
                use=truths.strict,
            ),
            reference=nn.bce_with_logits_backward,
            truth=Truth(
                truths.many_digits(truths.slopes_of_logits),
                "difference quotients with 1,100 digits",
            ),
            mistakes=(
                Mistake(
                    answers.by_chain_rule,
                    "where the probability is rounded to 1 or 0 it is infinity times 0",
                ),
                Mistake(
                    answers.negative_exponential,
                    "exp(1000) overflows, and infinity over infinity is not a number",
                ),
                Mistake(
                    answers.plain_sigmoid,
                    "exp(1000) overflows: the value comes out right, with a warning",
                ),
                Mistake(answers.ascent, "the sign: this is the direction of descent"),
            ),
        ),
    ),
    model_answer=r"""
For one example $\ell=-t\log p-(1-t)\log(1-p)$ and $\partial\ell/\partial p=-\frac tp+\frac{1-t}{1-p}$; divide by
$n$, and leave out a term whose weight $t$ or $1-t$ is 0. With $p=\sigma(z)$: $-\log\sigma(z)=\log(1+e^{-z})$ and
$-\log(1-\sigma(z))=\log(1+e^z)$, so $\ell=t\log(1+e^{-z})+(1-t)\log(1+e^z)$, computed with `logaddexp(0, ∓z)`,
which never overflows. $\partial\ell/\partial z=\frac{p-t}{p(1-p)}\cdot p(1-p)=\sigma(z)-t$.
""",
    conventions=("mean", "infinite"),
)


# --- A1-P1.2 ----------------------------------------------------------------------------------


linear = Question(
    ids=("A1-P1.2",),
    chapter=CHAPTER,
    title="a general linear layer",
    marks={"A1-P1.2": 1},
    statement=r"""
Implement a linear layer. *Our contract:* a class `Linear(W, b)` with `W` of shape inputs × outputs and
`b` of shape outputs. `forward(X)` takes a batch, one example in a row, and returns $Y=XW+b$.
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
                instances=truths.linear_instances,
                differ=truths.differs(),
                use=truths.use_linear,
                usage="a Python class Linear(W, b) with methods forward(X) and backward(G) and attributes dW and db",
            ),
            reference=nn.Linear,
            truth=Truth(
                truths.differences_of_linear,
                "differences of the loss, exact for an affine function",
            ),
            mistakes=(
                Mistake(
                    answers.LinearNoSum, "one bias serves all examples: their gradients add up"
                ),
                Mistake(
                    answers.LinearMean,
                    "the mean over the examples is in the loss, and with it in G already",
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
    model_answer=r"""
$Y_{ij}=\sum_kX_{ik}W_{kj}+b_j$, so with $G=\partial L/\partial Y$ the chain rule gives
$\frac{\partial L}{\partial W_{kj}}=\sum_iX_{ik}G_{ij}$, $\frac{\partial L}{\partial b_j}=\sum_iG_{ij}$ and
$\frac{\partial L}{\partial X_{ik}}=\sum_jG_{ij}W_{kj}$, that is $dW=X^\top G$, $db=G^\top\mathbf 1$, $dX=GW^\top$.
`forward` keeps $X$ for `backward`. The shapes leave no choice: $dW$ has that of $W$.
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
Implement binary logistic regression. *Our contract:* a function `logistic_regression(w, b, X, t)` of
$d$ weights, a bias, inputs ($n\times d$) and $n$ targets, that returns the mean cross-entropy of
$p=\sigma(Xw+b)$, its gradient in $w$ ($d$ entries) and its derivative in $b$. """
    + CLEAN,
    parts=(
        Part(
            name="formula",
            asks="the gradient in $w$, in terms of $X$, $p$ and $t$",
            form=Formula(
                Domain((n, d, X, p, t), ({n: 1, d: 2}, {n: 3, d: 2})),
                "a column vector of d entries",
            ),
            reference=X.T * (p - t) / n,
            latex=r"\nabla_w L = \frac1n X^\top(p-t)",
            truth=Truth(truths.exact_gradient, "the chain rule, differentiated by SymPy", 60),
            mistakes=(
                Mistake(X.T * (t - p) / n, "the sign: this is the direction of descent"),
                Mistake(X.T * (p - t), "the loss is a mean: 1/n is missing", "mean"),
                Mistake(2 * X.T * (p - t) / n, "the factor 2 belongs to the squared error"),
            ),
        ),
        Part(
            name="program",
            asks="`logistic_regression(w, b, X, t)`",
            form=Program(
                name="logistic_regression",
                parameters={"w": "d weights", "b": "a number", "X": "n x d", "t": "n targets"},
                what="the loss, the gradient in w (d entries) and the derivative in b",
                instances=truths.regression_instances,
                differ=truths.differs(),
                use=truths.named("loss", "dw", "db"),
            ),
            reference=answers.logistic_regression,
            truth=Truth(
                truths.many_digits(truths.regression_by_quotients),
                "difference quotients with 1,100 digits",
            ),
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
    model_answer=r"""
Logits $z=Xw+b$, probabilities $p=\sigma(z)$, loss $L=\frac1n\sum_i\ell(z_i,t_i)$ with
$\partial\ell/\partial z=p-t$. As $z$ is linear in the weights, $\nabla_wL=\frac1nX^\top(p-t)$ and
$\partial L/\partial b=\frac1n\sum_i(p_i-t_i)$. In the library it is a network without hidden layer: `Linear`
followed by the loss with logits.
""",
    conventions=("mean",),
)


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
                differ=truths.differs(),
                use=truths.named("w", "b", "losses"),
            ),
            reference=answers.gradient_descent,
            truth=Truth(
                truths.many_digits(truths.descent_by_quotients),
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
changes the loss by at most $-\eta(1-\eta L/2)\lVert\nabla L\rVert^2$, which is not positive for $\eta\le2/L=8n/\lambda_{\max}$.
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


# --- A1-P2.1 ----------------------------------------------------------------------------------


def _activation_form(name: str) -> Program:
    return Program(
        name=name,
        parameters={"Z": "an array", "G": "the gradient in the output, of the same shape"},
        what="the output and the gradient in Z",
        instances=truths.activation_instances,
        differ=truths.differs(),
        use=truths.use_layer,
        usage=f"a Python class {name}() with methods forward(Z) and backward(G)",
    )


KINK = "right with another derivative at 0: any number from 0 to 1 is a subgradient there"
activations = Question(
    ids=("A1-P2.1",),
    chapter=CHAPTER,
    title="activation functions",
    marks={"A1-P2.1": 0.5},
    statement=r"""
Implement the activation functions. *Ours:* classes `ReLU`, `Sigmoid` and `Tanh` without arguments, each with
`forward(Z)`, which applies the function to every entry, and `backward(G)`, which turns the gradient in
the output into that in `Z`, for the array of the last `forward` and for all $|z|\le1000$. At 0 the derivative of
ReLU is taken to be 0. """
    + CLEAN,
    parts=(
        Part(
            name="relu",
            asks="the class `ReLU`",
            form=_activation_form("ReLU"),
            reference=nn.ReLU,
            truth=Truth(
                truths.many_digits(truths.relu_curve),
                "difference quotients with 1,100 digits, and 0 at 0",
            ),
            alternatives=(
                Alternative(answers.ReLUOne, KINK, "kink"),
                Alternative(answers.ReLUHalf, KINK, "kink"),
            ),
            mistakes=(
                Mistake(
                    answers.ReLUInPlace,
                    "the output is right, but the caller's array is changed, and whoever reads it later reads something else",
                ),
                Mistake(answers.ReLUForgets, "where the unit is off nothing comes back"),
                Mistake(
                    answers.ReLUOfGradient,
                    "the sign of the input decides, not that of the gradient",
                ),
            ),
        ),
        Part(
            name="sigmoid",
            asks="the class `Sigmoid`",
            form=_activation_form("Sigmoid"),
            reference=nn.Sigmoid,
            truth=Truth(
                truths.many_digits(partial(truths.curve, truths.logistic)),
                "difference quotients with 1,100 digits",
            ),
            mistakes=(
                Mistake(
                    answers.SigmoidOfInput,
                    "$\\sigma'=\\sigma(1-\\sigma)$ takes the output, not the input",
                ),
                Mistake(
                    answers.SigmoidTwice, "the sigmoid is applied twice: the output is one already"
                ),
                Mistake(
                    answers.SigmoidOverflows,
                    "exp(1000) overflows: the value comes out right, with a warning",
                ),
                Mistake(answers.SigmoidOutput, "the gradient that comes from above is missing"),
            ),
        ),
        Part(
            name="tanh",
            asks="the class `Tanh`",
            form=_activation_form("Tanh"),
            reference=nn.Tanh,
            truth=Truth(
                truths.many_digits(partial(truths.curve, mpmath.tanh)),
                "difference quotients with 1,100 digits",
            ),
            mistakes=(
                Mistake(
                    answers.TanhOfSigmoid, "this is the sigmoid's derivative; $\\tanh'=1-\\tanh^2$"
                ),
                Mistake(answers.TanhByExponentials, "infinity over infinity is not a number"),
                Mistake(answers.TanhNoSquare, "the square is missing: $\\tanh'=1-\\tanh^2$"),
            ),
        ),
    ),
    model_answer=r"""
Each `forward` keeps what its derivative needs. ReLU: $H=\max(Z,0)$, keep $Z>0$, $dZ=G\circ[Z>0]$. Sigmoid: keep $H$,
$dZ=G\circ H\circ(1-H)$; compute $H=e^{-\log(1+e^{-Z})}$ by `logaddexp`, or in two branches, so that nothing overflows.
Tanh: keep $H$, $dZ=G\circ(1-H\circ H)$.
""",
    conventions=("kink",),
)


# --- A1-P2.2 ----------------------------------------------------------------------------------


sequence = Question(
    ids=("A1-P2.2",),
    chapter=CHAPTER,
    title="the Sequential module",
    marks={"A1-P2.2": 1},
    statement=r"""
Implement a module that chains layers. *Our contract:* a class `Sequential(layers)`, where each layer has
`forward` and `backward`. Its own `forward(X)` sends a batch through all of them in order and returns the
output; its `backward(G)` sends the gradient back and returns the gradient in `X`. Each of the two calls the
method of that name once for each layer, in every step of a training. A sequence of no layers is the identity.
""",
    parts=(
        Part(
            asks="the class `Sequential`",
            form=Program(
                name="Sequential",
                parameters={
                    "matrices": "of the layers, which multiply by them",
                    "X": "a batch",
                    "G": "the gradient in the output",
                },
                what="the output and the gradient in the input",
                instances=truths.sequence_instances,
                differ=truths.sequence_differs,
                use=truths.use_sequence,
                usage="a Python class Sequential(layers) with methods forward(X) and backward(G)",
            ),
            reference=nn.Sequential,
            truth=Truth(truths.product, "the product of all layers' matrices"),
            mistakes=(
                Mistake(answers.SequentialForwards, "the last layer's gradient is known first"),
                Mistake(answers.SequentialSame, "each layer needs the gradient in its own output"),
                Mistake(
                    answers.SequentialNothing,
                    "a sequence is a layer itself: what is before it needs the gradient",
                ),
                Mistake(
                    answers.SequentialReverses,
                    "`reverse` changes the list itself: the second forward pass runs backwards",
                ),
                Mistake(
                    answers.SequentialForwardAgain,
                    "the layers have kept what they need: this doubles the work",
                ),
            ),
        ),
    ),
    model_answer=r"""
`forward`: `for layer in layers: X = layer.forward(X)`, return `X`. `backward`: the same with `reversed(layers)` and
`G = layer.backward(G)`, return `G`. For $f=f_k\circ\dots\circ f_1$ the chain rule is
$J_f^\top G=J_{f_1}^\top\cdots J_{f_k}^\top G$, multiplied from the right, so only vectors are ever formed and the
cost is that of the forward pass up to a constant.
""",
)


# --- A1-P2.3 ----------------------------------------------------------------------------------


perceptron = Question(
    ids=("A1-P2.3",),
    chapter=CHAPTER,
    title="a perceptron for two classes",
    marks={"A1-P2.3": 1},
    statement=r"""
Implement a multi-layer perceptron for binary classification. *Our contract:* a function
`mlp(weights, X, t)`, where `weights` is a list of pairs $(W,b)$, one for each linear layer ($W$ of shape
inputs × outputs), with tanh after each layer but the last, which has one output, the logit. It returns
the mean cross-entropy and a list of pairs `(dW, db)` in the same order. *We add:* how many parameters has a
network with $d$ inputs and one hidden layer of $h$ units? """
    + CLEAN,
    parts=(
        Part(
            name="program",
            asks="`mlp(weights, X, t)`",
            form=Program(
                name="mlp",
                parameters={"weights": "pairs (W, b)", "X": "n x d", "t": "n targets"},
                what="the loss and the pairs (dW, db)",
                instances=truths.mlp_instances,
                differ=truths.differs(),
                use=truths.use_mlp,
            ),
            reference=answers.mlp,
            truth=Truth(
                truths.many_digits(truths.mlp_by_quotients),
                "difference quotients with 1,100 digits, weight by weight",
            ),
            mistakes=(
                Mistake(
                    answers.mlp_linear,
                    "without an activation the layers collapse to one linear map",
                ),
                Mistake(
                    answers.mlp_without_slope,
                    "on its way back the gradient has to be multiplied by the slope of each activation",
                ),
                Mistake(
                    answers.mlp_tanh_output,
                    "the logit has to be able to take any value; tanh confines it to (-1, 1)",
                ),
                Mistake(
                    answers.mlp_summed, "the loss is a mean, so its gradient is one too", "mean"
                ),
            ),
        ),
        Part(
            name="parameters",
            asks="the number of parameters, in $d$ and $h$",
            form=Formula(
                Domain((d, h), ({d: 2, h: 3}, {d: 1, h: 1}, {d: 5, h: 2}, {d: 3, h: 4})), "a number"
            ),
            reference=h * (d + 2) + 1,
            truth=Truth(truths.count_entries, "counting the entries of the network's arrays"),
            also_right=("(d + 1)*h + h + 1",),
            mistakes=(
                Mistake(
                    h * (d + 1),
                    "these are all weights and no bias, or the hidden layer and no output layer",
                ),
                Mistake(h * (d + 2), "the bias of the output is missing"),
            ),
        ),
    ),
    model_answer=r"""
`Sequential([Linear(W1, b1), Tanh(), Linear(W2, b2), ...])` without an activation at the end; its only output is the
logit $z$. Loss: `bce_with_logits(z, t)`. Backward: `network.backward((sigmoid(z) - t)[:, None] / n)`; then every
linear layer has its `dW` and `db`. Each hidden unit has $d$ weights, a bias and one weight in the output layer, which has a
bias itself: $h(d+2)+1$ parameters.
""",
    conventions=("mean", "batch"),
)


# --- A1-P2.4 ----------------------------------------------------------------------------------


FATES = {
    "bias": "only the output bias moves",
    "alike": "the hidden units move, and all in the same way",
    "nothing": "nothing moves at all",
    "learns": "the hidden units become different and the network learns",
}
train_perceptron = Question(
    ids=("A1-P2.4",),
    chapter=CHAPTER,
    title="train the perceptron and show the result",
    marks={"A1-P2.4": 0},
    statement=r"""
Train your perceptron and show the result. *Again the data are ours and the questions are such that an
answer can be checked:* two half moons of 100 points each (`moons()`), a network with 8 tanh units,
full-batch gradient descent at rate 1 for 3,000 steps; the four points of XOR; and a start at which all
weights and biases are zero, on data whose classes are not equally frequent and at a rate below 8. The page shows the curves
and the boundaries.
""",
    parts=(
        Part(
            name="moons",
            asks="does it classify all 200 points of the moons, and does a line fail to?",
            form=Choice({"yes": "both", "no": "not both"}),
            reference="yes",
            truth=Truth(
                truths.beats_the_line,
                "a training run, and all lines through two points",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake("no", "the best line has 179 points right, the trained network has 200"),
            ),
        ),
        Part(
            name="units",
            asks="how many hidden ReLU units (one hidden layer, the sign of the output decides) are needed for XOR?",
            form=Number(what="a number of units"),
            reference=sympy.Integer(2),
            truth=Truth(truths.units_for_xor, "the lines' best on XOR, and a network of two units"),
            mistakes=(
                Mistake(
                    sympy.Integer(1),
                    "the output is a monotone function of one weighted sum, so its boundary is one line (one $|\\cdot|$ unit would do)",
                ),
                Mistake(sympy.Integer(3), "relu$(x_1+x_2)-2\\,$relu$(x_1+x_2-1)-\\frac12$ has two"),
                Mistake(sympy.Integer(4), "it is not necessary to give each point a unit"),
            ),
        ),
        Part(
            name="zeros",
            asks="all weights start at zero: what happens with ReLU or tanh units?",
            form=Choice(FATES),
            reference="bias",
            truth=Truth(
                lambda _: (
                    fate
                    if (fate := truths.fate_of_zeros(nn.Tanh)) == truths.fate_of_zeros(nn.ReLU)
                    else "learns"
                ),
                "five steps from zero with either activation",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "alike",
                    "hidden outputs and outgoing weights are both 0, so neither gets a gradient",
                ),
                Mistake("nothing", "the output bias does: the classes are not equally frequent"),
                Mistake("learns", "nothing tells the hidden units apart"),
            ),
        ),
        Part(
            name="sigmoid_zeros",
            asks="and with sigmoid units?",
            form=Choice(FATES),
            reference="alike",
            truth=Truth(
                lambda _: truths.fate_of_zeros(nn.Sigmoid),
                "five steps from zero",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake("bias", "a sigmoid of 0 is 1/2, so the outgoing weights do get a gradient"),
                Mistake("learns", "equal units get equal gradients and stay equal for ever"),
                Mistake("nothing", "the hidden outputs are 1/2, so the last layer moves at once"),
            ),
        ),
        Part(
            name="zeros_loss",
            asks="to which loss does training tend from zero with ReLU or tanh units, if a fraction $q$ of the targets is 1?",
            form=Formula(Domain((q,), intervals={q: (0, 1)}), "a number"),
            reference=-q * sympy.log(q) - (1 - q) * sympy.log(1 - q),
            latex=r"-q\log q-(1-q)\log(1-q)",
            truth=Truth(truths.loss_of_a_constant, "the least loss of a constant logit"),
            mistakes=(
                Mistake(
                    sympy.log(2), "this is where it starts; it stays there only for $q=\\frac12$"
                ),
                Mistake(sympy.Integer(0), "a constant cannot fit two classes"),
                Mistake(-q * sympy.log(q), "the targets that are 0 cost something too"),
            ),
        ),
    ),
    model_answer=r"""
The trained network has all 200 points right, the best line 179. XOR takes two ReLU units:
$\mathrm{relu}(x_1+x_2)-2\,\mathrm{relu}(x_1+x_2-1)-\frac12$ is positive on $(0,1),(1,0)$ only; one unit makes a
half-plane. From zero with ReLU or tanh the hidden outputs are 0, so the last layer's weights get no gradient; they are
0, so nothing comes back to the first layer: only the output bias moves, and the loss tends to the entropy of $q$. Sigmoid
units put out $\frac12$ and move, but equal units get equal gradients for ever.
""",
    conventions=("kink",),
)

QUESTIONS = (
    cross_entropy,
    linear,
    regression,
    descent,
    train_regression,
    activations,
    sequence,
    perceptron,
    train_perceptron,
)
