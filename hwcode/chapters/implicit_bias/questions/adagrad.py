"""Adagrad: proof or counterexample (H2-1.2.1)."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import ImmutableMatrix, Integer, Rational

from hwcode.chapters.implicit_bias.questions.problem import (
    CHAPTER,
    YES_NO,
    tau,
    x1,
    x2,
)
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
)
from hwcode.checking.witness import Witness

__all__ = ["QUESTIONS"]


def refutes(answer: tuple[Any, ...]) -> Comparison:
    """Whether Adagrad's limit from zero for this data point is not the minimum-norm solution.

    Without eps the limit does not depend on the rate; at the rate |t| / (|x1| + |x2|) it is reached
    in one step, and exactly.
    """
    if not all(value.is_Rational for value in answer):
        return Comparison(False, Method.EXACT, remark="give rational numbers")
    data, target = ImmutableMatrix(answer[:2]), answer[2]
    if not any(data):
        return Comparison(False, Method.EXACT, remark="with x = 0 there is nothing to fit")
    rate = abs(target) / sum(abs(value) for value in data)
    gradient = -2 * target * data  # at zero; a weight's step is its sign, as g / sqrt(g^2)
    reached = -rate * gradient.applyfunc(sympy.sign)
    if data.dot(reached) != target:
        raise ArithmeticError(f"{reached} is no solution for {answer}")
    shortest = data * target / data.dot(data)
    norms = [value.dot(value) for value in (reached, shortest)]
    told = f"Adagrad ends at {list(reached)}, squared norm {norms[0]}; the least is {norms[1]}"
    if norms[0] > norms[1]:
        return Comparison(True, Method.EXACT, told)
    point = {"x": str(list(answer[:2])), "t": str(target)}
    failure = Counterexample(point, f"a squared norm above {norms[1]}", str(norms[0]))
    return Comparison(False, Method.EXACT, counterexample=failure)


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
    hints=(
        "Does dividing each entry of a gradient by its own number keep the vector in the row space?",
        r"Do one step by hand for $x=(1,2)$, $t=3$, from zero, with $\epsilon=0$.",
        r"The gradient at zero is $(-6,-12)$; divided by the roots of its own squares it is $(-1,-1)$. Choose the rate so that the first step already solves $x^\top w=t$.",
    ),
    beyond=(
        "limit",
        "hint",
        "iterate",
        "eps",
    ),
    result="Adagrad does not: for $x=(1,2)$ it ends at $(1,1)$.",
    numbers=(
        "5.4047 <setting>",
        "5.4048 <setting>",
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
