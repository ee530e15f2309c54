"""Numbers that must not move unseen.

Values that a page glues from exact or float64 computations are kept under ``book/_snapshot`` and
compared at every build, so that a new version of a dependency that moves one fails, with both
values. Trained and measured values are not compared. ``make snapshot`` alone writes the files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_cache.base import JupyterCacheAbstract

from hwcode.site.sphinxext.cache import outputs_of
from hwcode.site.sphinxext.inputs import Page

__all__ = ["differences", "glued", "path_of", "write"]

RELATIVE = 1e-6
"""Largest relative difference between float64 values on different machines."""


def glued(page: Page, cache: JupyterCacheAbstract) -> dict[str, dict[str, Any]] | None:
    """What the page glues, by name: value, text and kind. None if the page has no outputs."""
    notebook = outputs_of(cache, page)
    if notebook is None:
        return None
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            value = output.get("metadata", {}).get("hwcode")
            if value is not None:
                found[value["name"]] = dict(value)
    return found


def path_of(page: Page) -> Path:
    """Where the page's values are kept."""
    return page.root / "book" / "_snapshot" / f"{Path(page.name).name}.json"


def compared(values: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The values that are compared: exact ones and those of float64 computations."""
    return {
        name: {"value": value["value"], "kind": value["kind"]}
        for name, value in sorted(values.items())
        if value["kind"] in ("exact", "float64")
    }


def write(page: Page, cache: JupyterCacheAbstract) -> bool:
    """Write the page's snapshot anew; whether anything changed."""
    values = compared(glued(page, cache) or {})
    path = path_of(page)
    text = json.dumps(values, indent=1, ensure_ascii=False) + "\n"
    if not values:
        existed = path.is_file()
        path.unlink(missing_ok=True)
        return existed
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
    return True


def differences(page: Page, cache: JupyterCacheAbstract) -> list[str]:
    """A line for each value that is not the kept one; none for a page that did not run."""
    found = glued(page, cache)
    if found is None:
        return []
    now, path = compared(found), path_of(page)
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    lines = []
    for name in sorted(now.keys() | kept.keys()):
        old, new = kept.get(name), now.get(name)
        if old is None or new is None or not _same(old, new):
            lines.append(
                f"the glued value {name!r} was {_told(old)} in the snapshot and is {_told(new)}"
                " now; if that is right, 'make snapshot' writes it"
            )
    return lines


def _told(value: Mapping[str, Any] | None) -> str:
    return "absent" if value is None else f"{value['value']!r} ({value['kind']})"


def _same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    if old["kind"] != new["kind"]:
        return False
    a, b = old["value"], new["value"]
    if old["kind"] == "float64" and isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= RELATIVE * max(abs(a), abs(b))
    return bool(a == b)
