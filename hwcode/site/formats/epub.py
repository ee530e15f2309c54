"""The EPUB: Sphinx writes it for browsers, and here it becomes one that the standard allows."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from sphinx.application import Sphinx

import hwcode
from hwcode.site.formats.archive import DATE

__all__ = ["mended_page", "rewrite", "setup"]

KEPT = re.compile(
    r"_static/((pygments|epub)\.css|(file|minus|plus)\.png)|(?!_static/).*(?<!\.whl)(?<!\.html)"
)
"""Files of the book; the others are for the site's layout."""
GONE = re.compile(
    r"<script\b.*?</script>|<div class=\"hw-kept\".*?</div>"
    r"| data-table='[^']*'"
    r"|<link rel=\"stylesheet\"[^>]*href=\"(?!(?:\.\./)*_static/(?:pygments|epub)\.css)[^>]*>",
    re.DOTALL,
)
ITEM = re.compile(r'(<item [^>]*href="([^"]*)"[^>]*?) */>')
DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)


def mended_page(page: str) -> str:
    """A page as EPUB wants it: nothing of scripts, and no name given twice by drawings.

    >>> mended_page('<p><svg id="a"><use href="#a"/><path id="b"/></svg><svg id="a"></svg></p>')
    '<p><svg id="d1-a"><use href="#d1-a"/><path id="d1-b" d="M0 0"/></svg><svg id="d2-a"></svg></p>'
    """
    count = 0

    def own(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        drawing = re.sub(r'(\bid="|href="#|url\(#)', rf"\1d{count}-", found[0])
        drawing = re.sub(r'(<image\b[^>]*?) id="[^"]*"', r"\1", drawing)  # the same in two places
        # A space is a letter without a line.
        return re.sub(r"<path(?![^>]*\bd=)([^>]*?)\s*/>", r'<path\1 d="M0 0"/>', drawing)

    page = DRAWING.sub(own, GONE.sub("", page))
    # What MathML Core allows everywhere, MathML 3 does on few elements.
    allowed = r"(<(?!math\b|mstyle\b|mtable\b)m\w+\b[^>]*?)"
    for name in ("displaystyle", "scriptlevel"):
        page = re.sub(rf'{allowed} {name}="[^"]*"', r"\1", page)
    return re.sub(r'(<(?:math|mtable)\b[^>]*?) scriptlevel="[^"]*"', r"\1", page)


def rewrite(book: Path, target: Path) -> None:
    """Write an EPUB anew: its pages mended, what no page uses left out, its contents declared."""
    with zipfile.ZipFile(book) as old:
        files = {name: old.read(name) for name in old.namelist()}
    for name in list(files):
        if name.endswith(".xhtml"):
            files[name] = mended_page(files[name].decode()).encode()
        elif not KEPT.fullmatch(name):
            del files[name]
    files["content.opf"] = _declared(files["content.opf"].decode(), files).encode()
    with zipfile.ZipFile(target, "w") as new:
        for name in ["mimetype", *sorted(files.keys() - {"mimetype"})]:
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            new.writestr(zipfile.ZipInfo(name, DATE), files[name], stored)


def _declared(package: str, files: dict[str, bytes]) -> str:
    """The package document: files that are there, with what is in them."""

    def item(found: re.Match[str]) -> str:
        begin, name = found[1], found[2]
        content = files.get(name)
        if content is None:
            return ""
        kinds = [kind for kind, tag in (("mathml", b"<math"), ("svg", b"<svg")) if tag in content]
        if not kinds or "properties=" in begin:
            return found[0]
        return f'{begin} properties="{" ".join(kinds)}"/>'

    return ITEM.sub(item, package)


def _describe(app: Sphinx) -> None:
    if app.builder.name != "epub":
        return
    title = str(app.config.html_title)
    told = {
        "version": hwcode.__version__,
        "epub_title": title,
        "epub_description": f"{title}: answers to four homeworks, each checked by machine",
        "epub_identifier": f"hwcode-{hwcode.__version__}",
        "epub_uid": f"hwcode-{hwcode.__version__}",
        "epub_contributor": app.config.author,
        "epub_basename": "book",
        # Files of the site that no book has.
        "suppress_warnings": [*app.config.suppress_warnings, "epub.unknown_project_files"],
    }
    for name, value in told.items():
        setattr(app.config, name, value)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("builder-inited", _describe, priority=100)
