"""What a page may load and run: a Content-Security-Policy in each page, whoever serves it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["policy", "scripts", "secure", "with_policy"]

SCRIPT = re.compile(
    r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE
)
META = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n?')
CHARSET = re.compile(r"<meta charset=[^>]*>\n?", re.IGNORECASE)


def scripts(page: str) -> Iterator[str]:
    """The scripts that stand in a page itself, and are run.

    >>> list(scripts('<script src="a.js"></script><script>b()</script>'))
    ['b()']
    """
    for found in SCRIPT.finditer(page):
        kind = re.search(r'type="([^"]*)"', found["attributes"])
        runs = kind is None or kind[1] in ("text/javascript", "module")
        if not re.search(r"\bsrc=", found["attributes"]) and runs:
            yield found["text"]


def policy(page: str) -> str:
    """The policy of one page.

    >>> print(policy("<script>b()</script>").split("; ")[1])
    script-src 'self' 'wasm-unsafe-eval' 'sha256-cf242PFc/kb7xD0Qzhsmd9vvRkc+cWFmbi+k+YvtdKc='
    """
    digests = sorted({hashlib.sha256(text.encode()).digest() for text in scripts(page)})
    hashes = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    rules = {
        "default-src": ["'none'"],
        # WebAssembly is compiled where answers are checked; no text ever becomes a script.
        "script-src": ["'self'", "'wasm-unsafe-eval'", *hashes],
        # Drawings and mathematics place their parts by style attributes, and the theme's scripts
        # set some; a style can load nothing that the other rules do not allow.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        # A worker made of a blob has this policy, too; one from an address would have its own.
        "worker-src": ["blob:"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in rules.items())


def with_policy(page: str) -> str:
    """A page with its policy as the first thing after its encoding; an old one is replaced.

    Raises:
        ValueError: if the page does not say its encoding.
    """
    page = META.sub("", page)
    place = CHARSET.search(page)
    if place is None:
        raise ValueError("the page has no <meta charset>")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(page)}">\n'
    return page[: place.end()] + meta + page[place.end() :]


def secure(folder: Path) -> None:
    """Give every page of a site its policy."""
    for path in sorted(folder.rglob("*.html")):
        old = path.read_text(encoding="utf-8")
        if CHARSET.search(old):  # else it is a piece of a theme, not a page
            new = with_policy(old)
            if new != old:
                path.write_text(new, encoding="utf-8")
