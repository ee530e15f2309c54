"""Programs in files as people have them: what is taken off or added, and that it is said."""

from __future__ import annotations

import json

import pytest

from hwcode.chapters import question
from hwcode.checking import AnswerError
from hwcode.checking.files import definitions, program
from hwcode.checking.isolation import check_here

RELU = """\
class ReLU:
    def forward(self, Z):
        self.on = Z > 0
        return np.where(self.on, Z, 0.0)

    def backward(self, G):
        return np.where(self.on, G, 0.0)
"""


def notebook(*sources: str) -> str:
    cells = [
        {"cell_type": "code", "metadata": {}, "source": one.splitlines(True)} for one in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


FILES = {
    "plain": ("import numpy as np\n" + RELU, ()),
    "no import": (RELU, ("'import numpy as np' was added",)),
    "mark of the byte order": ("\ufeffimport numpy as np\n" + RELU, ()),
    "ends of lines": (("import numpy as np\n" + RELU).replace("\n", "\r\n"), ()),
    "fence": (f"```python\nimport numpy as np\n{RELU}```\n", ("a Markdown fence was taken off",)),
    "fence of tildes": (
        f"My answer:\n\n~~~\nimport numpy as np\n{RELU}~~~\n",
        ("a Markdown fence was taken off",),
    ),
    "commands": (
        "%matplotlib inline\n!pip install numpy\nimport numpy as np\n" + RELU + "ReLU?\n",
        ("3 lines of a notebook were left out",),
    ),
    "notebook": (
        notebook("import numpy as np\n%time", RELU, "model = ReLU()\nmodel.train(10**9)"),
        (
            "the code cells of a notebook were taken, their definitions alone",
            "a line of a notebook was left out",
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_a1_p2_1_is_read_out_of_every_kind_of_file(kind):
    text, notes = FILES[kind]
    assert program(text).notes == notes
    verdict = check_here(question("A1-P2.1").part("relu"), "A1-P2.1", text)
    assert verdict.right, verdict
    assert all(note in verdict.detail for note in notes)


def test_what_is_python_is_left_as_it_is():
    """A percent sign or a fence within a program is no command and no Markdown."""
    text = 'x = 7\ny = (x\n% 4)\ntold = """\n```\n!ls\n```\n"""\ndef f():\n    return y % 2'
    assert program(text).code == text
    assert program(text).notes == ()


def test_a_command_within_a_block_leaves_a_statement():
    source = program("def f():\n    !ls\ndef g():\n    %time\n    return 1")
    assert source.code == "def f():\n    pass\ndef g():\n    pass\n    return 1"


def test_a_name_that_the_program_gives_is_not_imported():
    assert program("def f(np):\n    return np.exp(1)").notes == ()
    assert program("from torch import nn\nnn.Linear(1, 1)").notes == ()
    added = program("class A(nn.Module):\n    x = torch.zeros(1)").notes
    assert added == ("'from torch import nn' was added", "'import torch' was added")


def test_definitions_leave_out_what_would_run():
    code = (
        "import numpy as np\nrate, steps = 1e-3, [1, 2 * 3]\nname: str = 'a'\nx = load()\n"
        "for i in range(9):\n    train()\nif True:\n    def hidden(): pass\n"
        "@decorated\ndef f():\n    return rate\nclass A:\n    b = 1\nf()\nd['k'] = 1"
    )
    kept = definitions(code)
    for there in ("import numpy", "rate, steps", "name: str", "@decorated\ndef f", "class A"):
        assert there in kept
    for gone in ("load", "train", "hidden", "f()\n", "d['k']"):
        assert gone not in kept.replace("def f()", "")


@pytest.mark.parametrize("text", ['{"cells": [}', '{"cells": 3, "nbformat": 4}', notebook("def (")])
def test_a_damaged_notebook_says_so(text):
    if '"nbformat"' not in text:
        text += '"nbformat"'
    with pytest.raises(AnswerError, match=r"notebook that cannot be read|no Python"):
        program(text)
