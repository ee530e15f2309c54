"""A2-3: the noisy quadratic in exact numbers, by brute force and by simulation; the two laws."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hwcode.chapters import question
from hwcode.chapters.batch_size import noisy_quadratic as bs
from hwcode.chapters.batch_size import scaling_laws as laws
from hwcode.chapters.batch_size.truths import trade_off
from tests.conftest import truth

SEEDS = st.integers(0, 10**6)


def drawn(seed: int, d: int) -> bs.Model:
    generator = np.random.default_rng(seed)
    return bs.Model(*generator.uniform(0.2, 2.0, size=(3, d)))


def followed(model: bs.Model, batch: float, rates: np.ndarray, power: float = 0.0) -> float:
    """The expected loss by the recursion of ``E[w^2]``, one step after the other."""
    m = model.m
    for rate in rates:
        step = rate * model.a**-power
        m = (1 - step * model.a) ** 2 * m + step**2 * model.c / batch
    return float(model.a @ m) / 2


def closed(a: float, w0: float, sigma: float, batch: float, rate, steps: int):
    model = bs.Model(np.array([a]), np.array([sigma**2]), np.array([w0**2]))
    return model.loss(batch, rate, steps)


# --- A2-3.1.1a --------------------------------------------------------------------------------


@settings(deadline=None, max_examples=30)
@given(
    st.fractions(Fraction(1, 9), 3, max_denominator=9),
    st.fractions(Fraction(1, 9), 3, max_denominator=9),
    st.fractions(Fraction(1, 9), Fraction(3, 5), max_denominator=9),
    st.integers(1, 7),
    st.integers(0, 12),
)
def test_a2_311a_closed_form_is_the_exact_recursion(w0, variance, rate, batch, steps):
    square = w0**2
    for _ in range(steps):
        square = (1 - 3 * rate) ** 2 * square + rate**2 * variance / batch
    found = closed(3.0, float(w0), float(variance) ** 0.5, batch, float(rate), steps)
    assert float(found) == pytest.approx(float(3 * square / 2), rel=1e-10)


@settings(deadline=None, max_examples=30)
@given(SEEDS, st.integers(1, 5), st.floats(0.01, 0.9), st.integers(1, 40), st.floats(-1, 1))
def test_a2_312_every_direction_and_preconditioning(seed, d, part, steps, power):
    model = drawn(seed, d)
    plain = part * 2 / model.a.max()
    assert float(model.loss(3.0, plain, steps)) == pytest.approx(
        followed(model, 3.0, np.full(steps, plain)), rel=1e-9
    )
    there = model.preconditioned(power)
    rate = part * 2 / there.a.max()
    assert float(there.loss(3.0, rate, steps)) == pytest.approx(
        followed(model, 3.0, np.full(steps, rate), power), rel=1e-9
    )


def test_a2_311a_the_floor_is_the_limit_and_rises_with_the_rate():
    model = drawn(1, 4)
    rates = np.linspace(0.02, 1.9, 30) / model.a.max()
    floors = model.floor(5, rates)
    assert np.allclose(model.loss(5, rates, 10_000), floors, rtol=1e-9)
    assert np.all(np.diff(floors) > 0)


@settings(deadline=None, max_examples=40)
@given(
    st.floats(0.1, 5),
    st.floats(0.1, 3),
    st.floats(0.1, 30),
    st.integers(1, 300),
    st.integers(1, 60),
)
def test_a2_311a_best_rate_is_the_only_minimum(a, w0, sigma, batch, steps):
    best = bs.best_rate(a, w0, sigma, batch, steps)
    assert 0 < best < 1 / a
    grid = np.linspace(0, 2 / a, 4001)[1:-1]
    losses = closed(a, w0, sigma, batch, grid, steps)
    at = float(closed(a, w0, sigma, batch, best, steps))
    assert at <= losses.min() * (1 + 1e-12)
    for other in (0.8 * best, 1.2 * best):
        assert float(closed(a, w0, sigma, batch, other, steps)) > at
    slopes = np.diff(losses[grid < 1 / a])
    falling = slopes < -1e-12 * losses.max()
    rising = slopes > 1e-12 * losses.max()
    assert not rising.any() or not falling[rising.argmax() :].any(), "falls, then rises, once"


@settings(deadline=None, max_examples=30)
@given(st.floats(0.1, 5), st.floats(0.1, 3), st.floats(0.5, 30), st.integers(1, 500))
def test_a2_311a_best_rate_grows_with_the_batch(a, w0, sigma, steps):
    scale = bs.noise_scale(a, w0, sigma)
    rates = [
        a * bs.best_rate(a, w0, sigma, scale * part, steps) for part in np.geomspace(1e-4, 1e4, 15)
    ]
    assert np.all(np.diff(rates) > 0)
    tiny = 1e-6 / steps
    assert a * bs.best_rate(a, w0, sigma, scale * tiny, steps) == pytest.approx(tiny, rel=1e-3)
    once = bs.best_rate(a, w0, sigma, scale, 1)
    assert a * once == pytest.approx(0.5, rel=1e-12)


def test_a2_311a_from_the_minimum_no_rate_is_best():
    with pytest.raises(ValueError, match="only adds noise"):
        bs.best_rate(1.0, 0.0, 1.0, 1.0, 3)


def test_a2_311a_simulation_agrees_and_tells_a_wrong_batch_apart():
    runs = bs.simulate(2.0, 1.5, 3.0, 9, 0.2, 12, 20_000, seed=4)
    assert runs.shape == (20_000, 13)
    error = runs.std(axis=0)[1:] / np.sqrt(len(runs))

    def off(batch: float) -> float:
        expected = closed(2.0, 1.5, 3.0, batch, np.full(13, 0.2), np.arange(13))
        return float(np.abs((runs.mean(axis=0) - expected)[1:] / error).max())

    assert off(9) < 4
    assert off(3) > 10, "variance falling with the root of the batch"
    assert off(81) > 10, "variance falling with the square of the batch"


def test_a2_311a_one_step_in_many_dimensions():
    generator = np.random.default_rng(2)
    root, noise, w = (
        generator.normal(size=(3, 3)),
        generator.normal(size=(3, 3)),
        generator.normal(size=3),
    )
    H, covariance, batch = root + root.T + 4 * np.eye(3), noise @ noise.T, 5
    G = H @ w
    stated = G @ G / (G @ H @ G + np.trace(H @ covariance) / batch)
    shocks = noise @ generator.standard_normal((3, 400_000)) / np.sqrt(batch)
    shocks -= shocks.mean(axis=1, keepdims=True)
    moves = G[:, None] + shocks
    sampled = (w @ H @ moves).mean() / np.einsum("ik,ij,jk->k", moves, H, moves).mean()
    assert sampled == pytest.approx(stated, rel=5e-3)


@settings(deadline=None, max_examples=10)
@given(
    st.floats(0.3, 3), st.floats(0.3, 2), st.floats(0.5, 5), st.integers(1, 20), st.integers(1, 8)
)
@example(a=2.0, w0=2.0, sigma=0.5, batch=11, steps=2)  # nearly Newton's rate: a flat start
def test_a2_311a_a_schedule_search_finds_the_proved_optimum(a, w0, sigma, batch, steps):
    model = bs.Model(np.array([a]), np.array([sigma**2]), np.array([w0**2]))
    best = a / 2 / (1 / w0**2 + steps * batch * a**2 / sigma**2)
    start = np.full(steps, bs.best_rate(a, w0, sigma, batch, steps))
    found, rates = bs.best_schedule(model, batch, steps, start)
    assert best * (1 - 1e-9) <= found <= best * (1 + 1e-6)
    assert followed(model, batch, rates) == pytest.approx(found, rel=1e-9)


# --- A2-3.1.2 ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("batch", "steps"), [(1, 3000), (64, 200), (2**16, 60)])
def test_a2_312_the_schedule_search_ends_at_the_same_loss_from_scattered_starts(batch, steps):
    """No proof that it is the best; many valleys near the best constant rate would show."""
    model, generator = bs.harmonic_model(50), np.random.default_rng(5)
    rates = np.geomspace(1e-3, 1.99, 300)
    losses = model.loss(batch, rates, steps)
    start = np.full(6, rates[losses.argmin()])
    value, schedule = bs.best_schedule(model, batch, steps, start)
    assert value < 0.9 * losses.min()
    assert schedule.max() < 2
    lengths = np.diff(np.rint(np.linspace(0, steps, 7))).astype(int)
    again = followed(model, batch, np.repeat(schedule, lengths))
    assert again == pytest.approx(value, rel=1e-9)
    for _ in range(5):
        scattered = np.minimum(start * generator.uniform(0.4, 2.5, 6), 1.99)
        assert bs.best_schedule(model, batch, steps, scattered)[0] == pytest.approx(value, rel=1e-6)


@settings(deadline=None, max_examples=20)
@given(SEEDS, st.integers(1, 4), st.floats(0, 0.9))
def test_a2_312_momentum_by_powers_of_its_matrix(seed, d, momentum):
    """Second moments by the steps' own 2 x 2 matrices; without momentum, the closed form."""
    model, batch, rate, steps = drawn(seed, d), 3.0, 0.4, 6
    losses = bs.heavy_ball_losses(model, batch, [rate, 0.1], [momentum, 0.0])
    found = [next(losses) for _ in range(steps + 1)]
    expected = 0.0
    for a, c, m in zip(model.a, model.c, model.m, strict=True):
        step = np.array([[1 + momentum - rate * a, -momentum], [1.0, 0.0]])
        moments = m * np.ones((2, 2))
        for _ in range(steps):
            moments = step @ moments @ step.T + np.diag([rate**2 * c / batch, 0.0])
        expected += a * moments[0, 0] / 2
    assert found[-1][0] == pytest.approx(expected, rel=1e-9)
    assert [loss[1] for loss in found] == pytest.approx(
        list(model.loss(batch, np.full(steps + 1, 0.1), np.arange(steps + 1))), rel=1e-9
    )


@pytest.mark.parametrize("batch", [1, 5, 300])
def test_a2_312_fewest_steps_against_brute_force(batch):
    model, target = bs.harmonic_model(4), 0.05
    steps, rate = bs.steps_to(model, batch, target)
    assert float(model.floor(batch, rate)) <= target * (1 + 1e-6)
    assert followed(model, batch, np.full(steps, rate)) <= target * (1 + 1e-6)
    rates = np.linspace(0, 2, 3001)[1:-1]
    lasting = rates[model.floor(batch, rates) <= target]
    assert model.loss(batch, lasting, steps - 1).min() > target * (1 - 1e-6)


def test_a2_312_targets_that_make_no_sense_are_refused():
    model = bs.harmonic_model(3)
    for target in (0.0, model.start, 5.0):
        with pytest.raises(ValueError, match="target"):
            bs.steps_to(model, 1, target)


def test_a2_312_slopes_of_the_schedule_against_finite_differences():
    model, lengths = drawn(3, 4), np.array([3.0, 2.0, 4.0])
    rates = np.array([0.5, 0.3, 0.1])
    value, slopes = bs._scheduled(model, 2.0, lengths, rates)
    assert value == pytest.approx(followed(model, 2.0, np.repeat(rates, [3, 2, 4])), rel=1e-12)
    for k in range(3):
        shift = 1e-6 * np.eye(3)[k]
        up, down = (bs._scheduled(model, 2.0, lengths, rates + s)[0] for s in (shift, -shift))
        assert (up - down) / 2e-6 == pytest.approx(slopes[k], rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("batch", [1, 64])
def test_a2_312_schedules_lie_between_the_bound_and_the_best_constant_rate(batch):
    model = bs.harmonic_model(20)
    target = model.start / 50
    constant, _ = bs.steps_to(model, batch, target)
    steps, rates = bs.scheduled_steps(model, batch, target, pieces=8)
    lengths = np.diff(np.rint(np.linspace(0, steps, len(rates) + 1))).astype(int)
    assert followed(model, batch, np.repeat(rates, lengths)) <= target * (1 + 1e-9)
    assert bs.information_bound(model, target) / batch <= steps <= constant


def test_a2_312_the_information_bound_is_what_the_bayesian_estimate_has():
    model, examples, runs = drawn(8, 3), 7, 100_000
    generator = np.random.default_rng(0)
    minimum = np.sqrt(model.m) * generator.standard_normal((runs, 3))
    seen = np.zeros((runs, 3))
    for _ in range(examples):
        point = generator.normal(size=3)  # wherever the gradient is taken
        gradient = model.a * (point - minimum) + np.sqrt(model.c) * generator.standard_normal(
            (runs, 3)
        )
        seen += point - gradient / model.a
    precision = model.a**2 / model.c
    estimate = precision * seen / (1 / model.m + examples * precision)
    loss = float((model.a * (estimate - minimum) ** 2).sum(axis=1).mean()) / 2
    assert bs.information_bound(model, loss) == pytest.approx(examples, rel=0.03)
    mean_only = float((model.a * (seen / examples - minimum) ** 2).sum(axis=1).mean()) / 2
    assert bs.information_bound(model, mean_only) < 0.95 * examples, "the plain mean is worse"


@pytest.fixture
def fresh_curve():
    trade_off._curve.cache_clear()
    yield
    trade_off._curve.cache_clear()


def test_a2_312_without_a_knee_the_answers_are_contradicted(fresh_curve, monkeypatch):
    """Steps that fall for ever have no curvature regime; as B^-0.6, the largest batch is best."""

    def falling(model: bs.Model, batch: float, target: float) -> tuple[float, float]:
        return 2**40 * batch**-0.6, 0.1

    monkeypatch.setattr(bs, "steps_to", falling)
    regime = question("A2-3.1.2b").part("B_regime")
    assert truth("A2-3.1.2b:B_regime").value({}) == "noise" != regime.reference
    assert truth("A2-3.1.2a:point").value({}) == "B"


def test_a2_312_without_noise_the_answers_are_contradicted(fresh_curve, monkeypatch):
    monkeypatch.setattr(bs, "steps_to", lambda model, batch, target: (400, 0.1))
    regime = question("A2-3.1.2b").part("A_regime")
    assert truth("A2-3.1.2b:A_regime").value({}) == "curvature" != regime.reference


# --- A2-3.2a ----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=30)
@given(st.floats(5, 11), st.floats(3, 7), st.floats(3, 8))
def test_a2_32_kaplans_loss_solves_its_equation_and_steps_beat_batch(size, steps, batch):
    N, S, B = 10**size, 10**steps, 10**batch
    loss = laws.KAPLAN.loss(N, S, B)
    critical = 2e8 / loss ** (1 / 0.21)
    again = (6.5e13 / N) ** 0.077 + (2.1e3 * (1 + critical / B) / S) ** 0.76
    assert again == pytest.approx(loss, rel=1e-9)
    assert laws.KAPLAN.loss(N, 10 * S, B) < laws.KAPLAN.loss(N, S, 10 * B) < loss


def cheapest(loss: float) -> tuple[float, float]:
    """Size and compute of the cheapest way to a loss in Kaplan's fit, by brute force."""
    law = laws.KAPLAN
    sizes = np.geomspace(law.N_c / loss ** (1 / law.alpha_N) * 1.001, 1e16, 400_000)
    left = loss - (law.N_c / sizes) ** law.alpha_N
    computes = 6 * sizes * law.critical_batch(loss) * law.S_c / left ** (1 / law.alpha_S)
    best = int(computes.argmin())
    return float(sizes[best]), float(computes[best])


def test_a2_32_the_efficient_path_by_brute_force():
    law = laws.KAPLAN
    sizes, computes = zip(*(cheapest(loss) for loss in (2.0, 2.5, 3.0, 4.0)), strict=True)
    for size, loss in zip(sizes, (2.0, 2.5, 3.0, 4.0), strict=True):
        efficient = law.size_term(size) + law.steps_term(law.efficient_steps(size))
        assert efficient == pytest.approx(loss, rel=1e-3)
    exponents = np.diff(np.log(sizes)) / np.diff(np.log(computes))
    assert np.allclose(exponents, law.size_exponent, atol=1e-3)
    assert law.size_exponent != pytest.approx(0.73, abs=0.04), (
        "their trend was measured, not derived"
    )


@pytest.mark.parametrize("fit", [laws.HOFFMANN, laws.BESIROGLU])
def test_a2_32_best_size_by_brute_force(fit):
    for C in (1e20, 5.76e23):
        sizes = np.geomspace(1e6, 1e14, 200_001)
        best = sizes[np.argmin(fit.loss(sizes, C / (6 * sizes)))]
        assert fit.best_size(C) == pytest.approx(best, rel=1e-3)
        assert fit.balance(best, C / (6 * best)) == pytest.approx(1, abs=1e-3)
    grown = np.log(fit.best_size(1e24) / fit.best_size(1e20)) / np.log(1e4)
    assert grown == pytest.approx(fit.size_exponent, rel=1e-12)


def test_a2_32_when_the_larger_model_wins():
    """Past the efficient length C wins, well before it A: the answer has a condition."""
    law = laws.KAPLAN
    for size in (1e6, 1e8, 1e10):
        for length, winner in ((0.1, "A"), (3.0, "C")):
            effective = length * law.efficient_steps(size)
            batch = law.critical_batch(law.size_term(size) + law.steps_term(effective))
            longer = law.loss(size, 20 * effective, batch)
            larger = law.loss(10 * size, 2 * effective, batch)
            assert ("A" if longer < larger else "C") == winner


def test_a2_32_the_two_laws_disagree_about_a_large_model():
    for fit in (laws.HOFFMANN, laws.BESIROGLU):
        assert fit.loss(280e9, 3e12) < fit.loss(2.8e12, 300e9)
        assert fit.loss(70e9, 1.4e12) < fit.loss(280e9, 300e9), "Chinchilla against Gopher"
        assert fit.loss(1e10, 1e14) > fit.loss(1e11, 1e13), "with plenty of tokens, size wins"


def test_a2_32_kaplans_loss_at_both_ends():
    """After any number of steps the loss is not below the level of the size; no steps, no loss."""
    law = laws.KAPLAN
    assert law.loss(1e9, 1e60, 1e6) == law.size_term(1e9)
    with pytest.raises(ValueError, match="different signs"):
        law.loss(1e9, 1e-12, 1e6)
