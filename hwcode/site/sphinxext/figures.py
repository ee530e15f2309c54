"""Figures to take along: each numbered drawing is a file, too, linked in its caption."""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

__all__ = ["alone", "setup"]

FOLDER = Path("_static") / "figures"


def alone(svg: str) -> str:
    """A drawing of a page as a file of its own: black where it takes the colour of the page's text.

    >>> print(alone('<svg class="hw-figure"><path style="stroke: currentColor"/></svg>'))
    <?xml version="1.0" encoding="utf-8"?>
    <svg class="hw-figure"><path style="stroke: #000000"/></svg>
    <BLANKLINE>
    """
    drawing = svg.strip().replace("currentColor", "#000000")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{drawing}\n'


def _link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    if app.builder.name != "html":
        return
    for figure in doctree.findall(nodes.figure):
        text = "".join(one.astext() for one in figure.findall(nodes.raw))
        drawings = re.findall(r"<svg\b.*?</svg>", text, re.DOTALL)
        caption = next(iter(figure.findall(nodes.caption)), None)
        if not drawings or caption is None or not figure["ids"]:
            continue
        folder = Path(app.outdir) / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        up = "../" * docname.count("/")
        for number, drawing in enumerate(drawings, 1):
            name = f"{figure['ids'][0]}{f'-{number}' if len(drawings) > 1 else ''}.svg"
            (folder / name).write_text(alone(drawing), encoding="utf-8")
            uri = f"{up}{FOLDER.as_posix()}/{name}"
            caption += [nodes.Text(" "), nodes.reference("", f"{name}", refuri=uri, internal=False)]


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("doctree-resolved", _link)
