"""``{calc}`` and ``{given}``, and the refusal of numbers that nothing binds.

What counts as a number stands in :mod:`hwcode.site.numbers`, what binds one in
:mod:`hwcode.site.bindings`; :mod:`hwcode.site.told` looks at the texts of questions. The check is
part of the build: it warns with the place, and the build ends at a warning.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from hwcode.chapters import CHAPTERS, questions_of
from hwcode.site.bindings import calculated, source_of
from hwcode.site.numbers import cells_of, loose
from hwcode.site.told import glued, unbound

__all__ = ["setup"]

logger = logging.getLogger(__name__)


class CalcRole(SphinxRole):
    """``{calc}`NUMBER = FORMULA```: a number that the build computes."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        return _shown(self, lambda: calculated(self.text))


class GivenRole(SphinxRole):
    """``{given}`NUMBER <WHY>```: a number that no cell computes, and where it comes from."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        path = Path(self.env.doc2path(self.env.docname))
        cells, root = _cells(path, path.stat().st_mtime_ns), Path(self.env.srcdir)
        return _shown(self, lambda: source_of(self.text, cells, root)[0])


@cache
def _cells(path: Path, changed: int) -> str:
    return cells_of(path.read_text(encoding="utf-8"))


def _shown(
    role: SphinxRole, text: Callable[[], str]
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    try:
        found = text()
    except ValueError as error:
        logger.warning("%s", error, location=role.get_location(), type="hwcode", subtype="numbers")
        found = role.text
    if found.startswith("$") and found.endswith("$"):
        return [nodes.math(found, found[1:-1])], []
    return [nodes.Text(found)], []


def _refuse(app: Sphinx, name: str, source: list[str]) -> None:
    path = Path(app.env.doc2path(name))
    for found in loose(path) if path.suffix == ".md" else ():
        place = f"{path}:{found.line}"
        logger.warning("%s", found, location=place, type="hwcode", subtype="numbers")


def _refuse_told(app: Sphinx, name: str, source: list[str]) -> None:
    """The texts of a chapter's questions, too, stand on its page."""
    chapter = Path(name).name
    if chapter not in CHAPTERS:
        return
    values = glued(chapter, Path(app.srcdir))
    for asked in questions_of(chapter):
        for wrong in unbound(asked, values):
            logger.warning("%s", wrong, location=name, type="hwcode", subtype="numbers")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_role("calc", CalcRole())
    app.add_role("given", GivenRole())
    app.connect("source-read", _refuse)
    app.connect("source-read", _refuse_told)
