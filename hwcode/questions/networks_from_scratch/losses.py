"""Cross-entropy, the linear layer, and logistic regression out of them."""

from __future__ import annotations

from hwcode import networks_from_scratch as nn
from hwcode.checking import Alternative, Domain, Formula, Mistake, Part, Question, Truth
from hwcode.checking.programs import Program
from hwcode.questions.networks_from_scratch import answers, trials, truths
from hwcode.questions.networks_from_scratch.problem import CHAPTER, CLEAN, X, d, n, p, t

__all__ = ["QUESTIONS"]


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
                differ=trials.differs(),
                use=trials.strict,
            ),
            reference=nn.bce,
            truth=Truth(
                trials.many_digits(truths.loss_of_probabilities), "the definition with 1,100 digits"
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
                    "at $p=t=0$ and $p=t=1$ it takes the logarithm of 0, and 0 times that is not a number",
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
                differ=trials.differs(),
                use=trials.strict,
            ),
            reference=nn.bce_backward,
            truth=Truth(
                trials.many_digits(truths.slopes_of_probabilities),
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
                differ=trials.differs(),
                use=trials.strict,
            ),
            reference=nn.bce_with_logits,
            truth=Truth(
                trials.many_digits(truths.loss_of_logits), "the definition with 1,100 digits"
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
                differ=trials.differs(),
                use=trials.strict,
            ),
            reference=nn.bce_with_logits_backward,
            truth=Truth(
                trials.many_digits(truths.slopes_of_logits),
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
                    "exp(1000) overflows: 1 over it is right, but with a warning",
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
                differ=trials.differs(),
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
                Domain((n, d, X, p, t), ({n: 1, d: 2}, {n: 3, d: 2}, {n: 2, d: 3})),
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
                differ=trials.differs(),
                use=trials.named("loss", "dw", "db"),
            ),
            reference=answers.logistic_regression,
            truth=Truth(
                trials.many_digits(truths.regression_by_quotients),
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

QUESTIONS = (cross_entropy, linear, regression)
