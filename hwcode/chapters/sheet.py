"""A whole sheet at once: a notebook, or a write-up with one answer under each heading.

Of a notebook the definitions alone are run, so nothing is trained and nothing is fetched. A table
says which name or heading was taken for which question, and what became of it. A mistake counts
once: what is built on a wrong part is judged with a right one in its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from hwcode.chapters import SOURCES, all_ids, question
from hwcode.chapters.check import check_typed, split_id
from hwcode.checking.errors import AnswerError, UnknownNameError
from hwcode.checking.files import cells_of, definitions, is_notebook, program
from hwcode.checking.following import earlier_parts
from hwcode.checking.headings import Section, sections
from hwcode.checking.programs import Program
from hwcode.checking.question import Part, Question
from hwcode.checking.source import unwritten, without
from hwcode.checking.verdict import Outcome, Verdict

__all__ = ["Answer", "Row", "Sheet", "as_json", "as_text", "check_sheet", "read_sheet"]

NUMBER = r"[A-Za-z]\d-[\w.]*\w|\bP?\d+(?:\.\d+)*(?:\.?\s*\(?[a-e]\)?(?!\w))?"
"""A question's id, or its number on the sheet: ``A1-1.2.2``, ``1.2.2``, ``P2.1``, ``1 (b)``."""


@dataclass(frozen=True)
class Answer:
    """One answer of a sheet.

    Attributes:
        place: the name or the heading that it was found under.
        name: the part that it was taken for, ``ID`` or ``ID:part``.
        text: the answer as it stands there.
    """

    place: str
    name: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """What was found in a file.

    Attributes:
        answers: in the order of the file.
        left: headings that look like a question's and were taken for none, each with the reason.
        missing: the sheet's parts that nothing was taken for.
    """

    answers: tuple[Answer, ...]
    left: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """An answer with its verdict; or with why there is none."""

    answer: Answer
    verdict: Verdict | None
    told: str = ""

    @property
    def outcome(self) -> Outcome:
        """Unreadable where there is no verdict."""
        return Outcome.UNREADABLE if self.verdict is None else self.verdict.outcome

    @property
    def why(self) -> str:
        """What is to be said, in one line."""
        if self.verdict is None or self.verdict.right:
            return self.told or (self.verdict.convention if self.verdict else "")
        told = self.verdict.diagnosis or str(self.verdict.counterexample or self.verdict.detail)
        return "; ".join(filter(None, (self.verdict.carried, told)))


def read_sheet(source: str, text: str, names: Mapping[str, str] | None = None) -> Sheet:
    """The answers in a file.

    Args:
        source: one of ``A1``, ``A2``, ``H2``, ``P4``.
        text: a notebook, Markdown, LaTeX, or a program.
        names: which name or heading belongs to which part, where the file does not say it;
            ``""`` leaves one out.

    Raises:
        UnknownNameError: no such sheet or part.
        AnswerError: nothing in the file could be taken for an answer.

    >>> found = read_sheet("A1", "## 1.2.2 expectation\\n\\n$\\\\sigma^2(n-d)/n$\\n")
    >>> found.answers
    (Answer(place='1.2.2 expectation', name='A1-1.2.2:expectation', text='\\\\sigma^2(n-d)/n'),)
    """
    source = source.upper()
    if source not in SOURCES:
        raise UnknownNameError(f"no sheet {source!r}; there are {', '.join(SOURCES)}")
    asked = [question(id) for id in all_ids() if id.startswith(f"{source}-")]
    given = {place: _part_named(name) if name else "" for place, name in (names or {}).items()}
    prose, code = _halves(text)
    answers: list[Answer] = []
    left: list[tuple[str, str]] = []
    in_code = {answer.name.partition(":")[0] for answer in _defined(code, asked, given)}
    for section in sections(prose):
        try:
            answers += _under(section, source, asked, given)
        except AnswerError as error:
            named = _question_in(section.title, source, asked)
            if named is None or not in_code & {*named[0].ids}:  # else it stands above a program
                left.append((section.title, str(error)))
    stubs = unwritten(code)
    for answer in _defined(code, asked, given):
        if answer.place in stubs:
            left.append((answer.place, "it is announced, and nothing is in it yet"))
        else:
            answers.append(answer)
    if not answers and not left:
        raise AnswerError(
            "no answer was found: a heading names its question, as '## 1.2.2', and a program has"
            f" the name that 'hwcode show' tells, as {_example(asked)}"
        )
    taken = {answer.name for answer in answers}
    parts = [(one, part) for one in asked for part in one.parts]
    missing = [_name(source, one, part) for one, part in parts]
    return Sheet(tuple(answers), tuple(left), tuple(one for one in missing if one not in taken))


def check_sheet(found: Sheet, check: Callable[[str, str], Verdict] = check_typed) -> Iterator[Row]:
    """Every answer of a sheet with its verdict, one after the other.

    Args:
        found: the answers, from :func:`read_sheet`.
        check: what decides one answer; by default a process of its own.
    """
    faulty: list[str] = []
    for answer in found.answers:
        try:
            verdict = check(answer.name, answer.text)
            if verdict.outcome is Outcome.WRONG and (needed := _earlier(answer, found)):
                verdict = check_typed(answer.name, answer.text, earlier=needed)
        except AnswerError as error:
            yield Row(answer, None, str(error))
            continue
        if verdict.outcome is Outcome.WRONG and _is_program(answer):
            verdict = _by_itself(answer, verdict, faulty, check)
            if verdict.outcome is Outcome.WRONG:
                faulty.append(answer.place)
        yield Row(answer, verdict)


def _earlier(answer: Answer, found: Sheet) -> dict[str, str]:
    """The sheet's answers from which one follows, by their names; empty if one of them lacks."""
    id, name = split_id(answer.name)
    asked = question(id)
    parts = earlier_parts(asked.part(name), asked, question)
    owners = {key: question(key.rpartition(":")[0]) if ":" in key else asked for key in parts}
    needed = {owners[key].key(part) for key, part in parts.items()}
    given = {}
    for one in found.answers:
        theirs, part_name = split_id(one.name)
        other = question(theirs)
        given[other.key(other.part(part_name))] = one.text
    return {key: given[key] for key in needed} if needed <= set(given) else {}


def _is_program(answer: Answer) -> bool:
    id, part = split_id(answer.name)
    return isinstance(question(id).part(part).form, Program)


def _by_itself(
    answer: Answer, verdict: Verdict, faulty: list[str], check: Callable[[str, str], Verdict]
) -> Verdict:
    """The verdict on a program with right ones in place of what it uses of the wrong ones above.

    The right ones stand before the program; at first with the classes that they are derived from,
    which the program may have written in another way.
    """
    used = {one for one in faulty if one != answer.place and one in _names(answer.text)}
    if not used:
        return verdict
    id, part = split_id(answer.name)
    form = question(id).part(part).form
    assert isinstance(form, Program)
    bases = set(re.findall(r"^class (\w+)", form.beside, re.MULTILINE)) - _program_names()
    found = verdict
    for left_out in (used | bases, used):
        try:
            alone = check(answer.name, without(answer.text, left_out))
        except AnswerError:  # nothing right is known to stand in their places
            continue
        if alone.right:
            told = f"right by itself, with right ones in place of {', '.join(sorted(used))}"
            return replace(alone, convention="; ".join(filter(None, (told, alone.convention))))
        if alone.diagnosis and found is verdict:
            found = alone
    return found


def _names(code: str) -> set[str]:
    return set(re.findall(r"\w+", code))


def _program_names() -> set[str]:
    parts = (part for id in all_ids() for part in question(id).parts)
    return {part.form.name for part in parts if isinstance(part.form, Program)}


def _halves(text: str) -> tuple[str, str]:
    """What of a file is prose with headings, and what is a program."""
    if is_notebook(text):
        cells = cells_of(text)
        prose = "\n\n".join(source for kind, source in cells if kind == "markdown")
        return prose, program(text).code
    if re.search(r"^\s*(#+ |\\(sub)*section|\\paragraph|\\item\[|\\begin\{document)", text, re.M):
        is_python = re.search(r"^(def|class|import|from) ", text, re.MULTILINE)
        fenced = "```" in text
        return text, program(text).code if fenced and is_python else ""
    return "", definitions(program(text).code)


def _defined(code: str, asked: list[Question], given: Mapping[str, str]) -> Iterator[Answer]:
    names = set(re.findall(r"^(?:def|class)\s+(\w+)", code, re.MULTILINE))
    for one in asked:
        for part in one.parts:
            if not isinstance(part.form, Program):
                continue
            name = one.key(part)
            mapped = [place for place, target in given.items() if target == name]
            wanted = mapped or [part.form.name]
            for place in wanted:
                if place in names and given.get(place, name) == name:
                    renamed = "" if place == part.form.name else f"\n{part.form.name} = {place}\n"
                    yield Answer(place, name, code + renamed)


def _under(
    section: Section, source: str, asked: list[Question], given: Mapping[str, str]
) -> Iterator[Answer]:
    """The answer under one heading, or an answer for each part that its lines begin with."""
    if section.title in given:
        if not given[section.title]:
            return
        id, part_name = split_id(given[section.title])
        one = question(id)
    else:
        found = _question_in(section.title, source, asked)
        if found is None:
            return
        one, part_name = found
    if part_name or len(one.parts) == 1:
        part = one.part(part_name)
        if isinstance(part.form, Program):
            return  # programs are found by their names
        yield Answer(section.title, _name(source, one, part), _answer_in(section, part))
        return
    lines = {
        match[1]: match[2].strip()
        for match in re.finditer(r"^\W*(\w+)\W*?[:=]\s*(.+)$", section.body, re.MULTILINE)
    }
    for part in one.parts:
        if part.name in lines:
            inner = Section(section.title, lines[part.name])
            yield Answer(
                f"{section.title}, {part.name}", _name(source, one, part), _answer_in(inner, part)
            )
    if not any(part.name in lines for part in one.parts):
        if all(isinstance(part.form, Program) for part in one.parts):
            return
        parts = ", ".join(part.name for part in one.parts)
        raise AnswerError(f"which of its parts? name one in the heading: {parts}")


def _question_in(title: str, source: str, asked: list[Question]) -> tuple[Question, str] | None:
    """The question that a heading names, by its id or by its number on the sheet, and the part."""
    for number in re.findall(NUMBER, title):
        bare = re.sub(r"[\s()]", "", number).rstrip(".").casefold()
        bare = bare.removeprefix(f"{source.casefold()}-")
        for one in asked:
            suffixes = {id.partition("-")[2].casefold() for id in one.ids if id.startswith(source)}
            if bare in suffixes or re.sub(r"(?<=\d)\.(?=[a-e]$)", "", bare) in suffixes:
                words = set(re.findall(r"\w+", title.replace(number, " ")))
                named = [part.name for part in one.parts if part.name and part.name in words]
                return one, named[0] if len(named) == 1 else ""
    return None


def _answer_in(section: Section, part: Part) -> str:
    """The answer itself: a formula's last display, else the text."""
    text = section.answer if hasattr(part.form, "latex") else section.text
    if not text:
        raise AnswerError("there is nothing under it")
    return text


def _part_named(name: str) -> str:
    id, part = split_id(name)
    one = question(id)
    return f"{id}:{one.part(part).name}".removesuffix(":")


def _name(source: str, one: Question, part: Part) -> str:
    id = next(id for id in one.ids if id.startswith(f"{source}-"))
    return f"{id}:{part.name}" if part.name else id


def _example(asked: list[Question]) -> str:
    programs = [part.form.name for one in asked for part in one.parts
                if isinstance(part.form, Program)]  # fmt: skip
    return " or ".join(programs[:2]) or "'hwcode show ID'"


def as_text(found: Sheet, rows: Iterable[Row]) -> Iterator[str]:
    """A sheet with its verdicts as the lines of a table, each as soon as it is decided."""
    answers = found.answers
    widths = (
        max(len(one) for one in ("found under", *(answer.place for answer in answers))),
        max(len(one) for one in ("taken for", *(answer.name for answer in answers))),
        max(map(len, Outcome)),
    )

    def line(*cells: str) -> str:
        told = [f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=False)]
        return "  ".join([*told, cells[3]]).rstrip()

    yield line("found under", "taken for", "outcome", "why")
    for row in rows:
        yield line(row.answer.place, row.answer.name, str(row.outcome), row.why)
    for place, why in found.left:
        yield f"{place}: taken for no answer; {why}"
    if found.missing:
        yield f"no answer to: {', '.join(_gathered(found.missing))}"


def _gathered(names: Iterable[str]) -> list[str]:
    """The parts that are missing, by question: only the id where all of them are.

    >>> _gathered(["A1-1.1", "A1-1.2.2:error"])
    ['A1-1.1', 'A1-1.2.2 (error)']
    """
    parts: dict[str, list[str]] = {}
    for id, part in map(split_id, names):
        parts.setdefault(id, []).append(part)
    return [
        id if len(missing) == len(question(id).parts) else f"{id} ({', '.join(missing)})"
        for id, missing in parts.items()
    ]


def as_json(found: Sheet, rows: Iterable[Row]) -> str:
    """A sheet with its verdicts as JSON."""
    told = [
        {
            "place": row.answer.place,
            "name": row.answer.name,
            "verdict": None if row.verdict is None else row.verdict.to_json(),
            "unreadable": row.told,
        }
        for row in rows
    ]
    left = [{"place": place, "why": why} for place, why in found.left]
    return json.dumps({"rows": told, "left": left, "missing": found.missing}, indent=1)
