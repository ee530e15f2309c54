"""Adagrad: proof or counterexample (H2-1.2.1)."""

from __future__ import annotations

from itertools import islice
from typing import Any

import mpmath
import sympy
from sympy import ImmutableMatrix, Integer, Rational

from hwcode import implicit_bias as ib
from hwcode import optimisers as opt
from hwcode.checking import (
    Choice,
    Comparison,
    Counterexample,
    Domain,
    Formula,
    Method,
    Mistake,
    Part,
    Question,
    Truth,
)
from hwcode.checking.programs import Witness
from hwcode.questions.implicit_bias.problem import (
    CHAPTER,
    YES_NO,
    minimum_norm_by_elimination,
    tau,
    x1,
    x2,
)

__all__ = ["QUESTIONS"]

DIGITS = 60
"""Decimal digits of runs whose limit is compared to 30."""


def adagrad_run(data: Any, target: Any) -> ImmutableMatrix:
    """Adagrad from zero to its limit in 60 digits, at a rate that brings it there quickly."""
    with mpmath.workdps(DIGITS):
        row, goal = ib.precise(data), ib.precise([target])
        rate = abs(goal[0]) / (2 * sum(abs(row)))
        path = opt.adagrad(opt.least_squares(row.reshape(1, -1), goal), rate, 0 * row)
        return _rational(ib.settled(path, mpmath.mpf(10) ** (5 - DIGITS)))


def _rational(values: Any) -> ImmutableMatrix:
    return ImmutableMatrix([sympy.Float(mpmath.nstr(value, 45), 45) for value in values])


def _adagrad_on_hint(_: Any) -> ImmutableMatrix:
    """x = (1, 1), t = 3 at rate 3/2, which reaches the limit in one step: ten exact steps."""
    path = opt.adagrad(
        opt.least_squares(ib.exact([[1, 1]]), ib.exact([3])), Rational(3, 2), ib.exact([0, 0])
    )
    return ImmutableMatrix(list(next(islice(path, 10, None))))


def _adagrad_verdict(_: Any) -> str:
    """x = (1, 2), t = 3, rate 1: where Adagrad is after one step and after ten, exactly."""
    rows, targets = ib.exact([[1, 2]]), ib.exact([3])
    path = list(islice(opt.adagrad(opt.least_squares(rows, targets), 1, ib.exact([0, 0])), 11))
    stays = list(path[1]) == list(path[10]) and rows[0] @ path[1] == 3
    shortest = minimum_norm_by_elimination(sympy.Matrix(rows.tolist()), targets)
    return "counterexample" if stays and sympy.Matrix(path[1]) != shortest else "proof"


def refutes(answer: tuple[Any, ...]) -> Comparison:
    """Whether Adagrad's limit from zero for this data point is not the minimum-norm solution.

    Without eps the limit does not depend on the rate; at the rate |t| / (|x1| + |x2|) it is reached
    in one step, and exactly.
    """
    if not all(value.is_Rational for value in answer):
        return Comparison(False, Method.EXACT, remark="give rational numbers")
    data, target = ib.exact(list(answer[:2])), answer[2]
    if not any(data):
        return Comparison(False, Method.EXACT, remark="with x = 0 there is nothing to fit")
    rate = abs(target) / sum(abs(data))
    gradient = opt.least_squares(data.reshape(1, -1), ib.exact([target]))
    reached = list(islice(opt.adagrad(gradient, rate, ib.exact([0, 0])), 3))[-1]
    if data @ reached != target:
        raise ArithmeticError(f"{reached} is no solution for {answer}")
    shortest = data * target / (data @ data)
    norms = [f"{value @ value}" for value in (reached, shortest)]
    told = f"Adagrad ends at {list(reached)}, squared norm {norms[0]}; the least is {norms[1]}"
    if reached @ reached > shortest @ shortest:
        return Comparison(True, Method.EXACT, told)
    point = {"x": str(list(answer[:2])), "t": str(target)}
    failure = Counterexample(point, f"a squared norm above {norms[1]}", norms[0])
    return Comparison(False, Method.EXACT, counterexample=failure)


def _exceptional_rate(_: Any) -> str:
    """Does Adagrad's limit change sides of the minimum-norm solution between two rates?"""
    low = ib.enclosed_bias((2, 1), 2, ("5.4047", "5.4047"), "1", steps=60)
    high = ib.enclosed_bias((2, 1), 2, ("5.4048", "5.4048"), "1", steps=60)
    # In between from the fourth step on no residual grows, so the limit depends on the rate
    # continuously; this raises an error otherwise.
    ib.enclosed_bias((2, 1), 2, ("5.4047", "5.4048"), "1", steps=4)
    return "sometimes" if low[1] < 0 < high[0] else "never"


def _iterate_proves(_: Any) -> str:
    """Is there a run with an iterate outside the row space that ends at the minimum-norm solution?"""
    rows, targets = ib.exact([[2, 1]]), ib.exact([2])
    path = opt.adagrad(opt.least_squares(rows, targets), 5, ib.exact([0, 0]), eps=1)
    first = list(islice(path, 2))[-1]
    outside = first[0] - 2 * first[1] != 0
    return "no" if outside and _exceptional_rate(None) == "sometimes" else "yes"


ada_limit = ImmutableMatrix(
    [sympy.sign(value) * tau / (sympy.Abs(x1) + sympy.Abs(x2)) for value in (x1, x2)]
)
adagrad = Question(
    ids=("H2-1.2.1",),
    chapter=CHAPTER,
    title="Adagrad and the minimum norm",
    marks={"H2-1.2.1": 1},
    statement=r"""
Adagrad divides each weight's step by $\sqrt{G_{i,k}}+\epsilon$, where $G_{i,k}$ is the sum of the squares
of that weight's gradients so far. Suppose that it converges to a solution of $Xw=t$, $d>n$. Prove, or
refute by an example, that it always finds the minimum-norm solution. The handout hints at the data
$x=(1,1)$, $t=3$, and in another copy at $x=(1,2)$, $t=3$. *We ask besides where it ends, and what
exactly proves it.* Start at zero; $\epsilon=0$ (with $0/0=0$) where nothing else is said.
""",
    parts=(
        Part(
            name="verdict",
            asks="does Adagrad always find the minimum-norm solution?",
            form=Choice(
                {
                    "proof": "yes, and there is a proof",
                    "counterexample": "no, and there is a counterexample",
                }
            ),
            reference="counterexample",
            truth=Truth(
                _adagrad_verdict,
                "an exact run on x = (1, 2), t = 3 at rate 1, which stays where its first step leads",
            ),
            mistakes=(
                Mistake(
                    "proof", "for x = (1, 2) and t = 3 it ends at (1, 1), and (3/5, 6/5) is shorter"
                ),
            ),
        ),
        Part(
            name="witness",
            asks="a counterexample of your own: a data point $x$ and its target",
            form=Witness("[x1, x2, t]", refutes, size=3),
            reference=(Integer(1), Integer(2), Integer(3)),
            truth=Truth(
                lambda _: None, "an exact run at the rate that reaches the limit in one step"
            ),
            also_right=("[2, 1, 2]", "[-3, 1/2, 1]"),
            mistakes=(
                Mistake(
                    (Integer(1), Integer(1), Integer(3)),
                    "both weights get equal gradients, so Adagrad stays on the diagonal, which is the row space",
                ),
                Mistake(
                    (Integer(1), Integer(-1), Integer(3)),
                    "only the sizes of the entries matter, and they are equal",
                ),
                Mistake(
                    (Integer(0), Integer(1), Integer(3)),
                    "the first weight never gets a gradient, and zero is right for it",
                ),
                Mistake(
                    (Integer(1), Integer(2), Integer(0)),
                    "the start is the minimum-norm solution already",
                ),
            ),
        ),
        Part(
            name="limit",
            asks="where it ends on one data point $(x_1,x_2)$, both entries nonzero, with target $t$, whatever the rate",
            form=Formula(Domain((x1, x2, tau)), "a vector of two numbers"),
            reference=ada_limit,
            latex=r"\hat w = \frac{t}{|x_1|+|x_2|}\begin{pmatrix}\operatorname{sign}x_1\\ \operatorname{sign}x_2\end{pmatrix}",
            truth=Truth(
                lambda point: adagrad_run([point[x1], point[x2]], point[tau]),
                "Adagrad run to its limit in 60-digit arithmetic",
            ),
            mistakes=(
                Mistake(
                    ImmutableMatrix([value * tau / (x1**2 + x2**2) for value in (x1, x2)]),
                    "this is the minimum-norm solution, where gradient descent ends",
                ),
                Mistake(
                    ImmutableMatrix([tau / (x1 + x2)] * 2),
                    "this is right only if both entries are positive",
                ),
                Mistake(
                    ImmutableMatrix([tau / (2 * value) for value in (x1, x2)]),
                    "the weights make equal steps, not equal contributions to the fit",
                ),
                Mistake(
                    ImmutableMatrix([tau / (sympy.Abs(x1) + sympy.Abs(x2))] * 2),
                    "a weight moves against the sign of its own gradient",
                ),
            ),
        ),
        Part(
            name="hint",
            asks="and on the hint's $x=(1,1)$, $t=3$",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([Rational(3, 2), Rational(3, 2)]),
            truth=Truth(_adagrad_on_hint, "an exact run at a rate at which it reaches its limit"),
            mistakes=(
                Mistake(ImmutableMatrix([1, 1]), "this is the limit for x = (1, 2)"),
                Mistake(
                    ImmutableMatrix([3, 0]),
                    "both weights get the same gradients, so they stay equal",
                ),
            ),
        ),
        Part(
            name="iterate",
            asks="an iterate lies outside the row space. Does that prove that the limit is not the minimum-norm solution?",
            form=Choice(YES_NO),
            reference="no",
            truth=Truth(
                _iterate_proves,
                "interval arithmetic: a run that leaves the row space at once and ends in it",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "yes",
                    "the row space is closed, its complement is not: iterates outside may tend to a point inside",
                ),
            ),
        ),
        Part(
            name="eps",
            asks=r"with $\epsilon=1$, $x=(2,1)$, $t=2$: is the limit ever the minimum-norm solution?",
            form=Choice(
                {
                    "never": "at no rate",
                    "sometimes": "not at a rate small enough that the residual keeps its sign, but at some larger one",
                    "always": "at every rate, because eps removes the effect",
                }
            ),
            reference="sometimes",
            truth=Truth(
                _exceptional_rate,
                "interval arithmetic on both sides of a rate at which the limit passes through it",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "never",
                    "with eps = 1 the limit lies on different sides of it at the rates 5.4047 and 5.4048, and depends continuously on the rate",
                ),
                Mistake(
                    "always", "at small rates every step leans away from x, all to the same side"
                ),
            ),
        ),
    ),
    model_answer=r"""
Counterexample: $x=(1,2)$, $t=3$, $w_0=0$, $\epsilon=0$, $\eta=1$. The gradient at 0 is $(-6,-12)$, its
entries divided by $\sqrt{G}=(6,12)$ are $(-1,-1)$, so $w_1=(1,1)$. It solves $w_1+2w_2=3$: all later
gradients are 0 and Adagrad has converged, with $\lVert w\rVert^2=2$. The minimum-norm solution is
$(\frac35,\frac65)$ with $\frac95$. The rate is not special: every gradient is a multiple of $x$, so every
step is a multiple of $\operatorname{sign}(x)$, and the only solution there is
$t\operatorname{sign}(x)/\lVert x\rVert_1$. (For $x=(1,1)$ that is the minimum-norm solution.)
""",
    conventions=("epsilon",),
)

QUESTIONS = (adagrad,)
