"""The ways in: lists of the questions, a page for each homework, the summaries of a chapter."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from hwcode.chapters import CHAPTERS, SOURCES, questions_of
from hwcode.checking import Question
from hwcode.site.sphinxext.directives import marks, parse, statement
from hwcode.site.sphinxext.folds import fold

__all__ = ["homework", "setup"]

PAGES = {"A1": "assignment_1", "A2": "assignment_2", "H2": "homework_2", "P4": "homework_4"}
"""The page of each homework, by the first letters of its questions' ids."""


def homework(sheet: str, chapters: Iterable[str] = tuple(CHAPTERS)) -> list[tuple[str, Question]]:
    """The questions of a homework in these chapters with their ids, in its order.

    >>> [id for id, asked in homework("P4")][:3]
    ['P4-1a', 'P4-1b', 'P4-1c']
    """
    found = [
        (id, asked)
        for chapter in chapters
        for asked in questions_of(chapter)
        for id in asked.ids
        if id.startswith(f"{sheet}-")
    ]
    return sorted(found, key=lambda pair: _in_order(pair[0]))


def _in_order(id: str) -> list[tuple[bool, int, str]]:
    """Numbers by their size, and before letters: 2.10 stands behind 2.9, P1 behind 3."""
    pieces = re.findall(r"\d+|[A-Za-z]+", id.partition("-")[2])
    return [(not p.isdigit(), int(p) if p.isdigit() else 0, p) for p in pieces]


def _link(directive: SphinxDirective, id: str, text: str) -> nodes.Element:
    """A link to a question, wherever it stands."""
    link = addnodes.pending_xref("", nodes.inline("", text))
    link["refdoc"] = directive.env.docname
    link["refdomain"], link["reftype"], link["reftarget"] = "std", "ref", id.lower()
    link["refexplicit"], link["refwarn"] = True, True
    return link


class QuestionsDirective(SphinxDirective):
    """``{questions} SHEET``: the questions of one homework in order, with marks and links."""

    required_arguments = 1
    has_content = False

    def run(self) -> list[nodes.Node]:
        items = nodes.bullet_list(classes=["hw-questions"])
        for id, asked in homework(self.arguments[0]):
            link = _link(self, id, f"{id.partition('-')[2]} {asked.title}")
            told = nodes.Text(f" ({marks(asked.marks[id])})")
            items += nodes.list_item("", nodes.paragraph("", "", link, told))
        return [items]


class HomeworkDirective(SphinxDirective):
    """``{homework} SHEET``: all questions of one homework, with their model answers."""

    required_arguments = 1
    has_content = False

    def run(self) -> list[nodes.Node]:
        return [self._section(id, asked) for id, asked in homework(self.arguments[0])]

    def _section(self, id: str, asked: Question) -> nodes.section:
        section = nodes.section(ids=[f"sheet-{id}"])
        section += nodes.title("", f"{id}: {asked.title}")
        section += parse(self, statement(asked))
        link = _link(self, id, f"Hints, your own answer and the derivation: {id} in its chapter")
        section += nodes.paragraph("", "", link)
        text = parse(self, asked.model_answer)
        section += fold(
            f"Model answer to {id}", *text, id=f"sheet-{id}-model", kind="hw-model-answer"
        )
        return section


class ChapterDirective(SphinxDirective):
    """``{chapter} NAME``: what a chapter needs, how long it takes, and its results, folded."""

    required_arguments = 1
    has_content = False
    option_spec = {"needs": directives.unchanged, "hours": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        asked = questions_of(self.arguments[0])
        needs = self.options.get("needs", "nothing before it")
        head = f"*Needs:* {needs}. *Takes:* about {self.options['hours']}."
        return [
            *parse(self, head),
            fold(
                f"Summary: the {len(asked)} results of this chapter",
                *_results(self, asked),
                id="chapter-summary",
                kind="hw-summary",
            ),
        ]


class ResultsDirective(SphinxDirective):
    """``{results} NAME``: the results of a chapter, one line each, at its end."""

    required_arguments = 1
    has_content = False

    def run(self) -> list[nodes.Node]:
        return _results(self, questions_of(self.arguments[0]))


def _results(directive: SphinxDirective, asked: tuple[Question, ...]) -> list[nodes.Node]:
    lines = (f"- [{one.id}](#{one.id.lower()}) {one.result}" for one in asked)
    return parse(directive, "\n".join(lines))


def _found_by(app: Sphinx) -> Iterator[dict[str, str]]:
    """What the field of search knows of each question."""
    # A book without a chapter does not load its questions, which takes seconds.
    shown = [chapter for chapter in CHAPTERS if f"book/{chapter}" in app.env.found_docs]
    for sheet in SOURCES:
        for id, asked in homework(sheet, shown):
            uri = app.builder.get_target_uri(f"book/{asked.chapter}")
            told = f"{asked.title}, {marks(asked.marks[id])}"
            yield {"id": id, "title": told, "place": f"{uri}#{id}"}


def _write_questions(app: Sphinx, error: Exception | None) -> None:
    """The list that the page of search results looks questions up in."""
    if error is not None or app.builder.name != "html":
        return
    text = json.dumps(list(_found_by(app)), ensure_ascii=False)
    path = Path(app.outdir) / "_static" / "questions.js"
    path.write_text(f"const QUESTIONS = {text};\n", encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("questions", QuestionsDirective)
    app.add_directive("homework", HomeworkDirective)
    app.add_directive("chapter", ChapterDirective)
    app.add_directive("results", ResultsDirective)
    app.connect("build-finished", _write_questions)
