"""The execution cache: executed pages, kept by the digest of their inputs.

The outputs are bound to the key by a digest of their own, so an entry that was edited or damaged
is never shown: it counts as absent, and its page runs again.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import nbformat
from filelock import FileLock, Timeout
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.cache.db import NbCacheRecord

from hwcode.site.sphinxext.inputs import Page

__all__ = [
    "CACHE",
    "LOCKED",
    "bind",
    "build_lock",
    "cached",
    "drop_unbound",
    "keep",
    "open_cache",
    "outputs_of",
]

CACHE = Path("_build") / ".jupyter_cache"
"""Where executed pages are kept, relative to the project's root."""
LOCK = Path("_build") / ".lock"
LOCKED = "HWCODE_BUILD_LOCKED"
"""In the environment of a build: the root whose lock the calling process holds for it."""


@contextmanager
def build_lock(root: Path) -> Iterator[None]:
    """Held by one build at a time; a second one waits.

    The operating system drops the lock with the process that held it, however that ended.
    """
    path = root / LOCK
    path.parent.mkdir(exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("waiting for another build in this folder to end", flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def open_cache(root: Path) -> JupyterCacheAbstract:
    """The project's execution cache, made if it is not there, made anew if it is damaged."""
    folder = root / CACHE
    if _damaged(folder / "global.db"):
        print("the execution cache was damaged, and is begun anew: all pages run", flush=True)
        shutil.rmtree(folder)
    return get_cache(str(folder))


def _damaged(database: Path) -> bool:
    if not database.is_file():
        return False
    try:
        with closing(sqlite3.connect(database)) as connection:
            (told,) = connection.execute("PRAGMA quick_check").fetchone()
            connection.execute("SELECT hashkey FROM nbcache").fetchall()
    except sqlite3.Error:
        return True
    return bool(told != "ok")


def cached(cache: JupyterCacheAbstract, page: Page) -> bool:
    """Whether the page's outputs are in the cache, whole, for the inputs as they are now."""
    return outputs_of(cache, page) is not None


def outputs_of(cache: JupyterCacheAbstract, page: Page) -> nbformat.NotebookNode | None:
    """The executed notebook of a page from the cache; None if it is absent, damaged or edited."""
    try:
        record = cache.match_cache_notebook(page.stamped_notebook)
        if not _bound(cache, record):
            return None
        return cache.merge_match_into_notebook(page.stamped_notebook)[1]
    except (KeyError, OSError, ValueError):
        return None


def keep(
    cache: JupyterCacheAbstract, page: Page, notebook: nbformat.NotebookNode, seconds: float
) -> None:
    """Keep an executed page with the digest of its outputs."""
    bundle = CacheBundleIn(notebook, str(page.path), data={"execution_seconds": seconds})
    record = cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    _seal(cache, record).write_text(_digest(cache, record), encoding="ascii")


def bind(cache: JupyterCacheAbstract) -> None:
    """Bind what a plain ``jupyter-book build`` has just added to the cache."""
    for record in cache.list_cache_records():
        if not _seal(cache, record).is_file():
            _seal(cache, record).write_text(_digest(cache, record), encoding="ascii")


def drop_unbound(cache: JupyterCacheAbstract) -> None:
    """Take entries out whose outputs are not those that were kept: the build would show them."""
    for record in cache.list_cache_records():
        if not _bound(cache, record):
            cache.remove_cache(record.pk)


def _seal(cache: JupyterCacheAbstract, record: NbCacheRecord) -> Path:
    """The file beside an executed notebook that holds the digest of its outputs."""
    return Path(cache.path) / "executed" / record.hashkey / "outputs.sha256"


def _bound(cache: JupyterCacheAbstract, record: NbCacheRecord) -> bool:
    try:
        return _seal(cache, record).read_text(encoding="ascii") == _digest(cache, record)
    except (OSError, ValueError):
        return False


def _digest(cache: JupyterCacheAbstract, record: NbCacheRecord) -> str:
    """Of the executed notebook as it is kept, and of the key that it is kept by."""
    notebook = _seal(cache, record).with_name("base.ipynb").read_bytes()
    return hashlib.sha256(record.hashkey.encode() + notebook).hexdigest()
