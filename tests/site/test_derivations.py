"""The equalities that the book prints: none that was decided is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwcode.chapters import question
from hwcode.checking import AnswerError
from hwcode.site.derivations import counts, recorded, steps_of

BOOK = Path(__file__).parents[2] / "book"
PAGES = sorted(recorded())


@pytest.mark.parametrize("page", PAGES)
def test_no_step_that_was_decided_is_lost(page):
    found, kept = counts(BOOK / f"{page}.md"), recorded()[page]
    assert found == kept, "mend the step that is lost, or write the new counts to the record"


def test_every_page_with_steps_is_in_the_record():
    found = {path.stem for path in BOOK.glob("*.md") if counts(path)}
    assert found == set(PAGES)


def test_a_wrong_step_does_not_follow():
    form = question("A1-1.1").parts[0].form
    text = r"$$ X^\top(Xw-t) = X^\top Xw - X^\top t $$ $$ X^\top(Xw-t) = X^\top Xw + X^\top t $$"
    assert [step.how for step in steps_of(text, [form])] == ["follows", "open"]


def test_what_a_section_says_of_its_symbols_is_known_in_it():
    form = question("A1-1.1").parts[0].form
    text = r"""
% h \in \mathbb{R}^d
% let r = Xw - t

$$ X^\top r = X^\top Xw - X^\top t $$
$$ \lVert Xh\rVert^2 = h^\top X^\top Xh $$ $$ X^\top r = X^\top t $$
"""
    assert [step.how for step in steps_of(text, [form])] == ["follows", "follows", "open"]


def test_given_numbers_decide_an_example_and_no_more():
    form = question("A1-2.2.2").part("trick").form
    text = "% given x = (1,3,1)\n$$ x^\\top x = 11 $$ $$ x^\\top x = 12 $$"
    assert [step.how for step in steps_of(text, [form])] == ["given", "open"]
    assert [step.how for step in steps_of("$$ x^\\top x = 11 $$", [form])] == ["open"]


def test_a_false_line_of_a_section_is_refused():
    form = question("A1-1.1").parts[0].form
    with pytest.raises(AnswerError, match="is a symbol of the question"):
        list(steps_of("% let w = 2 w\n$$ w = 2w $$", [form]))
