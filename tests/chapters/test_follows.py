"""Errors carried forward: the rules hold, and a wrong answer that follows is told so."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import sympy

import hwcode
from hwcode.chapters import CHAPTERS, question, questions_of
from hwcode.chapters.check import check_typed
from hwcode.chapters.sheet import check_sheet, read_sheet
from hwcode.checking import Alternative, Domain, Follows, Formula, Part
from hwcode.checking.following import carried as follow
from hwcode.checking.following import earlier_parts

x = sympy.Symbol("x", real=True)
FORM = Formula(Domain((x,)), "a number")
FOLLOWING = [
    pytest.param(asked, part, id=asked.key(part))
    for chapter in CHAPTERS
    for asked in questions_of(chapter)
    for part in asked.parts
    if part.follows
]


@pytest.mark.parametrize(("asked", "part"), FOLLOWING)
def test_right_earlier_answers_give_the_right_answer(asked, part):
    parts = earlier_parts(part, asked, question)
    earlier = [one.reference for one in parts.values()]
    assert part.form.compare(part.form.accept(part.follows.rule(*earlier)), part.reference).equal


def carried(id, answers):
    return {one.part: one.carried for one in hwcode.check(id, answers).parts}


def test_twice_the_outputs_is_carried_to_the_larger_image():
    told = carried("A2-4.3", {"outputs": "2240*NF", "outputs_doubled": "8960*NF"})
    assert told["outputs_doubled"] == "it is right from your outputs, which is wrong itself"
    assert not told["outputs"]


def test_another_error_does_not_follow():
    assert not any(carried("A2-4.3", {"outputs": "2240*NF", "outputs_doubled": "NF"}).values())


def test_from_a_right_answer_nothing_wrong_follows():
    answers = {"penalty": "lam/(2*eta)", "torch": "lam/(2*eta)"}
    assert not any(carried("A2-2.2.2", answers).values())


def test_an_earlier_answer_that_is_unreadable_carries_nothing():
    told = hwcode.check("A1-2.2.1", {"norm1": "5", "norm2": "7"})
    assert not any(part.carried for part in told.parts)


def test_a_gradient_with_a_wrong_sign_is_carried_through_the_whole_backward_pass():
    answers = {
        "y": "et - yp",
        "g": "W3.T@ybar",
        "h1": "hadamard(gbar, h2)",
        "h2": "hadamard(gbar, h1)",
        "z1": "hadamard(h1bar, step(z1))",
        "z2": "hadamard(h2bar, hadamard(h2, ones(m) - h2))",
        "x": "W1.T@z1bar + W2.T@z2bar + W4.T@ybar",
        "whole": "W1.T@hadamard(hadamard(W3.T@(et - yp), h2), step(z1))"
        " + W2.T@hadamard(hadamard(W3.T@(et - yp), h1), hadamard(h2, ones(m) - h2))"
        " + W4.T@(et - yp)",
    }
    asked = question("A1-2.1.2")
    part = asked.part("whole")
    value = part.form.read(answers.pop("whole"))
    told = follow(part.check(asked.id, value), part, value, answers, asked, question)
    assert told.carried == "it is right from your y, which is wrong itself"


def test_the_typed_check_carries_too():
    found = check_typed(
        "A1-2.2.2", json.dumps({"factors": "[10, 52, 65, 3]", "norms": "[520, 195]"})
    )
    assert found.parts[1].carried == "it is right from your factors, which is wrong itself"
    assert "carried forward: it is right from your factors" in str(found)


HALF = {
    "A2-2.2.1:penalty": "(1 - eta*lamt)*w0 - 2*eta/n*X.T@(X@w0 - t)",
    "A2-2.2.1:decay": "(1 - lam)*w0 - 2*eta/n*X.T@(X@w0 - t)",
}
"""The two steps of a reader whose penalty has a factor 1/2."""


def test_an_error_is_carried_to_the_next_question():
    found = hwcode.check("A2-2.2.2", {**HALF, "penalty": "lam/eta", "torch": "2*lam/eta"})
    step = "A2-2.2.1:penalty"
    assert found.right is False
    assert [one.carried for one in found.parts] == [
        f"it is right from your {step}, which is wrong itself",
        "it is right from your penalty, which is wrong itself",
    ]
    typed = json.dumps({**HALF, "penalty": "lam/eta"})
    assert check_typed("A2-2.2.2", typed).parts[0].carried == found.parts[0].carried
    other = hwcode.check("A2-2.2.2", {**HALF, "penalty": "2*lam/eta"})
    assert not other.parts[0].carried


def test_an_error_is_carried_through_a_whole_sheet():
    answers = {**HALF, "A2-2.2.2:penalty": "lam/eta"}
    sheet = "".join(f"## {name}\n\n{text}\n\n" for name, text in answers.items())
    rows = {row.answer.name: row for row in check_sheet(read_sheet("A2", sheet))}
    assert "right from your A2-2.2.1:penalty" in rows["A2-2.2.2:penalty"].why


@pytest.mark.parametrize(
    ("id", "loss"), [("H2-2.2.3", "H2-2.2.1:loss"), ("A2-2.1.3", "A2-2.1.1:loss")]
)
def test_a_loss_without_its_mean_is_carried_to_the_slope(id, loss):
    answers = {
        loss: "norm(X@w0 - t - 2*eta/n*X@X.T@a)**2",
        "derivative": "8*eta/n**2*norm(X@X.T@a)**2 - 4/n*norm(X.T@a)**2",
    }
    (found,) = hwcode.check(id, answers).parts
    assert found.right is False
    assert "H2-2.2.1:loss" in found.carried


def test_what_follows_from_another_accepted_convention_is_right_by_it():
    """Adam's epsilon under the root, say: the later answer is judged as the earlier one was."""
    first = Part(
        name="first", form=FORM, reference=x, alternatives=(Alternative(2 * x, "for sums"),)
    )
    second = Part(
        name="second", form=FORM, reference=3 * x, follows=Follows(("first",), lambda one: 3 * one)
    )
    asked = replace(question("A1-1.1"), parts=(first, second), beyond=())

    def given(earlier, answer):
        verdict = second.check("A1-1.1", answer)
        return follow(verdict, second, answer, {"first": earlier}, asked, question)

    assert given("2*x", 6 * x).right
    assert given("2*x", 6 * x).convention == "right from your first: for sums"
    assert given("5*x", 15 * x).carried == "it is right from your first, which is wrong itself"
    assert given("5*x", 15 * x).right is False
    assert given("2*x", 7 * x).right is False
    assert given("x", 6 * x).right is False
