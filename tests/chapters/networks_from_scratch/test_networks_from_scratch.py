"""A1-P1 and A1-P2: the loss, the layers and their gradients, training."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcode.chapters.networks_from_scratch import layers as nn
from hwcode.chapters.networks_from_scratch.questions import answers, layer_answers
from hwcode.chapters.networks_from_scratch.truths import propagation, regression

seeds = st.integers(0, 2**32 - 1)
KINDS = (nn.ReLU, nn.Sigmoid, nn.Tanh)
SIZES = ((3, 1), (3, 4, 1), (3, 5, 4, 1))


def batch(seed: int, n: int = 6, d: int = 3) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return generator.standard_normal((n, d)), generator.integers(0, 2, n).astype(float)


def gradients(network: nn.Sequential, X, t) -> list[tuple[np.ndarray, np.ndarray]]:
    """Every weight array with its gradient."""
    z = network.forward(X)[:, 0]
    network.backward(nn.bce_with_logits_backward(z, t)[:, None])
    linear = [layer for layer in network.layers if isinstance(layer, nn.Linear)]
    return [pair for one in linear for pair in ((one.W, one.dW), (one.b, one.db))]


def worst_difference(network: nn.Sequential, X, t) -> float:
    pairs = gradients(network, X, t)
    loss = lambda: nn.bce_with_logits(network.forward(X)[:, 0], t)  # noqa: E731
    return max(np.abs(d - nn.finite_differences(loss, a)).max() for a, d in pairs)


# --- A1-P1.1 ----------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.floats(-1000, 1000), st.floats(0, 1))
def test_a1_p1_1_loss_of_logits_against_many_digits(z, t):
    z, t = np.array([z]), np.array([t])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        loss, slope = nn.bce_with_logits(z, t), nn.bce_with_logits_backward(z, t)
    with mpmath.workdps(500):
        p = regression.logistic(mpmath.mpf(z[0]))
        exact, exact_slope = regression.cross_entropy(p, mpmath.mpf(t[0])), p - mpmath.mpf(t[0])
    assert loss == pytest.approx(float(exact), rel=1e-12, abs=1e-300)
    assert slope[0] == pytest.approx(float(exact_slope), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("z", [-700.0, -40.0, -1e-9, 0.0, 3.0, 40.0])
def test_a1_p1_1_sigmoid_keeps_relative_accuracy(z):
    with mpmath.workdps(400):
        exact = float(regression.logistic(mpmath.mpf(z)))
    assert nn.sigmoid(z) == pytest.approx(exact, rel=1e-13)


@settings(deadline=None)
@given(seeds)
def test_a1_p1_1_gradients_against_autograd(seed):
    torch = pytest.importorskip("torch")
    generator = np.random.default_rng(seed)
    t = generator.uniform(0, 1, 5)
    for ours, backward, theirs, start in (
        (nn.bce, nn.bce_backward, "binary_cross_entropy", generator.uniform(0.01, 0.99, 5)),
        (nn.bce_with_logits, nn.bce_with_logits_backward, "binary_cross_entropy_with_logits",
         10 * generator.standard_normal(5)),
    ):  # fmt: skip
        variable = torch.tensor(start, requires_grad=True)
        value = getattr(torch.nn.functional, theirs)(variable, torch.tensor(t))
        value.backward()
        assert ours(start, t) == pytest.approx(float(value.detach()), rel=1e-12)
        assert backward(start, t) == pytest.approx(variable.grad.numpy(), rel=1e-10)


def test_a1_p1_1_ends_of_the_interval():
    assert nn.bce(np.array([0.0, 1.0]), np.array([0.0, 1.0])) == 0
    assert nn.bce(np.array([0.0, 0.5]), np.array([1.0, 1.0])) == np.inf
    assert nn.bce_backward(np.array([0.0, 1.0]), np.array([0.0, 1.0])).tolist() == [0.5, -0.5]
    assert nn.bce_backward(np.array([0.0]), np.array([1.0])) == -np.inf


# --- A1-P1.2, A1-P2.1, A1-P2.2, A1-P2.3 ---------------------------------------------------------


@settings(deadline=None)
@given(seeds, st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_a1_p1_2_linear_layer_exactly(seed, n, inputs, outputs):
    generator = np.random.default_rng(seed)
    shapes = ((inputs, outputs), (outputs,), (n, inputs), (n, outputs))
    W, b, X, G = (generator.integers(-3, 4, shape).astype(float) for shape in shapes)
    layer = nn.Linear(W, b)
    layer.forward(X)
    layer.backward(G)
    # The sum of G * Y is affine in W and in b: a step of any size gives the exact slope.
    for array, slope in ((layer.W, layer.dW), (layer.b, layer.db)):
        moved = nn.finite_differences(lambda: float(np.sum(G * layer.forward(X))), array, h=1.0)
        assert np.array_equal(slope, moved)
    moved = nn.finite_differences(lambda: float(np.sum(G * layer.forward(X))), X, h=1.0)
    assert np.array_equal(layer.backward(G), moved)


def test_a1_p1_2_the_layer_owns_its_weights():
    W = np.ones((2, 1))
    layer = nn.Linear(W, [0])
    layer.forward(np.ones((1, 2)))
    layer.backward(np.ones((1, 1)))
    layer.step(0.5)
    assert W.tolist() == [[1], [1]]
    assert layer.W.tolist() == [[0.5], [0.5]]


@pytest.mark.parametrize("kind", KINDS)
def test_a1_p2_1_activations_against_autograd(kind):
    torch = pytest.importorskip("torch")
    Z, G = (np.random.default_rng(seed).standard_normal((4, 3)) for seed in (1, 2))
    Z[0] = 0, 500, -500
    variable = torch.tensor(Z, requires_grad=True)
    getattr(torch, kind.__name__.lower())(variable).backward(torch.tensor(G))
    layer = kind()
    layer.forward(Z)
    assert layer.backward(G) == pytest.approx(variable.grad.numpy(), rel=1e-12, abs=1e-15)


def test_a1_p2_2_sequences_nest():
    X, t = batch(3)
    flat = nn.MLP((3, 4, 2, 1), seed=5)
    nested = nn.Sequential([nn.Sequential(flat.layers[:2]), nn.Sequential(flat.layers[2:])])
    G = np.ones((6, 1))
    assert np.array_equal(flat.forward(X), nested.forward(X))
    assert np.array_equal(flat.backward(G), nested.backward(G))
    assert nn.Sequential([]).backward(t) is t


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", SIZES)
def test_a1_p2_3_every_gradient_by_differences_and_autograd(kind, sizes):
    torch = pytest.importorskip("torch")
    X, t = batch(4)
    network = nn.MLP(sizes, kind, seed=1)
    assert worst_difference(network, X, t) < 1e-9
    pairs = gradients(network, X, t)
    copies = [torch.tensor(array, requires_grad=True) for array, _ in pairs]
    H = torch.tensor(X)
    for place in range(0, len(copies), 2):
        H = H @ copies[place] + copies[place + 1]
        if place < len(copies) - 2:
            H = getattr(torch, kind.__name__.lower())(H)
    torch.nn.functional.binary_cross_entropy_with_logits(H[:, 0], torch.tensor(t)).backward()
    for (_, ours), copy in zip(pairs, copies, strict=True):
        assert ours == pytest.approx(copy.grad.numpy(), rel=1e-10, abs=1e-15)


@pytest.mark.parametrize(
    "broken",
    [
        answers.LinearMean,
        answers.LinearNoSum,
        layer_answers.TanhNoSquare,
        layer_answers.SigmoidOfInput,
    ],
)
def test_a1_p2_3_differences_see_a_broken_layer(broken):
    X, t = batch(5, n=4)
    network = nn.MLP((3, 4, 1), nn.Sigmoid if issubclass(broken, nn.Sigmoid) else nn.Tanh, seed=2)
    first, _, second = network.layers
    assert isinstance(first, nn.Linear)
    linear = issubclass(broken, nn.Linear)
    layers = [broken(first.W, first.b), nn.Tanh()] if linear else [first, broken()]
    assert worst_difference(network, X, t) < 1e-9
    assert worst_difference(nn.Sequential([*layers, second]), X, t) > 1e-4


def test_a1_p2_3_weights_have_the_variance_that_is_promised():
    first = nn.MLP((400, 300, 1), seed=0).layers[0]
    assert isinstance(first, nn.Linear)
    assert 400 * first.W.var() == pytest.approx(1, rel=0.02)
    assert not first.b.any()


# --- A1-P1.3 to A1-P1.5 -----------------------------------------------------------------------


def test_a1_p1_3_a_network_without_hidden_layer_is_logistic_regression():
    X, t = batch(6)
    network = nn.MLP((3, 1), seed=3)
    (only,) = network.layers
    assert isinstance(only, nn.Linear)
    loss, dw, db = answers.logistic_regression(only.W[:, 0], only.b[0], X, t)
    (_, dW), (_, dB) = gradients(network, X, t)
    assert loss == nn.bce_with_logits(network.forward(X)[:, 0], t)
    assert dw == pytest.approx(dW[:, 0], rel=1e-13)
    assert db == pytest.approx(dB[0], rel=1e-13)


def test_a1_p1_4_training_takes_the_steps_of_torch():
    torch = pytest.importorskip("torch")
    X, t = batch(7)
    network = nn.MLP((3, 4, 1), seed=4)
    theirs = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1)
    ).double()
    with torch.no_grad():
        for place in (0, 2):
            layer = network.layers[place]
            assert isinstance(layer, nn.Linear)
            theirs[place].weight.copy_(torch.tensor(layer.W.T))
            theirs[place].bias.copy_(torch.tensor(layer.b))
    losses = nn.train(network, X, t, rate=0.7, steps=15)
    optimiser, expected = torch.optim.SGD(theirs.parameters(), lr=0.7), []
    for _ in range(16):
        optimiser.zero_grad()
        logits = theirs(torch.tensor(X))[:, 0]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.tensor(t))
        expected.append(float(loss.detach()))
        loss.backward()
        optimiser.step()
    assert losses == pytest.approx(expected, rel=1e-12)


@settings(deadline=None)
@given(seeds, st.floats(0.01, 1.0))
def test_a1_p1_4_no_step_up_to_the_limit_raises_the_loss(seed, factor):
    generator = np.random.default_rng(seed)
    X, t = generator.standard_normal((5, 2)) * 3, generator.uniform(0, 1, 5)
    tilde = np.column_stack([X, np.ones(5)])
    limit = 8 * 5 / np.linalg.eigvalsh(tilde.T @ tilde)[-1]
    layer = nn.Linear(3 * generator.standard_normal((2, 1)), generator.standard_normal(1))
    losses = nn.train(layer, X, t, factor * limit, 20)
    assert max(np.diff(losses)) <= 1e-14 * losses[0]


def test_a1_p1_4_beyond_the_limit_some_step_does():
    X, _ = batch(8)
    tilde = np.column_stack([X, np.ones(6)])
    values, vectors = np.linalg.eigh(tilde.T @ tilde)
    start = 1e-3 * vectors[:, -1]
    for factor, rises in ((0.99, False), (1.01, True)):
        layer = nn.Linear(start[:-1, None], start[-1:])
        losses = nn.train(layer, X, np.full(6, 0.5), factor * 48 / values[-1], 1)
        assert (losses[1] > losses[0]) == rises


@settings(deadline=None, max_examples=15)
@given(seeds)
def test_a1_p1_5_two_ways_to_find_the_best_line_agree(seed):
    generator = np.random.default_rng(seed)
    points = generator.choice(10_000, (6, 2), replace=False)  # no three in a row, nearly surely
    labels = generator.integers(0, 2, 6)
    slow = regression.best_line(points.tolist(), labels.tolist())
    assert float(slow) == propagation.best_line_through_points(points.astype(float), labels)


def test_a1_p1_5_points_in_a_row_are_refused():
    row = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match="lie in a row"):
        propagation.best_line_through_points(row, np.array([0, 1, 0, 1]))


def test_a1_p1_5_direction_is_that_of_a_support_vector_machine():
    svm = pytest.importorskip("sklearn.svm")
    points, labels = regression.SEPARABLE
    w = svm.SVC(kernel="linear", C=1e8, tol=1e-10).fit(points, labels).coef_[0]
    assert w[1] / w[0] == pytest.approx(float(regression.max_margin_slope(None)), rel=1e-6)


def test_a1_p1_5_descent_approaches_it_slowly_and_the_weights_grow():
    points, labels = (np.array(part, float) for part in regression.SEPARABLE)
    layer = nn.Linear(np.zeros((2, 1)), np.zeros(1))
    norms, gaps = [], []
    for steps in (1, 9, 90, 900, 9000):
        losses = nn.train(layer, points, labels, 1.0, steps)
        norms.append(np.linalg.norm(layer.W))
        gaps.append(abs(layer.W[1, 0] / layer.W[0, 0] - 2 / 3))
    assert norms == sorted(norms)
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] > 0.01
    assert losses[-1] < 1e-4


# --- A1-P2.4 ----------------------------------------------------------------------------------


def test_a1_p2_4_numbers_in_the_text():
    network, line = propagation.trained_on_moons()
    assert (round(200 * network), round(200 * line)) == (200, 179)


def test_a1_p2_4_two_units_on_xor():
    X, t = nn.xor()
    layers = [nn.Linear([[1, 1], [1, 1]], [0, -1]), nn.ReLU(), nn.Linear([[1], [-2]], [-0.5])]
    assert nn.accuracy(nn.Sequential(layers), X, t) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", [(2, 3, 1), (2, 3, 3, 1)])
def test_a1_p2_4_from_zero(kind, sizes):
    X, t = nn.moons()
    X, t = X[:140], t[:140]
    network = nn.MLP(sizes, kind)
    for layer in network.layers[::2]:
        assert isinstance(layer, nn.Linear)
        layer.W[:], layer.b[:] = 0, 0
    losses = nn.train(network, X, t, rate=1.0, steps=400)
    q = t.mean()
    entropy = -q * np.log(q) - (1 - q) * np.log(1 - q)
    first = network.layers[0]
    assert isinstance(first, nn.Linear)
    if kind is nn.Sigmoid:
        assert first.W.any()
        assert np.allclose(first.W, first.W[:, :1], rtol=1e-9)
    else:
        assert not first.W.any()
        assert losses[-1] == pytest.approx(entropy, abs=1e-12)


def test_a1_p2_4_xor_from_zero_does_not_move():
    X, t = nn.xor()
    network = nn.MLP((2, 3, 1))
    for layer in network.layers[::2]:
        assert isinstance(layer, nn.Linear)
        layer.W[:] = 0
    assert set(nn.train(network, X, t, 1.0, 10)) == {float(np.log(2))}


def test_data_are_what_they_are_said_to_be():
    X, t = nn.moons(100, noise=0.0)
    assert X.shape == (100, 2)
    assert t.sum() == 50
    centres = np.where(t[:, None] == 0, [0.0, 0.0], [1.0, 0.5])
    assert np.linalg.norm(X - centres, axis=1) == pytest.approx(np.ones(100))
    assert np.array_equal(nn.moons()[0], nn.moons()[0])
    with pytest.raises(ValueError, match="even"):
        nn.moons(7)
