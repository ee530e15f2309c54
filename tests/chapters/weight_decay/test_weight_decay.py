"""A2-2.2: the updates, their points of rest, and PyTorch's own optimisers as the oracle."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcode import optimisers as opt
from hwcode.chapters import question
from hwcode.chapters.linear_regression import interpolation as lr
from hwcode.chapters.weight_decay import experiments as study
from hwcode.chapters.weight_decay import penalties as wd

RATE, DECAY, EPS, STEPS = 0.01, 0.003, 1e-8, 200


def problem(seed: int, n: int, d: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return generator.normal(size=(n, d)), generator.normal(size=n), generator.normal(size=d)


def ridge(loss):
    return opt.penalised(loss, 0.15)


def decayed(optimiser, *settings):
    return lambda loss, start: optimiser(loss, RATE, start, *settings, decay=DECAY)


def largest_difference(name, ours, options, shape):
    X, t, start = problem(1, *shape)
    own = opt.take(ours(opt.least_squares(X, t), start), STEPS)
    torch = opt.torch_iterates(name, X, t, start, STEPS, lr=RATE, **options)
    return np.abs(own - torch).max()


@pytest.mark.parametrize(
    ("name", "ours", "options"),
    [
        ("SGD", lambda loss, w: opt.descent(ridge(loss), RATE, w), {"weight_decay": 0.3}),
        ("SGD", decayed(opt.descent), {"weight_decay": DECAY / RATE}),
        ("SGD", lambda loss, w: opt.momentum(ridge(loss), RATE, w, 0.9),
         {"weight_decay": 0.3, "momentum": 0.9}),
        ("Adagrad", lambda loss, w: opt.adagrad(ridge(loss), RATE, w, EPS),
         {"weight_decay": 0.3, "eps": EPS}),
        ("RMSprop", lambda loss, w: opt.rmsprop(ridge(loss), RATE, w, 0.99, EPS),
         {"weight_decay": 0.3}),
        ("Adam", lambda loss, w: opt.adam(ridge(loss), RATE, w, eps=EPS), {"weight_decay": 0.3}),
        ("AdamW", decayed(opt.adam, 0.9, 0.999, EPS), {"weight_decay": DECAY / RATE}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("shape", [(1, 2), (4, 3), (2, 5)])
def test_a2_223_every_step_is_pytorchs(name, ours, options, shape):
    assert largest_difference(name, ours, options, shape) < 1e-12


@pytest.mark.parametrize(
    ("name", "ours", "options"),
    [
        ("AdamW", decayed(opt.adam, 0.9, 0.999, EPS), {"weight_decay": DECAY}),
        ("Adam", lambda loss, w: opt.adam(opt.penalised(loss, 0.3), RATE, w, eps=EPS),
         {"weight_decay": 0.3}),
        ("SGD", decayed(opt.momentum, 0.9), {"weight_decay": DECAY / RATE, "momentum": 0.9}),
    ],
)  # fmt: skip
def test_a2_223_another_reading_of_weight_decay_is_told_apart(name, ours, options):
    assert largest_difference(name, ours, options, (4, 3)) > 1e-3


@settings(deadline=None, max_examples=30)
@given(
    st.integers(0, 10**6),
    st.integers(1, 4),
    st.integers(1, 4),
    st.floats(0.001, 0.3),
    st.floats(0.001, 0.5),
)
def test_a2_222_penalty_and_decay_make_the_same_path(seed, n, d, rate, decay):
    X, t, start = problem(seed, n, d)
    loss, penalty = opt.least_squares(X, t), wd.equal_penalty(decay, rate)
    by_decay = opt.take(opt.descent(loss, rate, start, decay=decay), 5)
    by_penalty = opt.take(opt.descent(opt.penalised(loss, penalty), rate, start), 5)
    scale = max(1.0, np.abs(by_decay).max())
    assert np.abs(by_decay - by_penalty).max() < 1e-12 * scale
    other = opt.take(opt.descent(opt.penalised(loss, 2 * penalty), rate, start), 1)
    assert np.abs(by_decay[1] - other[1]).max() > 1e-9


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 4), st.floats(0.05, 1.5))
def test_a2_222_below_the_largest_rate_every_start_ends_at_the_ridge_solution(seed, n, d, decay):
    X, t, start = problem(seed, n, d)
    rate = 0.9 * wd.largest_rate(X, decay)
    path = opt.descent(opt.least_squares(X, t), rate, start, decay=decay)
    *_, end = islice(path, 1000)
    goal = wd.ridge_solution(X, t, wd.equal_penalty(decay, rate))
    assert np.abs(end - goal).max() < 1e-7 * max(1, np.abs(goal).max())


def test_a2_222_above_the_largest_rate_it_diverges():
    X, t, start = problem(3, 3, 2)
    rate = 1.05 * wd.largest_rate(X, 0.2)
    *_, end = islice(opt.descent(opt.least_squares(X, t), rate, start, decay=0.2), 1000)
    assert not np.all(np.abs(end) < 1e6)
    for decay in (0.0, 2.0):
        with pytest.raises(ValueError, match="between 0 and 2"):
            wd.largest_rate(X, decay)


@pytest.mark.parametrize("shape", [(1, 2), (4, 3), (3, 3), (2, 5)])
def test_a2_222_ridge_solution_against_scikit_learn_and_its_limit(shape):
    from sklearn.linear_model import Ridge

    X, t, _ = problem(5, *shape)
    for penalty in (0.01, 1.0, 30.0):
        theirs = Ridge(alpha=penalty * len(t), fit_intercept=False).fit(X, t).coef_
        assert np.allclose(wd.ridge_solution(X, t, penalty), theirs, atol=1e-10)
    least = lr.minimum_norm_solution(X, t)
    assert np.allclose(wd.ridge_solution(X, t, 0.0), least, atol=1e-10)
    assert np.allclose(wd.ridge_solution(X, t, 1e-9), least, atol=1e-6)
    with pytest.raises(ValueError, match="negative"):
        wd.ridge_solution(X, t, -1.0)


def test_a2_222_a_constant_decay_under_falling_rates_forgets_the_data():
    X, t, start = problem(2, 3, 2)

    def rate(step: int) -> float:
        return 0.1 / (1 + step)

    loss = opt.least_squares(X, t)
    *_, handout = islice(opt.descent(loss, rate, start, decay=0.05), 20_000)
    assert np.linalg.norm(handout) < 1e-3

    def slow(step: int) -> float:
        return 0.1 / np.sqrt(1 + step)

    *_, torch = islice(opt.descent(loss, slow, start, decay=lambda step: 0.5 * slow(step)), 20_000)
    assert np.allclose(torch, wd.ridge_solution(X, t, 0.25), atol=1e-6)


def test_a2_222_momentum_has_the_point_of_rest_that_the_answer_states():
    X, t, start = problem(7, 2, 3)
    rate, decay, momentum = 0.02, 0.05, 0.8
    path = opt.momentum(opt.least_squares(X, t), rate, start, momentum, decay=decay)
    *_, end = islice(path, 3000)
    symbols = question("A2-2.2.2").part("momentum").reference
    at = {"lam": decay, "eta": rate, "beta": momentum}
    penalty = float(symbols.subs({s: at[s.name] for s in symbols.free_symbols}))
    assert np.allclose(end, wd.ridge_solution(X, t, penalty), atol=1e-10)
    assert not np.allclose(end, wd.ridge_solution(X, t, decay / (2 * rate)), atol=1e-2)


@settings(deadline=None, max_examples=40)
@given(
    st.floats(-3, 3).filter(lambda x: abs(x) > 1e-3),
    st.floats(-50, 50).filter(lambda x: abs(x) > 1e-3),
    st.floats(0, 100),
)
def test_a2_223_no_penalty_moves_a_weight_further_than_the_bound(slope, weight, penalty):
    rate, beta, start = 0.1, 0.75, np.array([weight])

    def loss(_, w):
        return np.full(1, slope)

    by_penalty = opt.rmsprop(opt.penalised(loss, penalty), rate, start, beta)
    moves = np.abs(np.diff(opt.take(by_penalty, 20)[:, 0]))
    bound = rate / np.sqrt(1 - beta)
    assert moves.max() <= bound * (1 + 1e-12)
    first, second = opt.take(opt.rmsprop(loss, rate, start, beta, 1e-8, decay=0.1), 1)[:, 0]
    if abs(weight) > 2 * bound / 0.1:
        assert abs(second - first) > bound


def test_a2_223_points_of_rest_on_the_full_batch():
    starts = np.tile(np.array([(0.0, 0.0), (-0.5, 1.5), (3.0, 2.0)]), (3, 1, 1))
    penalties = np.array([0.1, 0.5, 1.0])[:, None, None]
    corners = np.array([1.5, 1.0, 0.5])[:, None, None]

    def slope(_: int, w: np.ndarray) -> np.ndarray:
        return 2 * (w.sum(axis=2, keepdims=True) - 3) * np.ones(2)

    *_, l2 = islice(opt.adam(opt.penalised(slope, penalties), 0.01, starts, eps=EPS), 20_000)
    *_, boxed = islice(opt.adam(slope, 0.01, starts, eps=EPS, decay=0.02 * penalties), 20_000)
    assert np.allclose(l2, 3 / (2 + penalties), atol=2e-3)
    assert np.allclose(boxed, corners, atol=2e-3)


def test_a2_223_gradient_of_the_network_against_autograd():
    import torch

    generator = np.random.default_rng(0)
    hidden, inputs, runs = 4, 6, 3
    X, y = generator.random((5, inputs)), generator.integers(0, 10, 5)
    w = generator.normal(size=(runs, inputs * hidden + hidden + hidden * 10 + 10))
    losses, gradients = study.cross_entropy(w, X, y, hidden)
    for run in range(runs):
        vector = torch.tensor(w[run], requires_grad=True)
        a, b, c, e = torch.split(vector, [inputs * hidden, hidden, hidden * 10, 10])
        layer = torch.relu(torch.tensor(X) @ a.reshape(inputs, hidden) + b)
        loss = torch.nn.functional.cross_entropy(layer @ c.reshape(hidden, 10) + e, torch.tensor(y))
        loss.backward()
        assert abs(loss.item() - losses[run]) < 1e-12
        assert np.abs(vector.grad.numpy() - gradients[run]).max() < 1e-12
    assert study.is_weight(inputs, hidden).sum() == inputs * hidden + hidden * 10


def test_a2_223_the_record_compares_like_with_like():
    from hwcode.training.experiment import load

    record = load(study.STUDY)
    shape = (len(record.runs), len(study.CONFIG["rates"]), len(study.CONFIG["weight_decays"]))
    errors = [record.curve(f"{method}_test_errors").reshape(shape) for method in study.METHODS]
    assert np.array_equal(errors[0][..., 0], errors[1][..., 0]), "without decay they are one method"
    mean, error = study.difference(record)
    gaps = record.metric("decay_test") - record.metric("penalty_test")
    assert mean == pytest.approx(np.mean(gaps))
    assert error == pytest.approx(np.std(gaps, ddof=1) / np.sqrt(len(gaps)))
