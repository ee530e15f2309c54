"""How quick the NumPy of this chapter is: beside its own products, and beside scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from hwcode.chapters.logistic_regression import objective as lr
from hwcode.chapters.logistic_regression.certified import minimise_to_gap
from hwcode.data import mnist
from hwcode.training.benchmark import Benchmark, Contenders

__all__ = ["EXPERIMENTS", "ITERATION", "SOLVERS", "lbfgs", "tolerance_for"]


def iterations(config: Mapping[str, Any]) -> dict[str, Contenders]:
    """A step of gradient descent, beside the two products with the inputs that it needs."""
    problem = lr.prepare(mnist(), config["penalty"])
    start, rate = lr.random_start(problem, 0), 1 / lr.smoothness(problem)
    gradient = lr.full_gradient(problem)
    weighted = problem.y * expit(-problem.y * (problem.X @ start))

    def step() -> lr.Array:
        return start - rate * gradient(start, 0)

    def products() -> lr.Array:
        # What is left beside them are sums of a few hundred numbers.
        problem.X @ start
        slope = problem.lam * start - problem.X.T @ weighted / len(problem.y)
        return start - rate * slope

    return {"all images of zeros and ones": {"products": products, "step": step}}


def lbfgs(problem: lr.Problem, tolerance: float) -> lr.Array:
    """The weights by scikit-learn; the bias is a weight like the others, as in our objective."""
    strength = 1 / (len(problem.y) * problem.lam)
    model = LogisticRegression(C=strength, fit_intercept=False, tol=tolerance, max_iter=10_000)
    return np.asarray(model.fit(problem.X, problem.y).coef_[0], float)


def certified_gap(problem: lr.Problem, w: lr.Array) -> float:
    """The bound of strong convexity on how far the objective is above its minimum."""
    slope = lr.full_gradient(problem)(w, 0)
    return float(slope @ slope) / (2 * problem.lam)


def tolerance_for(problem: lr.Problem, gap: float) -> float:
    """The loosest tolerance, of ten a decade, with which scikit-learn certainly reaches the gap.

    Raises:
        ArithmeticError: if none does.
    """
    for tolerance in np.geomspace(1e-1, 1e-9, 81):
        if certified_gap(problem, lbfgs(problem, tolerance)) <= gap:
            return float(tolerance)
    raise ArithmeticError(f"scikit-learn does not reach a gap of {gap:g} at lam {problem.lam:g}")


def solvers(config: Mapping[str, Any]) -> dict[str, Contenders]:
    """For each penalty ours and scikit-learn's, both to the same certified gap."""
    images, gap = mnist(), config["gap"]
    cases: dict[str, Contenders] = {}
    for lam in config["penalties"]:
        problem = lr.prepare(images, lam)
        cases[f"{lam:g}"] = _both(problem, gap, tolerance_for(problem, gap))
    return cases


def _both(problem: lr.Problem, gap: float, tolerance: float) -> Contenders:
    return {
        "lbfgs": lambda: lr.objective(problem, lbfgs(problem, tolerance)),
        "accelerated": lambda: minimise_to_gap(problem, gap).value,
    }


ITERATION = Benchmark(
    name="logistic_regression_iteration",
    title="a step of gradient descent on MNIST zeros and ones, beside its two products",
    config={"penalty": 1e-3},
    cases=iterations,
    baseline="products",
    disagreement=lambda found: float(np.max(np.abs(found["products"] - found["step"]))),
    allowed=1e-15,
    defines=(iterations,),
    rounds=31,
)
SOLVERS = Benchmark(
    name="logistic_regression_solvers",
    title="to a certified gap of 1e-6: accelerated descent beside scikit-learn's lbfgs",
    config={"penalties": [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5], "gap": 1e-6},
    cases=solvers,
    baseline="lbfgs",
    disagreement=lambda found: abs(found["lbfgs"] - found["accelerated"]),
    allowed=1e-6,
    defines=(solvers, minimise_to_gap),
    packages=("numpy", "scipy", "scikit-learn"),
)
EXPERIMENTS = {one.name: one for one in (ITERATION, SOLVERS)}
