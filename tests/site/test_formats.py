"""What readers take along: the site as one file, the EPUB, and the links to them."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hwcode.chapters import CHAPTERS
from hwcode.site.formats.archive import pack
from hwcode.site.formats.links import link
from hwcode.site.sphinxext.mathematics import mathml
from tests.conftest import ROOT

SITE = ROOT / "_build" / "formats"
DOWNLOADS = SITE / "downloads"


def download(name: str) -> Path:
    path = DOWNLOADS / name
    if not path.is_file():
        pytest.skip(f"there is no {name}; 'make formats' makes what it can")
    return path


def test_the_same_site_gives_the_same_bytes(tmp_path):
    files = {"index.html": "<p>", "a/b.html": "b", "c.txt": "c"}
    made = []
    for order in (sorted(files), sorted(files, reverse=True)):
        place = tmp_path / str(len(made)) / "site"
        for name in order:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(files[name])
        pack(place, place / "book.zip")
        made.append((place / "book.zip").read_bytes())
    assert made[0] == made[1]
    (tmp_path / "0" / "site" / "c.txt").write_text("d")
    pack(tmp_path / "0" / "site", tmp_path / "0" / "site" / "book.zip")
    assert (tmp_path / "0" / "site" / "book.zip").read_bytes() != made[0]


def test_pages_link_what_there_is_and_nothing_else(tmp_path):
    (tmp_path / "downloads").mkdir()
    (tmp_path / "book").mkdir()
    for name in ("convolution-solved.ipynb", "convolution.pdf", "b.epub"):
        (tmp_path / "downloads" / name).write_text("")
    for name in ("index.html", "book/convolution.html", "book/other.html"):
        (tmp_path / name).write_text('<main></main><p class="hw-footer">x</p>')
    link(tmp_path, "b")
    found = {
        path.stem: re.findall(r'href="([^"]*)"', path.read_text())
        for path in tmp_path.rglob("*.html")
    }
    everywhere = ["b.epub", "b.zip"]
    assert found["index"] == [f"downloads/{name}" for name in everywhere]
    assert found["other"] == [f"../downloads/{name}" for name in everywhere]
    own = ["convolution-solved.ipynb", "convolution.pdf"]
    assert found["convolution"] == [f"../downloads/{name}" for name in own + everywhere]


def test_every_page_of_the_site_leads_to_the_downloads():
    if not DOWNLOADS.is_dir():
        pytest.skip("'make formats' was not run")
    for path in SITE.glob("book/*.html"):
        names = re.findall(r'href="(\.\./downloads/[^"]*)"', path.read_text(encoding="utf-8"))
        assert len(names) >= (4 if path.stem in CHAPTERS else 2), path.name
        assert all((path.parent / name).is_file() for name in names), path.name


def test_the_packed_site_is_the_site(tmp_path):
    with zipfile.ZipFile(download("hwcode-book.zip")) as archive:
        assert archive.testzip() is None
        packed = {name.partition("/")[2] for name in archive.namelist()}
    files = {path.relative_to(SITE).as_posix() for path in SITE.rglob("*") if path.is_file()}
    assert packed == files - {"downloads/hwcode-book.zip"}


def test_formulas_in_xml_are_well_formed():
    long = mathml(r"a + b = c + d = \text{as long as a line} \le e", xml=True)
    assert "<wbr/>" in long
    ElementTree.fromstring(f"<p>{long}</p>")


def test_the_epub_is_well_formed():
    with zipfile.ZipFile(download("hwcode-book.epub")) as book:
        assert book.namelist()[0] == "mimetype"
        pages = [name for name in book.namelist() if name.endswith((".xhtml", ".opf", ".ncx"))]
        texts = {name: book.read(name) for name in pages}
    for text in texts.values():
        ElementTree.fromstring(text)
    for chapter in CHAPTERS:
        assert b"http://www.w3.org/1998/Math/MathML" in texts[f"book/{chapter}.xhtml"]
        assert b"<script" not in texts[f"book/{chapter}.xhtml"]


def test_the_epub_is_valid():
    checker = Path(shutil.which("epubcheck") or "").resolve()
    if not checker.is_file() or shutil.which("java") is None:
        pytest.skip("there is no epubcheck")
    command = ["java", "-jar", str(checker), str(download("hwcode-book.epub"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
