"""Progress bars: one line that moves on a terminal, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

__all__ = ["Progress"]

Item = TypeVar("Item")


class Progress:
    """Shows how far a long run has come. Off a terminal it is silent, so pages stay clean.

    >>> list(Progress("counting")(range(3)))
    [0, 1, 2]
    """

    def __init__(self, what: str = "") -> None:
        self.what = what

    def __call__(self, items: Iterable[Item], total: int | None = None) -> Iterator[Item]:
        """Go through items, showing how many have been done."""
        return iter(tqdm(items, total=total, desc=self.what, disable=None, leave=False))

    def within(self, what: str) -> Progress:
        """A bar for a part of the run."""
        return Progress(f"{self.what} {what}".strip())
