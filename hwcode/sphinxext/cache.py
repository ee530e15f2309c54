"""The execution cache: which pages must run, and run them side by side.

jupyter-cache runs a notebook when the build reaches it, one after the other. Here the pages whose
key is not in the cache are run before the build, several at a time, and the build finds them all.
The keys are the same because the notebooks are: the page with the digest of its inputs.
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
from filelock import FileLock, Timeout
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from tqdm import tqdm
from traitlets.config import Config

from hwcode.sphinxext.inputs import Page

__all__ = [
    "CACHE",
    "LOCKED",
    "Ran",
    "build_lock",
    "cached",
    "outputs_of",
    "prepare_kernels",
    "run_pages",
]

CACHE = Path("_build") / ".jupyter_cache"
"""Where executed pages are kept, relative to the project's root."""
LOCK = Path("_build") / ".lock"
LOCKED = "HWCODE_BUILD_LOCKED"
"""In the environment of a build: the root whose lock the calling process holds for it."""
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
"""


def prepare_kernels(root: Path) -> None:
    """Give the kernels that this process starts an environment that is the same everywhere.

    IPython's and Matplotlib's settings come from a folder of the build, not from the user's home:
    what a page shows does not depend on them, and a first run prints nothing about font caches.
    """
    profile = root / "_build" / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    configuration = profile / "ipython_kernel_config.py"
    if not configuration.is_file() or configuration.read_text() != KERNEL_CONFIGURATION:
        configuration.write_text(KERNEL_CONFIGURATION)
    fonts = root / "_build" / "matplotlib"
    os.environ.update(KERNEL_ENVIRONMENT, IPYTHONDIR=str(profile.parent), MPLCONFIGDIR=str(fonts))
    if not list(fonts.glob("fontlist-*.json")):
        fonts.mkdir(exist_ok=True)
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        subprocess.run(command, check=True, capture_output=True)


@dataclass(frozen=True)
class Ran:
    """How the run of one page ended."""

    page: Page
    seconds: float
    error: str = ""


@contextmanager
def build_lock(root: Path) -> Iterator[None]:
    """Held by one build at a time; a second one waits.

    The operating system drops the lock with the process that held it, however that ended.
    """
    path = root / LOCK
    path.parent.mkdir(exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("waiting for another build in this folder to end", flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def open_cache(root: Path) -> JupyterCacheAbstract:
    """The project's execution cache, made if it is not there."""
    return get_cache(str(root / CACHE))


def cached(cache: JupyterCacheAbstract, page: Page) -> bool:
    """Whether the page's outputs are in the cache, for the inputs as they are now."""
    try:
        record = cache.match_cache_notebook(page.stamped_notebook)
        cache.get_cache_bundle(record.pk)
    except (KeyError, OSError, ValueError):
        return False
    return True


def outputs_of(cache: JupyterCacheAbstract, page: Page) -> nbformat.NotebookNode | None:
    """The executed notebook of a page from the cache, or None."""
    try:
        return cache.merge_match_into_notebook(page.stamped_notebook)[1]
    except KeyError:
        return None


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
    prepare_kernels(root)
    with ThreadPoolExecutor(workers) as pool:
        running: dict[Future[tuple[Ran, nbformat.NotebookNode]], Page] = {
            pool.submit(_execute, one): one for one in wanted
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
                        _keep(cache, ran, notebook)
            except BaseException:
                for waiting in running:
                    waiting.cancel()
                raise
    return ended


def _execute(page: Page) -> tuple[Ran, nbformat.NotebookNode]:
    started = time.perf_counter()
    notebook = page.stamped_notebook
    try:
        result = _run_in_kernel(notebook, page.path.parent)
    except Exception as error:  # a kernel that died, of a crash or for want of memory
        told = f"{page.path.name}: {type(error).__name__}: {error}"
        return Ran(page, time.perf_counter() - started, told), notebook
    seconds = time.perf_counter() - started
    failure = "" if result.err is None else _located(page, notebook, str(result.err))
    return Ran(page, seconds, failure), notebook


def _run_in_kernel(notebook: nbformat.NotebookNode, folder: Path) -> ExecutionResult:
    """Run all cells in a kernel that is reached by sockets in a folder of its own.

    A port of loopback is chosen by the client and bound later by the kernel: where several start
    side by side, another process may have taken it by then, and the kernel dies.
    """
    with tempfile.TemporaryDirectory() as sockets:
        connection = {"transport": "ipc", "connection_file": str(Path(sockets) / "kernel.json")}
        return single_nb_execution(
            notebook,
            cwd=str(folder),
            timeout=TIMEOUT,
            allow_errors=False,
            config=Config(KernelManager=connection),
        )


def _keep(cache: JupyterCacheAbstract, ran: Ran, notebook: nbformat.NotebookNode) -> None:
    bundle = CacheBundleIn(notebook, str(ran.page.path), data={"execution_seconds": ran.seconds})
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


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
