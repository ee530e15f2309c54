"""The optimisers of H2-1 and A2-1, against those of PyTorch."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from hwcode import implicit_bias as ib


def problem(n, d, seed):
    generator = np.random.default_rng(seed)
    return generator.standard_normal((n, d)), generator.standard_normal(n)


def at(path, step):
    return next(islice(path, step, None))


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (lambda g, w: ib.descent(g, 0.05, w), ("SGD", {"lr": 0.05})),
        (lambda g, w: ib.momentum(g, 0.02, 0.9, w), ("SGD", {"lr": 0.02, "momentum": 0.9})),
        (lambda g, w: ib.adagrad(g, 0.3, w, 1e-3), ("Adagrad", {"lr": 0.3, "eps": 1e-3})),
        (
            lambda g, w: ib.rmsprop(g, 0.1, w, 0.9, 1e-3),
            ("RMSprop", {"lr": 0.1, "alpha": 0.9, "eps": 1e-3}),
        ),
        (
            lambda g, w: ib.adam(g, 0.1, w, 0.8, 0.95, 1e-3),
            ("Adam", {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3}),
        ),
    ],
)
def test_optimisers_agree_with_torch(mine, theirs):
    torch = pytest.importorskip("torch")
    rows, targets = problem(3, 5, seed=0)
    start = np.linspace(-1, 1, 5)
    name, settings_of = theirs
    weights = torch.nn.Parameter(torch.tensor(start))
    optimiser = getattr(torch.optim, name)([weights], **settings_of)
    X, t = torch.tensor(rows), torch.tensor(targets)
    for expected in islice(mine(ib.least_squares(rows, targets), start), 30):
        assert np.allclose(weights.detach().numpy(), expected, rtol=1e-10, atol=1e-12)
        optimiser.zero_grad()
        ((X @ weights - t) ** 2).mean().backward()
        optimiser.step()


def test_nesterov_takes_the_gradient_ahead():
    gradient = ib.least_squares(np.array([[2.0]]), np.array([1.0]))
    path = ib.momentum(gradient, 0.1, 0.5, np.array([1.0]), np.array([1.0]), lookahead=True)
    # At w + alpha delta = 1.5 the gradient is 8 * 1.5 - 4 = 8, so delta = 0.5 - 0.8.
    assert at(path, 1) == pytest.approx(0.7)


def test_paths_start_at_the_start_and_change_nothing():
    rows, targets = problem(2, 3, seed=1)
    start = np.ones(3)
    gradient = ib.least_squares(rows, targets)
    for path in (
        ib.descent(gradient, 0.1, start),
        ib.momentum(gradient, 0.1, 0.5, start),
        ib.adagrad(gradient, 0.1, start),
        ib.rmsprop(gradient, 0.1, start, 0.9),
        ib.adam(gradient, 0.1, start, 0.9, 0.99),
        ib.full_adagrad(gradient, 0.1, start),
    ):
        kept = [w.copy() for w in islice(path, 3)]
        assert np.array_equal(kept[0], np.ones(3))
        assert not np.array_equal(kept[1], kept[2])
    assert np.array_equal(start, np.ones(3))


def test_batches():
    rows, targets = problem(5, 3, seed=2)
    order = ib.drawn(5, 3, seed=4)
    assert order(7) == order(7)
    assert all(len(set(order(step))) == 3 for step in range(30))
    repeated = ib.drawn(5, 4, seed=4, replacement=True)
    assert any(len(set(repeated(step))) < 4 for step in range(30))
    w = np.ones(3)
    batches = [ib.least_squares(rows, targets, ib.cyclic(5))(step, w) for step in range(5)]
    assert np.allclose(np.mean(batches, axis=0), ib.least_squares(rows, targets)(0, w))


def test_settled_raises_where_nothing_settles():
    swing = ib.descent(ib.least_squares(np.eye(1), np.zeros(1)), 1.0, np.ones(1))
    with pytest.raises(ArithmeticError, match="after 50"):
        ib.settled(swing, 1e-9, most=50)
