"""What a build trusts: nothing that was edited or damaged, and nothing after a fault."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from hwcode.site import audit
from hwcode.site.sphinxext import uptodate
from hwcode.site.sphinxext.cache import open_cache
from hwcode.site.sphinxext.execution import _configure
from hwcode.site.sphinxext.running import prepared_kernels
from tests.site.toybook import PAGES, ToyBook

pytestmark = pytest.mark.build

NOTHING = "nothing to do"


@pytest.fixture
def book(built, tmp_path) -> ToyBook:
    shutil.copytree(built.root, tmp_path / "copy")
    copy = ToyBook(tmp_path / "copy")
    copy.pages = dict(built.pages)
    return copy


def site(book: ToyBook) -> dict[str, bytes]:
    folder = book.root / "_build" / "html"
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_nothing_changed_starts_nothing(book):
    before = site(book)
    again = book.build()
    assert again.status == 0
    assert NOTHING in again.output
    assert "Sphinx" not in again.output
    assert site(book) == before


def test_the_same_sources_give_the_same_bytes_in_another_folder(built, tmp_path):
    other = ToyBook(tmp_path / "other" / "place").write()
    assert other.build().status == 0
    mine, theirs = site(built), site(other)
    assert mine.keys() == theirs.keys()
    assert [name for name in mine if mine[name] != theirs[name]] == []


def test_what_changed_is_read_again_and_nothing_else(ready):
    book = ready
    assert book.build().status == 0
    for name, old, new, ran, read in (
        ("plain", "Text.", "Another text.", set(), 1),
        ("toy/leaf.py", "10", "11", {"leafy"}, 1),
        ("toy/unrelated.py", "0", "1", set(), 0),
    ):
        book.edit(name, old, new)
        again = book.build()
        assert again.status == 0, again.output
        assert again.ran == ran
        assert f"0 added, {read} changed, 0 removed" in again.output
    assert "Another text." in book.html("plain")
    assert "leaf 11" in book.html("leafy")


def test_an_older_module_moved_in_place_reaches_the_site(book):
    older = book.root / "older.py"
    older.write_text("value = 5\n")
    os.utime(older, (0, 0))
    shutil.move(older, book.path("toy/leaf.py"))
    again = book.build()
    assert again.status == 0, again.output
    assert "leaf 5" in book.html("leafy")


def test_a_failed_build_fails_again_and_a_mended_one_does_everything(book):
    book.edit("plain", "Text.", "See [](#nowhere).")
    for _ in range(2):
        failed = book.build()
        assert failed.status != 0
        assert "nowhere" in failed.output
    book.edit("plain", "See [](#nowhere).", "Text.")
    mended = book.build()
    assert mended.status == 0, mended.output
    assert f"{len(PAGES)} added" in mended.output, "after a fault everything is read again"


def test_an_edited_site_is_made_again(book):
    page = book.root / "_build" / "html" / "book" / "plain.html"
    page.write_text(page.read_text().replace("plain", "forged"))
    again = book.build()
    assert NOTHING not in again.output
    assert "forged" not in book.html("plain")


@pytest.mark.parametrize("plain", [False, True])
def test_edited_outputs_in_the_cache_are_never_shown(book, plain):
    for notebook in (book.root / "_build" / ".jupyter_cache").rglob("base.ipynb"):
        notebook.write_text(notebook.read_text().replace("leaf 10", "leaf 99"))
    assert book.stale() == {"leafy"}
    (book.root / "_build" / ".state.json").unlink()
    again = book.jupyter_book("--all") if plain else book.build()
    assert again.status == 0, again.output
    assert "leaf 10" in book.html("leafy")
    assert "leaf 99" not in book.html("leafy")
    assert book.stale() == set()


@pytest.mark.parametrize("damage", ["garbage", "empty", "truncated", "flipped"])
def test_a_damaged_cache_heals(book, damage):
    database = book.root / "_build" / ".jupyter_cache" / "global.db"
    content = bytearray(database.read_bytes())
    if damage == "flipped":
        content[100 : len(content) : 97] = b"\xff" * len(content[100 : len(content) : 97])
    wrong = {"garbage": b"no database" * 99, "empty": b"", "truncated": bytes(content[:600])}
    database.write_bytes(wrong.get(damage, bytes(content)))
    book.edit("toy/leaf.py", "10", "12")
    again = book.build()
    assert again.status == 0, again.output
    assert "leaf 12" in book.html("leafy")


def test_an_input_that_nobody_listed_fails_the_build(book):
    book.add("dynamic", "import importlib; importlib.import_module('toy.' + 'unrelated')")
    book.add("opening", "print(open('../data.txt').read())")
    failed = book.build()
    assert failed.status != 0
    assert "dynamic.md uses toy/__init__.py, toy/unrelated.py" in failed.output
    assert "opening.md uses data.txt" in failed.output
    assert "2 of 6 pages failed" in failed.output


def test_killing_the_caller_ends_the_build(book):
    book.add("slow", "import time\ntime.sleep(600)")
    process = book.start()
    deadline = time.monotonic() + 90
    while not _children(process.pid) and time.monotonic() < deadline:
        time.sleep(0.2)
    kernels = _children(process.pid)
    assert kernels
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    while any(map(_alive, kernels)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not any(map(_alive, kernels))


def _children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(path.parent.name))
    return found


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_package_of_another_checkout_is_refused(tmp_path):
    (tmp_path / "hwcode").mkdir()
    (tmp_path / "hwcode" / "__init__.py").write_text("")
    command = [sys.executable, "-m", "hwcode.site.sphinxext.build", "--root", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "belongs to another checkout" in done.stderr


def test_a_kernel_takes_the_package_of_its_own_checkout(tmp_path, monkeypatch):
    for name in ("mine", "other"):
        (tmp_path / name / "hwcode").mkdir(parents=True)
        (tmp_path / name / "hwcode" / "__init__.py").write_text(f"checkout = {name!r}\n")
    mine = tmp_path / "mine"
    (mine / "_build" / "matplotlib").mkdir(parents=True)
    (mine / "_build" / "matplotlib" / "fontlist-0.json").touch()  # else it looks for fonts
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "other"))
    told = []
    command = [sys.executable, "-c", "import hwcode; print(hwcode.checkout)"]
    for environment in (nullcontext(), prepared_kernels(mine)):
        with environment:
            done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
            told.append(done.stdout.strip())
    assert told == ["other", "mine"]
    assert os.environ["PYTHONPATH"] == str(tmp_path / "other")


def test_sphinx_refuses_the_package_of_another_checkout(tmp_path):
    (tmp_path / "hwcode").mkdir()
    (tmp_path / "hwcode" / "__init__.py").touch()
    with pytest.raises(SystemExit, match="belongs to another checkout"):
        _configure(SimpleNamespace(srcdir=tmp_path), None)


def test_the_state_sees_every_kind_of_input(book):
    before = uptodate.state(book.root)
    for name in ("_config.yml", "toy/unrelated.py", "data.txt", "plain"):
        path = book.path(name)
        path.write_text(path.read_text() + "\n# more\n")
        after = uptodate.state(book.root)
        assert after != before, name
        before = after
    assert open_cache(book.root).list_cache_records()


def test_what_an_installation_leaves_is_no_input(tmp_path, monkeypatch):
    opened = {}
    for name in ("hwcode.egg-info/entry_points.txt", ".venv-next/pyvenv.cfg", "book/numbers.json"):
        opened[name] = tmp_path / name
        opened[name].parent.mkdir()
        opened[name].write_text("")
    monkeypatch.setattr(audit, "_opened", {str(path) for path in opened.values()})
    assert audit.used(tmp_path) == ["book/numbers.json"]
