"""``make formats``: the site with what readers take along, in ``_build/formats``.

usage: python -m hwcode.site.formats

What cannot be made here, for want of a tool, is left out and named; the pages link what there is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from hwcode.chapters import CHAPTERS
from hwcode.site.formats.archive import pack
from hwcode.site.formats.epub import rewrite
from hwcode.site.formats.links import link
from hwcode.site.formats.paper import chromium, print_page
from hwcode.site.sphinxext.cache import LOCKED, build_lock

__all__ = ["main"]

BUILD = Path("_build")
SITE = BUILD / "formats"
NAME = "hwcode-book"


def main() -> int:
    """Make all; the exit status is 1 if something failed, 0 if only a tool is missing."""
    root = Path.cwd()
    if not (root / BUILD / "html" / "index.html").is_file():
        print("the site is not built; 'make book' builds it", file=sys.stderr)
        return 1
    with build_lock(root):
        site = root / SITE
        shutil.rmtree(site, ignore_errors=True)
        shutil.copytree(root / BUILD / "html", site)
        downloads = site / "downloads"
        downloads.mkdir()
        try:
            left_out = _notebooks(root, downloads) + _epub(root, downloads) + _pdf(root, downloads)
        except RuntimeError as error:
            print(f"FAILED: {error}", file=sys.stderr)
            return 1
        link(site, NAME)
        pack(site, downloads / f"{NAME}.zip")
    for told in left_out:
        print(f"left out: {told}")
    print(f"the site with its downloads is in {SITE}")
    return 0


def _notebooks(root: Path, downloads: Path) -> list[str]:
    for notebook in sorted(_built(root, "notebooks").glob("*.ipynb")):
        shutil.copy(notebook, downloads)
    return []


def _epub(root: Path, downloads: Path) -> list[str]:
    rewrite(_built(root, "epub") / "book.epub", downloads / f"{NAME}.epub")
    return []


def _pdf(root: Path, downloads: Path) -> list[str]:
    if not chromium():
        return ["PDF, as there is no Chromium here"]
    for chapter in CHAPTERS:
        print_page(root / BUILD / "html" / "book" / f"{chapter}.html", downloads / f"{chapter}.pdf")
    single = _built(root, "singlehtml")
    # Its addresses start at the top folder, wherever Sphinx puts it.
    whole = single / "whole.html"
    shutil.copyfile(next((single / "book").glob("*.html")), whole)
    print_page(whole, downloads / f"{NAME}.pdf")
    return []


def _built(root: Path, builder: str) -> Path:
    """Have Sphinx write the pages, as they were read for the site, in another format."""
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(root), "-q", "-W"]
    command += ["--keep-going", "--builder", "custom", "--custom-builder", builder]
    environment = {**os.environ, LOCKED: str(root)}
    if subprocess.run(command, cwd=root, env=environment, check=False).returncode:
        raise RuntimeError(f"Sphinx could not write {builder}")
    return root / BUILD / builder


if __name__ == "__main__":
    sys.exit(main())
