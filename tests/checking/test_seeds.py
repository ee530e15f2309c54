"""A verdict is no matter of luck: other points give the same one."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from hwcode.chapters import CHAPTERS, questions_of
from hwcode.checking import Formula

SEEDS = range(1, 21 if os.environ.get("HWCODE_DEEP") else 3)
"""Other seeds; all twenty take some minutes."""
PARTS = [
    pytest.param(asked, part, id=asked.key(part))
    for chapter in CHAPTERS
    for asked in questions_of(chapter)
    for part in asked.parts
    if isinstance(part.form, Formula) and part.form.domain.symbols
]


@pytest.mark.parametrize(("asked", "part"), PARTS)
def test_no_verdict_changes_under_other_seeds(asked, part):
    right = [part.reference, *part.also_right, *(one.answer for one in part.alternatives)]
    wrong = [one.answer for one in part.mistakes]
    for seed in SEEDS:
        domain = replace(part.form.domain, seed=seed)
        form = replace(part.form, domain=domain)
        again = replace(part, form=form)
        for answer in right:
            value = form.read(answer) if isinstance(answer, str) else form.accept(answer)
            assert again.check(asked.id, value).right is True, (seed, answer)
        for answer in wrong:
            assert form.compare(answer, part.reference).equal is False, (seed, answer)


PROGRAM = """
import sympy
from hwcode.checking.seeds import seed_of
X = sympy.MatrixSymbol("X", 2, 2)
x, y = sympy.symbols("x y", real=True)
print(seed_of("asked", sympy.Max(x, y, 2 * x) + sympy.Trace(X.T * X.applyfunc(sympy.Abs)), "0"))
"""


def test_the_same_points_in_every_process():
    told = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
    assert told.pop().strip().isdigit()
