"""What answers in the page, asked here: beside each reply stands what the page shows with it."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from hwcode.chapters import CHAPTERS, question, questions_of
from hwcode.checking.forms import Formula
from hwcode.checking.isolation import answer
from hwcode.site.inpage import desk
from tests.conftest import ROOT
from tests.site.inpage import typed

FORMULAS = [
    (asked.key(part), latex)
    for chapter in CHAPTERS
    for asked in questions_of(chapter)
    for part in asked.parts
    if isinstance(part.form, Formula)
    for latex in {part.latex, part.form.latex(part.reference)} - {""}
]


@pytest.fixture
def converter(monkeypatch):
    if not (ROOT / ".inpage" / "latex2mathml").is_dir():
        pytest.skip("latex2mathml is not installed; 'make book' installs it")
    monkeypatch.syspath_prepend(str(ROOT / ".inpage"))


def ask(text, id="A1-1.2.2", part="expectation", **more):
    request = {"name": "check", "id": id, "part": part, "text": text, "at": None, **more}
    return json.loads(desk.reply(json.dumps(request)))


def test_every_formula_that_is_shown_beside_a_right_answer_is_set(converter):
    found = {key: desk.mathml(latex) for key, latex in FORMULAS}
    assert [key for key, told in found.items() if not told] == []
    for key, told in found.items():
        letters = "".join(ElementTree.fromstring(told).itertext())
        assert "\\" not in letters, key
        assert "&" not in letters, key


def test_what_cannot_be_set_is_shown_as_text(converter):
    assert desk.mathml("") == ""
    assert desk.mathml(r"\left( x") == ""


def test_each_kind_of_answer_gets_the_reply_of_the_command_and_what_stands_beside_it():
    kinds = {}
    for asked in typed():
        part = question(asked["id"]).part(asked["part"])
        kinds.setdefault(type(part.form), []).append(asked)
    assert len(kinds) > 10
    for kind, requests in kinds.items():
        for asked in (requests[0], requests[-1]):
            told = json.loads(desk.reply(json.dumps(asked)))
            assert told["reply"] == json.loads(json.dumps(answer(question, asked))), kind
            assert told["beside"]["word"] == told["reply"]["verdict"]["outcome"], kind


def test_mathematics_in_a_reason_is_no_text_in_dollars():
    told = ask("x->z1, x->z2, z1->h1", "A1-2.1.1", "graph")
    assert told["reply"]["verdict"]["outcome"] == "wrong"
    for chapter in CHAPTERS:
        for asked in questions_of(chapter):
            for part in asked.parts:
                for mistake in part.mistakes:
                    pieces = list(desk._pieces(mistake.why))
                    assert not any("$" in one for one in pieces if isinstance(one, str))


def test_the_right_answer_does_not_stand_beside_a_wrong_one():
    assert "own" not in ask("sigma**2")["beside"]
    assert "own" in ask("sigma**2*(1 - d/n)")["beside"]


def test_a_step_says_where_it_fails_and_nothing_is_said_over_a_gap():
    told = ask("E = sigma**2 = sigma**2 - d = so on = sigma**2*(1 - d/n)", steps=True)
    fails, before, after, end = told["beside"]["steps"]
    assert "the left side is 16, the right side 15" in fails["fails"]
    assert {before["word"], after["word"]} == {"unreadable"}
    assert "own" not in before
    assert end["own"]["text"] == "sigma**2*(-d + n)/n"
    assert told["reply"]["verdict"]["outcome"] == "wrong"


def test_an_inequality_that_fails_says_what_it_would_say():
    told = ask("sigma**2 <= sigma**2*(1 - d/n)", steps=True)
    assert "it would say" in told["beside"]["steps"][0]["fails"]


def test_a_derivation_is_previewed_link_by_link():
    told = ask("E = sigma**2 = sigma*sigma", steps=True, name="preview")
    texts = [one["text"] for one in told["chain"]]
    assert texts == ["E = sigma**2", "sigma**2 = sigma*sigma"]
    assert "unreadable" in ask("sigma**2", steps=True, name="preview")
