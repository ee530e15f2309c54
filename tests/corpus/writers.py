"""Answers as people write them, made from expressions: LaTeX, paper, Unicode, code.

These writers know nothing of the reader. Each takes a SymPy expression and sets it down by the
habits of one kind of writer; where a habit would leave open what is meant, brackets are written.
``python -m tests.corpus.writers`` prints the rows of ``reading_written.yml``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import sympy

from hwcode.chapters import CHAPTERS, questions_of
from hwcode.checking.forms import Formula, Number
from tests.corpus.latex_hands import BoldTex, PlainTex, Tex
from tests.corpus.plain_hands import Code, OnScreen, Paper

WRITERS = {
    "latex": (Tex(), "{}"),
    "latex, another hand": (PlainTex(), "${}$"),
    "latex, a third hand": (BoldTex(), r"\({}\)"),
    "paper": (Paper(), "{}"),
    "unicode": (OnScreen(), "{}"),
    "numpy": (Code(), "{}"),
}


def rows() -> Iterator[dict[str, str]]:
    """Every reference and every listed mistake of a formula, by every writer that can set it."""
    for chapter in CHAPTERS:
        for asked in questions_of(chapter):
            for part in asked.parts:
                form = part.form
                if not isinstance(form, Formula) or isinstance(form, Number):
                    continue
                values = [(part.reference, "right")]
                values += [(mistake.answer, "wrong") for mistake in part.mistakes]
                for value, expect in values:
                    for kind, (writer, around) in WRITERS.items():
                        try:
                            answer = around.format(" ".join(writer(sympy.sympify(value)).split()))
                        except NotImplementedError:
                            continue
                        yield {"id": asked.key(part), "answer": answer, "expect": expect,
                               "kind": kind, "means": form.show(value)}  # fmt: skip


if __name__ == "__main__":
    for row in rows():
        print("- " + json.dumps(row, ensure_ascii=False))
