"""A1-1: gradients, limits, expectations and fits, each against another way to compute it."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcode.chapters import question
from hwcode.chapters.linear_regression import interpolation as lr
from hwcode.chapters.linear_regression import polynomials as poly
from hwcode.chapters.linear_regression import risk
from hwcode.checking.errors import AnswerError

sizes = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))


def instance(size):
    n, d, seed = size
    generator = np.random.default_rng(seed)
    return generator.standard_normal((n, d)), generator.standard_normal(n), generator


@settings(deadline=None)
@given(sizes)
def test_a1_1_1_gradient_by_central_differences(size):
    X, t, generator = instance(size)
    w, h = generator.standard_normal(X.shape[1]), generator.standard_normal(X.shape[1])
    # The loss is quadratic: central differences are exact but for rounding.
    difference = (lr.loss(X, w + h, t) - lr.loss(X, w - h, t)) / 2
    assert lr.gradient(X, w, t) @ h == pytest.approx(difference, rel=1e-9, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(sizes)
def test_a1_1_2_1_and_1_3_2_limit_of_gradient_descent_for_any_shape(size):
    X, t, generator = instance(size)
    start = generator.standard_normal(X.shape[1])
    rate = 0.9 * lr.largest_rate(X)
    # The limit in closed form: the part of the start that X does not see, plus the shortest fit.
    inverse = np.linalg.pinv(X)
    limit = inverse @ t + start - inverse @ (X @ start)
    step = limit - rate * lr.gradient(X, limit, t)
    assert step == pytest.approx(limit, abs=1e-9), "the limit is a fixed point"
    first = next(islice(lr.gradient_descent(X, t, rate, start), 1, None))
    assert np.linalg.norm(first - limit) <= np.linalg.norm(start - limit) + 1e-12


def test_a1_1_3_2_gradient_descent_reaches_it_on_a_well_conditioned_problem():
    X = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]])
    t, start = np.array([3.0, 1.0]), np.array([1.0, 0.0, -2.0])
    end = next(islice(lr.gradient_descent(X, t, 0.9 * lr.largest_rate(X), start), 2000, None))
    inverse = np.linalg.pinv(X)
    assert end == pytest.approx(inverse @ t + start - inverse @ (X @ start), abs=1e-10)


def test_a1_1_2_1_the_bound_on_the_rate_is_sharp():
    X, t = np.array([[1.0, 1.0], [1.0, -2.0], [0.0, 1.0]]), np.array([1.0, 2.0, 3.0])
    best, bound = lr.minimum_norm_solution(X, t), lr.largest_rate(X)

    def distance(rate):
        end = next(islice(lr.gradient_descent(X, t, rate, np.ones(2)), 3000, None))
        return np.linalg.norm(end - best)

    assert distance(0.99 * bound) < 1e-6
    assert distance(1.01 * bound) > 1e6
    with pytest.raises(ValueError, match="data matrix is zero"):
        lr.largest_rate(np.zeros((2, 2)))


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 10**6))
def test_a1_1_2_2_and_1_3_3_expected_error_for_any_rank(n, d, seed):
    generator = np.random.default_rng(seed)
    X = sympy.Matrix(generator.integers(-2, 3, (n, d)).tolist())
    expected = sympy.Rational(9, 4) * sympy.Rational(n - X.rank(), n)
    assert lr.rademacher_training_error(X, sympy.Rational(3, 2)) == expected


@pytest.mark.parametrize("basis", poly.BASES)
@pytest.mark.parametrize("degree", [0, 1, 4, 9, 13, 14, 40])
def test_a1_1_3_4_fits_agree_with_hundred_digit_arithmetic(basis, degree):
    x, t = poly.polynomial_data()
    at = np.linspace(0.05, 0.95, 7)
    exact = poly.exact_polynomial_fit(x, degree, t, at, basis)
    got = poly.predict_poly(at, poly.fit_poly(x, degree, t, basis), basis)
    accuracy = 1e-3 if basis == "monomials" else 1e-8
    assert got == pytest.approx(exact, abs=accuracy * np.max(np.abs(exact)))


def test_a1_1_3_4_data_are_those_of_the_starter():
    np.random.seed(123)
    x = np.random.uniform(size=14)
    t = np.sin(10 * x) + 0.1 * np.random.randn(14)
    assert np.array_equal(np.stack([x, t]), np.stack(poly.polynomial_data()))


def test_a1_1_3_4_numbers_of_the_diagnosis():
    x, t = poly.polynomial_data()
    grid = np.linspace(0, 1, 1000)

    def test_loss(degree):
        weights = poly.fit_poly(x, degree, t, "Legendre")
        return np.mean((poly.predict_poly(grid, weights, "Legendre") - np.sin(10 * grid)) ** 2) / 2

    below = min((test_loss(degree), degree) for degree in range(13))
    beyond = min((test_loss(degree), degree) for degree in range(14, 201))
    assert below == (pytest.approx(0.035, abs=5e-4), 6)
    assert beyond == (pytest.approx(0.052, abs=5e-4), 42)


@pytest.mark.parametrize(
    ("text", "right"),
    [("w1 + w2 = 3", True), ("2*w_2 = 6 - 2*w_1", True), ("w1 - w2 = 3", False), ("3 - w1", True)],
)
def test_a1_1_3_1_line_may_be_typed_as_an_equation(text, right):
    part = question("A1-1.3.1").part("line")
    assert part.check("A1-1.3.1", part.form.read(text)).right is right


@pytest.mark.parametrize("text", ["w1 = 3", "w1 + w2**2 = 3", "w1 + w3 = 3", "w1 + w2 = 3 = 3"])
def test_a1_1_3_1_what_is_no_line_in_w2_is_named(text):
    with pytest.raises(AnswerError, match="w1"):
        question("A1-1.3.1").part("line").form.read(text)


@pytest.mark.parametrize(("degree", "basis"), [(-1, "monomials"), (2, "Hermite")])
def test_a1_1_3_4_bad_input_is_named(degree, basis):
    with pytest.raises(ValueError, match="degree" if degree < 0 else "monomials, Chebyshev"):
        poly.features(np.zeros(1), degree, basis)


@pytest.mark.parametrize(("n", "d"), [(6, 12), (30, 12), (4, 7)])
def test_a1_1_3_5_closed_form_agrees_with_simulation(n, d):
    exact = float(risk.expected_risk_gaussian(n, d, Fraction(1), Fraction(1, 4)))
    risks = risk.simulated_risk_gaussian(n, d, 1.0, 0.25, runs=4000, seed=n)
    error = risks.std(ddof=1) / np.sqrt(len(risks))
    assert abs(risks.mean() - exact) < 5 * error
    # The check can fail: with the noise at twice its size it does.
    wrong = float(risk.expected_risk_gaussian(n, d, Fraction(1), Fraction(1, 2)))
    assert abs(risks.mean() - wrong) > 5 * error


def test_a1_1_3_5_edge_cases():
    one, none = Fraction(1), Fraction(0)
    assert [risk.expected_risk_gaussian(n, 5, one, one) for n in (4, 5, 6)] == [float("inf")] * 3
    assert risk.expected_risk_gaussian(4, 5, one, none) == Fraction(1, 5)
    assert risk.expected_risk_gaussian(5, 5, one, none) == 0
    with pytest.raises(ValueError, match="n = 0"):
        risk.expected_risk_gaussian(0, 1, one, one)
