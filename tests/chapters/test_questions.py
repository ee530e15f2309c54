"""The whole registry: references hold, mistakes are refused, pages have their questions."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
import sympy

from hwcode.chapters import CHAPTERS, SOURCES, all_ids, question, questions_of, truth_of, truths_of
from hwcode.checking import Comparison, Domain, Text
from hwcode.checking.programs import Program

QUESTIONS = [asked for chapter in CHAPTERS for asked in questions_of(chapter)]
PARTS = [
    pytest.param(asked, part, id=f"{asked.id}:{part.name}" if part.name else asked.id)
    for asked in QUESTIONS
    for part in asked.parts
]
JUDGED = [case for case in PARTS if not isinstance(case.values[1].form, Text)]


def test_ids_are_unique_and_belong_to_their_chapter():
    ids = all_ids()
    assert len(ids) == len(set(ids))
    for chapter, expected in CHAPTERS.items():
        found = tuple(id for asked in questions_of(chapter) for id in asked.ids)
        assert found == expected
        assert all(asked.chapter == chapter for asked in questions_of(chapter))


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.id)
def test_question_is_complete(asked):
    assert asked.statement.strip()
    assert asked.title == asked.title.strip()
    assert set(asked.marks) == set(asked.ids)
    assert all(id.split("-")[0] in SOURCES for id in asked.ids)
    names = [part.name for part in asked.parts]
    assert len(names) == len(set(names))
    assert len(names) == 1 or all(names)
    assert 2 <= len(asked.model_answer.strip().splitlines()) <= 9
    for id in asked.ids:
        assert question(id) is asked
        assert question(id.lower()) is asked


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_judged_part_has_a_truth_and_every_truth_its_part(chapter):
    judged = {
        asked.key(part)
        for asked in questions_of(chapter)
        for part in asked.parts
        if not isinstance(part.form, Text)
    }
    assert set(truths_of(chapter)) == judged


def test_a_part_without_a_truth_would_have_to_be_believed():
    with pytest.raises(ValueError, match="no truth"):
        JUDGED[0].values[1].verify(None)


@pytest.mark.parametrize(("asked", "part"), JUDGED)
def test_reference_holds_against_the_definition(asked, part):
    found = part.verify(truth_of(asked, part))
    assert found.equal, found


@pytest.mark.parametrize(("asked", "part"), JUDGED)
def test_reference_and_other_right_forms_are_accepted(asked, part):
    assert part.check(asked.id, part.reference).right
    for answer in part.also_right:
        value = part.form.read(answer) if isinstance(answer, str) else part.form.accept(answer)
        assert part.check(asked.id, value).right, answer


@pytest.mark.parametrize(("asked", "part"), JUDGED)
def test_conventions_are_accepted_and_named(asked, part):
    for alternative in part.alternatives:
        verdict = part.check(asked.id, part.form.accept(alternative.answer))
        assert verdict.right
        assert verdict.convention == alternative.note


@pytest.mark.parametrize(("asked", "part"), JUDGED)
def test_mistakes_are_refused_with_their_reason(asked, part):
    assert part.mistakes, "a checker that nothing is known to fail"
    for mistake in part.mistakes:
        verdict = part.check(asked.id, mistake.answer)
        assert verdict.right is False, mistake
        assert verdict.diagnosis == mistake.why
        assert verdict.counterexample is not None or verdict.diagnosis


SIZED = [
    case for case in JUDGED if isinstance(getattr(case.values[1].form, "domain", None), Domain)
]


@pytest.mark.parametrize(("asked", "part"), SIZED)
def test_sizes_differ_from_case_to_case_and_from_one_another(asked, part):
    """Else an answer in the wrong size passes: d for n where they are equal, Y - 1 for 1."""
    domain = part.form.domain
    points = list(domain.points("small", 4, seed=0))
    whole = [symbol for symbol in domain.symbols if getattr(symbol, "is_integer", False)]
    sizes = {symbol: [sympy.Integer(point[symbol]) for point in points] for symbol in whole}
    for symbol, values in sizes.items():
        assert len(set(values)) > 1, f"{symbol} is always {values[0]}"
    for one, other in combinations(sizes, 2):
        rows = [[1, a, b] for a, b in zip(sizes[one], sizes[other], strict=True)]
        assert sympy.Matrix(rows).rank() == 3, f"{other} is a linear function of {one}"


@pytest.mark.parametrize(("asked", "part"), JUDGED)
def test_the_definition_contradicts_every_mistake(asked, part):
    for mistake in part.mistakes:
        found: Comparison = part.form.compare(mistake.answer, truth_of(asked, part))
        assert not found.equal, mistake


@pytest.mark.parametrize(("asked", "part"), JUDGED)
def test_reference_reads_back_as_it_is_shown(asked, part):
    if isinstance(part.form, Program):
        pytest.skip("a program is shown by its first line")
    shown = part.form.show(part.reference)
    assert part.check(asked.id, part.form.read(shown)).right, shown


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_page_has_its_questions_answers_and_conventions(chapter, root):
    page = (root / "book" / f"{chapter}.md").read_text(encoding="utf-8")
    conventions = (root / "book" / "conventions.md").read_text(encoding="utf-8")
    for asked in questions_of(chapter):
        assert f"```{{question}} {asked.id}\n" in page
        assert f"```{{model-answer}} {asked.id}\n" in page
        assert f'page.answer("{asked.id}")' in page
        assert f'page.mistakes("{asked.id}")' in page
        keys = {*asked.conventions}
        for part in asked.parts:
            keys |= {one.convention for one in (*part.mistakes, *part.alternatives)} - {""}
        for key in keys:
            assert f"(conv-{key})=" in conventions, key
    assert re.search(r"^## Errata", page, re.MULTILINE)


def test_the_table_of_contents_has_every_chapter(root):
    contents = (root / "_toc.yml").read_text(encoding="utf-8")
    for chapter in CHAPTERS:
        assert f"file: book/{chapter}\n" in contents


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_hints_lead_in_three_steps_and_give_no_answer_away(chapter):
    for asked in questions_of(chapter):
        assert len(asked.hints) == 3, asked.id
        assert all(hint.strip().endswith((".", "?")) for hint in asked.hints), asked.id
        assert asked.result, asked.id
        assert asked.asked, f"{asked.id}: the handout asks for one part at least"
        for part in asked.parts:
            for hint in asked.hints:
                assert not part.latex or part.latex not in hint, f"{asked.id}: {hint}"
