"""Are errors in the package caught? A sample of mutants of its modules, run against its tests.

A copy of the tree has one module changed at a time. A process that has everything imported is
forked for each mutant; the child drops the changed module and all that import it, and runs the
doctests of the module, then the narrow tests. A mutant counts as caught only if the test that
failed passes on the clean copy, run in the same way.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.deep.operators import Mutant, sampled

__all__ = ["Tally", "modules", "narrow_tests", "try_code"]

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60
"""Processor time that the tests of one mutant may take; one that hangs is seen by whoever waits."""
WAIT = 900
"""Seconds on the clock after which nothing is concluded: the machine has other things to do."""
ROOMS = ("checking", "chapters", "data", "optimisers", "sizes", "training")
CORE = ("test_checking", "test_identity", "test_forms", "test_reader")
"""What tries the whole way of an answer."""


@dataclass
class Tally:
    """What became of the mutants: for each its module, kind, place, change and fate."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def counts(self, *, kinds: set[str] | None = None, room: str = "") -> dict[str, int]:
        """How many were caught, hung or survived, of some kinds or of one room."""
        chosen = [
            row["fate"]
            for row in self.rows
            if (kinds is None or row["kind"] in kinds) and row["module"].startswith(room)
        ]
        return {fate: Counter(chosen)[fate] for fate in ("caught", "hung", "survived")}


def modules() -> list[str]:
    """The files that are mutated: the package but for the site, the command line and the errata."""
    found = [
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in [
            *sorted((ROOT / "hwcode" / room).rglob("*.py")),
            *(ROOT / "hwcode").glob(f"{room}.py"),
        ]
    ]
    return [name for name in found if "errata" not in name]


def narrow_tests(module: str) -> list[list[str]]:
    """The runs of pytest that try a module, the quickest first; each as its arguments.

    >>> narrow_tests("hwcode/sizes/paddings.py")
    [['tests/sizes/test_paddings.py'], ['tests/sizes']]
    """
    _, room, *rest = module.removesuffix(".py").split("/")
    if room == "optimisers":
        return [["tests/test_optimisers.py"]]
    name = rest[-1]
    own = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "tests" / room).rglob("test_*.py"))
        if re.search(rf"\b{name}\b", path.read_text("utf-8")) and name != "__init__"
    ]
    if room == "chapters" and len(rest) > 1:
        runs = [[f"tests/chapters/{rest[0]}"]]
        if ids := _ids(module):
            runs.insert(0, ["tests/chapters/test_questions.py", "-k", " or ".join(ids)])
        return runs
    if room == "chapters":
        return [["tests/chapters/test_sheet.py", "tests/chapters/test_follows.py"]]
    if room == "checking":
        core = [f"tests/checking/{one}.py" for one in CORE]
        wide = ["tests/chapters/test_questions.py", "-k", "A1-1 or A1-2 or P4-2 or H2-3"]
        rest = [one for one in core if one not in own]
        return [*(run for run in (own, rest) if run), wide]
    return [*([own] if own else []), [f"tests/{room}"]]


def _ids(module: str) -> list[str]:
    """The ids of the questions that a module of questions or truths has."""
    text = (ROOT / module).read_text("utf-8")
    return sorted(set(re.findall(r"\b(?:A1|A2|H2|P4)-[\w.]*\w", text)))


def try_code(each: int, seed: str, minutes: float = 1e9, rooms: Sequence[str] = ROOMS) -> Tally:
    """Mutants of all modules, in turns, so that a part of them is a fair sample.

    Args:
        each: mutants of each module.
        seed: which they are, and in which order.
        minutes: no new one is begun after so many.
        rooms: those whose modules are changed.
    """
    drawn: list[tuple[int, str, Mutant]] = []
    for module in modules():
        if module.split("/")[1].removesuffix(".py") in rooms:
            source = (ROOT / module).read_text("utf-8")
            turns = enumerate(sampled(source, each, f"{seed} {module}"))
            drawn += [(turn, module, mutant) for turn, mutant in turns]
    random.Random(seed).shuffle(drawn)
    drawn.sort(key=lambda one: one[0])
    tally, end = Tally(), time.monotonic() + 60 * minutes
    with tempfile.TemporaryDirectory() as folder, _Runner(Path(folder)) as runner:
        for _, module, mutant in drawn:
            if time.monotonic() > end:
                break
            fate, by = runner.fate(module, mutant)
            change = {"line": mutant.line, "was": mutant.was, "now": mutant.now}
            tally.rows.append(
                {"module": module, "kind": mutant.kind, **change, "fate": fate, "by": by}
            )
            print(json.dumps(tally.rows[-1]), flush=True)
    return tally


class _Runner:
    """A copy of the tree, and a process with everything imported that is forked for each mutant."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        for name in listed.stdout.splitlines():
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, folder / name)
        self.clean: dict[str, bool] = {}
        self.broken: list[str] = []

    def __enter__(self) -> _Runner:
        command = [sys.executable, "-c", "from tests.deep.code import serve; serve()"]
        environment = {
            **os.environ, "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        self.server = subprocess.Popen(
            command, cwd=self.root, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        return self

    def __exit__(self, *ended: object) -> None:
        self.server.__exit__(None, None, None)  # closes both pipes and waits

    def fate(self, module: str, mutant: Mutant) -> tuple[str, str]:
        """What became of a mutant, and by which test."""
        path = self.root / module
        source = path.read_text("utf-8")
        while True:
            path.write_text(mutant.text, encoding="utf-8")
            try:
                told = self._run(module, ["doctest", *narrow_tests(module)])
            finally:
                path.write_text(source, encoding="utf-8")
            if told["late"]:
                return "undecided", ""
            if told["hung"]:
                return (
                    ("hung", "") if self._ends(module) else ("survived", "its tests take too long")
                )
            if told["failed"] is None:
                return "survived", ""
            if self._passes(module, told["failed"]):
                return "caught", told["failed"]
            if told["failed"] in (*self.broken, "import", "doctest"):
                return "undecided", f"{told['failed']} fails on clean code, too"
            self.broken.append(told["failed"])  # left out from now on

    def _passes(self, module: str, failed: str) -> bool:
        """Whether what failed passes on clean code."""
        key = f"{module} {failed}" if failed in ("import", "doctest") else failed
        if key not in self.clean:
            runs = ["doctest"] if failed in ("import", "doctest") else [[failed]]
            told = self._run(module, runs)
            self.clean[key] = told["failed"] is None and not told["hung"] and not told["late"]
        return self.clean[key]

    def _ends(self, module: str) -> bool:
        """Whether the tests of a module end in time on clean code."""
        if module not in self.clean:
            told = self._run(module, ["doctest", *narrow_tests(module)])
            self.clean[module] = not told["hung"] and not told["late"]
        return self.clean[module]

    def _run(self, module: str, runs: list[Any]) -> dict[str, Any]:
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        without = [f"--deselect={test}" for test in self.broken]
        runs = [run if run == "doctest" else [*run, *without] for run in runs]
        self.server.stdin.write(json.dumps({"module": module, "runs": runs}) + "\n")
        self.server.stdin.flush()
        return json.loads(self.server.stdout.readline())


def serve() -> None:
    """Answer requests on standard input, one in a line, each in a fork of this process."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    for name in modules():
        importlib.import_module(_dotted(name))
    above = dict(_imports())
    for line in sys.stdin:
        asked = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
            os.write(write, json.dumps(_judge(asked, above)).encode())
            os._exit(0)
        os.close(write)
        answers.write(json.dumps(_waited(child, read)) + "\n")
        answers.flush()


def _waited(child: int, read: int) -> dict[str, Any]:
    """What a child came to; in the end nothing that it started is left."""
    end, told = time.monotonic() + WAIT, {"failed": None, "hung": False, "late": False}
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < end:
        time.sleep(0.02)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if ended == (0, 0):
        os.waitpid(child, 0)
        told["late"] = True
    elif os.WIFSIGNALED(ended[1]):
        told["hung"] = os.WTERMSIG(ended[1]) in (signal.SIGXCPU, signal.SIGKILL)
        told["failed"] = None if told["hung"] else "import"
    else:
        said = os.read(read, 1 << 16)
        told |= json.loads(said) if said else {"failed": "import"}
    os.close(read)
    return told


def _judge(asked: dict[str, Any], above: dict[str, set[str]]) -> dict[str, Any]:
    module = _dotted(asked["module"])
    _forget(module, above)
    try:
        loaded = importlib.import_module(module)
    except BaseException:  # a module may end the process
        return {"failed": "import"}
    for run in asked["runs"]:
        if run == "doctest":
            if doctest.testmod(loaded, optionflags=doctest.NORMALIZE_WHITESPACE).failed:
                return {"failed": "doctest"}
            continue
        first = _First()
        options = ["-x", "-q", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib"]
        marks = ["-m", "not build and not pages and not browser and not slow"]
        status = pytest.main([*options, *marks, *run], plugins=[first])
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            return {"failed": first.failed or f"status {status}"}
    return {"failed": None}


class _First:
    """Remembers the first test that failed."""

    failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid


def _dotted(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imports() -> Iterator[tuple[str, set[str]]]:
    """For each module of the project the ones that import it."""
    users: dict[str, set[str]] = {}
    loaded = {n: m for n, m in sys.modules.items() if n.startswith("hwcode")}
    for name, module in loaded.items():
        file = getattr(module, "__file__", None)
        if not file:
            continue
        for node in ast.walk(ast.parse(Path(file).read_text("utf-8"))):
            named: list[str] = []
            if isinstance(node, ast.Import):
                named = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                named = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
            for one in named:
                if one in loaded:
                    users.setdefault(one, set()).add(name)
    yield from users.items()


def _forget(module: str, above: dict[str, set[str]]) -> None:
    """Drop a module and all that import it, so that they are imported anew."""
    gone, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in gone:
            gone.add(name)
            waiting += above.get(name, ())
    for name in gone:
        sys.modules.pop(name, None)
        parent, _, last = name.rpartition(".")
        if parent in sys.modules and hasattr(sys.modules[parent], last):
            delattr(sys.modules[parent], last)
