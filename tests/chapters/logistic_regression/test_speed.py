"""The quick way down (P4-1d): as certain as Newton's, and fairly compared."""

from __future__ import annotations

import numpy as np
import pytest

from hwcode.chapters.logistic_regression import objective as lr
from hwcode.chapters.logistic_regression.certified import minimise_to_gap
from hwcode.chapters.logistic_regression.experiments import speed
from hwcode.data import embedded_digits


@pytest.mark.parametrize("gap", [1e-3, 1e-6, 1e-9])
@pytest.mark.parametrize("lam", [1e-1, 1e-3, 1e-5])
def test_the_certificate_holds_and_the_gap_is_reached(lam, gap):
    problem = lr.prepare(embedded_digits(), lam)
    least = lr.minimise(problem)
    found = minimise_to_gap(problem, gap)
    assert found.value == pytest.approx(lr.objective(problem, found.w), rel=1e-12)
    assert -1e-12 <= found.value - least.value <= found.gap + 1e-12
    assert found.gap <= gap
    assert found.gap == pytest.approx(speed.certified_gap(problem, found.w), rel=1e-6)


def test_what_cannot_be_reached_is_said():
    problem = lr.prepare(embedded_digits(), 1e-3)
    with pytest.raises(ArithmeticError, match="after 3 steps, not 1e-06"):
        minimise_to_gap(problem, 1e-6, most=3)
    for gap in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="gap"):
            minimise_to_gap(problem, gap)


def test_scikit_learn_is_asked_for_no_more_than_the_gap():
    problem = lr.prepare(embedded_digits(), 1e-3)
    tolerance = speed.tolerance_for(problem, 1e-6)
    assert speed.certified_gap(problem, speed.lbfgs(problem, tolerance)) <= 1e-6
    looser = tolerance * 10**0.125
    assert speed.certified_gap(problem, speed.lbfgs(problem, looser)) > 1e-6


def test_both_minimise_the_same_objective():
    problem = lr.prepare(embedded_digits(), 1e-2)
    assert np.allclose(speed.lbfgs(problem, 1e-9), lr.minimise(problem).w, atol=1e-6)
