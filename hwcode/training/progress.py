"""Progress bars: one line that moves on a terminal, nothing elsewhere."""

from __future__ import annotations

from collections import Counter
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
        self._asked: Counter[str] = Counter()

    def __call__(self, items: Iterable[Item], total: int | None = None) -> Iterator[Item]:
        """Go through items, showing how many have been done."""
        return iter(tqdm(items, total=total, desc=self.what, disable=None, leave=False))

    def within(self, what: str) -> Progress:
        """A bar for a part of the run."""
        part = Progress(f"{self.what} {what}".strip(), self.folder)
        part._asked = self._asked
        return part

    def file(self, name: str) -> Path | None:
        """A file for a checkpoint, or None where nothing is to be kept.

        Whoever asks for the same name again in a run gets another file. Two trainings that differ
        in nothing that their name tells, only in the rate, say, must not go on from each other's
        checkpoints.

        >>> run = Progress(folder=Path("run"))
        >>> [run.within(arm).file("net.pt").name for arm in ("slow", "fast")]
        ['net.pt', 'net-2.pt']
        """
        if self.folder is None:
            return None
        self._asked[name] += 1
        number = self._asked[name]
        path = self.folder / name
        return path if number == 1 else path.with_stem(f"{path.stem}-{number}")
