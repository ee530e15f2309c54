"""The site in a real browser: no third party, no errors, no sideways scrolling, accessible."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hwcode.sphinxext.inputs import pages
from tests.conftest import ROOT

SITE = ROOT / "_build" / "html"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NAMES = [
    *(found.name for found in pages(ROOT)),
    "book/conventions",
    "book/api",
    "book/bibliography",
    "search",
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("there is no Chromium; .ci/run installs it")
    if not SITE.is_dir():
        pytest.skip("the site is not built; 'make book' builds it")
    sync_api = pytest.importorskip("playwright.sync_api", reason="see 'make .venv/.browser'")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(params=[(1280, "light"), (1280, "dark"), (375, "light"), (375, "dark")], ids=str)
def window(request, browser):
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    yield context.new_page(), width, scheme
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_page_is_whole(window, name):
    page, width, scheme = window
    problems: list[str] = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda request: problems.append(f"failed: {request.url}"))
    page.on("request", lambda sent: problems.append(sent.url) if _foreign(sent.url) else None)
    page.goto((SITE / f"{name}.html").as_uri(), wait_until="networkidle")
    page.wait_for_selector("html[data-ready]", timeout=30_000)
    assert page.locator("mjx-merror").count() == 0, "a formula that MathJax cannot read"
    assert problems == []
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0, f"the page scrolls sideways by {overflow} pixels at {width}"
    unnamed = page.locator("main svg.hw-figure:not([aria-label]), main img:not([alt])").count()
    assert unnamed == 0, "a figure without alternative text"
    if width == 1280:
        # Of the rules only that on contrast looks at colours.
        rules = ALL_RULES if scheme == "light" else ["color-contrast"]
        assert _violations(page, rules) == []


ALL_RULES = ["wcag2a", "wcag2aa", "best-practice"]


def _violations(page, rules: list[str]) -> list[str]:
    """What axe finds, by default against WCAG 2 A and AA and its best practices."""
    from axe_playwright_python.sync_playwright import Axe

    # Where a rule holds it need not be told in detail, which takes as long as finding out.
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    told = []
    for violation in found.response["violations"]:
        places = [node["target"][0] for node in violation["nodes"]]
        if violation["id"] == "empty-table-header":
            # axe does not read the MathML that MathJax gives to screen readers.
            places = [one for one in places if not page.locator(f"{one} mjx-container").count()]
        if places:
            told.append(f"{violation['id']}: {places[0]}, {len(places)} in all")
    return told


def _foreign(url: str) -> bool:
    return not url.startswith(("file:", "data:", "blob:"))


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


def test_sphinx_copied_what_the_pages_need():
    if not SITE.is_dir():
        pytest.skip("the site is not built; 'make book' builds it")
    fonts = Path(SITE / "_static" / "mathjax" / "output" / "chtml" / "fonts" / "woff-v2")
    assert list(fonts.glob("*.woff"))
