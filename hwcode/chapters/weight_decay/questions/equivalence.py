"""Gradient descent, where decay is a penalty."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix
from sympy.matrices.expressions import Identity

from hwcode.chapters.weight_decay.questions.problem import (
    CHAPTER,
    X,
    beta,
    d,
    eta,
    lam,
    lamt,
    n,
    t,
    w0,
)
from hwcode.checking import Choice, Domain, Follows, Formula, Mistake, Numbers, Part, Question
from hwcode.checking.expressions import evaluate

__all__ = ["QUESTIONS"]


def _draw_momentum(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {beta: numbers.number(interval=(0, 1))}


def _same_step(penalised: Any, decayed: Any) -> Any:
    """The penalty with which two steps of one weight on one example are the same."""
    names = sympy.symbols("x w t")
    point = {
        symbol: ImmutableMatrix([[one]]) for symbol, one in zip((X, w0, t), names, strict=True)
    }
    point |= {n: 1, d: 1, eta: eta, lam: lam, lamt: lamt}
    one, other = (evaluate(step, point)[0, 0] for step in (penalised, decayed))
    (found,) = sympy.solve(one - other, lamt)
    return sympy.simplify(found)


ridge = (X.T * X / n + lam / (2 * eta) * Identity(d)).I * X.T * t / n
equivalence = Question(
    ids=("A2-2.2.2",),
    chapter=CHAPTER,
    title="the penalty that equals a decay",
    marks={"A2-2.2.2": 4},
    statement=r"""
Express $\tilde\lambda$ so that the two steps of the question before are the same. *We add: for which
starts is that the only choice? What is the same in PyTorch? Which fixed point have both? And does the
equivalence survive a schedule of rates, or momentum?*
""",
    parts=(
        Part(
            name="penalty",
            follows=Follows(("A2-2.2.1:penalty", "A2-2.2.1:decay"), _same_step),
            asks=r"$\tilde\lambda$ in terms of $\lambda$ and $\eta$",
            form=Formula(Domain((lam, eta)), "a number"),
            reference=lam / (2 * eta),
            latex=r"\tilde\lambda = \frac{\lambda}{2\eta}",
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
            follows=Follows(("penalty",), lambda penalty: 2 * penalty),
            asks="the `weight_decay` of `torch.optim.SGD(lr=eta)` that makes the handout's step",
            form=Formula(Domain((lam, eta)), "a number"),
            reference=lam / eta,
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
            follows=Follows(
                ("penalty",),
                lambda penalty: (X.T * X / n + penalty * Identity(d)).I * X.T * t / n,
            ),
            asks="the fixed point of the decayed steps at a constant rate",
            form=Formula(
                Domain((n, d, X, t, eta, lam), ({n: 1, d: 2}, {n: 3, d: 2}, {n: 2, d: 3}), True),
                "a vector of d entries",
            ),
            reference=ridge,
            latex=r"\hat w = \Big(\frac1nX^\top X+\frac{\lambda}{2\eta}I\Big)^{-1}\frac1nX^\top t",
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
            mistakes=(
                Mistake("ridge", "the equal penalty lam/(2 eta_i) grows without bound"),
                Mistake("minimum", "the decay goes on while the steps towards the data vanish"),
            ),
        ),
        Part(
            name="momentum",
            follows=Follows(("penalty",), lambda penalty: (1 - beta) * penalty),
            asks=r"with momentum $\beta$ (the velocity sums gradients, the decay acts on the weights alone): the penalty with the same fixed point",
            form=Formula(Domain((lam, eta, beta), draw=_draw_momentum), "a number"),
            reference=lam * (1 - beta) / (2 * eta),
            latex=r"\tilde\lambda = \frac{\lambda(1-\beta)}{2\eta}",
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
    hints=(
        "Which part do the two steps of A2-2.2.1 have in common?",
        "Subtract the two steps from each other. What is left is a number times $w_0$.",
        r"The steps differ by $(\lambda-2\eta\tilde\lambda)\,w_0$. When is that zero?",
    ),
    beyond=(
        "start",
        "torch",
        "resting",
        "schedule",
        "momentum",
    ),
    result=r"$\tilde\lambda=\lambda/(2\eta)$. The rate in it breaks the equality under a schedule.",
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
