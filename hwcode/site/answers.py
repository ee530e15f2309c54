"""Answers and wrong answers as a page shows them, each with how it was decided."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sympy

from hwcode.checking.forms import Choice, Formula
from hwcode.checking.latex import latex_text
from hwcode.checking.question import Mistake, Part, Question
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["Shown", "answer", "mistakes", "usual_mistake"]


@dataclass(frozen=True)
class Shown:
    """Something a cell displays: Markdown on the page, plain text elsewhere.

    Attributes:
        markdown: what is displayed.
        claims: what it says of a question, as plain values for the ledger.
    """

    markdown: str
    claims: Mapping[str, Any] | None = None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        metadata = {} if self.claims is None else {"hwcode-claims": dict(self.claims)}
        return {"text/markdown": self.markdown}, metadata

    def __repr__(self) -> str:
        return self.markdown


def answer(id: str) -> Shown:
    """The answer to a question: what is asked first, then what we add, then how each was checked.

    Raises:
        AssertionError: if a reference does not hold against its definition. The page then fails.
    """
    question = _question(id)
    found = {part.name: _verified(question, part) for part in question.parts}
    blocks = [_answer_block(question, part, found[part.name]) for part in question.asked]
    if question.added:
        added = (_answer_block(question, part, found[part.name]) for part in question.added)
        title = f"Beyond the question: what we add to {question.id}"
        blocks.append(_folded(title, "\n\n".join(added), depth=4))
    checks = "\n".join(_check_row(question, part, found[part.name]) for part in question.parts)
    blocks.append(_folded(f"How the answers to {question.id} were checked", checks, depth=4))
    if question.conventions:
        links = ", ".join(f"[](#conv-{name})" for name in question.conventions)
        blocks.append(f"*Conventions it depends on:* {links}.")
    decided = {name: each.method.value for name, each in found.items()}
    return Shown("\n\n".join(blocks), {"id": question.id, "decided": decided})


def _folded(title: str, text: str, depth: int) -> str:
    fence = ":" * depth
    return f"{fence}{{fold}} {title}\n{text}\n{fence}"


def _question(id: str) -> Question:
    from hwcode.chapters import question

    return question(id)


def _verified(question: Question, part: Part) -> Comparison:
    from hwcode.chapters import truth_of

    found = part.verify(truth_of(question, part))
    if not found.equal:
        raise AssertionError(f"{question.id} {part.name}: the reference fails: {found}")
    return found


def _answer_block(question: Question, part: Part, found: Comparison) -> str:
    badge = "*not judged*" if found.method == Method.NOT_JUDGED else f"✓ *{found.method.value}*"
    return f"**{_asks(part)}** `{question.key(part)}` {badge}\n\n{_answered(part)}"


def _asks(part: Part) -> str:
    return f"{part.asks[:1].upper()}{part.asks[1:]}" if part.asks else "Answer"


def _answered(part: Part) -> str:
    """The answer; of a choice all options, as the question is which of them it is."""
    if not isinstance(part.form, Choice):
        return part.shown
    return "\n".join(
        f"- ✓ **{text}** (`{key}`)" if key == part.reference else f"- {text} (`{key}`)"
        for key, text in part.form.options.items()
    )


def _check_row(question: Question, part: Part, found: Comparison) -> str:
    name = f"`{part.name}`: " if part.name else ""
    if found.method == Method.NOT_JUDGED:
        return f"- {name}not judged by machine."
    return f"- {name}checked {found.method.meaning}: {found.detail}."


def mistakes(id: str) -> Shown:
    """The known wrong answers to a question, each refused by the checker, with counterexamples.

    Raises:
        AssertionError: if the checker accepts one of them. The page then fails.
    """
    question = _question(id)
    lines, refused = [], 0
    for part in question.parts:
        if part.mistakes and part.name:
            lines.append(f"**{_asks(part)}**\n")
        lines += [_mistake_row(question, part, mistake) for mistake in part.mistakes]
        refused += len(part.mistakes)
    return Shown("\n".join(lines), {"id": question.id, "refused": refused})


def usual_mistake(question: Question) -> str:
    """A wrong answer that people give, at numbers where it fails (Markdown); empty if none has any.

    Numbers of a question without symbols are not told: they would be the answer.
    """
    for part in question.asked:
        for mistake in part.mistakes if isinstance(part.form, Formula) else ():
            found = part.check(question.id, mistake.answer).counterexample
            if found is not None and found.point:
                told = part.form.inline(mistake.answer)
                return f"A usual answer is {told}. But {_example(found, _symbols(part))}."
    return ""


def _mistake_row(question: Question, part: Part, mistake: Mistake) -> str:
    verdict = part.check(question.id, mistake.answer)
    if verdict.right is not False:
        raise AssertionError(f"{question.id} {part.name}: {mistake.answer} passes the check")
    told = part.form.inline(mistake.answer)
    row = f"- ✗ {told}\n\n  *Why it is wrong:* {mistake.why}."
    if verdict.counterexample is not None and not isinstance(part.form, Choice):
        row += f"\n\n  *For example,* {_example(verdict.counterexample, _symbols(part))}."
    return f"{row}\n"


def _symbols(part: Part) -> Mapping[str, Any]:
    return part.form.symbols if isinstance(part.form, Formula) else {}


def _example(found: Counterexample, symbols: Mapping[str, Any] = MappingProxyType({})) -> str:
    r"""A counterexample as a sentence, its numbers set as mathematics.

    >>> n = sympy.Symbol("n")
    >>> print(_example(Counterexample({"n": 3}, "32/3", "16"), {"n": n}))
    at $n = 3$ the right value is $\frac{32}{3}$, and this gives $16$
    """
    point = ", ".join(
        _equation(name, value, symbols.get(name)) for name, value in found.point.items()
    )
    where = f"at {point} " if point else ""
    value = f"the right value of `{found.of}`" if found.of else "the right value"
    told = f"{where}{value} is {_set(found.expected)}, and this gives {_set(found.got)}"
    return f"{told}: they differ in {found.entry}" if found.entry else told


def _equation(name: str, value: Any, symbol: Any) -> str:
    shown = _set(value)
    if symbol is None or not shown.startswith("$"):
        return f"`{name}` = {shown}" if symbol is None else f"${latex_text(symbol)}$ = {shown}"
    return f"${latex_text(symbol)} = {shown[1:]}"


NUMBERS = re.compile(r"[-\d\s/,.\[\]()]*(sqrt\(\d+\)[-\d\s/,.*\[\]()]*)?")


def _set(value: Any) -> str:
    """A value in dollars if it is a number or a matrix of numbers, else as code."""
    text = str(value)
    if len(text) > 200 or not text.strip() or not NUMBERS.fullmatch(text) or "." in text:
        return f"`{text}`"
    try:
        found = sympy.sympify(text, rational=True)
        entries: Sequence[Any] = found if isinstance(found, (list, tuple, sympy.Tuple)) else ()
        return f"${latex_text(sympy.Matrix(entries) if entries else found)}$"
    except (sympy.SympifyError, ValueError, TypeError):
        return f"`{text}`"
