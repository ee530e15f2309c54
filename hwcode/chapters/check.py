"""``hwcode.check``: one answer to one question."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hwcode.chapters import chapter_of, question
from hwcode.checking.errors import AnswerError, UnknownNameError
from hwcode.checking.following import carried
from hwcode.checking.isolation import SECONDS, ask, check_here, serve
from hwcode.checking.verdict import Verdict, combined

if TYPE_CHECKING:
    from hwcode.checking.question import Part, Question

__all__ = ["check", "check_typed", "main", "split_id"]


def check(
    id: str, answer: Any, at: Mapping[str, Any] | None = None, *, steps: bool = False
) -> Verdict:
    """Check an answer to a question.

    Args:
        id: the question's id, such as ``"A1-1.1"``. A question with several parts takes
            ``"ID:part"``, or the bare id with a mapping from parts to answers. In it may stand
            answers to earlier questions too, under ``"ID:part"``: they are not judged, but what
            follows from them is told.
        answer: a text, read as ``hwcode check`` reads it (never evaluated, and in a process of its
            own with limits of time and memory); or an object: a SymPy expression, a number, a list,
            an array.
        at: evaluate the answer and the reference at this point only (a value for every symbol), to
            run a counterexample again or to try numbers of one's own.
        steps: the answer is the text of a derivation, ``A = B = C`` or one equality a line; every
            step is decided, and whether the end is the answer.

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
    _check_point(at)
    name, part_name = split_id(id)
    asked = question(name)
    if steps:
        if not isinstance(answer, str) or at is not None:
            raise AnswerError("a derivation is a text, and is checked at no single point")
        return check_typed(f"{name}:{asked.part(part_name).name}", answer, steps=True)
    if part_name or len(asked.parts) == 1:
        return _check_part(asked, asked.part(part_name), name, answer, at)
    if not isinstance(answer, Mapping):
        asked.part("")  # raises, naming the parts
    _check_names(name, answer, [part.name for part in asked.parts])
    verdicts = [
        _check_part(asked, part, name, answer[part.name], at, answer)
        for part in asked.parts
        if part.name in answer
    ]
    return combined(name, tuple(verdicts))


def check_typed(
    id: str,
    text: str,
    at: Mapping[str, Any] | None = None,
    seconds: float = SECONDS,
    *,
    steps: bool = False,
    earlier: Mapping[str, Any] | None = None,
) -> Verdict:
    """Check a typed answer, always in a process of its own: this one imports no question.

    Args:
        id: as in :func:`check`.
        text: the answer; for a question of several parts a JSON object of parts and answers.
        at: as in :func:`check`.
        seconds: processor time for each part.
        steps: whether the text is a derivation, as in :func:`check`.
        earlier: the reader's answers to other parts, by ``ID:part``, from which this may follow.

    Raises:
        UnknownNameError, AnswerError: as in :func:`check`.

    >>> check_typed("A1-1.3.1", '{"line": "3 - w1", "nearest": "[3, 0]"}').right
    False
    """
    _check_point(at)
    name, part = split_id(id)
    chapter_of(name)
    known = {key: _plain(given) for key, given in (earlier or {}).items()}
    request = {
        "id": name, "part": part, "text": text, "at": at, "steps": steps, "earlier": known
    }  # fmt: skip
    found = ask(__name__, request, seconds)
    if isinstance(found, Verdict):
        return found
    try:
        answers = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AnswerError(f"not a JSON object of parts and answers: {error}") from None
    _check_names(name, answers, found)
    verdicts = []
    for one in filter(answers.get, found):
        typed = _plain(answers[one])
        others = {name: _plain(given) for name, given in answers.items() if name != one}
        given = {**request, "part": one, "text": typed, "earlier": {**known, **others}}
        verdict = ask(__name__, given, seconds)
        assert isinstance(verdict, Verdict)
        verdicts.append(verdict)
    return combined(name, tuple(verdicts))


def _plain(answer: Any) -> str:
    return answer if isinstance(answer, str) else json.dumps(answer)


def split_id(id: str) -> tuple[str, str]:
    """The id and the part in ``"A2-4.3:weights"``.

    >>> split_id("A2-4.3:weights"), split_id("A1-1.1")
    (('A2-4.3', 'weights'), ('A1-1.1', ''))
    """
    if not isinstance(id, str):
        raise UnknownNameError(
            f"an id is a text, as 'A1-1.1' or 'A1-1.2.2:expectation', not {id!r}"
        )
    name, _, part = id.partition(":")
    return name.strip(), part.strip()


def _check_names(id: str, answers: Mapping[str, Any], names: list[str]) -> None:
    own = [one for one in answers if ":" not in one]
    if not own or set(own) - set(names):
        raise AnswerError(f"the parts of {id} are {', '.join(names)}")


def _check_point(at: Any) -> None:
    if at is None:
        return
    if not isinstance(at, Mapping) or not at or not all(isinstance(name, str) for name in at):
        raise AnswerError('a point is an object of symbols and values, as {"n": 3, "x": "1/2"}')


def _check_part(
    asked: Question,
    part: Part,
    id: str,
    answer: Any,
    at: Mapping[str, Any] | None,
    answers: Mapping[str, Any] | None = None,
) -> Verdict:
    earlier = {name: one for name, one in (answers or {}).items() if name != part.name}

    def carry(verdict: Verdict, value: Any) -> Verdict:
        return carried(verdict, part, value, earlier, asked, question)

    if isinstance(answer, str) and part.form.isolated:
        verdict = check_typed(f"{id}:{part.name}", answer, at)
        if verdict.right is False and earlier and not at:
            return carry(verdict, part.form.read(answer))  # it was read there, within limits
        return verdict
    return check_here(part, id, answer, at, beside=asked.parts, carry=carry)


def main() -> None:
    """The process that decides one typed answer."""
    serve(question)
