"""Why a wrong answer is wrong: the known mistake that it is, or how it differs from the right one.

A reason is true of the very answer. A known mistake is named if the answer equals it wherever
answers are compared; a factor, a sign, a missing term if the right answer with that slip does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import sympy
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.errors import AnswerError, NoReferenceError
from hwcode.checking.expressions import UndefinedError, evaluate, value_text
from hwcode.checking.forms import Choice, Formula, Number, Ordering
from hwcode.checking.likeness import Screen, constant, monomials, multiple
from hwcode.checking.slips import REFUSALS, Slip, slips
from hwcode.checking.special import special_case
from hwcode.checking.terms import differing_terms
from hwcode.checking.two_slips import two_at_once

if TYPE_CHECKING:
    from hwcode.checking.question import Part
    from hwcode.checking.verdict import Comparison

__all__ = ["Reason", "reason"]

FORMS = 3
"""Ways of writing the right answer whose slips are gone through."""
HALVES = (-1, 2, sympy.Rational(1, 2), -2, sympy.Rational(-1, 2))


@dataclass(frozen=True)
class Reason:
    """Why an answer is wrong, and, for tests, a formula that it therefore equals."""

    why: str
    formula: Any = None


MISSES = 4
"""Guesses that the screen lets pass and a comparison refutes, before the search is given up."""


def reason(part: Part, answer: Any, found: Comparison, beside: Sequence[Part] = ()) -> Reason:
    """Why a wrong answer is wrong; empty words where nothing true and useful is known.

    Args:
        part: what was asked.
        answer: an answer to it that is wrong.
        found: how it was found to be wrong.
        beside: the other parts of the question.
    """
    for mistake in part.mistakes:
        # As it is written first: a formula without any value is equal to nothing in value.
        for wrong in _layouts(part, mistake.answer):
            if answer == wrong or _equal(part, answer, wrong):
                return Reason(mistake.why, wrong)
    if (told := part.form.why(answer, part.reference)) is not None:
        return Reason(told)
    ways: Iterator[Reason | None]
    if isinstance(part.form, Formula):
        ways = _of_formula(part, part.form, answer, found, beside)
    else:
        ways = iter((_of_choice(part, answer, beside), _of_order(part, answer)))
    try:
        return next((one for one in ways if one is not None and one.why), Reason(found.remark))
    except REFUSALS:  # of a guess that means nothing; the verdict stands without a reason
        return Reason(found.remark)


def _equal(part: Part, answer: Any, other: Any) -> bool:
    try:
        return part.form.compare(answer, other).equal is True
    except (AnswerError, NoReferenceError, *REFUSALS):
        return False


def _holds(part: Part, screen: Screen, answer: Any, guess: Any) -> bool:
    """Whether a guess that the screen let pass is true; after some that were not, none is tried."""
    held = screen.misses < MISSES and _equal(part, answer, guess)
    screen.misses += not held
    return held


def _layouts(part: Part, wrong: Any) -> list[Any]:
    """A known mistake, and transposed where the part takes both layouts."""
    if not isinstance(wrong, (MatrixBase, MatrixExpr)) or not isinstance(part.form, Formula):
        return [wrong]
    shapes = {getattr(one.answer, "shape", None) for one in part.alternatives}
    return [wrong, wrong.T] if tuple(reversed(wrong.shape)) in shapes else [wrong]


def right_forms(part: Part) -> list[Any]:
    """The reference, other ways of writing it, and what is right by another convention."""
    found = [part.reference]
    for one in (*part.also_right, *(each.answer for each in part.alternatives)):
        try:
            form = part.form.read(one) if isinstance(one, str) else part.form.accept(one)
        except AnswerError:
            continue
        if form not in found:
            found.append(form)
    return found


# --- formulas and numbers -------------------------------------------------------------------------


def _of_formula(
    part: Part, form: Formula, answer: Any, found: Comparison, beside: Sequence[Part]
) -> Iterator[Reason | None]:
    yield _of_shape(answer, part.reference)
    if not form.symbols:
        yield _of_number(part, answer)
        yield Reason(found.remark)
        yield _of_other_part(part, answer, beside)
        return
    right = right_forms(part)
    screen = Screen(form.domain, tuple(right))
    if not screen.points:
        return
    if any(screen.alike(answer, one) for one in right):
        # What is found at few points can tell nothing of how it differs.
        yield Reason("it has the right value at some small numbers, and not in general")
        return
    for one in right:
        for guess in _multiples(screen, answer, one, form.domain.symbols):
            if _holds(part, screen, answer, guess.formula):
                yield Reason(guess.why, guess.formula)
    for one in right:
        for guess in _functions(one):
            if screen.alike(answer, guess.formula) and _holds(part, screen, answer, guess.formula):
                yield Reason(guess.why, guess.formula)
    yield _of_other_part(part, answer, beside)
    yield from _of_known_pair(part, screen, answer)
    yield from _of_slip(part, screen, answer, right)
    yield Reason(next(filter(None, (differing_terms(answer, one) for one in right)), ""))
    yield Reason(special_case(form.domain, answer, right))


def _of_shape(answer: Any, reference: Any) -> Reason | None:
    """Shapes in their symbols, which a case where n is 1 does not show."""
    shapes = [getattr(each, "shape", ()) for each in (answer, reference)]
    shapes = [() if shape == (1, 1) else tuple(shape) for shape in shapes]
    if shapes[0] == shapes[1]:
        return None
    told = [" x ".join(map(str, shape)) if shape else "" for shape in shapes]
    mine = f"its shape is {told[0]}" if told[0] else "it is a number"
    wanted = told[1] if told[1] else "a number"
    if told[0] and told[1] and shapes[0] == shapes[1][::-1]:
        return Reason(f"{mine}, and {wanted} is expected: it is transposed")
    return Reason(f"{mine}, and {wanted} is expected")


def _multiples(screen: Screen, answer: Any, right: Any, symbols: tuple[Any, ...]) -> Iterator[Slip]:
    """The right answer times a number, or times a simple product of symbols."""
    ratios = screen.ratios(answer, right)
    if ratios is None:
        return
    number = constant(ratios)
    if number == -1:
        yield Slip(-right, "its sign is wrong: it is -1 times the right answer")
    elif number is not None:
        yield Slip(number * right, f"it is {number} times the right answer")
    if number is not None:
        return
    for factor in monomials(symbols):
        values = [screen.value(factor, i) for i in range(len(screen.points))]
        if any(value is None or abs(value[1][0]) < 1e-9 for value in values):
            continue
        sizes = [value[1][0].real for value in values if value is not None]
        if not all(sizes):
            continue
        left = [ratio / size for ratio, size in zip(ratios, sizes, strict=True)]
        number = constant(left)
        if number is not None:
            whole = number * factor
            yield Slip(whole * right, f"it is {value_text(whole)} times the right answer")


def _functions(right: Any) -> Iterator[Slip]:
    """Simple functions of the right answer that are taken for it."""
    if isinstance(right, MatrixExpr):
        yield Slip(right.T, "it is the transpose of the right answer")
        return
    if isinstance(right, MatrixBase):
        yield Slip(right[::-1, :], "its entries are in reversed order")
        return
    for words, function in _FUNCTIONS:
        try:
            yield Slip(function(right), words)
        except REFUSALS:  # SymPy takes a norm apart here and there
            continue


_FUNCTIONS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("it is the reciprocal of the right answer", lambda right: 1 / right),
    ("it is minus the reciprocal of the right answer", lambda right: -1 / right),
    ("it is 1 minus the right answer", lambda right: 1 - right),
    ("it is the right answer less 1", lambda right: right - 1),
    ("it is the right answer and 1 more", lambda right: right + 1),
    ("it is the square of the right answer", lambda right: right**2),
    ("it is the root of the right answer", sympy.sqrt),
    ("it is exp of the right answer: a logarithm is missing", sympy.exp),
    ("it is the logarithm of the right answer", sympy.log),
)


def _of_known_pair(part: Part, screen: Screen, answer: Any) -> Iterator[Reason]:
    """Two known mistakes at once, or two conventions."""
    known = [Slip(one.answer, one.why) for one in part.mistakes]
    known += [
        Slip(one.answer, f"{one.note.removeprefix('right, ')} (this alone is accepted)")
        for one in part.alternatives
    ]
    known = [one for one in known if isinstance(one.formula, (sympy.Expr, MatrixExpr))]
    values = [screen.value(one.formula, 0) for one in known]
    for both in two_at_once(screen, answer, part.reference, known, values):
        if _holds(part, screen, answer, both.formula):
            yield Reason(both.why, both.formula)


def _of_slip(part: Part, screen: Screen, answer: Any, right: list[Any]) -> Iterator[Reason]:
    """One slip, alone or beside a factor."""
    assert isinstance(part.form, Formula)
    first = screen.value(answer, 0)
    if first is None:
        return
    beside: list[tuple[Any, Slip]] = []
    made: dict[Any, list[tuple[Slip, Any]]] = {}
    for form in right[:FORMS]:
        for slip in slips(form, part.form.domain.symbols):
            value = screen.value(slip.formula, 0)
            made.setdefault(form, []).append((slip, value))
            factor = multiple(first, value)
            number = None if factor is None else constant([factor])
            if number == 1:
                if screen.alike(answer, slip.formula) and _holds(
                    part, screen, answer, slip.formula
                ):
                    yield Reason(slip.why, slip.formula)
            elif number in HALVES:
                beside.append((number, slip))
    for number, slip in beside:
        whole = number * slip.formula
        if screen.alike(answer, whole) and _holds(part, screen, answer, whole):
            yield Reason(f"{slip.why}; and there is a factor {number} besides", whole)
    for form, found in made.items():
        for both in two_at_once(screen, answer, form, *zip(*found, strict=True)):
            if _holds(part, screen, answer, both.formula):
                yield Reason(both.why, both.formula)


def _of_other_part(part: Part, answer: Any, beside: Sequence[Part]) -> Reason | None:
    """Whether it is the right answer to another part of the question."""
    assert isinstance(part.form, Formula)
    known = set(part.form.domain.symbols)
    for other in beside:
        if other.name == part.name or not isinstance(other.form, Formula):
            continue
        theirs = other.reference
        if getattr(theirs, "free_symbols", set()) - known or theirs == part.reference:
            continue
        if not known and getattr(theirs, "is_Integer", False) and abs(theirs) < 10:
            continue  # such a number is found by other ways, too
        if _equal(part, answer, theirs):
            return Reason(f"it is the right answer to another part, {other.name}", theirs)
    return None


def _of_number(part: Part, answer: Any) -> Reason | None:
    """Of a wrong number, or of several: without a value, rounded, a multiple, off by one."""
    form = part.form
    try:
        values = [evaluate(value, {}) for value in (answer, part.reference)]
    except UndefinedError as error:
        return Reason(f"it has no value: {error}")
    except (ValueError, TypeError, ArithmeticError):
        return None
    got, expected = ([*each] if hasattr(each, "shape") else [each] for each in values)
    if len(got) != len(expected):
        return None
    exact = not (isinstance(form, Number) and form.tolerance is not None)
    if exact and got != expected and all(map(_is_rounding, got, expected)):
        return Reason("it is rounded, and an exact value is asked for, as 2/3 or sqrt(2)")
    if not exact:
        return _of_measure(part, got[0], expected[0])
    if len(got) == 1:
        return _of_one(got[0], expected[0])
    return _of_entries(got, expected)


def _is_rounding(got: Any, expected: Any) -> bool:
    """Whether one is the other, rounded or cut off to the decimals that it has."""
    if got == expected:
        return True
    if not got.is_Rational or not expected.is_real:
        return False
    if expected.is_Integer and got.is_Integer:
        return False
    decimals = next((k for k in range(1, 40) if (got * 10**k).is_Integer), None)
    if decimals is None:
        return False
    unit = sympy.Rational(1, 10**decimals)
    apart = abs(got - expected)
    cut = abs(got) < abs(expected) and apart < unit
    return bool(cut or apart <= unit / 2)


def _of_one(got: Any, expected: Any) -> Reason | None:
    try:
        ratio = sympy.nsimplify(got / expected) if expected != 0 else None
    except (ValueError, TypeError, ZeroDivisionError):
        ratio = None
    if expected.is_Integer and got - expected in (1, -1):
        more = "more" if got > expected else "less"
        return Reason(f"it is one {more} than the right answer", expected + (got - expected))
    if ratio is not None and ratio.is_Rational and ratio != 0 and max(abs(ratio.p), ratio.q) <= 100:
        sign = "its sign is wrong: " if ratio == -1 else ""
        return Reason(f"{sign}it is {ratio} times the right answer", ratio * expected)
    for words, value in (
        ("the reciprocal", 1 / expected if expected != 0 else None),
        ("the square", expected**2),
        ("the root", sympy.sqrt(expected)),
    ):
        if value is not None and got == value:
            return Reason(f"it is {words} of the right answer", value)
    return None


def _of_measure(part: Part, got: Any, expected: Any) -> Reason | None:
    """Of a number that is right within a margin: a hundred times as much, or too large."""
    if not (got.is_real and expected.is_real):
        return None
    for factor, words in (
        (100, "it is given in per cent: write it as a fraction, or with %"),
        (sympy.Rational(1, 100), "it is a hundredth of the right number"),
        (-1, "its sign is wrong"),
    ):
        if _equal(part, got / factor, part.reference):
            return Reason(words)
    return None


def _of_entries(got: list[Any], expected: list[Any]) -> Reason | None:
    ratios = {a / b for a, b in zip(got, expected, strict=True) if b != 0}
    zeros = all(a == 0 for a, b in zip(got, expected, strict=True) if b == 0)
    if zeros and len(ratios) == 1 and next(iter(ratios)).is_Rational and next(iter(ratios)) != 0:
        number = next(iter(ratios))
        return Reason(f"it is {number} times the right answer")
    if got == expected[::-1]:
        return Reason("its entries are in reversed order")
    if sorted(got, key=str) == sorted(expected, key=str):
        return Reason("its entries are the right ones in another order")
    wrong = [i for i, (a, b) in enumerate(zip(got, expected, strict=True), 1) if a != b]
    if len(wrong) == len(got):
        return None
    rest = "the other is" if len(got) - len(wrong) == 1 else "the others are"
    return Reason(f"{_entries(wrong)} wrong, {rest} right")


def _entries(places: list[int]) -> str:
    if len(places) == 1:
        return f"entry {places[0]} is"
    return f"entries {', '.join(map(str, places[:-1]))} and {places[-1]} are"


# --- choices and orders ---------------------------------------------------------------------------


def _of_choice(part: Part, answer: Any, beside: Sequence[Part]) -> Reason | None:
    if not isinstance(part.form, Choice):
        return None
    for other in beside:
        same = isinstance(other.form, Choice) and other.form.options == part.form.options
        if same and other.name != part.name and other.reference == answer:
            return Reason(f"this is the right option of another part, {other.name}")
    return None


def _of_order(part: Part, answer: Any) -> Reason | None:
    if not isinstance(part.form, Ordering):
        return None
    right = list(part.reference)
    if list(answer) == right[::-1]:
        return Reason("the order is reversed")
    wrong = [i for i, (a, b) in enumerate(zip(answer, right, strict=True)) if a != b]
    if len(wrong) == 2:
        return Reason(f"{answer[wrong[0]]} and {answer[wrong[1]]} are exchanged")
    for item in right:
        if [x for x in answer if x != item] == [x for x in right if x != item]:
            return Reason(f"{item} is in the wrong place, the others follow one another rightly")
    before, after = next((a, b) for a, b in pairwise(answer) if right.index(a) > right.index(b))
    return Reason(f"{before} is given before {after}, and comes after it")
