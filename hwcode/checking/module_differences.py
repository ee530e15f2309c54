"""Where a reader's module parts from the right one: in parameters, outputs or gradients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from hwcode.checking.extras import np

__all__ = ["CLOSE", "FAILS", "Filled", "Sent", "bare", "complaint", "first_difference"]

CLOSE = {"float64": 1e-9, "float32": 2e-3}
"""Largest difference of outputs and gradients, relative to the largest of them."""
FAILS = "it fails on an image"


@dataclass(frozen=True)
class Sent:
    """One batch that went through a net, and what came back."""

    net: int
    training: bool
    image: Any
    toward: Any
    back: dict[str, Any]

    @property
    def when(self) -> str:
        if len(self.image) == 1:
            return "of a single image"
        return "while training" if self.training else "while evaluating"


@dataclass(frozen=True)
class Filled:
    """A net on one instance: what it is made of, the values it was given, and what it did."""

    image: Any
    dtype: str
    described: dict[str, Any]
    values: list[list[Any]]
    sent: list[Sent]
    failed: tuple[str, str] = ("", "")
    """Where it fails, and how."""

    @property
    def error(self) -> str:
        """The exception, if it fails by one."""
        return self.failed[1]


def complaint(described: dict[str, Any]) -> tuple[str, str, str] | None:
    """What is wrong with the parameters, whatever is asked for."""
    if not described["used"]:
        told = "its output depends on none, or no gradient comes back to them"
        return "no parameter of it learns anything", "parameters that learn", told
    if described["unused"]:
        where = "no gradient reaches some of its parameters: they are not used, or cut off"
        return where, "a gradient in each", ", ".join(described["unused"][:8])
    if not all(name for name, _ in described["used"]):
        where = "it uses weights that are no parameters of it (a plain list hides its layers)"
        return where, "parameters of the module", "weights that no optimiser is given"
    return None


def bare(shape: Sequence[int]) -> tuple[int, ...]:
    """A shape without its ones."""
    return tuple(size for size in shape if size != 1)


def _as_shape(value: Any, shape: Sequence[int], turned: bool) -> Any:
    """A parameter as the right net keeps it, which may have axes of size 1, or be a matrix."""
    if turned and bare(value.shape) == _flat_turned(shape):
        value = value.reshape(_flat_turned(shape)).T
    return value.reshape(shape)


def _flat_turned(shape: Sequence[int]) -> tuple[int, ...]:
    """Of the weights of a convolution as a matrix with a column for each output."""
    return (math.prod(shape[1:]), shape[0])


def _is_turned(mine: list[Any], right: list[Any]) -> bool:
    """Whether a net keeps its weights in that way; a square matrix alone does not tell."""
    return any(
        bare(own) == _flat_turned(other) != _flat_turned(other)[::-1]
        for (_, own), (_, other) in zip(mine, right, strict=True)
        if len(bare(own)) == 2 and len(other) > 2
    )


def first_difference(found: Filled, rights: list[Any]) -> tuple[str, str, str] | None:
    """In what a net parts from the right one, what is expected, what it does; None if nowhere."""
    from hwcode.checking.confined import nets

    if not found.described:
        if found.failed[0] != FAILS:
            return found.failed[0], "a Module that takes images", found.error
    elif told := complaint(found.described):
        return told
    try:
        return _right_differs(found, rights, nets)
    except RuntimeError as error:  # torch's, of a known wrong net that does not fit the image
        same = found.error == f"{type(error).__name__}: {error}"
        return None if same else ("", "", found.error)


def _right_differs(found: Filled, rights: list[Any], nets: Any) -> tuple[str, str, str] | None:
    for net in rights:
        nets.prepare(net, found.image, found.dtype)
    described = nets.describe(rights[0], found.image)
    if not found.described:
        return found.failed[0], "a Module that takes images", found.error
    if parting := _parameters_differ(found.described["used"], described["used"]):
        return parting
    names = [name for name, _ in described["used"]]
    shapes = [shape for _, shape in described["used"]]
    turned = _is_turned(found.described["used"], described["used"])
    for net, values in zip(rights, found.values, strict=True):
        fitting = [
            _as_shape(value, shape, turned) for value, shape in zip(values, shapes, strict=True)
        ]
        nets.fill(net, names, fitting)
    for sent in found.sent:
        right = nets.send(rights[sent.net], sent.training, sent.image, sent.toward, names)
        if parting := _sent_differs(sent, right, found.dtype, turned):
            return parting
    if found.error:
        return found.failed[0], "a Module that takes images", found.error
    return None


def _parameters_differ(mine: list[Any], right: list[Any]) -> tuple[str, str, str] | None:
    for number, (own, other) in enumerate(zip_longest(mine, right), start=1):
        if own is None or other is None:
            where = f"it has {len(mine)} parameters (weights, biases, scales, shifts)"
            return where, f"{len(right)} of them", f"{len(mine)}"
        if math.prod(own[1]) != math.prod(other[1]):
            where = f"parameter {number}, in the order of their use, has another shape"
            told = f"{own[0]}, {' x '.join(map(str, own[1]))}"
            return where, " x ".join(map(str, other[1])), told
    return None


def _sent_differs(
    sent: Sent, right: dict[str, Any], dtype: str, turned: bool
) -> tuple[str, str, str] | None:
    got, wanted = sent.back["output"], right["output"]
    if got.shape != wanted.shape:
        return f"the output has another shape, {sent.when}", _shape(wanted), _shape(got)
    if not _agree(got, wanted, dtype):
        return (
            f"with the same weights it computes something else, {sent.when}",
            *_apart(wanted, got),
        )
    if not np.array_equal(sent.back["input"], sent.image.astype(dtype)):
        return "it changes the image that it is given", "the same image", "another"
    mine, theirs = ([one["slope"], *one["slopes"]] for one in (sent.back, right))
    largest = max(float(np.abs(one).max()) for one in theirs if one is not None)
    for own, other in zip(mine, theirs, strict=True):
        if own is None or other is None:
            if own is not other:
                where = f"the output is right, but some gradients are missing, {sent.when}"
                return where, "a gradient", "none"
        elif not _agree(_as_shape(own, other.shape, turned), other, dtype, largest * 1e-3):
            where = f"the output is right, but its gradient is another, {sent.when}"
            return (where, *_apart(other, _as_shape(own, other.shape, turned)))
    return None


def _agree(got: Any, wanted: Any, dtype: str, least: float = 0.0) -> bool:
    scale = max(float(np.abs(wanted).max(initial=0.0)), least)
    return bool(np.all(np.abs(got - wanted) <= CLOSE[dtype] * scale))


def _shape(output: Any) -> str:
    return f"an output of shape {' x '.join(map(str, output.shape[1:]))}"


def _apart(wanted: Any, got: Any) -> tuple[str, str]:
    """The entries where two arrays differ most, with as many digits as it takes."""
    place = np.unravel_index(int(np.abs(wanted - got).argmax()), wanted.shape)
    index = ", ".join(map(str, place))
    for digits in (6, 10, 17):
        told = [f"{one[place]:.{digits}g} at [{index}]" for one in (wanted, got)]
        if told[0] != told[1]:
            break
    return told[0], told[1]
