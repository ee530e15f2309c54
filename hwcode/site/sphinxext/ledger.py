"""``{ledger}``: every claim of the book with how it was decided, read off the pages themselves.

What ``page.answer`` and ``page.mistakes`` display carries, beside the text, what was found. The
ledger collects that from the executed pages, so it can say nothing that no page says; a question
that its page does not answer, or whose wrong answers it does not show, fails the build.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from hwcode.chapters import CHAPTERS, questions_of
from hwcode.checking import Method, Question
from hwcode.site.sphinxext.cache import open_cache, outputs_of
from hwcode.site.sphinxext.inputs import Page, page

__all__ = ["Claims", "claims_of", "gaps", "setup"]

logger = logging.getLogger(__name__)

WEAK = (Method.NOT_JUDGED, Method.MEASURED, Method.SAMPLED)
"""The grounds that prove least; what rests on them is named first."""
HEAD = ("question", "what it asks", "how its parts were decided", "wrong answers refused")


@dataclass(frozen=True)
class Claims:
    """What one executed page says of its questions.

    Attributes:
        decided: for each question the method that decided each of its parts, by name.
        refused: for each question the number of wrong answers that its checker refused.
        steps: how each displayed step of a derivation was decided.
    """

    decided: dict[str, dict[str, Method]] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    steps: list[Method] = field(default_factory=list)


def claims_of(notebook: nbformat.NotebookNode) -> Claims:
    """The claims that the outputs of an executed page carry."""
    found = Claims()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            told = output.get("metadata", {}).get("hwcode-claims")
            if told is None:
                continue
            if "step" in told:
                found.steps.append(Method(told["step"]))
                continue
            parts = {name: Method(method) for name, method in told.get("decided", {}).items()}
            if parts:
                found.decided[told["id"]] = parts
            if "refused" in told:
                found.refused[told["id"]] = told["refused"]
    return found


def gaps(asked: Question, claims: Claims) -> Iterator[str]:
    """What a page owes to one of its questions."""
    missing = {part.name for part in asked.parts} - set(claims.decided.get(asked.id, {}))
    if missing:
        yield f"{asked.id} is not answered on its page: no page.answer, or not of all its parts"
    known = sum(len(part.mistakes) for part in asked.parts)
    if claims.refused.get(asked.id, 0) != known:
        yield f"the page does not show the {known} wrong answers to {asked.id}: no page.mistakes"


class _Ledger(nodes.General, nodes.Element):
    """Stands for the ledger until all pages have been run."""


class LedgerDirective(SphinxDirective):
    """The place of the ledger."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        return [_Ledger()]


def _always_again(
    app: Sphinx, environment: BuildEnvironment, added: set, changed: set, removed: set
) -> list[str]:
    """Pages with a ledger depend on all others: they are written anew in every build."""
    return sorted(environment.found_docs & _holders(environment))


def _holders(environment: BuildEnvironment) -> set[str]:
    return cast(set[str], getattr(environment, "hwcode_ledgers", set()))


def _note(app: Sphinx, doctree: nodes.document) -> None:
    if next(iter(doctree.findall(_Ledger)), None) is not None:
        holders = {*_holders(app.env), app.env.docname}
        app.env.hwcode_ledgers = holders  # type: ignore[attr-defined]


def _resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    places = list(doctree.findall(_Ledger))
    if not places:
        return
    found, steps = list(_found(app)), list(_steps(app))
    for asked, claims in found:
        name = f"book/{asked.chapter}"
        for gap in gaps(asked, claims) if name in app.env.found_docs else ():
            logger.warning("%s", gap, location=name, type="hwcode", subtype="ledger")
    for place in places:
        weakest = _weakest(app, docname, found)
        place.replace_self([_summary(found, steps), *weakest, _table(app, docname, found)])
    logger.info("%s", _share(found))


def _claims(app: Sphinx, chapter: str) -> Claims:
    source: Page | None = page(Path(app.srcdir), f"book/{chapter}")
    notebook = source and outputs_of(open_cache(Path(app.srcdir)), source)
    return claims_of(notebook) if notebook else Claims()


def _found(app: Sphinx) -> Iterator[tuple[Question, Claims]]:
    """Every question with what its page says, in the order of the book."""
    for chapter in CHAPTERS:
        claims = _claims(app, chapter)
        for asked in questions_of(chapter):
            yield asked, claims


def _steps(app: Sphinx) -> Iterator[Method]:
    """How each displayed step was decided, in the order of the book."""
    for chapter in CHAPTERS:
        yield from _claims(app, chapter).steps


def _share(found: Sequence[tuple[Question, Claims]]) -> str:
    """How many claims have a check."""
    methods = [m for asked, claims in found for m in claims.decided.get(asked.id, {}).values()]
    checked = len(methods) - methods.count(Method.NOT_JUDGED)
    return f"claims with a check: {checked} of {sum(len(asked.parts) for asked, _ in found)}"


def _summary(found: Sequence[tuple[Question, Claims]], steps: Sequence[Method]) -> nodes.paragraph:
    methods = Counter(
        m for asked, claims in found for m in claims.decided.get(asked.id, {}).values()
    )
    refused = sum(claims.refused.get(asked.id, 0) for asked, claims in found)
    ids = sum(len(asked.ids) for asked, _ in found)
    return nodes.paragraph(
        text=f"{ids} ids, {len(found)} questions, {methods.total()} claims: {_counted(methods)}. "
        f"{refused} known wrong answers were put to the same checkers, and all were refused. "
        f"Of the derivations {len(steps)} steps were decided on the pages: {_counted(steps)}."
    )


def _counted(methods: Iterable[Method]) -> str:
    counts = Counter(methods)
    return ", ".join(f"{counts[method]} {method.value}" for method in Method if counts[method])


def _weakest(
    app: Sphinx, docname: str, found: Sequence[tuple[Question, Claims]]
) -> Iterator[nodes.paragraph]:
    """What has the weakest grounds, by name: nothing but a text, a measurement, a sample."""
    for method in WEAK:
        told = nodes.paragraph("", "", nodes.strong("", method.value.capitalize()))
        for asked, claims in found:
            decided = claims.decided.get(asked.id, {})
            names = [name for name, each in decided.items() if each is method]
            if names:
                told += [nodes.Text("; " if len(told) > 1 else ": "), _link(app, docname, asked)]
                told += nodes.Text(f" {', '.join(names)}" if any(names) else "")
        if len(told) > 1:
            yield told


def _decided(methods: Mapping[str, Method]) -> str:
    return next(iter(methods.values())).value if len(methods) == 1 else _counted(methods.values())


def _table(app: Sphinx, docname: str, found: Sequence[tuple[Question, Claims]]) -> nodes.table:
    rows: list[list[nodes.Node]] = [[nodes.Text(text) for text in HEAD]]
    for asked, claims in found:
        rows.append(
            [
                _link(app, docname, asked),
                nodes.Text(asked.title),
                nodes.Text(_decided(claims.decided.get(asked.id, {}))),
                nodes.Text(str(claims.refused.get(asked.id, 0))),
            ]
        )
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in HEAD), cols=len(HEAD))
    head, *body = [nodes.row("", *(_entry(cell) for cell in row)) for row in rows]
    group += [nodes.thead("", head), nodes.tbody("", *body)]
    return nodes.table("", group, classes=["colwidths-auto"])


def _entry(cell: nodes.Node) -> nodes.entry:
    return nodes.entry("", nodes.paragraph("", "", cell))


def _link(app: Sphinx, docname: str, asked: Question) -> nodes.Node:
    told = " and ".join(asked.ids)
    label = cast(StandardDomain, app.env.get_domain("std")).labels.get(asked.id.lower())
    if label is None:  # the chapter is not part of this site
        return nodes.Text(told)
    target, anchor, _ = label
    uri = f"{app.builder.get_relative_uri(docname, target)}#{anchor}"
    return nodes.reference("", told, refuri=uri, internal=True)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_node(_Ledger)
    app.add_directive("ledger", LedgerDirective)
    app.connect("doctree-read", _note)
    app.connect("env-get-outdated", _always_again)
    app.connect("doctree-resolved", _resolve)
