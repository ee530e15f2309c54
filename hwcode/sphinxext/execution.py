"""Inside a Sphinx build: stamp pages with the digest of their inputs, compare glued values."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from hwcode.sphinxext.cache import CACHE, LOCKED, build_lock, open_cache, prepare_kernels
from hwcode.sphinxext.inputs import page
from hwcode.sphinxext.snapshot import differences

__all__ = ["setup"]

logger = logging.getLogger(__name__)


def _configure(app: Sphinx, config: Config) -> None:
    root = Path(app.srcdir)
    if os.environ.get(LOCKED) != str(root):
        # A plain jupyter-book build; make book holds the lock for the build that it starts.
        held = ExitStack()
        held.enter_context(build_lock(root))
        app.connect("build-finished", lambda *_: held.close())
    prepare_kernels(root)
    config.nb_execution_cache_path = str(root / CACHE)


def _stamp(app: Sphinx, name: str, source: list[str]) -> None:
    try:
        found = page(Path(app.srcdir), name, source[0])
        if found is None:
            return
        inputs, stamped = found.inputs, found.stamped
    except (OSError, SyntaxError) as error:
        logger.warning("the inputs of this page cannot be found: %s", error, location=name)
        return
    for file in inputs:
        app.env.note_dependency(str(file))
    source[0] = stamped


def _compare(app: Sphinx, environment: BuildEnvironment) -> None:
    cache = open_cache(Path(app.srcdir))
    for name in sorted(environment.found_docs):
        found = page(Path(app.srcdir), name)
        if found is None:
            continue
        for line in differences(found, cache):
            logger.warning("%s", line, location=name, type="hwcode", subtype="snapshot")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("config-inited", _configure, priority=100)
    app.connect("source-read", _stamp)
    app.connect("env-updated", _compare)
