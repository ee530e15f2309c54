"""The points of the curve of steps against examples."""

from __future__ import annotations

import sympy

from hwcode.checking import Choice, Domain, Formula, Mistake, Part, Question, scalar

__all__ = ["QUESTIONS"]

Smin = scalar("Smin", r"S_{\min}", positive=True)
Bc = scalar("Bc", r"B_{\mathrm{c}}", positive=True)
pt = scalar("pt", "p_t", positive=True)
pc = scalar("pc", "p_c", positive=True)


REGIMES = {"noise": "noise dominated", "curvature": "curvature dominated"}
REMEDIES = {"parallel": "seek parallel compute", "higher": "use higher order optimizers"}
OTHER_REMEDIES = {
    **dict.fromkeys(("parallelism", "parallelize", "parallelization", "more GPUs"), "parallel"),
    **dict.fromkeys(("second order optimizer", "second order methods"), "higher"),
}

point_question = Question(
    ids=("A2-3.1.2a",),
    chapter="batch_size",
    title="the most efficient batch size",
    marks={"A2-3.1.2a": 4},
    statement=r"""
A log-log plot of training steps to a fixed validation loss against batch size, all else tuned, falls
steeply at first and is flat in the end. Point A lies on the steep part at a small batch, C at the knee,
B far right on the flat part. Compute is scalable but not free, and minibatches run in parallel. Which
point has the best trade-off between resources and training time? *We add: by which price?*
""",
    parts=(
        Part(
            name="point",
            asks="the point of the best trade-off, with steps times examples as the cost",
            form=Choice(
                {
                    "A": "A, the small batch",
                    "B": "B, the large batch",
                    "C": "C, the knee",
                },
                what="a point",
            ),
            reference="C",
            mistakes=(
                Mistake("A", "a little more compute would save most of the time"),
                Mistake("B", "many times the compute of C buys hardly any time"),
            ),
        ),
        Part(
            name="product",
            asks=r"if $S=S_{\min}(1+B_c/B)$ (type `Smin`, `Bc`): the batch of least $S\cdot E$, where $E=BS$ counts examples",
            form=Formula(Domain((Smin, Bc)), "a number of examples", {"Bcrit": "Bc"}),
            reference=Bc,
            mistakes=(
                Mistake(2 * Bc, "there steps are 1.5 and examples 3 times their least value"),
                Mistake(Bc / 2, "there steps are 3 and examples 1.5 times their least value"),
                Mistake(Smin, "this counts steps; the product does not depend on their scale"),
            ),
        ),
        Part(
            name="price",
            asks=r"the batch of least $p_t\,S+p_c\,E$, a price `pt` for each step of waiting and `pc` for each example",
            form=Formula(Domain((Smin, Bc, pt, pc)), "a number of examples", {"Bcrit": "Bc"}),
            reference=sympy.sqrt(Bc * pt / pc),
            mistakes=(
                Mistake(Bc, "this is so at one price only, pt = Bc pc"),
                Mistake(
                    Bc * pt / pc, "both the waiting and the computing depend on B: take a root"
                ),
                Mistake(sympy.sqrt(Bc * pc / pt), "the dearer the time, the larger the best batch"),
            ),
        ),
    ),
    hints=(
        "At each point ask: what would doubling the batch save, and what would it cost?",
        "Compare steps (time) and steps times batch (compute) at A, C and B.",
        "On the steep part a doubled batch halves the steps at the same compute; on the flat part it doubles the compute and saves nothing.",
    ),
    beyond=(
        "product",
        "price",
    ),
    result="C, the knee: to the left time is wasted, to the right compute.",
    numbers=("1.5 = 1 + 1/2",),
    model_answer=r"""
C. Left of it a doubled batch nearly halves the number of steps at almost no extra compute, so A wastes
time; right of it a doubled batch doubles the compute and saves hardly any steps, so B wastes compute.
At the knee (the critical batch size) both are within about a factor 2 of their least values. If only
compute had a price A would be best, if only time had one, B.
""",
)

speed_question = Question(
    ids=("A2-3.1.2b",),
    chapter="batch_size",
    title="two regimes and how to speed them up",
    marks={"A2-3.1.2b": 4},
    statement=r"""
Training is *noise dominated* where gradient noise is the bottleneck, *curvature dominated* where an
ill-conditioned loss is. Which regimes do points A and B of the plot belong to, and which is the best
suited way to accelerate training there: higher order optimizers, or parallel compute?
""",
    parts=(
        *(
            Part(
                name=f"{point}_regime",
                asks=f"the regime of point {point}",
                form=Choice(REGIMES),
                reference=regime,
                mistakes=(Mistake(other, why),),
            )
            for point, regime, other, why in (
                (
                    "A",
                    "noise",
                    "curvature",
                    "doubling the batch halves the steps: noise was the limit",
                ),
                (
                    "B",
                    "curvature",
                    "noise",
                    "doubling the batch changes hardly anything: noise is no limit",
                ),
            )
        ),
        *(
            Part(
                name=f"{point}_speed",
                asks=f"the way to accelerate training at point {point}",
                form=Choice(REMEDIES, aliases=OTHER_REMEDIES),
                reference=remedy,
                mistakes=(Mistake(other, why),),
            )
            for point, remedy, other, why in (
                (
                    "A",
                    "parallel",
                    "higher",
                    "there the number of examples is what is needed: a larger batch saves steps in proportion; on our curve Newton's method saves a few-fold, and the noise allows no method much more",
                ),
                ("B", "higher", "parallel", "a larger batch changes hardly anything there"),
            )
        ),
    ),
    hints=(
        "Where does a larger batch still reduce the number of steps? There noise is the bottleneck.",
        "Parallel computers buy larger batches. Second-order methods change the curvature that the method sees.",
        "At A steps fall like $1/B$. At B they no longer fall: the gradient is nearly exact already. What is left to slow training down?",
    ),
    result="A is limited by noise: parallel compute. B is limited by curvature: second-order methods.",
    model_answer=r"""
A: noise dominated; seek parallel compute. Steps fall in proportion to $1/B$, so a larger batch on more
devices saves time at no extra compute. B: curvature dominated; use higher order optimizers. The gradient
is nearly exact already and the flattest directions set the pace. A larger batch does not change that;
preconditioning by the curvature does, and so does momentum.
""",
)

QUESTIONS = (point_question, speed_question)
