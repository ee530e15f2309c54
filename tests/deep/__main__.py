"""``make deep``: the full counts, and the record of them that the book shows.

usage: python -m tests.deep [COUNT ...] [--mutants N] [--code N] [--minutes M] [--seed SEED]

A count that is named is made anew and the others stay as they were recorded, each with its date,
seed and command. Without a name all are made.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hwcode
from hwcode.chapters import CHAPTERS, errata_of, exercises_of, questions_of
from hwcode.checking import Text
from tests.deep.answers import Counts, formulas, try_mutants, try_rewrites
from tests.deep.code import ROOMS, try_code
from tests.deep.inpage import agreement, costs
from tests.deep.operators import OURS

RECORD = Path(hwcode.__file__).parent / "results" / "deep.json"
EACH = 220
"""Mutants of each right answer, where it has so many: over ten thousand in all."""


def _mutants(options: argparse.Namespace) -> dict[str, Any]:
    parts = list(formulas())
    return {**_told(try_mutants(parts, options.mutants, options.seed)), "parts": len(parts)}


def _rewrites(options: argparse.Namespace) -> dict[str, Any]:
    parts = list(formulas())
    return {**_told(try_rewrites(parts, 10**6)), "parts": len(parts)}


def _registry(options: argparse.Namespace) -> dict[str, Any]:
    """What the book has; the tests hold all of it against its definitions."""
    asked = [one for chapter in CHAPTERS for one in questions_of(chapter)]
    errata = [one for chapter in CHAPTERS for one in errata_of(chapter)]
    parts = [part for one in asked for part in one.parts]
    return {
        "questions": len(asked),
        "parts": len(parts),
        "judged": sum(not isinstance(part.form, Text) for part in parts),
        "mistakes": sum(len(part.mistakes) for part in parts),
        "exercises": sum(len(exercises_of(chapter)) for chapter in CHAPTERS),
        "errata": len(errata),
        "errata_shown": sum(bool(one.decided or one.tried or one.shown) for one in errata),
    }


def _code(options: argparse.Namespace) -> dict[str, Any]:
    """Mutants of the package itself; those that survive are listed, equivalent ones among them."""
    found = try_code(options.code, options.seed, options.minutes, options.rooms)
    rooms = {room: found.counts(room=f"hwcode/{room}") for room in options.rooms}
    return {
        "tried": sum(found.counts().values()),
        "modules": len({row["module"] for row in found.rows}),
        "all": found.counts(),
        "ours": found.counts(kinds=OURS),
        "rooms": rooms,
        "survived": [row for row in found.rows if row["fate"] in ("hung", "survived")],
    }


def _bad_input(options: argparse.Namespace) -> dict[str, Any]:
    """Every bad value at every argument of the public functions."""
    from tests.test_bad_input import PUBLIC, cases, outcome, refused

    counts: Counter[str] = Counter()
    wrong = []
    for name, function in PUBLIC.items():
        for argument, bad, arguments in cases(function):
            kind, told = outcome(function, arguments)
            counts[kind] += 1
            if kind == "bad" or (kind == "good" and refused(function, argument, bad)):
                wrong.append(f"{name}: {argument} = {bad}: {told}")
    return {
        "functions": len(PUBLIC),
        "tried": counts.total(),
        "refused": counts["error"],
        "taken": counts["good"],
        "wrong": wrong,
    }


def _told(found: Counts) -> dict[str, Any]:
    return {
        "tried": found.tried,
        "right": found.right,
        "passed_though_wrong": found.passed,
        "refused_though_right": found.refused,
        "undecided": found.undecided,
    }


def _tests(options: argparse.Namespace) -> dict[str, Any]:
    """All tests with the deep ones among them: how many ended how."""
    command = [sys.executable, "-m", "pytest", "-q", "--numprocesses", "2", "--dist", "loadfile"]
    done = subprocess.run(
        command, env={**os.environ, "HWCODE_DEEP": "1"}, capture_output=True, text=True, check=False
    )
    print(done.stdout[-2000:])
    return {"status": done.returncode, "told": done.stdout.strip().splitlines()[-1]}


COUNTS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "registry": _registry,
    "mutants": _mutants,
    "rewrites": _rewrites,
    "code": _code,
    "bad_input": _bad_input,
    "page": lambda options: agreement(),
    "boxes": lambda options: costs(),
    "tests": _tests,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the counts and write the record; 1 if anything came out that ought not to."""
    parser = argparse.ArgumentParser(prog="python -m tests.deep")
    parser.add_argument("counts", nargs="*", metavar="COUNT", help=f"any of {', '.join(COUNTS)}")
    parser.add_argument("--mutants", type=int, default=EACH, help="of each right answer")
    parser.add_argument("--code", type=int, default=5, help="mutants of each module")
    told = "of the mutants of modules: begin no new one after so many"
    parser.add_argument("--minutes", type=float, default=600, help=told)
    told = "the rooms whose modules are changed"
    parser.add_argument("--rooms", nargs="+", choices=ROOMS, default=ROOMS, help=told)
    parser.add_argument("--seed", default="2026")
    options = parser.parse_args(arguments)
    if strange := set(options.counts) - set(COUNTS):
        parser.error(f"no count is called {', '.join(sorted(strange))}; see --help")
    faults = []
    for name in options.counts or COUNTS:
        started = time.perf_counter()
        found = COUNTS[name](options)
        found |= {
            "made": datetime.now(UTC).strftime("%Y-%m-%d"),
            "version": hwcode.__version__,
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            "seconds": round(time.perf_counter() - started),
            "command": _command(name, options),
        }
        _record(name, found)
        wrong = ("passed_though_wrong", "refused_though_right", "undecided", "wrong")
        faults += [f"{name}: {kind}: {one}" for kind in wrong for one in found.get(kind, ())]
        faults += [f"{name}: status {found['status']}"] if found.get("status") else []
    print("\n".join(faults))
    return int(bool(faults))


def _command(name: str, options: argparse.Namespace) -> str:
    """What repeats a count."""
    given = {
        "mutants": f" --mutants {options.mutants} --seed {options.seed}",
        "code": f" --code {options.code} --minutes {options.minutes:g} --seed {options.seed}"
        f" --rooms {' '.join(options.rooms)}",
    }
    return f"python -m tests.deep {name}{given.get(name, '')}"


def _record(name: str, found: dict[str, Any]) -> None:
    known = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    partial = RECORD.with_suffix(".partial")
    partial.write_text(json.dumps({**known, name: found}, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, RECORD)


if __name__ == "__main__":
    sys.exit(main())
