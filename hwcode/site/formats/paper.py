"""Pages as PDF: what Chromium prints of them, tagged, with bookmarks and links."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
from pathlib import Path

from hwcode.site.sphinxext.citing import ADDRESS

__all__ = ["chromium", "on_paper", "print_page"]

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-pdf-header-footer",
    "--export-tagged-pdf", "--generate-pdf-document-outline", "--virtual-time-budget=60000",
)  # fmt: skip
SECONDS = 1800
"""For one print; the whole book has hundreds of pages."""
LINK = re.compile(r'(<a\b[^>]*?) href="(?![a-z]+:)([^"#]*)(#[^"]*)?"')


def chromium() -> str:
    """The command that starts Chromium; empty where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), "")


def on_paper(page: str, name: str) -> str:
    """A page for print: a link leads to a place on paper or to the site's address, or is none.

    Args:
        page: the page.
        name: its own file name, by which it may link to itself.

    >>> on_paper('<a class="x" href="a.html#b">b</a> <a href="c.html">c</a>', "a.html")
    '<a class="x" href="#b">b</a> <a>c</a>'
    """

    def led(found: re.Match[str]) -> str:
        begin, file, anchor = found[1], found[2], found[3] or ""
        if file in ("", name) and anchor:
            return f'{begin} href="{anchor}"'
        return f'{begin} href="{html.escape(ADDRESS)}/book/{file}{anchor}"' if ADDRESS else begin

    return LINK.sub(led, page)


def print_page(path: Path, target: Path) -> None:
    """Print a page of the site.

    Raises:
        RuntimeError: if Chromium fails; with what it said.
    """
    copy = path.with_name(f"print-{path.name}")
    copy.write_text(on_paper(path.read_text(encoding="utf-8"), path.name), encoding="utf-8")
    # As root, in a container, its sandbox does not start; what is printed is our own pages.
    alone = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [chromium(), *FLAGS, *alone, f"--print-to-pdf={target}", copy.as_uri()]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{path.name} was not printed within {SECONDS} s") from None
    finally:
        copy.unlink()
    if done.returncode or not target.is_file():
        raise RuntimeError(f"{path.name} was not printed:\n{done.stderr[-1000:]}")
