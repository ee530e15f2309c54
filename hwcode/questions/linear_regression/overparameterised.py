"""More weights than examples: a line of solutions, and the nearest of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import ImmutableMatrix, Rational
from sympy.matrices.expressions import Identity

from hwcode.checking import Domain, Formula, Mistake, Part, Question, Truth, scalar
from hwcode.checking.errors import AnswerError
from hwcode.checking.expressions import UndefinedError
from hwcode.checking.reader import read
from hwcode.questions.linear_regression.problem import CHAPTER, WIDE, X, d, n, t, w0

__all__ = ["QUESTIONS"]

w1 = scalar("w1", "w_1")

# --- A1-1.3.1 ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line(Formula):
    """The second weight as a function of the first, or an equation that determines it.

    >>> _Line(Domain((w1,))).read("2*w1 + 2*w2 = 6")
    3 - w1
    """

    def describe(self) -> str:
        return "an equation such as w1 - 2*w2 = 5, or w2 as a formula in w1"

    def read(self, text: str) -> Any:
        left, sign, right = text.partition("=")
        if not sign:
            return super().read(text)
        if "=" in right:
            raise AnswerError(f"there is more than one =; expected {self.describe()}")
        names = {"w1": w1, "w2": (second := scalar("w2"))}
        sides = [read(side, names) for side in (left, right)]
        try:
            difference = sympy.Poly(sides[0] - sides[1], second)
        except (sympy.PolynomialError, TypeError, ValueError):
            difference = sympy.Poly(0, second)
        if difference.degree() != 1:
            raise AnswerError(f"this is not linear in w2; expected {self.describe()}")
        slope, constant = difference.all_coeffs()
        return sympy.cancel(-constant / slope)


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
            form=_Line(Domain((w1,)), "a number"),
            reference=3 - w1,
            latex=r"\hat w_1 + \hat w_2 = 3, \quad\text{that is}\quad \hat w_2 = 3 - \hat w_1",
            truth=Truth(
                lambda point: sympy.solve(
                    sympy.Eq(sympy.Matrix([point[w1], sympy.Symbol("v")]).dot([1, 1]), 3)
                )[0],
                "the solution of w^T x = 3 for the second weight",
                2,
            ),
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
            truth=Truth(
                lambda point: ImmutableMatrix(
                    [v := sympy.solve(sympy.diff(w1**2 + (3 - w1) ** 2, w1), w1)[0], 3 - v]
                ),
                "the minimum of the squared norm along the line",
            ),
            mistakes=(
                Mistake(
                    ImmutableMatrix([3, 0]),
                    "it lies on the line with norm 3; the nearest point has norm 2.12",
                ),
                Mistake(ImmutableMatrix([3, 3]), "it is not on the line"),
            ),
        ),
    ),
    model_answer=r"""
$\hat w^\top x_1 = \hat w_1+\hat w_2 = 3$ is one equation in two unknowns. Its solutions are
$(s, 3-s)$, one for every real $s$: the line through $(3,0)$ and $(0,3)$. All have loss 0, the least
possible, so all are minimisers. The nearest to the origin is the multiple of $x_1$ among them,
$(\tfrac32,\tfrac32)$.
""",
)

# --- A1-1.3.2 ---------------------------------------------------------------------------------


def _nearest_solution(point: Any) -> ImmutableMatrix:
    """The solution of X w = t that is nearest to a start, by elimination.

    ``w - start`` has to be orthogonal to everything that ``X`` maps to zero, for otherwise a step
    along that would come nearer. That and ``X w = t`` are d linear equations.
    """
    data, targets = point[X], point[t]
    start = point.get(w0, sympy.zeros(data.cols, 1))
    if data.rank() < data.rows:
        raise UndefinedError("X w = t may have no solution: the rows of X are dependent")
    null = data.nullspace()
    rows = [data, *[direction.T for direction in null]]
    right = [targets, *[direction.T * start for direction in null]]
    return ImmutableMatrix(sympy.Matrix.vstack(*rows).LUsolve(sympy.Matrix.vstack(*right)))


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
            form=Formula(Domain((n, d, X, t), WIDE), "a column vector of d entries"),
            reference=minimum_norm,
            latex=r"\hat w = X^\top (XX^\top)^{-1} t",
            truth=Truth(_nearest_solution, "the solution of X w = t nearest to the origin", 24),
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
            form=Formula(Domain((n, d, X, t, w0), WIDE), "a column vector of d entries"),
            reference=w0 + X.T * (X * X.T).I * (t - X * w0),
            latex=r"w_\infty = w_0 + X^\top (XX^\top)^{-1}(t - Xw_0)",
            truth=Truth(_nearest_solution, "the solution of X w = t nearest to the start", 24),
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
    model_answer=r"""
Every gradient $\frac2nX^\top(Xw-t)$ lies in the span of the rows of $X$; so from $w_0=0$ all iterates
do, and so does their limit, as the span is closed: $\hat w = X^\top a$. The limit is stationary:
$X^\top(XX^\top a - t)=0$. $X^\top$ is injective because $XX^\top$ is invertible, hence
$XX^\top a=t$, $a=(XX^\top)^{-1}t$ and $\hat w=X^\top(XX^\top)^{-1}t$: one point only. Any other
solution is $\hat w+v$ with $Xv=0$, $v\perp\hat w$, hence longer.
""",
)

QUESTIONS = (line, overparameterised)
