"""Programs that readers hand in, judged as objects: no process is started for them."""

from __future__ import annotations

import sys
from types import ModuleType

import hwcode
from hwcode.chapters import question
from hwcode.chapters.check import split_id
from hwcode.checking.programs import Program
from hwcode.checking.verdict import Verdict

__all__ = ["judged"]

USUAL = "import math\nimport numpy as np\n"


def judged(name: str, text: str) -> Verdict:
    """The verdict on a program's text."""
    id, part = split_id(name)
    form = question(id).part(part).form
    assert isinstance(form, Program)
    module = sys.modules["answer"] = ModuleType("answer")
    for source in (USUAL, form.beside, text):
        exec(compile(source, "<answer>", "exec", dont_inherit=True), vars(module))  # noqa: S102
    return hwcode.check(name, getattr(module, form.name))
