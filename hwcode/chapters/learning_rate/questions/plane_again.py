"""Section 2.3 of the homework: what many steps do in the plane."""

from __future__ import annotations

from sympy import Rational

from hwcode.chapters.learning_rate.questions.problem import (
    CHAPTER,
    eta,
    k,
)
from hwcode.checking import Choice, Domain, Formula, Mistake, Part, Question

__all__ = ["QUESTIONS"]


plane_again = Question(
    ids=("H2-2.3.3",),
    chapter=CHAPTER,
    title="the 2-D case again",
    marks={"H2-2.3.3": 0},
    statement=r"""
For $x=(1,1)$, $t=3$, $w_0=0$ and $k$ steps at one rate: what is the optimal $\eta^*$? *We add: what is
$L_k$, which kind of convexity has it, and from which starts is that rate the only optimal one?*
""",
    parts=(
        Part(
            name="rate",
            asks=r"$\eta^*$ for $k$ steps",
            form=Formula(Domain((k,), tuple({k: i} for i in (1, 2, 3, 5)), True), "a number"),
            reference=Rational(1, 4),
            mistakes=(
                Mistake(
                    1 / (4 * k),
                    "k smaller steps only come near: the loss would be 9 (1 - 1/k)^(2k), not 0",
                ),
                Mistake(
                    Rational(1, 2), "there the weights jump to and fro between (0, 0) and (3, 3)"
                ),
            ),
        ),
        Part(
            name="loss",
            asks="$L_k$",
            form=Formula(Domain((eta, k), tuple({k: i} for i in (1, 2, 3)), True), "a number"),
            reference=9 * (1 - 4 * eta) ** (2 * k),
            mistakes=(
                Mistake(9 * (1 - 4 * eta) ** k, "the loss squares the residual -3 (1 - 4 eta)^k"),
                Mistake(9 * (1 - 2 * eta) ** (2 * k), "x^T x = 2, and the gradient has a factor 2"),
            ),
        ),
        Part(
            name="kind",
            asks=r"for $k\ge2$, the strongest that holds of $L_k$",
            form=Choice(
                {
                    "convex": "convex",
                    "strict": "strictly convex",
                    "strong": "strongly convex",
                }
            ),
            reference="strict",
            mistakes=(
                Mistake("strong", "at eta = 1/4 the second derivative is 0"),
                Mistake("convex", "an even power is flat at no more than a point"),
            ),
        ),
        Part(
            name="starts",
            asks=r"from which starts is $\frac14$ the only optimal rate?",
            form=Choice(
                {
                    "all": "from all",
                    "off": "from all that do not lie on the line $w_1+w_2=3$",
                    "zero": "from zero only",
                }
            ),
            reference="off",
            mistakes=(
                Mistake("all", "on the line nothing moves, and every rate is optimal"),
                Mistake("zero", "the residual enters as a factor only"),
            ),
        ),
    ),
    hints=(
        "There is only one eigenvalue here.",
        r"Put $XX^\top=2$ and $a=-3$ into $L_k$.",
        r"$L_k=9(1-4\eta)^{2k}$. Where is it zero? Look at its second derivative there.",
    ),
    beyond=(
        "loss",
        "kind",
        "starts",
    ),
    result=r"Again $\frac14$; $L_k$ is strictly but not strongly convex for $k\ge2$.",
    model_answer=r"""
$XX^\top=2$ and $a=-3$, so $L_k=9(1-4\eta)^{2k}$: zero at $\eta=\frac14$ and nowhere else. The optimal rate
is $\frac14$ for every $k$; the first step ends at $(\frac32,\frac32)$ and the others do not move. For
$k\ge2$ $L_k$ is strictly, not strongly convex: all its derivatives below the $2k$-th vanish at $\frac14$.
""",
    conventions=("steps",),
)

QUESTIONS = (plane_again,)
