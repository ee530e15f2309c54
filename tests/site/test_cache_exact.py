"""A page runs again exactly when one of its inputs changed."""

from __future__ import annotations

import os
import shutil
import sys
from collections import namedtuple

import pytest

from tests.site.toybook import PAGES, ToyBook

pytestmark = pytest.mark.build


@pytest.fixture
def book(built, tmp_path) -> ToyBook:
    """A copy in another folder; every test here also tests that the copy hits the cache."""
    shutil.copytree(built.root, tmp_path / "elsewhere")
    copy = ToyBook(tmp_path / "elsewhere")
    copy.pages = dict(built.pages)
    assert copy.stale() == set()
    return copy


def replaced(name: str, old: str, new: str):
    """A change that replaces a text in a file."""
    return lambda book: book.edit(name, old, new)


def written(name: str, text: str):
    """A change that writes a file."""
    return lambda book: book.path(name).write_text(text)


CELL = "```{code-cell}\n"
CHANGES = {
    "code": (replaced("plain", "print('plain')", "print('other')"), {"plain"}),
    "comment in a cell": (replaced("plain", "print('plain')", "print('plain')  #"), {"plain"}),
    "cell metadata": (replaced("plain", CELL, CELL + ":tags: [hide-input]\n"), {"plain"}),
    "prose": (replaced("plain", "Text.", "Another text."), set()),
    "another page": (replaced("leafy", "print(", "print(0, "), {"leafy"}),
    "leaf module": (replaced("toy/leaf.py", "10", "11"), {"leafy"}),
    "module behind a module": (replaced("toy/core.py", "1", "2"), {"deep"}),
    "module imported in a function": (replaced("toy/outer.py", "+ 1", "+ 2"), {"deep"}),
    "package": (written("toy/__init__.py", "new = 1\n"), {"leafy", "deep"}),
    "unrelated module": (replaced("toy/unrelated.py", "0", "1"), set()),
    "new module": (written("toy/more.py", "x = 1\n"), set()),
    "listed file": (replaced("data.txt", "1", "2"), {"reader"}),
    "touched file": (lambda book: os.utime(book.path("toy/core.py"), (0, 0)), set()),
    "lock": (replaced("requirements.lock", "a==1", "a==2"), set(PAGES)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_exactly_the_pages_that_should_run_again(book, change):
    make, expected = CHANGES[change]
    make(book)
    assert book.stale() == expected


def test_python_version_is_an_input(book, monkeypatch):
    Version = namedtuple("Version", "major minor micro")
    monkeypatch.setattr(sys, "version_info", Version(3, sys.version_info.minor + 1, 0))
    assert book.stale() == set(PAGES)


def test_a_patch_release_of_python_is_none(book, monkeypatch):
    Version = namedtuple("Version", "major minor micro")
    monkeypatch.setattr(sys, "version_info", Version(3, sys.version_info.minor, 99))
    assert book.stale() == set()


def test_an_older_file_moved_in_place_is_seen(book):
    older = book.root / "older.py"
    older.write_text("value = 5\n")
    os.utime(older, (0, 0))
    shutil.move(older, book.path("toy/leaf.py"))
    assert book.stale() == {"leafy"}


def test_changed_outputs_reach_the_site_and_a_change_back_runs_nothing(book):
    book.edit("toy/leaf.py", "10", "11")
    changed = book.build()
    assert changed.status == 0, changed.output
    assert changed.ran == {"leafy"}
    assert "leaf 11" in book.html("leafy")
    book.edit("toy/leaf.py", "11", "10")
    back = book.build()
    assert back.ran == set()
    assert "leaf 10" in book.html("leafy")


def test_plain_jupyter_book_uses_the_same_cache_and_makes_the_same_site(book):
    book.edit("data.txt", "data 1", "data 3")
    plain = book.jupyter_book()
    assert plain.status == 0, plain.output
    assert "data 3" in book.html("reader")
    assert book.stale() == set()
    site = {name: book.html(name) for name in PAGES}
    assert book.build().ran == set()
    assert {name: book.html(name) for name in PAGES} == site


def test_other_versions_than_those_of_the_lock_are_other_inputs(book, monkeypatch):
    monkeypatch.setattr("hwcode.site.sphinxext.inputs.installed", lambda: "numpy==0.1")
    assert book.stale() == set(PAGES)


def test_one_page_can_be_built_alone(book):
    book.edit("toy/core.py", "1", "7")
    book.edit("data.txt", "data 1", "data 4")
    alone = book.build("deep")
    assert alone.status == 0, alone.output
    assert alone.ran == {"deep"}
    page = book.root / "_build" / "one" / "_build" / "html" / "book" / "deep.html"
    assert "8" in page.read_text()
    assert book.stale() == {"reader"}
    missing = book.build("nothing")
    assert missing.status != 0
    assert "leafy, deep, reader, plain" in missing.output


def test_a_listed_file_that_is_missing_is_named(book):
    book.path("data.txt").unlink()
    failed = book.build()
    assert failed.status != 0
    assert "data.txt" in failed.output
