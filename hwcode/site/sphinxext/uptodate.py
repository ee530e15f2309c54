"""Is there anything to build? Digests over what goes in, over kept outputs, and over the site.

After a build without fault they are kept. If they are the same again, there is nothing to do, and
Sphinx is not started. If only pages and modules changed, Sphinx is trusted to find which pages to
read again. If the build itself changed, or the last one failed, or the site was edited, everything
is done again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from hwcode.site.sphinxext.cache import CACHE
from hwcode.site.sphinxext.inputs import installed, packages

__all__ = ["State", "forget", "kept", "remember", "state"]

KEPT = Path("_build") / ".state.json"
SITE = Path("_build") / "html"
FRAME = ("_config.yml", "_toc.yml", "requirements.lock", ".inpage/.done")
"""What concerns every page."""


@dataclass(frozen=True)
class State:
    """Digests of what a build is made of, and of what it made.

    Attributes:
        frame: settings, versions, and the code of the build itself.
        sources: everything else that can be read by a page.
        outputs: the executed notebooks in the cache.
        site: the site as it lies there.
    """

    frame: str
    sources: str
    outputs: str
    site: str


def state(root: Path) -> State:
    """The state of a project, as it is now."""
    here = Path(__file__).parent
    build = [*_files(here), *_files(here.parent / "inpage")]
    versions = f" Python {'{}.{}'.format(*sys.version_info)}, {installed()}"
    folders = [root / "book", *packages(root)]
    sources = [file for folder in folders for file in _files(folder)]
    sources += [file for file in sorted(root.iterdir()) if file.is_file()]
    return State(
        _digest(root, (root / name for name in FRAME)) + _digest(here, build) + versions,
        _digest(root, sources),
        _digest(root, (file for file in _files(root / CACHE) if file.suffix == ".ipynb")),
        _digest(root, _files(root / SITE)),
    )


def kept(root: Path) -> State | None:
    """The state after the last build, if it was without fault."""
    try:
        return State(**json.loads((root / KEPT).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def remember(root: Path) -> None:
    """Keep the state after a build without fault."""
    partial = root / KEPT.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(state(root))), encoding="utf-8")
    os.replace(partial, root / KEPT)


def forget(root: Path) -> None:
    """Before a build begins: if it fails or is stopped, the next one does everything again."""
    (root / KEPT).unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    found = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
    return sorted(file for file in found if file.suffix != ".pyc")


def _digest(root: Path, files: Iterable[Path]) -> str:
    """Of the names and contents of some files; one that is missing counts as such."""
    total = hashlib.sha256()
    for file in files:
        name = os.path.relpath(file, root)
        content = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "missing"
        total.update(f"{name} {content}\n".encode())
    return total.hexdigest()
