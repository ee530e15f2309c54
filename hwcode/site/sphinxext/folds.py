"""Folds: what a reader opens. ``{fold}`` on a page, and the order of what belongs to a question.

A fold is the browser's own ``<details>``: it opens without a script, a link into it opens it, and a
closed one keeps its controls out of the tab order. ``book.js`` remembers which are open.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id

__all__ = ["Fold", "fold", "setup"]


class Fold(nodes.General, nodes.Element):
    """Something under a summary, closed until the reader opens it."""


def fold(summary: str, *children: nodes.Node, id: str, kind: str = "") -> Fold:
    """A fold.

    Args:
        summary: what the reader sees of it while it is closed; it is its name for a screen reader,
            so it is another one for each fold of a page.
        children: what it holds.
        id: its anchor.
        kind: a class beside ``hw-fold``.
    """
    return Fold("", *children, summary=summary, ids=[id], classes=["hw-fold", *kind.split()])


class FoldDirective(SphinxDirective):
    """``{fold} SUMMARY``: its content, folded."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"class": directives.unchanged, "name": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        summary = self.arguments[0]
        anchor = self.options.get("name") or make_id(
            self.env, self.state.document, "", f"fold-{summary}"
        )
        found = fold(summary, id=anchor, kind=self.options.get("class", ""))
        self.state.nested_parse(self.content, self.content_offset, found)
        return [found]


def _open(self: Any, node: nodes.Element) -> None:
    classes = " ".join(node["classes"])
    anchor = f' id="{node["ids"][0]}"' if node["ids"] else ""
    self.body.append(f'<details class="{classes}"{anchor}>\n')
    self.body.append(f"<summary>{html.escape(node['summary'])}</summary>\n")
    self.body.append('<div class="hw-folded">\n')


def _close(self: Any, node: nodes.Element) -> None:
    self.body.append("</div></details>\n")


def _open_code(self: Any, node: nodes.Element) -> None:
    self.body.append(f'<details class="hw-fold hw-code {" ".join(node["classes"])}">\n')
    self.body.append(f"<summary>{html.escape(node['prompt_show'])}</summary>\n")


def _close_code(self: Any, node: nodes.Element) -> None:
    self.body.append("</details>\n")


def _arrange(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fold what follows each question, and put its model answer first; name the folds of code.

    Notebooks keep the order of the page.
    """
    if app.builder.name == "notebooks":
        return
    for number, hidden in enumerate(doctree.findall(HideCodeCellNode), 1):
        hidden["prompt_show"] = f"Code {number}{_of_what(hidden)}"
    for box in [box for box in doctree.findall(nodes.admonition) if _is_question(box)]:
        _arrange_question(box)


def _arrange_question(box: nodes.Element) -> None:
    """Behind a question its model answer, and the rest of its section folded."""
    section, id = box.parent, box["hwcode_id"]
    folds: list[nodes.Node] = []
    for model in _within(_rest(box), Fold, "hw-model-answer"):
        model.parent.remove(model)
        folds.append(model)
    for cell in _within(_rest(box), nodes.container, "tag_mistakes"):
        wrong = fold(f"Wrong answers to {id}, and why", id=f"{id}-wrong")
        cell.replace_self(wrong)
        wrong += cell
    rest = list(_rest(box))
    for node in rest:
        section.remove(node)
    if rest:
        summary = f"Derivation and answers to {id}"
        folds.append(fold(summary, *rest, id=f"{id}-derivation", kind="hw-long"))
    place = section.index(box) + 1
    section[place:place] = folds


def _of_what(hidden: nodes.Element) -> str:
    figure = next(iter(hidden.parent.findall(nodes.figure)), None) if hidden.parent else None
    return " of the figure below" if figure is not None else ""


def _is_question(node: object) -> bool:
    return isinstance(node, nodes.Element) and "hwcode_id" in node.attributes


def _rest(box: nodes.Element) -> Iterator[nodes.Node]:
    """What follows a question in its section, up to the next question."""
    following = box.parent.children[box.parent.index(box) + 1 :]
    for node in following:
        if _is_question(node):
            return
        yield node


def _within(
    places: Iterable[nodes.Node], kind: type[nodes.Element], of: str
) -> list[nodes.Element]:
    """The elements of a kind and class in these places, at any depth."""
    return [
        node
        for place in places
        if isinstance(place, nodes.Element)
        for node in place.findall(kind)
        if of in node["classes"]
    ]


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_node(Fold, html=(_open, _close))
    app.add_node(HideCodeCellNode, override=True, html=(_open_code, _close_code))
    app.add_directive("fold", FoldDirective)
    app.connect("doctree-resolved", _arrange)
