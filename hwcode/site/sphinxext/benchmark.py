"""``make benchmark``: what a build costs after which change, and which pages it runs.

Works on a copy of the project in a temporary folder. Every round goes through all the cases, so
that whatever else the machine does falls on all of them; reported are ratios to the first case of
the same round.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["main", "measure"]

RESULT = Path("hwcode") / "results" / "build.json"
SKIPPED = shutil.ignore_patterns(".git", ".venv*", ".uv", "_build", "__pycache__", ".*_cache")


def _append(name: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        with (root / name).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return change


def _forget(root: Path) -> None:
    shutil.rmtree(root / "_build", ignore_errors=True)


CHAPTER = "hwcode/chapters/linear_regression"
CASES: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "cold, one kernel": (_forget, ["--workers", "1"]),
    "cold, two kernels": (_forget, ["--workers", "2"]),
    "nothing changed": (lambda root: None, []),
    "prose of one page": (_append("book/linear_regression.md", "\nOne more sentence.\n"), []),
    "a chapter's module": (
        _append("hwcode/chapters/linear_regression/interpolation.py", "# changed\n"),
        [],
    ),
    "a core module": (_append("hwcode/checking/expressions.py", "# changed\n"), []),
}
"""For each case what is changed before the build, and the build's options."""


def measure(project: Path, rounds: int) -> list[dict[str, tuple[float, int]]]:
    """Seconds and number of pages run, for every case in every round."""
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "project"
        shutil.copytree(project, root, ignore=SKIPPED)
        for _ in range(rounds):
            this_round = {}
            for name, (change, options) in CASES.items():
                change(root)
                this_round[name] = _build(root, options)
                seconds, ran = this_round[name]
                print(f"{name}: {seconds:.1f} s, {ran} pages", flush=True)
            found.append(this_round)
    return found


def _build(root: Path, options: list[str]) -> tuple[float, int]:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "hwcode.site.sphinxext.build", *options],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"the build failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    ran = re.search(r"^(\d+) of \d+ pages have to run", done.stdout, re.MULTILINE)
    return seconds, int(ran[1]) if ran else 0


def main() -> int:
    """Measure two rounds and write the record that the book's page on its build shows."""
    project = Path.cwd()
    rounds = measure(project, rounds=2)
    first = next(iter(CASES))
    record = {
        "made": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "rounds": len(rounds),
        "first_case_seconds": [round(each[first][0], 1) for each in rounds],
        "cases": {
            name: {
                "ratios": [round(each[name][0] / each[first][0], 4) for each in rounds],
                "pages": rounds[0][name][1],
            }
            for name in CASES
        },
    }
    path = project / RESULT
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, path)
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
