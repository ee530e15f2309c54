"""The empirical tangent kernel: three ways, one kernel."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from hwcode.chapters.backpropagation import tangent_kernel as tk
from hwcode.chapters.backpropagation.gradient_norms import UnsupportedModelError
from hwcode.chapters.backpropagation.passes import ORDERS

WAYS = (tk.kernel_by_jacobians, tk.kernel_by_products, tk.kernel_by_structure)


def drawn(seed):
    generator = torch.Generator().manual_seed(seed)
    model = tk.mixed_network(generator)
    return model, torch.randn(2, 1, 5, 5, generator=generator, dtype=torch.float64)


def agree(one, other):
    return torch.allclose(one, other, rtol=1e-11, atol=1e-11 * float(one.abs().max()))


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**31))
def test_the_ways_agree_and_so_do_the_layers_in_every_order(seed):
    model, (x1, x2) = drawn(seed)
    expected, *others = (way(model, x1, x2) for way in WAYS)
    assert all(agree(expected, other) for other in others)
    assert agree(expected, tk.kernel_by_jacobians(model, x2, x1).T)
    layers = tk.layer_jacobians(model, x1, x2)
    for contract in ORDERS.values():
        assert agree(expected, sum(contract(*factors) for factors in layers.values()))


def test_kernel_predicts_a_step_of_gradient_flow():
    """d f(x1) = Theta(x1, x2) u dt if the parameters move along the gradient of u^T f(x2)."""
    model, (x1, x2) = drawn(1)
    u = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    gradients = torch.autograd.grad(model(x2[None])[0] @ u, list(model.parameters()))
    outputs = []
    step = 1e-6
    for sign in (-1, 2):
        with torch.no_grad():
            for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                parameter.add_(sign * step * gradient)
            outputs.append(model(x1[None])[0])
    with torch.no_grad():
        for parameter, gradient in zip(model.parameters(), gradients, strict=True):
            parameter.sub_(step * gradient)
    slope = (outputs[1] - outputs[0]) / (2 * step)
    assert torch.allclose(slope, tk.kernel_by_structure(model, x1, x2) @ u, rtol=1e-6)


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(2, 4, 3, stride=2, padding=1, groups=2),
        nn.Conv2d(2, 3, 2, dilation=2, bias=False),
        nn.Sequential(nn.Flatten(2), nn.Linear(16, 3), nn.Tanh(), nn.Linear(3, 2, bias=False)),
    ],
    ids=["groups", "dilation", "positions"],
)
def test_groups_and_positions(layer):
    torch.manual_seed(0)
    layer = layer.double()
    x1, x2 = torch.randn(2, 2, 4, 4, dtype=torch.float64)
    expected, *others = (way(layer, x1, x2) for way in WAYS)
    assert all(agree(expected, other) for other in others)


def test_frozen_parameters_count_in_every_way():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    model[0].requires_grad_(False)
    x1, x2 = torch.randn(2, 4, dtype=torch.float64)
    expected, *others = (way(model, x1, x2) for way in WAYS)
    assert all(agree(expected, other) for other in others)


def test_kernel_of_an_example_with_itself_is_positive_semidefinite():
    model, (x1, _) = drawn(5)
    kernel = tk.kernel_by_structure(model, x1, x1)
    assert agree(kernel, kernel.T)
    assert torch.linalg.eigvalsh(kernel).min() > 0


def test_structure_refuses_what_it_would_leave_out():
    x = torch.randn(2, 4)
    with pytest.raises(UnsupportedModelError, match="'1' is a LayerNorm"):
        tk.kernel_by_structure(nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4)), *x)
    layer = nn.Linear(4, 4)
    with pytest.raises(UnsupportedModelError, match="'0' is applied more than once"):
        tk.kernel_by_structure(nn.Sequential(layer, nn.Tanh(), layer), *x)
    assert not layer._forward_hooks
    tied = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))
    tied[2].weight = tied[0].weight
    with pytest.raises(UnsupportedModelError, match="'0' and '2' share a parameter"):
        tk.kernel_by_structure(tied, *x)
