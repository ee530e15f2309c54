"""What a page uses of the project while its cells run: files that are opened, modules imported.

The build starts this in every kernel, and a page that used something that is not among its inputs
fails: of such a thing a change would not make the page run again.
"""

from __future__ import annotations

import os
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

__all__ = ["ROOT", "begin", "told", "used"]

ROOT = "HWCODE_BOOK_ROOT"
"""In the environment of a kernel: the folder of the book."""
SCRATCH = ("_build", ".git", ".inpage", ".uv", ".venv*", "*.egg-info")
"""What is built or installed there is no input."""

_opened: set[str] = set()
_before: set[str] = set()


def begin() -> None:
    """Watch this process from now on; an audit hook cannot be removed again."""
    _before.update(sys.modules)
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
        _opened.add(os.path.abspath(os.fsdecode(arguments[0])))


def used(root: Path) -> list[str]:
    """The files of the project that were opened or imported, relative to its root.

    >>> used(Path("/no/such/folder"))
    []
    """
    imported = {
        file
        for name, module in list(sys.modules.items())
        if name not in _before and (file := getattr(module, "__file__", None))
    }
    found = set()
    for name in imported | _opened:
        path = Path(name)
        if path.is_relative_to(root) and path.is_file() and path.suffix != ".pyc":
            relative = path.relative_to(root)
            scratch = any(fnmatch(relative.parts[0], one) for one in SCRATCH)
            if not scratch and path != Path(__file__):
                found.add(relative.as_posix())
    return sorted(found)


def told() -> None:
    """Display what was used, as the last cell of a page does; it shows nothing."""
    from IPython.display import display

    root = os.environ.get(ROOT)
    if root:
        display({"text/plain": ""}, raw=True, metadata={"hwcode-used": used(Path(root))})
