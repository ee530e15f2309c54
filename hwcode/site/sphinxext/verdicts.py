"""``{verdicts} SHEET``: what the checker says to answers that are known, question by question.

The rows are those of ``book/_records/verdicts.json``, which ``python -m tests.corpus.verdicts``
makes of the registry and the corpus; a test decides a sample of them again. Deciding all of them
takes as long as building the book, so the build reads the record. They stand on pages of their own,
one for each sheet: on the chapters' pages they would be a tenth of the bytes.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from hwcode.checking import Question
from hwcode.checking.question import Part
from hwcode.site.sphinxext.folds import fold
from hwcode.site.sphinxext.mathematics import mathml
from hwcode.site.sphinxext.overview import homework

__all__ = ["anchor", "groups", "setup", "table"]

RECORD = Path("book") / "_records" / "verdicts.json"
GROUPS = ("right", "wrong", "asked back", "unreadable", "not judged")
HEAD = ("answer", "verdict", "what is said")
Row = Mapping[str, str]


def anchor(id: str) -> str:
    """The place of a question's verdicts on the page of its sheet."""
    return f"verdicts-{id}"


def groups(rows: Sequence[Row]) -> list[Row]:
    """Rows by outcome, what differs from what it ought to be before all others.

    >>> rows = [{"outcome": "unreadable"}, {"outcome": "wrong"}, {"outcome": "right, rounded"}]
    >>> [row["outcome"] for row in groups([*rows, {"outcome": "wrong", "expect": "right"}])]
    ['wrong', 'right, rounded', 'wrong', 'unreadable']
    """
    return sorted(rows, key=lambda row: ("expect" not in row, _place(row["outcome"])))


def _place(outcome: str) -> int:
    plain = outcome.partition(",")[0]
    return GROUPS.index(plain) if plain in GROUPS else len(GROUPS)


def table(caption: str, rows: Sequence[Row]) -> str:
    """The rows of a part as HTML; answers stand as they are typed, programs by what they do.

    >>> told = table("A", [{"answer": "x<1", "outcome": "wrong", "said": "it is `y`"}])
    >>> "<code>x&lt;1</code>" in told, "it is <code>y</code>" in told
    (True, True)
    """
    head = "".join(f'<th scope="col">{told}</th>' for told in HEAD)
    body = "\n".join(f"<tr>{''.join(_cells(row))}</tr>" for row in groups(rows))
    return (
        f'<div class="hw-wide"><table class="table hw-verdicts"><caption>{html.escape(caption)}'
        f"</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>\n"
    )


def _cells(row: Row) -> Iterator[str]:
    typed = html.escape(row["answer"], quote=False)
    yield f"<td>{typed}</td>" if "program" in row else f"<td><code>{typed}</code></td>"
    told = row["outcome"]
    if "expect" in row:
        told += f", and ought to be {row['expect']}"
    yield f"<td>{told}</td>"
    told = f"{row['said']} {row.get('because', '')}"
    yield f"<td>{_said(told)}</td>"


def _said(text: str) -> str:
    """A sentence with code in backticks and formulas in dollars."""
    return re.sub(
        r"\$([^$]+)\$|`([^`]+)`|[^$`]+|.", lambda found: _piece(*found.group(0, 1, 2)), text.strip()
    )


def _piece(whole: str, latex: str | None, code: str | None) -> str:
    if latex:
        try:
            return mathml(latex)
        except ValueError:
            return html.escape(whole, quote=False)
    told = html.escape(code or whole, quote=False)
    return f"<code>{told}</code>" if code else told


def summary(rows: Sequence[Row]) -> str:
    """How many rows there are of each outcome, and how many differ from what they ought to be."""
    counts = Counter(row["outcome"].partition(",")[0] for row in rows)
    told = ", ".join(f"{counts[name]} {name}" for name in GROUPS if counts[name])
    wrong = sum("expect" in row for row in rows)
    known = f"{wrong} of them by mistake" if wrong else "none of them by a mistake that is known"
    return f"{len(rows)} answers: {told}; {known}."


class VerdictsDirective(SphinxDirective):
    """The verdicts of one sheet, a fold for each question."""

    required_arguments = 1
    has_content = False

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir) / RECORD
        self.env.note_dependency(str(path))
        record = json.loads(path.read_text(encoding="utf-8"))
        asked = {one.id: one for _, one in homework(self.arguments[0])}.values()
        rows = [row for one in asked for part in one.parts for row in record.get(one.key(part), [])]
        return [nodes.paragraph(text=summary(rows)), *(self._fold(one, record) for one in asked)]

    def _fold(self, asked: Question, record: Mapping[str, Sequence[Row]]) -> nodes.Node:
        told = f"{' and '.join(asked.ids)}: {asked.title}"
        tables = (
            table(_caption(asked, part), record.get(asked.key(part), [])) for part in asked.parts
        )
        return fold(
            told, *(nodes.raw("", text, format="html") for text in tables), id=anchor(asked.id)
        )


def _caption(asked: Question, part: Part) -> str:
    asks = part.asks.replace("$", "").replace("`", "")
    return f"{asked.key(part)}: {asks}" if asks else asked.key(part)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("verdicts", VerdictsDirective)
