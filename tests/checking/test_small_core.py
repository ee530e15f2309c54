"""Questions without NumPy: what a small installation can show and check."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from hwcode.chapters import CHAPTERS

LARGE = ("numpy", "scipy", "torch", "sklearn", "networkx", "matplotlib", "tqdm")

PROGRAM = f"""
import json, sys

from hwcode.chapters import questions_of
from hwcode.checking.isolation import check_here
from hwcode.checking.programs import Program

def loaded():
    return [name for name in {LARGE} if name in sys.modules]

asked = questions_of(sys.argv[1])
assert not loaded(), f"importing the questions loads {{loaded()}}"
checked = []
for one in asked:
    for part in one.parts:
        if isinstance(part.form, Program):
            continue
        for right in (part.reference, *part.also_right):
            check_here(part, one.id, right)
        for wrong in part.mistakes:
            check_here(part, one.id, wrong.answer)
        assert not loaded(), f"checking {{one.key(part)}} loads {{loaded()}}"
        checked.append(one.key(part))
print(json.dumps(checked))
"""


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_checking_loads_nothing_large(chapter):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, chapter], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-1000:]
    assert json.loads(done.stdout.splitlines()[-1])
