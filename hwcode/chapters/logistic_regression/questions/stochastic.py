"""Momentum with noisy gradients."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.chapters.logistic_regression.questions import instances, programs
from hwcode.chapters.logistic_regression.questions.problem import CHAPTER, beta, eta, mu, s
from hwcode.checking import Choice, Domain, Formula, Mistake, Numbers, Part, Question
from hwcode.checking.programs import Program
from hwcode.checking.trials import by_name, named

__all__ = ["QUESTIONS"]


def _draw_noise(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """Rates up to 2/mu, from which on the weights run away."""
    curvature = numbers.number(mu)
    rate = numbers.number(interval=(0, 2)) / curvature
    return {mu: curvature, eta: rate, s: numbers.number(s)}


def _draw_amplified(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """With momentum the weights run away earlier: from 2 (1 + beta)/((1 + 2 beta) mu) on."""
    curvature, momentum = numbers.number(mu), numbers.number(interval=(0, 1))
    rate = numbers.number(interval=(0, 2)) * (1 + momentum) / ((1 + 2 * momentum) * curvature)
    return {mu: curvature, beta: momentum, eta: rate, s: numbers.number(s)}


shrink = 1 - eta * mu
amplified = (
    eta * s**2 * (1 + beta * shrink)
    / (2 * (1 - beta * shrink) * (1 + shrink + 2 * beta * shrink))
)  # fmt: skip

# The heavy ball x' = (1 + beta - eta mu) x - beta x_before + noise, in closed form.
_heavy_ball = eta * s**2 * (1 + beta) / (2 * (1 - beta) * (2 * (1 + beta) - eta * mu))


stochastic = Question(
    ids=("P4-1e",),
    chapter=CHAPTER,
    title="SGD with and without acceleration",
    marks={"P4-1e": 20},
    statement=r"""
Minimise the same objective by SGD with batch size 128, with and without Nesterov's acceleration, and
plot the training loss against the number of updates on a semi-log scale: (i) gradient descent with
Nesterov's updates, (ii) SGD, (iii) SGD with Nesterov's updates. Is (iii) faster than (ii)? How do
(i) and (ii) differ? *Ours: the names in the program; the bias is the last weight there, with a last column of
ones in the inputs. We add: where does SGD's curve flatten?*
""",
    parts=(
        Part(
            name="program",
            asks="`sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order)`: one pass through the examples, plain where the momentum is 0",
            form=Program(
                name="sgd_epoch",
                parameters={
                    "w": "d weights, the bias last",
                    "before": "the weights one step earlier",
                    "X": "n x d, the last column 1",
                    "y": "n labels, 1 or -1",
                    "lam": "the penalty's coefficient, on all weights",
                    "rate": "a number",
                    "momentum": "Nesterov's",
                    "batch": "examples in a minibatch; the last one may be smaller",
                    "order": "of the examples, n row numbers",
                },
                what="the weights after the epoch, and those one step earlier (d each)",
                instances=instances.epochs,
                differ=by_name(),
                use=named("w", "before"),
                tolerates=("shares",),  # of one minibatch the point before is the start
            ),
            reference=programs.sgd_epoch,
            mistakes=(
                Mistake(
                    programs.divided_by_batch,
                    "a smaller last minibatch is averaged over its own examples",
                    "last-minibatch",
                ),
                Mistake(
                    programs.last_dropped,
                    "an epoch goes through all examples, the smaller last minibatch among them",
                    "last-minibatch",
                ),
                Mistake(
                    programs.slope_not_ahead,
                    "this is the heavy ball: Nesterov takes the gradient at the point ahead, not at w",
                ),
                Mistake(
                    programs.penalty_without_bias,
                    "the handout's penalty has $w_0^2$ in it: the bias is penalised too",
                ),
                Mistake(
                    programs.summed_batches,
                    "the loss of a minibatch is the mean over its examples",
                    "mean",
                ),
                Mistake(
                    programs.divided_by_all,
                    "the mean is over the minibatch: divided by n its expectation is too small",
                    "mean",
                ),
                Mistake(
                    programs.penalty_shared_out,
                    "the penalty is no sum over the examples: every step has the whole of it",
                ),
                Mistake(
                    programs.no_penalty,
                    "the objective has a penalty, and so has its gradient on every minibatch",
                ),
                Mistake(
                    programs.penalty_not_ahead,
                    "the penalty's gradient, too, is taken at the point ahead",
                ),
                Mistake(
                    programs.all_examples,
                    "each step takes the examples of its minibatch alone",
                ),
                Mistake(
                    programs.at_rest_at_first,
                    "the epoch begins with the momentum of the one before: `before` is given",
                ),
                Mistake(
                    programs.velocity_returned,
                    "the weights one step earlier are asked for, not the step",
                ),
                Mistake(
                    programs.rows_as_they_stand, "the minibatches are drawn in the given order"
                ),
                Mistake(
                    programs.labels_not_shuffled,
                    "inputs and labels have to be taken in the same order",
                ),
                Mistake(
                    programs.at_rest_each_time,
                    "the momentum goes on from one minibatch to the next",
                ),
            ),
        ),
        Part(
            name="faster",
            asks=r"at the constant rate $1/L$, is (iii) faster than (ii)?",
            form=Choice(
                {
                    "always": "yes, throughout",
                    "at first": "for a while, and then it levels out higher",
                    "never": "no, at no time",
                }
            ),
            reference="at first",
            mistakes=(
                Mistake(
                    "always",
                    "acceleration amplifies the gradient noise: the curve levels out higher",
                ),
                Mistake(
                    "never",
                    "for a long stretch it is ahead, in the mean of the runs more than tenfold at times",
                ),
            ),
        ),
        Part(
            name="floor",
            asks=r"the expected $f - f^*$ where SGD levels out: one curvature $\mu$, rate $\eta$, gradient noise of standard deviation $s$ in a minibatch",
            form=Formula(Domain((eta, mu, s), draw=_draw_noise, draw_degree=2), "a number"),
            reference=eta * s**2 / (2 * (2 - eta * mu)),
            latex=r"\frac{\eta s^2}{2(2-\eta\mu)}",
            mistakes=(
                Mistake(sympy.S.Zero, "at a constant rate the noise of every step is added anew"),
                Mistake(eta * s**2 / 4, "right only to first order in the rate"),
                Mistake(eta * s**2 / (2 - eta * mu), "the loss is mu/2 w^2"),
                Mistake(
                    eta * s**2 / (mu * (2 - eta * mu)),
                    "this is the variance of w; the loss is mu/2 times it",
                ),
                Mistake(
                    eta * s / (2 * (2 - eta * mu)),
                    "s is the standard deviation; the variance enters",
                ),
            ),
        ),
        Part(
            name="amplified",
            asks=r"the same with Nesterov's momentum $\beta$",
            form=Formula(
                Domain((eta, mu, s, beta), draw=_draw_amplified, draw_degree=4), "a number"
            ),
            reference=amplified,
            latex=r"\frac{\eta s^2\,(1+\beta(1-\eta\mu))}{2(1-\beta(1-\eta\mu))(1+(1+2\beta)(1-\eta\mu))}",
            also_right=(
                mu
                * (eta * s) ** 2
                * (1 + beta * shrink)
                / (
                    2
                    * (1 - beta * shrink)
                    * ((1 + beta * shrink) ** 2 - ((1 + beta) * shrink) ** 2)
                ),
            ),
            mistakes=(
                Mistake(eta * s**2 / (2 * (2 - eta * mu)), "this is the floor without momentum"),
                Mistake(
                    eta * s**2 / (4 * (1 - beta)),
                    "right only to first order in the rate",
                ),
                Mistake(
                    _heavy_ball,
                    "this is the floor of the heavy ball, whose gradient is not taken ahead",
                ),
                Mistake(
                    eta * s**2 / (2 * (2 - eta * mu)) / (1 - beta),
                    "right only in the limit of small rates: a step acts 1/(1 - beta) times",
                ),
            ),
        ),
    ),
    hints=(
        "What does the noise of the gradients do once the method is near the minimum?",
        "Take a parabola: write down how the variance of the iterate changes in one step, and where it stays the same.",
        r"$\operatorname{Var}_{t+1}=(1-\eta\mu)^2\operatorname{Var}_t+\eta^2s^2$. Momentum adds up old noise: does that help or hurt?",
    ),
    beyond=(
        "floor",
        "amplified",
    ),
    result="Not in the end: momentum adds up noise, so it levels out higher.",
    model_answer=r"""
For each minibatch $B$ in the epoch's order: $v=w+\rho(w-w_{\text{before}})$, step from $v$ with the mean gradient over
$B$ at $v$ plus $\lambda v$. At the rate $1/L$, (iii) is ahead of (ii) for a while, then levels out higher: both walk around the minimum under the
noise of the minibatch gradients, which momentum adds up, $1/(1-\rho)$-fold for small rates. (i) has
no noise and goes straight on to rounding error; (ii) follows gradient descent at first (on a
quadratic its expectation does exactly) and flattens near $\frac12\sum_jh_j\operatorname{Var}(a_j)
=\sum_j\eta s_j^2/(2(2-\eta h_j))$. A larger batch lowers the floor in proportion, and so does, once it
is small, the rate; a rate that tends to 0 slowly enough ($\sum\eta_t=\infty$) removes it.
""",
    conventions=("mean", "last-minibatch"),
)

QUESTIONS = (stochastic,)
