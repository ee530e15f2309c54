"""The record of the full counts: whole, dated, repeatable, and without a wrong verdict."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.deep.__main__ import COUNTS, RECORD, main

KEPT = json.loads(RECORD.read_text(encoding="utf-8"))


def test_the_counts_that_the_book_prints_are_there():
    assert {"registry", "mutants", "rewrites"} <= set(KEPT) <= set(COUNTS)


@pytest.mark.parametrize("name", KEPT)
def test_a_count_says_when_and_by_which_command_it_was_made(name):
    count = KEPT[name]
    assert date.fromisoformat(count["made"]) <= date.today()
    assert count["command"].startswith(f"python -m tests.deep {name}")
    assert count["seconds"] >= 0


@pytest.mark.parametrize("name", ["mutants", "rewrites"])
def test_no_answer_was_decided_otherwise_than_by_its_definition(name):
    count = KEPT[name]
    assert count["tried"] > 5000
    assert count["passed_though_wrong"] == count["refused_though_right"] == []
    assert count["undecided"] == []


def test_a_count_that_there_is_not_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["mutant"])
    assert "no count is called mutant" in capsys.readouterr().err
