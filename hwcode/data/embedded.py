"""Stand-ins that need no download: real 8 x 8 digits, and procedural colour images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwcode.checking.arguments import between, takes
from hwcode.data.images import ImageData, Provenance, Split

__all__ = ["embedded_cifar10", "embedded_digits"]


def embedded_digits() -> ImageData:
    """The 1,797 handwritten digits of 8 x 8 pixels that come with scikit-learn.

    Real scans [Alpaydin and Kaynak 1998], grey values 0 to 16 stretched to 0 to 255. Every fourth
    image of a class is a test image.

    >>> digits = embedded_digits()
    >>> digits.train.images.shape, len(digits.test), digits.provenance.embedded
    ((1343, 8, 8), 454, True)
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    labels = digits.target.astype(np.uint8)
    held_out = np.zeros(len(labels), bool)
    for digit in range(10):
        held_out[np.flatnonzero(labels == digit)[::4]] = True
    provenance = Provenance(
        dataset="UCI digits (stand-in for MNIST)",
        source="the 1,797 digits of 8 x 8 pixels that come with scikit-learn, not MNIST",
        exact=True,
        embedded=True,
    )
    return ImageData(
        Split(images[~held_out], labels[~held_out]),
        Split(images[held_out], labels[held_out]),
        provenance,
    )


HUES = np.linspace(0.0, 1.0, 10, endpoint=False)


@takes(train_per_class=between(1, 10_000), test_per_class=between(1, 10_000))
def embedded_cifar10(train_per_class: int = 200, test_per_class: int = 40) -> ImageData:
    """Procedural stand-in for CIFAR-10: ten classes of 32 x 32 RGB images, drawn from a seed.

    Each image shows a blob of its class's colour before a two-coloured gradient, with noise: enough
    structure for a network to learn something in seconds, and no claim beyond that.

    Args:
        train_per_class: training images in each of the ten classes.
        test_per_class: test images in each.

    >>> images = embedded_cifar10(2, 1)
    >>> images.train.images.shape, images.train.labels.tolist()[:4]
    ((20, 32, 32, 3), [0, 1, 2, 3])
    """
    generator = np.random.default_rng(20_090)
    train, test = (_procedural(count, generator) for count in (train_per_class, test_per_class))
    provenance = Provenance(
        dataset="procedural images (stand-in for CIFAR-10)",
        source="procedural 32 x 32 images drawn from a seed, not CIFAR-10",
        exact=True,
        embedded=True,
    )
    return ImageData(train, test, provenance)


def _procedural(per_class: int, generator: np.random.Generator) -> Split:
    labels = np.tile(np.arange(10, dtype=np.uint8), per_class)
    images = np.stack([_image(int(label), generator) for label in labels])
    return Split(images, labels)


def _image(label: int, generator: np.random.Generator) -> NDArray[np.uint8]:
    """One image, ``32 x 32 x 3``: a soft ellipse before a slanted gradient."""
    rows, columns = np.mgrid[0:32, 0:32] / 31.0
    angle = generator.uniform(0, 2 * np.pi)
    slope = (rows - 0.5) * np.sin(angle) + (columns - 0.5) * np.cos(angle)
    centre = generator.uniform(0.3, 0.7, 2)
    radii = generator.uniform(0.15, 0.3, 2)
    distance = ((rows - centre[0]) / radii[0]) ** 2 + ((columns - centre[1]) / radii[1]) ** 2
    inside = 1 / (1 + np.exp(6 * (distance - 1)))
    hue = HUES[label] + generator.normal(0, 0.02)
    background = _rgb((hue + 0.5) % 1, 0.4, 0.55 + 0.3 * slope)
    blob = _rgb(hue % 1, 0.75, 0.85 - 0.35 * np.clip(distance, 0, 1.5))
    image = background + inside[..., None] * (blob - background)
    image = image + generator.normal(0, 0.03, image.shape)
    return np.rint(255 * np.clip(image, 0, 1)).astype(np.uint8)


def _rgb(hue: float, saturation: float, value: NDArray[np.float64]) -> NDArray[np.float64]:
    """RGB in [0, 1] of one hue at varying value, ``H x W x 3``."""
    offsets = np.array([0.0, 2 / 3, 1 / 3])
    strength = np.clip(np.abs((hue + offsets) % 1 * 6 - 3) - 1, 0, 1)
    return value[..., None] * (1 - saturation + saturation * strength)
