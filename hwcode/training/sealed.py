"""Files with a digest of their content in the first line: whole and as written, or refused."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from hwcode.checking.errors import DataError

__all__ = ["DamagedFileError", "before", "read", "write"]

HEAD = b"sha256 %s\n"
LENGTH = len(HEAD % (b"0" * 64))


class DamagedFileError(DataError):
    """A file that a run left behind is not what was written; the message names it."""


def before(path: Path) -> Path:
    """Where the file stays that was there when ``path`` was last written.

    >>> before(Path("run/net.pt")).name
    'net.pt.before'
    """
    return path.with_name(f"{path.name}.before")


def write(path: Path, content: bytes, keep: bool = False) -> None:
    """Write a file whole: under another name first, then renamed.

    Args:
        path: of the file; its folder is made.
        content: what :func:`read` gives back.
        keep: whether the file that is there stays as :func:`before`.

    Raises:
        OSError: names the path; what was there before is still there.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            stream.write(HEAD % hashlib.sha256(content).hexdigest().encode())
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if keep and path.is_file():
            os.replace(path, before(path))
        os.replace(partial, path)
        _settle(path.parent)
    except OSError as error:
        with suppress(OSError):  # of a full disk every block counts
            partial.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from error


def _settle(folder: Path) -> None:
    """Have the new names on the disk, too; where a folder cannot be opened, they come later."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read(path: Path) -> bytes:
    """The content of a file that :func:`write` wrote.

    Raises:
        DamagedFileError: if anything in it has changed.
    """
    whole = path.read_bytes()
    content = whole[LENGTH:]
    if whole[:LENGTH] != HEAD % hashlib.sha256(content).hexdigest().encode():
        raise DamagedFileError(f"{path} is damaged: its SHA-256 sum is wrong")
    return content
