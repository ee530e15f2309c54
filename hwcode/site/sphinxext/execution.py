"""Inside a Sphinx build: stamp pages with the digest of their inputs, compare glued values."""

from __future__ import annotations

import os
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import cast

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from hwcode.site.sphinxext.cache import (
    CACHE,
    LOCKED,
    bind,
    build_lock,
    drop_unbound,
    open_cache,
    outputs_of,
)
from hwcode.site.sphinxext.inputs import Page, page
from hwcode.site.sphinxext.running import prepared_kernels, refuse_another_checkout, unlisted
from hwcode.site.sphinxext.snapshot import differences

__all__ = ["setup"]

logger = logging.getLogger(__name__)


def _configure(app: Sphinx, config: Config) -> None:
    root = Path(app.srcdir)
    refuse_another_checkout(root.resolve())
    held = ExitStack()
    if os.environ.get(LOCKED) != str(root):
        # A plain jupyter-book build; make book holds the lock for the build that it starts.
        held.enter_context(build_lock(root))
    else:
        _end_with_the_caller()
    held.enter_context(prepared_kernels(root))
    app.connect("build-finished", lambda *_: held.close())
    drop_unbound(open_cache(root))
    config.nb_execution_cache_path = str(root / CACHE)


def _end_with_the_caller() -> None:
    """Where ``make book`` is killed, the lock that it held is free: this process may not go on."""
    caller = os.getppid()

    def watch() -> None:
        while os.getppid() == caller:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


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
    _digests(app.env)[name] = found.digest
    source[0] = stamped


def _digests(environment: BuildEnvironment) -> dict[str, str]:
    """Of the inputs of each executed page, as they were when it was last read."""
    if not hasattr(environment, "hwcode_digests"):
        environment.hwcode_digests = {}  # type: ignore[attr-defined]
    return cast(dict[str, str], environment.hwcode_digests)  # type: ignore[attr-defined]


def _changed(
    app: Sphinx, environment: BuildEnvironment, added: set, changed: set, removed: set
) -> list[str]:
    """Pages whose inputs are others now, whatever the dates of the files say."""
    names = environment.found_docs - added - changed
    found = ((name, page(Path(app.srcdir), name)) for name in sorted(names))
    known = _digests(environment)
    return [name for name, one in found if one is not None and known.get(name) != _digest(one)]


def _digest(found: Page) -> str | None:
    try:
        return found.digest
    except (OSError, SyntaxError):
        return None


def _compare(app: Sphinx, environment: BuildEnvironment) -> None:
    cache = open_cache(Path(app.srcdir))
    bind(cache)
    for name in sorted(environment.found_docs):
        found = page(Path(app.srcdir), name)
        if found is None:
            continue
        executed = outputs_of(cache, found)
        if executed is not None and (more := unlisted(found, executed)):
            logger.warning("%s", more, location=name, type="hwcode", subtype="inputs")
        for line in differences(found, cache):
            logger.warning("%s", line, location=name, type="hwcode", subtype="snapshot")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("config-inited", _configure, priority=100)
    app.connect("env-get-outdated", _changed)
    app.connect("source-read", _stamp)
    app.connect("env-updated", _compare)
