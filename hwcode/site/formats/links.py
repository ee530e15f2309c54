"""The pages' links to what readers take along: in the footer of each page, to what there is."""

from __future__ import annotations

from pathlib import Path

__all__ = ["link", "links"]

FOOTER = '<p class="hw-footer">'
OF_CHAPTER = {
    "-exercises.ipynb": "notebook with exercises",
    "-solved.ipynb": "solved notebook",
    ".pdf": "PDF",
}
OF_BOOK = {".pdf": "book as PDF", ".epub": "EPUB", ".zip": "whole site"}


def link(site: Path, name: str) -> None:
    """Put the links into all pages of a site.

    Args:
        site: its folder, with ``downloads`` in it.
        name: the book's file name without ending.
    """
    there = {path.name for path in (site / "downloads").iterdir()} | {f"{name}.zip"}
    for path in sorted(site.rglob("*.html")):
        page = path.read_text(encoding="utf-8")
        up = "../" * (len(path.relative_to(site).parts) - 1)
        told = links(path.stem, name, there, f"{up}downloads/")
        path.write_text(page.replace(FOOTER, f"{told}{FOOTER}", 1), encoding="utf-8")


def links(page: str, name: str, there: set[str], folder: str) -> str:
    """The links of one page.

    >>> print(links("index", "book", {"book.zip"}, "downloads/"))
    <p class="hw-downloads">To take along: <a href="downloads/book.zip" download>whole site</a>.</p>
    """
    found = [
        f'<a href="{folder}{stem}{ending}" download>{told}</a>'
        for stem, kinds in ((page, OF_CHAPTER), (name, OF_BOOK))
        for ending, told in kinds.items()
        if f"{stem}{ending}" in there
    ]
    return f'<p class="hw-downloads">To take along: {", ".join(found)}.</p>'
