"""A1-P1 and A1-P2 in the starter's contract: the library, and programs in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hwcode
from hwcode.chapters.networks_from_scratch import layers as nn
from hwcode.chapters.networks_from_scratch import modules
from hwcode.chapters.networks_from_scratch.truths import course, propagation

ACTIVATIONS = (modules.ReLU, modules.Tanh)
seeds = st.integers(0, 2**32 - 1)


# --- the library ------------------------------------------------------------------------------


@settings(deadline=None, max_examples=20)
@given(seeds, st.integers(1, 5), st.integers(1, 4), st.integers(1, 4))
def test_a1_p1_2_linear_against_central_differences(seed, n, inputs, outputs):
    generator = np.random.default_rng(seed)
    layer = modules.Linear(inputs, outputs, generator)
    gaps = modules.gradient_gap(layer, generator.standard_normal((n, inputs)))
    assert max(gaps.values()) < 1e-9


@pytest.mark.parametrize("kind", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [[], [3], [4, 3]])
def test_a1_p2_3_every_gradient_by_differences_and_autograd(kind, hidden):
    torch = pytest.importorskip("torch")
    generator = np.random.default_rng(4)
    X, t = generator.standard_normal((6, 3)), generator.uniform(0, 1, (6, 1))
    model = modules.BinaryClassificationMLP(3, hidden, kind, generator)
    assert max(modules.gradient_gap(model, X, targets=t).values()) < 1e-9
    model.zero_grad()
    loss = model(X, targets=t)
    (dX,) = model.backward(np.array(1.0))
    copies = [torch.tensor(one, requires_grad=True) for one in model.get_parameters().values()]
    features = torch.tensor(X, requires_grad=True)
    H = features
    for place in range(0, len(copies), 2):
        H = H @ copies[place] + copies[place + 1]
        if place < len(copies) - 2:
            H = getattr(torch, kind.__name__.lower())(H)
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(H, torch.tensor(t))
    theirs.backward()
    assert loss == pytest.approx(float(theirs.detach()), rel=1e-12)
    assert dX == pytest.approx(features.grad.numpy(), rel=1e-9, abs=1e-15)
    for ours, copy in zip(model.get_parameter_grads().values(), copies, strict=True):
        assert ours == pytest.approx(copy.grad.numpy(), rel=1e-9, abs=1e-15)


def test_a1_p1_1_loss_and_gradient_are_those_of_the_plain_functions():
    logits = np.array([[-1000.0], [-40.0], [0.5], [1000.0]])
    targets = np.array([[1.0], [0.0], [0.25], [0.0]])
    loss = modules.BinaryCrossEntropy()
    value = loss(logits, targets=targets)
    assert value == nn.bce_with_logits(logits[:, 0], targets[:, 0])
    (grad,) = loss.backward(np.array(2.0))
    assert np.array_equal(grad[:, 0], 2 * nn.bce_with_logits_backward(logits[:, 0], targets[:, 0]))


def test_a1_p1_2_gradients_add_up_until_they_are_set_to_zero():
    layer = modules.Linear(2, 1, np.random.default_rng(0))
    G = np.ones((3, 1))
    layer(np.ones((3, 2)))
    layer.backward(G)
    once = {name: one.copy() for name, one in layer.get_parameter_grads().items()}
    layer.backward(G)
    for name, one in layer.get_parameter_grads().items():
        assert np.array_equal(one, 2 * once[name])
    layer.zero_grad()
    assert not any(one.any() for one in layer.get_parameter_grads().values())


def test_a1_p2_2_a_merged_dictionary_is_new_and_its_arrays_are_the_layers():
    model = modules.Sequential(modules.Linear(2, 2), modules.Sequential(modules.Linear(2, 1)))
    merged = model.get_parameters()
    assert list(merged) == [
        "layers.0.weights", "layers.0.bias",
        "layers.1.layers.0.weights", "layers.1.layers.0.bias",
    ]  # fmt: skip
    merged["layers.0.bias"] = merged["layers.0.bias"] + 1
    assert not model.get_parameters()["layers.0.bias"].any()
    model.get_parameters()["layers.0.bias"][...] = 1
    assert model.layers[0].get_parameters()["bias"].tolist() == [1, 1]


def test_a1_p1_4_a_step_serves_both_classifiers_and_is_that_of_the_plain_library():
    X, _, t, _ = modules.two_moons()
    model = modules.BinaryLogisticRegression(2)
    for one in model.get_parameters().values():
        one[...] = 0
    losses = [modules.gd_step(model, X, t, 1.0) for _ in range(5)]
    layer = nn.Linear(np.zeros((2, 1)), np.zeros(1))
    assert losses == pytest.approx(nn.train(layer, X, t[:, 0], 1.0, 5)[:5], rel=1e-12)
    assert model.get_parameters()["net.weights"] == pytest.approx(layer.W, rel=1e-12)


# --- the starter's data -----------------------------------------------------------------------


def test_a1_p1_5_no_line_has_more_and_the_least_loss_has_fewer():
    assert (course.best_line("moons"), course.best_line("circles")) == (710, 552)
    X, _, t, _ = modules.two_moons()
    w, loss = course.least_logistic(X, t[:, 0])
    right = np.sum((X @ w[:2] + w[2] > 0) == (t[:, 0] == 1))
    assert (int(right), round(loss, 4)) == (703, 0.2527)


@settings(deadline=None, max_examples=25)
@given(seeds)
def test_a1_p1_5_turning_lines_about_points_misses_none(seed):
    generator = np.random.default_rng(seed)
    X, t = generator.standard_normal((9, 2)), generator.integers(0, 2, 9)
    best = propagation.best_line_through_points(X, t)
    w = generator.standard_normal((20_000, 2))
    offsets = generator.standard_normal(20_000)
    right = ((X @ w.T + offsets > 0) == (t[:, None] == 1)).mean(axis=0)
    assert right.max() <= best + 1e-12
    # And there is a line as good: some of many random ones comes near to it.
    assert right.max() >= best - 0.25


# --- programs ---------------------------------------------------------------------------------

LINEAR = """
class Linear(Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        drawn = np.random.randn(input_size, output_size)
        self._parameters["weights"] = drawn * np.sqrt(2 / input_size)
        self._parameters["bias"] = np.zeros(output_size)
        for name, value in self._parameters.items():
            self._parameter_grads[name] = np.zeros_like(value)

    def forward(self, x):
        self.x = x
        return x @ self._parameters["weights"] + self._parameters["bias"]

    def backward(self, grad_output):
        self._parameter_grads["weights"] += self.x.T @ grad_output
        self._parameter_grads["bias"] += grad_output.sum(axis=0)
        return (grad_output @ self._parameters["weights"].T,)
"""
SEQUENTIAL = """
class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, X):
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def backward(self, G):
        for layer in reversed(self.layers):
            {back}
        return {last}
"""
STEP = """
def gd_step(classifier, input_features, targets, learning_rate):
    classifier.zero_grad()
    loss = classifier(input_features, targets=targets)
    classifier.backward(np.ones(()))
    gradients = classifier.get_parameter_grads()
    for name, value in classifier.get_parameters().items():
        {move}
    return loss
"""


def test_a1_p1_2_a_cell_of_the_notebook_is_right_alone_and_the_contract_is_named():
    verdict = hwcode.check("A1-P1.2", LINEAR)
    assert verdict.right, verdict
    assert "in the starter's contract" in verdict.detail


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("+= grad_output.sum(axis=0)", "+= grad_output.mean(axis=0)"), ""),
        (("self.x = x", "Linear.x = x"), "kept"),
        (("np.zeros(output_size)", "np.ones(output_size)"), "start at 0"),
        (("np.sqrt(2 / input_size)", "0.1"), "sqrt(2 / input_size)"),
        (("].T,)", "].T)"), "a tuple with one gradient"),
        (("self.x = x", "self.x = x.astype(np.float32)"), ""),
    ],
)
def test_a1_p1_2_slips_in_the_cell_are_refused(change, why):
    text = LINEAR.replace(*change)
    verdict = hwcode.check("A1-P1.2", text)
    assert verdict.right is (text == LINEAR)
    assert why is None or why in verdict.diagnosis


def test_a1_p1_2_made_by_sizes_with_attributes_of_the_plain_contract():
    program = """
class Linear:
    def __init__(self, inputs, outputs):
        self.W, self.b = np.random.randn(inputs, outputs), np.zeros(outputs)
    def forward(self, X):
        self.X = X
        return X @ self.W + self.b
    def backward(self, G):
        self.dW, self.db = self.X.T @ G, G.sum(axis=0)
        return G @ self.W.T
"""
    verdict = hwcode.check("A1-P1.2", program)
    assert verdict.right is False
    assert "the starter's contract" in verdict.diagnosis
    assert "W, b" in verdict.diagnosis


@pytest.mark.parametrize(
    ("back", "last", "told"),
    [
        ("(G,) = layer.backward(G)", "(G,)", "in the starter's contract"),
        ("G = layer.backward(G)", "G", "plain contract, the layers one by one"),
        ("(G,) = layer.backward(G)", "G", None),
    ],
)
def test_a1_p2_2_ways_of_passing_and_returning(back, last, told):
    verdict = hwcode.check("A1-P2.2", SEQUENTIAL.format(back=back, last=last))
    assert verdict.right is (told is not None), verdict
    if told:
        assert told in verdict.detail
    else:
        assert "tuple" in verdict.diagnosis


@pytest.mark.parametrize("returned", ["(1 - self.H**2) * G", "((1 - self.H**2) * G,)"])
def test_a1_p2_1_an_array_or_a_tuple_of_one(returned):
    program = f"""
class Tanh:
    def forward(self, Z):
        self.H = np.tanh(Z)
        return self.H
    def backward(self, G):
        return {returned}
"""
    verdict = hwcode.check("A1-P2.1:tanh", program)
    assert verdict.right
    assert ("starter's" if returned.endswith(",)") else "plain") in verdict.detail


@pytest.mark.parametrize(
    ("move", "right"),
    [
        ("value -= learning_rate * gradients[name]", True),
        ("value[:] = value - learning_rate * gradients[name]", True),
        ("value = value - learning_rate * gradients[name]", False),
        ("classifier.get_parameters()[name] = value - learning_rate * gradients[name]", False),
    ],
)
def test_a1_p1_4_a_step_in_place_moves_and_a_new_name_does_not(move, right):
    verdict = hwcode.check("A1-P1.4:step", STEP.format(move=move))
    assert verdict.right is right, verdict
    assert right or "keeps the old one" in verdict.diagnosis


def test_a1_p1_1_silenced_warnings_are_no_fault_where_the_value_is_right():
    program = """
import warnings
warnings.filterwarnings("ignore")
def bce_with_logits_backward(z, t):
    return (1 / (1 + np.exp(-z)) - t) / len(t)
"""
    assert hwcode.check("A1-P1.1:logits_gradient", program).right
    loud = program.replace('warnings.filterwarnings("ignore")', "")
    assert "a warning" in hwcode.check("A1-P1.1:logits_gradient", loud).diagnosis
