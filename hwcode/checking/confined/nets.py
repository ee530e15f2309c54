"""What is done with a ``torch.nn.Module`` where it lives: describe, fill, and send images through.

All of it is done in the same way with a reader's module in its process and with the right one where
it is judged, and the arrays are compared there.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

__all__ = ["arguments", "describe", "fill", "is_module", "prepare", "send"]


def arguments(make: Any) -> list[str] | None:
    """The names of a constructor's arguments; None where it takes any, or does not say."""
    try:
        found = inspect.signature(make).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD) for one in found):
        return None
    return [one.name for one in found]


def is_module(made: Any) -> bool:
    """Whether it is a module at all."""
    return isinstance(made, nn.Module)


def prepare(net: nn.Module, image: Any, dtype: str) -> str:
    """Bring a module to a type of numbers, and give lazy layers their sizes.

    Returns:
        The type of its output, or what it returns in place of a tensor.
    """
    net.to(getattr(torch, dtype)).eval()
    with torch.no_grad():
        output = net(torch.as_tensor(image, dtype=getattr(torch, dtype)))
    if not isinstance(output, Tensor):
        return type(output).__name__
    return str(output.dtype).removeprefix("torch.")


def describe(net: nn.Module, image: Any) -> dict[str, Any]:
    """The parameters of a module in the order in which an image meets them.

    The order is that of the graph of the computation, so names, nesting and kinds of layers are
    free. Evaluating, so that no statistics are changed.

    Returns:
        ``used``: names (empty for what is no parameter of the module) and shapes, in order.
        ``unused``: names of parameters that no gradient reaches.
        ``kept``: how many numbers the parameters have.
    """
    names = {id(weights): name for name, weights in net.named_parameters()}
    start = torch.as_tensor(image, dtype=_dtype_of(net)).requires_grad_()
    order = _order(net.eval()(start * 1), start)
    reached = {id(weights) for weights in order}
    return {
        "used": [[names.get(id(weights), ""), list(weights.shape)] for weights in order],
        "unused": [name for number, name in names.items() if number not in reached],
        "kept": sum(weights.numel() for weights in net.parameters()),
    }


def _dtype_of(net: nn.Module) -> torch.dtype:
    return next((one.dtype for one in net.parameters()), torch.float32)


def _order(output: Tensor, start: Tensor) -> list[Tensor]:
    """The leaves of the graph but the image: those first that the image meets first."""
    if output.grad_fn is None:
        return []
    nodes = list(_sorted_nodes(output.grad_fn))  # every node behind all that use it
    carries: dict[Any, bool] = {}
    for node in reversed(nodes):
        own = getattr(node, "variable", None) is start
        carries[node] = own or any(carries[after] for after, _ in _next(node))
    depth = dict.fromkeys(nodes, 0)
    meets: dict[Any, tuple[int, int]] = {}
    for node in nodes:
        for after, place in _next(node):
            depth[after] = max(depth[after], depth[node] + 1)
            if carries[node]:
                meets[after] = max(meets.get(after, (-1, 0)), (depth[node], -place))
            elif node in meets:
                meets[after] = max(meets.get(after, (-1, 0)), meets[node])
    leaves = [node for node in nodes if hasattr(node, "variable") and node.variable is not start]
    for leaf in leaves:  # of a net that takes no notice of the image
        meets.setdefault(leaf, (depth[leaf], 0))
    leaves.sort(key=lambda node: (-meets[node][0], _role(node.variable), -meets[node][1]))
    return [node.variable for node in leaves]


def _sorted_nodes(last: Any) -> Iterator[Any]:
    found: list[Any] = []
    seen = {last}
    stack = [(last, iter(_next(last)))]
    while stack:
        node, rest = stack[-1]
        for after, _ in rest:
            if after not in seen:
                seen.add(after)
                stack.append((after, iter(_next(after))))
                break
        else:
            stack.pop()
            found.append(node)
    return reversed(found)


def _next(node: Any) -> list[tuple[Any, int]]:
    return [(after, place) for place, (after, _) in enumerate(node.next_functions) if after]


def _role(weights: Tensor) -> int:
    """Of parameters that are met at once: weights before scales before shifts."""
    if sum(size > 1 for size in weights.shape) > 1:
        return 0
    return 2 if not weights.detach().any() else 1


def fill(net: nn.Module, names: list[str], values: list[Any]) -> None:
    """Give parameters these values."""
    parameters = dict(net.named_parameters())
    with torch.no_grad():
        for name, value in zip(names, values, strict=True):
            parameters[name].copy_(torch.as_tensor(value))


def send(
    net: nn.Module, training: bool, image: Any, toward: Any, names: list[str]
) -> dict[str, Any]:
    """One batch forward, and backward the gradients of the output's product with ``toward``.

    Args:
        toward: numbers, repeated until they fill an output.

    Returns:
        ``output``; ``input`` (as it is afterwards); ``slope`` in the image; ``slopes`` in the
        parameters of these names. None for what no gradient reaches.
    """
    dtype = _dtype_of(net)
    start = torch.as_tensor(image, dtype=dtype).requires_grad_()
    given = start * 1
    output = net.train(training)(given)
    told = {"output": output.detach().numpy(), "input": given.detach().numpy()}
    net.zero_grad()
    if not output.requires_grad:
        return {**told, "slope": None, "slopes": [None for _ in names]}
    (output * torch.as_tensor(np.resize(toward, tuple(output.shape)), dtype=dtype)).sum().backward()
    parameters = dict(net.named_parameters())
    slopes = [parameters[name].grad for name in names]
    slope = None if start.grad is None else start.grad.numpy()
    return {**told, "slope": slope, "slopes": [s if s is None else s.numpy() for s in slopes]}
