"""The built site in Chromium, and a small book that is built once for all."""

from __future__ import annotations

import shutil

import pytest

from tests.conftest import ROOT
from tests.site.toybook import PAGES, ToyBook

SITE = ROOT / "_build" / "html"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
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


@pytest.fixture
def open_page(browser):
    """Opens a page of the site in a window of its own."""
    contexts = []

    def opened(name: str, width: int = 1280, scheme: str = "light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.problems = _listen(page)
        page.goto((SITE / name).as_uri() if "://" not in name else name)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]", timeout=60_000)
        return page

    yield opened
    for context in contexts:
        context.close()


def _listen(page) -> list[str]:
    problems: list[str] = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda request: problems.append(f"failed: {request.url}"))
    page.on("request", lambda sent: problems.append(sent.url) if _foreign(sent.url) else None)
    return problems


def _foreign(url: str) -> bool:
    return not url.startswith(("file:", "data:", "blob:"))


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> ToyBook:
    """A book that has been built once; tests work on copies of it."""
    book = ToyBook(tmp_path_factory.mktemp("toy") / "book").write()
    first = book.build()
    assert first.status == 0, first.output
    assert first.ran == set(PAGES)
    return book


@pytest.fixture
def ready(built, tmp_path) -> ToyBook:
    """A book that was never built, though its pages' outputs are in the cache."""
    book = ToyBook(tmp_path / "book").write()
    for name in (".jupyter_cache", "ipython", "matplotlib"):
        shutil.copytree(built.root / "_build" / name, book.root / "_build" / name)
    assert book.stale() == set()
    return book
