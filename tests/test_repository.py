"""The repository itself: its frame, its arrows, what must not be in it."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from hwcode.sphinxext.inputs import pages
from tests.conftest import ROOT

TOP = {
    "_config.yml", "_toc.yml", "book", "hwcode", "tests", "results", "environment.yml",
    "pyproject.toml", "requirements.lock", "Makefile", "README.md", "CONTRIBUTING.md", "LICENSE",
    "CITATION.cff", ".ci", ".github", ".gitignore", ".gitattributes", ".editorconfig",
}  # fmt: skip


def tracked() -> list[Path]:
    """The files that git knows, or skip where this is no checkout."""
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_top_holds_what_it_should_and_nothing_else():
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP


def test_no_path_of_a_machine_and_no_host_of_a_registry():
    hosts = "|".join(("py" + "pi", "npm" + "js", "python" + "hosted"))
    pattern = re.compile(rf"/(?:root|home/[a-z]+|Users/[a-z]+)/|\b(?:{hosts})\.(?:org|com)")
    for path in tracked():
        if path.suffix in (".npz", ".svg"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not pattern.search(line), f"{path.relative_to(ROOT)}:{number}"


def test_every_locked_version_has_hashes_and_no_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    blocks = re.split(r"\n(?=\S)", lock)
    assert len(blocks) > 80
    for block in blocks:
        assert re.match(r"[\w.-]+==\S+", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


ROOMS = {
    "checking": {"checking"},
    "data": {"data"},
    "training": {"training", "data", "checking"},
    "page": {"page", "checking", "questions", "training", "data"},
    "questions": None,
    "experiments": None,
    "sphinxext": {"sphinxext", "checking", "questions"},
}
"""Which rooms a room may import; None for those that know their chapters."""


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hwcode"):
            parts = (node.module or "").split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found |= {name[1] for name in names if name[0] == "hwcode" and len(name) > 1}
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_arrows_point_one_way(room):
    base = ROOT / "hwcode"
    one = base / f"{room}.py"
    files = [one] if one.is_file() else list((base / room).glob("**/*.py"))
    assert files
    for path in files:
        imported = imports_of(path)
        assert "sphinxext" not in imported or room == "sphinxext"
        # The public function looks a question up by its id: the one arrow that leads there.
        allowed = ROOMS[room]
        if path.name in ("api.py", "isolation.py") or path.name == "commands.py":
            imported -= {"questions", "experiments"}
        if allowed is not None:
            assert imported <= allowed, f"{path.relative_to(ROOT)} imports {imported - allowed}"


def test_no_page_imports_the_build():
    for path in (ROOT / "book").glob("*.md"):
        assert "hwcode.sphinxext" not in path.read_text(encoding="utf-8"), path.name


def test_modules_fit_on_a_few_screens():
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked()
        if path.suffix == ".py"
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > 420
    }
    assert not long


@pytest.mark.parametrize("name", ["tests.yml", "book.yml"])
def test_workflows_are_pinned_and_have_least_permissions(name):
    text = (ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    for use in re.findall(r"uses: (\S+)", text):
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", use), use
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 90


def test_ci_calls_the_commands_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "set -euo pipefail" in script
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("make book", "make test"):
        assert command in script
        assert f"$ {command}" in readme


def test_readme_examples_in_python_hold():
    import doctest

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(code, {}, "README", "README.md", 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


def test_readme_console_output_is_what_the_command_prints(capsys):
    import shlex

    from hwcode.cli import main

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"\$ hwcode (check \S+ \"[^\"]+\")\n((?:(?!\$ ).+\n)+?)```", text)
    command, printed = shown.groups()
    main(shlex.split(command))
    assert capsys.readouterr().out == printed


def test_bibliography_is_cited_and_cited_entries_exist():
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    entries = set(re.findall(r"^@\w+\{(\w+),", bibliography, re.MULTILINE))
    cited = set()
    for path in (ROOT / "book").glob("*.md"):
        for keys in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", path.read_text(encoding="utf-8")):
            cited |= {key.strip() for key in keys.split(",")}
    assert cited == entries


SHOWING = {"answer", "figure", "holds", "mistakes", "shown", "table"}


def test_what_a_cell_shows_is_its_last_expression():
    """A figure in the middle of a cell is drawn and never seen."""
    lost = []
    for found in pages(ROOT):
        for source in found.code:
            *before, _ = ast.parse(source).body or [None]
            for node in before:
                if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                    called = ast.unparse(node.value.func)
                    if called.partition(".")[0] == "page" and called.split(".")[-1] in SHOWING:
                        lost.append(f"{found.name}: {ast.unparse(node)[:80]}")
    assert not lost
