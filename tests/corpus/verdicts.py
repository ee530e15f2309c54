"""What the checker says to answers that are known, made by ``python -m tests.corpus.verdicts``.

The pages of verdicts show the record. It has, for each part of each question: the right forms and
the known mistakes of the registry; of the corpus what cannot be read, what is asked back, and what
has another outcome than it ought to have; and texts that cannot be read, made from the right
answer. Every row is decided by the checker, as a reader's answer would be; none is written by hand.

With names of chapters or ids of questions behind the command, only these are decided anew.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from hwcode.chapters import CHAPTERS, question, questions_of
from hwcode.checking import isolation
from hwcode.checking.forms import Text
from hwcode.checking.programs import Program
from hwcode.checking.question import Part, Question
from hwcode.checking.verdict import Outcome, Verdict
from tests.corpus import rows

__all__ = ["RECORD", "Answer", "answers", "judged", "recorded", "texts_not_to_read"]

RECORD = Path(__file__).resolve().parents[2] / "book" / "_records" / "verdicts.json"
UNREAD = 2
"""Texts that cannot be read, of each part, beside those of the corpus."""


class Answer(NamedTuple):
    """An answer whose outcome is known: where it comes from, and what it ought to be."""

    text: str
    expect: Outcome
    value: Any = None
    """Of a program the function, or the text of it; else None."""
    because: str = ""
    """Of an answer whose outcome is another one today, why."""


def answers(asked: Question, part: Part) -> Iterator[Answer]:
    """The answers to a part that the registry and the corpus know, each once."""
    seen = set()
    for answer in (*_registered(part), *_typed().get(asked.key(part), ())):
        if answer.text not in seen:
            seen.add(answer.text)
            yield answer


def _registered(part: Part) -> Iterator[Answer]:
    alternatives = (one.answer for one in part.alternatives)
    for right in (part.reference, *part.also_right, *alternatives):
        yield _known(part, right, Outcome.RIGHT)
    for mistake in part.mistakes:
        yield _known(part, mistake.answer, Outcome.WRONG)


def _known(part: Part, answer: Any, expect: Outcome) -> Answer:
    if isinstance(part.form, Text):
        return Answer(str(answer), Outcome.NOT_JUDGED)
    if isinstance(part.form, Program):
        told = f"{part.form.name}, given as a text" if isinstance(answer, str) else None
        return Answer(told or part.form.show(answer), expect, answer)
    return Answer(answer if isinstance(answer, str) else part.form.show(answer), expect)


@cache
def _typed() -> dict[str, list[Answer]]:
    found = defaultdict(list)
    shown = (
        row for row in rows() if row.known or row.expect in (Outcome.UNREADABLE, Outcome.ASKED)
    )
    for row in shown:
        id, _, name = row.id.partition(":")
        asked = question(id)
        key = asked.key(asked.part(name))
        found[key].append(Answer(row.answer, row.expect, because=row.known.get("because", "")))
    return found


def texts_not_to_read(part: Part) -> Iterator[str]:
    """Texts that look like an answer and are cut off, have a foreign name, or are words."""
    shown = part.form.show(part.reference)
    if isinstance(part.form, Program):
        yield from ("def f(:", "I would use a loop")
        return
    yield from (shown[:-1], f"{shown} + zeta", "I am not sure", f"({shown}")


def judged(asked: Question, part: Part, answer: Answer) -> tuple[str, str]:
    """What becomes of an answer: the outcome with its marks, and the sentence that goes with it."""
    if answer.value is not None and not isinstance(answer.value, str):
        return _told(part.check(asked.id, answer.value))
    text = answer.text if answer.value is None else answer.value
    request = {"id": asked.id, "part": part.name, "text": text, "at": None}
    reply = isolation.answer(question, request)
    if "readings" in reply:
        return str(Outcome.ASKED), reply["unreadable"]
    if "verdict" not in reply:
        # What is expected is the same for each answer to the part, and stands above them.
        return str(Outcome.UNREADABLE), reply["unreadable"].partition("; expected ")[0]
    return _told(Verdict.from_json(reply["verdict"]))


def _told(verdict: Verdict) -> tuple[str, str]:
    """The reason comes first, else numbers at which it is seen, else how it was decided."""
    example = str(verdict.counterexample or "")
    how = verdict.method.meaning if verdict else verdict.detail
    sentences = (verdict.diagnosis, verdict.convention, verdict.assumption, example, how)
    return verdict.word, next(filter(None, sentences), "")


def recorded(asked: Question) -> dict[str, list[dict[str, str]]]:
    """The rows of a question, by the keys of its parts."""
    return {asked.key(part): list(_rows(asked, part)) for part in asked.parts}


def _rows(asked: Question, part: Part) -> Iterator[dict[str, str]]:
    for answer in answers(asked, part):
        word, said = judged(asked, part, answer)
        row = {"answer": answer.text, "outcome": word, "said": said}
        row |= {"program": "yes"} if answer.value is not None else {}
        if word.partition(",")[0] != answer.expect:
            row |= {"expect": str(answer.expect), "because": answer.because}
        yield row
    said_before: set[str] = set()
    for text in texts_not_to_read(part):
        word, said = judged(asked, part, Answer(text, Outcome.UNREADABLE))
        if word == Outcome.UNREADABLE and said not in said_before and len(said_before) < UNREAD:
            said_before.add(said)
            yield {"answer": text, "outcome": word, "said": said}


def main(wanted: Set[str]) -> None:
    """Decide every answer, or those of some chapters or questions, and write the record."""
    found = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.is_file() else {}
    for chapter in CHAPTERS:
        chosen = [
            one for one in questions_of(chapter) if not wanted or {chapter, *one.ids} & wanted
        ]
        for asked in chosen:
            print(f"{asked.id} ...", flush=True)
            found |= recorded(asked)
        _write(found)


def _write(found: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
    keys = [
        asked.key(part)
        for chapter in CHAPTERS
        for asked in questions_of(chapter)
        for part in asked.parts
    ]
    RECORD.write_text(_written({key: found[key] for key in keys if key in found}), encoding="utf-8")


def _written(found: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    """A line for each row: a verdict that changes is a line of the difference."""
    blocks = []
    for key, told in found.items():
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in told)
        blocks.append(f"{json.dumps(key)}: [\n{lines}\n]")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


if __name__ == "__main__":
    main(set(sys.argv[1:]))
