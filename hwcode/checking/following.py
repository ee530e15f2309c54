"""Errors carried forward: an answer that is right from the reader's own earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hwcode.checking.errors import AnswerError, NoReferenceError, UnknownNameError
from hwcode.checking.slips import REFUSALS
from hwcode.checking.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from hwcode.checking.question import Part, Question

__all__ = ["Follows", "carried", "earlier_parts"]


@dataclass(frozen=True)
class Follows:
    """How the answer to a part follows from answers to earlier parts.

    Args:
        names: the earlier parts, those of other questions as ``ID:part``.
        rule: from their answers, in this order, to the answer that follows from them; from right
            ones the right one, which a test demands.

    >>> Follows(("weights",), lambda weights: 4 * weights).rule(3)
    12
    """

    names: tuple[str, ...]
    rule: Callable[..., Any]


def earlier_parts(part: Part, asked: Question, find: Callable[[str], Question]) -> dict[str, Part]:
    """The parts from which the answer to a part follows, by the names that it has for them.

    Args:
        part: what was asked.
        asked: its question.
        find: from an id to its question.
    """
    found = {}
    for name in part.follows.names if part.follows else ():
        id, _, other = name.rpartition(":")
        found[name] = (find(id) if id else asked).part(other)
    return found


def carried(
    verdict: Verdict,
    part: Part,
    answer: Any,
    earlier: Mapping[str, Any],
    asked: Question,
    find: Callable[[str], Question],
) -> Verdict:
    """The verdict on a wrong answer, if it follows from earlier ones that are not the book's.

    Where those are wrong, it stays wrong, and that it follows is said. Where they are right by
    other conventions that are accepted, it is right by these.

    Args:
        verdict: that it is wrong.
        part: what was asked.
        answer: the answer to it.
        earlier: answers to other parts by their names, those of other questions by ``ID:part``, as
            typed or as objects.
        asked: the question.
        find: from an id to its question.
    """
    if part.follows is None:
        return verdict
    try:
        parts = earlier_parts(part, asked, find)
        given = _by_key(earlier, asked, find)
        keys = {name: name if ":" in name else asked.key(one) for name, one in parts.items()}
        if not set(keys.values()) <= set(given):
            return verdict
        values = {name: _value(one, given[keys[name]]) for name, one in parts.items()}
        # The names of those that are not the book's answer, and by which convention they are right.
        others = {
            name: note
            for name, value in values.items()
            if (note := _taken(parts[name], value)) is not None
        }
        expected = part.form.accept(part.follows.rule(*values.values()))
        if not others or part.form.compare(answer, expected).equal is not True:
            return verdict
    except (AnswerError, NoReferenceError, UnknownNameError, *REFUSALS):
        return verdict  # an earlier answer is not readable, or leads to nothing
    wrong = [name for name, note in others.items() if not note]
    if not wrong:
        notes = "; ".join(dict.fromkeys(others.values()))
        told = f"right from your {_listed([*others])}: {notes}"
        right = replace(verdict, outcome=Outcome.RIGHT, convention=told, counterexample=None)
        return replace(right, diagnosis="")
    itself = "which is wrong itself" if len(wrong) == 1 else "which are wrong themselves"
    return replace(verdict, carried=f"it is right from your {_listed(wrong)}, {itself}")


def _by_key(
    earlier: Mapping[str, Any], asked: Question, find: Callable[[str], Question]
) -> dict[str, Any]:
    """The earlier answers by the one name that a part has among all questions."""
    found = {}
    for name, given in earlier.items():
        id, _, own = name.rpartition(":")
        one = find(id) if id else asked
        found[one.key(one.part(own))] = given
    return found


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _taken(part: Part, value: Any) -> str | None:
    """None for the book's answer, the note of another convention, empty for a wrong answer."""
    if part.form.compare(value, part.reference).equal is not False:
        return None
    for other in part.alternatives:
        if part.form.compare(value, other.answer).equal:
            return other.note
    return ""


def _value(part: Part, given: Any) -> Any:
    return part.form.read(given) if isinstance(given, str) else part.form.accept(given)
