"""The recorded verdicts, which pages show, are those of the checker of today."""

from __future__ import annotations

import json
import random
from functools import cache

import pytest

from hwcode.chapters import CHAPTERS, questions_of
from hwcode.checking.programs import Program
from hwcode.checking.question import Part, Question
from hwcode.checking.verdict import Outcome
from tests.corpus.verdicts import RECORD, Answer, answers, judged

SAMPLE = 24


@cache
def record() -> dict[str, list[dict[str, str]]]:
    return json.loads(RECORD.read_text(encoding="utf-8"))


def parts() -> list[tuple[Question, Part]]:
    asked = (one for chapter in CHAPTERS for one in questions_of(chapter))
    return [(one, part) for one in asked for part in one.parts]


def test_the_record_has_every_answer_that_is_known_and_no_other_part():
    assert set(record()) == {asked.key(part) for asked, part in parts()}
    for asked, part in parts():
        key, known = asked.key(part), [answer.text for answer in answers(asked, part)]
        told = [row["answer"] for row in record()[key]]
        assert told[: len(known)] == known, f"python -m tests.corpus.verdicts {asked.chapter}"


def test_right_forms_are_right_and_mistakes_wrong_and_what_differs_says_why():
    for asked, part in parts():
        rows = {row["answer"]: row for row in record()[asked.key(part)]}
        for answer in answers(asked, part):
            row = rows[answer.text]
            agrees = row["outcome"].partition(",")[0] == answer.expect
            assert agrees == ("expect" not in row), (asked.id, row)
            assert agrees or row["because"], (asked.id, row)


def sample() -> list[tuple[Question, Part, dict[str, str]]]:
    rows = [
        (asked, part, row)
        for asked, part in parts()
        if not isinstance(part.form, Program)  # these run for seconds, and in the deep count
        for row in record().get(asked.key(part), ())
    ]
    return random.Random(18).sample(rows, SAMPLE)


@pytest.mark.parametrize(("asked", "part", "row"), sample(), ids=lambda one: getattr(one, "id", ""))
def test_a_sample_is_decided_again(asked, part, row):
    found = judged(asked, part, Answer(row["answer"], Outcome.RIGHT))
    assert found == (row["outcome"], row["said"]), (
        f"python -m tests.corpus.verdicts {asked.chapter}"
    )


@pytest.mark.deep
def test_all_are_decided_again():
    for asked, part in parts():
        values = {answer.text: answer.value for answer in answers(asked, part)}
        for row in record()[asked.key(part)]:
            answer = Answer(row["answer"], Outcome.RIGHT, values.get(row["answer"]))
            assert judged(asked, part, answer) == (row["outcome"], row["said"]), asked.key(part)
