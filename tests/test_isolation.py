"""Typed answers run in a process of their own, with limits."""

from __future__ import annotations

import signal
import sys

import pytest
import sympy

import hwcode
from hwcode.checking import AnswerError, isolation
from hwcode.checking.isolation import check_isolated

linux = pytest.mark.skipif(sys.platform != "linux", reason="memory limits are for Linux")


def test_verdict_comes_back_whole():
    verdict = check_isolated("A1-1.2.2", "expectation", "sigma**2")
    assert verdict.right is False
    assert "fitted away" in verdict.diagnosis
    assert verdict.counterexample.got == "16"


def test_unreadable_comes_back_as_such():
    with pytest.raises(AnswerError, match="unknown name 'foo'"):
        check_isolated("A1-1.2.2", "expectation", "foo")


@linux
def test_endless_work_is_ended(monkeypatch):
    ended = []

    def run(*arguments, **options):
        ended.append(subprocess_run(*arguments, **options))
        return ended[-1]

    subprocess_run = isolation.subprocess.run
    monkeypatch.setattr(isolation.subprocess, "run", run)
    program = "def fit_poly(X, d, t):\n    while True:\n        pass\n"
    with pytest.raises(AnswerError, match="not decided within"):
        check_isolated("A1-1.3.4", "fit_poly", program, seconds=2)
    # By the limit on processor time, long before the clock's.
    assert -ended[0].returncode in (signal.SIGXCPU, signal.SIGKILL)


@linux
def test_memory_is_limited():
    program = "def fit_poly(X, d, t):\n    return bytearray(2**32)\n"
    verdict = check_isolated("A1-1.3.4", "fit_poly", program, seconds=10)
    assert verdict.right is False
    assert "MemoryError" in verdict.counterexample.got


def test_what_a_program_prints_does_not_disturb_the_reply():
    program = "print('noise')\ndef fit_poly(X, d, t):\n    print('more')\n    return [0]\n"
    assert check_isolated("A1-1.3.4", "fit_poly", program).right is False


def test_a_program_that_ends_the_process_is_not_readable():
    with pytest.raises(AnswerError, match="ended with status 0"):
        check_isolated("A1-1.3.4", "fit_poly", "import os; os._exit(0)")


def test_what_has_no_meaning_at_a_point_is_not_readable():
    with pytest.raises(AnswerError, match="no value"):
        check_isolated("A1-1.3.1", "line", "trace(eye(w1))")


def test_a_point_of_sympy_matrices_and_numbers_travels():
    for matrix in (sympy.Matrix([[1, 2], [3, 4]]), [[1, 2], [3, 4]]):
        at = {"n": 2, "d": 2, "X": matrix, "w": [1, 1], "t": sympy.Matrix([1, sympy.pi])}
        verdict = hwcode.check("A1-1.1", "2/n * X.T @ (X @ w - t)", at=at)
        assert verdict.right is None
        assert "equal to the right answer" in verdict.detail
