"""The answer boxes on the built site: do they say what the command says, and what do they cost?"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hwcode.chapters import CHAPTERS, question
from hwcode.checking.isolation import answer
from tests.site.conftest import CHROMIUM, FLAGS, SITE
from tests.site.inpage import Reader, Served, typed

__all__ = ["agreement", "costs"]

ROUNDS = 2
SAMPLE = 30
"""Parts of which a right and a wrong answer are timed."""

START = """async () => {
  const { Checker } = await import(new URL("_static/inpage/checker.mjs",
    new URL(document.documentElement.dataset.content_root, location)).href);
  const begun = performance.now();
  return new Promise((done) => {
    globalThis.kept = new Checker(({ ready, restored }) =>
      ready && done([(performance.now() - begun) / 1000, restored]));
  });
}"""
TIMED = """async (requests) => {
  const seconds = [];
  for (const request of requests) {
    const begun = performance.now();
    await kept.ask(request);
    seconds.push((performance.now() - begun) / 1000);
  }
  return seconds;
}"""
KEPT = "caches.match(new URL('../_static/inpage/engine/snapshot', location)).then((it) => !!it)"
GROWTH = """() => {
  const boxes = [...document.querySelectorAll(".hw-boxes")];
  const inside = boxes.reduce((sum, box) => sum + 1 + box.querySelectorAll("*").length, 0);
  const bytes = boxes.reduce((sum, box) => sum + new Blob([box.outerHTML]).size, 0);
  return [inside, document.querySelectorAll("*").length, bytes];
}"""


@contextmanager
def _browser() -> Iterator[tuple[Any, Served]]:
    from playwright.sync_api import sync_playwright

    served = Served()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running, served
        running.close()
    served.close()


def agreement() -> dict[str, Any]:
    """Every reference, other right form and mistake, decided in the page and in this process.

    Replies are compared as a whole. ``status`` is 1 if one differs.
    """
    requests = typed()
    with _browser() as (browser, served):
        reader = Reader(browser.new_page(), served.address)
        replies = reader.replies(requests)
    different = [
        f"{asked['id']}:{asked['part']} {asked['text']}"
        for asked, told in zip(requests, replies, strict=True)
        if told["reply"] != json.loads(json.dumps(answer(question, asked)))
    ]
    return {
        "tried": len(requests),
        "same": len(requests) - len(different),
        "different": different,
        "status": int(bool(different)),
    }


def costs() -> dict[str, Any]:
    """Bytes, times, memory and growth of the pages.

    A round starts the checker on a first and on a later visit, and times ``import sympy`` of this
    Python beside it, which tells how busy the machine was.
    """
    found: dict[str, Any] = {"rounds": [_round() for _ in range(ROUNDS)]}
    found["answers"] = _answers()
    found["growth"] = _growth()
    return found


def _round() -> dict[str, Any]:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import sympy"], check=True)
    told: dict[str, Any] = {"import_sympy_seconds": round(time.perf_counter() - begun, 2)}
    with _browser() as (browser, served):
        context = browser.new_context()
        reader = Reader(context.new_page(), served.address)
        told["memory_before_mb"] = _memory(browser)
        before = served.sent()
        seconds, restored = reader.page.evaluate(START)
        assert not restored
        told["first_visit_seconds"] = round(seconds, 2)
        told["first_visit_bytes"] = served.sent() - before
        told["memory_ready_mb"] = _memory(browser)
        for _ in range(600):
            if reader.page.evaluate(KEPT):
                break
            reader.page.wait_for_timeout(100)
        reader.page.close()
        reader = Reader(context.new_page(), served.address)
        before = served.sent()
        seconds, restored = reader.page.evaluate(START)
        assert restored
        told["later_visit_seconds"] = round(seconds, 2)
        told["later_visit_bytes"] = served.sent() - before
        told["memory_restored_mb"] = _memory(browser)
    return told


def _memory(browser: Any) -> int:
    """Megabytes of the largest process that shows a page, shared pages counted in part."""
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    sizes = []
    for one in told:
        if one["type"] == "renderer":
            text = Path(f"/proc/{one['id']}/smaps_rollup").read_text()
            line = next(line for line in text.splitlines() if line.startswith("Pss:"))
            sizes.append(int(line.split()[1]) * 1024 // 10**6)
    return max(sizes)


def _answers() -> dict[str, Any]:
    """A right and a wrong answer to some parts: in the page twice, and in this process."""
    by_part: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for asked in typed():
        by_part.setdefault((asked["id"], asked["part"]), []).append(asked)
    chosen = random.Random(17).sample(sorted(by_part), SAMPLE)
    requests = [one for key in chosen for one in (by_part[key][0], by_part[key][-1])]
    here = [_seconds(lambda asked=asked: answer(question, asked)) for asked in requests]
    with _browser() as (browser, served):
        reader = Reader(browser.new_page(), served.address)
        reader.page.evaluate(START)
        first = reader.page.evaluate(TIMED, requests)
        second = reader.page.evaluate(TIMED, requests)
    told = {"page, first time": first, "page, again": second}
    again = [_seconds(lambda asked=asked: answer(question, asked)) for asked in requests]
    told |= {"command's Python, first time": here, "command's Python, again": again}
    return {name: _summary(times) for name, times in told.items()}


def _seconds(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _summary(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "median": round(statistics.median(ordered), 4),
        "p95": round(ordered[int(0.95 * len(ordered))], 3),
        "worst": round(ordered[-1], 2),
        "sum": round(sum(ordered), 1),
    }


def _growth() -> dict[str, dict[str, float]]:
    """What the boxes add to each chapter before one has the focus, in per cent."""
    found = {}
    with _browser() as (browser, served):
        page = browser.new_page()
        for chapter in CHAPTERS:
            path = SITE / "book" / f"{chapter}.html"
            page.goto(f"{served.address}/book/{path.name}", wait_until="load")
            inside, elements, size = page.evaluate(GROWTH)
            found[chapter] = {
                "elements_percent": round(100 * inside / (elements - inside), 1),
                "bytes_percent": round(100 * size / (path.stat().st_size - size), 1),
            }
    return found
