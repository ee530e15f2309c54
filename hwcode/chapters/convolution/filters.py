"""Convolution and correlation of small images, exactly, and the filter of the handout.

Arrays hold integers, or anything that adds and multiplies: fractions, SymPy expressions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwcode.chapters.convolution.questions import problem
from hwcode.checking.arguments import SIZE, between, takes

__all__ = [
    "FILTER",
    "IMAGE",
    "convolve",
    "correlate",
    "field_profile",
    "odd_part",
]

Array = NDArray[Any]

IMAGE: Array = np.array(problem.IMAGE.tolist(), int)
"""The handout's image."""

FILTER: Array = np.array(problem.FILTER.tolist(), int)
"""The handout's filter: minus the discrete Laplacian of the four nearest neighbours."""


@takes("image[*,*] kernel[*,*]", padding=between(0, 10_000))
def correlate(image: Array, kernel: Array, padding: int = 0) -> Array:
    """``out[i, j] = sum_ab kernel[a, b] image[i + a - padding, j + b - padding]``.

    The image counts as 0 outside. This is what deep learning calls a convolution.

    Args:
        image: ``h x w``.
        kernel: ``k x l``.
        padding: rows and columns of zeros on every side.

    Returns:
        ``(h + 2 padding - k + 1) x (w + 2 padding - l + 1)``.

    Raises:
        ValueError: if the kernel is larger than the padded image.

    >>> correlate(np.array([[1, 2, 3]]), np.array([[0, 0, 1]]), padding=0)
    array([[3]])
    """
    padded = np.pad(image, padding)
    rows, columns = (n - k + 1 for n, k in zip(padded.shape, kernel.shape, strict=True))
    if rows < 1 or columns < 1:
        raise ValueError(f"a kernel of shape {kernel.shape} does not fit into {padded.shape}")
    return sum(
        kernel[a, b] * padded[a : a + rows, b : b + columns] for a, b in np.ndindex(*kernel.shape)
    )


@takes("image[*,*] kernel[*,*]", padding=between(0, 10_000))
def convolve(image: Array, kernel: Array, padding: int = 0) -> Array:
    """The correlation with the kernel rotated by 180 degrees.

    So that ``out[i, j]`` sums ``kernel[a, b] image[i - a, j - b]``, up to where one counts from.

    >>> impulse = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
    >>> kernel = np.arange(9).reshape(3, 3)
    >>> bool((convolve(impulse, kernel, padding=1) == kernel).all())
    True
    """
    return correlate(image, kernel[::-1, ::-1], padding)


@takes("kernel[*,*]")
def odd_part(kernel: Array) -> Array:
    """What a rotation by 180 degrees changes: half the kernel less half the rotated one.

    Correlation and convolution differ by twice the correlation with it.

    >>> odd_part(FILTER).any()
    np.False_
    """
    return (kernel - kernel[::-1, ::-1]) / 2


@takes(depth=SIZE, kernel=SIZE)
def field_profile(depth: int, kernel: int = 3) -> NDArray[np.float64]:
    """How the squared gradient of a random linear net spreads over its receptive field.

    For ``depth`` convolutions of stride 1 with independent weights of mean 0 and equal variance,
    the expected squared derivative of a unit in a pixel, along one axis and scaled to sum 1: the
    distribution of the sum of ``depth`` independent uniform steps.

    Returns:
        One number for each of the ``depth * (kernel - 1) + 1`` positions.

    >>> field_profile(2)
    array([0.11111111, 0.22222222, 0.33333333, 0.22222222, 0.11111111])
    """
    profile = np.ones(1)
    for _ in range(depth):
        profile = np.convolve(profile, np.full(kernel, 1 / kernel))
    return profile
