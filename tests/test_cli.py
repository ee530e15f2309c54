"""The command line: what it prints, its exit status, and what it does not import."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

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
