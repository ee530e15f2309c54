"""The command line: what it prints, its exit status, and what it does not import."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from hwcode.checking import AnswerError
from hwcode.cli import main
from hwcode.questions import all_ids


def test_list_has_one_row_per_id(capsys):
    assert main(["list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == all_ids()
    assert main(["list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(rows)


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
    assert json.loads(printed.out)["unreadable"] in printed.err


def test_an_object_is_parts_only_where_there_are_several(monkeypatch, capsys):
    from hwcode.questions import question

    taken = []

    def check(id, answer, at):
        taken.append(answer)
        raise AnswerError("enough")

    monkeypatch.setattr("hwcode.checking.api.check", check)
    one = next(id for id in all_ids() if len(question(id).parts) == 1)
    for id in (one, "A1-1.3.1"):
        assert main(["check", id, '{"line": 1}']) == 2
    assert taken == ['{"line": 1}', {"line": 1}]


def test_a_fault_of_ours_is_no_wrong_answer(monkeypatch, capsys):
    def check(id, answer, at):
        raise RuntimeError("the process failed:\nTraceback\nKeyError: 1")

    monkeypatch.setattr("hwcode.checking.api.check", check)
    assert main(["check", "A1-1.3.1:line", "2"]) == 4
    told = capsys.readouterr().err
    assert told == "hwcode: unexpected RuntimeError: the process failed: KeyError: 1\n"


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
