"""Formulas that ask for too much, or for what is none of their business: told in seconds.

All are read and decided in one process, with the limits that each check has; whoever starts that
process sees it end.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from hwcode.chapters.check import check_typed
from hwcode.checking import Outcome
from hwcode.checking.isolation import LONGEST_SHOWN

ID, PART = "A1-1.2.2", "expectation"

UNREADABLE = {
    "a power of powers": "9**9**9",
    "an exponent": "n**100000",
    "a literal": "1e999999",
    "a factorial": "factorial(10**9)",
    "a factorial of a factorial": "factorial(factorial(10))",
    "an import": "__import__('os').system('touch mark')",
    "an attribute": "(1).__class__",
    "a chain of attributes": "().__class__.__base__.__subclasses__()",
    "a method": "n.subs(n, 3)",
    "a private name": "__builtins__",
    "eval": "eval('1')",
    "exec": "exec('import os')",
    "open": "open('mark', 'w')",
    "input": "input()",
    "exit": "exit()",
    "a lambda": "(lambda: 1)()",
    "a list comprehension": "[n for n in range(10**9)]",
    "a generator": "sum(n for n in range(10**9))",
    "a formatted text": "f'{n}'",
    "a text": "'sigma**2'",
    "a walrus": "(y := sigma)",
    "a conditional": "sigma if n else d",
    "a comparison": "n < d < sigma",
    "a dictionary": "{n: d}",
    "a star": "[*n]",
    "an await": "await n",
    "an ellipsis": "...",
    "true": "True",
    "none": "None",
    "an imaginary number": "1j",
    "not a number": "nan",
    "bytes": "b'1'",
    "a null byte": "sigma\0",
    "half a character": "sigma\udcff",
    "from right to left": "sigma\u202e**2",
    "without a width": "sig\u200bma + foo",
    "unfinished": "sigma**",
    "brackets": "(" * 3000 + "sigma" + ")" * 3000,
    "signs": "-" * 3000 + "sigma",
    "very long": "sigma + " * 3000 + "sigma",
    "ten million letters": "s" * 10**7,
    "empty": "",
    "blank": " \n\t ",
    "a comment": "# sigma**2",
}
WRONG = {
    "several in a row": "sigma; d",
    "several in braces": "{n, d}",
    "a huge power": "(n + d)**10000",
    "a huge product": "(n + 1)**9999*(d + 1)**9999",
    "nearly nothing": "sigma**2*10**(-300)",
    "a pole": "1/(n - n + d - d + sigma*0 + 1) - sigma/0.001",
}

READ_ALL = """
import json, sys
from hwcode.chapters import question
from hwcode.checking.confined import protections
from hwcode.checking.isolation import MEMORY, answer

told = []
for text in json.load(sys.stdin):
    request = {"id": %r, "part": %r, "text": text, "at": None}
    told.append(answer(question, request, lambda: protections.limit(20, MEMORY, 0)))
json.dump(told, sys.stdout)
"""


@pytest.fixture(scope="module")
def replies(tmp_path_factory):
    """The replies to all of these texts, and the folder in which they were given."""
    folder = tmp_path_factory.mktemp("formulas")
    texts = [*UNREADABLE.values(), *WRONG.values()]
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL % (ID, PART)],
        input=json.dumps(texts), capture_output=True, text=True, cwd=folder, check=True,
    )  # fmt: skip
    assert not [*folder.iterdir()]
    return dict(zip([*UNREADABLE, *WRONG], json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_formula_is_refused_with_a_reason(name, replies):
    reply = replies[name]
    assert [*reply] == ["unreadable"], reply
    assert reply["unreadable"].strip()
    assert "Traceback" not in reply["unreadable"]


@pytest.mark.parametrize("name", WRONG)
def test_what_is_a_formula_is_decided(name, replies):
    assert replies[name]["verdict"]["outcome"] == Outcome.WRONG, replies[name]


@pytest.mark.skipif(sys.platform != "linux", reason="time limits are for Linux")
def test_what_takes_too_long_is_not_decided():
    verdict = check_typed(f"{ID}:{PART}", "exp(exp(exp(exp(100))))", seconds=1)
    assert verdict.outcome is Outcome.UNDECIDED
    assert "within 1 s" in verdict.detail
    assert len(verdict.answer) <= LONGEST_SHOWN
