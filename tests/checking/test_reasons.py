"""Reasons: true of the very answer, and there for most of the mistakes that people make."""

from __future__ import annotations

import pytest

import hwcode
from hwcode.checking.diagnosis import reason, right_forms
from hwcode.checking.errors import AnswerError
from hwcode.checking.forms import Formula
from hwcode.checking.likeness import Screen
from tests.checking.mutants import natural


def given(asked, part, text):
    answer = part.form.read(text)
    return answer, reason(part, answer, part.form.compare(answer, part.reference), asked.parts)


def hold(asked, part, text):
    """Whether there is a reason; what it says the answer equals, it equals at other points, too."""
    answer, found = given(asked, part, text)
    form = part.form
    if found.formula is not None and isinstance(form, Formula) and form.symbols:
        screen = Screen(form.domain, tuple(right_forms(part)), seed=77)
        assert screen.alike(answer, found.formula), (asked.key(part), text, found)
    return bool(found.why)


def test_a_sample_of_natural_mistakes_gets_true_reasons():
    rows = natural(1, seed=3)[::12]
    assert len(rows) >= 20
    assert sum(hold(*row) for row in rows) >= 0.8 * len(rows)


@pytest.mark.deep
def test_four_in_five_natural_mistakes_get_a_reason_and_no_reason_is_false():
    rows = natural(3, seed=1)
    assert len(rows) >= 400
    assert sum(hold(*row) for row in rows) >= 0.8 * len(rows)


@pytest.mark.parametrize(
    ("id", "answer", "why"),
    [
        ("A1-1.2.2:expectation", "3*sigma**2*(1 - d/n)", "it is 3 times the right answer"),
        ("A2-3.1.2a:price", "sqrt(pc)/sqrt(Bc*pt)", "it is the reciprocal of the right answer"),
        ("A1-1.1", "2/n*(X@w - t)", "its shape is n x 1, and d x 1 is expected"),
        ("A2-4.3:weights", "9*NIC*NF + 36*NF**2 + 9*NC**2", "the term 9*NC*NF is missing"),
        ("A1-2.2.2:factors", "[11, 52, 65, 4]", "entry 4 is wrong, the others are right"),
        (
            "A1-1.2.2:expectation",
            "sigma*n + 1",
            "the right answer depends on d, and this one does not",
        ),
    ],
)
def test_what_the_reason_is(id, answer, why):
    told = hwcode.check(id, answer)
    assert told.right is False
    assert told.diagnosis == why


def test_a_number_that_is_near_is_not_called_rounded():
    assert "rounded" not in hwcode.check("H2-2.2.4:rate", "0.251").diagnosis


def test_a_text_to_contradict_names_everything_that_was_decided():
    told = hwcode.check("A1-1.2.2:expectation", "σ² d")
    for words in (hwcode.__version__, "A1-1.2.2:expectation", "σ² d", "sigma^2*d", "wrong"):
        assert words in told.disagree
    assert told.to_json()["disagree"] == told.disagree
    assert told.to_json()["version"] == hwcode.__version__


@pytest.mark.parametrize(
    ("id", "answer", "words"),
    [
        ("A2-4.3:weights", "9*NIC*NF + 36*NF**2 + 9*NF*NC + 9*NC**2 + 12*NF + 4*NC",
         "two things at once: biases are not to be counted here; and BatchNorm's scale"),
        ("H2-2.2.1:loss", "norm((eye(n) - eta/n*X@X.T)@a)**2",
         "two things at once: the loss is a mean: 1/n is missing; and the gradient's factor 2"),
        ("A2-2.2.1:penalty", "(1 - eta*lamt)*w0 - eta/n*X.T@(X@w0 - t)",
         "two things at once: this is right for a penalty with a factor 1/2; and the square"),
        ("A2-4.3:connections",
         "9216*NIC*NF + 5760*NF**2 + 2304*NF*NC + 9216*NC**2 + 3200*NF + 5120*NC",
         "it has 3200*NF where 1792*NF belongs"),
        ("A2-5.5:epochs", "512, 32, 128", "512 is in the wrong place"),
        ("H2-3.1:strength", "line, edge, point, line end", "given before"),
        ("A1-1.1", "2/n*X.T@(X@w - t)*(1 + (n-1)*(n-2)*(n-3)*(n-4))",
         "it has the right value at some small numbers"),
    ],
)  # fmt: skip
def test_what_a_reason_begins_with_or_has(id, answer, words):
    assert words in hwcode.check(id, answer).diagnosis


def test_a_letter_for_a_number_of_the_question_is_told():
    with pytest.raises(AnswerError, match="the kernel size k is 3 in this question"):
        hwcode.check("A2-4.3:weights", "k**2*(NIC*NF + 4*NF**2 + NC*NF + NC**2)")
