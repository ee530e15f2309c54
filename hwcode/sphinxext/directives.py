"""``{question}`` and ``{model-answer}``: what the questions say, where the page wants it."""

from __future__ import annotations

from typing import ClassVar, cast

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id

from hwcode.checking import Question
from hwcode.checking.errors import UnknownNameError
from hwcode.questions import question
from hwcode.questions.sources import SOURCES

__all__ = ["setup"]


class _FromQuestion(SphinxDirective):
    """A box whose text comes from a question; the only argument is its id."""

    required_arguments = 1
    has_content = False
    css: ClassVar[list[str]] = []

    def run(self) -> list[nodes.Node]:
        try:
            asked = question(self.arguments[0])
        except UnknownNameError as error:
            raise self.error(str(error)) from None
        box = nodes.admonition(classes=list(self.css))
        box += nodes.title("", "", *self._title(asked))
        self._parse(self._text(asked), box)
        return self._finish(asked, box)

    def _parse(self, text: str, box: nodes.Element) -> None:
        lines = StringList(text.strip().splitlines(), source=f"question {self.arguments[0]}")
        self.state.nested_parse(lines, self.content_offset, box)

    def _title(self, asked: Question) -> list[nodes.Node]:
        raise NotImplementedError

    def _text(self, asked: Question) -> str:
        raise NotImplementedError

    def _finish(self, asked: Question, box: nodes.Element) -> list[nodes.Node]:
        return [box]


class QuestionDirective(_FromQuestion):
    """The statement of a question, with its ids, sources and marks; a target for links."""

    css: ClassVar[list[str]] = ["hw-question"]

    def _title(self, asked: Question) -> list[nodes.Node]:
        return [nodes.Text(f"{' and '.join(asked.ids)}: {asked.title}")]

    def _text(self, asked: Question) -> str:
        origins = [f"{SOURCES[id.split('-')[0]]}, {_marks(asked.marks[id])}" for id in asked.ids]
        return f"{asked.statement.strip()}\n\n*{'; '.join(origins)}.*"

    def _finish(self, asked: Question, box: nodes.Element) -> list[nodes.Node]:
        for id in asked.ids:
            anchor = make_id(self.env, self.state.document, "", id)
            box["ids"].append(anchor)
            label = id.lower()
            domain = cast(StandardDomain, self.env.get_domain("std"))
            domain.labels[label] = (self.env.docname, anchor, id)
            domain.anonlabels[label] = (self.env.docname, anchor)
        return [box]


class ModelAnswerDirective(_FromQuestion):
    """What one would write in an exam, folded."""

    css: ClassVar[list[str]] = ["hw-model-answer", "dropdown"]

    def _title(self, asked: Question) -> list[nodes.Node]:
        return [nodes.Text(f"Model answer to {asked.id}")]

    def _text(self, asked: Question) -> str:
        return asked.model_answer


def _marks(marks: float) -> str:
    return f"{marks:g} mark{'' if marks == 1 else 's'}"


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("question", QuestionDirective)
    app.add_directive("model-answer", ModelAnswerDirective)
