"""``hwcode.check``: one answer to one question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hwcode.checking.errors import AnswerError
from hwcode.checking.isolation import check_isolated
from hwcode.checking.question import Part, Question, combined
from hwcode.checking.verdict import Verdict

__all__ = ["check", "check_here", "split_id"]


def check(id: str, answer: Any, at: Mapping[str, Any] | None = None) -> Verdict:
    """Check an answer to a question.

    Args:
        id: the question's id, such as ``"A1-1.1"``. A question with several parts takes
            ``"ID:part"``, or the bare id with a mapping from parts to answers.
        answer: a text, read as ``hwcode check`` reads it (never evaluated, and in a process of its
            own with limits of time and memory); or an object: a SymPy expression, a number, a list,
            an array.
        at: evaluate the answer and the reference at this point only (a value for every symbol), to
            run a counterexample again or to try numbers of one's own.

    Returns:
        A :class:`~hwcode.checking.verdict.Verdict`, true in a condition exactly if the answer is
        right; else with a counterexample, and with the reason where the mistake is a known one.

    Raises:
        UnknownNameError: no such question, or no such part of it.
        AnswerError: the answer could not be read; the message says what is expected.

    >>> import hwcode
    >>> hwcode.check("A1-1.2.2:expectation", "sigma**2 * (1 - d/n)").right
    True
    >>> print(hwcode.check("A1-1.2.2:expectation", "sigma**2").diagnosis)
    this is the noise that the targets carry; d of its n dimensions are fitted away
    """
    from hwcode.questions import question

    _check_point(at)
    name, part_name = split_id(id)
    asked = question(name)
    if part_name or len(asked.parts) == 1:
        return _check_part(asked, asked.part(part_name), name, answer, at)
    if not isinstance(answer, Mapping):
        asked.part("")  # raises, naming the parts
    names = [part.name for part in asked.parts]
    if not answer or set(answer) - set(names):
        raise AnswerError(f"the parts of {name} are {', '.join(names)}")
    verdicts = [
        _check_part(asked, part, name, answer[part.name], at)
        for part in asked.parts
        if part.name in answer
    ]
    return combined(name, tuple(verdicts))


def split_id(id: str) -> tuple[str, str]:
    """The id and the part in ``"A2-4.3:weights"``.

    >>> split_id("A2-4.3:weights"), split_id("A1-1.1")
    (('A2-4.3', 'weights'), ('A1-1.1', ''))
    """
    name, _, part = id.partition(":")
    return name.strip(), part.strip()


def _check_point(at: Any) -> None:
    if at is None:
        return
    if not isinstance(at, Mapping) or not all(isinstance(name, str) for name in at):
        raise AnswerError('a point is an object of symbols and values, as {"n": 3, "x": "1/2"}')


def _check_part(
    asked: Question, part: Part, id: str, answer: Any, at: Mapping[str, Any] | None
) -> Verdict:
    if isinstance(answer, str) and part.form.isolated:
        return check_isolated(id, part.name, answer, at)
    return check_here(part, id, answer, at)


def check_here(part: Part, id: str, answer: Any, at: Mapping[str, Any] | None = None) -> Verdict:
    """The verdict on an answer, in this process; a text is read but still never evaluated."""
    try:
        value = part.form.read(answer) if isinstance(answer, str) else part.form.accept(answer)
    except AnswerError as error:
        expected = part.form.describe()
        told = str(error)
        raise AnswerError(told if expected in told else f"{told}; expected {expected}") from None
    return part.check(id, value, at)
