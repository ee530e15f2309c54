"""Answers that are classes of ``torch.nn.Module``: compared layer by layer, and as functions.

Torch is imported when an answer is compared, not before.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from hwcode.checking.identity import Truth
from hwcode.checking.programs import Program
from hwcode.checking.source import plain_source
from hwcode.checking.verdict import Comparison, Counterexample, Method

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["Architecture"]

CLOSE = 1e-9
"""Largest difference of outputs, in float64 and relative to the largest output."""


@dataclass(frozen=True)
class Difference:
    """Where two modules part."""

    where: str
    expected: str
    got: str


@dataclass(frozen=True)
class Architecture(Program):
    """A class of ``torch.nn.Module``, tried on several sizes.

    Two modules are equal if their layers with weights are, in the order of execution, of the same
    kinds with weights and outputs of the same shapes, and if with the same weights they compute
    the same, while training and while evaluating. How the layers are named, nested or written is
    free.

    Args:
        name: the class's name.
        parameters: what its constructor takes, by position.
        what: what it is.
        instances: yields tuples of arguments for the constructor.
        image: from such arguments to the shape of one input.
    """

    image: Callable[..., tuple[int, ...]] = field(kw_only=True)

    def describe(self) -> str:
        parameters = ", ".join(self.parameters)
        return f"a Python class {self.name}({parameters}) of torch.nn.Module: {self.what}"

    def modules(self, text: str) -> tuple[str, ...]:
        return ("torch",)

    def compare(self, answer: Callable[..., Any], reference: Any) -> Comparison:
        instances = list(self.instances())
        for arguments in instances:
            right = isinstance(reference, Truth)
            expected = reference.value(arguments) if right else reference(*arguments)
            found = _first_difference(answer, arguments, expected, self.image(*arguments))
            if found is not None:
                point = dict(zip(self.parameters, arguments, strict=True))
                failure = Counterexample(point, found.expected, found.got)
                return Comparison(False, Method.SAMPLED, counterexample=failure, remark=found.where)
        detail = f"{len(instances)} sizes; layers alike, and the same outputs with the same weights"
        return Comparison(True, Method.SAMPLED, detail)

    def block(self, answer: Callable[..., Any]) -> str:
        made = answer if inspect.isclass(answer) else type(answer(*next(iter(self.instances()))))
        source = plain_source(textwrap.dedent(inspect.getsource(made)))
        return f"```python\n{source}\n```"


@dataclass(frozen=True)
class _Call:
    """One layer with weights, as it was carried out."""

    layer: nn.Module
    after: tuple[int, ...]

    def __str__(self) -> str:
        shapes = [tuple(weights.shape) for weights in self.layer.parameters(recurse=False)]
        told = " and ".join(" x ".join(map(str, shape)) for shape in shapes)
        return f"{type(self.layer).__name__} ({told}), output {' x '.join(map(str, self.after))}"


def _first_difference(
    answer: Callable[..., Any], arguments: tuple[int, ...], expected: nn.Module, shape: Any
) -> Difference | None:
    import torch
    from torch import nn

    generator = torch.Generator().manual_seed(0)
    images = torch.randn(3, *shape, dtype=torch.float64, generator=generator)
    theirs, wanted = _run(expected.double().train(), images)
    try:
        made = answer(*arguments)
    except Exception as error:
        return Difference(
            "it fails when it is made", "a Module", f"{type(error).__name__}: {error}"
        )
    if not isinstance(made, nn.Module):
        return Difference("it is no torch.nn.Module", "a Module", type(made).__name__)
    found = _carried_out(made.double().train(), images, wanted)
    if isinstance(found, Difference):
        return found
    mine, got = found
    for number, (own, other) in enumerate(zip_longest(mine, theirs), start=1):
        if str(own) != str(other):
            where = f"layer {number} of those with weights differs"
            return Difference(where, str(other), str(own))
    if _shape(got) != _shape(wanted):
        return Difference("the output has another shape", _shape(wanted), _shape(got))
    for number, (own, other) in enumerate(zip(mine, theirs, strict=True), start=1):
        kept, needed = (", ".join(one.layer.state_dict()) for one in (own, other))
        if kept != needed:
            where = f"layer {number} of those with weights keeps other numbers"
            return Difference(where, needed, kept)
        for weights in other.layer.parameters():
            # Of both signs: with positive ones alone a ReLU too many would do nothing.
            weights.data.uniform_(-1.0, 1.0, generator=generator)
        for name, value in other.layer.named_buffers():
            # The statistics of BatchNorm too: fresh ones, 0 and 1, would hide that it is there.
            if value.is_floating_point():
                value.uniform_(0.5 if name.endswith("var") else -0.5, 1.5, generator=generator)
        own.layer.load_state_dict(other.layer.state_dict())
    # Of a batch of one the first axis is easily lost.
    for mode, batch, when in (
        (True, images, ", while training"),
        (False, images, ", while evaluating"),
        (False, images[:1], ", of a single image"),
    ):
        made.train(mode)
        expected.train(mode)
        _, wanted = _run(expected, batch)
        found = _carried_out(made, batch, wanted, when)
        if isinstance(found, Difference):
            return found
        _, got = found
        if got.shape != wanted.shape:
            where = f"the output has another shape{when}"
            return Difference(where, _shape(wanted), _shape(got))
        gap = float((wanted - got).abs().max() / wanted.abs().max())
        if not gap <= CLOSE:
            where = f"with the same weights it computes something else{when}"
            place = int((wanted - got).abs().argmax())
            return Difference(where, _entry(wanted, place), _entry(got, place))
    return None


def _run(module: nn.Module, images: Tensor) -> tuple[list[_Call], Tensor]:
    """The layers with weights in the order of execution, and the output."""
    import torch

    calls: list[_Call] = []
    leaves = [layer for layer in module.modules() if any(True for _ in layer.parameters(False))]
    handles = [
        layer.register_forward_hook(
            lambda layer, _, output: calls.append(_Call(layer, tuple(output.shape[1:])))
        )
        for layer in leaves
    ]
    try:
        with torch.no_grad():
            return calls, module(images)
    finally:
        for handle in handles:
            handle.remove()


def _carried_out(
    made: nn.Module, images: Tensor, wanted: Tensor, when: str = ""
) -> tuple[list[_Call], Tensor] | Difference:
    """The layers and the output of a reader's module, or why there is no output to compare."""
    import torch

    try:
        calls, got = _run(made, images)
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        return Difference(f"it fails on an image{when}", _shape(wanted), told)
    if not isinstance(got, torch.Tensor):
        told = type(got).__name__
        return Difference(f"its forward returns no tensor{when}", _shape(wanted), told)
    return calls, got


def _shape(output: Tensor) -> str:
    return f"an output of shape {' x '.join(map(str, output.shape[1:]))}"


def _entry(output: Tensor, place: int) -> str:
    return f"{output.flatten()[place].item():.6g} where they differ most"
