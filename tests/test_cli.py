"""The command line: what it prints, its exit status, and what it does not import."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

import hwcode
from hwcode.chapters import all_ids, question
from hwcode.checking.errors import UnknownNameError
from hwcode.checking.verdict import Mark, Method, Outcome, Verdict
from hwcode.cli import main


def test_list_has_one_row_per_id(capsys):
    assert main(["list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == all_ids()
    assert main(["list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(rows)


def test_list_says_where_each_part_can_be_checked(capsys):
    main(["list", "--json"])
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    row = rows["A1-1.3.4"]
    assert dict(zip(row["parts"], row["in_page"], strict=True)) == {
        "fit_poly": False, "overfitting": True, "best": True,
    }  # fmt: skip
    assert rows["A1-P1.2"]["in_page"] == [False]
    main(["list"])
    told = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "page and command" in told["A1-1.3.4"]
    assert "[fit_poly (command), overfitting, best]" in told["A1-1.3.4"]
    assert " page " in told["A1-1.1"]
    assert " command " in told["A1-P1.2"]


@pytest.mark.parametrize("id", all_ids())
def test_show_prints_no_latex(id, capsys):
    assert main(["show", id, "--solution"]) == 0
    shown = re.sub(r"`[^`]*`", "", capsys.readouterr().out)
    assert not re.search(r"[$\\]|[_^]\{|\{[a-z:]+\}|\]\(", shown), shown


def test_list_takes_the_beginning_of_ids_or_a_chapter(capsys):
    assert main(["list", "a2-2", "--json"]) == 0
    found = [row["id"] for row in json.loads(capsys.readouterr().out)]
    assert found == [id for id in all_ids() if id.startswith("A2-2")]
    assert main(["list", "weight_decay", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["id"] for row in rows} == {"A2-2.2.1", "A2-2.2.2", "A2-2.2.3"}
    assert main(["list", "2.2.2", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 3


def test_list_names_what_there_is_where_nothing_begins_so(capsys):
    assert main(["list", "A9"]) == 2
    told = capsys.readouterr().err
    assert "'A9'" in told
    assert "A1, A2, H2, P4" in told
    assert "weight_decay" in told


@pytest.mark.parametrize("id", all_ids())
def test_show_tells_what_is_expected_and_keeps_the_answer(id, capsys):
    assert main(["show", id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert id in told["ids"]
    assert all(part["form"] and "answer" not in part for part in told["parts"])
    assert main(["show", id, "--solution", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["model_answer"]
    assert main(["show", id]) == 0


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["A1-1.3.1:nearest", "[3/2, 3/2]"], 0),
        (["A1-1.3.1:nearest", "[3, 0]"], 1),
        (["A1-1.3.1:nearest", "[3, 0"], 2),
        (["A1-1.3.1", "3 - w1"], 2),
        (["A9-1", "1"], 2),
        (["A1-1.3.1", '{"line": "3 - w1", "nearest": "[3/2, 3/2]"}'], 0),
        (["A1-1.3.1", '{"line": "3 - w1", "nearest": "[3, 0]"}'], 1),
        (["A1-1.3.1:line", "2", "--at", '{"w1": 1}'], 3),
        (["A1-1.3.1:line", "2", "--at", "{"], 2),
        (["A1-1.3.4:overfitting", "no"], 0),
        (["A1-1.3.4:fit_poly", "@no-such-file"], 2),
        (["A1-1.3.3", '{"error": NaN}'], 2),
        (["A1-1.3.3", '{"error": 1e400}'], 2),
        (["A1-1.3.1:line", "2", "--at", "5"], 2),
        (["A1-1.3.1:line", "2", "--at", '{"w1": [1, 2]}'], 2),
        (["A1-1.3.1:line", "2", "--at", ""], 2),
        (["A1-1.3.1:nearest", "inv([[1, 1], [1, 1]]) @ [1, 1]"], 2),
    ],
)
def test_exit_status_of_check(arguments, status, capsys):
    assert main(["check", *arguments]) == status
    printed = capsys.readouterr()
    assert bool(printed.err) == (status == 2), "what could not be read is told on standard error"


def test_check_reads_files_and_standard_input(tmp_path, monkeypatch, capsys):
    import io

    answer = tmp_path / "answer.txt"
    answer.write_text("3 - w1")
    assert main(["check", "A1-1.3.1:line", f"@{answer}"]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("w1"))
    assert main(["check", "A1-1.3.1:line", "-", "--json"]) == 1
    lines = capsys.readouterr().out
    assert json.loads(lines[lines.index("{") :])["right"] is False


def test_a_file_that_is_no_text_is_not_readable(tmp_path, capsys):
    binary = tmp_path / "answer.bin"
    binary.write_bytes(b"\x80\xff")
    assert main(["check", "A1-1.3.4:fit_poly", f"@{binary}"]) == 2
    assert "no text in UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize("answer", ["-w1+3", "-(w1-3)", "-w1 + 3"])
def test_an_answer_may_begin_with_a_minus(answer):
    assert main(["check", "A1-1.3.1:line", answer]) == 0


def test_a_measurement_of_times_has_no_seeds(capsys):
    assert main(["results", "verify", "gradient_norms", "--seed", "0"]) == 2
    assert "which has no seeds" in capsys.readouterr().err


def test_a_measurement_says_which_module_it_lacks(monkeypatch, capsys):
    def verify(asked):
        raise ModuleNotFoundError("No module named 'opacus'", name="opacus")

    monkeypatch.setattr("hwcode.training.benchmark.verify", verify)
    assert main(["results", "verify", "gradient_norms"]) == 2
    assert "needs the module opacus; 'make .venv/.benchmark'" in capsys.readouterr().err


def test_unreadable_as_json(capsys):
    assert main(["check", "A1-1.3.1:nearest", "[3, 0", "--json"]) == 2
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert told["detail"] in printed.err
    assert (told["outcome"], told["status"], told["right"]) == ("unreadable", 2, None)


def test_readme_and_help_have_the_table_of_outcomes(root, capsys):
    readme = (root / "README.md").read_text(encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    for outcome in Outcome:
        assert f"| {outcome.status} | {outcome} | {outcome.meaning} |" in readme
        assert f"{outcome.status} {outcome}" in told
    for mark in Mark:
        assert mark in readme


@pytest.mark.parametrize("outcome", Outcome)
def test_text_data_and_status_say_the_same(outcome, monkeypatch, capsys):
    verdict = Verdict("A1-1.1", outcome, Method.SAMPLED, rounded=True, convention="of mine")
    monkeypatch.setattr("hwcode.chapters.check.check_typed", lambda id, answer, at, **more: verdict)
    assert main(["check", "A1-1.1", "1", "--json"]) == outcome.status
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["status"]) == (outcome, outcome.status)
    assert Verdict.from_json(told) == verdict
    marks = ["rounded", "sampled", "by another convention"] if outcome is Outcome.RIGHT else []
    assert told["marks"] == marks
    assert main(["check", "A1-1.1", "1"]) == outcome.status
    assert capsys.readouterr().out.startswith(f"A1-1.1: {', '.join([outcome, *marks])}")


def test_an_object_is_parts_only_where_there_are_several(capsys):
    from hwcode.chapters import question

    one = next(id for id in all_ids() if len(question(id).parts) == 1)
    assert main(["check", one, '{"line": 1}']) == 2
    assert "parts" not in capsys.readouterr().err
    assert main(["check", "A1-1.3.1", '{"lines": 1}']) == 2
    assert "the parts of A1-1.3.1 are line, nearest" in capsys.readouterr().err


def test_a_fault_of_ours_is_no_wrong_answer(monkeypatch, capsys):
    def check(id, answer, at, **more):
        raise RuntimeError("the process failed:\nTraceback\nKeyError: 1")

    monkeypatch.setattr("hwcode.chapters.check.check_typed", check)
    assert main(["check", "A1-1.3.1:line", "2"]) == 4
    told = capsys.readouterr().err
    assert told == "hwcode: unexpected RuntimeError: the process failed: KeyError: 1\n"
    assert main(["check", "A1-1.3.1:line", "2", "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["outcome"] == "our fault"


@pytest.mark.parametrize(
    "code",
    [
        "import hwcode",
        "from hwcode.cli import main; main(['list'])",
        "from hwcode.cli import main; main(['check', 'A1-1.3.1:line', '3 - w1'])",
        "from hwcode.cli import main; main(['data', 'status'])",
    ],
)
def test_nothing_here_imports_torch(code):
    program = f"{code}\nimport sys\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


def test_import_of_the_package_is_light():
    program = "import hwcode, sys; assert not {'sympy', 'numpy', 'torch'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


def test_practise_draws_numbers_whose_answer_is_then_checked(capsys):
    assert main(["practise", "A1-1.3.1", "--seed", "7", "--json", "--solution"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["id"] == "A1-1.3.1#7"
    assert main(["check", told["id"], told["answer"]]) == 0
    assert main(["check", "A1-1.3.1#8", told["answer"]]) == 1
    capsys.readouterr()
    assert main(["practise", "A1-1.3.1", "--seed", "7"]) == 0
    shown = capsys.readouterr().out
    assert told["statement"] in shown
    assert told["answer"] not in shown


def test_practise_without_a_seed_draws_anew_and_names_what_it_drew(capsys):
    drawn = set()
    for _ in range(4):
        assert main(["practise", "A1-1.3.1", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["id"] == f"A1-1.3.1#{told['seed']}"
        drawn.add(told["statement"])
    assert len(drawn) > 1


def test_practise_lists_what_there_is_and_says_where_there_is_none(capsys):
    assert main(["practise"]) == 0
    assert len(capsys.readouterr().out.split()) >= 25
    assert main(["practise", "A1-3.1"]) == 2
    assert "no exercise belongs to A1-3.1; there are some to A1-1.1" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["practise", "A1-1.3.1", "--seed", "-1"])
    assert "a seed is a whole number" in capsys.readouterr().err


def test_the_ledger_has_the_weakest_grounds_first(capsys):
    assert main(["ledger", "H2-2.1.3", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["parts"]
    assert {row["key"] for row in rows} == {
        f"H2-2.1.3:{part.name}" for part in question("H2-2.1.3").parts
    }
    places = [list(Method).index(Method(row["method"])) for row in rows]
    assert places == sorted(places, reverse=True)
    assert rows[0]["method"] == "not judged"
    assert main(["ledger", "A1-1.2.2"]) == 0
    told = capsys.readouterr().out
    assert "identity   A1-1.2.2:expectation" in told
    assert told.endswith("2 of 2 claims have a check: 2 identity\n")


def test_the_ledger_of_what_there_is_not(capsys):
    assert main(["ledger", "A9"]) == 2
    assert "nor is a chapter called so" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("{}", "an object of symbols and values"),
        ('{"n": 3, "d": 1.5, "sigma": 4}', "d is a whole number, and 3/2 is given"),
        ('{"n": 3, "d": -1, "sigma": 4}', "d is positive, and -1 is given"),
    ],
)
def test_a_point_that_the_symbols_cannot_have_is_refused(at, told, capsys):
    assert main(["check", "A1-1.2.2:expectation", "sigma**2", "--at", at]) == 2
    assert told in capsys.readouterr().err


def test_an_id_that_is_no_text_is_refused():
    with pytest.raises(UnknownNameError, match="an id is a text"):
        hwcode.check(5, "1")
