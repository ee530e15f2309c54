"""PyTorch modules as lists of layers, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hwcode.checking.arguments import takes
from hwcode.sizes.layers import (
    Activation,
    AvgPool,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool,
    ReLU,
    Shape,
    Softmax,
    Upsample,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["as_layers", "from_module", "to_module"]

POINTWISE = (
    "CELU", "ELU", "GELU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU",
    "LogSigmoid", "Mish", "ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid", "Softplus", "Softshrink",
    "Softsign", "Tanh", "Tanhshrink", "Threshold",
)  # fmt: skip
"""Activations of ``torch.nn`` without parameters."""


@takes()
def as_layers(network: Sequence[Layer] | nn.Module, shape: Shape | None) -> Sequence[Layer]:
    """The layers of a network that is given by a list of them, or by a module.

    Args:
        network: the layers, which are returned as they are, or a module for :func:`from_module`.
        shape: of one input; a list of layers does not need it.

    Raises:
        ValueError: if a module comes without a shape, or is not understood.

    >>> as_layers([MaxPool(2)], None)
    [MaxPool(kernel=2, stride=2, padding=0, dilation=1)]
    """
    if isinstance(network, Sequence):  # torch need not be imported to ask so, and no module is one
        return network
    if shape is None:
        raise ValueError("to read a module takes the shape of one of its inputs")
    return from_module(network, shape)


@takes()
def from_module(module: nn.Module, shape: Shape) -> list[Layer]:
    """The layers that a module applies to an input, in order.

    The module is run once on zeros, and every layer's shape and number of parameters is compared
    with what PyTorch has. A reshape to one row between two layers becomes a :class:`Flatten`.

    Args:
        module: a chain of layers of ``torch.nn``, however nested.
        shape: of one input without the batch, ``(channels, height, width)``, in integers.

    Raises:
        ValueError: for a layer that has no counterpart here, for computations outside of layers
            (an addition, a function of ``torch.nn.functional``), and for shared weights.

    >>> from torch import nn
    >>> from_module(nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU()), (1, 28, 28))
    [Conv(channels=6, kernel=5, stride=1, padding=0, dilation=1, groups=1, bias=True),
     ReLU(function='ReLU')]
    """
    layers: list[Layer] = []
    counted: set[int] = set()
    for name, leaf, before, after in _calls(module, shape):
        where = f"{name or 'the module'} ({type(leaf).__name__})"
        if before is None:
            layers.append(Flatten())
            continue
        try:
            layer = _layer(leaf, before)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None
        if layer is None:
            continue
        own = {id(parameter): parameter.numel() for parameter in leaf.parameters()}
        if counted & set(own):
            raise ValueError(f"{where} shares its weights with a layer before it")
        counted |= set(own)
        if layer.output(before) != after:
            raise ValueError(
                f"{where}: its output is {after}, and {layer} has {layer.output(before)}"
            )
        if layer.weights(before) + layer.biases(before) != sum(own.values()):
            raise ValueError(f"{where} has {sum(own.values())} parameters, unlike {layer}")
        layers.append(layer)
    return layers


def _calls(module: nn.Module, shape: Shape) -> list[tuple[str, nn.Module, Shape | None, Shape]]:
    """The leaves in the order in which they are applied, with the shapes before and after.

    A reshape between two leaves stands there with None as the shape before.
    """
    import torch

    calls: list[tuple[str, nn.Module, Shape | None, Shape]] = []
    last: list[tuple[Tensor, int]] = []  # what a layer returned, and how often it was written to

    def returned(tensor: Tensor) -> None:
        last.append((tensor, tensor._version))

    def connect(name: str, leaf: nn.Module, tensor: Tensor) -> None:
        previous, version = last[-1]
        if tensor._version != version:  # a view shares the counter of its base
            raise ValueError(
                f"what enters {name or 'the module'} was changed in place since the layer before"
                " it returned it"
            )
        if tensor is previous:
            return
        same = tensor.data_ptr() == previous.data_ptr() and tensor.numel() == previous.numel()
        if not (same and tensor.ndim == 2 and len(tensor) == len(previous)):
            raise ValueError(
                f"what enters {name or 'the module'} is not what the layer before it returned"
            )
        calls.append((name, leaf, None, tuple(tensor.shape[1:])))

    def before(name: str) -> Any:
        def entered(leaf: nn.Module, inputs: tuple[Any, ...]) -> None:
            if len(inputs) != 1 or not torch.is_tensor(inputs[0]):
                raise ValueError(f"{name} takes or returns more than one tensor")
            connect(name, leaf, inputs[0])

        return entered

    def after(name: str) -> Any:
        def left(leaf: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
            if not torch.is_tensor(output):
                raise ValueError(f"{name} takes or returns more than one tensor")
            calls.append((name, leaf, tuple(inputs[0].shape[1:]), tuple(output.shape[1:])))
            returned(output)

        return left

    leaves = [(name, each) for name, each in module.named_modules() if not list(each.children())]
    modes = [(each, each.training) for each in module.modules()]
    handles = [leaf.register_forward_pre_hook(before(name)) for name, leaf in leaves]
    handles += [leaf.register_forward_hook(after(name)) for name, leaf in leaves]
    parameter = next(module.parameters(), torch.empty(0))
    image = torch.zeros(1, *map(int, shape), dtype=parameter.dtype, device=parameter.device)
    returned(image)
    try:
        with torch.no_grad():
            result = module.eval()(image)
    finally:
        for handle in handles:
            handle.remove()
        for each, mode in modes:
            each.training = mode
    output, version = last[-1]
    if result is not output or result._version != version:
        raise ValueError("the module's output is not what its last layer returned")
    return calls


def _layer(leaf: nn.Module, before: Shape) -> Layer | None:
    """The counterpart of a leaf; None if it does nothing at all."""
    from torch import nn
    from torch.nn.modules.batchnorm import _BatchNorm
    from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

    if isinstance(leaf, nn.Identity):
        return None
    if isinstance(leaf, _ConvTransposeNd):
        return ConvTranspose(**_filter(leaf), output_padding=_short(leaf.output_padding))
    if isinstance(leaf, _ConvNd):
        return Conv(**_filter(leaf))
    if isinstance(leaf, (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)):
        return MaxPool(**_pool(leaf), dilation=_short(leaf.dilation))
    if isinstance(leaf, (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)):
        return AvgPool(**_pool(leaf))
    if isinstance(leaf, (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)):
        return AvgPool(_adaptive_kernel(leaf.output_size, before))
    if isinstance(leaf, nn.Upsample):
        return Upsample(_factor(leaf, before))
    if isinstance(leaf, _BatchNorm):
        return BatchNorm(affine=leaf.affine)
    if isinstance(leaf, nn.Linear):
        return Linear(leaf.out_features, bias=leaf.bias is not None)
    if isinstance(leaf, nn.Flatten):
        if leaf.start_dim != 1 or leaf.end_dim not in (-1, len(before)):
            raise ValueError("it does not flatten everything")
        return Flatten()
    if isinstance(leaf, (nn.Softmax, nn.LogSoftmax)):
        if leaf.dim not in (1, -len(before)):
            raise ValueError(f"it is not over the channels but over dimension {leaf.dim}")
        return Softmax()
    if isinstance(leaf, (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d)):
        return Dropout()
    if type(leaf).__name__ in POINTWISE and type(leaf).__module__.startswith("torch.nn."):
        name = type(leaf).__name__
        return ReLU() if name == "ReLU" else Activation(name)
    raise ValueError("this layer is not known to the size calculator")


def _short(value: Any) -> Any:
    """One number for a tuple of equal ones."""
    if isinstance(value, (tuple, list)):
        return value[0] if len(set(value)) == 1 else tuple(value)
    return value


def _filter(leaf: Any) -> dict[str, Any]:
    if leaf.padding_mode != "zeros":
        raise ValueError(f"its padding is not with zeros but {leaf.padding_mode!r}")
    padding = leaf.padding
    if padding == "valid":
        padding = 0
    elif padding == "same":
        total = [d * (k - 1) for d, k in zip(leaf.dilation, leaf.kernel_size, strict=True)]
        if any(each % 2 for each in total):
            raise ValueError("it pads one side more than the other")
        padding = tuple(each // 2 for each in total)
    return {
        "channels": leaf.out_channels,
        "kernel": _short(leaf.kernel_size),
        "stride": _short(leaf.stride),
        "padding": _short(padding),
        "dilation": _short(leaf.dilation),
        "groups": leaf.groups,
        "bias": leaf.bias is not None,
    }


def _pool(leaf: Any) -> dict[str, Any]:
    if leaf.ceil_mode:
        raise ValueError("it rounds sizes up (ceil_mode)")
    values = {"kernel": leaf.kernel_size, "stride": leaf.stride, "padding": leaf.padding}
    return {name: _short(value) for name, value in values.items()}


def _adaptive_kernel(wanted: Any, before: Shape) -> Any:
    sizes = before[1:]
    wanted = wanted if isinstance(wanted, (tuple, list)) else (wanted,) * len(sizes)
    pairs = [(n, n if out is None else out) for n, out in zip(sizes, wanted, strict=True)]
    if any(n % out for n, out in pairs):
        raise ValueError(f"its windows differ in size: {sizes} to {tuple(wanted)}")
    return _short(tuple(n // out for n, out in pairs))


def _factor(leaf: Any, before: Shape) -> Any:
    if leaf.mode != "nearest":
        raise ValueError(f"its mode is {leaf.mode!r}; only 'nearest' is known")
    axes = len(before) - 1
    if leaf.scale_factor is not None:
        given = leaf.scale_factor
        factors = tuple(given) if isinstance(given, (tuple, list)) else (given,) * axes
    else:
        wanted = leaf.size if isinstance(leaf.size, (tuple, list)) else (leaf.size,) * axes
        factors = tuple(out / n for out, n in zip(wanted, before[1:], strict=True))
    if any(factor != int(factor) for factor in factors):
        raise ValueError(f"its factor {_short(factors)} is no whole number")
    return _short(tuple(int(factor) for factor in factors))


@takes()
def to_module(layers: Sequence[Layer], shape: Shape) -> nn.Sequential:
    """The layers as a module of ``torch.nn``, with PyTorch's initial weights.

    Args:
        layers: from first to last.
        shape: of one input, in integers.

    >>> to_module([Conv(6, 5), MaxPool(2)], (1, 28, 28))
    Sequential(
      (0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1))
      (1): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
    )
    """
    from torch import nn

    built = []
    for layer in layers:
        built.append(_module(layer, shape))
        shape = layer.output(shape)
    return nn.Sequential(*built)


def _module(layer: Layer, shape: Shape) -> Any:
    from torch import nn

    axes = len(shape) - 1
    if isinstance(layer, (Conv, ConvTranspose)):
        options = {
            name: getattr(layer, name)
            for name in ("stride", "padding", "dilation", "groups", "bias")
        }
        if isinstance(layer, ConvTranspose):
            options["output_padding"] = layer.output_padding
        family = "ConvTranspose" if isinstance(layer, ConvTranspose) else "Conv"
        return getattr(nn, f"{family}{axes}d")(shape[0], layer.channels, layer.kernel, **options)
    if isinstance(layer, MaxPool):
        make = getattr(nn, f"MaxPool{axes}d")
        return make(layer.kernel, layer.stride, layer.padding, layer.dilation)
    if isinstance(layer, AvgPool):
        return getattr(nn, f"AvgPool{axes}d")(layer.kernel, layer.stride, layer.padding)
    if isinstance(layer, Upsample):
        return nn.Upsample(scale_factor=layer.factor)
    if isinstance(layer, BatchNorm):
        return getattr(nn, f"BatchNorm{max(1, axes)}d")(shape[0], affine=layer.affine)
    if isinstance(layer, Activation):
        return getattr(nn, layer.function)()
    if isinstance(layer, Linear):
        return nn.Linear(int(shape[0]), int(layer.features), bias=layer.bias)
    simple: dict[type, Any] = {
        Softmax: lambda: nn.Softmax(dim=1),
        Dropout: nn.Dropout,
        Flatten: nn.Flatten,
    }
    if type(layer) in simple:
        return simple[type(layer)]()
    raise ValueError(f"{layer.name} has no counterpart in torch.nn")
