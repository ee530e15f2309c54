"""Typed answers run in a process of their own, with limits."""

from __future__ import annotations

import sys

import pytest
import sympy

import hwcode
from hwcode.chapters.check import check_typed
from hwcode.checking import AnswerError, Outcome

linux = pytest.mark.skipif(sys.platform != "linux", reason="memory limits are for Linux")


def test_verdict_comes_back_whole():
    verdict = check_typed("A1-1.2.2:expectation", "sigma**2")
    assert verdict.right is False
    assert "fitted away" in verdict.diagnosis
    assert verdict.counterexample.got == "16"


def test_unreadable_comes_back_as_such():
    with pytest.raises(AnswerError, match="unknown name 'foo'"):
        check_typed("A1-1.2.2:expectation", "foo")


@linux
def test_endless_work_is_ended():
    verdict = check_typed("A1-1.2.2:expectation", "exp(exp(exp(exp(100))))", seconds=2)
    assert verdict.outcome is Outcome.UNDECIDED
    assert "within 2 s" in verdict.detail


def test_what_a_program_prints_does_not_disturb_the_reply():
    program = "print('noise')\ndef fit_poly(X, d, t):\n    print('more')\n    return [0]\n"
    assert check_typed("A1-1.3.4:fit_poly", program).right is False


def test_what_has_no_meaning_at_a_point_is_wrong_there():
    verdict = check_typed("A1-1.3.1:line", "trace(eye(w1))")
    assert verdict.right is False
    assert verdict.counterexample is not None


def test_a_point_of_sympy_matrices_and_numbers_travels():
    for matrix in (sympy.Matrix([[1, 2], [3, 4]]), [[1, 2], [3, 4]]):
        at = {"n": 2, "d": 2, "X": matrix, "w": [1, 1], "t": sympy.Matrix([1, sympy.pi])}
        verdict = hwcode.check("A1-1.1", "2/n * X.T @ (X @ w - t)", at=at)
        assert verdict.right is None
        assert "equal to the right answer" in verdict.detail
