"""Every page runs, and uses nothing of the project that is not among its inputs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from hwcode.questions import CHAPTERS
from hwcode.sphinxext.cache import KERNEL_ENVIRONMENT
from hwcode.sphinxext.inputs import page, pages
from tests.conftest import ROOT
from tests.toybook import HEAD

pytestmark = pytest.mark.pages

NAMES = [found.name for found in pages(ROOT)]


def audited(name: str, root: Path = ROOT) -> dict[str, list[str]]:
    script = Path(__file__).with_name("audit_page.py")
    done = subprocess.run(
        [sys.executable, str(script), str(root), name],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **KERNEL_ENVIRONMENT, "MPLBACKEND": "agg"},
    )
    assert done.returncode == 0, f"{name} fails:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}"
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def audits():
    """All pages, as many at a time as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running: dict[str, Future] = {name: pool.submit(audited, name) for name in NAMES}
        yield running


@pytest.mark.parametrize("name", NAMES)
def test_page_runs_and_its_inputs_are_complete(name, audits):
    used = audits[name].result()
    unlisted = set(used["files"]) - set(used["inputs"])
    assert not unlisted, f"{name} reads {unlisted}: list them under 'hwcode: reads'"
    unfound = set(used["modules"]) - set(used["inputs"])
    assert not unfound, f"{name} imports {unfound}, which are not among its inputs"


def test_the_audit_sees_what_the_inputs_miss(tmp_path):
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
    used = audited("page", tmp_path)
    imported = {"toy/__init__.py", "toy/hidden.py"}
    assert set(used["modules"]) - set(used["inputs"]) == imported
    assert set(used["files"]) - set(used["inputs"]) == imported | {"data.txt", "toy/read.py"}


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_depends_on_its_own_questions_alone(name):
    found = page(ROOT, name)
    questions = ROOT / "hwcode" / "questions"
    below = [path.relative_to(questions) for path in found.inputs if path.is_relative_to(questions)]
    chapters = {Path(path.parts[0]).stem for path in below} & set(CHAPTERS)
    cells = "\n".join(found.code)
    imported = set(re.findall(r"hwcode\.questions\.(\w+)", cells)) & set(CHAPTERS)
    checked = {other for other, ids in CHAPTERS.items() if any(one in cells for one in ids)}
    own = {Path(name).name} & set(CHAPTERS)
    assert own <= chapters
    # Beside its own: what its cells import or check, and what these build on in turn.
    behind = _behind(own | imported | checked)
    assert chapters <= behind, f"{chapters - behind} are inputs of {name} for no reason"


def _behind(chapters: set[str]) -> set[str]:
    """The chapters, and those whose questions theirs import."""
    found, waiting = set(), set(chapters)
    while waiting:
        chapter = waiting.pop()
        found.add(chapter)
        home = ROOT / "hwcode" / "questions" / chapter
        text = "".join(file.read_text() for file in home.glob("*.py"))
        waiting |= set(re.findall(r"hwcode\.questions\.(\w+)", text)) & set(CHAPTERS) - found
    return found
