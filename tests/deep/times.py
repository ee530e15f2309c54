"""How long a check takes in this tree and in another, as ratios.

``python -m tests.deep.times OTHER [COUNT]``, where OTHER is a checkout of an older commit, such as
``git worktree add /tmp/old 22f47e0`` makes. Both decide the same sample of formulas of the corpus,
one after the other in turn, each in a process that has everything imported; processor time counts.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
from pathlib import Path

from hwcode.checking.forms import Formula
from tests.corpus import part_of, rows

__all__ = ["main"]

ROOT = Path(__file__).resolve().parents[2]
WORKER = """
import json, sys, time
try:
    from hwcode.questions import question  # where it once stood
except ImportError:
    from hwcode.chapters import question
for line in sys.stdin:
    id, name, text = json.loads(line)
    try:
        part = question(id).part(name)
        start = time.process_time()
        part.check(id, part.form.read(text))
        print(time.process_time() - start, flush=True)
    except Exception:
        print("nan", flush=True)
"""


def _worker(tree: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=tree,
        env={"PYTHONPATH": str(tree), "PATH": "/usr/bin:/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _taken(worker: subprocess.Popen[str], request: str) -> float:
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(request + "\n")
    worker.stdin.flush()
    return float(worker.stdout.readline())


def main(other: Path, count: int) -> None:
    """Print the median and the worst time, and the quotient of this tree's by the other's."""
    formulas = [row for row in rows() if isinstance(part_of(row).form, Formula)]
    chosen = random.Random(14).sample(formulas, min(count, len(formulas)))
    workers = [_worker(ROOT), _worker(other)]
    found: list[tuple[float, float, str]] = []
    for row in chosen:
        id, _, name = row.id.partition(":")
        request = json.dumps([id, name, row.answer])
        mine, theirs = (_taken(worker, request) for worker in workers)
        if mine == mine and theirs == theirs:  # both could read it
            found.append((mine, theirs, f"{row.id} {row.answer[:60]}"))
    for worker in workers:
        worker.kill()
    if not found:
        raise SystemExit("the other tree could decide none of them")
    now, before = ([each[i] for each in found] for i in (0, 1))
    print(f"{len(found)} formulas")
    print(f"median: {statistics.median(now) / statistics.median(before):.2f} times the other's")
    print(f"worst: {max(now):.2f} s, {max(before):.2f} s before")
    for mine, theirs, told in sorted(found, reverse=True)[:5]:
        print(f"  {mine:.2f} s, {theirs:.2f} s before: {told}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 200)
