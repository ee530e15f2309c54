"""Per-example gradient norms by hooks: against vmap(grad), and what has to be refused."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils import parametrizations, prune

from hwcode.chapters.backpropagation import gradient_norms
from hwcode.chapters.backpropagation.gradient_norms import (
    UnsupportedModelError,
    by_gram,
    norms_by_vmap,
    norms_one_by_one,
    per_example_grad_norms,
    squared_norms_of_sums,
)


class Residual(nn.Module):
    """Two branches from one input, one of them a skip connection; and a layer never used."""

    def __init__(self):
        super().__init__()
        self.inner, self.outer, self.idle = (nn.Linear(6, 6) for _ in range(3))

    def forward(self, x):
        return self.outer(torch.tanh(self.inner(x)) * x) + x


class Frozen(nn.Sequential):
    """A frozen layer, a frozen bias, and frozen batch normalisation in eval mode."""

    def __init__(self):
        super().__init__(
            nn.Linear(6, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 5), nn.Linear(5, 4)
        )
        self[0].requires_grad_(False)
        self[1].requires_grad_(False)
        self[3].bias.requires_grad_(False)
        self.eval()


MODELS = {
    "linear": (lambda: nn.Linear(6, 4), (6,)),
    "no bias": (lambda: nn.Sequential(nn.Linear(6, 7, bias=False), nn.Linear(7, 4)), (6,)),
    "positions": (lambda: nn.Sequential(nn.Linear(6, 9), nn.Tanh(), nn.Linear(9, 4)), (5, 6)),
    "many positions": (lambda: nn.Sequential(nn.Linear(3, 2), nn.Tanh()), (4, 5, 3)),
    "residual": (Residual, (6,)),
    "frozen": (Frozen, (6,)),
    "convolutions": (
        lambda: nn.Sequential(
            nn.Conv2d(2, 4, 3, padding="same", padding_mode="circular"), nn.ReLU(),
            nn.Conv2d(4, 6, (3, 2), stride=(2, 1), groups=2, dilation=(1, 2)), nn.Tanh(),
            nn.Conv2d(6, 8, 3, bias=False), nn.Flatten(), nn.Linear(8 * 1 * 4, 3),
        ),
        (2, 8, 8),
    ),
}  # fmt: skip


def criterion(outputs, targets):
    """One loss for each example, of every entry of its outputs."""
    return (outputs.flatten(1) * targets.flatten(1)).sin().square().sum(1)


def made(name, seed=0, examples=7):
    torch.manual_seed(seed)
    build, shape = MODELS[name]
    model = build().double()
    inputs = torch.randn(examples, *shape, dtype=torch.float64)
    with torch.no_grad():
        targets = torch.randn_like(model(inputs))
    return model, inputs, targets


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("keep", [True, False])
def test_norms_are_those_of_vmap_and_of_single_passes(name, keep):
    model, inputs, targets = made(name)
    expected = norms_by_vmap(model, inputs, targets, criterion)
    found = per_example_grad_norms(model, inputs, lambda y: criterion(y, targets), keep)
    assert torch.allclose(found, expected, rtol=1e-12, atol=0)
    single = norms_one_by_one(model, inputs, targets, criterion)
    assert torch.allclose(single, expected, rtol=1e-12, atol=0)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@settings(deadline=None, max_examples=60)
@given(st.data())
def test_convolutions_of_any_kind(data):
    groups = data.draw(st.sampled_from([1, 2, 3]))
    into, out = (groups * data.draw(st.integers(1, 3)) for _ in range(2))
    kernel, stride, dilation = (
        (data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))) for _ in range(3)
    )
    padding = data.draw(st.sampled_from([0, 1, (2, 0), "valid", "same"]))
    mode = data.draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    layer = nn.Conv2d(
        into, out, kernel, 1 if padding == "same" else stride, padding, dilation, groups,
        bias=data.draw(st.booleans()), padding_mode=mode,
    ).double()  # fmt: skip
    inputs = torch.randn(3, into, 9, 8, dtype=torch.float64)
    targets = torch.randn_like(layer(inputs))
    expected = norms_one_by_one(layer, inputs, targets, criterion)
    found = per_example_grad_norms(layer, inputs, lambda y: criterion(y, targets))
    assert torch.allclose(found, expected, rtol=1e-12, atol=0)


def test_convolutions_take_both_ways(monkeypatch):
    taken = []

    def watched(*sizes):
        taken.append(by_gram(*sizes))
        return taken[-1]

    monkeypatch.setattr(gradient_norms, "by_gram", watched)
    model, inputs, targets = made("convolutions")
    per_example_grad_norms(model, inputs, lambda y: criterion(y, targets))
    assert {True, False} <= set(taken)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 12), st.integers(1, 9), st.integers(1, 9))
def test_either_way_for_positions_is_right(positions, rows, columns):
    torch.manual_seed(positions + 13 * rows + 200 * columns)
    inputs = torch.randint(-4, 5, (3, positions, columns)).double()
    errors = torch.randint(-4, 5, (3, positions, rows)).double()
    expected = torch.stack([(e.T @ h).square().sum() for h, e in zip(inputs, errors, strict=True)])
    assert torch.equal(squared_norms_of_sums(inputs, errors), expected)


def test_cross_terms_matter():
    """Adding up the norms of the positions is wrong, and the comparison above would see it."""
    model, inputs, targets = made("positions")
    expected = norms_by_vmap(model, inputs, targets, criterion)
    each = 0
    for place in range(inputs.shape[1]):
        at = inputs[:, place]
        each = each + norms_by_vmap(model, at, targets[:, place], criterion).square()
    assert not torch.allclose(each.sqrt(), expected, rtol=1e-3)


def test_grad_is_that_of_an_ordinary_pass_or_left_alone():
    model, inputs, targets = made("convolutions")
    criterion(model(inputs), targets).sum().backward()
    expected = [parameter.grad.clone() for parameter in model.parameters()]
    model.zero_grad()
    norms = per_example_grad_norms(model, inputs, lambda y: criterion(y, targets), False)
    assert all(parameter.grad is None for parameter in model.parameters())
    again = per_example_grad_norms(model, inputs, lambda y: criterion(y, targets))
    assert torch.equal(norms, again)
    for parameter, gradient in zip(model.parameters(), expected, strict=True):
        assert torch.allclose(parameter.grad, gradient, rtol=1e-12, atol=1e-14)


def test_in_place_activations_are_served():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 5), nn.ReLU(inplace=True), nn.Linear(5, 4)).double()
    inputs, targets = torch.randn(7, 6).double(), torch.randn(7, 4).double()
    expected = norms_one_by_one(model, inputs, targets, criterion)
    for keep in (True, False):
        found = per_example_grad_norms(model, inputs, lambda y: criterion(y, targets), keep)
        assert torch.allclose(found, expected, rtol=1e-12, atol=0)


class Reused(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x):
        return self.layer(torch.tanh(self.layer(x)))


class Bypassed(Reused):
    def forward(self, x):
        return nn.functional.linear(self.layer(x), self.layer.weight)


class OnlyBypassed(Reused):
    def forward(self, x):
        return nn.functional.linear(x, self.layer.weight)


class Overwriting(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        h = torch.sin(self.first(x))
        outputs = self.second(h)
        h.relu_()
        return outputs


class Flattening(Reused):
    def forward(self, x):
        return self.layer(x.reshape(-1, 4)).reshape(len(x), -1)


class WithoutGradient(Reused):
    def forward(self, x):
        with torch.no_grad():
            hidden = self.layer(x)
        return hidden + x.requires_grad_()


def tied():
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))
    model[2].weight = model[0].weight
    return model


def pruned():
    model = nn.Sequential(nn.Linear(4, 4))
    prune.random_unstructured(model[0], "weight", 0.5)
    return model


class Scaled(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(4, 4))
        self.scale = nn.Parameter(torch.ones(()))


REFUSED = {
    "batch normalisation": (
        lambda: nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)), "'1' .BatchNorm1d. mixes"
    ),
    "batch normalisation without parameters": (
        lambda: nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4, affine=False)),
        "'1' .BatchNorm1d. mixes",
    ),
    "another layer": (
        lambda: nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4)), "'1.weight' belongs to a LayerNorm"
    ),
    "a bare parameter": (Scaled, "'scale' belongs to a Scaled"),
    "tied weights": (tied, "'2.weight' is the same as '0.weight'"),
    "computed weights": (lambda: parametrizations.weight_norm(nn.Linear(4, 4)), "only Linear"),
    "pruned weights": (pruned, "'0.weight_orig' is not the weight itself"),
    "a layer used twice": (Reused, "'layer' is applied more than once"),
    "a weight used besides": (Bypassed, "'layer.weight' is used other than"),
    "a weight used otherwise": (OnlyBypassed, "'layer.weight' is used other than"),
    "an input changed in place": (Overwriting, "'second' is changed in place"),
    "no gradients": (WithoutGradient, "'layer' is applied where no gradients"),
    "no parameters": (lambda: nn.Sequential(nn.ReLU()), "no trainable parameter"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("keep", [True, False])
def test_what_cannot_be_served_is_refused_by_name(name, keep):
    build, message = REFUSED[name]
    model = build()
    with pytest.raises(UnsupportedModelError, match=message):
        per_example_grad_norms(model, torch.randn(3, 4), lambda y: y.flatten(1).sum(1), keep)
    assert not any(module._forward_hooks for module in model.modules() if name != "pruned")


def test_inputs_without_an_axis_of_examples_are_refused():
    with pytest.raises(UnsupportedModelError, match="6 rows for 3 examples"):
        per_example_grad_norms(Flattening(), torch.randn(3, 8), lambda y: y.sum(1))
    with pytest.raises(UnsupportedModelError, match="without an axis for the examples"):
        per_example_grad_norms(nn.Conv2d(3, 2, 1), torch.randn(3, 4, 4), lambda y: y.sum((1, 2)))


def test_a_penalty_on_the_weights_is_refused():
    layer = nn.Linear(4, 1)
    with pytest.raises(UnsupportedModelError, match=r"'weight' is used other than"):
        per_example_grad_norms(
            layer, torch.randn(3, 4), lambda y: y[:, 0] + layer.weight.square().sum()
        )


@pytest.mark.parametrize("loss", [torch.sum, lambda y: y, lambda y: y.detach()[:, 0]])
def test_losses_that_are_not_one_for_each_example_are_refused(loss):
    with pytest.raises(ValueError, match="one differentiable number for each example"):
        per_example_grad_norms(nn.Linear(4, 2), torch.randn(3, 4), loss)


def test_single_precision_agrees_to_its_rounding():
    model, inputs, _ = made("convolutions", examples=16)
    targets = torch.randint(3, (16,))

    def losses(outputs):
        return cross_entropy(outputs, targets, reduction="none")

    exact = per_example_grad_norms(model, inputs, losses)
    rounded = per_example_grad_norms(model.float(), inputs.float(), losses)
    assert torch.allclose(rounded.double(), exact, rtol=1e-4)
