"""What answers in the page: a request comes in as JSON, a reply goes out as JSON.

The replies to ``check`` are those of :func:`hwcode.checking.isolation.answer`, which also decides
in the process that ``hwcode check`` starts; beside them stands what a page shows with a verdict.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import hwcode
from hwcode.chapters import question
from hwcode.checking.errors import AnswerError
from hwcode.checking.forms import Choice, Formula
from hwcode.checking.isolation import SECONDS, TOO_DEEP, answer, late
from hwcode.checking.slips import REFUSALS
from hwcode.checking.steps import Link, links_of
from hwcode.checking.verdict import Counterexample, Method, Verdict

if TYPE_CHECKING:
    from hwcode.checking.question import Part

__all__ = ["mathml", "opening", "reply"]

SIGNS = {"=": "=", "<": "<", ">": ">", "<=": r"\le ", ">=": r"\ge "}
REPLACED = {
    r"\lVert": "‖", r"\rVert": "‖", r"\|": "‖", r"\lfloor": "⌊", r"\rfloor": "⌋",
    "{aligned}": "{split}",
}  # fmt: skip
"""What the converter does not know, and what stands for it."""
MARKED = re.compile(r"\$([^$]+)\$|`([^`]+)`")
"""Mathematics and code within a sentence of Markdown."""


def opening() -> str:
    """What the page has to know before the first answer: limits, and the replies at them.

    >>> json.loads(opening())["seconds"]
    30
    """
    nothing = {"id": "", "part": "", "text": ""}
    told = {
        "version": hwcode.__version__,
        "seconds": SECONDS,
        "late": late(nothing),
        "deep": {"unreadable": TOO_DEEP},
    }
    return json.dumps(told)


def reply(request: str) -> str:
    """The reply to one request.

    Args:
        request: a JSON object: ``name`` is ``check`` or ``preview``; the rest is that of
            :func:`hwcode.checking.isolation.ask`.

    >>> asked = {"name": "check", "id": "A1-1.3.1", "part": "nearest", "text": "[3, 0]", "at": None}
    >>> told = json.loads(reply(json.dumps(asked)))
    >>> told["reply"]["verdict"]["outcome"], told["beside"]["meaning"]
    ('wrong', 'by exact arithmetic')
    """
    asked = json.loads(request)
    told = {"check": _check, "preview": _preview}[asked["name"]](asked)
    return json.dumps(told)


def _check(asked: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found = answer(question, asked)
    except ModuleNotFoundError as error:
        return {"reply": {"unreadable": f"this answer takes {error.name}, which no page has"}}
    told: dict[str, Any] = {"reply": found}
    if "verdict" in found:
        part = question(asked["id"]).part(asked["part"])
        verdict = Verdict.from_json(found["verdict"])
        told["beside"] = _beside(part, verdict)
        if asked.get("steps"):
            told["beside"]["steps"] = list(_steps(part, verdict, asked["text"]))
    return told


def _beside(part: Part, verdict: Verdict) -> dict[str, Any]:
    """What stands beside a verdict: words for its method, and links to the conventions it names."""
    told: dict[str, Any] = {"word": verdict.word, "meaning": Method(verdict.method).meaning}
    rows = {one.note: one.convention for one in part.alternatives}
    rows |= {one.why: one.convention for one in part.mistakes}
    row = rows.get(verdict.convention or verdict.diagnosis, "")
    if row:
        told["convention"] = row
    told["words"] = {
        name: list(_pieces(text))
        for name in ("diagnosis", "detail", "convention", "assumption", "carried")
        if (text := getattr(verdict, name))
    }
    if verdict.read:
        told["read"] = {"text": verdict.read.plain, "notes": verdict.read.notes}
        told["read"]["mathml"] = mathml(verdict.read.latex)
    if verdict and not isinstance(part.form, Choice):
        told["own"] = _shown(part, part.reference)
    return told


def _pieces(sentence: str) -> Iterator[str | dict[str, str]]:
    """A sentence in pieces: words, formulas, code."""
    place = 0
    for found in MARKED.finditer(sentence):
        yield sentence[place : found.start()]
        formula, code = found.groups()
        yield {"text": code} if code else {"text": formula, "mathml": mathml(formula)}
        place = found.end()
    yield sentence[place:]


def _steps(part: Part, verdict: Verdict, text: str) -> Iterator[dict[str, Any]]:
    """What stands beside each step of a derivation, and beside its end."""
    links = {str(link): link for link in links_of(text)}
    for one in verdict.parts:
        told = _beside(part, one)
        link = links.get(one.answer) if one.part != "end" else None
        if link is None:
            yield {**told, **_typeset(part, one.answer)}
            continue
        told.pop("own", None)
        if one.counterexample:
            told["fails"] = _failure(link, one.counterexample)
        yield {**told, **_typeset(part, link)}


def _failure(link: Link, found: Counterexample) -> str:
    """At which numbers a step fails; both of its sides are the reader's own."""
    if link.relation == "=":
        told = f"the left side is {found.expected}, the right side {found.got}"
    else:
        told = f"it would say {found.expected}"
    return f"{found.where}: {told}" if found.point else told


def _typeset(part: Part, one: Link | str) -> dict[str, str]:
    """A step as MathML where its sides can be read, and as it was typed."""
    sides = [one] if isinstance(one, str) else [one.left, one.right]
    sign = "" if isinstance(one, str) else SIGNS[one.relation]
    try:
        latex = sign.join(part.form.latex(part.form.read(side)) for side in sides)
    except (AnswerError, RecursionError, *REFUSALS):
        return {"text": str(one)}
    return {"text": str(one), "mathml": mathml(latex)}


def _shown(part: Part, value: Any) -> dict[str, str]:
    """An answer as MathML where it is a formula, and as text."""
    told = {"text": part.form.show(value)}
    if isinstance(part.form, Formula):
        own = value is part.reference and part.latex
        told["mathml"] = mathml(own or part.form.latex(value))
    return told


def mathml(latex: str) -> str:
    """A formula as MathML; nothing where it is none, or the converter has no way to set it.

    The book's own formulas are set by a converter in Rust when it is built; none runs here. An
    answer that is not set is shown as text, and its verdict stands.
    """
    if not latex:
        return ""
    try:
        from latex2mathml.converter import convert
    except ModuleNotFoundError as error:
        if error.name != "latex2mathml":
            raise
        return ""
    for command, sign in REPLACED.items():
        latex = latex.replace(command, sign)
    try:
        found = str(convert(latex))
        ElementTree.fromstring(found)
    except Exception:  # its errors have no base of their own
        return ""
    return found


def _preview(asked: Mapping[str, Any]) -> dict[str, Any]:
    """How an answer is read, before it is checked."""
    part = question(asked["id"]).part(asked["part"])
    try:
        if asked.get("steps"):
            return {"chain": [_typeset(part, link) for link in links_of(asked["text"])]}
        found = part.form.reading(asked["text"])
        return {**_shown(part, found.value), "notes": list(found.notes)}
    except AnswerError as error:
        return {"unreadable": str(error)}
    except RecursionError:
        return {"unreadable": TOO_DEEP}
    except (ArithmeticError, MemoryError, ValueError, TypeError):
        return {"text": ""}  # what is wrong with it, the check will say
