"""More weights than examples: a line of solutions, and the nearest of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import ImmutableMatrix, Rational
from sympy.matrices.expressions import Identity

from hwcode.chapters.linear_regression.questions.problem import CHAPTER, WIDE, X, d, n, t, w0
from hwcode.checking import Domain, Formula, Mistake, Part, Question, scalar
from hwcode.checking.answers import equation
from hwcode.checking.errors import AnswerError
from hwcode.checking.reader import Reading

__all__ = ["QUESTIONS"]

w1 = scalar("w1", "w_1")

# --- A1-1.3.1 ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line(Formula):
    """The second weight as a function of the first, or an equation that determines it.

    A factor of w1 in front of w2 is not divided out: where it is 0 the equation has other solutions.

    >>> _Line(Domain((w1,))).read("2*w1 + 2*w2 = 6")
    3 - w1
    >>> _Line(Domain((w1,))).read("w1*w2 = 3*w1 - w1**2")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    hwcode.checking.errors.AnswerError: this equation holds for every w2 where w1 = 0; expected ...
    """

    def describe(self) -> str:
        return "an equation such as w1 - 2*w2 = 5, or w2 as a formula in w1"

    def reading(self, text: str) -> Reading:
        names = {"w1": w1, "w2": (second := scalar("w2"))}
        left, right, notes = equation(text, names, self.describe())
        if left is None or right is None:
            return super().reading(text)
        try:
            difference = sympy.Poly(left.value - right.value, second)
        except (sympy.PolynomialError, TypeError, ValueError):
            difference = sympy.Poly(0, second)
        if difference.degree() != 1:
            raise AnswerError(f"this is not linear in w2; expected {self.describe()}")
        slope, constant = difference.all_coeffs()
        if slope.free_symbols:
            zeros = sympy.solve(slope, w1)
            where = " or ".join(f"w1 = {zero}" for zero in zeros if zero.is_real)
            every = [zero for zero in zeros if sympy.simplify(constant.subs(w1, zero)) == 0]
            told = "holds for every w2" if every else "does not determine w2"
            raise AnswerError(
                f"this equation {told} where {where or f'{slope} = 0'}; expected {self.describe()}"
            )
        value = sympy.cancel(-constant / slope)
        return Reading(value, f"{left.plain} = {right.plain}", notes)

    def why(self, answer: Any, reference: Any) -> str | None:
        """Of another line, where it meets the right one; both are functions of w1 here."""
        if not answer.is_polynomial(w1):
            return "it is no line: w2 does not grow evenly with w1"
        mine, theirs = (sympy.Poly(each, w1) for each in (answer, reference))
        if mine.degree() > 1:
            return "it is no line: w2 does not grow evenly with w1"
        if mine.coeff_monomial(w1) == theirs.coeff_monomial(w1):
            return "it is parallel to the right line, and has no point in common with it"
        met = sympy.solve(answer - reference, w1)[0]
        point = f"w1 = {met}, w2 = {reference.subs(w1, met)}"
        return f"of the right line's points only {point} satisfies it"


line = Question(
    ids=("A1-1.3.1",),
    chapter=CHAPTER,
    title="infinitely many minimisers",
    marks={"A1-1.3.1": 0.5},
    statement=r"""
Let $n=1$, $d=2$, $x_1=(1,1)$ and $t_1=3$. Show that infinitely many $\hat w$ satisfy
$\hat w^\top x_1=t_1$, and that they form a line. Write down its equation. We add: which of its
points is nearest to the origin?
""",
    parts=(
        Part(
            name="line",
            asks="the line: its equation, or $w_2$ as a function of $w_1$",
            form=_Line(Domain((w1,)), "a number", gives="w2"),
            reference=3 - w1,
            latex=r"\hat w_1 + \hat w_2 = 3",
            also_right=("w1 + w2 = 3", "w_2 = 3 - w_1", "-w1 + 3"),
            mistakes=(
                Mistake(w1, "this is the direction towards the line, not the line"),
                Mistake(sympy.Rational(3, 2), "this is one point of the line only"),
                Mistake(3 + w1, "at w1 = 1 it gives w1 + w2 = 5"),
            ),
        ),
        Part(
            name="nearest",
            asks="its point nearest to the origin",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([Rational(3, 2), Rational(3, 2)]),
            mistakes=(
                Mistake(
                    ImmutableMatrix([3, 0]),
                    "it lies on the line with norm 3; the nearest point has norm 2.12",
                ),
                Mistake(ImmutableMatrix([3, 3]), "it is not on the line"),
            ),
        ),
    ),
    hints=(
        "How many equations are there, and how many unknowns?",
        r"Write $\hat w^\top x_1$ out in its two entries. For the nearest point, drop a perpendicular from the origin onto the line.",
        r"$\hat w_1+\hat w_2=3$. The shortest vector to a line stands at right angles to it: it is a multiple of which vector?",
    ),
    beyond=("nearest",),
    result=r"One equation, two unknowns: a whole line of minimisers. The nearest to zero is $(\frac32,\frac32)$.",
    numbers=("2.12 = 3/sqrt(2)",),
    model_answer=r"""
$\hat w^\top x_1 = \hat w_1+\hat w_2 = 3$ is one equation in two unknowns. Its solutions are
$(s, 3-s)$, one for every real $s$: the line through $(3,0)$ and $(0,3)$. All have loss 0, the least
possible, so all are minimisers. The nearest to the origin is the multiple of $x_1$ among them,
$(\tfrac32,\tfrac32)$.
""",
)

# --- A1-1.3.2 ---------------------------------------------------------------------------------


minimum_norm = X.T * (X * X.T).I * t
overparameterised = Question(
    ids=("A1-1.3.2",),
    chapter=CHAPTER,
    title="what gradient descent from zero finds when d > n",
    marks={"A1-1.3.2": 0.5},
    statement=r"""
Let $d>n$ and $XX^\top$ be invertible. Show that gradient descent from zero, if it converges, finds
one particular minimiser, $\hat w = X^\top(XX^\top)^{-1}t$. We add: where does it end when it starts
at some other $w_0$?
""",
    parts=(
        Part(
            name="solution",
            asks="where it ends from zero",
            form=Formula(Domain((n, d, X, t), WIDE, d > n), "a column vector of d entries"),
            reference=minimum_norm,
            latex=r"\hat w = X^\top (XX^\top)^{-1} t",
            also_right=("X.T @ inv(X @ X.T) @ t", "X.T @ (inv(X @ X.T / n) @ t) / n"),
            mistakes=(
                Mistake((X.T * X).I * X.T * t, "for d > n the matrix X^T X is singular"),
                Mistake(X.T * t, "it solves X w = t only if the rows are orthonormal"),
                Mistake(X.T * (X * X.T) * t, "the inverse is missing"),
                Mistake(
                    X.T * (X * X.T + Identity(n)).I * t,
                    "this is ridge regression; nothing is penalised here",
                ),
            ),
        ),
        Part(
            name="start",
            asks="where it ends from $w_0$",
            form=Formula(Domain((n, d, X, t, w0), WIDE, d > n), "a column vector of d entries"),
            reference=w0 + X.T * (X * X.T).I * (t - X * w0),
            latex=r"w_\infty = w_0 + X^\top (XX^\top)^{-1}(t - Xw_0)",
            also_right=(
                "(eye(d) - X.T@inv(X@X.T)@X) @ w0 + X.T@inv(X@X.T)@t",
                "w_0 - X.T @ inv(X@X.T) @ (X@w_0 - t)",
            ),
            mistakes=(
                Mistake(minimum_norm, "what the start has outside the rows' span is never changed"),
                Mistake(w0 + minimum_norm, "it does not solve X w = t unless X w0 = 0"),
                Mistake(
                    w0 - X.T * (X * X.T).I * X * w0,
                    "this is only what is kept of the start; it solves X w = 0",
                ),
            ),
        ),
    ),
    hints=(
        "In which subspace do all the gradients lie, and so all the iterates?",
        r"Write the limit as $X^\top a$ with an unknown $a\in\mathbb R^n$, and use that it is stationary.",
        r"$X^\top(XX^\top a-t)=0$, and $X^\top$ maps only zero to zero. Solve for $a$. From another start, the part of $w_0$ outside the row space never changes.",
    ),
    beyond=("start",),
    result=r"From zero, gradient descent stays in the row space and finds the shortest minimiser, $X^\top(XX^\top)^{-1}t$.",
    model_answer=r"""
Every gradient $\frac2nX^\top(Xw-t)$ lies in the span of the rows of $X$; so from $w_0=0$ all iterates
do, and so does their limit, as the span is closed: $\hat w = X^\top a$. The limit is stationary:
$X^\top(XX^\top a - t)=0$. $X^\top$ is injective because $XX^\top$ is invertible, hence
$XX^\top a=t$, $a=(XX^\top)^{-1}t$ and $\hat w=X^\top(XX^\top)^{-1}t$: one point only. Any other
solution is $\hat w+v$ with $Xv=0$, $v\perp\hat w$, hence longer.
""",
)

QUESTIONS = (line, overparameterised)
