"""Per-example gradient norms of PyTorch models, within one ordinary backward pass.

For every Linear and Conv2d layer a hook sees the layer's input and the error of its output. The
gradient of example ``i`` by the layer's weight is a sum of outer products over the positions at
which the weight is applied, ``G_i = sum_t e_it h_it^T``: one position for a Linear layer on
vectors, one for each pixel of the output for a convolution. Its norm can be had without ``G_i``,
for one position [Goodfellow 2015] and, by Gram matrices, for several [Bu, Mao and Xu 2022]. Where
that would cost more, all ``G_i`` come from one grouped convolution [Rochette et al. 2019].
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional, grad

from hwcode.checking.arguments import at_least, takes

__all__ = [
    "UnsupportedModelError",
    "by_gram",
    "norms_by_vmap",
    "norms_one_by_one",
    "per_example_grad_norms",
    "positions_of",
    "squared_norms_of_sums",
]

Layer: TypeAlias = nn.Linear | nn.Conv2d
SUPPORTED = (nn.Linear, nn.Conv2d)


class UnsupportedModelError(ValueError):
    """The model has something that the method cannot serve; the message names it and says why."""


@takes()
def per_example_grad_norms(
    model: nn.Module,
    inputs: Tensor,
    loss: Callable[[Tensor], Tensor],
    keep_gradients: bool = True,
) -> Tensor:
    """The norm of the gradient by all trainable parameters, for each example of a batch.

    Args:
        model: its trainable parameters belong to Linear and Conv2d layers, each applied once. No
            layer may mix examples: what does so without parameters of its own, other than batch
            normalisation, cannot be seen by hooks and is not detected.
        inputs: a batch; the first axis counts examples, here and before every layer.
        loss: from the model's outputs to one loss for each example, shape ``N``, each of its own
            outputs alone; for example ``lambda y: cross_entropy(y, t, reduction="none")``.
        keep_gradients: add the gradient of the summed loss to ``.grad``, as every backward pass
            does; otherwise ``.grad`` is left alone and the work for it is saved.

    Returns:
        The norms, shape ``N``.

    Raises:
        UnsupportedModelError: names the layer or parameter that cannot be served; before the
            backward pass, except for an input that was changed in place after use.
        ValueError: for a loss that is not one number for each example.

    >>> layer = nn.Linear(2, 1, bias=False)
    >>> x = torch.tensor([[3.0, 4.0], [0.0, 2.0]])
    >>> per_example_grad_norms(layer, x, lambda y: y[:, 0])
    tensor([5., 2.])
    """
    layers = _served_layers(model)
    watch = _Watch()
    handles = [
        layer.register_forward_hook(watch.hook(name), prepend=True, with_kwargs=True)
        for name, layer in layers.items()
    ]
    try:
        losses = loss(model(inputs))
    finally:
        for handle in handles:
            handle.remove()
    if losses.ndim != 1 or not losses.requires_grad:
        raise ValueError(
            "the loss has to give one differentiable number for each example, shape (N,),"
            f" as with reduction='none'; got shape {tuple(losses.shape)}"
            + ("" if losses.requires_grad else ", without a gradient")
        )
    watch.begin(losses)
    total = losses.sum()
    _refuse_other_uses(model, layers, watch.edges, total)
    if keep_gradients:
        total.backward()
    else:
        torch.autograd.grad(total, list(watch.edges.values()), allow_unused=True)
    return watch.squared.sqrt()


class _Watch:
    """Collects squared norms: an input is kept at the forward pass, used when its error comes."""

    def __init__(self) -> None:
        self.squared = torch.empty(0)
        self.edges: dict[str, Any] = {}
        self._called: dict[str, int] = {}

    def hook(self, name: str) -> Callable[..., None]:
        def forward_hook(layer: Layer, args: Any, kwargs: Any, output: Tensor) -> None:
            if name in self._called:
                raise UnsupportedModelError(
                    f"layer {name or 'model'!r} is applied more than once: its gradient is a sum"
                    " over the applications, whose cross terms the norms of each do not give"
                )
            if not output.requires_grad:
                raise UnsupportedModelError(
                    f"layer {name or 'model'!r} is applied where no gradients are recorded"
                )
            given = (args[0] if args else kwargs["input"]).detach()
            if given.ndim < (4 if isinstance(layer, nn.Conv2d) else 2):
                raise UnsupportedModelError(
                    f"layer {name or 'model'!r} gets an input without an axis for the examples,"
                    f" of shape {tuple(given.shape)}"
                )
            self._called[name] = len(given)
            self.edges[name] = torch.autograd.graph.get_gradient_edge(output)
            version = given._version

            def tensor_hook(error: Tensor) -> None:
                if given._version != version:
                    raise UnsupportedModelError(
                        f"the input of layer {name or 'model'!r} is changed in place after use"
                    )
                self._add(layer, given, error.detach())

            output.register_hook(tensor_hook)

        return forward_hook

    def begin(self, losses: Tensor) -> None:
        """Start from zero, once the number of examples is known."""
        for name, size in self._called.items():
            if size != len(losses):
                raise UnsupportedModelError(
                    f"layer {name or 'model'!r} gets {size} rows for {len(losses)} examples: the"
                    " first axis of its input has to count the examples"
                )
        self.squared = torch.zeros_like(losses, requires_grad=False)

    def _add(self, layer: Layer, given: Tensor, error: Tensor) -> None:
        """Add the squared norms of one layer's gradients; shapes as the layer's own."""
        if layer.weight.requires_grad:
            self.squared += _squared_norms_of_weight(layer, given, error)
        if layer.bias is not None and layer.bias.requires_grad:
            rows = error.flatten(2) if isinstance(layer, nn.Conv2d) else _flat(error).mT
            self.squared += rows.sum(2).square().sum(1)


def _squared_norms_of_weight(layer: Layer, given: Tensor, error: Tensor) -> Tensor:
    if isinstance(layer, nn.Linear):
        return squared_norms_of_sums(_flat(given), _flat(error))
    positions, rows = error[0, 0].numel(), layer.out_channels // layer.groups
    if by_gram(positions, rows, layer.weight[0].numel()):
        found = squared_norms_of_sums(*positions_of(layer, given, error))
        return found.reshape(len(given), -1).sum(1)
    # All examples' gradients in one convolution that takes each example for a group of its own.
    # Copying patches, to form the gradients as products, would take longer than the arithmetic.
    examples, padded = len(given), _padded(layer, given)
    gradients = grad.conv2d_weight(
        padded.flatten(0, 1)[None],
        [examples * layer.out_channels, *layer.weight.shape[1:]],
        error.flatten(0, 1)[None],
        stride=layer.stride,
        dilation=layer.dilation,
        groups=examples * layer.groups,
    )
    return gradients.reshape(examples, -1).square().sum(1)


@takes()
def squared_norms_of_sums(inputs: Tensor, errors: Tensor) -> Tensor:
    """``||sum_t e_t h_t^T||^2`` for each example.

    With one position it is ``||h||^2 ||e||^2``. With more, either the sum is formed, or the Gram
    matrices of the positions are multiplied entrywise, whichever takes fewer multiplications.

    Args:
        inputs: ``N x T x n``, the ``h_t``.
        errors: ``N x T x m``, the ``e_t``.

    Returns:
        Shape ``N``.

    >>> h, e = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]]), torch.tensor([[[2.0], [3.0]]])
    >>> squared_norms_of_sums(h, e)
    tensor([13.])
    """
    positions = inputs.shape[1]
    if positions == 1:
        return inputs.square().sum((1, 2)) * errors.square().sum((1, 2))
    if by_gram(positions, errors.shape[2], inputs.shape[2]):
        gram = (inputs @ inputs.mT) * (errors @ errors.mT)
        # Rounding may leave a sum that should vanish slightly negative.
        return gram.sum((1, 2)).clamp_min(0)
    return (errors.mT @ inputs).square().sum((1, 2))


@takes(
    positions=at_least(1, large=True), rows=at_least(1, large=True), columns=at_least(1, large=True)
)
def by_gram(positions: int, rows: int, columns: int) -> bool:
    """Whether the Gram matrices of the positions need fewer multiplications than the gradient.

    ``T^2 (m + n + 1)`` against ``T m n + m n``, for ``T`` positions and an ``m x n`` weight.

    >>> by_gram(4, 512, 512), by_gram(1024, 64, 27)
    (True, False)
    """
    direct = (positions + 1) * rows * columns
    return positions**2 * (rows + columns + 1) < direct


@takes()
def positions_of(layer: Layer, given: Tensor, error: Tensor) -> tuple[Tensor, Tensor]:
    """Inputs and errors as examples x positions x entries; groups count as further examples."""
    if isinstance(layer, nn.Linear):
        return _flat(given), _flat(error)
    patches = functional.unfold(
        _padded(layer, given), layer.kernel_size, layer.dilation, 0, layer.stride
    )
    examples, groups, places = len(given), layer.groups, patches.shape[2]
    inputs = patches.reshape(examples * groups, -1, places)
    errors = error.reshape(examples * groups, -1, places)
    return inputs.mT, errors.mT


def _flat(values: Tensor) -> Tensor:
    return values.reshape(len(values), -1, values.shape[-1])


def _padded(layer: nn.Conv2d, given: Tensor) -> Tensor:
    """The input of a convolution with its padding, whichever way that is specified."""
    sides: list[int] = []
    for axis in (1, 0):  # pad() takes the last axis first
        if isinstance(layer.padding, str):
            both = layer.dilation[axis] * (layer.kernel_size[axis] - 1)
            both = both if layer.padding == "same" else 0
            sides += [both // 2, both - both // 2]
        else:
            sides += [layer.padding[axis]] * 2
    mode = "constant" if layer.padding_mode == "zeros" else layer.padding_mode
    return functional.pad(given, sides, mode)


def _served_layers(model: nn.Module) -> dict[str, Layer]:
    """The layers with trainable parameters, by name; anything else that has some is refused."""
    layers: dict[str, Layer] = {}
    owner: dict[int, str] = {}
    for name, module in model.named_modules():
        kind = type(module).__name__
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and (
            module.training or module.running_mean is None
        ):
            raise UnsupportedModelError(
                f"layer {name or 'model'!r} ({kind}) mixes the examples of a batch, so that there"
                " is no gradient of one example alone; in eval mode and frozen it could be served"
            )
        for parameter_name, parameter in module.named_parameters(recurse=False):
            if not parameter.requires_grad:
                continue
            full = f"{name}.{parameter_name}".lstrip(".")
            if type(module) not in SUPPORTED:
                raise UnsupportedModelError(
                    f"parameter {full!r} belongs to a {kind}; only Linear and Conv2d are served"
                )
            if parameter_name not in ("weight", "bias"):  # as pruning and weight_norm have them
                raise UnsupportedModelError(
                    f"parameter {full!r} is not the weight itself, which is computed from it"
                )
            if id(parameter) in owner:
                raise UnsupportedModelError(
                    f"parameter {full!r} is the same as {owner[id(parameter)]!r}: the gradient of"
                    " a shared parameter is a sum, whose cross terms are not seen"
                )
            owner[id(parameter)] = full
            layers[name] = module
    if not layers:
        raise UnsupportedModelError("the model has no trainable parameter")
    return layers


def _refuse_other_uses(
    model: nn.Module, layers: dict[str, Layer], edges: dict[str, Any], total: Tensor
) -> None:
    """Refuse a parameter that the loss depends on in another way than through its layer once."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    uses, nodes = _uses(total.grad_fn)
    seen = [layer for name, layer in layers.items() if name in edges and edges[name].node in nodes]
    expected = {id(parameter): 1 for layer in seen for parameter in layer.parameters()}
    for key, count in uses.items():
        if key in names and count != expected.get(key, 0):
            raise UnsupportedModelError(
                f"parameter {names[key]!r} is used other than by applying its layer once"
            )


def _uses(start: Any) -> tuple[dict[int, int], set[Any]]:
    """How often each parameter is used in an autograd graph, and the graph's nodes."""
    uses: dict[int, int] = {}
    waiting, nodes = [start], {start}
    while waiting:
        for following, _ in waiting.pop().next_functions:
            if hasattr(following, "variable"):
                key = id(following.variable)
                uses[key] = uses.get(key, 0) + 1
            elif following is not None and following not in nodes:
                nodes.add(following)
                waiting.append(following)
    return uses, nodes


# --- the other ways, for comparison -----------------------------------------------------------

Criterion: TypeAlias = Callable[[Tensor, Tensor], Tensor]


@takes()
def norms_one_by_one(
    model: nn.Module, inputs: Tensor, targets: Tensor, criterion: Criterion
) -> Tensor:
    """The same norms by one backward pass for each example; serves every model.

    Args:
        model: any model.
        inputs, targets: a batch; the first axis counts examples.
        criterion: from outputs and targets to one loss for each example.
    """
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    norms = []
    for i in range(len(inputs)):
        value = criterion(model(inputs[i : i + 1]), targets[i : i + 1]).sum()
        gradients = torch.autograd.grad(value, parameters, allow_unused=True)
        norms.append(sum(g.square().sum() for g in gradients if g is not None) ** 0.5)
    return torch.stack(norms)


@takes()
def norms_by_vmap(
    model: nn.Module, inputs: Tensor, targets: Tensor, criterion: Criterion
) -> Tensor:
    """The same norms from all per-example gradients, by ``vmap(grad)``; arguments as above."""
    trainable = {n: p.detach() for n, p in model.named_parameters() if p.requires_grad}
    fixed = {n: p.detach() for n, p in model.named_parameters() if not p.requires_grad}
    fixed |= dict(model.named_buffers())

    def value(parameters: dict[str, Tensor], x: Tensor, t: Tensor) -> Tensor:
        outputs = torch.func.functional_call(model, {**parameters, **fixed}, (x[None],))
        return criterion(outputs, t[None]).sum()

    gradients = torch.func.vmap(torch.func.grad(value), (None, 0, 0))(trainable, inputs, targets)
    squares = [g.reshape(len(inputs), -1).square().sum(1) for g in gradients.values()]
    return torch.stack(squares).sum(0).sqrt()
