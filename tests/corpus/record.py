"""What the page on the corpus shows, made by ``python -m tests.corpus.record``.

A file of rows that did not change since is not decided again; ``--all`` decides every one.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from hwcode import __version__
from tests.corpus import FOLDER, Row, decide, rows

__all__ = ["RECORD", "kept", "stamp"]

RECORD = Path(__file__).resolve().parents[2] / "book" / "_records" / "corpus.json"


def stamp(file: str) -> str:
    """What a file of rows is known by: the digest of its text, whatever ends its lines."""
    text = (FOLDER / file).read_text(encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()


def kept() -> dict[str, Any]:
    """The record; empty if there is none."""
    return json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {"files": {}}


def decided(file: str) -> dict[str, Any]:
    """The rows of a file, by kind: how many there are, and how many got the right outcome."""
    kinds: dict[str, Counter[str]] = {}
    differences = []
    for row in (row for row in rows() if row.file == file):
        outcome, _ = decide(row)
        count = kinds.setdefault(row.kind, Counter())
        count.update(["rows", str(row.expect)] + ["agree"] * (outcome is row.expect))
        if outcome is not row.expect:
            differences.append(_told(row, str(outcome)))
    return {"stamp": stamp(file), "version": __version__, "kinds": kinds, "differ": differences}


def _told(row: Row, outcome: str) -> dict[str, str]:
    told = {"id": row.id, "answer": row.answer, "expect": str(row.expect), "outcome": outcome}
    return {**told, "because": row.known.get("because", ""), "note": row.note}


def main(again: bool) -> None:
    """Decide what has to be, file by file, and write the record after each."""
    record = kept()
    names = sorted({row.file for row in rows()})
    record["files"] = {name: found for name, found in record["files"].items() if name in names}
    for name in names:
        known = record["files"].get(name, {})
        if again or known.get("stamp") != stamp(name):
            print(f"{name} ...", flush=True)
            record["files"][name] = decided(name)
            told = json.dumps(record, indent=1, ensure_ascii=False, sort_keys=True)
            RECORD.write_text(told + "\n", encoding="utf-8")


if __name__ == "__main__":
    main("--all" in sys.argv[1:])
