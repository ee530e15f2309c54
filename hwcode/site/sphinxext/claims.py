"""``{claims}`` and ``{shares}``: what the pages claim, how it is decided, and how much of it is.

:mod:`hwcode.chapters.inventory` finds the claims in the sources. The build prints the share that
has a check, and refuses a book where it has fallen.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from hwcode.chapters import CHAPTERS, questions_of
from hwcode.chapters.inventory import FLOOR, PageClaim, inventory, share, told
from hwcode.checking.forms import Text
from hwcode.site.sphinxext.directives import parse
from hwcode.site.sphinxext.folds import fold
from hwcode.site.sphinxext.mathematics import mathml
from hwcode.site.sphinxext.verdicts import RECORD

__all__ = ["displayed", "setup"]

logger = logging.getLogger(__name__)

SHORT = 160
"""Characters of a claim's words in its table."""


class ClaimsDirective(SphinxDirective):
    """``{claims}``: first what no check decides, then page by page."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        book = Path(self.env.srcdir) / "book"
        try:
            found = inventory(book)
        except ValueError as error:
            raise self.error(str(error)) from None
        for path in book.glob("*.md"):
            self.env.note_dependency(str(path))
        checked, whole = share(found)
        logger.info("claims of the pages by a cell or a part: %d of %d", checked, whole)
        if checked < FLOOR * whole:
            logger.warning(
                f"{checked} of {whole} claims of the pages are decided or made by a cell or a part,"
                f" and {FLOOR:.0%} have to be: decide the new ones by a cell, or mark them"
                " '% no claim: REASON'",
                location=self.env.docname,
                type="hwcode",
                subtype="ledger",
            )
        weak = [claim for claim in found if not claim.checked]
        names = list(dict.fromkeys(claim.page for claim in found))
        return [
            nodes.paragraph(text=f"{told(found)}."),
            *parse(self, "**What rests on an argument or a work alone:**"),
            nodes.raw("", _rows("Claims without a check", weak), format="html"),
            *(self._page(name, found) for name in names),
        ]

    def _page(self, name: str, found: Sequence[PageClaim]) -> nodes.Node:
        mine = [claim for claim in found if claim.page == name]
        checked, whole = share(mine)
        title = f"{name}: {checked} of {whole} by a cell or a part"
        table = nodes.raw("", _rows(f"Claims of {name}", mine), format="html")
        return fold(title, table, id=f"claims-{name}")


def _rows(caption: str, found: Sequence[PageClaim]) -> str:
    """A table of claims, as HTML: a formula as such, anything else by its name or its words."""
    head = "".join(f'<th scope="col">{told}</th>' for told in ("claim", "decided", "by"))
    body = "\n".join(
        f"<tr><td>{_claim(one)}</td><td>{one.how}</td><td>{html.escape(one.by)}</td></tr>"
        for one in found
    )
    return (
        f'<div class="hw-wide"><table class="table"><caption>{html.escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>"
    )


def _claim(one: PageClaim) -> str:
    """What is claimed, with a link to its page; figures and formulas have anchors of their own."""
    anchors = {"figure": f"#{one.label}", "formula": f"#equation-{one.label}"}
    anchor = anchors.get(one.kind, "") if one.label else ""
    name = html.escape(one.label or f"{one.kind} at line {one.line}")
    link = f'<a href="{one.page}.html{anchor}">{one.kind}: {name}</a>'
    if one.kind == "formula":
        return f"{link} {mathml(one.statement)}"
    words = re.sub(r"\{[\w:]+\}`([^`<]*?)\s*(?:<[^>]*>)?`", r"\1", one.statement)
    short = words if len(words) < SHORT else f"{words[:SHORT]} ..."
    return f"{link} {html.escape(short.replace('$', ''))}"


def displayed() -> tuple[int, int, int]:
    """Answers on the pages: printed from their objects, typed as LaTeX that is decided, free text.

    >>> printed, typed, text = displayed()
    >>> printed > 200, typed > 50, text
    (True, True, 1)
    """
    parts = [part for chapter in CHAPTERS for one in questions_of(chapter) for part in one.parts]
    typed = sum(bool(part.latex) for part in parts)
    text = sum(isinstance(part.form, Text) for part in parts)
    return len(parts) - typed - text, typed, text


class SharesDirective(SphinxDirective):
    """``{shares}``: how much of what the book says is decided, in figures."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        root = Path(self.env.srcdir)
        for path in (*(root / "book").glob("*.md"), root / RECORD):
            self.env.note_dependency(str(path))
        found = inventory(root / "book")
        formulas = [one for one in found if one.kind in ("formula", "theorem")]
        figures = [one for one in found if one.kind == "figure"]
        asserted = sum(one.asserted for one in figures)
        printed, typed, text = displayed()
        record = json.loads((root / RECORD).read_text(encoding="utf-8"))
        rows = [row for part in record.values() for row in part]
        differ = sum("expect" in row for row in rows)
        checked, whole = share(formulas)
        lines = (
            f"{told(found)}. The [ledger](ledger.md) has them all.",
            f"Of {whole} displayed formulas and theorems in the text {checked} are decided by a"
            " cell or an answer; the others are argued or cited, and stand first there.",
            f"Of {len(figures)} figures {asserted} are drawn by a cell that asserts something of"
            " them. The words below the others are decided by no cell.",
            f"Of {printed + typed + text} displayed answers {printed} are printed from the object"
            f" that is checked. {typed} are LaTeX that somebody typed, and each of these is read by"
            f" the checker and decided to be the object. {text} is free text.",
            f"[The tables of verdicts](verdicts_assignment_1.md) have {len(rows):,} answers;"
            f" {differ} of them get another outcome than they ought to.",
        )
        return parse(self, "\n".join(f"- {line}" for line in lines))


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("claims", ClaimsDirective)
    app.add_directive("shares", SharesDirective)
