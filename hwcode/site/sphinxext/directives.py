"""``{question}`` and ``{model-answer}``: what the questions say, where the page wants it."""

from __future__ import annotations

import re
from typing import cast

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id

from hwcode.chapters import SOURCES, question
from hwcode.checking import Question
from hwcode.checking.errors import UnknownNameError
from hwcode.site.answers import usual_mistake
from hwcode.site.inpage.boxes import answer_boxes
from hwcode.site.sphinxext.citing import cited
from hwcode.site.sphinxext.folds import fold

__all__ = ["FromQuestion", "marks", "parse", "setup", "statement"]

STEPS = ("what to look at", "which tool", "the first line")


class FromQuestion(SphinxDirective):
    """Something whose text comes from a question; the only argument is its id."""

    required_arguments = 1
    has_content = False

    def run(self) -> list[nodes.Node]:
        try:
            asked = question(self.arguments[0])
        except UnknownNameError as error:
            raise self.error(str(error)) from None
        return self.made(asked)

    def made(self, asked: Question) -> list[nodes.Node]:
        """What stands on the page."""
        raise NotImplementedError


def parse(directive: SphinxDirective, text: str) -> list[nodes.Node]:
    """Markdown as nodes, in the place of a directive."""
    held = nodes.Element()
    lines = StringList(text.strip().splitlines(), source=f"{directive.name} {directive.arguments}")
    directive.state.nested_parse(lines, directive.content_offset, held)
    return list(held.children)


def _inline(directive: SphinxDirective, text: str) -> list[nodes.Node]:
    """The nodes of one line of Markdown."""
    found = parse(directive, text)
    return list(found[0].children) if found else []


class QuestionDirective(FromQuestion):
    """The statement of a question with ids, sources and marks, and what helps to answer it."""

    def made(self, asked: Question) -> list[nodes.Node]:
        box = nodes.admonition(classes=["hw-question"])
        box["hwcode_id"] = asked.id
        told = f"{' and '.join(asked.ids)}: {asked.title}"
        permalink = nodes.raw("", _permalink(asked.id), format="html")
        box += nodes.title("", "", nodes.Text(told), permalink)
        box += parse(self, statement(asked))
        self._name(asked, box)
        entries = [("single", f"{id}: {asked.title}", box["ids"][0], "", None) for id in asked.ids]
        index = addnodes.index(entries=entries)
        box += self._boxes(asked)
        if asked.hints:
            box += self._hints(asked)
        box += fold(f"Cite {asked.id}", *parse(self, cited(asked)), id=f"{asked.id}-cite")
        return [index, box]

    def _name(self, asked: Question, box: nodes.Element) -> None:
        """Make the ids of the question targets of links."""
        for id in asked.ids:
            anchor = make_id(self.env, self.state.document, "", id)
            box["ids"].append(anchor)
            label = id.lower()
            domain = cast(StandardDomain, self.env.get_domain("std"))
            domain.labels[label] = (self.env.docname, anchor, id)
            domain.anonlabels[label] = (self.env.docname, anchor)

    def _boxes(self, asked: Question) -> nodes.Node:
        """A field for each answer, and the commands that check the same."""
        commands = parse(self, _commands(asked))
        return fold(
            f"Try {asked.id}: {_number(len(asked.parts), 'answer')} to check",
            answer_boxes(asked, lambda text: _inline(self, text)),
            fold(f"Check {asked.id} on the command line", *commands, id=f"{asked.id}-commands"),
            id=f"{asked.id}-try",
            kind="hw-try",
        )

    def _hints(self, asked: Question) -> nodes.Node:
        """Each hint holds the next one, so that they are opened one after the other."""
        inner: list[nodes.Node] = []
        for number in (3, 2, 1):
            summary = f"Hint {number} of 3 to {asked.id}: {STEPS[number - 1]}"
            case = usual_mistake(asked) if number == 3 else ""
            content = parse(self, f"{asked.hints[number - 1]}\n\n{case}")
            id = f"{asked.id}-hint-{number}"
            inner = [fold(summary, *content, *inner, id=id, kind="hw-hint")]
        return inner[0]


def _permalink(id: str) -> str:
    told = f'<span class="visually-hidden"> link to {id}</span>'
    return f'<a class="headerlink" href="#{id}" title="Link to {id}">#{told}</a>'


def _number(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def statement(asked: Question) -> str:
    """What is asked, then what we add in a paragraph of its own, then where it comes from."""
    told, added = _parted(asked.statement.strip())
    own = f"*{added}*\n\n" if added else ""
    return f"{told}\n\n{own}*{origins(asked)}.*"


def _parted(text: str) -> tuple[str, str]:
    """What the handout asks, and what we add to it.

    >>> _parted("Find it. *We add: is it unique?* Write clean code.")
    ('Find it. Write clean code.', 'We add: is it unique?')
    >>> _parted("Find it. We add: is it unique?")
    ('Find it.', 'We add: is it unique?')
    """
    found = re.search(r"\*We add[^*]*\*|\bWe add\b[^*]*\Z", text)
    if found is None:
        return text, ""
    told = f"{text[: found.start()].rstrip()} {text[found.end() :].lstrip()}".strip()
    return told, found[0].strip("*")


def origins(asked: Question) -> str:
    """Where a question comes from, with its marks."""
    return "; ".join(f"{SOURCES[id.split('-')[0]]}, {marks(asked.marks[id])}" for id in asked.ids)


def marks(count: float) -> str:
    """Marks in words.

    >>> marks(0.5), marks(1), marks(0)
    ('0.5 marks', '1 mark', 'not marked')
    """
    if not count:
        return "not marked"
    return f"{count:g} mark{'' if count == 1 else 's'}"


def _commands(asked: Question) -> str:
    """For each part what it asks, what an answer looks like, and the command that checks it."""
    lines = []
    for title, parts in (("", asked.asked), ("Beyond the question", asked.added)):
        if title and parts:
            lines.append(f"**{title}:** what we add.\n")
        for part in parts:
            asks = f"{part.asks[:1].upper()}{part.asks[1:]}" if part.asks else "Your answer"
            lines.append(f"{asks}. *Expected: {part.form.describe()}.*\n")
            lines.append(f'```console\n$ hwcode check {asked.key(part)} "..."\n```\n')
    return "\n".join(lines)


class ModelAnswerDirective(FromQuestion):
    """What one would write in an exam, folded."""

    def made(self, asked: Question) -> list[nodes.Node]:
        text = parse(self, asked.model_answer)
        id = f"{asked.id}-model-answer"
        return [fold(f"Model answer to {asked.id}", *text, id=id, kind="hw-model-answer")]


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("question", QuestionDirective)
    app.add_directive("model-answer", ModelAnswerDirective)
