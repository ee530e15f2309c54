"""The whole site in one file, which works without a server: unpack it and open ``index.html``."""

from __future__ import annotations

import zipfile
from pathlib import Path

__all__ = ["pack"]

DATE = (1980, 1, 1, 0, 0, 0)
"""The date of every file in it: the same site gives the same bytes."""
READABLE = 0o644 << 16


def pack(folder: Path, target: Path) -> None:
    """Pack a folder, under its target's name without ending; the target itself is left out.

    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp())
    >>> _ = (place / "index.html").write_text("hello")
    >>> pack(place, place / "site.zip")
    >>> zipfile.ZipFile(place / "site.zip").namelist()
    ['site/index.html']
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != target)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files:
            name = f"{target.stem}/{path.relative_to(folder).as_posix()}"
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = READABLE
            entry.create_system = 3  # wherever it is made
            archive.writestr(entry, path.read_bytes())
