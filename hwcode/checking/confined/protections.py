"""Closing a process from inside: what any user of Linux may do without rights or tools.

Landlock closes the file system, a seccomp filter the network and other processes, and limits do the
rest. Each step says whether it was possible; who calls it tells what stayed open. The numbers are
those of the kernel's headers (``landlock.h``, ``seccomp.h``, ``unistd.h``).
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable

__all__ = ["close_files", "close_system", "die_with_parent", "limit"]

_EPERM, _ENOSYS = 1, 38
_SET_DEATH_SIGNAL, _NO_NEW_PRIVILEGES = 1, 38
_SIGKILL = 9


def _library() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Have the kernel end this process when the one that started it ends, where it can."""
    library = _library()
    if library is not None:
        library.prctl(_SET_DEATH_SIGNAL, _SIGKILL, 0, 0, 0)


# --- files: Landlock --------------------------------------------------------------------------

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _DEVICE = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _DEVICE
_SIGNALS_AND_SOCKETS = 0b11


def close_files(readable: Iterable[str], writable: Iterable[str]) -> bool:
    """Deny every file but these, and folders with all that is in them; also TCP where it can.

    To be called while there is one thread. Paths that do not exist are left out.
    """
    library = _library()
    if library is None:
        return False
    version = library.syscall(_CREATE, None, 0, 1)
    if version < 1:
        return False
    known = {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)
    handled = (1 << known) - 1
    rules = struct.pack("=QQQ", handled, 0b11, _SIGNALS_AND_SOCKETS)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = library.syscall(_CREATE, rules, size, 0)
    if ruleset < 0:
        return False
    for paths, rights in ((readable, _READ | _LIST), (writable, handled & ~_EXECUTE)):
        for path in paths:
            _allow(library, ruleset, path, rights & handled)
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    done = library.syscall(_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return done


def _allow(library: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    rights &= ~0 if os.path.isdir(path) else _OF_FILES
    library.syscall(_ADD, ruleset, 1, struct.pack("=Qi", rights, place), 0)
    os.close(place)


# --- network and processes: seccomp -----------------------------------------------------------

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_DENIED = {
    "x86_64": (
        57, 58, 59, 322,  # fork, vfork, execve, execveat
        41, 425,  # socket, io_uring_setup
        200, 129, 297, 424, 101, 310, 311, 438,  # signals to others, their memory and descriptors
        109, 112, 141, 203,  # setpgid, setsid, setpriority, sched_setaffinity
        90, 91, 268, 452, 92, 93, 94, 260,  # chmod, chown and their kin
        132, 235, 261, 280,  # times of files
        188, 189, 190, 197, 198, 199, 463, 466,  # attributes of files
        165, 166, 272, 308, 321, 323, 298, 248, 250,  # mounts, namespaces, bpf, keys
        29, 64, 68, 240,  # shared memory, semaphores and queues of the system
    ),
    "aarch64": (
        221, 281, 198, 425, 130, 138, 240, 424, 117, 270, 271, 438, 154, 157, 140, 122,
        52, 53, 452, 54, 55, 88, 5, 6, 7, 14, 15, 16, 463, 466,
        40, 39, 97, 268, 280, 282, 241, 217, 219, 194, 190, 186, 180,
    ),
}  # fmt: skip
"""System calls that fail with "not permitted", by their numbers; the second row in the same order,
without those that this architecture does not have."""
_OWN_ONLY = {"x86_64": (62, 234), "aarch64": (129, 131)}
"""kill and tgkill: allowed to this process itself."""
_LIMITS = {"x86_64": 302, "aarch64": 261}
"""prlimit64, whose process 0 is this one."""
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_THREAD = 0x10000
_LOAD, _IF_EQUAL, _IF_LARGER, _IF_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOWED, _FAIL, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_X32 = 0x40000000
_ALL_THREADS = 1


def close_system() -> bool:
    """Deny sockets, new processes, and whatever reaches another process; threads stay allowed."""
    library, machine = _library(), platform.machine()
    if library is None or machine not in _ARCHITECTURES:
        return False
    steps = _filter(machine, os.getpid())
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(steps), ctypes.addressof(held))
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return library.syscall(_SECCOMP[machine], 1, _ALL_THREADS, program) == 0


def _filter(machine: str, own: int) -> list[tuple[int, int, int, int]]:
    """The filter's steps: code, jump if true, jump if not, constant."""
    deny, allow = (_RETURN, 0, 0, _FAIL | _EPERM), (_RETURN, 0, 0, _ALLOWED)
    argument = (_LOAD, 0, 0, _FIRST_ARGUMENT)
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_IF_LARGER, 0, 1, _X32),
        deny,
    ]
    for number in _DENIED[machine]:
        steps += [(_IF_EQUAL, 0, 1, number), deny]
    steps += [(_IF_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _FAIL | _ENOSYS)]
    steps += [(_IF_EQUAL, 0, 4, _CLONE[machine]), argument, (_IF_SET, 0, 1, _THREAD), allow, deny]
    for number in _OWN_ONLY[machine]:
        steps += [(_IF_EQUAL, 0, 4, number), argument, (_IF_EQUAL, 0, 1, own), allow, deny]
    steps += [
        (_IF_EQUAL, 0, 5, _LIMITS[machine]), argument,
        (_IF_EQUAL, 1, 0, 0), (_IF_EQUAL, 0, 1, own), allow, deny,
    ]  # fmt: skip
    return [*steps, allow]


# --- time and memory --------------------------------------------------------------------------


def limit(seconds: float, memory: int, output: int) -> None:
    """Limit processor time, bytes allocated from now on (on Linux), and bytes of any one file."""
    if os.name != "posix":
        return
    import resource

    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    wanted = {resource.RLIMIT_CPU: int(used + seconds) + 1, resource.RLIMIT_CORE: 0}
    if output:
        wanted[resource.RLIMIT_FSIZE] = output
    if sys.platform == "linux":
        with open("/proc/self/statm", encoding="ascii") as pages:
            in_use = int(pages.read().split()[0]) * resource.getpagesize()
        wanted[resource.RLIMIT_AS] = in_use + memory
    for kind, value in wanted.items():
        hard = resource.getrlimit(kind)[1]  # a limit from outside may be narrower already
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (least, least))
