"""The corpus: what it holds, and that every answer in it gets the outcome that stands beside it."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.corpus import Row, decide, rows, skeleton
from tests.corpus.record import kept, stamp

SAMPLE = 60
LEAST = 10


def test_every_kind_has_at_least_ten_rows():
    few = {kind: n for kind, n in Counter(row.kind for row in rows()).items() if n < LEAST}
    assert not few


def test_no_two_rows_are_equal_after_renaming():
    seen: dict[str, Row] = {}
    for row in rows():
        first = seen.setdefault(skeleton(row), row)
        assert first is row, f"{row.file}: {row.id} {row.answer!r} is {first.id} {first.answer!r}"


def test_a_known_difference_differs_and_says_why():
    for row in rows():
        if row.known:
            assert set(row.known) == {"outcome", "because"}, row
            assert row.today is not row.expect, row
            assert row.known["because"].strip(), row


def test_the_record_that_the_page_shows_is_of_these_rows():
    files = kept()["files"]
    assert {name: found["stamp"] for name, found in files.items()} == {
        name: stamp(name) for name in {row.file for row in rows()}
    }, "python -m tests.corpus.record"
    counted = Counter(row.kind for row in rows())
    told: Counter[str] = Counter()
    for found in files.values():
        told.update({kind: count["rows"] for kind, count in found["kinds"].items()})
    assert told == counted


def test_the_record_gives_a_reason_for_every_difference():
    for found in kept()["files"].values():
        for row in found["differ"]:
            assert row["because"], row


def hold(row: Row) -> None:
    outcome, told = decide(row)
    assert outcome is row.today, f"{row.id} {row.answer!r}: {told}"


@pytest.mark.parametrize(
    "row",
    random.Random(14).sample(rows(), min(SAMPLE, len(rows()))),
    ids=lambda row: f"{row.id} {row.answer[:30]!r}",
)
def test_a_sample_of_the_corpus(row):
    hold(row)


@pytest.mark.deep
@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.id} {row.answer[:30]!r}")
def test_the_whole_corpus(row):
    hold(row)
