"""Every part that a small installation promises to check: right answers, and known mistakes.

usage: python tests/core_checks.py, in an environment that has the package and SymPy alone
"""

from __future__ import annotations

import importlib.util
import json

from hwcode.chapters import CHAPTERS, questions_of
from hwcode.checking.isolation import check_here
from hwcode.checking.programs import Program


def main() -> None:
    """Check them all; an answer with another verdict than it should have ends the run."""
    assert importlib.util.find_spec("numpy") is None, "this environment has NumPy"
    found = {"right": 0, "wrong": 0}
    for asked in [one for chapter in CHAPTERS for one in questions_of(chapter)]:
        for part in asked.parts:
            if isinstance(part.form, Program):
                continue
            name = asked.key(part)
            other = (alternative.answer for alternative in part.alternatives)
            for answer in (part.reference, *part.also_right, *other):
                assert check_here(part, asked.id, answer).right is not False, (name, answer)
                found["right"] += 1
            for mistake in part.mistakes:
                verdict = check_here(part, asked.id, mistake.answer)
                assert verdict.right is False, (name, mistake)
                assert verdict.diagnosis == mistake.why, (name, mistake)
                found["wrong"] += 1
    print(json.dumps(found))


if __name__ == "__main__":
    main()
