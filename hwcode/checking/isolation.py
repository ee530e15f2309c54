"""Typed answers are read and decided in a process of their own.

A formula of twenty characters can ask for more memory than there is, and deciding one may take
for ever. So a typed answer travels as text to a fresh Python process, which limits its own time
and memory (on Linux; elsewhere only the time) before it looks at the text, and answers with the
verdict as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from hwcode.checking.errors import AnswerError
from hwcode.checking.verdict import Verdict

__all__ = ["check_isolated", "main"]

SECONDS = 30
"""Processor time for one answer, and the wall-clock limit besides what starting Python takes."""
MEMORY = 2 * 2**30
"""Bytes that reading and deciding one answer may allocate."""
STARTING = 60
"""Seconds allowed for starting Python and importing the question."""
_SIGKILL, _SIGXCPU = 9, 24
"""By their numbers, as not every system has their names."""


def check_isolated(
    id: str, part: str, text: str, at: Mapping[str, Any] | None = None, seconds: float = SECONDS
) -> Verdict:
    """Check a typed answer in a process of its own.

    Raises:
        AnswerError: if it is not readable, or not decided within the limits.
    """
    request = {"id": id, "part": part, "text": text, "at": at, "seconds": seconds}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "hwcode.checking.isolation"],
            input=json.dumps(request, default=_as_json),
            capture_output=True,
            encoding="utf-8",
            errors="replace",  # a program may print anything
            timeout=STARTING + seconds,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired:
        raise AnswerError(_too_long(seconds)) from None
    try:
        reply = json.loads(done.stdout)
    except json.JSONDecodeError:
        # The kernel ends a process that outruns its processor time by one of these signals.
        if done.returncode in (-_SIGKILL, -_SIGXCPU):
            raise AnswerError(_too_long(seconds)) from None
        if "Traceback (most recent call last)" in done.stderr:
            raise RuntimeError(f"the checking process failed:\n{done.stderr[-2000:]}") from None
        raise AnswerError(
            f"the checking process ended with status {done.returncode} before the answer was"
            " decided; a program has to return"
        ) from None
    if "unreadable" in reply:
        raise AnswerError(reply["unreadable"])
    return Verdict.from_json(reply["verdict"])


def _as_json(value: Any) -> Any:
    """A value of a point as lists and numbers, or typed as an answer would be."""
    from hwcode.checking.expressions import value_text

    if hasattr(value, "free_symbols"):
        return value_text(value)
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _too_long(seconds: float) -> str:
    return f"the answer was not decided within {seconds:g} s; a simpler form of it may be"


def main() -> None:
    """The process at the other end: a request on standard input, a reply on standard output."""
    request = json.load(sys.stdin)
    reply_to = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever an answer prints must not end up inside the reply
    from hwcode.checking.api import check_here
    from hwcode.questions import question

    part = question(request["id"]).part(request["part"])
    for name in part.form.modules(request["text"]):
        import_module(name)
    _limit(request["seconds"])
    sys.set_int_max_str_digits(0)  # numbers may be long: time and memory are limited
    try:
        verdict = check_here(part, request["id"], request["text"], request["at"])
        reply: dict[str, Any] = {"verdict": verdict.to_json()}
    except AnswerError as error:
        reply = {"unreadable": str(error)}
    except MemoryError:
        reply = {"unreadable": f"deciding the answer needs more than {MEMORY / 2**30:g} GiB"}
    except RecursionError:
        reply = {"unreadable": "the answer is nested too deeply"}
    with reply_to:
        json.dump(reply, reply_to)


def _limit(seconds: float) -> None:
    if not sys.platform.startswith("linux"):
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as pages:
        in_use = int(pages.read().split()[0]) * resource.getpagesize()
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    resource.setrlimit(resource.RLIMIT_AS, (in_use + MEMORY,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds) + 1,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
