"""The points of the curve of steps against examples."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

import numpy as np
import sympy

from hwcode import batch_size as bs
from hwcode.checking import Choice, Domain, Formula, Method, Mistake, Part, Question, Truth, scalar

__all__ = ["QUESTIONS"]

Smin = scalar("Smin", r"S_{\min}", positive=True)
Bc = scalar("Bc", r"B_{\mathrm{c}}", positive=True)
pt = scalar("pt", "p_t", positive=True)
pc = scalar("pc", "p_c", positive=True)


@lru_cache(maxsize=1)
def _curve() -> dict[str, Any]:
    """A small copy of the page's curve: steps to 1 % of the loss, for SGD and for Newton.

    A hundred directions with curvatures 1 to 1/100. The points are those of the handout's figure:
    A at a small batch, C where steps and examples are balanced, B far to the right.
    """
    model = bs.harmonic_model(100)
    target = model.start / 100
    fast = model.preconditioned(1.0)

    def steps(of: bs.Model, batch: float) -> int:
        return bs.steps_to(of, batch, target)[0]

    least_steps, least_examples = steps(model, 2.0**20), 1.0 * steps(model, 1.0)
    knee = 2.0 ** round(float(np.log2(least_examples / least_steps)))
    batches = {"A": 2.0, "B": 2.0**16, "C": knee}
    return {
        "batches": batches,
        "steps": {name: steps(model, batch) for name, batch in batches.items()},
        "doubled": {name: steps(model, 2 * batch) for name, batch in batches.items()},
        "most": least_steps,
        "newton": {name: steps(fast, batch) for name, batch in batches.items()},
    }


def _best_point(_: Any) -> str:
    """The point of least steps times examples."""
    found = _curve()
    cost = {name: found["steps"][name] ** 2 * batch for name, batch in found["batches"].items()}
    return min(cost, key=lambda name: cost[name])


def _regime(point: str, _: Any) -> str:
    """By the slope of the curve: does doubling the batch save more or less than a root of 2?"""
    found = _curve()
    saved = found["steps"][point] / found["doubled"][point]
    return "noise" if saved > np.sqrt(2) else "curvature"


def _remedy(point: str, _: Any) -> str:
    """Which saves more steps: as much parallel compute as one likes, or Newton's method?"""
    found = _curve()
    parallel = found["steps"][point] / found["most"]
    newton = found["steps"][point] / found["newton"][point]
    return "parallel" if parallel > newton else "higher"


def _least(point: Any, cost: Any) -> Any:
    """The positive batch at which a cost, a function of steps and examples, is stationary."""
    batch = sympy.Symbol("batch", positive=True)
    steps = point[Smin] * (1 + point[Bc] / batch)
    (best,) = sympy.solve(sympy.diff(cost(steps, batch * steps), batch), batch)
    return best


REGIMES = {"noise": "noise dominated", "curvature": "curvature dominated"}
REMEDIES = {"parallel": "seek parallel compute", "higher": "use higher order optimizers"}

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
            truth=Truth(
                _best_point,
                "steps times examples at the three points of a curve of our own",
                method=Method.COMPUTED,
            ),
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
            truth=Truth(
                lambda point: _least(point, lambda steps, examples: steps * examples),
                "the stationary point of the product",
                2,
            ),
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
            truth=Truth(
                lambda point: _least(
                    point, lambda steps, examples: point[pt] * steps + point[pc] * examples
                ),
                "the stationary point of the sum",
            ),
            mistakes=(
                Mistake(Bc, "this is so at one price only, pt = Bc pc"),
                Mistake(
                    Bc * pt / pc, "both the waiting and the computing depend on B: take a root"
                ),
                Mistake(sympy.sqrt(Bc * pc / pt), "the dearer the time, the larger the best batch"),
            ),
        ),
    ),
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
                truth=Truth(
                    partial(_regime, point),
                    "the slope of a curve of our own there",
                    method=Method.COMPUTED,
                ),
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
                form=Choice(REMEDIES),
                reference=remedy,
                truth=Truth(
                    partial(_remedy, point),
                    "the steps saved by either on a curve of our own",
                    method=Method.COMPUTED,
                ),
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
    model_answer=r"""
A: noise dominated; seek parallel compute. Steps fall in proportion to $1/B$, so a larger batch on more
devices saves time at no extra compute. B: curvature dominated; use higher order optimizers. The gradient
is nearly exact already and the flattest directions set the pace. A larger batch does not change that;
preconditioning by the curvature does, and so does momentum.
""",
)

QUESTIONS = (point_question, speed_question)
