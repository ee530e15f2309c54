"""A question: what it asks, what is right, what is often wrong, and how one knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hwcode.checking.diagnosis import reason
from hwcode.checking.errors import AnswerError, UnknownNameError
from hwcode.checking.expressions import UndefinedError, evaluate, value_text
from hwcode.checking.following import Follows
from hwcode.checking.forms import Form, Formula, Text
from hwcode.checking.identity import Truth, values_equal
from hwcode.checking.verdict import Comparison, Counterexample, Method, Outcome, Verdict

__all__ = ["Alternative", "Mistake", "Part", "Question"]


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer.

    Args:
        answer: the wrong answer, in the form of its part.
        why: why it is wrong, one sentence that can follow the word "because".
        convention: the row of the conventions page under which it would be right, if any.
    """

    answer: Any
    why: str
    convention: str = ""


@dataclass(frozen=True)
class Alternative:
    """An answer that is right under another documented convention, and accepted as such."""

    answer: Any
    note: str
    convention: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One claim of a question that a machine can decide.

    Args:
        form: how answers are written and compared.
        reference: a right answer, the one that the page shows.
        name: a short name where the question has several parts.
        asks: what this part asks, in a few words.
        latex: how the reference is displayed, where SymPy's own printing is hard to read.
        also_right: other ways of writing the right answer; tests feed them to the checker.
        alternatives: right answers under other conventions, accepted and named.
        mistakes: wrong answers that people give.
        follows: how the answer follows from those to earlier parts, where it does.
    """

    form: Form
    reference: Any
    name: str = ""
    asks: str = ""
    latex: str = ""
    also_right: tuple[Any, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    follows: Follows | None = None

    @property
    def shown(self) -> str:
        """The reference as a paragraph of Markdown."""
        return f"$$\n{self.latex}\n$$" if self.latex else self.form.block(self.reference)

    def verify(self, truth: Truth | None) -> Comparison:
        """Hold the reference against the definition of what is asked, which stands elsewhere.

        Args:
            truth: the same thing computed from the definition; None for free text.

        Raises:
            ValueError: if there is none for a part that is judged: it would have to be believed.
        """
        if isinstance(self.form, Text):
            return Comparison(True, Method.NOT_JUDGED)
        if truth is None:
            raise ValueError(f"{self.name or self.asks}: no truth to hold the reference against")
        found = self.form.compare(self.reference, truth)
        return replace(found, detail=_joined(f"agrees with {truth.what}", found.detail))

    def check(
        self,
        id: str,
        answer: Any,
        at: Mapping[str, Any] | None = None,
        beside: tuple[Part, ...] = (),
    ) -> Verdict:
        """The verdict on an answer that is an object of this part's form.

        Args:
            id: the question's id.
            answer: the answer.
            at: a point, to compare there only.
            beside: the parts of the question: an answer may be the right one to another.
        """
        shown = self.form.show(answer)
        if isinstance(self.form, Text):
            return Verdict(
                id,
                Outcome.NOT_JUDGED,
                Method.NOT_JUDGED,
                part=self.name,
                answer=shown,
                detail="free text is shown beside the model answer, not judged",
            )
        if at:
            return self._check_at(id, answer, at)
        answer = self.form.prepared(answer)
        found = self.form.compare(answer, self.reference)
        verdict = _verdict(id, found, self.name, shown)
        if found.equal is not False:
            return verdict
        for alternative in self.alternatives:
            other = self.form.compare(answer, alternative.answer)
            if other.equal:
                told = _verdict(id, other, self.name, shown)
                return replace(told, convention=_joined(alternative.note, other.convention))
        if self.alternatives and isinstance(self.form, Formula) and found.counterexample:
            right = [self.reference, *(one.answer for one in self.alternatives)]
            shown_at = self.form.told_apart(answer, right, found.counterexample)
            verdict = replace(verdict, counterexample=shown_at)
        return replace(verdict, diagnosis=reason(self, answer, found, beside).why)

    def _check_at(self, id: str, answer: Any, at: Mapping[str, Any]) -> Verdict:
        """Compare at one point that the reader names: it can refute an answer, never confirm it."""
        if not isinstance(self.form, Formula):
            raise AnswerError("only a formula can be evaluated at a point")
        symbols = self.form.symbols
        if set(at) != set(symbols):
            if not symbols:
                raise AnswerError("this answer has no symbols, so there is no point to name")
            raise AnswerError(f"a point gives a value for each of {', '.join(symbols)}, no others")
        values = {symbols[name]: self._value_at(name, value) for name, value in at.items()}
        self._fit(values)
        try:
            expected = evaluate(self.reference, values)
        except (ArithmeticError, ValueError, TypeError) as error:
            raise AnswerError(f"the question has no value there: {error}") from None
        note: str | None = None
        try:
            got: Any = evaluate(answer, values)
            told = value_text(got)
            note = "" if values_equal(got, expected)[0] else self._convention_at(got, values)
        except (ArithmeticError, ValueError, TypeError) as error:
            told = f"no value ({error})"
        point = {name: value_text(values[symbols[name]]) for name in symbols}
        shown = Counterexample(point, value_text(expected), told)
        answered = self.form.show(answer)
        if note is None:
            at_it = (Method.EXACT, "", self.name, answered)
            return Verdict(id, Outcome.WRONG, *at_it, counterexample=shown)
        kind = "an answer that is right by another convention" if note else "the right answer"
        detail = f"equal to {kind} {shown.where}: {told}; one point confirms nothing"
        at_it = (Method.NOT_JUDGED, detail, self.name, answered)
        return Verdict(id, Outcome.NOT_JUDGED, *at_it, convention=note)

    def _convention_at(self, got: Any, values: Mapping[Any, Any]) -> str | None:
        """The note of the first alternative that has this value there, None if none has."""
        for alternative in self.alternatives:
            if values_equal(got, evaluate(alternative.answer, values))[0]:
                return alternative.note
        return None

    @staticmethod
    def _value_at(name: str, value: Any) -> Any:
        number = Formula(what=f"a number or matrix for {name}")
        found = number.read(value) if isinstance(value, str) else number.accept(value)
        try:
            return evaluate(found, {})
        except UndefinedError as error:
            raise AnswerError(f"{name} has no value: {error}") from None

    @staticmethod
    def _fit(values: Mapping[Any, Any]) -> None:
        """Refuse a point where a value is not of the kind or shape that its symbol has."""
        for symbol, value in values.items():
            for kind in ("integer", "positive", "nonnegative"):
                has, asked = (getattr(one, f"is_{kind}", None) for one in (value, symbol))
                if asked and has is False:
                    words = {"integer": "a whole number", "nonnegative": "not negative"}
                    raise AnswerError(f"{symbol} is {words.get(kind, kind)}, and {value} is given")
            mine = getattr(value, "shape", ())
            try:
                theirs = tuple(evaluate(size, values) for size in getattr(symbol, "shape", ()))
            except (ArithmeticError, KeyError, TypeError):
                continue  # a size that no answer may name
            if mine != theirs:
                wanted, found = (
                    f"a matrix of {' x '.join(map(str, shape))}" if shape else "a number"
                    for shape in (theirs, mine)
                )
                raise AnswerError(f"{symbol} is {wanted} at this point, and {found} is given")


def _verdict(id: str, found: Comparison, part: str, shown: str) -> Verdict:
    return Verdict(
        id,
        Outcome.of(found.equal),
        found.method,
        found.detail,
        part,
        shown,
        convention=found.convention,
        assumption=found.assumption,
        rounded=found.rounded,
        counterexample=found.counterexample,
    )


def _joined(*texts: str) -> str:
    return "; ".join(text for text in texts if text)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A homework question with everything that is known about its answers.

    Args:
        ids: its ids; a question asked in two years has two.
        chapter: the chapter that answers it, the name of its page and modules.
        title: a few words.
        marks: the marks it carries, by id.
        statement: what is asked, in our words (MyST Markdown).
        parts: the claims that can be checked, at least one.
        model_answer: what one would write in an exam: three to six lines (MyST Markdown).
        conventions: rows of the conventions page that the answer depends on.
        hints: three steps towards an answer: what to look at, which tool, the first line (MyST
            Markdown).
        beyond: names of the parts that the handout does not ask for.
        result: the answer in a line, for summaries (MyST Markdown).
        numbers: what the numbers are that its texts tell, ``"0.125 = 1e-5*1.1**99"``; the site
            computes them (``hwcode/site/told.py``).

    Raises:
        ValueError: for hints that are not three, and names that no part has.
    """

    ids: tuple[str, ...]
    chapter: str
    title: str
    marks: Mapping[str, float]
    statement: str
    parts: tuple[Part, ...]
    model_answer: str
    conventions: tuple[str, ...] = field(default=())
    hints: tuple[str, ...] = field(default=())
    beyond: tuple[str, ...] = field(default=())
    result: str = ""
    numbers: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if len(self.hints) not in (0, 3):
            raise ValueError(f"{self.id} has {len(self.hints)} hints; there are three, or none")
        if strange := set(self.beyond) - {part.name for part in self.parts}:
            raise ValueError(f"{self.id} has no parts {', '.join(sorted(strange))}")

    @property
    def asked(self) -> tuple[Part, ...]:
        """The parts that the handout asks for."""
        return tuple(part for part in self.parts if part.name not in self.beyond)

    @property
    def added(self) -> tuple[Part, ...]:
        """The parts that we add to them."""
        return tuple(part for part in self.parts if part.name in self.beyond)

    @property
    def id(self) -> str:
        """The first of its ids."""
        return self.ids[0]

    def key(self, part: Part) -> str:
        """A part's own name among all questions: ``ID``, or ``ID:part`` where there are several."""
        return f"{self.id}:{part.name}" if part.name else self.id

    def part(self, name: str = "") -> Part:
        """The part of this name; without a name, the only one.

        Raises:
            UnknownNameError: names the parts that there are.
        """
        for part in self.parts:
            if part.name == name or (not name and len(self.parts) == 1):
                return part
        names = ", ".join(f"{self.id}:{part.name}" for part in self.parts)
        raise UnknownNameError(f"{self.id} has the parts {names}")
