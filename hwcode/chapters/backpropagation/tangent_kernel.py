"""The empirical tangent kernel of a model, ``df(x1)/dtheta (df(x2)/dtheta)^T``, in three ways.

For each layer it is a product of four Jacobians, ``M1 M2 M3 M4``: outputs by layer outputs, layer
outputs by parameters, and the same two for the other example, transposed. A contraction order
becomes an algorithm: outside-in multiplies whole Jacobians, right-to-left applies vector-Jacobian
and Jacobian-vector products to unit vectors, and inside-out uses what ``M2 M3`` is for the layer at
hand [Novak, Sohl-Dickstein and Schoenholz 2022].
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from hwcode.chapters.backpropagation.gradient_norms import (
    SUPPORTED,
    Layer,
    UnsupportedModelError,
    positions_of,
)
from hwcode.checking.arguments import takes

__all__ = [
    "kernel_by_jacobians",
    "kernel_by_products",
    "kernel_by_structure",
    "layer_jacobians",
    "mixed_network",
]


@takes()
def mixed_network(generator: torch.Generator) -> nn.Sequential:
    """A small network, in float64, each of whose layers has another cheapest contraction order.

    A convolution with one 2 x 2 filter on 5 x 5 pixels, then Linear layers of 10 and 3 outputs.
    """
    model = nn.Sequential(
        nn.Conv2d(1, 1, 2), nn.Tanh(), nn.Flatten(), nn.Linear(16, 10), nn.Tanh(), nn.Linear(10, 3)
    ).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return model


def _parameters(model: nn.Module) -> dict[str, Tensor]:
    return {name: p.detach() for name, p in model.named_parameters()}


def _function(model: nn.Module, x: Tensor) -> Callable[[dict[str, Tensor]], Tensor]:
    """The outputs for one example as a function of the parameters."""
    return lambda theta: torch.func.functional_call(model, theta, (x[None],))[0].flatten()


@takes()
def kernel_by_jacobians(model: nn.Module, x1: Tensor, x2: Tensor) -> Tensor:
    """Outside-in: both Jacobians, ``O x P`` each, by one VJP for each output; then their product.

    >>> layer = nn.Linear(2, 1, bias=False)
    >>> kernel_by_jacobians(layer, torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    tensor([[11.]])
    """
    theta = _parameters(model)
    rows = []
    for x in (x1, x2):
        jacobian = torch.func.jacrev(_function(model, x))(theta)
        rows.append(torch.cat([part.flatten(1) for part in jacobian.values()], dim=1))
    return rows[0] @ rows[1].T


@takes()
def kernel_by_products(model: nn.Module, x1: Tensor, x2: Tensor) -> Tensor:
    """Right to left: for each unit vector a VJP through ``x2``, then a JVP through ``x1``.

    No ``O x P`` matrix is formed.

    >>> layer = nn.Linear(2, 1, bias=False)
    >>> kernel_by_products(layer, torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    tensor([[11.]])
    """
    theta = _parameters(model)
    outputs, pull_back, *_ = torch.func.vjp(_function(model, x2), theta)

    def column(unit: Tensor) -> Tensor:
        (direction,) = pull_back(unit)
        return torch.func.jvp(_function(model, x1), (theta,), (direction,))[1]

    units = torch.eye(len(outputs), dtype=outputs.dtype)
    with warnings.catch_warnings():
        # PyTorch's forward mode uses a part of PyTorch that warns when it is first used.
        warnings.simplefilter("ignore", FutureWarning)
        return torch.func.vmap(column, out_dims=1)(units)


@takes()
def kernel_by_structure(model: nn.Module, x1: Tensor, x2: Tensor) -> Tensor:
    """Inside-out, for Linear and Conv2d layers: ``M2 M3`` is an identity (x) a Gram matrix.

    For ``y = W h + b`` it is ``(h1 . h2 + 1) I``; for a convolution the identity is that of the
    filters, and the Gram matrix that of the input patches. All parameters count, frozen ones too.

    Raises:
        UnsupportedModelError: where the sum over layers would not be the kernel of the model.

    >>> layer = nn.Linear(2, 1, bias=False)
    >>> kernel_by_structure(layer, torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    tensor([[11.]])
    """
    first, second = _inside(model, x1), _inside(model, x2)
    total = torch.zeros(())
    for name, (layer, inputs, errors) in first.items():
        _, other_inputs, other_errors = second[name]
        gram = inputs @ other_inputs.mT
        if layer.bias is not None:
            gram = gram + 1
        total = total + torch.einsum("ogtc,gts,pgsc->op", errors, gram, other_errors)
    return total.detach()


def _inside(model: nn.Module, x: Tensor) -> dict[str, tuple[Layer, Tensor, Tensor]]:
    """For each layer its input, groups x positions x entries, and all its outputs' errors."""
    seen, outputs = _run(model, x)
    units = torch.eye(outputs.numel(), dtype=outputs.dtype)
    found = {}
    for name, (layer, given, output) in seen.items():
        laid_out = []
        for unit in units:
            (error,) = torch.autograd.grad(outputs, output, unit, retain_graph=True)
            laid_out.append(positions_of(layer, given, error))
        found[name] = (layer, laid_out[0][0], torch.stack([errors for _, errors in laid_out]))
    return found


def _run(model: nn.Module, x: Tensor) -> tuple[dict[str, tuple[Layer, Tensor, Tensor]], Tensor]:
    """Each layer with its input and its output, and the outputs of the model, for one example.

    Raises:
        UnsupportedModelError: for parameters outside of Linear and Conv2d layers, for parameters
            that two layers share, and for a layer that is applied twice: the kernel would lack
            their share, or the cross terms.
    """
    owner: dict[int, str] = {}
    for name, module in model.named_modules():
        own = list(module.parameters(recurse=False))
        if type(module) not in SUPPORTED and own:
            kind = type(module).__name__
            raise UnsupportedModelError(
                f"layer {name or 'model'!r} is a {kind}; only Linear and Conv2d are served"
            )
        for parameter in own:
            if owner.setdefault(id(parameter), name) != name:
                raise UnsupportedModelError(
                    f"layers {owner[id(parameter)]!r} and {name!r} share a parameter"
                )
    seen: dict[str, tuple[Layer, Tensor, Tensor]] = {}

    def watch(name: str) -> Callable[..., None]:
        def hook(layer: Any, args: Any, output: Tensor) -> None:
            if name in seen:
                raise UnsupportedModelError(f"layer {name or 'model'!r} is applied more than once")
            seen[name] = (layer, args[0].detach(), output)

        return hook

    handles = [
        module.register_forward_hook(watch(name))
        for name, module in model.named_modules()
        if isinstance(module, SUPPORTED)
    ]
    try:
        # The input asks for a gradient, so that outputs of frozen layers do as well.
        return seen, model(x[None].detach().requires_grad_())[0].flatten()
    finally:
        for handle in handles:
            handle.remove()


@takes()
def layer_jacobians(
    model: nn.Module, x1: Tensor, x2: Tensor
) -> dict[str, tuple[Tensor, Tensor, Tensor, Tensor]]:
    """The four factors ``M1, M2, M3, M4`` of each layer, as whole matrices.

    Computed by automatic differentiation. Shapes ``O x Y``, ``Y x P``, ``P x Y``, ``Y x O``.
    """
    found: dict[str, list[Tensor]] = {}
    for x in (x1, x2):
        seen, outputs = _run(model, x)
        for name, (layer, given, output) in seen.items():
            theta = _parameters(layer)

            def of_parameters(
                theta: dict[str, Tensor], layer: Any = layer, given: Any = given
            ) -> Any:
                return torch.func.functional_call(layer, theta, (given,))[0].flatten()

            rows = [
                torch.autograd.grad(outputs, output, unit, retain_graph=True)[0].flatten()
                for unit in torch.eye(outputs.numel(), dtype=outputs.dtype)
            ]
            inner = torch.func.jacrev(of_parameters)(theta)
            by_parameters = torch.cat([part.flatten(1) for part in inner.values()], dim=1)
            found.setdefault(name, []).extend([torch.stack(rows), by_parameters])
    return {
        name: (outer1, inner1, inner2.T, outer2.T)
        for name, (outer1, inner1, outer2, inner2) in found.items()
    }
