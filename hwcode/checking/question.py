"""A question: what it asks, what is right, what is often wrong, and how one knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy

from hwcode.checking.errors import AnswerError, UnknownNameError
from hwcode.checking.expressions import UndefinedError, evaluate, value_text
from hwcode.checking.forms import Form, Formula, Number, Text
from hwcode.checking.identity import Truth, values_equal
from hwcode.checking.verdict import Comparison, Counterexample, Method, Verdict

__all__ = ["Alternative", "Mistake", "Part", "Question", "combined"]


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
        truth: the same thing computed from the definition, independently of ``reference``.
        name: a short name where the question has several parts.
        asks: what this part asks, in a few words.
        latex: how the reference is displayed, where SymPy's own printing is hard to read.
        also_right: other ways of writing the right answer; tests feed them to the checker.
        alternatives: right answers under other conventions, accepted and named.
        mistakes: wrong answers that people give.
    """

    form: Form
    reference: Any
    truth: Truth | None
    name: str = ""
    asks: str = ""
    latex: str = ""
    also_right: tuple[Any, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    @property
    def shown(self) -> str:
        """The reference as a paragraph of Markdown."""
        return f"$$\n{self.latex}\n$$" if self.latex else self.form.block(self.reference)

    def verify(self) -> Comparison:
        """Hold the reference against the definition of what is asked."""
        if self.truth is None:
            return Comparison(True, Method.NOT_JUDGED)
        found = self.form.compare(self.reference, self.truth)
        return replace(found, detail=_joined(f"agrees with {self.truth.what}", found.detail))

    def check(self, id: str, answer: Any, at: Mapping[str, Any] | None = None) -> Verdict:
        """The verdict on an answer that is an object of this part's form."""
        shown = self.form.show(answer)
        if isinstance(self.form, Text):
            return Verdict(
                id,
                None,
                Method.NOT_JUDGED,
                part=self.name,
                answer=shown,
                detail="free text is shown beside the model answer, not judged",
            )
        if at:
            return self._check_at(id, answer, at)
        found = self.form.compare(answer, self.reference)
        verdict = Verdict(
            id,
            found.equal,
            found.method,
            found.detail,
            self.name,
            shown,
            counterexample=found.counterexample,
        )
        if found.equal:
            return verdict
        for alternative in self.alternatives:
            other = self.form.compare(answer, alternative.answer)
            if other.equal:
                return Verdict(
                    id,
                    True,
                    other.method,
                    other.detail,
                    self.name,
                    shown,
                    convention=alternative.note,
                )
        return replace(verdict, diagnosis=self._diagnose(answer, found))

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
            return Verdict(id, False, Method.EXACT, "", self.name, answered, counterexample=shown)
        kind = "an answer that is right by another convention" if note else "the right answer"
        detail = f"equal to {kind} {shown.where}: {told}; one point confirms nothing"
        return Verdict(id, None, Method.NOT_JUDGED, detail, self.name, answered, convention=note)

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
        """Refuse a point where a value is not of the shape that its symbol has."""
        for symbol, value in values.items():
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

    def _diagnose(self, answer: Any, found: Comparison) -> str:
        for mistake in self.mistakes:
            # As it is written first: a formula without any value is equal to nothing in value.
            if answer == mistake.answer or self.form.compare(answer, mistake.answer).equal:
                return mistake.why
        return found.remark or self._as_number(answer) or self._constant_factor(answer)

    def _as_number(self, answer: Any) -> str:
        """Whether a wrong number has no value, or is a right one to a few digits."""
        if not isinstance(self.form, Formula) or self.form.symbols:
            return ""
        if isinstance(self.form, Number) and self.form.tolerance is not None:
            return ""  # a rounded number is what is asked for
        try:
            values = [evaluate(value, {}) for value in (answer, self.reference)]
        except UndefinedError as error:
            return f"it has no value: {error}"
        got, expected = ([*each] if hasattr(each, "shape") else [each] for each in values)
        if len(got) != len(expected) or all(entry.is_Integer for entry in got):
            return ""
        near = all(abs(a - b) <= abs(b) / 200 for a, b in zip(got, expected, strict=True))
        return (
            "it looks rounded, and an exact value is asked for, as 2/3 or sqrt(2)" if near else ""
        )

    def _constant_factor(self, answer: Any) -> str:
        """Whether a wrong formula is a constant multiple of the right one."""
        if not isinstance(self.form, Formula):
            return ""
        for factor in (-1, 2, -2, sympy.Rational(1, 2), sympy.Rational(-1, 2)):
            if self.form.compare(answer, factor * self.reference).equal:
                return f"it is {factor} times the right answer"
        return ""


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
    """

    ids: tuple[str, ...]
    chapter: str
    title: str
    marks: Mapping[str, float]
    statement: str
    parts: tuple[Part, ...]
    model_answer: str
    conventions: tuple[str, ...] = field(default=())

    @property
    def id(self) -> str:
        """The first of its ids."""
        return self.ids[0]

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


def combined(id: str, verdicts: tuple[Verdict, ...]) -> Verdict:
    """Right if every part that can be judged is; not judged if none can."""
    judged = [verdict.right for verdict in verdicts if verdict.right is not None]
    right = all(judged) if judged else None
    method = max((verdict.method for verdict in verdicts), key=list(Method).index)
    return Verdict(id, right, method, parts=verdicts)
