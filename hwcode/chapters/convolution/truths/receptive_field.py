"""What ``questions/receptive_field.py`` asks, from the definitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy

from hwcode.chapters.convolution.questions.receptive_field import (
    PLACES,
    d1,
    d2,
    k1,
    k2,
    k3,
    s1,
    s2,
    s3,
)
from hwcode.checking import (
    Truth,
)

__all__ = ["TRUTHS"]

Step = tuple[int, int, int, int]
"""Kernel size, stride, dilation, padding."""


def _reached(steps: Sequence[Step], size: int, channels: int = 1) -> Any:
    """Which outputs change when an input changes: a table of outputs by inputs, in one dimension.

    All weights are 1 and one impulse is sent from each input, so nothing cancels. With several
    channels each layer connects all with all.
    """
    signals = np.repeat(np.eye(size, dtype=object)[:, None, :], channels, axis=1)
    for kernel, stride, dilation, padding in steps:
        padded = np.pad(signals, ((0, 0), (0, 0), (padding, padding)))
        count = (padded.shape[2] - dilation * (kernel - 1) - 1) // stride + 1
        taps = [padded[:, :, t * dilation :: stride][:, :, :count] for t in range(kernel)]
        mixed = np.sum(taps, axis=0).sum(axis=1, keepdims=True)
        signals = np.repeat(mixed, channels, axis=1)
    return signals[:, 0, :].T != 0


def _field(steps: Sequence[Step], channels: int = 1) -> int:
    """First to last input that the unit in the middle depends on, on an input that is long enough."""
    size = 1
    for kernel, stride, dilation, padding in reversed(steps):
        size = (size + 2 * padding + 1) * stride + dilation * kernel
    table = _reached(steps, 2 * size, channels)
    places = np.flatnonzero(table[len(table) // 2])
    return int(places[-1] - places[0] + 1)


def _plain(*layers: tuple[int, int]) -> list[Step]:
    return [(kernel, stride, 1, 0) for kernel, stride in layers]


def _three_layers(point: Any) -> sympy.Integer:
    kernels, strides = (
        [int(point[symbol]) for symbol in row] for row in ((k1, k2, k3), (s1, s2, s3))
    )
    return sympy.Integer(_field(_plain(*zip(kernels, strides, strict=True))))


def _two_dilated(point: Any) -> sympy.Integer:
    return sympy.Integer(_field([(3, 1, int(point[d1]), 0), (3, 1, int(point[d2]), 0)]))


def _never_changes(_: Any) -> str:
    """Change one thing after the other in a net of two layers, and look."""
    base = [(3, 1, 1, 0), (3, 1, 1, 0)]
    changed = {
        "kernel": _field([(5, 1, 1, 0), base[1]]),
        "stride": _field([(3, 2, 1, 0), base[1]]),
        "dilation": _field([(3, 1, 2, 0), base[1]]),
        "pooling": _field([base[0], (2, 2, 1, 0), base[1]]),
        "depth": _field([*base, base[1]]),
        "channels": _field(base, channels=3),
    }
    (same,) = (key for key, size in changed.items() if size == _field(base))
    return same


def _what_a_stride_enlarges(_: Any) -> str:
    own = _field(_plain((3, 2))) > _field(_plain((3, 1)))
    later = _field(_plain((3, 2), (3, 1))) > _field(_plain((3, 1), (3, 1)))
    return {(False, True): "later", (True, True): "own", (False, False): "none"}[own, later]


def _what_padding_does(_: Any) -> str:
    """Two 3-kernels with padding 1, each by itself, on 11 pixels: the middle unit and the first."""
    table = _reached([(3, 1, 1, 1)] * 2, 11)
    inside, corner = int(table[5].sum()), int(table[0].sum())
    without = _field(_plain((3, 1), (3, 1)))
    if inside == without and corner < without:
        return "border"
    return "larger" if inside > without else "smaller"


def _where_gradients_are(_: Any) -> str:
    """A maximum over two numbers: finite differences at an image, against what it reads."""
    image, small = np.array([1.0, 2.0]), 1e-6
    slopes = [(max(image + small * unit) - max(image)) / small for unit in np.eye(2)]
    support = {i for i, slope in enumerate(slopes) if abs(slope) > 0.5}
    reads = {0, 1}
    return "within" if support < reads else "equal" if support == reads else "beyond"


def _by_place_of_stride(_: Any) -> tuple[str, ...]:
    fields = {
        name: _field([(3, 2 if place == at else 1, 1, 0) for place in range(3)])
        for at, name in enumerate(PLACES)
    }
    return tuple(sorted(PLACES, key=lambda name: fields[name]))


TRUTHS = {
    "H2-3.3:formula": Truth(_three_layers, "the inputs from which an impulse arrives"),
    "H2-3.3:dilation": Truth(_two_dilated, "the inputs from which an impulse arrives"),
    "H2-3.3:net": Truth(
        lambda _: sympy.Integer(
            _field(_plain((3, 1), (2, 2), (3, 1), (2, 2), (3, 1), (3, 1), (2, 2)))
        ),
        "the inputs from which an impulse arrives",
    ),
    "H2-3.3:never": Truth(_never_changes, "changing each of them in a net of two layers"),
    "H2-3.3:stride": Truth(_what_a_stride_enlarges, "one and two layers with stride 1 and 2"),
    "H2-3.3:order": Truth(_by_place_of_stride, "the inputs from which an impulse arrives"),
    "H2-3.3:padding": Truth(
        _what_padding_does, "the middle unit and the first one on eleven pixels"
    ),
    "H2-3.3:gradient": Truth(_where_gradients_are, "a maximum over two numbers"),
}
