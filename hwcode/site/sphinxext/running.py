"""Running pages side by side, each in a kernel of its own.

jupyter-cache runs a notebook when the build reaches it, one after the other. Here the pages whose
key is not in the cache are run before the build, several at a time, and the build finds them all.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from jupyter_core.utils import ensure_event_loop
from tqdm import tqdm
from traitlets.config import Config

import hwcode
from hwcode.site import audit
from hwcode.site.sphinxext.cache import keep, open_cache
from hwcode.site.sphinxext.inputs import Page

__all__ = [
    "KERNEL_ENVIRONMENT",
    "Ran",
    "execute",
    "own_first",
    "prepared_kernels",
    "refuse_another_checkout",
    "run_pages",
    "unlisted",
]

TIMEOUT = 900
"""Seconds for one cell."""

KERNEL_ENVIRONMENT = {
    # One thread each: kernels side by side do not fight, and sums are added in one order.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # What a page shows does not depend on data or devices that happen to be there.
    "HWCODE_DATA": os.devnull,
    "CUDA_VISIBLE_DEVICES": "",
}
KERNEL_CONFIGURATION = """\
c = get_config()
# Where plain jupyter-book runs a page, a warning about loopback would appear among its own.
c.IPKernelApp.log_level = 40
c.HistoryManager.enabled = False
# Whatever the page uses of the project has to be among its inputs.
c.IPKernelApp.exec_lines = [
    "from hwcode.site.audit import begin as _begin", "_begin()", "del _begin",
]
"""


def own_first(root: Path) -> str:
    """A search path for kernels on which the package of this checkout comes before any other.

    ``PYTHONPATH``, or the environment's installation, may name another checkout. A kernel starts in
    the folder of its page, so without this it would run that one's code.

    >>> own_first(Path("/no/such/folder")) == os.environ.get("PYTHONPATH", "")
    True
    """
    given = os.environ.get("PYTHONPATH", "")
    if not (root / "hwcode" / "__init__.py").is_file():
        return given
    return os.pathsep.join(filter(None, (str(root), given)))


def refuse_another_checkout(root: Path) -> None:
    """Refuse to build one checkout with the package of another one that shares its environment."""
    home = Path(hwcode.__file__).resolve().parents[1]
    if (root / "hwcode" / "__init__.py").is_file() and home != root:
        raise SystemExit(
            f"the package in use is that of {home}, not of {root}: this environment belongs to"
            " another checkout; 'make book' makes one here"
        )


@contextmanager
def prepared_kernels(root: Path) -> Iterator[None]:
    """Within it, kernels start in an environment that is the same everywhere.

    IPython's and Matplotlib's settings come from a folder of the build, not from the user's home:
    what a page shows does not depend on them, and a first run prints nothing about font caches.
    Kernels take the environment of this process, which has its own back behind it: without data
    and devices, whatever else it does would be another thing.
    """
    profile = root / "_build" / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    configuration = profile / "ipython_kernel_config.py"
    if not configuration.is_file() or configuration.read_text() != KERNEL_CONFIGURATION:
        configuration.write_text(KERNEL_CONFIGURATION)
    fonts = root / "_build" / "matplotlib"
    folders = {"IPYTHONDIR": str(profile.parent), "MPLCONFIGDIR": str(fonts), audit.ROOT: str(root)}
    given = KERNEL_ENVIRONMENT | folders | {"PYTHONPATH": own_first(root)}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        if not list(fonts.glob("fontlist-*.json")):
            fonts.mkdir(exist_ok=True)
            command = [sys.executable, "-c", "import matplotlib.font_manager"]
            subprocess.run(command, check=True, capture_output=True)
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@dataclass(frozen=True)
class Ran:
    """How the run of one page ended."""

    page: Page
    seconds: float
    error: str = ""


def run_pages(root: Path, wanted: Sequence[Page], workers: int | None = None) -> list[Ran]:
    """Run pages and keep their outputs; pages that fail are reported, not kept.

    Args:
        root: the project's folder.
        wanted: the pages to run.
        workers: how many kernels at a time; by default one for each processor.

    Returns:
        One entry for each page, failed ones with the error.
    """
    workers = workers or os.cpu_count() or 1
    cache = open_cache(root)
    ended = []
    with prepared_kernels(root), ThreadPoolExecutor(workers) as pool:
        running: dict[Future[tuple[Ran, nbformat.NotebookNode]], Page] = {
            pool.submit(execute, one): one for one in wanted
        }
        bar = tqdm(total=len(wanted), desc="running pages", unit="page", disable=None)
        with bar:
            try:
                for done in as_completed(running):
                    ran, notebook = done.result()
                    ended.append(ran)
                    bar.set_postfix_str(ran.page.name)
                    bar.update()
                    if bar.disable:
                        state = "FAILED" if ran.error else "ran"
                        told = f"{state} {ran.page.name} in {ran.seconds:.1f} s"
                        print(f"{told} ({len(ended)} of {len(wanted)})", flush=True)
                    if not ran.error:
                        keep(cache, ran.page, notebook, ran.seconds)
            except BaseException:
                for waiting in running:
                    waiting.cancel()
                raise
    return ended


def execute(page: Page) -> tuple[Ran, nbformat.NotebookNode]:
    """Run one page in a kernel; the notebook comes back with its outputs."""
    started = time.perf_counter()
    notebook = page.stamped_notebook
    try:
        result = _run_in_kernel(notebook, page.path.parent)
    except Exception as error:  # a kernel that died, of a crash or for want of memory
        told = f"{page.path.name}: {type(error).__name__}: {error}"
        return Ran(page, time.perf_counter() - started, told), notebook
    seconds = time.perf_counter() - started
    failed = result.err is not None
    failure = _located(page, notebook, str(result.err)) if failed else unlisted(page, notebook)
    return Ran(page, seconds, failure), notebook


def unlisted(page: Page, notebook: nbformat.NotebookNode) -> str:
    """What an executed page used of the project and its inputs do not have; empty if nothing."""
    used = {
        name
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for name in output.get("metadata", {}).get("hwcode-used", [])
    }
    more = sorted(used - {path.relative_to(page.root).as_posix() for path in page.inputs})
    if not more:
        return ""
    return (
        f"{page.path.name} uses {', '.join(more)}, which its inputs do not have, so that a change"
        " would not be seen; list it in the front matter, 'hwcode: {reads: [...]}'"
    )


def _run_in_kernel(notebook: nbformat.NotebookNode, folder: Path) -> ExecutionResult:
    """Run all cells in a kernel that is reached by sockets in a folder of its own.

    A port of loopback is chosen by the client and bound later by the kernel: where several start
    side by side, another process may have taken it by then, and the kernel dies.
    """
    with tempfile.TemporaryDirectory() as sockets:
        connection = {"transport": "ipc", "connection_file": str(Path(sockets) / "kernel.json")}
        try:
            return single_nb_execution(
                notebook,
                cwd=str(folder),
                timeout=TIMEOUT,
                allow_errors=False,
                config=Config(KernelManager=connection),
            )
        finally:
            # The client opens a loop for this thread and leaves it open.
            ensure_event_loop().close()


def _located(page: Page, notebook: nbformat.NotebookNode, error: str) -> str:
    """The error with the page and the line of the cell that raised it."""
    lines = notebook.metadata.get("source_map", [])
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                line = lines[index] if index < len(lines) else 0
                told = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback[-3:]))
                return f"{page.path.name}, cell at line {line + 1}:\n{told}"
    return f"{page.path.name}:\n{error}"
