"""A small installation, from the wheel that the site carries: SymPy and nothing else."""

from __future__ import annotations

import functools
import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import hwcode
from hwcode.chapters import CHAPTERS
from hwcode.site.sphinxext import wheel
from tests.conftest import ROOT

pytestmark = pytest.mark.build

UV = ROOT / ".uv" / "bin" / "uv"

CHECKS = ROOT / "tests" / "core_checks.py"


def uv(*arguments: object, **environment: str) -> None:
    done = subprocess.run(
        [UV, "pip", "install", "--quiet", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the wheel in it, on loopback."""
    folder = tmp_path_factory.mktemp("site")
    wheel.make(ROOT, folder)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    handler.log_message = lambda *arguments: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def small(site, tmp_path_factory):
    """A fresh environment: the core's dependencies as locked, and the wheel from the site."""
    if not UV.is_file():
        pytest.skip("uv is not there; 'make test' brings it")
    folder = tmp_path_factory.mktemp("small") / "venv"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    where = {"VIRTUAL_ENV": str(folder)}
    locked = ("--require-hashes", "-r", "pyproject.toml", "-c", "requirements.lock")
    uv(*locked, **where)
    uv("--no-deps", f"{site}/{wheel.NAME}", **where)
    return folder


def run(small: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A program of the small environment, in a folder without the project."""
    program = small / "bin" / arguments[0]
    environment = {name: os.environ[name] for name in os.environ if name != "PYTHONPATH"}
    return subprocess.run(
        [program, *arguments[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_is_made_of_the_sources_alone_and_always_the_same(tmp_path):
    first = wheel.make(ROOT, tmp_path / "one").read_bytes()
    assert wheel.make(ROOT, tmp_path / "two").read_bytes() == first
    again = tmp_path / "one" / wheel.NAME
    before = again.stat().st_mtime_ns
    assert wheel.make(ROOT, tmp_path / "one").stat().st_mtime_ns == before, "made for nothing"


def test_a_folder_that_is_no_project_has_no_wheel(tmp_path):
    with pytest.raises(FileNotFoundError, match="pyproject"):
        wheel.make(tmp_path, tmp_path)


def test_it_is_small(small):
    installed = {path.name for path in (small / "lib").glob("python*/site-packages/*")}
    assert not installed & {"numpy", "scipy", "torch", "sphinx", "matplotlib", "sklearn"}


def test_every_part_is_checked_with_the_core_alone(small, tmp_path):
    done = run(small, "python", str(CHECKS), folder=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["right"] > 300 < found["wrong"]


def test_the_commands_work_with_the_core_alone(small, tmp_path):
    listed = run(small, "hwcode", "list", folder=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert len(listed.stdout.splitlines()) == sum(map(len, CHAPTERS.values()))
    assert run(small, "hwcode", "show", "A1-1.2.2", folder=tmp_path).returncode == 0
    right = run(small, "hwcode", "check", "A1-1.3.1:nearest", "[3/2, 3/2]", folder=tmp_path)
    assert right.returncode == 0, right.stderr
    wrong = run(small, "hwcode", "check", "A2-2.2.1:penalty", "lam", folder=tmp_path)
    assert wrong.returncode in (1, 2), wrong.stderr


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("check", "A1-P1.1:loss", "def bce(p, t): return 0"), "hwcode[programs]"),
        (("check", "A2-4.1:net", "import torch"), "hwcode[train]"),
        (("data", "status"), "hwcode["),
        (("results", "list"), "hwcode["),
    ],
)
def test_what_needs_more_says_which_extra_brings_it(arguments, extra, small, tmp_path):
    done = run(small, "hwcode", *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert extra in done.stderr
    assert "Traceback" not in done.stderr


def test_the_version_is_told():
    assert f"hwcode-{hwcode.__version__}-py3-none-any.whl" == wheel.NAME
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {hwcode.__version__}" in changes
