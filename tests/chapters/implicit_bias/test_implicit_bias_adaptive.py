"""H2-1.2.1 and A2-1.2.1: where Adagrad and RMSProp end."""

from __future__ import annotations

import json
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
from hwcode.chapters.implicit_bias.questions.adagrad import refutes
from tests.chapters.implicit_bias.iterates import at, check, problem

nonzero = st.integers(-6, 6).filter(bool)
points = st.lists(nonzero, min_size=2, max_size=4)


# --- H2-1.2.1: Adagrad ------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(points, nonzero, st.sampled_from([0.02, 0.3, 1.0, 7.0, 100.0]))
def test_adagrad_converges_at_every_rate_to_the_least_largest_change(x, target, rate):
    data, start = np.array(x, float), np.linspace(-1, 1, len(x))
    gradient = opt.least_squares(data.reshape(1, -1), np.array([float(target)]))
    expected = start + (target - data @ start) / np.sum(np.abs(data)) * np.sign(data)
    end = ib.settled(opt.adagrad(gradient, rate, start), 1e-12, most=200_000)
    assert np.allclose(end, expected, atol=1e-7)


@settings(deadline=None, max_examples=30)
@given(st.permutations([1, 2, 3]), st.sampled_from([1e-3, 0.1, 1.0]), st.floats(0.1, 1))
def test_with_eps_and_no_overshoot_the_limit_leans_away(x, eps, share):
    data, target = np.array(x, float), 2.0
    rate = share * target / np.sum(data)
    gradient = opt.least_squares(data.reshape(1, -1), np.array([target]))
    end = ib.settled(opt.adagrad(gradient, rate, np.zeros(3), eps), 1e-11, most=200_000)
    ratios = (end / data)[np.argsort(data)]
    assert ratios[0] > ratios[1] > ratios[2] > 0


@settings(deadline=None, max_examples=25)
@given(
    st.integers(0, 10**6),
    st.integers(1, 4),
    st.integers(1, 4),
    st.sampled_from([0.1, 0.5, 3.0]),
    st.sampled_from([0.0, 1e-8, 0.1]),
)
def test_the_bound_that_keeps_adagrads_sums_finite(seed, n, d, rate, eps):
    rows, targets = problem(n, d, seed)
    gradient, start = opt.least_squares(rows, targets), np.ones(d)
    path = opt.take(opt.adagrad(gradient, rate, start, eps), 60)
    sums = np.cumsum([gradient(0, w) ** 2 for w in path], axis=0)
    steepest = 2 / n * np.linalg.norm(rows, 2) ** 2
    fall = rate * sums / (np.sqrt(sums) + eps)
    rise = steepest * rate**2 / 2 * (1 + np.log(sums / sums[0]))
    best = ib.nearest_solution(rows, targets, start)
    loss = [np.mean((rows @ w - targets) ** 2) for w in (start, best)]
    assert np.all((fall - rise).sum(axis=1) <= loss[0] - loss[1] + 1e-9)


@pytest.mark.parametrize("shape", [(3, 2), (2, 4)])
@pytest.mark.parametrize("eps", [0.0, 0.1])
def test_adagrad_converges_to_a_minimiser(shape, eps):
    rows, targets = problem(*shape, seed=1)
    gradient = opt.least_squares(rows, targets)
    end = ib.settled(opt.adagrad(gradient, 0.5, np.ones(shape[1]), eps), 1e-13)
    assert np.max(np.abs(gradient(0, end))) < 1e-9


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(-5, 5), min_size=2, max_size=2).filter(any), st.integers(-4, 4))
def test_a_witness_is_right_exactly_if_both_sizes_differ(x, target):
    answer = tuple(sympy.Integer(value) for value in (*x, target))
    expected = bool(target) and all(x) and abs(x[0]) != abs(x[1])
    assert refutes(answer).equal is expected


def test_witnesses_are_read_and_told():
    right = check("H2-1.2.1:witness", "[2, 1, 2]")
    assert right
    assert "squared norm 8/9; the least is 4/5" in right.detail
    wrong = check("H2-1.2.1:witness", "[1, 1, 3]")
    assert "diagonal" in wrong.diagnosis
    assert json.loads(json.dumps(wrong.to_json()))["counterexample"]["got"] == "9/2"
    assert "nothing to fit" in check("H2-1.2.1:witness", "[0, 0, 3]").diagnosis


@settings(deadline=None, max_examples=15)
@given(st.floats(0.05, 20), st.sampled_from(["0.1", "1", "10"]))
def test_the_enclosure_holds_the_limit(rate, eps):
    data, target = np.array([[2.0, 1.0]]), np.array([2.0])
    try:
        low, high = ib.enclosed_bias((2, 1), 2, (repr(rate), repr(rate)), eps, steps=60)
    except ArithmeticError:
        return  # after 60 steps the residual might still grow: nothing is claimed
    path = opt.adagrad(opt.least_squares(data, target), rate, np.zeros(2), float(eps))
    end = ib.settled(path, 1e-13, most=200_000)
    assert float(low.a) - 1e-9 <= end[0] - 2 * end[1] <= float(high.b) + 1e-9


def test_the_enclosure_tightens_and_does_not_claim_too_early():
    narrow = [ib.enclosed_bias((2, 1), 2, ("1", "1"), "1", steps=k) for k in (10, 80)]
    widths = [float((high - low).b) for low, high in narrow]
    assert widths[1] < 1e-6 < widths[0]
    with pytest.raises(ArithmeticError, match="after 1 steps"):
        ib.enclosed_bias((2, 1), 2, ("100", "100"), "1", steps=1)


# --- A2-1.2.1: RMSProp ------------------------------------------------------------------------


@settings(deadline=None, max_examples=30)
@given(points, st.floats(0.05, 0.98), st.floats(0.0, 0.99), st.sampled_from([1e-2, 1.0]))
def test_rmsprop_converges_below_its_bound(x, share, beta, eps):
    data = np.array([x], float)
    rate = share * eps / np.sum(data**2)
    gradient = opt.least_squares(data, np.array([2.0]))
    path = opt.rmsprop(gradient, rate, np.zeros(len(x)), beta, eps)
    residuals = [abs((data @ w)[0] - 2) for w in islice(path, 400)]
    # Down to rounding the residual never grows; the theorem says so for every beta.
    assert all(b <= a + 1e-13 for a, b in pairwise(residuals))
    assert residuals[-1] < residuals[0]


@pytest.mark.parametrize(("beta", "rate"), [("0.9", "0.1"), ("0.5", "0.01"), ("0.9", "0.05")])
def test_rmsprop_without_eps_ends_in_swings_of_half_the_step(beta, rate):
    with mpmath.workdps(120):
        rows, targets = ib.precise([[2, 1]]), ib.precise([2])
        beta, rate = ib.precise([beta, rate])
        path = opt.rmsprop(opt.least_squares(rows, targets), rate, ib.precise([0, 0]), beta)
        last = [float((rows @ w)[0] - 2) for w in islice(path, 900, 904)]
    swing = 3 * float(rate) / 2
    assert np.allclose(np.abs(last), swing, rtol=1e-3)
    assert all(a * b < 0 for a, b in pairwise(last))


@pytest.mark.parametrize("beta", ["0", "0.5", "0.7"])
def test_rmsprop_converges_at_its_bound_too(beta):
    # x = (1, 1): eps / ||x||^2 = 1/2. There a = 2 / (1 + 2 q), so |r| falls by 4 q |r|, q being
    # close to |r|: 1 / |r| grows by 4 a step, and the residual falls like 1 / (4 k).
    with mpmath.workdps(60):
        rows, targets, start = ib.precise([[1, 1]]), ib.precise([2]), ib.precise(["0.3", -1])
        half, beta, eps = ib.precise(["1/2", beta, 1])
        path = opt.rmsprop(opt.least_squares(rows, targets), half, start, beta, eps)
        residuals = [abs(rows[0] @ w - 2) for w in islice(path, 2001)]
        growth = float(1 / residuals[2000] - 1 / residuals[1500])
    assert all(b < a for a, b in pairwise(residuals))
    assert growth == pytest.approx(4 * 500, rel=0.02)


def test_float64_hides_that_rmsprop_does_not_converge():
    rows, targets = ib.plain([[2, 1]]), ib.plain([2])
    path = opt.rmsprop(opt.least_squares(rows, targets), 0.1, ib.plain([0, 0]), 0.9, 0.01)
    assert rows[0] @ at(path, 100) == 2.0
    with mpmath.workdps(60):
        exact_rows, exact_targets = ib.precise([[2, 1]]), ib.precise([2])
        rate, beta, eps = ib.precise(["0.1", "0.9", "0.01"])
        gradient = opt.least_squares(exact_rows, exact_targets)
        path = opt.rmsprop(gradient, rate, ib.precise([0, 0]), beta, eps)
        assert abs(exact_rows[0] @ at(path, 100) - 2) > 0.1


def test_an_exact_hit_stays():
    path = opt.rmsprop(
        opt.least_squares(ib.exact([[2, 1]]), ib.exact([2])), Rational(3321, 49000),
        ib.exact([0, 0]), Rational(99, 100), Rational(1, 100),
    )  # fmt: skip
    _, first, *later = islice(path, 6)
    assert list(first) == [Rational(164, 245), Rational(162, 245)]
    assert all(list(w) == list(first) for w in later)


def test_without_overshoot_rmsprop_leans_away_too():
    rows, targets = np.array([[2.0, 1.0]]), np.array([2.0])
    for eps in (1e-2, 1.0, 30.0):
        path = opt.rmsprop(opt.least_squares(rows, targets), eps / 10, np.zeros(2), 0.9, eps)
        end = ib.settled(path, 1e-13)
        assert 1.001 < end[0] / end[1] < 1.999


def test_slow_rmsprop_follows_its_formula():
    rows, targets = np.array([[2.0, 1.0]]), np.array([2.0])
    formula = 2 / 3 + np.log1p(24 / 5) / 36
    errors = []
    for rate in (4e-3, 2e-3, 1e-3):
        path = opt.rmsprop(opt.least_squares(rows, targets), rate, np.zeros(2), 0.9, 1.0)
        errors.append(abs(ib.settled(path, 1e-12)[0] - formula))
    # First order in the rate, as Euler's method is.
    assert errors[1] == pytest.approx(errors[0] / 2, rel=0.1)
    assert errors[2] == pytest.approx(errors[1] / 2, rel=0.1)


@pytest.mark.parametrize("inside", [False, True])
def test_eps_inside_the_root_acts_like_its_root_outside(inside):
    # From a tiny residual the factor is 1 - 2 rate ||x||^2 / eps, or sqrt(eps).
    rows = np.array([[2.0, 1.0]])
    start = rows[0] * 1e-9
    path = opt.rmsprop(opt.least_squares(rows, np.zeros(1)), 1e-3, start, 0.9, 0.04, inside=inside)
    factor = (rows @ at(path, 1))[0] / (rows @ start)[0]
    assert factor == pytest.approx(1 - 0.01 / (0.2 if inside else 0.04), rel=1e-6)
