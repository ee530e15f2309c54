"""What a step does in the plane."""

from __future__ import annotations

from collections.abc import Callable

from sympy import ImmutableMatrix, Rational

from hwcode.chapters.learning_rate.questions.problem import (
    CHAPTER,
    Case,
)
from hwcode.checking import Choice, Domain, Formula, Mistake, Part, Question, scalar

__all__ = ["QUESTIONS"]

p, q = scalar("p"), scalar("q")


REACHING: dict[str, tuple[str, Callable[[Case], bool]]] = {
    "always": ("always", lambda case: True),
    "regular": (r"$XX^\top$ is invertible", lambda case: case.regular),
    "single": (
        r"$a$ has parts along at most one eigenvalue of $XX^\top$ other than 0",
        lambda case: case.excited <= 1,
    ),
    "fit": ("some weights reach loss 0", lambda case: case.fit),
}


plane = Question(
    ids=("H2-2.2.4",),
    chapter=CHAPTER,
    title="the 2-D case: rate, step, trajectory",
    marks={"H2-2.2.4": 0},
    statement=r"""
The running example: one data point $x=(1,1)$ with target $t=3$, start $w_0=0$. Find $\eta^*$, the
weights $w_1$ that it leads to, compare them with what gradient descent finds in the end
([](#a1-1.3.2)), and describe the trajectory. *We add: what does the step do from any other start, and
for which data does one step suffice?*
""",
    parts=(
        Part(
            name="rate",
            asks=r"$\eta^*$",
            form=Formula(what="a number"),
            reference=Rational(1, 4),
            mistakes=(
                Mistake(
                    Rational(1, 2), "there the step overshoots to (3, 3) and the loss is 9 again"
                ),
                Mistake(Rational(1, 8), "there the step ends half-way, at (3/4, 3/4)"),
                Mistake(Rational(-1, 4), "a negative rate climbs"),
            ),
        ),
        Part(
            name="weights",
            asks="$w_1$",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([Rational(3, 2), Rational(3, 2)]),
            mistakes=(
                Mistake(ImmutableMatrix([3, 3]), "the prediction there is 6"),
                Mistake(
                    ImmutableMatrix([1, 2]),
                    "it lies on the line, but no step along (1, 1) leads there",
                ),
                Mistake(
                    ImmutableMatrix([6, 6]), "this is minus the gradient, not yet times the rate"
                ),
            ),
        ),
        Part(
            name="compared",
            asks="compared with where gradient descent from zero ends, $w_1$ is",
            form=Choice(
                {
                    "same": "the same point, the minimum-norm solution",
                    "other": "another point of the line of minimisers",
                    "short": "on the way there",
                }
            ),
            reference="same",
            mistakes=(
                Mistake("short", "its loss is 0"),
                Mistake("other", "from zero every step is a multiple of (1, 1)"),
            ),
        ),
        Part(
            name="trajectory",
            asks="the trajectory",
            form=Choice(
                {
                    "straight": "one straight step along (1, 1), at right angles to the line of minimisers, which ends on it",
                    "halving": "steps along (1, 1), each half of what is left",
                    "sliding": "one step to the line of minimisers, then along it",
                }
            ),
            reference="straight",
            mistakes=(
                Mistake("halving", "that is what the rate 1/8 does"),
                Mistake("sliding", "on the line the gradient is 0, so nothing moves along it"),
            ),
        ),
        Part(
            name="start",
            asks="$w_1$ from another start $(p,q)$ at the same rate",
            form=Formula(Domain((p, q)), "a vector of two numbers"),
            reference=ImmutableMatrix([(p - q + 3) / 2, (q - p + 3) / 2]),
            also_right=("[p, q] + (3 - p - q)/2 * [1, 1]",),
            mistakes=(
                Mistake(
                    ImmutableMatrix([Rational(3, 2), Rational(3, 2)]),
                    "what the start has along the line, p - q, is not touched",
                ),
                Mistake(
                    ImmutableMatrix([p + Rational(3, 2), q + Rational(3, 2)]),
                    "the step depends on the residual at the start, p + q - 3",
                ),
            ),
        ),
        Part(
            name="reach",
            asks="in general, one step at the best rate ends at a minimiser exactly if",
            form=Choice({key: text for key, (text, _) in REACHING.items()}),
            reference="single",
            mistakes=(
                Mistake("always", "with two curvatures no rate removes both components at once"),
                Mistake("regular", "diag(1, 3) is invertible, and one step does not suffice"),
                Mistake("fit", "a fit may exist and lie along two curvatures"),
            ),
        ),
    ),
    hints=(
        r"Here $n=1$: what are $a$, $X^\top a$ and $XX^\top a$ in numbers?",
        r"Put them into the formula for $\eta^*$, then make the step. Draw it together with the line of minimisers.",
        r"$a=-3$, $X^\top a=(-3,-3)$, $XX^\top a=-6$.",
    ),
    beyond=(
        "start",
        "reach",
    ),
    result=r"$\eta^*=\frac14$, and one step ends at the minimum-norm solution.",
    model_answer=r"""
$a=-3$, $X^\top a=(-3,-3)$, $XX^\top a=-6$: $\eta^*=\frac12\cdot\frac{18}{36}=\frac14$. The gradient at
zero is $(-6,-6)$, so $w_1=(\frac32,\frac32)$: the minimum-norm solution, reached in one step, which runs
along $(1,1)$, at right angles to the line $w_1+w_2=3$, and ends on it. From any start this step is the
orthogonal projection on the line.
""",
)

QUESTIONS = (plane,)
