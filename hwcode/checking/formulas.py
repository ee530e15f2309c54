"""Answers that are formulas in the question's symbols."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.answers import Asked, read_answer
from hwcode.checking.commas import ASK
from hwcode.checking.domain import Domain
from hwcode.checking.errors import AnswerError
from hwcode.checking.explicit import laid_out, symbols_of, sympified, to_all_digits
from hwcode.checking.expressions import evaluate, value_text
from hwcode.checking.form import Form
from hwcode.checking.identity import Truth, compare_expressions
from hwcode.checking.latex import latex_text
from hwcode.checking.reader import Reading, same
from hwcode.checking.values import difference, values_equal
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["Formula"]

APART = 8
"""Points in each case at which a counterexample is looked for that tells several answers apart."""
NO_REASON = "it is not computed to all its digits"
"""What is wrong where SymPy gives up without a word, as at ``floor(exp(10000))``."""


@dataclass(frozen=True)
class Formula(Form):
    """An expression in stated symbols: a number, a vector or a matrix, or a formula for one.

    Args:
        domain: the symbols and the points at which answers are compared. Without symbols the
            answer is a plain number, vector or matrix.
        what: what the formula gives, in a few words.
        aliases: other names for the symbols.
        commas: what a comma between two digits is (:mod:`hwcode.checking.answers`).
        bound: ``<`` or ``>`` if the formula is a bound of the quantity asked, and may be typed
            with it, as in ``eta < 1/a``.
        fixed: names that stand for a number in this question, and the words that say which.
        gives: the symbol that it is a formula for, where an equation may be typed.

    >>> x = sympy.Symbol("x")
    >>> form = Formula(Domain((x,)), "a polynomial")
    >>> form.compare(form.read("(x + 1)*(x - 1)"), x**2 - 1).equal
    True
    """

    domain: Domain = field(default_factory=lambda: Domain(()))
    what: str = "a formula"
    aliases: Mapping[str, str] = field(default_factory=dict)
    commas: str = field(default=ASK, kw_only=True)
    bound: str = field(default="", kw_only=True)
    fixed: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    gives: str = field(default="", kw_only=True)

    isolated = True

    @property
    def symbols(self) -> dict[str, Any]:
        """The symbols by the names that are typed."""
        return {str(symbol.name): symbol for symbol in self.domain.symbols}

    def describe(self) -> str:
        parts = []
        for name, symbol in self.symbols.items():
            shape = getattr(symbol, "shape", None)
            parts.append(f"{name} ({' x '.join(map(str, shape))})" if shape else name)
        names = f" in {', '.join(parts)}" if parts else ""
        return f"{self.what}{names}"

    def read(self, text: str) -> Any:
        return self.reading(text).value

    def reading(self, text: str) -> Reading:
        try:
            return read_answer(text, self.asked)
        except AnswerError as error:
            for name, told in self.fixed.items():
                if str(error).startswith(f"unknown name '{name}'"):
                    raise AnswerError(f"{told}; expected {self.describe()}") from None
            raise

    @property
    def asked(self) -> Asked:
        """What answers are read with."""
        return Asked(self.symbols, self.aliases, self.commas, self.bound, self._agree, self.what)

    def _agree(self, one: Any, other: Any) -> bool:
        """Whether two readings of a text are the same for this question."""
        try:
            return same(one, other) or self.compare(one, other).equal is True
        except (AnswerError, ValueError, TypeError, ArithmeticError, NotImplementedError):
            return False

    def accept(self, answer: Any) -> Any:
        try:
            value = sympified(answer)
        except AnswerError as error:
            raise AnswerError(f"{error}; expected {self.describe()}") from None
        except (sympy.SympifyError, TypeError, ValueError, RecursionError):
            raise AnswerError(
                f"{type(answer).__name__} is no formula; expected {self.describe()}"
            ) from None
        if not isinstance(value, (sympy.Expr, MatrixExpr, MatrixBase)):
            raise AnswerError(f"{answer!r} is no formula; expected {self.describe()}")
        # Symbols count by name: a reader's Symbol("n") has other assumptions than ours.
        mine = self.symbols
        unknown = sorted({str(s.name) for s in symbols_of(value)} - set(mine))
        if unknown:
            allowed = ", ".join(sorted(mine)) or "none"
            raise AnswerError(f"unknown symbols {', '.join(unknown)}; allowed: {allowed}")
        return value.xreplace({s: mine[str(s.name)] for s in symbols_of(value)})

    def compare(self, answer: Any, reference: Any) -> Comparison:
        answer = laid_out(answer, reference)
        try:
            found = compare_expressions(answer, reference, self.domain)
            if self.gives and found.counterexample:
                found = replace(found, counterexample=replace(found.counterexample, of=self.gives))
            if (
                found.equal is False
                and not self.domain.symbols
                and to_all_digits(answer, reference)
            ):
                detail = "equal to all digits of a floating-point number"
                return Comparison(True, Method.EXACT, detail, rounded=True)
            return found
        except (ValueError, TypeError, ArithmeticError, NotImplementedError) as error:
            # SymPy refuses what has no meaning at a point: eye(n) where n is negative. If it also
            # refuses the question's own answer, the fault is ours, and this raises once more.
            if not isinstance(reference, Truth):
                compare_expressions(reference, reference, self.domain)
            raise AnswerError(
                f"no value: {str(error) or NO_REASON}; expected {self.describe()}"
            ) from None

    def told_apart(
        self, answer: Any, right: Sequence[Any], found: Counterexample
    ) -> Counterexample:
        """A counterexample at which an answer differs from every right one, not one only.

        Args:
            answer: an answer that is equal to none of them.
            right: the reference, and what is right by other conventions.
            found: where it differs from the reference; it is kept where no better one is found.
        """
        for sample in chain(
            self.domain.samples("small", APART, random.Random(0)),
            self.domain.samples("wide", APART, random.Random(0)),
        ):
            try:
                got = evaluate(answer, sample.values)
                others = [evaluate(laid_out(one, answer), sample.values) for one in right]
            except (ArithmeticError, ValueError, TypeError, NotImplementedError):
                continue
            if not any(values_equal(got, one)[0] for one in others):
                named = {n: value_text(v) for n, v in self.domain.named(sample.values).items()}
                told = difference(got, evaluate(right[0], sample.values), named)
                return told.counterexample or found
        return found

    def show(self, answer: Any) -> str:
        return value_text(answer)

    def latex(self, answer: Any) -> str:
        """An answer as LaTeX mathematics, without dollar signs."""
        return latex_text(answer)

    def inline(self, answer: Any) -> str:
        return f"$\\displaystyle {self.latex(answer)}$"

    def block(self, answer: Any) -> str:
        return f"$$\n{self.latex(answer)}\n$$"
