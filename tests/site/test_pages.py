"""Every page runs, and uses nothing of the project that is not among its inputs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from hwcode.chapters import CHAPTERS, questions_module, truths_module
from hwcode.site.sphinxext.cache import build_lock, open_cache, outputs_of
from hwcode.site.sphinxext.inputs import page, pages
from hwcode.site.sphinxext.running import run_pages, unlisted
from tests.conftest import ROOT
from tests.site.toybook import HEAD

pytestmark = pytest.mark.pages

NAMES = [found.name for found in pages(ROOT)]


@pytest.fixture(scope="module")
def executed():
    """Every page with its outputs: from the cache, or run now, side by side."""
    with build_lock(ROOT):
        cache = open_cache(ROOT)
        found = {one.name: outputs_of(cache, one) for one in pages(ROOT)}
        stale = [one for one in pages(ROOT) if found[one.name] is None]
        ended = {ran.page.name: ran.error for ran in run_pages(ROOT, stale)} if stale else {}
        found |= {one.name: outputs_of(cache, one) for one in stale}
    return found, ended


@pytest.mark.parametrize("name", NAMES)
def test_page_runs_and_its_inputs_are_complete(name, executed):
    notebooks, ended = executed
    assert not ended.get(name)
    found = page(ROOT, name)
    told = [
        output.metadata["hwcode-used"]
        for cell in notebooks[name].cells
        for output in cell.get("outputs", [])
        if "hwcode-used" in output.get("metadata", {})
    ]
    assert len(told) == 1, "the page does not say what it used"
    assert any(used.startswith("hwcode/") for used in told[0]), "what is used is not seen"
    assert not unlisted(found, notebooks[name])


def test_what_the_inputs_miss_fails_the_page(tmp_path):
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: page\n")
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "__init__.py").write_text("")
    (tmp_path / "toy" / "hidden.py").write_text("value = 1\n")
    (tmp_path / "toy" / "read.py").write_text("")
    (tmp_path / "data.txt").write_text("1")
    cells = [
        "import sys; sys.path.insert(0, '.')",
        "import importlib; importlib.import_module('toy.hidden')",
        "open('data.txt').read(); open('toy/read.py').read()",
    ]
    text = HEAD.format(extra="") + "# Page\n"
    text += "".join(f"\n```{{code-cell}}\n{cell}\n```\n" for cell in cells)
    (tmp_path / "page.md").write_text(text)
    before = dict(os.environ)
    (ran,) = run_pages(tmp_path, pages(tmp_path))
    assert dict(os.environ) == before, "this process has its data and devices as before"
    missed = "data.txt, toy/__init__.py, toy/hidden.py, toy/read.py"
    assert ran.error.startswith(f"page.md uses {missed}, which its inputs do not have")
    assert outputs_of(open_cache(tmp_path), pages(tmp_path)[0]) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_depends_on_its_own_questions_alone(name):
    found = page(ROOT, name)
    rooms = {chapter: _room(chapter) for chapter in CHAPTERS}
    chapters = {
        chapter
        for chapter, room in rooms.items()
        if any(path.is_relative_to(room) for path in found.inputs)
    }
    cells = "\n".join(found.code)
    imported = _named(cells)
    checked = {other for other, ids in CHAPTERS.items() if any(one in cells for one in ids)}
    own = {Path(name).name} & set(CHAPTERS)
    assert own <= chapters
    # Beside its own: what its cells import or check, and what these build on in turn.
    behind = _behind(own | imported | checked)
    assert chapters <= behind, f"{chapters - behind} are inputs of {name} for no reason"


def _room(chapter: str) -> Path:
    return (ROOT / questions_module(chapter).replace(".", "/")).resolve()


def _named(text: str) -> set[str]:
    """The chapters whose questions or truths a source imports."""
    rooms = {
        module(chapter).removeprefix("hwcode."): chapter
        for chapter in CHAPTERS
        for module in (questions_module, truths_module)
    }
    return {chapter for room, chapter in rooms.items() if re.search(rf"{room}\b", text)}


def _behind(chapters: set[str]) -> set[str]:
    """The chapters, and those whose questions theirs import."""
    found, waiting = set(), set(chapters)
    while waiting:
        chapter = waiting.pop()
        found.add(chapter)
        homes = (questions_module(chapter), truths_module(chapter))
        files = [file for home in homes for file in (ROOT / home.replace(".", "/")).glob("*.py")]
        waiting |= _named("".join(file.read_text() for file in files)) - found
    return found
