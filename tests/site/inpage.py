"""A served copy of the built site in Chromium, for the tests of the answer boxes."""

from __future__ import annotations

import functools
import json
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from hwcode.chapters import CHAPTERS, questions_of
from tests.site.conftest import SITE

PAGE = "book/linear_regression.html"
PART = "A1-1.2.2:expectation"
RIGHT, WRONG = "sigma**2*(1 - d/n)", "sigma**2"
WAIT = 150_000
"""Milliseconds; Python takes a few seconds to start, and many times as long on a busy machine."""

CHECK_ALL = """async (requests) => {
  const { Checker } = await import(new URL("_static/inpage/checker.mjs",
    new URL(document.documentElement.dataset.content_root, location)).href);
  const checker = new Checker(() => {});
  const replies = [];
  for (const request of requests) replies.push(await checker.ask(request));
  checker.worker.terminate();
  return JSON.stringify(replies);
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass

    def copyfile(self, source: Any, target: Any) -> None:
        content = source.read()
        self.server.sent.append(len(content))  # type: ignore[attr-defined]
        target.write(content)


class Served:
    """The site on loopback, and what was asked of it."""

    def __init__(self) -> None:
        handler = functools.partial(Quiet, directory=str(SITE))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.sent = []  # type: ignore[attr-defined]
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def sent(self) -> int:
        """Bytes of all files that were sent so far."""
        return sum(self.server.sent)  # type: ignore[attr-defined]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Reader:
    """A reader in front of one page."""

    def __init__(self, page: Any, address: str, name: str = PAGE) -> None:
        self.page = page
        self.requests: list[str] = []
        self.problems: list[str] = []
        page.on("request", lambda sent: self.requests.append(sent.url))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda m: self.problems.append(m.text) if m.type == "error" else None)
        self.open(f"{address}/{name}")

    def open(self, url: str) -> None:
        self.page.goto(url, wait_until="load", timeout=WAIT)
        self.page.wait_for_selector("form.hw-box:not([hidden])", state="attached")
        for fold in self.page.locator("details.hw-try").all():
            fold.evaluate("(one) => { one.open = true }")

    def box(self, part: str = PART) -> Any:
        return self.page.locator(f'form[data-part="{part}"]')

    def answer(self, text: str, part: str = PART) -> str:
        """Type an answer, send it by the keyboard, and wait for the outcome."""
        box = self.box(part)
        field = box.locator("input[type=text], textarea").first
        field.fill(text)
        box.locator("button").first.click()
        return self.outcome(part)

    def derive(self, text: str, part: str = PART) -> str:
        """Send a derivation and wait for its outcome."""
        form = self.page.locator(f'form[data-steps-of="{part}"]')
        form.locator("textarea").first.fill(text)
        form.locator("button").first.click()
        return self.outcome(part, "steps-of")

    def steps(self, part: str = PART) -> list[tuple[str, str]]:
        """The outcome and the text of each step of the last derivation."""
        found = self.page.locator(f'form[data-steps-of="{part}"] .hw-verdict li').all()
        return [(one.get_attribute("data-outcome"), one.inner_text()) for one in found]

    def outcome(self, part: str = PART, of: str = "part") -> str:
        area = f'form[data-{of}="{part}"] .hw-verdict'
        self.page.wait_for_selector(
            f'{area}[data-outcome]:not([data-outcome="checking"])', timeout=WAIT
        )
        return self.page.locator(area).get_attribute("data-outcome")

    def verdict(self, part: str = PART) -> str:
        return self.box(part).locator(".hw-verdict").inner_text()

    def replies(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The replies of a checker of its own to many requests."""
        return json.loads(self.page.evaluate(CHECK_ALL, requests))


def typed() -> list[dict[str, Any]]:
    """Every reference, other right form and mistake that a page can decide, as it is typed."""
    found = []
    for asked in (asked for chapter in CHAPTERS for asked in questions_of(chapter)):
        for part in filter(lambda part: part.form.in_page, asked.parts):
            others = (*part.alternatives, *part.mistakes)
            answers = (part.reference, *part.also_right, *(one.answer for one in others))
            for one in answers:
                text = one if isinstance(one, str) else part.form.show(one)
                told = {"id": asked.id, "part": part.name, "text": text, "at": None}
                found.append({"name": "check", **told})
    return found
