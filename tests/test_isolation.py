"""Typed answers run in a process of their own, with limits."""

from __future__ import annotations

import sys

import pytest

from hwcode.checking import AnswerError
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
def test_endless_work_is_ended():
    program = "def fit_poly(X, d, t):\n    while True:\n        pass\n"
    with pytest.raises(AnswerError, match="not decided within"):
        check_isolated("A1-1.3.4", "fit_poly", program, seconds=2)


@linux
def test_memory_is_limited():
    program = "def fit_poly(X, d, t):\n    return bytearray(2**36)\n"
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
