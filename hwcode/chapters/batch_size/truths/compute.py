"""What ``questions/compute.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import sympy

from hwcode.chapters.batch_size.questions.compute import alpha, alpha_b, alpha_n, alpha_s, beta
from hwcode.chapters.batch_size.scaling_laws import BESIROGLU, HOFFMANN, KAPLAN
from hwcode.checking import (
    Method,
    Truth,
)

__all__ = ["TRUTHS"]


def _best_option(_: Any) -> str:
    """Ten times the compute in Kaplan's fit, for four sizes trained three times the efficient steps.

    At the critical batch; A: ten times the steps, B: the batch, C: the parameters.
    """
    winners = set()
    for size in (1e6, 1e8, 1e9, 1e10):
        effective = 3 * KAPLAN.efficient_steps(size)
        batch = KAPLAN.critical_batch(KAPLAN.size_term(size) + KAPLAN.steps_term(effective))
        steps = 2 * effective
        losses = {
            "A": KAPLAN.loss(size, 10 * steps, batch),
            "B": KAPLAN.loss(size, steps, 10 * batch),
            "C": KAPLAN.loss(10 * size, steps, batch),
        }
        winners.add(min(losses, key=lambda name: losses[name]))
    return winners.pop() if len(winners) == 1 else "several"


def _steps_or_batch(_: Any) -> str:
    """Tenfold steps against a tenfold batch in Kaplan's fit, wherever training had got to."""
    better = {
        KAPLAN.loss(size, 10 * steps, batch) < KAPLAN.loss(size, steps, 10 * batch)
        for size in (1e6, 1e9)
        for steps in (1e3, 1e5)
        for batch in (1e3, 1e6, 1e8)
    }
    return {frozenset({True}): "steps", frozenset({False}): "batch"}.get(
        frozenset(better), "depends"
    )


def _balance(point: Any) -> Any:
    """Minimise x + y over sizes and steps of equal N S: x falls with N, y rises.

    With ln S = c - ln N the derivative of x + y in ln N is -alpha_N x + alpha_S y; it vanishes.
    """
    ratio = sympy.Symbol("ratio")
    return sympy.solve(-point[alpha_n] * 1 + point[alpha_s] * ratio, ratio)[0]


def _slope_of_size(equations: Any, unknowns: Any, size: Any, compute: Any) -> Any:
    """How ln N grows with ln C along the solutions of linear equations in logarithms."""
    solved = sympy.solve(equations, unknowns, dict=True)[0]
    return sympy.diff(solved[size], compute)


def _kaplan_slope(point: Any) -> Any:
    """ln N, ln S, ln B against ln C when both terms of the loss are fixed parts of it."""
    size, steps, batch, loss, compute = sympy.symbols("size steps batch loss compute")
    equations = [
        loss + point[alpha_n] * size,
        loss + point[alpha_s] * steps,
        loss + point[alpha_b] * batch,
        size + steps + batch - compute,
    ]
    return _slope_of_size(equations, [size, steps, batch, loss], size, compute)


def _chinchilla_slope(point: Any) -> Any:
    """ln N against ln C where both terms fall equally fast and C is proportional to N D."""
    size, tokens, compute, constant = sympy.symbols("size tokens compute constant")
    equations = [
        point[alpha] * size - point[beta] * tokens - constant,
        size + tokens - compute,
    ]
    return _slope_of_size(equations, [size, tokens], size, compute)


def _for_a_large_model(_: Any) -> str:
    """280 billion parameters after 300 billion tokens, ten times the compute, both fits."""
    winners = set()
    for law in (HOFFMANN, BESIROGLU):
        losses = {"tokens": law.loss(280e9, 3e12), "size": law.loss(2.8e12, 300e9)}
        winners.add(min(losses, key=lambda name: losses[name]))
    return winners.pop() if len(winners) == 1 else "several"


TRUTHS = {
    "A2-3.2a:option": Truth(
        _best_option,
        "Kaplan's fit at ten times the compute, for four sizes past the efficient point",
        method=Method.COMPUTED,
    ),
    "A2-3.2a:steps_or_batch": Truth(
        _steps_or_batch,
        "the fit at twelve combinations of size, steps and batch",
        method=Method.COMPUTED,
    ),
    "A2-3.2a:balance": Truth(_balance, "the stationary point along equal compute", 2),
    "A2-3.2a:kaplan": Truth(
        _kaplan_slope, "the logarithms of all four along the efficient path", 6
    ),
    "A2-3.2a:chinchilla": Truth(_chinchilla_slope, "the logarithms along the best split", 4),
    "A2-3.2a:large": Truth(
        _for_a_large_model,
        "both published versions of the later law",
        method=Method.COMPUTED,
    ),
}
