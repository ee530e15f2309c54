"""A small book of its own, for tests of the build: a few pages, a package, a data file."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from hwcode.site.sphinxext.cache import cached, open_cache
from hwcode.site.sphinxext.inputs import pages

HEAD = """\
---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3}}
{extra}---
"""

CONFIG = """\
title: Toy
only_build_toc_files: true
exclude_patterns: [_build, ".*", "**/.*"]
execute: {execute_notebooks: cache, raise_on_error: false, stderr_output: error, timeout: 60}
parse: {myst_enable_extensions: [colon_fence, dollarmath]}
sphinx:
  extra_extensions: [hwcode.site.sphinxext]
  recursive_update: true
  config: {nb_merge_streams: true, nb_render_markdown_format: myst}
"""

PAGES = {
    "leafy": ("from toy import leaf\nprint('leaf', leaf.value)", ""),
    "deep": ("def f():\n    from toy.outer import total\n    return total()\nprint(f())", ""),
    "reader": ("print(open('../data.txt').read())", "hwcode: {reads: [data.txt]}\n"),
    "plain": ("print('plain')", ""),
}
MODULES = {
    "__init__.py": "",
    "core.py": "base = 1\n",
    "leaf.py": "value = 10\n",
    "outer.py": "from . import core\n\n\ndef total():\n    return core.base + 1\n",
    "unrelated.py": "value = 0\n",
}


class ToyBook:
    """The book in a folder, and ways to change it and to look at what runs."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, cells: dict[str, tuple[str, str]] | None = None) -> ToyBook:
        """Write the book, with further pages."""
        (self.root / "toy").mkdir(parents=True)
        (self.root / "book").mkdir()
        for name, source in MODULES.items():
            (self.root / "toy" / name).write_text(source)
        (self.root / "_config.yml").write_text(CONFIG)
        (self.root / "requirements.lock").write_text("a==1\n")
        (self.root / "data.txt").write_text("data 1\n")
        self.pages = {}
        for name, (code, extra) in {**PAGES, **(cells or {})}.items():
            self.add(name, code, extra)
        return self

    def add(self, name: str, code: str, extra: str = "", prose: str = "Text.") -> None:
        """Write a page with one cell, and enter it in the table of contents."""
        text = HEAD.format(extra=extra) + f"# {name}\n\n{prose}\n\n```{{code-cell}}\n{code}\n```\n"
        self.path(name).write_text(text)
        self.pages[name] = None
        chapters = "".join(f"  - file: book/{page}\n" for page in list(self.pages)[1:])
        first = next(iter(self.pages))
        contents = f"format: jb-book\nroot: book/{first}\nchapters:\n{chapters}"
        (self.root / "_toc.yml").write_text(contents)

    def path(self, name: str) -> Path:
        """The file of a page, of a module (``toy/leaf.py``), or another one."""
        return self.root / name if "." in name else self.root / "book" / f"{name}.md"

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file; it has to be there."""
        path = self.path(name)
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    @property
    def environment(self) -> dict[str, str]:
        before = os.environ.get("PYTHONPATH")
        path = os.pathsep.join(filter(None, (str(self.root), before)))
        return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}

    def start(self, *arguments: str) -> subprocess.Popen:
        """Start ``make book`` (without make)."""
        return subprocess.Popen(
            [sys.executable, "-m", "hwcode.site.sphinxext.build", *arguments],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # A shell starts its background jobs with SIGINT ignored, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def build(self, *arguments: str) -> Built:
        """Build the book and wait for the end."""
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=240)
        return Built(process.returncode, output)

    def jupyter_book(self, *options: str) -> Built:
        """Plain ``jupyter-book build .``."""
        process = self.start_jupyter_book(*options)
        output, _ = process.communicate(timeout=240)
        return Built(process.returncode, output)

    def start_jupyter_book(self, *options: str) -> subprocess.Popen:
        """Start plain ``jupyter-book build .``."""
        command = [str(Path(sys.executable).with_name("jupyter-book")), "build", ".", *options]
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def stale(self) -> set[str]:
        """The pages that would run now."""
        cache = open_cache(self.root)
        return {Path(one.name).name for one in pages(self.root) if not cached(cache, one)}

    def html(self, name: str) -> str:
        """The built page."""
        return (self.root / "_build" / "html" / "book" / f"{name}.html").read_text()


class Built:
    """How a build ended."""

    def __init__(self, status: int, output: str) -> None:
        self.status = status
        self.output = re.sub(r"\x1b\[[0-9;]*m", "", output)

    @property
    def ran(self) -> set[str]:
        """The pages that it ran before the Sphinx build."""
        return set(re.findall(r"^(?:ran|FAILED) book/(\w+) in", self.output, re.MULTILINE))


def kill_group(process: subprocess.Popen) -> None:
    """End a build and all its kernels at once, as a crash of the machine would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
