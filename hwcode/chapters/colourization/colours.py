"""Colours of pictures: a palette, grey levels, and how far one picture is from another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwcode.checking.arguments import SIZE, at_least, between, takes

__all__ = ["colour_errors", "confusion", "grey_of", "grey_table", "nearest", "palette_of"]

Pixels = NDArray[np.uint8]


@takes(colours=SIZE, sample=at_least(1), seed=between(0, 2**32 - 1))
def palette_of(images: Pixels, colours: int, sample: int = 100_000, seed: int = 0) -> Pixels:
    """A palette by k-means on pixels drawn at random, rounded, from dark to bright.

    Args:
        images: ``N x H x W x 3``.
        colours: the size of the palette.
        sample: pixels drawn without replacement; all, where there are fewer.
        seed: for the drawing and for k-means.

    Returns:
        ``colours x 3``.

    >>> two = np.zeros((1, 2, 2, 3), np.uint8)
    >>> two[0, 0] = [200, 100, 0]
    >>> palette_of(two, 2)
    array([[  0,   0,   0],
           [200, 100,   0]], dtype=uint8)
    """
    from sklearn.cluster import KMeans

    pixels = images.reshape(-1, 3)
    if len(pixels) > sample:
        chosen = np.random.default_rng(seed).choice(len(pixels), sample, replace=False)
        pixels = pixels[chosen]
    found = KMeans(colours, n_init=1, random_state=seed).fit(pixels.astype(float))
    rounded = np.rint(found.cluster_centers_).astype(np.uint8)
    return rounded[np.argsort(rounded.sum(axis=1, dtype=int), kind="stable")]


@takes()
def nearest(images: Pixels, palette: Pixels) -> Pixels:
    """For each pixel the index of the nearest colour, ``N x H x W``; the first of several.

    >>> nearest(np.array([[[[90, 0, 0]]]], np.uint8), np.array([[0, 0, 0], [200, 0, 0]], np.uint8))
    array([[[0]]], dtype=uint8)
    """
    centres = palette.astype(np.float32)
    pixels = images.reshape(-1, 3).astype(np.float32)
    # |x - c|^2 without |x|^2; all numbers are whole and below 2^24, so this is exact.
    distances = (centres**2).sum(axis=1) - 2 * pixels @ centres.T
    return distances.argmin(axis=1).astype(np.uint8).reshape(images.shape[:-1])


@takes()
def grey_of(images: Pixels) -> NDArray[np.float32]:
    """The mean of the three channels in [0, 1], ``N x 1 x H x W``."""
    return (images.sum(axis=-1, dtype=np.int32) / (3 * 255)).astype(np.float32)[:, None]


@takes(colours=SIZE, levels=SIZE)
def grey_table(
    grey: NDArray[np.float32], labels: Pixels, colours: int, levels: int = 256
) -> NDArray[np.float64]:
    """For each grey level the frequencies of the colours among training pixels of that level.

    This is all that a pixel's own brightness says about its colour; a net that looks at the image
    should know more. One half is added to every count, so that no frequency is zero.

    Returns:
        ``levels x colours``, rows that sum to 1.

    >>> grey_table(np.array([[[[0.0, 1.0]]]], np.float32), np.array([[[0, 1]]]), 2, levels=2)
    array([[0.75, 0.25],
           [0.25, 0.75]])
    """
    counts = np.full((levels, colours), 0.5)
    rows = np.rint(grey.ravel() * (levels - 1)).astype(int)
    np.add.at(counts, (rows, labels.ravel()), 1)
    return counts / counts.sum(axis=1, keepdims=True)


@takes("shown[n,h,w,3] true[n,h,w,3]")
def colour_errors(shown: Pixels, true: Pixels) -> Mapping[str, float]:
    """How far pictures are from the truth, in levels of 0 to 255.

    A colour is its brightness (the mean of R, G, B), which the grey input gives away, and the rest,
    its chroma, which has to be guessed. The two are orthogonal, so
    ``rgb**2 == 3 * brightness**2 + chroma**2``.

    Args:
        shown, true: ``N x H x W x 3``.

    Returns:
        Root mean square errors ``rgb``, ``brightness`` and ``chroma``, and ``saturation``, the mean
        chroma shown as a multiple of the mean true chroma.

    >>> red, black = np.zeros((2, 1, 1, 1, 3), np.uint8)
    >>> red[..., 0] = 3
    >>> {name: round(value, 3) for name, value in colour_errors(red, black + 1).items()
    ...  if name != "saturation"}
    {'rgb': 2.449, 'brightness': 0.0, 'chroma': 2.449}
    """
    a, b = shown.astype(float), true.astype(float)
    grey_a, grey_b = (x.mean(axis=-1, keepdims=True) for x in (a, b))
    chroma_a, chroma_b = a - grey_a, b - grey_b

    def rms(squares: NDArray[Any]) -> float:
        return float(np.sqrt(squares.mean()))

    colourful = np.linalg.norm(chroma_b, axis=-1).mean()
    return {
        "rgb": rms(((a - b) ** 2).sum(axis=-1)),
        "brightness": rms((grey_a - grey_b) ** 2),
        "chroma": rms(((chroma_a - chroma_b) ** 2).sum(axis=-1)),
        "saturation": float(np.linalg.norm(chroma_a, axis=-1).mean() / max(colourful, 1e-12)),
    }


@takes(colours=SIZE)
def confusion(predicted: Pixels, true: Pixels, colours: int) -> NDArray[np.int64]:
    """How many pixels of each true colour (row) were given each colour (column).

    >>> confusion(np.array([0, 1, 1], np.uint8), np.array([0, 0, 1], np.uint8), 2)
    array([[1, 1],
           [0, 1]])
    """
    flat = true.ravel().astype(np.int64) * colours + predicted.ravel()
    return np.bincount(flat, minlength=colours**2).reshape(colours, colours)
