"""Running a reader's program in a process that can do nothing else, and asking it from here.

A program is driven step by step: whoever judges holds a :class:`Remote`, calls it, reads its
attributes, and gets plain data back. The steps are kept, to be taken again in another order.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from hwcode.checking.confined import wire
from hwcode.checking.confined.runner import Workshop
from hwcode.checking.remote import Bench, EndedError

__all__ = ["SECONDS", "LocalBench", "ProcessBench", "allowed_seconds"]

SECONDS = 10.0
"""Processor time of one program, once what it needs is loaded."""
MEMORY = 2 * 2**30
OUTPUT = 2**20
"""Bytes that a program may print, and bytes of any file that it writes."""
_WAIT = 3
"""Times the processor time that the clock may run: a program may sleep, and the machine be busy."""
_STARTING = 120
"""Seconds for starting Python and loading NumPy or torch."""
_SIGKILL, _SIGXCPU, _SIGXFSZ = 9, 24, 25
_START = (
    "import sys; sys.path.append(sys.argv[1]);"
    " from hwcode.checking.confined.runner import main; main()"
)
_ROOT = str(Path(__file__).resolve().parents[2])
_BESIDE = str(Path(wire.__file__).parent)
"""What runs beside the program, the only part of this package that it may read."""
_SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo",
    "/usr/share/fonts", "/etc/ld.so.cache", "/etc/localtime", "/proc/self", "/proc/cpuinfo",
    "/proc/meminfo", "/sys/devices/system/cpu", "/dev/urandom", "/dev/null",
)  # fmt: skip
"""What libraries read, besides themselves."""
_DEVICES = ("/dev/null",)

allowed_seconds: ContextVar[float] = ContextVar("allowed_seconds", default=SECONDS)
"""The processor time of a program that is started now."""


class LocalBench(Bench):
    """For a program that is an object already: it runs here, with nothing between."""

    open = ("files", "network", "processes")

    def __init__(self, program: Any) -> None:
        super().__init__()
        self._workshop = Workshop(self._called_back)
        name = getattr(program, "__name__", "the program")
        self.root = self.remote(self._workshop.put(program), "program", name)

    def exchange(self, request: Mapping[str, Any]) -> dict[str, Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("always", RuntimeWarning)
            warnings.showwarning = lambda message, *_, **__: self._workshop.warned.append(
                str(message)
            )
            return self._workshop.perform(request)

    def _called_back(self, *told: Any) -> Any:
        reply = self.call_back(*told)
        if "error" in reply:
            raise RuntimeError(": ".join(reply["error"]))
        return reply["value"]


class ProcessBench(Bench):
    """For a program that is a text: it runs in a process of its own, closed as far as can be.

    Args:
        modules: of ``numpy`` and ``torch`` those that are loaded before the limits hold.
        scratch: an empty folder, the only one that it may write to.
    """

    def __init__(self, modules: tuple[str, ...], scratch: str) -> None:
        super().__init__()
        self.seconds = min(SECONDS, allowed_seconds.get())
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115  # closed by close()
        self._deadline = time.monotonic() + _STARTING
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-S", "-B", "-c", _START, _ROOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._printed,
            cwd=scratch,
            env=_environment(scratch),
            start_new_session=True,
        )
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
        paths = _paths()
        self._write(
            {
                "paths": paths,
                "readable": [*_SYSTEM, *_readable(paths), _BESIDE, scratch],
                "writable": [*_DEVICES, scratch],
                "modules": modules,
                "seconds": self.seconds,
                "memory": MEMORY,
                "output": OUTPUT,
            }
        )
        try:
            self.open = tuple(self._read()["open"])
        except EndedError as error:
            told = self._tail()
            self.close()
            raise RuntimeError(f"the process for the program {error}\n{told}") from None
        self._deadline = time.monotonic() + _WAIT * self.seconds

    def exchange(self, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            self._write(request)
            while "callback" in (reply := self._read()):
                self._write(self.call_back(*reply["callback"]))
        except (wire.WireError, TypeError, ValueError):
            raise EndedError("end", "sends back what is no reply") from None
        if not isinstance(reply, dict) or not {"value", "error"} & set(reply):
            raise EndedError("end", "sends back what is no reply")
        return reply

    def close(self) -> None:
        """End the process, with all that it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, _SIGKILL)
        self._process.kill()
        self._process.wait()
        for file in (self._process.stdin, self._process.stdout, self._printed):
            if file is not None:
                with suppress(OSError):
                    file.close()

    def _write(self, message: Any) -> None:
        assert self._process.stdin is not None
        pipe, rest = self._process.stdin.fileno(), memoryview(wire.to_bytes(message))
        while rest:
            if not select.select([], [pipe], [], self._left())[1]:
                raise self._too_slow()
            try:
                rest = rest[os.write(pipe, rest) :]
            except BlockingIOError:
                continue
            except OSError:
                raise self._ended() from None

    def _read(self) -> Any:
        try:
            return wire.from_bytes(self._bytes)
        except EOFError:
            raise self._ended() from None

    def _bytes(self, size: int) -> bytes:
        assert self._process.stdout is not None
        pipe, parts = self._process.stdout.fileno(), list[bytes]()
        while size > 0:
            if not select.select([pipe], [], [], self._left())[0]:
                raise self._too_slow()
            try:
                part = os.read(pipe, min(size, 2**20))
            except BlockingIOError:
                continue
            if not part:
                if parts:
                    raise self._ended()
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _left(self) -> float:
        return max(0.0, self._deadline - time.monotonic())

    def _too_slow(self) -> EndedError:
        return EndedError("time", f"did not end within {self.seconds:g} s")

    def _ended(self) -> EndedError:
        """Why the process is no more."""
        while True:
            found, how, usage = os.wait4(self._process.pid, os.WNOHANG)
            if found:
                break
            if not self._left():
                return EndedError("end", "closed the way back to whoever asked it")
            time.sleep(0.01)
        self._process.returncode = status = os.waitstatus_to_exitcode(how)
        used = usage.ru_utime + usage.ru_stime
        if status in (-_SIGXCPU, -_SIGKILL) and used >= 0.8 * self.seconds:
            return self._too_slow()
        if status == -_SIGXFSZ or self._printed.seek(0, os.SEEK_END) >= OUTPUT:
            return EndedError("output", f"printed more than {OUTPUT >> 20} MiB")
        if status == -_SIGKILL:
            told = "was killed (SIGKILL), as the system does where memory runs out"
            return EndedError("memory", told)
        if status < 0:
            return EndedError("end", f"crashed, by signal {-status}")
        return EndedError("end", f"ended its process, with status {status}")

    def _tail(self) -> str:
        self._printed.seek(max(0, self._printed.seek(0, os.SEEK_END) - 2000))
        return self._printed.read().decode(errors="replace")


@contextmanager
def process_bench(modules: tuple[str, ...]) -> Iterator[ProcessBench]:
    """A process for one program, and nothing left of it afterwards."""
    with tempfile.TemporaryDirectory(prefix="hwcode-", ignore_cleanup_errors=True) as scratch:
        bench = ProcessBench(modules, scratch)
        try:
            yield bench
        finally:
            bench.close()


def _environment(scratch: str) -> dict[str, str]:
    """Nothing of the caller's but where libraries are; the same order of sets in every run."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ
    }
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    mine = dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR"), scratch)
    return {**kept, **threads, **mine, "MPLBACKEND": "agg", "PYTHONHASHSEED": "0"}


def _paths() -> list[str]:
    """Where modules are found there: as here, but for this package and the working folder."""
    here = os.getcwd()
    found = [path for path in sys.path if path and Path(path).resolve() != Path(here)]
    return [path for path in found if not _holds_package(path) or _holds_others(path)]


def _holds_package(path: str) -> bool:
    return Path(path, "hwcode", "checking").is_dir()


def _holds_others(path: str) -> bool:
    return Path(path, "numpy").is_dir()


def _readable(paths: list[str]) -> list[str]:
    """The files of these, without those of this package."""
    found = [sys.base_prefix + "/lib", *(path for path in paths if not _holds_package(path))]
    for path in filter(_holds_package, paths):
        found += [str(one) for one in Path(path).iterdir() if not one.name.startswith("hwcode")]
    return found
