"""The answer boxes in the build: their files, the policy of the pages, what is kept.

Where the packages of ``requirements-inpage.lock`` are not installed, the book has no boxes, and the
build says so in a line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from hwcode.site.inpage import boxes, bundle, policy

__all__ = ["setup"]

logger = logging.getLogger(__name__)

STATIC = Path(bundle.__file__).parent / "static"
KEPT = """\
<div class="hw-kept" hidden>
<p role="status"></p>
<p><button type="button" name="export">Export</button>
<button type="button" name="wipe">Delete all</button></p>
<p><label>Import a file that was exported: <input type="file" accept=".json"></label></p>
</div>
"""


class KeptDirective(SphinxDirective):
    """``{kept-answers}``: export, import and wipe what the reader did."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", KEPT, format="html")]


def _configure(app: Sphinx, config: Config) -> None:
    told = bundle.missing(Path(app.srcdir))
    config.hwcode_boxes = not told
    if told:
        logger.info(told)
        return
    config.html_static_path = [*config.html_static_path, str(STATIC)]
    app.add_css_file("inpage/box.css")
    app.add_js_file("inpage/box.js", defer="defer")


def _put(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.name != "html":
        return
    out = Path(app.outdir)
    if app.config.hwcode_boxes:
        bundle.make(Path(app.srcdir), out / "_static" / "inpage" / "engine")
    policy.secure(out)


def _open(translator: Any, node: boxes.AnswerBox) -> None:
    builder = translator.builder
    if builder.name != "html" or not builder.config.hwcode_boxes:
        raise nodes.SkipNode


def _skip(translator: Any, node: boxes.AnswerBox) -> None:
    raise nodes.SkipNode


def _close(translator: Any, node: boxes.AnswerBox) -> None:
    pass


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_config_value("hwcode_boxes", False, "env")
    app.add_node(boxes.AnswerBox, html=(_open, _close), latex=(_skip, None), text=(_skip, None))
    app.add_directive("kept-answers", KeptDirective)
    app.connect("config-inited", _configure)
    app.connect("build-finished", _put)
