"""Progress bars: one line that moves on a terminal, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

__all__ = ["Progress"]

Item = TypeVar("Item")


class Progress:
    """Shows how far a long run has come. Off a terminal it is silent, so pages stay clean.

    Args:
        what: the words before the bar.
        folder: where the run may leave what it needs to go on after a stop; None for nowhere.

    >>> list(Progress("counting")(range(3)))
    [0, 1, 2]
    """

    def __init__(self, what: str = "", folder: Path | None = None) -> None:
        self.what, self.folder = what, folder

    def __call__(self, items: Iterable[Item], total: int | None = None) -> Iterator[Item]:
        """Go through items, showing how many have been done."""
        return iter(tqdm(items, total=total, desc=self.what, disable=None, leave=False))

    def within(self, what: str) -> Progress:
        """A bar for a part of the run."""
        return Progress(f"{self.what} {what}".strip(), self.folder)

    def file(self, name: str) -> Path | None:
        """A file for a checkpoint, or None where nothing is to be kept."""
        return self.folder / name if self.folder else None
