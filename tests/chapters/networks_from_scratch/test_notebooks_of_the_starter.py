"""Whole notebooks of A1-P1 and P2 in the starter's contract, each checked by one command."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from hwcode.chapters import question, sheet
from hwcode.chapters.check import split_id
from hwcode.checking.isolation import check_here
from hwcode.cli import main
from tests.chapters.networks_from_scratch import notebooks

REASONS = {
    "A1-P1.1:module": "the mean is taken twice",
    "A1-P1.2": "gradients are added up",
    "A1-P1.3:module": "that of the logit is 0",
    "A1-P1.4:step": "the classifier keeps the old one",
    "A1-P2.1:relu": "kept in the class",
    "A1-P2.1:tanh": "the square is missing",
    "A1-P2.2": "the last layer's replaces all others",
    "A1-P2.3:module": "the loss has taken the mean",
}


def table(tmp_path, capsys, text: str) -> tuple[int, dict[str, tuple[str, str]], Any]:
    """What ``hwcode check A1 @FILE --json`` says: status, verdicts with reasons, and all of it."""
    file = tmp_path / "a1-code.ipynb"
    file.write_text(text)
    status = main(["check", "A1", f"@{file}", "--json"])
    told = json.loads(capsys.readouterr().out)
    rows = {
        row["name"]: (row["verdict"]["outcome"], row["verdict"].get("diagnosis", ""))
        for row in told["rows"]
    }
    assert len(rows) == len(told["rows"])
    return status, rows, told


@pytest.fixture
def without_processes(monkeypatch):
    """The answers' own processes are started, those that only load SymPy are not."""

    def here(name: str, text: str):
        id, part = split_id(name)
        return check_here(question(id).part(part), id, text)

    monkeypatch.setattr(sheet, "check_sheet", partial(sheet.check_sheet, check=here))


@pytest.mark.usefixtures("without_processes")
def test_all_right(tmp_path, capsys):
    status, rows, told = table(tmp_path, capsys, notebooks.with_mistakes())
    assert rows == dict.fromkeys(notebooks.RIGHT, ("right", ""))
    assert (status, told["left"]) == (0, [])
    assert all("starter's contract" in row["verdict"]["detail"] for row in told["rows"])


@pytest.mark.usefixtures("without_processes")
def test_one_mistake_in_each_part_is_found_in_each_and_counts_once(tmp_path, capsys):
    status, rows, _ = table(tmp_path, capsys, notebooks.with_mistakes(notebooks.MISTAKES))
    assert [*rows] == [*notebooks.RIGHT]
    assert {id: outcome for id, (outcome, _) in rows.items()} == dict.fromkeys(rows, "wrong")
    for id, reason in REASONS.items():
        assert reason in rows[id][1], (id, rows[id])
    assert status == 1


@pytest.mark.usefixtures("without_processes")
def test_what_is_built_on_a_wrong_part_is_right_by_itself(tmp_path, capsys):
    wrong = {"A1-P1.1:module": notebooks.MISTAKES["A1-P1.1:module"]}
    parts = "A1-P1.1:module", "A1-P1.2", "A1-P1.3:module"
    _, rows, told = table(tmp_path, capsys, notebooks.with_mistakes(wrong, parts))
    assert [outcome for outcome, _ in rows.values()] == ["wrong", "right", "right"]
    note = told["rows"][-1]["verdict"]["convention"]
    assert note == "right by itself, with right ones in place of BinaryCrossEntropy"


def test_half_finished(tmp_path, capsys):
    """By the command as it is, with its processes."""
    status, rows, told = table(tmp_path, capsys, notebooks.half_finished())
    done = {id: ("right", "") for id in notebooks.RIGHT if id.startswith("A1-P1")}
    assert rows == {**done, "A1-P2.1:relu": ("right", ""), "A1-P2.1:tanh": ("wrong", "")}
    (begun,) = (row["verdict"] for row in told["rows"] if row["name"] == "A1-P2.1:tanh")
    assert "NotImplementedError" in begun["counterexample"]["got"]
    assert [one["place"] for one in told["left"]] == ["Sequential", "BinaryClassificationMLP"]
    assert {"A1-P2.2", "A1-P2.3:module"} <= {*told["missing"]}
    assert status == 1
