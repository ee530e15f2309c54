"""Adam and the others, and why rates for each weight (H2-1.2.2, A2-1.2.2)."""

from __future__ import annotations

import sympy

from hwcode.chapters.implicit_bias.questions.problem import CHAPTER, YES_NO, c, eta
from hwcode.checking import Choice, Domain, Formula, Mistake, Part, Question, scalar

__all__ = ["QUESTIONS"]

m = scalar("m", integer=True, positive=True)


others = Question(
    ids=("H2-1.2.2", "A2-1.2.2"),
    chapter=CHAPTER,
    title="other adaptive methods, and what per-weight rates are good for",
    marks={"H2-1.2.2": 0, "A2-1.2.2": 0},
    statement=r"""
Does the result of the question before hold for the other adaptive methods (2021: RMSProp and Adam;
2025: Adagrad and Adam)? Why might one want a learning rate for each weight? *We ask which point they
share, what about them is to blame, and split "desirable" into claims that can be decided.*
""",
    parts=(
        Part(
            name="same",
            asks=r"one data point with $t\ne0$, start at zero, $\epsilon=0$: which of Adagrad, RMSProp and Adam can converge to the minimum-norm solution when $|x_1|\ne|x_2|$, both nonzero?",
            form=Choice(
                {
                    "none": "none of them: all three stay on the line through sign(x)",
                    "adam": "Adam alone, because of its momentum and bias correction",
                    "open": "each leaves the line through sign(x), so nothing can be said",
                }
            ),
            reference="none",
            mistakes=(
                Mistake(
                    "adam",
                    "momentum and bias correction multiply all coordinates by the same numbers",
                ),
                Mistake(
                    "open",
                    "every gradient is a multiple of x, and the scaling removes the sizes of its entries",
                ),
            ),
        ),
        Part(
            name="norm",
            asks="of which norm is their common point the least solution?",
            form=Choice(
                {
                    "l1": "of the sum of the absolute values",
                    "l2": "of the Euclidean norm",
                    "linf": "of the largest absolute value",
                },
                aliases={
                    **dict.fromkeys(("1-norm", "sum norm", "Manhattan norm", "taxicab norm"), "l1"),
                    **dict.fromkeys(("2-norm", "L2 norm"), "l2"),
                    **dict.fromkeys(
                        ("infinity norm", "maximum norm", "max norm", "sup norm"), "linf"
                    ),
                },
            ),
            reference="linf",
            mistakes=(
                Mistake(
                    "l1",
                    "the least sum of absolute values puts everything on the largest entry of x",
                ),
                Mistake("l2", "that is the minimum-norm solution, where gradient descent ends"),
            ),
        ),
        Part(
            name="full",
            asks="the full-matrix form of Adagrad divides by the root of $\\sum_k g_kg_k^\\top$ instead of its diagonal. Does it find the minimum-norm solution from zero?",
            form=Choice(YES_NO),
            reference="yes",
            mistakes=(
                Mistake(
                    "no",
                    "that matrix and its root map the row space to itself; the diagonal does not",
                ),
            ),
        ),
        Part(
            name="condition",
            asks=r"Adagrad on $\frac12\sum_jh_jw_j^2$, $\epsilon=0$: how does the number of steps grow with the condition number?",
            form=Choice(
                {
                    "none": "not at all: the iterates do not depend on the curvatures",
                    "root": "like its square root",
                    "linear": "in proportion to it, as for gradient descent",
                }
            ),
            reference="none",
            mistakes=(
                Mistake("root", "that is what momentum achieves"),
                Mistake("linear", "a curvature multiplies gradient and root alike and cancels"),
            ),
        ),
        Part(
            name="rotated",
            asks="is that advantage kept when the axes of the quadratic are turned by 45 degrees?",
            form=Choice({"kept": "yes", "lost": "no"}),
            reference="lost",
            mistakes=(
                Mistake(
                    "kept",
                    "both weights then see both curvatures, and a rate for each weight cannot tell them apart",
                ),
            ),
        ),
        Part(
            name="rare",
            asks=r"a feature has appeared $m$ times, with gradients of the size $c$ each time. Adagrad's effective rate for its weight at the last of them ($\epsilon=0$)",
            form=Formula(Domain((m, eta, c), ({m: 1}, {m: 4}, {m: 7}), True), "a number"),
            reference=eta / (c * sympy.sqrt(m)),
            latex=r"\frac{\eta}{c\sqrt m}",
            mistakes=(
                Mistake(
                    eta / sympy.sqrt(m),
                    "a step is this long; the rate is what multiplies the gradient",
                ),
                Mistake(eta / (c * m), "G grows like m, and its root divides"),
                Mistake(eta, "this is the rate before scaling"),
            ),
        ),
    ),
    hints=(
        "Which feature do these methods share that gradient descent does not have?",
        "Follow the direction of a step when every gradient is a multiple of one vector $x$. For the use of such rates, think of features with very different curvatures or frequencies.",
        r"Every step is a multiple of $\operatorname{sign}(x)$. Of which norm is $t\operatorname{sign}(x)/\lVert x\rVert_1$ the least solution?",
    ),
    beyond=(
        "norm",
        "full",
        "condition",
        "rotated",
        "rare",
    ),
    result="Nor does Adam. Rates for each weight help where curvatures or frequencies differ along the axes.",
    model_answer=r"""
It holds for all three. With one example every gradient is a multiple of $x$, so $\sqrt{v}$ and the
numerator carry $|x_i|$ and $x_i$ as factors, and every step is a multiple of $\operatorname{sign}(x)$;
bias correction and momentum are common to all coordinates. The one solution there,
$t\operatorname{sign}(x)/\lVert x\rVert_1$, has the least largest entry, not the least norm. The diagonal
is to blame: full-matrix Adagrad stays in the row space. Rates for each weight help where the curvatures differ
along the axes (Adagrad's iterates then do not depend on them) and for rare features, whose rates
in Adagrad fall only with their own appearances, like $1/\sqrt m$. Turn the axes by 45 degrees, and the first advantage is gone.
""",
    conventions=("epsilon",),
)

QUESTIONS = (others,)
