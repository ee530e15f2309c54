"""Programs that mean harm, or are careless: the right outcome, the caller alive, nothing changed.

They are tried on the smallest of contracts, twice an array; each has a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hwcode.chapters.check import check_typed
from hwcode.checking import AnswerError, Outcome, Truth
from hwcode.checking.programs import Program
from hwcode.checking.sandbox import allowed_seconds, process_bench
from tests.checking.hostile import (
    CHEATS,
    ENDS,
    GOOD,
    HARMLESS,
    LIMITS,
    OUTSIDE,
    OWN_WORK,
    UNREADABLES,
    called,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and walls are for Linux")

RIGHT, WRONG, UNREADABLE, UNDECIDED = (
    Outcome.RIGHT, Outcome.WRONG, Outcome.UNREADABLE, Outcome.UNDECIDED
)  # fmt: skip
FORM = Program(
    "double", {"v": "an array"}, "twice the array",
    instances=lambda random: [(random.standard_normal(size).round(3),) for size in (1, 3, 2, 4)],
)  # fmt: skip
TRUTH = Truth(lambda arguments: 2 * arguments[0], "a product")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("outside")
    (place / "kept").write_text("secret")
    return place


@pytest.fixture(scope="module")
def outcomes(folder):
    """What became of each program; four at a time."""
    import hwcode

    told = f"FOLDER = {str(folder)!r}\nHOME = {str(Path.home())!r}\n"
    told += f"PACKAGE = {str(Path(hwcode.__file__).parent)!r}\n"
    texts = {
        **{name: text for name, (text, _) in LIMITS.items()},
        **{name: text for name, (text, _, _) in ENDS.items()},
        **{name: told + called(body) for name, body in OUTSIDE.items()},
        **CHEATS, **OWN_WORK, **HARMLESS, **UNREADABLES,
    }  # fmt: skip

    def judged(name):
        allowed_seconds.set(1 if name in LIMITS else 10)
        try:
            found = FORM.compare(FORM.read(texts[name]), TRUTH)
        except AnswerError as error:
            return UNREADABLE, str(error)
        return Outcome.of(found.equal), f"{found.remark} {found.detail} {found.counterexample}"

    with ThreadPoolExecutor(4) as pool:
        return dict(zip(texts, pool.map(judged, texts), strict=True))


@pytest.mark.parametrize("name", LIMITS)
def test_what_meets_a_limit_is_not_decided(name, outcomes):
    outcome, told = outcomes[name]
    assert outcome is UNDECIDED, told
    assert LIMITS[name][1] in told


@pytest.mark.parametrize("name", ENDS)
def test_what_ends_by_itself_has_its_reason(name, outcomes):
    outcome, told = outcomes[name]
    assert outcome is ENDS[name][1], told
    assert ENDS[name][2] in told


@pytest.mark.parametrize("name", CHEATS)
def test_nothing_but_computing_is_right(name, outcomes):
    outcome, told = outcomes[name]
    assert outcome in (WRONG, UNREADABLE), told


@pytest.mark.parametrize("name", OWN_WORK)
def test_an_answer_does_its_work_itself(name, outcomes):
    outcome, told = outcomes[name]
    assert outcome is UNREADABLE, told
    assert "an answer does its work itself" in told


@pytest.mark.parametrize("name", HARMLESS)
def test_a_right_program_is_right_in_any_style(name, outcomes):
    outcome, told = outcomes[name]
    assert outcome is RIGHT, told


@pytest.mark.parametrize("name", UNREADABLES)
def test_what_is_no_program_is_unreadable(name, outcomes):
    assert outcomes[name][0] is UNREADABLE, outcomes[name]


@pytest.fixture(scope="module")
def walls():
    with process_bench(("numpy",)) as bench:
        if bench.open:
            pytest.skip(f"open on this system: {', '.join(bench.open)}")


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_is_outside_is_closed(name, outcomes, walls, folder):
    outcome, told = outcomes[name]
    assert outcome is WRONG, told
    assert "PermissionError" in told or "not permitted" in told, told
    assert [path.name for path in folder.iterdir()] == ["kept"]
    kept = folder / "kept"
    assert (kept.read_text(), kept.stat().st_mode & 0o111) == ("secret", 0)
    assert kept.stat().st_mtime > 0
    assert not (Path.home() / "mark").exists()


def test_a_wall_that_is_missing_is_told(monkeypatch):
    monkeypatch.setattr("hwcode.checking.programs.process_bench", _without_walls)
    found = FORM.compare(FORM.read(GOOD), lambda v: 2 * v)
    assert found.equal
    assert "not closed to it on this system: files, network" in found.detail


def _without_walls(modules):
    from contextlib import contextmanager

    @contextmanager
    def bench():
        with process_bench(modules) as made:
            made.open = ("files", "network")
            yield made

    return bench()


def test_an_object_is_run_here_and_the_verdict_says_so():
    found = FORM.compare(lambda v: 2 * v, lambda v: v + v)
    assert found.equal
    assert "run in this process" in found.detail


def test_nothing_is_left_and_the_caller_is_small(tmp_path):
    """The command in a process of its own, whose memory and children are counted."""
    program = tmp_path / "program.py"
    program.write_text(
        "class ReLU:\n    def forward(self, Z):\n        while True: print('x' * 10**6)\n"
    )
    code = (  # not by getrusage, which tells of whoever forked this process, too
        "import re\nfrom hwcode.cli import main\n"
        f"status = main(['check', 'A1-P2.1:relu', '@{program}'])\n"
        r"print(status, re.search(r'VmHWM:\s*(\d+)', open('/proc/self/status').read())[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path,
        env={**os.environ, "HWCODE_MARK": str(tmp_path)},
    )  # fmt: skip
    status, size = map(int, done.stdout.splitlines()[-1].split())
    assert status == UNDECIDED.status
    assert size < 300_000, "kilobytes"
    time.sleep(0.2)
    assert not _processes_with(str(tmp_path))


def _processes_with(mark):
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in entry.read_bytes().decode(errors="replace"):
                found.append(entry.parent.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("name", ["random", "json", "numpy", "sympy", "string", "hwcode"])
def test_no_file_of_the_working_folder_is_imported(name, tmp_path, monkeypatch):
    (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    assert check_typed("A1-1.3.1:nearest", "[3/2, 3/2]").right
    found = FORM.compare(FORM.read(GOOD), TRUTH)
    assert found.equal
    assert not (tmp_path / "mark").exists()
