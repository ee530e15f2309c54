"""The site in a real browser: no third party, no errors, no sideways scrolling, accessible."""

from __future__ import annotations

import gzip
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from fontTools.ttLib import TTFont

from hwcode.site.sphinxext.inputs import pages
from hwcode.site.sphinxext.mathematics import characters
from tests.conftest import ROOT, deep
from tests.site.conftest import SITE

NAMES = [
    *(found.name for found in pages(ROOT)),
    "book/assignment_1",
    "book/assignment_2",
    "book/homework_2",
    "book/homework_4",
    "book/answering",
    "book/errata",
    "book/accessibility",
    "book/glossary",
    "book/conventions",
    "book/api",
    "book/bibliography",
    "search",
    "genindex",
]
WINDOWS = [(1280, "light"), (1280, "dark"), (375, "light"), (375, "dark")]


def _looked_at() -> list:
    """Each page in one window, another one for the next page; in the deep tests in all."""
    one = [(name, *WINDOWS[place % 4]) for place, name in enumerate(NAMES)]
    return [(name, *window) for name in NAMES for window in WINDOWS] if deep(0, 1) else one


@pytest.mark.browser
@pytest.mark.parametrize(("name", "width", "scheme"), _looked_at())
def test_page_is_whole(open_page, name, width, scheme):
    page = open_page(f"{name}.html", width, scheme)
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    assert _sideways(page) <= 0, f"the page scrolls sideways at {width}"
    assert _stops_in_questions(page) <= 8
    unnamed = page.locator("main svg.hw-figure:not([aria-label]), main img:not([alt])").count()
    assert unnamed == 0, "a figure without alternative text"
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    page.wait_for_timeout(300)
    assert _sideways(page) <= 0, f"the page scrolls sideways at {width} when all is open"
    assert _same_names(page) == []
    assert page.problems == []  # axe itself asks for style sheets, which a file may not
    assert _violations(page) == []


def _sideways(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def _stops_in_questions(page) -> int:
    """The most stops of the Tab key that a question, all closed, has with what belongs to it."""
    return page.evaluate("""() => {
        const seen = (one) => one.checkVisibility({contentVisibilityAuto: true});
        const stops = "a[href], button, summary, input, select, textarea, [tabindex='0']";
        return Math.max(0, ...[...document.querySelectorAll(".hw-question")].map((box) => {
            const held = [...box.querySelectorAll(stops)];
            let next = box.nextElementSibling;
            for (; next?.matches("details.hw-fold"); next = next.nextElementSibling) {
                held.push(...next.querySelectorAll(stops));
            }
            return held.filter(seen).length;
        }));
    }""")


def _same_names(page) -> list[str]:
    """Names that two folds or two buttons of the page share."""
    return page.evaluate("""() => {
        const told = (one) => one.ariaLabel ?? one.textContent.trim();
        const kinds = ["main summary", "main button"];
        return kinds.flatMap((kind) => {
            const names = [...document.querySelectorAll(kind)].map(told);
            return names.filter((name, place) => names.indexOf(name) !== place);
        });
    }""")


def _violations(page) -> list[str]:
    """What axe finds against WCAG 2.1 A and AA and its best practices, no rule switched off."""
    from axe_playwright_python.sync_playwright import Axe

    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
    # Where a rule holds it need not be told in detail, which takes as long as finding out.
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    return [
        f"{one['id']}: {one['nodes'][0]['target'][0]}, {len(one['nodes'])} in all"
        for one in found.response["violations"]
    ]


def test_no_page_names_a_third_party():
    if not SITE.is_dir():
        pytest.skip("the site is not built; 'make book' builds it")
    for path in SITE.glob("**/*.html"):
        text = path.read_text(encoding="utf-8")
        for tag in ("<script", "<link", "<img", "<iframe"):
            for piece in text.split(tag)[1:]:
                head = piece.split(">", 1)[0]
                assert "//cdn" not in head, f"{path.relative_to(SITE)}: {head}"
                assert 'src="http' not in head, f"{path.relative_to(SITE)}: {head}"


def test_the_font_has_what_the_formulas_show():
    if not (SITE / "_static" / "mathematics.woff2").is_file():
        pytest.skip("the site is not built; 'make book' builds it")
    known = TTFont(SITE / "_static" / "mathematics.woff2").getBestCmap()
    for path in SITE.glob("book/*.html"):
        shown = characters(path.read_text(encoding="utf-8"))
        missing = {one for one in shown if ord(one) not in known and one.isprintable()}
        assert missing - set(" \u2061\ufe00") == set(), path.name


HEAVIEST = 450_000
"""Bytes of a page with all that it loads, compressed."""


@pytest.fixture(scope="module")
def loaded(browser):
    """What the heaviest page loads: the compressed size of each file."""
    name = max(SITE.glob("book/*.html"), key=lambda path: _compressed(path.as_uri()))
    sizes = []
    page = browser.new_page()
    page.on("request", lambda sent: sizes.append(_compressed(sent.url)))
    page.goto(name.as_uri())
    page.wait_for_selector("html[data-ready]")
    page.close()
    return sizes


@pytest.mark.browser
def test_no_page_asks_for_much(loaded):
    assert 10 < len(loaded) <= 20


@pytest.mark.browser
def test_no_page_is_heavy(loaded):
    assert sum(loaded) <= HEAVIEST


def _compressed(url: str) -> int:
    content = Path(unquote(urlsplit(url).path)).read_bytes()
    return len(content if url.endswith(".woff2") else gzip.compress(content, 6))
