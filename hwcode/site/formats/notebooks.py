"""The chapters as notebooks: *solved*, which runs from top to bottom, and *exercises*.

A Sphinx builder, ``notebooks``: text comes from the resolved pages, cells with their outputs from
the execution cache, and behind each question stand the cells that check an answer to it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.config import Config

from hwcode.chapters import CHAPTERS, questions_of
from hwcode.checking import Part, Question
from hwcode.site.formats.editions import BLANK, asked_for, extra_of, right_answer, written
from hwcode.site.formats.markdown import Markdown
from hwcode.site.sphinxext.cache import open_cache, outputs_of
from hwcode.site.sphinxext.citing import ADDRESS
from hwcode.site.sphinxext.folds import Fold, fold
from hwcode.site.sphinxext.inputs import Page, page
from hwcode.site.sphinxext.wheel import NAME

__all__ = ["EDITIONS", "NotebookBuilder", "install", "setup", "without_glue"]

EDITIONS = ("solved", "exercises")
TRAINED = frozenset({"scipy", "sklearn", "torch", "torchvision", "tqdm"})
"""Imports for which the package needs its extra ``train``."""


def install(extra: str, more: str = "") -> str:
    """The first cell: it installs the package from the site's own wheel, and what figures need."""
    wanted = f"hwcode[{extra}]" if extra else "hwcode"
    return "\n".join(
        [
            "# The package comes from the site: its address, or the folder in which it lies.",
            "from pathlib import Path",
            "",
            f'SITE = "{ADDRESS or ".."}"',
            f'WHEEL = "{NAME}"',
            'place = f"{SITE}/{WHEEL}" if "://" in SITE else Path(SITE, WHEEL).resolve().as_uri()',
            f'%pip install --quiet "{wanted} @ {{place}}"{more}',
        ]
    )


def without_glue(source: str) -> str:
    """A cell without what hands numbers over to the text of the page.

    >>> print(without_glue("x = 2\\npage.glue('x', x)\\nfor y in [1]:\\n    page.glue('y', y)\\nx"))
    x = 2
    x
    """
    gone: set[int] = set()

    def is_empty(node: ast.stmt) -> bool:
        if isinstance(node, ast.Expr):
            return ast.unparse(node).startswith("page.glue(")
        if isinstance(node, (ast.For, ast.If)):
            return not node.orelse and all([is_empty(one) for one in node.body])
        return False

    def look(statements: list[ast.stmt]) -> None:
        for node in statements:
            if is_empty(node):
                gone.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            for inner in ("body", "orelse"):
                look(getattr(node, inner, []) if not isinstance(node, ast.Expr) else [])

    look(ast.parse(source).body)
    kept = [line for place, line in enumerate(source.splitlines(), 1) if place not in gone]
    return "\n".join(kept).strip("\n")


class _Chapter:
    """One chapter, as it is written into its notebooks."""

    def __init__(self, builder: NotebookBuilder, docname: str, document: nodes.document) -> None:
        self.builder = builder
        self.docname = docname
        self.document = document
        found = page(Path(builder.srcdir), docname)
        assert found is not None
        self.page: Page = found
        executed = outputs_of(open_cache(found.root), found)
        if executed is None:
            raise RuntimeError(f"{docname} was not run; 'make book' runs it")
        self.executed = executed
        self.asked = questions_of(Path(docname).name)
        self.cited: set[str] = set()
        self.markdown = Markdown(self._link, self._number)

    def notebook(self, edition: str) -> nbformat.NotebookNode:
        """The chapter in one of the editions."""
        self.solved, self.next, self.cells = edition == "solved", 0, list[Any]()
        self.cited.clear()
        extra, more = extra_of(self.asked), ""
        if self.solved:
            extra = "train" if _imports(self.page) & TRAINED else "programs"
            more = " matplotlib networkx"
        section = next(iter(self.document.findall(nodes.section)))
        self._section(section, 1)
        title, *rest = self.cells
        begin = [_code(install(extra, more)), _code("import hwcode")]
        notebook = nbformat.v4.new_notebook(cells=[title, *begin, *rest, *self._references()])
        for place, cell in enumerate(notebook.cells):
            cell.id = f"cell-{place}"  # else drawn at random, and no two builds were alike
        notebook.metadata = {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
            "hwcode": {"chapter": Path(self.docname).name, "edition": edition},
        }
        nbformat.validate(notebook)
        return notebook

    def _section(self, section: nodes.section, depth: int) -> None:
        asked = False
        for node in section.children:
            match node:
                case nodes.title():
                    self._add(f"{'#' * depth} {self.markdown.line(node.children)}")
                case nodes.section():
                    if self.solved or any(map(_is_question, node.findall(nodes.admonition))):
                        self._section(node, depth + 1)
                case nodes.admonition() if _is_question(node):
                    self._question(node)
                    asked = True
                case nodes.container() if node.get("nb_element") == "cell_code":
                    if self.solved:
                        self._cell(node)
                case _ if self.solved or not (asked or isinstance(node, Fold)):
                    self._add(self.markdown.text(node))

    def _add(self, text: str) -> None:
        """Text goes into the last cell, if that is text."""
        if not text.strip():
            return
        if self.cells and self.cells[-1].cell_type == "markdown" and not text.startswith("#"):
            self.cells[-1].source += f"\n\n{text}"
        else:
            self.cells.append(nbformat.v4.new_markdown_cell(text))

    def _question(self, box: nodes.Element) -> None:
        asked = next(one for one in self.asked if box["hwcode_id"] in one.ids)
        for node in box.children:
            if not isinstance(node, Fold) or "hw-hint" in node["classes"]:
                self._add(self.markdown.text(node))
        for title, parts in (("", asked.asked), ("Beyond the question", asked.added)):
            if title and parts:
                self._add(f"**{title}:** what we add.")
            for part in parts:
                self._add(asked_for(part))
                self._answer(asked, part)
        if self.solved:
            return
        self._add(f"*Your own work on {asked.id}:*")
        self.cells.append(_code(""))

    def _answer(self, asked: Question, part: Part) -> None:
        text = right_answer(part) if self.solved else BLANK
        self.cells.append(_code(written(asked, part, text)))

    def _cell(self, node: nodes.Element) -> None:
        """The cells up to this one, with their outputs, and the captions of its figures."""
        tags = node["cell_metadata"].get("tags", [])
        if "answer" in tags:
            self._add(self.markdown.text(*node.children))
        elif "mistakes" in tags:
            self._add(self.markdown.text(fold("Wrong answers, and why", *node.children, id="")))
        for place in range(self.next, node["cell_index"] + 1):
            self._code_cell(self.executed.cells[place])
        self.next = node["cell_index"] + 1
        for caption in node.findall(nodes.caption):
            self._add(self.markdown.text(caption))

    def _code_cell(self, cell: nbformat.NotebookNode) -> None:
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type != "code" or tags & {"answer", "mistakes"}:
            return
        if source := without_glue(cell.source):
            made = _code(source, [one for one in cell.outputs if not _is_inner(one)])
            made.execution_count = cell.execution_count
            if "hide-input" in tags:
                made.metadata.jupyter = {"source_hidden": True}
            self.cells.append(made)

    def _link(self, node: nodes.Element) -> str:
        address = str(node.get("refuri", ""))
        if "://" in address:
            return address
        name, _, anchor = address.partition("#")
        if name.endswith("bibliography.html"):
            self.cited.add(anchor)
        return f"{ADDRESS}/book/{address}" if ADDRESS and address else ""

    def _number(self, node: nodes.Element) -> str:
        env = self.builder.env
        if isinstance(node, nodes.math_block) and not node.get("number"):
            return ""
        kind = "displaymath" if isinstance(node, nodes.math_block) else "figure"
        numbers = env.toc_fignumbers.get(self.docname, {}).get(kind, {})
        found = ".".join(map(str, numbers.get((node["ids"] or [""])[0], ())))
        return found if kind == "displaymath" or not found else f"Figure {found}."

    def _references(self) -> list[Any]:
        if not self.cited:
            return []
        document = self.builder.bibliography()
        entries = [one for one in document.findall(nodes.citation) if self.cited & {*one["ids"]}]
        lines = [
            f"- {self.markdown.line(part for one in entry.children[1:] for part in one.children)}"
            for entry in entries
        ]
        return [nbformat.v4.new_markdown_cell("## References\n\n" + "\n".join(lines))]


class NotebookBuilder(Builder):
    """Writes ``NAME-solved.ipynb`` and ``NAME-exercises.ipynb`` for each chapter."""

    name = "notebooks"
    format = "notebooks"
    epilog = "The notebooks are in %(outdir)s."

    def get_outdated_docs(self) -> Iterator[str]:
        yield from (f"book/{one}" for one in CHAPTERS if f"book/{one}" in self.env.found_docs)

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        return f"{docname}.html"

    def prepare_writing(self, docnames: Set[str]) -> None:
        self.chapters = {*self.get_outdated_docs()}

    def write_doc(self, docname: str, doctree: nodes.document) -> None:
        if docname not in self.chapters:
            return
        chapter = _Chapter(self, docname, doctree)
        for edition in EDITIONS:
            target = Path(self.outdir) / f"{Path(docname).name}-{edition}.ipynb"
            nbformat.write(chapter.notebook(edition), target)

    def bibliography(self) -> nodes.document:
        """The page with all entries."""
        return self.env.get_and_resolve_doctree("book/bibliography", self)

    def finish(self) -> None:
        pass


def _code(source: str, outputs: Any = ()) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, outputs=[*outputs])


def _imports(found: Page) -> set[str]:
    """Libraries that the cells and the modules under them import."""
    modules = [path for path in found.inputs if path.suffix == ".py"]
    sources = [*found.code, *(path.read_text(encoding="utf-8") for path in modules)]
    names = set()
    for node in (one for source in sources for one in ast.walk(ast.parse(source))):
        if isinstance(node, ast.Import):
            names |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def _is_inner(output: nbformat.NotebookNode) -> bool:
    """Whether an output is for the build alone: a number for the text, what the page used."""
    kinds = output.get("data", {})
    return any("papermill" in kind for kind in kinds) or "hwcode-used" in output.get("metadata", {})


def _is_question(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Element) and "hwcode_id" in node.attributes


def _configure(app: Sphinx, config: Config) -> None:
    kinds = ("text/html", "image/svg+xml", "image/png", "text/markdown", "text/plain")
    more = [(NotebookBuilder.name, kind, place) for place, kind in enumerate(kinds)]
    config.nb_mime_priority_overrides = [*config.nb_mime_priority_overrides, *more]


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_builder(NotebookBuilder)
    app.connect("config-inited", _configure)
