"""MNIST, CIFAR-10 and their embedded stand-ins, each with its provenance.

:func:`mnist` and :func:`cifar10` look in ``$HWCODE_DATA`` (by default a folder in the user's cache)
and fall back on a stand-in that comes with the package, which says that it is one wherever it is
used. Nothing is downloaded unless ``hwcode data get`` is run.
"""

from hwcode.checking.errors import DataError
from hwcode.data.embedded import embedded_cifar10, embedded_digits
from hwcode.data.images import ImageData, Provenance, Split
from hwcode.data.store import data_root, load, status

__all__ = [
    "DataError",
    "ImageData",
    "Provenance",
    "Split",
    "cifar10",
    "data_root",
    "embedded_cifar10",
    "embedded_digits",
    "mnist",
    "status",
]


def mnist() -> ImageData:
    """MNIST: 70,000 grey images of handwritten digits, 28 x 28, or its stand-in.

    Returns:
        60,000 training and 10,000 test images, uint8; if MNIST is not there, the 1,797 digits of
        8 x 8 pixels of :func:`embedded_digits`, with ``provenance.embedded`` true.

    Raises:
        DataError: if the dataset is there but damaged; a damaged file is never used.
    """
    return load("mnist") or embedded_digits()


def cifar10() -> ImageData:
    """CIFAR-10: 60,000 colour images of ten kinds of things, 32 x 32, or its stand-in.

    Returns:
        50,000 training and 10,000 test images, uint8 RGB; if CIFAR-10 is not there, the procedural
        images of :func:`embedded_cifar10`, with ``provenance.embedded`` true.

    Raises:
        DataError: if the dataset is there but damaged.
    """
    return load("cifar10") or embedded_cifar10()
