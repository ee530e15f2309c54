"""What a page's outputs depend on, and a digest of it.

jupyter-cache knows a page by its code cells alone, so after a change of a module that the cells
import it would go on serving the old outputs. Here every input of a page is found and digested, and
the digest becomes one more cell, which no one sees: a page whose inputs changed has another key.

The inputs are: the project's modules that the cells import, directly or through others; the
questions that the page shows; the files that its front matter lists under ``hwcode: reads``; the
lock of all dependencies, and which versions of those that the project names are installed; and
Python's minor version. Every page runs under an audit hook, ``hwcode.site.audit``, and fails if it
used anything else of the project.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import requires, version
from io import StringIO
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

import nbformat
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook

__all__ = ["Page", "packages", "page", "pages"]

PY_SOURCE = 1
"""The kind of module that ``modulefinder`` compiles from a file."""
WRITERS = {"jupyter-book"}
"""What writes pages and runs no cell."""


def packages(root: Path) -> list[Path]:
    """The project's own packages: the folders at its top that have an ``__init__.py``."""
    return [folder for folder in sorted(root.iterdir()) if (folder / "__init__.py").is_file()]


@cache
def installed() -> str:
    """The versions of what this project depends on, as they are here: a lock is not always kept.

    What writes pages and runs no cell is left out: whoever writes them has the same outputs.
    """
    names = {re.split(r"[^\w.-]", wanted)[0] for wanted in requires("hwcode") or []} - WRITERS
    return " ".join(f"{name}=={version(name)}" for name in sorted(names))


@dataclass(frozen=True)
class Page:
    """One executed page of the book.

    Attributes:
        root: the folder of the project.
        name: the page's document name, relative to the root and without ending.
        text: its source.
    """

    root: Path
    name: str
    text: str

    @property
    def path(self) -> Path:
        return self.root / f"{self.name}.md"

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        """The page as a notebook, with source lines of its cells."""
        return read_myst_markdown_notebook(self.text, add_source_map=True, path=str(self.path))

    @property
    def code(self) -> list[str]:
        """The sources of its code cells."""
        return [cell.source for cell in self.notebook.cells if cell.cell_type == "code"]

    @property
    def reads(self) -> list[str]:
        """Files that the front matter says the page reads, relative to the root."""
        return list(self.notebook.metadata.get("hwcode", {}).get("reads", []))

    @cached_property
    def inputs(self) -> list[Path]:
        """Every file of the project that the outputs depend on, the page itself left out.

        Raises:
            FileNotFoundError: if the front matter lists a file that is not there.
        """
        files = {self.root / name for name in [*self.reads, "requirements.lock"]}
        missing = [file for file in files if not file.is_file()]
        if missing:
            raise FileNotFoundError(f"{self.name}: no input file {missing[0]}")
        return sorted(files | self._modules())

    def _modules(self) -> set[Path]:
        finder = ModuleFinder(path=[str(self.root)])
        program = "\n".join([*self.code, *(f"import {name}" for name in self._questions())])
        kind: Any = ("", "r", PY_SOURCE)
        finder.load_module("__main__", StringIO(program), self.name, kind)
        found = (getattr(module, "__file__", None) for module in finder.modules.values())
        files = {Path(file) for file in found if file}
        ours = packages(self.root)
        return {file for file in files if any(file.is_relative_to(folder) for folder in ours)}

    def _questions(self) -> set[str]:
        """Modules of the questions in cells and directives: they are imported by their ids."""
        if not (self.root / "hwcode" / "chapters").is_dir():
            return set()
        from hwcode.chapters import CHAPTERS, questions_module, truths_module

        directives = re.findall(r"^[`:]{3,}\{[\w-]+\}.*$", self.text, re.MULTILINE)
        named = set(re.findall(r"[A-Z]\d-[\w.]+\w", "\n".join([*self.code, *directives])))
        chapters = {chapter for chapter, ids in CHAPTERS.items() if named & set(ids)}
        rooms = (questions_module, truths_module)
        return {module(chapter) for chapter in chapters for module in rooms}

    @cached_property
    def digest(self) -> str:
        """A digest of all inputs, of the installed versions and of Python's minor version."""
        total = hashlib.sha256("{}.{}".format(*sys.version_info).encode())
        total.update(installed().encode())
        for file in self.inputs:
            total.update(str(file.relative_to(self.root)).encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
        return total.hexdigest()

    @property
    def fault(self) -> str:
        """Why the page cannot be run as it stands, with the place; empty if it can."""
        lines = self.notebook.metadata.get("source_map", [])
        for index, cell in enumerate(self.notebook.cells):
            try:
                _ = ast.parse(cell.source) if cell.cell_type == "code" else None
            except SyntaxError as error:
                place = f"{self.path.name}, cell at line {lines[index] + 1}"
                return f"{place}:\nSyntaxError in its line {error.lineno}: {error.msg}"
        try:
            _ = self.inputs
        except SyntaxError as error:
            return f"{self.path.name}: SyntaxError in {error.filename}, {error.lineno}: {error.msg}"
        except OSError as error:
            return f"{self.path.name}: {error}"
        return ""

    @property
    def stamped(self) -> str:
        """The source with one more cell, hidden on the page: the digest, and what the page used."""
        told = "from hwcode.site.audit import told as _told; _told()"
        cell = f"```{{code-cell}}\n:tags: [remove-cell]\n# inputs: {self.digest}\n{told}\n```\n"
        return f"{self.text.rstrip()}\n\n{cell}"

    @property
    def stamped_notebook(self) -> nbformat.NotebookNode:
        """The notebook that is run, and by which the cache knows the page."""
        return read_myst_markdown_notebook(self.stamped, add_source_map=True, path=str(self.path))


def page(root: Path, name: str, text: str | None = None) -> Page | None:
    """The page of this document name, or None if it is not an executed one."""
    path = root / f"{name}.md"
    if text is None:
        if not path.is_file():
            return None
        text = path.read_text(encoding="utf-8")
    return Page(root, name, text) if is_myst_markdown_notebook(text) else None


def pages(root: Path) -> list[Page]:
    """The executed pages that the table of contents lists, in its order."""
    from sphinx_external_toc.parsing import parse_toc_yaml

    names = [str(document) for document in parse_toc_yaml(root / "_toc.yml")]
    found = [page(root, name) for name in names]
    return [one for one in found if one is not None]
