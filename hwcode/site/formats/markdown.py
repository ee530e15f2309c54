"""A page as plain Markdown, which notebooks show: what Sphinx resolved, without the syntax of MyST.

Every kind of node is written here, or it is an error: nothing raw can be left over.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable

from docutils import nodes
from sphinx import addnodes

from hwcode.site.inpage.boxes import AnswerBox
from hwcode.site.sphinxext.folds import Fold

__all__ = ["Markdown"]

SPECIAL = re.compile(r"([\\`*_\[\]<>$])")
FIRST = re.compile(r"^(#+|[+-]|\d+[.)])(?=\s)")
"""What would begin a heading or a list."""
NOTHING = (
    nodes.comment, nodes.target, nodes.substitution_definition, nodes.raw, addnodes.index,
    AnswerBox,
)  # fmt: skip
"""Not shown; drawings are among the outputs of their cells."""
HELD = (nodes.document, nodes.section, nodes.container, nodes.compound, nodes.figure)
"""Shown as what they hold."""
SPANS = (nodes.inline, nodes.generated)
AROUND = {nodes.emphasis: "*", nodes.strong: "**"}


class Markdown:
    """Writes nodes as Markdown.

    Args:
        link: the address that a reference leads to; empty where a notebook has none for it.
        number: the number of an equation or figure, as the book counts them; empty if it has none.
    """

    def __init__(
        self,
        link: Callable[[nodes.Element], str] = lambda node: "",
        number: Callable[[nodes.Element], str] = lambda node: "",
    ) -> None:
        self.link = link
        self.number = number

    def text(self, *found: nodes.Node) -> str:
        """Blocks as Markdown, with an empty line between any two.

        Raises:
            NotImplementedError: names a kind of node that it does not know.

        >>> formula = nodes.math("", "x^2")
        >>> item = nodes.list_item("", nodes.paragraph("", "", nodes.Text("a*b = "), formula))
        >>> print(Markdown().text(nodes.bullet_list("", item)))
        - a\\*b = $x^2$
        """
        return "\n\n".join(filter(str.strip, map(self._block, found)))

    def line(self, found: Iterable[nodes.Node]) -> str:
        """What stands within a line."""
        return re.sub(r"\s*\n\s*", " ", "".join(map(self._span, found))).strip()

    def _block(self, node: nodes.Node) -> str:
        if isinstance(node, NOTHING):
            return ""
        if isinstance(node, HELD):
            return self.text(*node.children)
        match node:
            case nodes.paragraph() | nodes.Text():
                return FIRST.sub(r"\\\1", self.line([node]))
            case nodes.title() | nodes.rubric():
                return f"**{self.line(node.children)}**"
            case nodes.caption():
                return f"**{self.number(node.parent)}** {self.line(node.children)}".strip()
            case nodes.math_block():
                number = self.number(node)
                tag = f" \\tag{{{number}}}" if number else ""
                return f"$$\n{node.astext().strip()}{tag}\n$$"
            case nodes.literal_block():
                return f"```{_language(node)}\n{node.astext()}\n```"
            case nodes.bullet_list():
                return self._list(node, lambda place: "- ")
            case nodes.enumerated_list():
                return self._list(node, lambda place: f"{place}. ")
            case nodes.definition_list():
                return self.text(*(part for item in node.children for part in item.children))
            case nodes.term():
                return f"**{self.line(node.children)}**"
            case nodes.definition():
                return self.text(*node.children)
            case nodes.block_quote() | nodes.Admonition():
                return "\n".join(
                    f"> {line}".rstrip() for line in self.text(*node.children).splitlines()
                )
            case nodes.table():
                return self._table(node)
            case Fold():
                told = html.escape(node["summary"], quote=False)
                inner = self.text(*node.children)
                return f"<details>\n<summary>{told}</summary>\n\n{inner}\n\n</details>"
            case nodes.transition():
                return "---"
        raise NotImplementedError(f"a notebook cannot show {type(node).__name__}: {node!s:.200}")

    def _list(self, node: nodes.Element, mark: Callable[[int], str]) -> str:
        items = []
        for place, item in enumerate(node.children, 1):
            assert isinstance(item, nodes.Element)
            begin = mark(place)
            inner = self.text(*item.children).replace("\n", "\n" + " " * len(begin))
            items.append(begin + re.sub(r"\n +(?=\n)", "\n", inner))
        loose = any(len(item.children) > 1 for item in node.children)
        return ("\n\n" if loose else "\n").join(items)

    def _table(self, node: nodes.Element) -> str:
        rows = [
            [self._cell(entry) for entry in row.findall(nodes.entry)]
            for row in node.findall(nodes.row)
        ]
        head, *body = [f"| {' | '.join(row)} |" for row in rows]
        title = "".join(f"**{self.line(one.children)}**\n\n" for one in node.findall(nodes.title))
        return title + "\n".join([head, "|" + "---|" * len(rows[0]), *body])

    def _cell(self, entry: nodes.Element) -> str:
        """A cell of a table: no bar in it may end it."""
        told = self.line(part for block in entry.children for part in block.children)
        set_apart = re.split(r"(\$[^$]*\$)", told)
        return "".join(
            re.sub(r"\\\|", r"\\Vert ", piece).replace("|", r"\vert ")
            if piece.startswith("$")
            else piece.replace("|", r"\|")
            for piece in set_apart
        )

    def _span(self, node: nodes.Node) -> str:
        if isinstance(node, NOTHING):
            return ""
        match node:
            case nodes.Text():
                return SPECIAL.sub(r"\\\1", str(node))
            case nodes.math():
                return f"${node.astext().strip()}$"
            case nodes.literal():
                return _code(node.astext())
            case nodes.emphasis() | nodes.strong():
                inner = "".join(map(self._span, node.children))
                around = AROUND[type(node)]
                return f"{around}{inner.strip()}{around}" if inner.strip() else inner
            case nodes.reference():
                inner = "".join(map(self._span, node.children))
                address = self.link(node)
                return f"[{inner}]({address})" if address else inner
            case nodes.paragraph() | nodes.inline() | nodes.generated():
                return "".join(map(self._span, node.children))
        raise NotImplementedError(f"a line cannot show {type(node).__name__}: {node!s:.200}")


def _code(text: str) -> str:
    """Code within a line, which may itself have backticks.

    >>> _code("a`b")
    '``a`b``'
    """
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _language(node: nodes.Element) -> str:
    name = str(node.get("language", ""))
    return "" if name in ("default", "none", "text") else name
