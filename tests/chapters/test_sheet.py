"""Whole sheets: which name or heading was taken for which question."""

from __future__ import annotations

import json

import pytest

from hwcode.chapters import question
from hwcode.chapters.check import split_id
from hwcode.chapters.sheet import check_sheet, read_sheet
from hwcode.checking.errors import AnswerError, UnknownNameError
from hwcode.checking.isolation import check_here
from hwcode.checking.verdict import Outcome
from hwcode.cli import main

MARKDOWN = """\
# Homework

Some words.

## Question 1.1

The derivative is
$$
2/n * X.T @ (X @ w - t)
$$

## 1.2.2
- error: `norm((eye(n) - X@inv(X.T@X)@X.T) @ eps)**2/n`
- expectation: `sigma**2`

### 1.3.1 (line)
`3 - w1`

## 1.3.4, overfitting
No

## 1.2.1
The end is clear.

## Thanks
"""

LATEX = r"""
\documentclass{article}
\begin{document}
\section*{Problem 2}
\subsection*{2.2.2: penalty}  % the interesting one
We get
\begin{equation*}
  lam/(2*eta)
\end{equation*}
\subsection{3.1.2(a) point}
C
\end{document}
"""

WRITE_UP = r"""
\documentclass{article}
\begin{document}
\section{Linear regression}
\subsection{1.1 The gradient}
Expanding the square, $L = \frac1n(\hat w^\top X^\top X\hat w - 2 t^\top X\hat w + t^\top t)$, so
\[ \nabla L = \frac{2}{n} X^\top (X\hat w - t). \]
\subsection{1.2.1 (solution)}
\begin{align}
  \hat w = (X^\top X)^{-1} X^\top t
\end{align}
\subsection{1.2.2 expectation}  % with the trace
$$ \mathbb{E}[\text{error}] = \sigma^2 \left(1 + \frac{d}{n}\right) $$
\subsection{1.3.4: overfitting}
No, not always.
\end{document}
"""

CODE = """\
import numpy as np
print("a training that nobody wants to wait for", [0] * 10**9)
%matplotlib inline
class ReLU:
    def forward(self, Z):
        self.on = Z > 0
        return Z * self.on
    def backward(self, G):
        return G * self.on
"""


def notebook(*cells: tuple[str, str]) -> str:
    made = [{"cell_type": kind, "metadata": {}, "source": text} for kind, text in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def here(name, text):
    id, part = split_id(name)
    return check_here(question(id).part(part), id, text)


def taken(found):
    return {answer.name: answer.place for answer in found.answers}


def test_a_markdown_sheet():
    found = read_sheet("A1", MARKDOWN)
    rows = list(check_sheet(found, here))
    right = {row.answer.name: row.verdict.right for row in rows}
    assert right == {
        "A1-1.1": True,
        "A1-1.2.2:error": True,
        "A1-1.2.2:expectation": False,
        "A1-1.3.1:line": True,
        "A1-1.3.4:overfitting": True,
    }
    assert [place for place, _ in found.left] == ["1.2.1"]
    assert "solution, rate" in found.left[0][1]
    assert "A1-1.3.3:error" in found.missing
    assert not set(found.missing) & set(right)


def test_a_latex_sheet():
    found = read_sheet("A2", LATEX)
    assert taken(found) == {
        "A2-2.2.2:penalty": "2.2.2: penalty",
        "A2-3.1.2a:point": "3.1.2(a) point",
    }
    assert [answer.text for answer in found.answers] == ["lam/(2*eta)", "C"]


def test_a_latex_write_up_is_read_and_judged():
    rows = list(check_sheet(read_sheet("A1", WRITE_UP), here))
    assert {row.answer.name: row.outcome.value for row in rows} == {
        "A1-1.1": "right",
        "A1-1.2.1:solution": "right",
        "A1-1.2.2:expectation": "wrong",
        "A1-1.3.4:overfitting": "right",
    }


def test_the_same_number_belongs_to_the_sheet():
    for source in ("A1", "A2", "H2"):
        heading = "## 2.2.2\n`x`"
        try:
            found = read_sheet(source, heading)
        except AnswerError:
            continue
        names = [answer.name for answer in found.answers] + [why for _, why in found.left]
        assert all(name.startswith(f"{source}-") or "which of its parts" in name for name in names)


def test_of_a_notebook_the_definitions_alone_are_run():
    text = notebook(("markdown", "## 1.1\n`X.T @ (X @ w - t)`"), ("code", CODE))
    found = read_sheet("A1", text)
    assert taken(found) == {"A1-1.1": "1.1", "A1-P2.1:relu": "ReLU"}
    (program,) = (answer.text for answer in found.answers if answer.place == "ReLU")
    assert "class ReLU" in program
    assert "print" not in program
    assert here("A1-P2.1:relu", program).right


def test_a_name_can_be_given_to_a_part():
    renamed = notebook(("code", CODE.replace("ReLU", "Rectifier")))
    with pytest.raises(AnswerError, match="no answer was found"):
        read_sheet("A1", renamed)
    found = read_sheet("A1", renamed, {"Rectifier": "A1-P2.1:relu"})
    assert taken(found) == {"A1-P2.1:relu": "Rectifier"}
    assert here("A1-P2.1:relu", found.answers[0].text).right


def test_a_heading_can_be_given_to_a_part_or_left_out():
    text = "## My gradient\n`x`\n## 1.3.3 error\n`0`"
    found = read_sheet("A1", text, {"My gradient": "A1-1.1", "1.3.3 error": ""})
    assert taken(found) == {"A1-1.1": "My gradient"}


@pytest.mark.parametrize(
    ("source", "text", "names", "error"),
    [
        ("A9", "## 1.1\nx", {}, UnknownNameError),
        ("A1", "", {}, AnswerError),
        ("A1", '{"cells": 1, "nbformat": 4}', {}, AnswerError),
        ("A1", "## 1.1\nx", {"one": "A1-9"}, UnknownNameError),
        ("A1", "## 1.1\nx", {"one": "A1-1.2.2:no"}, UnknownNameError),
    ],
)
def test_what_is_no_sheet_says_so(source, text, names, error):
    with pytest.raises(error):
        read_sheet(source, text, names)


def test_what_cannot_be_read_is_a_row_of_its_own():
    (row,) = check_sheet(read_sheet("A1", "## 1.1\n`foo(`"), here)
    assert row.outcome is Outcome.UNREADABLE
    assert row.why


def test_the_command_checks_a_sheet_and_its_status_is_the_gravest(tmp_path, capsys):
    file = tmp_path / "mine.md"
    file.write_text("\ufeff## 1.3.1 line\n`3 - w1`\n## 1.3.3 error\n`0`\n", encoding="utf-8")
    assert main(["check", "A1", f"@{file}"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in printed[1:3]] == ["right", "right"]
    assert "A1-1.3.1 (nearest)" in printed[-1]
    file.write_bytes("## 1.3.1 line\n`3 + w1`\n## 1.3.3 error\n`0`".encode("utf-16"))
    assert main(["check", "a1", f"@{file}", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [row["verdict"]["outcome"] for row in told["rows"]] == ["wrong", "right"]
    assert main(["check", "A1", f"@{file}", "--map", "1.3.1 line"]) == 2
    assert main(["check", "A1-1.1", "x", "--map", "a=b"]) == 2
