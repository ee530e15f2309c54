"""H2-1.1.1, H2-1.1.2, A2-1.1.1, H2-1.2.2 and A2-1.2.2: where optimisers end."""

from __future__ import annotations

from itertools import islice, pairwise

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational

from hwcode import optimisers as opt
from hwcode.chapters.implicit_bias import limits as ib
from tests.chapters.implicit_bias.iterates import at, check, problem


def outside(rows, w):
    """Largest component of w along the null space of the rows."""
    return np.max(np.abs(w - np.linalg.pinv(rows) @ (rows @ w)))


# --- H2-1.1.1 and A2-1.1.1: row space, limits, convergence ------------------------------------


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 4), st.booleans())
def test_random_batches_end_at_the_solution_nearest_to_the_start(seed, batch, replacement):
    rows, targets = problem(4, 7, seed)
    start = np.random.default_rng(seed).standard_normal(7)
    rate = 0.9 / max(np.sum(rows**2, axis=1))
    order = opt.drawn(4, batch, seed, replacement)
    path = opt.descent(opt.least_squares(rows, targets, order), rate, start)
    end = at(path, 400)
    assert outside(rows, end - start) < 1e-12
    near = ib.nearest_solution(rows, targets, start)
    # Nearer at the end than at the start, and never further away than the step before.
    distances = [
        np.linalg.norm(w - near)
        for w in islice(opt.descent(opt.least_squares(rows, targets, order), rate, start), 100)
    ]
    assert all(b <= a * (1 + 1e-12) for a, b in pairwise(distances))
    assert np.linalg.norm(end - near) < distances[0]


def test_exact_fractions_never_leave_the_row_space():
    rows, targets = ib.exact([[1, 2, 0, 1], [0, 1, 1, 3]]), ib.exact([3, 1])
    null = sympy.Matrix(rows).nullspace()
    gradient = opt.least_squares(rows, targets, opt.drawn(2, 1, seed=3))
    for w in islice(opt.momentum(gradient, Rational(1, 15), ib.exact([0] * 4), Rational(1, 3)), 12):
        assert all(direction.dot(list(w)) == 0 for direction in null)


def test_limit_of_iteration_agrees_with_iterating():
    rows, targets, start = ib.exact([[1, 1, 2], [0, 1, -1]]), ib.exact([2, 1]), ib.exact([1, 0, 3])
    gradient = opt.least_squares(rows, targets, opt.cyclic(2))

    def one_pass(w):
        return at(opt.descent(gradient, Rational(1, 8), w), 2)

    limit = np.array(ib.limit_of_iteration(one_pass, start), float)
    floats = [np.array(value, float) for value in (rows, targets, start)]
    path = opt.descent(opt.least_squares(*floats[:2], opt.cyclic(2)), 0.125, floats[2])
    assert np.allclose(limit, at(path, 600), atol=1e-10)
    assert np.allclose(limit, ib.nearest_solution(*floats), atol=1e-12)


@pytest.mark.parametrize("factor", [Rational(1), Rational(-1), Rational(3, 2)])
def test_limit_of_iteration_refuses_what_has_none(factor):
    with pytest.raises(ArithmeticError):
        ib.limit_of_iteration(lambda w: factor * w + 1, ib.exact([1]))


def test_rates_above_the_bound_diverge_on_one_example():
    rows, targets = np.array([[2.0, 1.0]]), np.array([2.0])
    for rate, converges in ((0.199, True), (0.201, False)):
        end = at(opt.descent(opt.least_squares(rows, targets), rate, np.zeros(2)), 2000)
        assert bool(abs(rows @ end - targets)[0] < 1e-3) is converges


# --- H2-1.1.2: momentum -----------------------------------------------------------------------


def test_a_velocity_in_the_null_space_stays():
    rows, targets = problem(2, 5, seed=3)
    generator = np.random.default_rng(4)
    start, push = generator.standard_normal(5), generator.standard_normal(5)
    path = opt.momentum(opt.least_squares(rows, targets), 0.05, start, 0.6, push)
    null_part = push - np.linalg.pinv(rows) @ (rows @ push)
    expected = ib.nearest_solution(rows, targets, start) + 0.6 / 0.4 * null_part
    assert np.allclose(at(path, 3000), expected, atol=1e-10)


@settings(deadline=None, max_examples=40)
@given(st.floats(0.05, 0.95), st.floats(0.1, 5), st.booleans())
def test_momentum_is_stable_up_to_its_bound(alpha, curvature, below):
    rate = 2 * (1 + alpha) / curvature * (0.99 if below else 1.01)
    step = np.array([[1 - rate * curvature, alpha], [-rate * curvature, alpha]])
    assert bool(max(abs(np.linalg.eigvals(step))) < 1) is below


@pytest.mark.parametrize(("rate", "diverges"), [(0.82, False), (0.85, True)])
def test_two_examples_in_turn_may_diverge_with_momentum(rate, diverges):
    gradient = opt.least_squares(np.eye(2), np.ones(2), opt.cyclic(2))
    end = at(opt.momentum(gradient, rate, np.zeros(2), 0.5), 2000)  # the bound is 5/6
    assert bool(np.max(np.abs(end - 1)) > 1e3) is diverges


# --- H2-1.2.2, A2-1.2.2: the others, and what is to blame -------------------------------------

METHODS = {
    "descent": lambda g, w: opt.descent(g, 0.1, w),
    "momentum": lambda g, w: opt.momentum(g, 0.1, w, 0.7),
    "nesterov": lambda g, w: opt.momentum(g, 0.1, w, 0.7, lookahead=True),
    "full": lambda g, w: opt.full_adagrad(g, 0.3, w, 1e-2),
    "adagrad": lambda g, w: opt.adagrad(g, 0.3, w),
    "rmsprop": lambda g, w: opt.rmsprop(g, 0.05, w, 0.9),
    "adam": lambda g, w: opt.adam(g, 0.05, w, 0.9, 0.99),
}
DIAGONAL = {"adagrad", "rmsprop", "adam"}


@pytest.mark.parametrize("name", METHODS)
def test_who_commutes_with_rotations_and_who_stays_in_the_row_space(name):
    rows, targets = problem(3, 6, seed=6)
    turn = np.linalg.qr(np.random.default_rng(7).standard_normal((6, 6)))[0]
    method = METHODS[name]
    plain = at(method(opt.least_squares(rows, targets), np.zeros(6)), 20)
    turned = at(method(opt.least_squares(rows @ turn.T, targets), np.zeros(6)), 20)
    commutes = np.allclose(turned, turn @ plain, atol=1e-9)
    assert commutes is (name not in DIAGONAL)
    assert bool(outside(rows, plain) < 1e-9) is commutes


@pytest.mark.parametrize("name", METHODS)
def test_all_commute_with_permutations_and_signs(name):
    rows, targets = problem(3, 6, seed=8)
    swap = np.eye(6)[np.random.default_rng(9).permutation(6)] * np.array([1, -1, 1, 1, -1, -1])
    method = METHODS[name]
    plain = at(method(opt.least_squares(rows, targets), np.zeros(6)), 20)
    moved = at(method(opt.least_squares(rows @ swap.T, targets), np.zeros(6)), 20)
    assert np.allclose(moved, swap @ plain, atol=1e-9)


@pytest.mark.parametrize("name", sorted(DIAGONAL))
def test_the_scale_of_the_loss_does_not_matter_without_eps(name):
    rows, targets = problem(3, 5, seed=10)
    gradient = opt.least_squares(rows, targets)
    plain = at(METHODS[name](gradient, np.zeros(5)), 25)
    scaled = at(METHODS[name](lambda step, w: 1000 * gradient(step, w), np.zeros(5)), 25)
    assert np.allclose(plain, scaled, rtol=1e-9)


@pytest.mark.parametrize("name", sorted(DIAGONAL))
def test_wilsons_condition_keeps_the_line(name):
    with mpmath.workdps(50):
        rows, targets = ib.precise([[1, 1, 2], [2, 1, 1]]), ib.precise([1, 1])
        for w in islice(METHODS[name](opt.least_squares(rows, targets), ib.precise([0] * 3)), 40):
            assert max(abs(w - w[0])) < mpmath.mpf(10) ** -40


def test_the_limit_of_two_examples_depends_on_the_rate():
    rows, targets = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]]), np.array([1.0, 2.0])
    gradient = opt.least_squares(rows, targets)
    ends = [ib.settled(opt.adagrad(gradient, rate, np.zeros(3)), 1e-13) for rate in (0.2, 1.0)]
    assert all(np.allclose(rows @ end, targets, atol=1e-10) for end in ends)
    assert np.max(np.abs(ends[0] - ends[1])) > 0.01


# --- answers as readers and the two students type them ----------------------------------------


@pytest.mark.parametrize(
    ("part", "answer", "right"),
    [
        ("H2-1.1.1:gradient", "2/n * (x @ x.T @ w - t*x)", True),
        ("H2-1.1.1:limit", "X.T @ inv(X @ X.T) @ t", False),
        ("H2-1.1.2:verdict", "row", True),
        ("H2-1.2.1:limit", "[t*sign(x1), t*sign(x2)] / (abs(x1) + abs(x2))", True),
        ("A2-1.1.1:step", "-2*eta/b * XB.T @ (XB @ w - tB)", True),
        ("A2-1.2.1:gradient", "[-4, -2]", False),
        ("A2-1.2.1:limit", "[0.469, 0.463]", False),
        ("A2-1.2.1:stable", "sqrt(eps) / dot(x, x)", True),
        ("A2-1.2.2:rare", "eta/sqrt(m*c**2)", True),
    ],
)
def test_typed_answers(part, answer, right):
    assert check(part, answer).right is right


def test_the_convention_of_an_answer_is_named():
    assert "1/n" in check("H2-1.1.1:gradient", "2/n * (dot(x, w) - t) * x").convention
    assert "under the root" in check("A2-1.2.1:stable", "sqrt(eps)/norm(x)**2").convention
