"""Pages on paper: all of them is there, nothing is cut, and links lead somewhere."""

from __future__ import annotations

import re

import pytest

from hwcode.chapters import CHAPTERS
from hwcode.site.formats.paper import chromium, on_paper, print_page
from tests.conftest import deep
from tests.site.conftest import SITE

WIDTH = 688
"""Pixels between the margins of a page."""


def test_links_lead_to_paper_or_nowhere():
    page = '<a href="#a">1</a><a href="b.html#c">2</a><a href="https://x.org/y">3</a>'
    page += '<a href="../i">4</a>'
    assert on_paper(page, "b.html") == (
        '<a href="#a">1</a><a href="#c">2</a><a href="https://x.org/y">3</a><a>4</a>'
    )


@pytest.mark.browser
@pytest.mark.parametrize("chapter", [*CHAPTERS][:: deep(6, 1)])
def test_nothing_is_cut_on_paper(open_page, chapter):
    page = open_page(f"book/{chapter}.html", WIDTH)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(500)
    shut = page.evaluate("""() => [...document.querySelectorAll("main details")].filter(
        (one) => one.checkVisibility() && one.lastElementChild.getBoundingClientRect().height === 0
    ).length""")
    assert shut == 0
    wide = page.evaluate(
        """(width) => [...document.querySelectorAll(
        "main math, main pre, main table, main svg.hw-figure"
    )].filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > width + 1)
      .map((one) => one.textContent.trim().slice(0, 60))""",
        WIDTH,
    )
    assert wide == []


@pytest.mark.browser
def test_a_page_is_printed_with_its_structure(tmp_path):
    if not chromium() or not (SITE / "book" / "weight_decay.html").is_file():
        pytest.skip("there is no Chromium, or the site is not built")
    target = tmp_path / "page.pdf"
    print_page(SITE / "book" / "weight_decay.html", target)
    content = target.read_bytes()
    for what in (b"/StructTreeRoot", b"/Outlines", b"/Marked true", b"/Dest"):
        assert what in content, what
    assert len(re.findall(rb"/Type /Page\b", content)) > 15
    assert b"file://" not in content
    assert not list((SITE / "book").glob("print-*"))
