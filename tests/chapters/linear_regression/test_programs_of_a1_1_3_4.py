"""A1-1.3.4: ways to write ``fit_poly``, and what cuts off more than rounding."""

from __future__ import annotations

import numpy as np
import pytest

from hwcode.chapters.linear_regression.polynomials import features
from hwcode.chapters.linear_regression.questions import overfitting as asked
from hwcode.chapters.linear_regression.truths.overfitting import exact_weights
from tests.chapters.handed_in import judged

BRANCHES = """
def fit_poly(X, d, t):
    F = {features}
    if F.shape[1] > len(X):
        return F.T @ {wide}
    return {tall}
"""
INVERSES = {"wide": "np.linalg.inv(F @ F.T) @ t", "tall": "np.linalg.inv(F.T @ F) @ F.T @ t"}
SOLVES = {"wide": "np.linalg.solve(F @ F.T, t)", "tall": "np.linalg.solve(F.T @ F, F.T @ t)"}
POWERS = "np.vander(X, d + 1, increasing=True)"
ONE_LINE = "def fit_poly(X, d, t):\n    return {}\n"


@pytest.mark.parametrize("ways", [INVERSES, SOLVES], ids=["inverse", "solve"])
@pytest.mark.parametrize(
    ("basis", "told"),
    [
        (POWERS, ""),
        ("np.stack([X**k for k in range(d + 1)], axis=1)", ""),
        ("poly_expand(X, d=d, poly_type=poly_type)", "Legendre"),
        ('poly_expand(X, d, "chebyshev")', "Chebyshev"),
    ],
)
def test_the_formulas_of_the_handout_pass(ways, basis, told):
    verdict = judged("A1-1.3.4:fit_poly", BRANCHES.format(features=basis, **ways))
    assert verdict.right, verdict
    assert told in verdict.convention


@pytest.mark.parametrize("limit", ["1e-5", "1e-4"])
@pytest.mark.parametrize("way", ["pinv(F, rcond={}) @ t", "lstsq(F, t, rcond={})[0]"])
def test_a_cut_off_above_rounding_is_found_out(way, limit):
    text = ONE_LINE.format(f"np.linalg.{way.format(limit)}".replace("F", POWERS, 1))
    verdict = judged("A1-1.3.4:fit_poly", text)
    assert verdict.right is False
    assert "still carry data" in verdict.diagnosis


def test_numpys_own_limit_cuts_off_rounding_alone():
    for way in ("np.linalg.pinv({}) @ t", "np.linalg.lstsq({}, t)[0]"):
        assert judged("A1-1.3.4:fit_poly", ONE_LINE.format(way.format(POWERS))).right


def test_of_all_trials_the_inverse_keeps_six_digits_and_a_cut_off_none_in_one():
    lost = []
    for x, degree, t in asked._polynomial_instances(np.random.default_rng(3)):
        F, exact = features(x, degree), exact_weights((x, degree, t))
        scale = max(1.0, np.abs(exact).max())
        lost.append(np.abs(np.linalg.pinv(F, rcond=1e-5) @ t - exact).max() / scale)
        inverse = (
            np.linalg.inv(F.T @ F) @ F.T if F.shape[1] <= len(x) else F.T @ np.linalg.inv(F @ F.T)
        )
        assert np.abs(inverse @ t - exact).max() / scale < 1e-6
    assert max(lost) > 0.1
