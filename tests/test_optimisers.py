"""The optimisers of H2-1, A2-1 and A2-2.2, against those of PyTorch."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from hwcode import optimisers as opt
from hwcode.chapters.implicit_bias import limits as ib


def problem(n, d, seed):
    generator = np.random.default_rng(seed)
    return generator.standard_normal((n, d)), generator.standard_normal(n)


def at(path, step):
    return next(islice(path, step, None))


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (lambda g, w: opt.descent(g, 0.05, w), ("SGD", {"lr": 0.05})),
        (lambda g, w: opt.momentum(g, 0.02, w, 0.9), ("SGD", {"lr": 0.02, "momentum": 0.9})),
        (lambda g, w: opt.adagrad(g, 0.3, w, 1e-3), ("Adagrad", {"lr": 0.3, "eps": 1e-3})),
        (
            lambda g, w: opt.rmsprop(g, 0.1, w, 0.9, 1e-3),
            ("RMSprop", {"lr": 0.1, "alpha": 0.9, "eps": 1e-3}),
        ),
        (
            lambda g, w: opt.adam(g, 0.1, w, 0.8, 0.95, 1e-3),
            ("Adam", {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3}),
        ),
    ],
)
def test_optimisers_agree_with_torch(mine, theirs):
    rows, targets = problem(3, 5, seed=0)
    start = np.linspace(-1, 1, 5)
    name, options = theirs
    own = opt.take(mine(opt.least_squares(rows, targets), start), 30)
    torch = opt.torch_iterates(name, rows, targets, start, 30, **options)
    assert np.allclose(own, torch, rtol=1e-10, atol=1e-12)


def test_nesterov_takes_the_gradient_ahead():
    gradient = opt.least_squares(np.array([[2.0]]), np.array([1.0]))
    path = opt.momentum(gradient, 0.1, np.array([1.0]), 0.5, np.array([1.0]), lookahead=True)
    # At w + alpha delta = 1.5 the gradient is 8 * 1.5 - 4 = 8, so delta = 0.5 - 0.8.
    assert at(path, 1) == pytest.approx(0.7)


@pytest.mark.parametrize(
    "optimiser",
    [
        opt.descent,
        lambda *args, **kw: opt.momentum(*args, 0.9, **kw),
        opt.adagrad,
        lambda *args, **kw: opt.rmsprop(*args, 0.9, **kw),
        opt.adam,
    ],
)
def test_a_decay_shrinks_the_old_weights_whatever_the_gradient(optimiser):
    rows, targets = problem(2, 3, seed=1)
    start, gradient = np.array([1.0, -2.0, 3.0]), opt.least_squares(rows, targets)
    plain, decayed = (at(optimiser(gradient, 0.1, start, decay=part), 1) for part in (0, 0.25))
    assert np.allclose(plain - decayed, 0.25 * start, rtol=1e-12)
    falling = at(optimiser(gradient, 0.1, start, decay=lambda k: 0.25 / (k + 1)), 1)
    assert np.array_equal(falling, decayed)


def test_a_penalty_is_another_gradient():
    rows, targets = problem(3, 2, seed=5)
    w, h = np.array([0.3, -0.7]), 1e-6
    slope = opt.penalised(opt.least_squares(rows, targets), 0.4)(0, w)

    def loss(v):
        return np.mean((rows @ v - targets) ** 2) + 0.4 * v @ v

    numeric = [(loss(w + h * e) - loss(w - h * e)) / (2 * h) for e in np.eye(2)]
    assert np.allclose(slope, numeric, rtol=1e-8)


def test_paths_start_at_the_start_and_change_nothing():
    rows, targets = problem(2, 3, seed=1)
    start = np.ones(3)
    gradient = opt.least_squares(rows, targets)
    for path in (
        opt.descent(gradient, 0.1, start),
        opt.momentum(gradient, 0.1, start, 0.5),
        opt.adagrad(gradient, 0.1, start),
        opt.rmsprop(gradient, 0.1, start, 0.9),
        opt.adam(gradient, 0.1, start, 0.9, 0.99),
        opt.full_adagrad(gradient, 0.1, start),
    ):
        kept = [w.copy() for w in islice(path, 3)]
        assert np.array_equal(kept[0], np.ones(3))
        assert not np.array_equal(kept[1], kept[2])
    assert np.array_equal(start, np.ones(3))


def test_batches():
    rows, targets = problem(5, 3, seed=2)
    order = opt.drawn(5, 3, seed=4)
    assert order(7) == order(7)
    assert all(len(set(order(step))) == 3 for step in range(30))
    repeated = opt.drawn(5, 4, seed=4, replacement=True)
    assert any(len(set(repeated(step))) < 4 for step in range(30))
    w = np.ones(3)
    batches = [opt.least_squares(rows, targets, opt.cyclic(5))(step, w) for step in range(5)]
    assert np.allclose(np.mean(batches, axis=0), opt.least_squares(rows, targets)(0, w))


def test_settled_raises_where_nothing_settles():
    swing = opt.descent(opt.least_squares(np.eye(1), np.zeros(1)), 1.0, np.ones(1))
    with pytest.raises(ArithmeticError, match="after 50"):
        ib.settled(swing, 1e-9, most=50)
