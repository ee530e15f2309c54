"""The package as a wheel at the top of the site, so that readers install it from there.

``pip install ADDRESS/hwcode-VERSION-py3-none-any.whl`` brings what checks answers, and SymPy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sphinx.application import Sphinx

import hwcode

__all__ = ["NAME", "make", "setup"]

NAME = f"hwcode-{hwcode.__version__}-py3-none-any.whl"
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "hwcode")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
EPOCH = "315532800"
"""The files' date, the first that a zip can hold: the same sources give the same bytes."""


def make(root: Path, folder: Path) -> Path:
    """Make the wheel, unless the one that is there is younger than all that goes into it.

    Args:
        root: the project's folder.
        folder: where the wheel is to lie.

    Returns:
        The wheel's path.

    Raises:
        FileNotFoundError: if ``root`` is not this project's folder.
        RuntimeError: if setuptools fails; with what it said.
    """
    wheel = folder / NAME
    inputs = [path for name in SOURCES for path in _files(root / name)]
    if wheel.is_file() and wheel.stat().st_mtime > max(path.stat().st_mtime for path in inputs):
        return wheel
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "source"
        for path in inputs:
            target = copy / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        done = subprocess.run(
            [sys.executable, "-c", BUILD, scratch],
            cwd=copy,
            env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"no wheel could be made:\n{done.stderr[-2000:]}")
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("hwcode-*.whl"):
            old.unlink()
        shutil.move(Path(scratch) / NAME, wheel)
    return wheel


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise FileNotFoundError(path)
    return [one for one in sorted(path.rglob("*")) if one.is_file() and one.suffix != ".pyc"]


def _put_wheel(app: Sphinx, error: Exception | None) -> None:
    root = Path(app.srcdir)
    if error is None and app.builder.format == "html" and (root / "pyproject.toml").is_file():
        make(root, Path(app.outdir))


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("build-finished", _put_wheel)
