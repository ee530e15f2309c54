"""Section 2.1 of the homework: whether rates are learned so in practice."""

from __future__ import annotations

from hwcode.chapters.learning_rate.questions.problem import (
    CHAPTER,
    eta,
    h,
    k,
)
from hwcode.checking import Choice, Domain, Formula, Mistake, Part, Question, Text, scalar

__all__ = ["QUESTIONS"]

c = scalar("c", positive=True)


decay_of_slope = -2 * k * c * h * (1 - eta * h) ** (2 * k - 1)
realistic = Question(
    ids=("H2-2.1.3",),
    chapter=CHAPTER,
    title="a problem with long inner loops",
    marks={"H2-2.1.3": 0},
    statement=r"""
Name one problem of gradient-based tuning where a model takes many steps to converge. *To have claims
that can be checked, we ask for the size of the derivative after many steps, and for what happens to
those who avoid long runs by tuning on short ones.*
""",
    parts=(
        Part(
            name="derivative",
            asks=r"one direction of curvature $h$ that holds $c$ of the loss at the start contributes $c\,(1-\eta h)^{2k}$ to $L_k$; to $dL_k/d\eta$ it contributes",
            form=Formula(
                Domain((c, eta, h, k), tuple({k: i} for i in (1, 2, 5)), True), "a number"
            ),
            reference=decay_of_slope,
            latex=r"-2k\,c\,h\,(1-\eta h)^{2k-1}",
            mistakes=(
                Mistake(
                    -2 * k * c * (1 - eta * h) ** (2 * k - 1),
                    "the inner derivative is -h",
                ),
                Mistake(
                    -2 * c * h * (1 - eta * h) ** (2 * k - 1),
                    "the exponent 2k comes down, k included",
                ),
            ),
        ),
        Part(
            name="stable",
            asks=r"at a fixed rate with $|1-\eta h|<1$, as $k\to\infty$, this contribution",
            form=Choice(
                {
                    "vanishes": "tends to 0",
                    "settles": "tends to another limit",
                    "explodes": "grows without bound",
                }
            ),
            reference="vanishes",
            mistakes=(
                Mistake("explodes", "the factor k grows, but the power falls faster"),
                Mistake("settles", "no geometric sequence with |x| < 1 stays away from 0"),
            ),
        ),
        Part(
            name="unstable",
            asks=r"and with $|1-\eta h|>1$",
            form=Choice(
                {
                    "vanishes": "tends to 0",
                    "settles": "tends to another limit",
                    "explodes": "grows without bound",
                }
            ),
            reference="explodes",
            mistakes=(
                Mistake(
                    "vanishes", "gradient descent diverges there, and its loss is steep in the rate"
                ),
            ),
        ),
        Part(
            name="reuse",
            asks="the rate that is best for one step, used for many steps",
            form=Choice(
                {
                    "safe": "always converges, perhaps slowly",
                    "may diverge": "may make gradient descent diverge",
                    "stays best": "is best for many steps too",
                }
            ),
            reference="may diverge",
            mistakes=(
                Mistake(
                    "safe",
                    r"it may lie above $2/h_{\max}$: with curvatures 1 and 9 and residuals (9, 1) it is 5/9, and each step multiplies the second residual by -4",
                ),
                Mistake(
                    "stays best",
                    "with curvatures 1 and 9 and residuals (9, 1) it is 5/9 for one step and about 0.278 for two",
                ),
            ),
        ),
        Part(
            name="greedy",
            asks="two different curvatures, both with a residual, two steps, a rate for each: which choice of the two rates ends lower?",
            form=Choice(
                {
                    "greedy": "each rate best for its own step",
                    "together": r"$1/h_1$ and $1/h_2$",
                }
            ),
            reference="together",
            mistakes=(
                Mistake(
                    "greedy",
                    "$1/h_1$ removes one component and $1/h_2$ the other, so the pair ends at the minimum exactly; the best first step leaves some of both",
                ),
            ),
        ),
        Part(
            name="problem",
            asks="a problem, in your own words",
            form=Text("one or two sentences"),
            reference="Memory grows with the number of steps; the derivative vanishes or explodes with it; and tuning on short runs instead is biased.",
        ),
    ),
    hints=(
        "How does the memory grow with the number of steps? And what does a product of many factors do?",
        r"Differentiate $c\,(1-\eta h)^{2k}$ in $\eta$.",
        r"The result has the factor $k(1-\eta h)^{2k-1}$. Take the limit for $|1-\eta h|$ below 1 and above 1.",
    ),
    beyond=(
        "derivative",
        "stable",
        "unstable",
        "reuse",
        "greedy",
    ),
    result="Long runs cost memory, and the derivative vanishes or explodes.",
    numbers=("0.278 = (1 + cbrt(9))/(9 + cbrt(9))",),
    model_answer=r"""
Back-propagation keeps all $k$ iterates: memory $O(k)$, out of reach for large models and long training.
Besides, the derivative passes through the product $\prod_i(I-\eta\nabla^2L(w_i))$: it vanishes like
$k\,|1-\eta h|^{2k-1}$ where training is stable and explodes where it is not. Tuning on a few steps avoids
both and finds the rate that is best for a few steps, which may be far from the best for many.
""",
    conventions=("steps",),
)

QUESTIONS = (realistic,)
