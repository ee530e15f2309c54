"""What a set of labelled images is, and where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwcode.checking.arguments import takes
from hwcode.checking.errors import DataError

__all__ = ["ImageData", "Provenance", "Split"]


@takes()
@dataclass(frozen=True)
class Provenance:
    """Where pixels came from.

    Attributes:
        dataset: its name.
        source: a sentence that a reader can be shown beside any number made from the data.
        exact: whether the pixels are bit for bit the published ones.
        embedded: whether this is the stand-in that comes with the package.
        sha256: a digest for each file, where there are files.
    """

    dataset: str
    source: str
    exact: bool
    embedded: bool = False
    sha256: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for a record."""
        return asdict(self)


@takes()
@dataclass(frozen=True)
class Split:
    """Images with their labels.

    Attributes:
        images: uint8, ``N x H x W`` (grey) or ``N x H x W x 3`` (RGB).
        labels: uint8, ``N``.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __post_init__(self) -> None:
        for name, values in (("images", self.images), ("labels", self.labels)):
            if values.dtype != np.uint8:
                raise DataError(f"images and labels are uint8, and the {name} are {values.dtype}")
        if self.images.ndim not in (3, 4) or self.labels.shape != self.images.shape[:1]:
            raise DataError(f"{self.images.shape} images do not go with {self.labels.shape} labels")

    def __len__(self) -> int:
        return len(self.labels)

    def of_classes(self, *classes: int) -> Split:
        """The images whose label is among ``classes``, in their order.

        >>> split = Split(np.zeros((3, 2, 2), np.uint8), np.array([0, 7, 0], np.uint8))
        >>> len(split.of_classes(0))
        2
        """
        chosen = np.isin(self.labels, classes)
        return Split(self.images[chosen], self.labels[chosen])


@takes()
@dataclass(frozen=True)
class ImageData:
    """A training and a test split, and their provenance."""

    train: Split
    test: Split
    provenance: Provenance
