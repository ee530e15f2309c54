"""H2-2 and A2-2.1: losses in the rate, their convexity, and derivatives by four methods."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcode.chapters import question
from hwcode.chapters.check import split_id
from hwcode.chapters.learning_rate import hypergradients as hyper
from hwcode.chapters.learning_rate import inner_loop
from hwcode.chapters.learning_rate import least_squares as lr
from hwcode.chapters.learning_rate.rate_polynomials import (
    ETA,
    convexity,
    loss_polynomial,
    variations,
    weights_in_rate,
)
from hwcode.chapters.learning_rate.rate_tuning import tune, validation_slopes
from hwcode.chapters.learning_rate.truths import problem
from hwcode.checking.graphs import edges_of
from tests.conftest import truth

METHODS = {
    "back-propagation": hyper.by_backpropagation,
    "forward mode": hyper.by_forward_mode,
    "checkpoints": hyper.by_checkpoints,
    "reversed": hyper.by_reversal,
}
sizes = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1))


def instance(size, penalty=0.0):
    """An objective of entries that are short binary fractions, a start, and a generator."""
    n, d, seed = size
    generator = np.random.default_rng(seed)
    X = generator.integers(-8, 9, (n, d)) / 8
    start = generator.integers(-8, 9, d) / 4
    return lr.LeastSquares(X, generator.integers(-8, 9, n) / 4, penalty), start, generator


def safe_rate(objective):
    """A rate that contracts every direction, the steepest by one half."""
    return 1 / (2 * np.linalg.eigvalsh(objective.hessian())[-1] + 1)


def exactly(values):
    return sympy.Matrix(np.vectorize(sympy.Rational, otypes=[object])(values))


def by_autograd(objective, start, rate, steps, final):
    """The value at the end and its derivatives in rate and penalty, by torch's own tape."""
    X, t, w = (
        torch.tensor(part, dtype=torch.float64) for part in (objective.X, objective.t, start)
    )
    hyperparameters = torch.tensor(
        [rate, objective.penalty], dtype=torch.float64, requires_grad=True
    )
    w = w.requires_grad_()

    def value(X, t, penalty, w):
        return ((X @ w - t) ** 2).mean() + penalty * (w**2).sum()

    for _ in range(steps):
        loss = value(X, t, hyperparameters[1], w)
        (gradient,) = torch.autograd.grad(loss, w, create_graph=True)
        w = w - hyperparameters[0] * gradient
    held = value(torch.tensor(final.X), torch.tensor(final.t), final.penalty, w)
    (slopes,) = torch.autograd.grad(held, hyperparameters)
    return float(held.detach()), slopes.numpy()


# --- H2-2.1.1 ---------------------------------------------------------------------------------


def test_h2_2_1_1_the_program_has_the_graph_of_two_steps_and_two_dead_ends():
    edges = edges_of(inner_loop.two_steps(np.eye(2), np.ones(2)))
    assert edges == inner_loop.unrolled_edges(2) | {("w0", "L0"), ("w1", "L1")}
    assert not {source for source, _ in edges} & {"L0", "L1"}


@pytest.mark.parametrize("steps", [1, 2, 3, 10, 30])
def test_h2_2_1_1_paths_from_the_rate_double_with_every_step(steps):
    edges = inner_loop.unrolled_edges(steps)

    @cache
    def paths(name):
        targets = [target for source, target in edges if source == name]
        return sum(map(paths, targets)) if targets else 1

    assert paths("eta") == 2**steps - 1


# --- H2-2.1.2 ---------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(sizes, st.integers(0, 9), st.sampled_from([0.0, 0.125]))
def test_h2_2_1_2_four_methods_agree_with_rational_arithmetic(size, steps, penalty):
    objective, start, _ = instance(size, penalty)
    rate = safe_rate(objective)
    value, slope = hyper.exact_derivative(objective, start, rate, steps)
    for name, method in METHODS.items():
        found = method(objective, start, rate, steps)
        assert found.value == pytest.approx(float(value), rel=1e-9, abs=1e-12), name
        assert found.slope == pytest.approx(float(slope), rel=1e-9, abs=1e-12), name


@settings(deadline=None, max_examples=25)
@given(sizes, st.integers(1, 6))
def test_h2_2_1_2_slopes_of_a_validation_loss_by_autograd(size, steps):
    objective, start, generator = instance(size, penalty=0.25)
    rate = safe_rate(objective)
    final = lr.LeastSquares(generator.standard_normal(objective.X.shape), objective.t)
    value, slopes = by_autograd(objective, start, rate, steps, final)
    for name, method in METHODS.items():
        found = method(objective, start, rate, steps, final)
        assert found == pytest.approx((value, slopes[0]), rel=1e-9, abs=1e-10), name
    found = validation_slopes(objective, final, start, rate, steps)
    assert found[0] == pytest.approx(value)
    assert found[1] == pytest.approx(slopes, rel=1e-9, abs=1e-10)


@pytest.mark.parametrize("spacing", [1, 2, 3, 7, 100])
def test_h2_2_1_2_checkpoints_give_the_same_bits_for_any_spacing(spacing):
    objective, start, _ = instance((3, 4, 7))
    found = hyper.by_checkpoints(objective, start, 1 / 8, 17, spacing=spacing)
    assert found == hyper.by_backpropagation(objective, start, 1 / 8, 17)


def test_h2_2_1_2_a_sweep_without_the_hessian_is_found_out(monkeypatch):
    objective, start, _ = instance((3, 4, 7))
    exact = float(hyper.exact_derivative(objective, start, 1 / 8, 5)[1])
    assert hyper.by_backpropagation(objective, start, 1 / 8, 5).slope == pytest.approx(exact)
    monkeypatch.setattr(lr.LeastSquares, "hessian_product", lambda self, w, v: 0 * v)
    for name, method in METHODS.items():
        assert method(objective, start, 1 / 8, 5).slope != pytest.approx(exact, rel=1e-2), name


@settings(deadline=None, max_examples=60)
@given(sizes, st.sampled_from([0.0, 0.25]))
def test_h2_2_1_2_undoing_a_step(size, penalty):
    objective, start, _ = instance(size, penalty)
    rate = safe_rate(objective)
    after = start - rate * objective.gradient(start)
    assert objective.undo(after, rate) == pytest.approx(start, abs=1e-12)
    assert objective.undo(start, 0.0) is start


def test_h2_2_1_2_reversal_has_nothing_to_go_by_where_a_step_forgets():
    line = lr.LeastSquares(np.array([[1.0, 1.0]]), np.array([3.0]))
    with pytest.raises(np.linalg.LinAlgError):
        hyper.by_reversal(line, np.zeros(2), 1 / 4, 3)
    ridge = lr.LeastSquares(line.X, line.t, penalty=1.0)
    with pytest.raises(np.linalg.LinAlgError, match="forgets its start"):
        ridge.undo(np.ones(2), 1 / 2)


def test_h2_2_1_2_reversal_loses_the_start_first_and_the_derivative_later():
    generator = np.random.default_rng(0)
    X, t = generator.integers(-8, 9, (4, 3)) / 8, generator.integers(-8, 9, 4) / 4
    objective, rate = lr.LeastSquares(X, t), 31 / 64
    shrink = np.min(np.abs(1 - rate * np.linalg.eigvalsh(objective.hessian())))
    bits = 53 * np.log(2) / -np.log(shrink)

    def errors(steps):
        exact = float(hyper.exact_derivative(objective, np.zeros(3), rate, steps)[1])
        w = hyper.descend(objective, np.zeros(3), rate, steps)
        for _ in range(steps):
            w = objective.undo(w, rate)
        slope = hyper.by_reversal(objective, np.zeros(3), rate, steps).slope
        return float(np.max(np.abs(w))), abs(slope / exact - 1)

    start, slope = errors(int(1.3 * bits))
    assert start > 1
    assert slope < 1e-6
    assert errors(int(2.6 * bits))[1] > 1


@pytest.mark.parametrize(
    ("method", "power"),
    [
        (hyper.descend, 0),
        (hyper.by_forward_mode, 0),
        (hyper.by_reversal, 0),
        (hyper.by_checkpoints, 1 / 2),
        (hyper.by_backpropagation, 1),
    ],
)
def test_h2_2_1_2_memory_grows_as_a_power_of_the_steps(method, power):
    objective = lr.LeastSquares(np.ones((1, 2000)) / 50, np.ones(1))  # of curvature 1.6
    few, many = (
        hyper.peak_vectors(lambda: method(objective, np.zeros(2000), 0.01, steps), 2000)  # noqa: B023
        for steps in (100, 1600)
    )
    assert np.log(many / few) / np.log(16) == pytest.approx(power, abs=0.1)


@settings(deadline=None, max_examples=40)
@given(sizes, st.integers(1, 6))
def test_h2_2_1_2_the_short_cut_is_exact_for_squared_errors(size, steps):
    objective, start, _ = instance(size)
    rate = Fraction(3, 16)
    X, t, w = (
        np.vectorize(Fraction, otypes=[object])(part) for part in (objective.X, objective.t, start)
    )
    gradients = []
    for _ in range(steps + 1):
        gradients.append(X.T @ (X @ w - t) * Fraction(2, len(t)))
        w = w - rate * gradients[-1]
    exact = hyper.exact_derivative(objective, start, float(rate), steps)[1]
    assert -steps * (gradients[-1] @ gradients[-2]) == exact


# --- H2-2.2 and A2-2.1 ------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(sizes, st.integers(0, 4), st.sampled_from([0.0, 0.25]))
def test_h2_2_2_1_and_2_3_1_polynomial_spectrum_and_steps_agree(size, steps, penalty):
    objective, start, _ = instance(size, penalty)
    X, t, ridge = exactly(objective.X), exactly(objective.t), sympy.Rational(penalty)
    weights = weights_in_rate(X, t, exactly(start), steps, penalty=ridge)
    loss = loss_polynomial(X, t, weights, ridge)
    assert loss.degree() <= 2 * steps
    spectrum = lr.Spectrum.of(objective, start)
    for rate in (-0.25, 0.0, 0.125, 0.5):
        expected = pytest.approx(float(loss.eval(sympy.Rational(rate))), rel=1e-9, abs=1e-9)
        assert objective.value(hyper.descend(objective, start, rate, steps)) == expected
        assert spectrum.loss(rate, steps) == expected
        slope = pytest.approx(float(loss.diff().eval(sympy.Rational(rate))), rel=1e-9, abs=1e-8)
        assert spectrum.slope(rate, steps) == slope


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_h2_2_3_1_what_is_excited_does_not_depend_on_the_unit(unit):
    X = np.array([[0.7, 0.1], [0.2, 1.3], [0.4, -0.6]]) * unit
    t, start = np.array([1.0, -2.0, 0.5]) * unit, np.array([3.0, 1.0])
    spectrum = lr.Spectrum.of(lr.LeastSquares(X, t), start)
    assert len(spectrum.curvatures) == 2
    assert spectrum.best_rate(5) * unit**2 == pytest.approx(
        lr.Spectrum.of(lr.LeastSquares(X / unit, t / unit), start).best_rate(5)
    )
    best = np.linalg.lstsq(X, t, rcond=None)[0]
    assert not len(lr.Spectrum.of(lr.LeastSquares(X, t), best).curvatures), "rounding is no slope"


@settings(deadline=None, max_examples=60)
@given(sizes, st.sampled_from([0.0, 0.25]))
def test_a2_2_1_3_the_best_rate_is_an_exact_line_search(size, penalty):
    """With a penalty too: ``g.g / g.Hg``, from the objective's own gradient and Hessian."""
    objective, start, _ = instance(size, penalty)
    g = objective.gradient(start)
    spectrum = lr.Spectrum.of(objective, start)
    if not g.any():
        assert not len(spectrum.curvatures)
        return
    best = g @ g / (g @ objective.hessian_product(start, g))
    assert spectrum.best_rate(1) == pytest.approx(best)
    gain = objective.value(start) - objective.value(start - best * g)
    assert gain == pytest.approx(best * (g @ g) / 2)
    h = np.linalg.eigvalsh(objective.hessian())
    assert 1 / h[-1] * (1 - 1e-9) <= best <= 1 / h[h > 1e-9][0] * (1 + 1e-9)


@settings(deadline=None, max_examples=60)
@given(sizes)
def test_a2_2_1_3_the_best_rate_for_one_step_in_closed_form_and_its_bounds(size):
    objective, start, _ = instance(size)
    n, residual = len(objective.t), objective.X @ start - objective.t
    slope = objective.X.T @ residual
    spectrum = lr.Spectrum.of(objective, start)
    if not slope.any():
        with pytest.raises(ValueError, match="stationary"):
            spectrum.best_rate(1)
        return
    best = n / 2 * (slope @ slope) / np.sum((objective.X @ slope) ** 2)
    assert spectrum.best_rate(1) == pytest.approx(best)
    eigenvalues = np.linalg.eigvalsh(objective.gram)
    low, high = eigenvalues[-1], min(value for value in eigenvalues if value > 1e-9)
    assert n / (2 * low) * (1 - 1e-9) <= best <= n / (2 * high) * (1 + 1e-9)
    after = spectrum.loss(best, 1)
    assert spectrum.loss(2 * best, 1) == pytest.approx(spectrum.loss(0, 1))
    for other in (0.9 * best, 1.1 * best, 0.0, -best):
        assert spectrum.loss(other, 1) > after


def test_a2_2_1_2_and_h2_2_3_2_conditions_rest_on_right_polynomials(monkeypatch):
    """Dropping the 1/n from the polynomials makes the truths refuse the references."""
    names = ["A2-2.1.2:second", "H2-2.3.2:derivative"]
    parts = [(question(split_id(name)[0]).part(split_id(name)[1]), truth(name)) for name in names]
    assert all(part.verify(known).equal for part, known in parts)
    right = problem.loss_polynomial
    monkeypatch.setattr(problem, "loss_polynomial", lambda X, t, w: right(X, t, w) * X.rows)
    assert not any(part.verify(known).equal for part, known in parts)


# --- H2-2.3.2 ---------------------------------------------------------------------------------

roots = st.lists(st.tuples(st.integers(-3, 3), st.integers(1, 3)), max_size=3)


@settings(deadline=None, max_examples=80)
@given(roots, st.lists(st.integers(1, 4), max_size=2), st.sampled_from([-2, 0, 1, 3]))
def test_h2_2_3_2_kinds_of_convexity_by_construction(real, others, leading):
    """The second derivative is put together from known factors, then integrated twice."""
    second = sympy.Poly(leading, ETA)
    for root, power in real:
        second *= sympy.Poly(ETA - root, ETA) ** power
    for square in others:
        second *= sympy.Poly(ETA**2 + square, ETA)
    multiplicity = {root: sum(p for r, p in real if r == root) for root, _ in real}
    if leading == 0:
        kind = "convex"
    elif leading < 0 or any(power % 2 for power in multiplicity.values()):
        kind = "not convex"
    else:
        kind = "strictly convex" if real else "strongly convex"
    assert convexity(second.integrate().integrate() + 5 * ETA) == kind


def test_h2_2_3_2_loss_after_some_steps_is_strongly_convex_with_two_excited_curvatures():
    X = sympy.diag(1, 3)
    for parts, expected in (
        ((9, 1), "strongly convex"),
        ((9, 0), "strictly convex"),
        ((0, 0), "convex"),
    ):
        for steps in (2, 3):
            start, t = sympy.zeros(2, 1), sympy.Matrix(parts)
            loss = loss_polynomial(X, t, weights_in_rate(X, t, start, steps))
            assert convexity(loss) == expected


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 7, 60, 400]))
def test_h2_2_3_2_best_rate_minimises_lies_between_and_obeys_the_bound(count, seed, steps):
    generator = np.random.default_rng(seed)
    h = np.sort(generator.uniform(0.1, 4, count))
    spectrum = lr.Spectrum(h, generator.exponential(1, count) + 1e-3, 0.5)
    best, limit = spectrum.best_rate(steps), lr.limit_rate(h)
    assert (1 - 1e-12) / h[-1] <= best <= (1 + 1e-12) / h[0]
    if steps < 50:
        assert all(
            spectrum.loss(best, steps) <= spectrum.loss(best * x, steps) for x in (0.99, 1.01)
        )
    share = spectrum.weights.sum() / min(spectrum.weights[0], spectrum.weights[-1])
    bound = (h[-1] * limit - 1) / h[0] * (share ** (1 / (2 * steps)) - 1)
    assert abs(best - limit) <= bound + 1e-12


def test_h2_2_3_2_the_limit_is_not_the_largest_stable_rate_nor_the_best_of_one_step():
    spectrum = lr.Spectrum(np.array([1.0, 3.0, 9.0]), np.array([5.0, 1.0, 2.0]), 0.0)
    assert spectrum.best_rate(5000) == pytest.approx(1 / 5, rel=1e-3)
    assert spectrum.best_rate(1) != pytest.approx(1 / 5, rel=1e-1)


@pytest.mark.parametrize("steps", [2, 3])
def test_h2_2_3_2_what_breaks_convexity_and_what_does_not(steps):
    for name, loss in variations(steps).items():
        kept = convexity(loss) != "not convex"
        assert kept == (name in ("none", "penalty")), name


def test_h2_2_3_2_two_zeros_and_a_hump():
    loss = variations(2)["momentum"]
    assert set(loss.real_roots()) == {sympy.Rational(1, 8), sympy.Rational(1, 2)}
    assert loss.eval(sympy.Rational(5, 16)) > 0


# --- tuning -----------------------------------------------------------------------------------


@pytest.mark.parametrize("penalty", [0.0, 0.1])
@pytest.mark.parametrize("steps", [1, 6, 20])
def test_tuning_finds_the_rate_that_bisection_finds(penalty, steps):
    objective, start, _ = instance((4, 3, 5), penalty)
    best = lr.Spectrum.of(objective, start).best_rate(steps)

    def slopes(point):
        found = hyper.by_backpropagation(objective, start, float(point[0]), steps)
        return found.value, np.array([found.slope])

    path = tune(slopes, np.array([0.01]), updates=100)
    values = [value for _, value in path]
    assert values == sorted(values, reverse=True)
    assert path[-1][0][0] == pytest.approx(best, rel=1e-3)


def test_tuning_with_a_wrong_sign_does_not_move():
    path = tune(lambda p: (1 + (p[0] - 2) ** 2, -2 * (p - 2)), np.array([0.1]), 50)
    assert len(path) == 1
