"""The forms that an answer can have: a formula, a number, a choice, a text.

A form knows three things: how a typed answer is read, which Python objects stand for one, and how
an answer is compared with a reference. :mod:`hwcode.checking.programs` adds the forms that are
programs rather than values.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import ImmutableMatrix
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.domain import Domain
from hwcode.checking.errors import AnswerError
from hwcode.checking.expressions import UndefinedError, evaluate, value_text
from hwcode.checking.identity import Truth, compare_expressions
from hwcode.checking.latex import latex_text
from hwcode.checking.reader import read
from hwcode.checking.spelling import LONGEST
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["Choice", "Form", "Formula", "Number", "Ordering", "Text"]


class Form(ABC):
    """How answers to a question are written and compared."""

    isolated: bool = False
    """Whether typed answers are read and compared in a process of their own."""

    @abstractmethod
    def describe(self) -> str:
        """What is expected, for a reader who is about to type it."""

    @abstractmethod
    def read(self, text: str) -> Any:
        """A typed answer as an object; :class:`AnswerError` if it is not readable."""

    def modules(self, text: str) -> tuple[str, ...]:
        """What to import before memory is limited: large modules need much of it."""
        return ()

    @abstractmethod
    def accept(self, answer: Any) -> Any:
        """A Python object as an answer; :class:`AnswerError` if it cannot be one."""

    @abstractmethod
    def compare(self, answer: Any, reference: Any) -> Comparison:
        """Compare an answer with a reference, or with a :class:`Truth`."""

    def show(self, answer: Any) -> str:
        """An answer as text, the way it would be typed."""
        return str(answer)

    def inline(self, answer: Any) -> str:
        """An answer as Markdown within a line."""
        return self.show(answer)

    def block(self, answer: Any) -> str:
        """An answer as a paragraph of Markdown."""
        return self.inline(answer)


@dataclass(frozen=True)
class Formula(Form):
    """An expression in stated symbols: a number, a vector or a matrix, or a formula for one.

    Args:
        domain: the symbols and the points at which answers are compared. Without symbols the
            answer is a plain number, vector or matrix.
        what: what the formula gives, in a few words.
        aliases: other names for the symbols.

    >>> x = sympy.Symbol("x")
    >>> form = Formula(Domain((x,)), "a polynomial")
    >>> form.compare(form.read("(x + 1)*(x - 1)"), x**2 - 1).equal
    True
    """

    domain: Domain = field(default_factory=lambda: Domain(()))
    what: str = "a formula"
    aliases: Mapping[str, str] = field(default_factory=dict)

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
        return read(text, self.symbols, self.aliases)

    def accept(self, answer: Any) -> Any:
        try:
            value = _sympified(answer)
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
        unknown = sorted({str(s.name) for s in _symbols(value)} - set(mine))
        if unknown:
            allowed = ", ".join(sorted(mine)) or "none"
            raise AnswerError(f"unknown symbols {', '.join(unknown)}; allowed: {allowed}")
        return value.xreplace({s: mine[str(s.name)] for s in _symbols(value)})

    def compare(self, answer: Any, reference: Any) -> Comparison:
        try:
            return compare_expressions(answer, reference, self.domain)
        except (ValueError, TypeError, ArithmeticError, NotImplementedError) as error:
            # SymPy refuses what has no meaning at a point: eye(n) where n is negative. If it also
            # refuses the question's own answer, the fault is ours, and this raises once more.
            if not isinstance(reference, Truth):
                compare_expressions(reference, reference, self.domain)
            raise AnswerError(
                f"no value: {error or type(error).__name__}; expected {self.describe()}"
            ) from None

    def show(self, answer: Any) -> str:
        return value_text(answer)

    def latex(self, answer: Any) -> str:
        """An answer as LaTeX mathematics, without dollar signs."""
        return latex_text(answer)

    def inline(self, answer: Any) -> str:
        return f"$\\displaystyle {self.latex(answer)}$"

    def block(self, answer: Any) -> str:
        return f"$$\n{self.latex(answer)}\n$$"


def _sympified(answer: Any) -> Any:
    if isinstance(answer, str):
        raise TypeError
    if hasattr(answer, "tolist"):  # NumPy and torch values
        answer = answer.tolist()
    if isinstance(answer, (list, tuple)):
        rows = [entry if isinstance(entry, (list, tuple)) else [entry] for entry in answer]
        return ImmutableMatrix([[_sympified(entry) for entry in row] for row in rows])
    if isinstance(answer, float) and math.isfinite(answer):
        return sympy.Rational(answer)
    value = sympy.sympify(answer, strict=True)
    if isinstance(value, sympy.Rational) and max(abs(value.p), value.q) >= 10**LONGEST:
        raise AnswerError(f"a number of more than {LONGEST} digits")
    if value in (sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        raise AnswerError(f"{answer} is no finite number")
    return value.as_immutable() if isinstance(value, MatrixBase) else value


def _symbols(value: Any) -> set[Any]:
    return set(value.free_symbols) | set(value.atoms(sympy.MatrixSymbol))


@dataclass(frozen=True)
class Number(Formula):
    """One number, compared within a tolerance where the question's own answer is rounded.

    Args:
        what: the quantity, with its unit.
        tolerance: largest relative difference that is accepted; None compares exactly.
        absolute: largest absolute difference that is accepted besides.
        measured: whether the reference comes from a recorded run.

    A number may be typed in per cent, and an exact one with commas between the thousands; a rounded
    one may not, since ``2,303`` could be meant as a decimal fraction.

    >>> Number(what="the slope", tolerance=0.01).compare(sympy.Float("2.3"), sympy.log(10)).equal
    True
    >>> Number().read("1,957,988"), Number().read("1,792 + 73,856")
    (1957988, 75648)
    """

    what: str = "a number"
    tolerance: float | None = None
    absolute: float = 0.0
    measured: bool = False

    def describe(self) -> str:
        if self.tolerance is None:
            return f"{self.what}, exactly (a fraction such as 1/3, or a formula such as sqrt(2))"
        return f"{self.what}, within {self.tolerance:.2g} of its size"

    def read(self, text: str) -> Any:
        text = re.sub(r"(\d)\s*%\s*$", r"\1/100", text)
        # In brackets a comma stands between two numbers: min(1,200).
        if self.tolerance is None and not re.search(r"[(\[]", text):
            text = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), text)
        return super().read(text)

    def compare(self, answer: Any, reference: Any) -> Comparison:
        if self.tolerance is None:
            return super().compare(answer, reference)
        expected, method = _settled(reference)
        expected = float(sympy.N(expected))
        method = Method.MEASURED if self.measured else method
        got, told = _in_decimals(answer)
        margin = max(self.tolerance * abs(expected), self.absolute)
        # 0.38 and 0.42 are both 5 % from 0.4, whichever way the last digit is rounded.
        if abs(got - expected) <= margin * (1 + 1e-12):
            return Comparison(True, method, f"within {margin:.2g} of {expected:.6g}")
        failure = Counterexample({}, f"{expected:.6g}", told)
        return Comparison(False, method, counterexample=failure)


_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(,\d{3})+(?![\d,])")


def _in_decimals(answer: Any) -> tuple[float, str]:
    """A number in floating point and as text; not a number, where it is no real number."""
    try:
        value = evaluate(answer, {})
    except UndefinedError as error:
        return math.nan, f"no value ({error})"
    value = value[0, 0] if getattr(value, "shape", None) == (1, 1) else value
    try:
        got = float(sympy.N(value))
    except (TypeError, OverflowError):
        return math.nan, value_text(value)
    return got, f"{got:.6g}"


def _settled(reference: Any) -> tuple[Any, Method]:
    """A reference's value, and how it was come by."""
    if isinstance(reference, Truth):
        return reference.value({}), reference.method
    return reference, Method.EXACT


@dataclass(frozen=True)
class Choice(Form):
    """One of several options.

    Args:
        options: a short key for each option, and what it says.

    >>> form = Choice({"yes": "it is", "no": "it is not"})
    >>> form.read(" Yes "), form.compare("no", "yes").equal
    ('yes', False)
    """

    options: Mapping[str, str]
    what: str = "one of"

    def describe(self) -> str:
        return f"{self.what}: " + "; ".join(f"{key} ({text})" for key, text in self.options.items())

    def read(self, text: str) -> str:
        wanted = " ".join(text.split()).casefold()
        # (c) and C. are c.
        bare = wanted.removeprefix("option ").strip("(). ")
        for key, meaning in self.options.items():
            if bare == key.casefold() or wanted == meaning.casefold():
                return key
        raise AnswerError(f"{text!r} is not an option; expected {self.describe()}")

    def accept(self, answer: Any) -> str:
        return self.read(str(answer))

    def compare(self, answer: str, reference: Any) -> Comparison:
        expected, method = _settled(reference)
        counterexample = None if answer == expected else Counterexample({}, expected, answer)
        return Comparison(answer == expected, method, counterexample=counterexample)

    def inline(self, answer: str) -> str:
        return f"**{self.options[answer]}** (`{answer}`)"


@dataclass(frozen=True)
class Ordering(Form):
    """Some items in an order, typed with commas between them.

    >>> form = Ordering(("A", "B", "C"))
    >>> form.compare(form.read("c, b, a"), ("C", "B", "A")).equal
    True
    """

    items: tuple[str, ...]
    what: str = "in order"

    def describe(self) -> str:
        return f"{self.what}: {', '.join(self.items)}, each once, with commas between them"

    def read(self, text: str) -> tuple[str, ...]:
        return self.accept(re.split("[,;]", text))

    def accept(self, answer: Any) -> tuple[str, ...]:
        known = {item.casefold(): item for item in self.items}
        items = answer if isinstance(answer, (list, tuple)) else ()
        names = tuple(known.get(str(item).strip().casefold(), "") for item in items)
        if sorted(names) != sorted(self.items):
            raise AnswerError(f"expected {self.describe()}")
        return names

    def compare(self, answer: tuple[str, ...], reference: Any) -> Comparison:
        expected, method = _settled(reference)
        counterexample = None
        if answer != tuple(expected):
            counterexample = Counterexample({}, ", ".join(expected), ", ".join(answer))
        return Comparison(counterexample is None, method, counterexample=counterexample)

    def show(self, answer: tuple[str, ...]) -> str:
        return ", ".join(answer)


@dataclass(frozen=True)
class Text(Form):
    """Free text. It is shown beside the model answer and never judged."""

    what: str = "a few sentences"

    def describe(self) -> str:
        return f"{self.what} (shown beside the model answer, not judged)"

    def read(self, text: str) -> str:
        if not text.strip():
            raise AnswerError("the answer is empty")
        return text

    def accept(self, answer: Any) -> str:
        return self.read(str(answer))

    def compare(self, answer: str, reference: Any) -> Comparison:
        raise NotImplementedError("free text is not compared")
