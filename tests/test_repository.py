"""The repository itself: its frame, its arrows, what must not be in it."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from hwcode import chapters
from hwcode.site.sphinxext.inputs import pages
from tests.conftest import ROOT

TOP = {
    "_config.yml", "_toc.yml", "book", "hwcode", "tests", "environment.yml",
    "pyproject.toml", "requirements.lock", "Makefile", "README.md",
    "SECURITY.md", "CONTRIBUTING.md", "LICENSE",
    "requirements-inpage.lock", "requirements-next.lock", "conf.py",
    "CHANGELOG.md",
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
    blocks = []
    for name in ("requirements.lock", "requirements-inpage.lock", "requirements-next.lock"):
        lock = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in lock
        blocks += re.split(r"\n(?=\S)", lock)
    assert len(blocks) > 80
    for block in blocks:
        assert re.match(r"[\w.-]+==\S+", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


LOW = {"checking"}
ROOMS = {
    "__init__": {"chapters"},
    "checking": LOW,
    "sizes": {"sizes"} | LOW,
    "optimisers": LOW,
    "data": {"data"} | LOW,
    "training": {"training", "data"} | LOW,
    "chapters": {"chapters", "training", "data", "sizes", "optimisers"} | LOW,
    "site": {"site", "chapters", "training", "data", "sizes", "optimisers"} | LOW,
    "cli": {"chapters", "training", "data"} | LOW,
}
"""Which rooms a room may import: all arrows point down, and there is no circle."""


def imports_of(path: Path) -> set[tuple[str, ...]]:
    """The modules of the project that a file imports, anywhere in it, as parts of their names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports by a relative name"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found |= {tuple(name.split(".")[1:]) for name in names if name.startswith("hwcode.")}
    return found


def files_of(room: str) -> list[Path]:
    one = ROOT / "hwcode" / f"{room}.py"
    return [one] if one.is_file() else sorted((ROOT / "hwcode" / room).glob("**/*.py"))


def test_every_module_belongs_to_a_room():
    here = (ROOT / "hwcode").iterdir()
    rooms = {path.stem for path in here if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert rooms == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_arrows_point_one_way(room):
    for path in files_of(room):
        found = {name[0] for name in imports_of(path)}
        assert found <= ROOMS[room], f"{path.relative_to(ROOT)} imports {found - ROOMS[room]}"


CHAPTER_ROOMS = sorted(
    path.name
    for path in (ROOT / "hwcode" / "chapters").iterdir()
    if (path / "__init__.py").is_file()
)
BESIDE = {"errata", "experiments", "practice", *chapters.__all__}
"""The registry, which knows the chapters only by their names; what errata and exercises are."""
SHARED = {("weight_decay", "linear_regression")}
"""Which chapter builds on which other one."""


@pytest.mark.parametrize("chapter", CHAPTER_ROOMS)
def test_a_chapter_imports_no_other(chapter):
    for path in files_of(f"chapters/{chapter}"):
        named = {name[1] for name in imports_of(path) if name[0] == "chapters" and len(name) > 1}
        others = {(chapter, other) for other in named - BESIDE - {chapter}}
        assert others <= SHARED, f"{path.relative_to(ROOT)} imports {others}"


@pytest.mark.parametrize("chapter", CHAPTER_ROOMS)
def test_a_truth_and_its_reference_stand_in_different_files(chapter):
    """So that neither is written off the other by accident."""
    for path in files_of(f"chapters/{chapter}"):
        parts = path.relative_to(ROOT / "hwcode" / "chapters" / chapter).parts
        called = {
            getattr(node.func, "id", "")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        }
        if "Truth" in called or "recorded" in called:
            assert parts[0].startswith("truths"), path
        if called & {"Part", "Question", "Mistake"}:
            assert parts[0].startswith("questions"), path
        if parts[0].startswith("questions"):
            assert not any("truths" in name for name in imports_of(path)), path


def test_names_of_modules_are_computed_in_the_registry_only():
    for path in sorted((ROOT / "hwcode").glob("**/*.py")):
        named = {
            getattr(node, "id", getattr(node, "attr", ""))
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        }
        home = path.relative_to(ROOT / "hwcode")
        if named & {"import_module", "__import__"}:
            assert home == Path("chapters/__init__.py"), home


def test_page_and_drawings_do_not_import_the_build():
    for name in ("page", "drawing"):
        (path,) = files_of(f"site/{name}")
        assert not any("sphinxext" in found for found in imports_of(path))


def test_no_page_imports_the_build():
    for path in (ROOT / "book").glob("*.md"):
        assert "hwcode.site.sphinxext" not in path.read_text(encoding="utf-8"), path.name


def test_modules_fit_on_a_few_screens():
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked()
        if path.suffix == ".py"
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > 420
    }
    assert not long


@pytest.mark.parametrize("name", ["tests.yml", "book.yml", "newest.yml"])
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


HANDOUTS = {"csc413a1", "csc413a2", "csc413h2", "ese546h4"}
"""Course handouts, which have no lasting address."""


def test_each_entry_of_the_bibliography_leads_to_its_text():
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    for entry in re.split(r"^@\w+\{", bibliography, flags=re.MULTILINE)[1:]:
        key = entry.partition(",")[0]
        doi = re.search(r"^  doi = \{(10\.\d{4,}/\S+)\}", entry, re.MULTILINE)
        url = re.search(r"^  url = \{https://\S+\}", entry, re.MULTILINE)
        assert key in HANDOUTS or doi or url, f"{key} has neither a DOI nor an address"
        if number := re.search(r"howpublished = \{arXiv:([\d.]+)\}", entry):
            assert doi is not None, key
            assert doi[1] == f"10.48550/arXiv.{number[1]}"


def test_bibliography_is_cited_and_cited_entries_exist():
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    entries = set(re.findall(r"^@\w+\{(\w+),", bibliography, re.MULTILINE))
    cited = set()
    errata = [path for path in files_of("chapters") if "errata" in path.as_posix()]
    for path in (*(ROOT / "book").glob("*.md"), *errata):
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
