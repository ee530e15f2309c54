"""Typed answers are read and decided in a process of their own.

A formula of twenty characters can ask for more memory than there is, and deciding one may take
for ever. So a typed answer travels as text to a fresh Python process, which limits its own time
and memory (on Linux; elsewhere only the time) before it looks at the text, and answers with the
verdict as JSON. The caller needs neither the questions nor SymPy. A program is run by one more
process, see :mod:`hwcode.checking.sandbox`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwcode.checking.errors import AmbiguousError, AnswerError, UnknownNameError
from hwcode.checking.following import carried
from hwcode.checking.verdict import Method, Outcome, Read, Verdict

if TYPE_CHECKING:
    from hwcode.checking.question import Part, Question

__all__ = ["SECONDS", "TOO_DEEP", "answer", "ask", "check_here", "late", "serve"]

SECONDS = 30
"""Processor time for one answer, and the wall-clock limit besides what starting Python takes."""
MEMORY = 2 * 2**30
"""Bytes that reading and deciding one answer may allocate."""
STARTING = 180
"""Seconds allowed for starting Python, importing the question, and a program that sleeps."""
TOO_DEEP = "the answer is nested too deeply"
LONGEST_SHOWN = 200
"""Characters of an answer that are shown where it was not decided."""
_SIGKILL, _SIGXCPU = 9, 24
"""By their numbers, as not every system has their names."""
_START = "import sys; sys.path.append(sys.argv[1]); import {0}; {0}.main()"
"""This package is found as it was here, after all else; the working folder is never searched."""


def ask(server: str, request: Mapping[str, Any], seconds: float = SECONDS) -> Verdict | list[str]:
    """Have a typed answer checked in a process of its own.

    Args:
        server: the module whose ``main`` calls :func:`serve` there.
        request: ``id``, ``part`` and ``text`` of an answer, ``at``, a point or None, and ``steps``,
            whether the text is a derivation.
        seconds: processor time that it may take.

    Returns:
        The verdict; or the parts of the question, where the text may be an object of several.

    Raises:
        UnknownNameError: no such question or part.
        AnswerError: if the answer is not readable.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _START.format(server), str(Path(__file__).parents[2])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
    )
    try:
        given = json.dumps({**request, "seconds": seconds}, default=_as_json)
        replied, told = process.communicate(given, timeout=STARTING + seconds)
    except subprocess.TimeoutExpired:
        return _undecided(request, _too_long(seconds))
    finally:
        _end(process)
    try:
        reply = json.loads(replied)
    except json.JSONDecodeError:
        # The kernel ends a process that outruns its processor time by one of these signals.
        if process.returncode in (-_SIGKILL, -_SIGXCPU):
            return _undecided(request, _too_long(seconds))
        told = told[-2000:] or f"it ended with status {process.returncode}"
        raise RuntimeError(f"the checking process failed:\n{told}") from None
    if "unknown" in reply:
        raise UnknownNameError(reply["unknown"])
    if "readings" in reply:
        raise AmbiguousError.told(reply["unreadable"], reply["readings"])
    if "unreadable" in reply:
        raise AnswerError(reply["unreadable"])
    return reply["parts"] if "parts" in reply else Verdict.from_json(reply["verdict"])


def _end(process: subprocess.Popen[str]) -> None:
    """End the process with all that it started; what holds its pipes keeps nobody waiting."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, _SIGKILL)
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _as_json(value: Any) -> Any:
    """A value of a point as lists and numbers, or typed as an answer would be."""
    from hwcode.checking.expressions import value_text

    if hasattr(value, "free_symbols"):
        return value_text(value)
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _too_long(seconds: float) -> str:
    return f"the answer was not decided within {seconds:g} s; a simpler form of it may be"


def serve(find: Callable[[str], Question]) -> None:
    """The process at the other end: a request on standard input, a reply on standard output."""
    from hwcode.checking.confined import protections
    from hwcode.checking.sandbox import allowed_seconds

    protections.die_with_parent()
    request = json.load(sys.stdin)
    allowed_seconds.set(request["seconds"])

    def limit() -> None:
        protections.limit(request["seconds"], MEMORY, 0)

    json.dump(answer(find, request, limit), sys.stdout)


def answer(
    find: Callable[[str], Question],
    request: Mapping[str, Any],
    limit: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """The reply to a request, both as plain data; starts no process, so the page has it too.

    Args:
        find: from an id to its question.
        request: as :func:`ask` has it.
        limit: called when everything is loaded, just before the text of the answer is looked at.

    Returns:
        One of ``verdict``, ``unreadable`` (why; with ``readings``, if there are several),
        ``unknown`` (which names there are) and ``parts``,
        where the text may be an object of several.

    >>> from hwcode.chapters import question
    >>> request = {"id": "A1-1.3.1", "part": "nearest", "text": "[3, 0]", "at": None}
    >>> print(answer(question, request)["verdict"]["outcome"])
    wrong
    """
    try:
        asked = find(request["id"])
        names = [part.name for part in asked.parts]
        if not request["part"] and len(names) > 1 and request["text"].lstrip().startswith("{"):
            return {"parts": names}
        part = asked.part(request["part"])
        part.form.load(request["text"])
    except UnknownNameError as error:
        return {"unknown": str(error)}
    except AnswerError as error:
        return {"unreadable": str(error)}
    limit()
    longest = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)  # numbers may be long: time and memory are limited
    try:
        if request.get("steps"):
            from hwcode.checking.steps import check_steps

            steps = check_steps(part, request["id"], request["text"], asked.parts)
            return {"verdict": steps.to_json()}
        return {
            "verdict": check_here(
                part,
                request["id"],
                request["text"],
                request["at"],
                beside=asked.parts,
                carry=lambda verdict, value: carried(
                    verdict, part, value, request.get("earlier") or {}, asked, find
                ),
            ).to_json()
        }
    except AmbiguousError as error:
        return {"unreadable": str(error), "readings": error.readings}
    except AnswerError as error:
        return {"unreadable": str(error)}
    except MemoryError:
        told = f"deciding the answer needs more than {MEMORY / 2**30:g} GiB"
        return {"verdict": _undecided(request, told).to_json()}
    except RecursionError:
        return {"unreadable": TOO_DEEP}
    finally:
        sys.set_int_max_str_digits(longest)


def late(request: Mapping[str, Any]) -> dict[str, Any]:
    """The reply to a request that was not decided in time."""
    return {"verdict": _undecided(request, _too_long(SECONDS)).to_json()}


def _undecided(request: Mapping[str, Any], why: str) -> Verdict:
    told = (Method.NOT_JUDGED, why, request["part"])
    return Verdict(request["id"], Outcome.UNDECIDED, *told, answer=request["text"][:LONGEST_SHOWN])


def check_here(
    part: Part,
    id: str,
    answer: Any,
    at: Mapping[str, Any] | None = None,
    *,
    beside: tuple[Part, ...] = (),
    carry: Callable[[Verdict, Any], Verdict] | None = None,
) -> Verdict:
    """The verdict on an answer, in this process; a text is read but still never evaluated.

    Args:
        part, id, answer, at: what is asked, of which question, the answer, a point or None.
        beside: all parts of the question.
        carry: what is to be said of a wrong answer, if it follows from the reader's earlier ones.
    """
    try:
        notes: tuple[str, ...] = ()
        if isinstance(answer, str):
            found = part.form.reading(answer)
            value, plain, notes = found.value, found.plain, found.notes
        else:
            value = part.form.accept(answer)
            plain = part.form.show(value)
    except AmbiguousError:
        raise
    except AnswerError as error:
        expected = part.form.describe()
        told = str(error)
        raise AnswerError(told if expected in told else f"{told}; expected {expected}") from None
    verdict = part.check(id, value, at, beside)
    if carry and not at and verdict.right is False:
        verdict = carry(verdict, value)
    typed = answer if isinstance(answer, str) else ""
    return replace(verdict, typed=typed, read=Read(plain, part.form.latex(value), notes))
