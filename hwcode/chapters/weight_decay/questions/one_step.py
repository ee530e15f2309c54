"""One step with decay and one with a penalty."""

from __future__ import annotations

from hwcode.chapters.weight_decay.questions.problem import CHAPTER, X, d, eta, lam, lamt, n, t, w0
from hwcode.checking import Domain, Formula, Mistake, Part, Question

__all__ = ["QUESTIONS"]

SHAPES = ({n: 1, d: 2}, {n: 3, d: 2}, {n: 2, d: 3})


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
            form=Formula(
                Domain((n, d, X, w0, t, eta, lamt), SHAPES, True), "a vector of d entries"
            ),
            reference=(1 - 2 * eta * lamt) * w0 - pull,
            latex=r"w_1 = (1-2\eta\tilde\lambda)\,w_0 - \frac{2\eta}{n}X^\top(Xw_0-t)",
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
            form=Formula(Domain((n, d, X, w0, t, eta, lam), SHAPES, True), "a vector of d entries"),
            reference=(1 - lam) * w0 - pull,
            latex=r"w_1 = (1-\lambda)\,w_0 - \frac{2\eta}{n}X^\top(Xw_0-t)",
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
    hints=(
        "Take the gradient of each loss at $w_0$; the penalty has a gradient of its own.",
        "Use the gradient of A1-1.1. Collect the terms with $w_0$ in front of the rest.",
        r"$\nabla\tilde L(w_0)=\frac2nX^\top(Xw_0-t)+2\tilde\lambda w_0$. In the decayed step the factor $1-\lambda$ stands before $w_i$ only.",
    ),
    result=r"Both steps shrink the weights: by the factor $1-2\eta\tilde\lambda$, or by $1-\lambda$.",
    model_answer=r"""
$\nabla\tilde L(w_0)=\frac2nX^\top(Xw_0-t)+2\tilde\lambda w_0$, so
$w_1=w_0-\eta\nabla\tilde L(w_0)=(1-2\eta\tilde\lambda)w_0-\frac{2\eta}nX^\top(Xw_0-t)$.
With decay, $\nabla L(w_0)=\frac2nX^\top(Xw_0-t)$ and
$w_1=(1-\lambda)w_0-\frac{2\eta}nX^\top(Xw_0-t)$.
""",
    conventions=("mean", "half", "decay"),
)

QUESTIONS = (one_step,)
