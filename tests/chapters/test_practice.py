"""Questions with new numbers: right is right, mistakes are wrong, nothing is degenerate."""

from __future__ import annotations

import pytest
import sympy

from hwcode.chapters import CHAPTERS, all_ids, exercises_of, question
from hwcode.chapters.check import check_typed
from hwcode.chapters.practice import Exercise, drawn, exercise
from hwcode.checking import UnknownNameError
from tests.chapters.truths_of_exercises import TRUTHS
from tests.conftest import deep

IDS = [id for chapter in CHAPTERS for id in exercises_of(chapter)]
SEEDS = range(deep(8, 1000))


def entries(value):
    """The numbers of a value; symbols count by their names."""
    found = sympy.sympify(value)
    many = (
        [*found] if hasattr(found, "shape") or isinstance(found, (list, sympy.Tuple)) else [found]
    )
    return [
        each.xreplace({s: sympy.Symbol(s.name) for s in each.free_symbols})
        for each in map(sympy.sympify, many)
    ]


def agree(one, other):
    """Whether two values are equal, to nine digits where one of them was computed in decimals."""
    pairs = list(zip(entries(one), entries(other), strict=True))
    if any(sympy.sympify(each).has(sympy.Float) for pair in pairs for each in pair):
        return all(abs(sympy.N(a - b)) <= 1e-6 * (1 + abs(sympy.N(b))) for a, b in pairs)
    return all(sympy.expand(a - b) == 0 for a, b in pairs)


def test_at_least_25_questions_have_new_numbers():
    assert len(IDS) >= 25
    assert set(IDS) <= set(all_ids())
    assert set(IDS) == set(TRUTHS)


@pytest.mark.parametrize("id", IDS)
def test_right_is_right_and_mistakes_are_wrong(id):
    seen = set()
    for seed in SEEDS:
        found = drawn(id, seed)
        assert agree(found.reference, TRUTHS[id](**found.numbers)), seed
        (part,) = found.as_question(question(id), seed).parts
        assert part.check(id, part.reference).right, seed
        shown = part.form.show(part.reference)
        assert part.check(id, part.form.read(shown)).right, shown
        assert len(part.mistakes) >= 2
        for mistake in part.mistakes:
            verdict = part.check(id, mistake.answer)
            assert verdict.right is False, (seed, mistake)
            assert verdict.diagnosis == mistake.why, seed
            assert not agree_or_differ(mistake.answer, found), (seed, mistake)
        assert not found.degenerate
        seen.add(found.statement)
    assert len(seen) >= min(len(SEEDS) - 2, 20)


def agree_or_differ(answer, found):
    """Whether a wrong answer is right by the definition; other shapes are not."""
    if len(entries(answer)) != len(entries(found.reference)):
        return False
    return getattr(answer, "shape", ()) == getattr(found.reference, "shape", ()) and agree(
        answer, found.reference
    )


@pytest.mark.parametrize("id", IDS)
def test_numbers_stand_in_the_statement(id):
    one, other = drawn(id, 1), drawn(id, 2)
    assert one == drawn(id, 1)
    assert one.statement != other.statement


def test_an_exercise_is_a_question_under_its_own_id():
    asked = question("A1-1.3.1#7")
    assert asked == exercise("A1-1.3.1", 7)
    (part,) = asked.parts
    right = part.form.show(part.reference)
    assert check_typed("a1-1.3.1#7", right).right
    assert check_typed("A1-1.3.1#8", right).right is False


@pytest.mark.parametrize("id", ["A1-1.3.1#x", "A1-1.3.1#-1", "A1-9#1", "A1-3.1#1"])
def test_what_has_no_exercise_is_said(id):
    with pytest.raises(UnknownNameError):
        question(id)


def test_a_mistake_that_is_right_by_accident_is_drawn_again():
    lucky = Exercise(statement="", numbers={}, reference=4, mistakes=((4, "no"),))
    assert lucky.degenerate
    assert Exercise(statement="", numbers={}, reference=0, mistakes=((4, "no"),)).degenerate
    twice = ((5, "no"), (5, "nor this"))
    assert Exercise(statement="", numbers={}, reference=4, mistakes=twice).degenerate
    assert not Exercise(statement="", numbers={}, reference=4, mistakes=((5, "no"),)).degenerate
