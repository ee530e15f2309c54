"""Answers that are one number, exact or within a margin."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Any

import sympy

from hwcode.checking.answers import read_answer
from hwcode.checking.commas import WHOLE
from hwcode.checking.expressions import UndefinedError, evaluate, value_text
from hwcode.checking.form import settled
from hwcode.checking.formulas import Formula
from hwcode.checking.reader import Reading
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["Number"]


@dataclass(frozen=True)
class Number(Formula):
    """One number, compared within a tolerance where the question's own answer is rounded.

    Args:
        what: the quantity, with its unit.
        tolerance: largest relative difference that is accepted; None compares exactly.
        absolute: largest absolute difference that is accepted besides.
        measured: whether the reference comes from a recorded run.
        whole: whether a whole number is asked for; then commas stand between thousands. Elsewhere
            ``2,303`` could be meant as a decimal fraction, and is asked back.

    A number may be typed in per cent, and with the unit that ``what`` names.

    >>> Number(what="the slope", tolerance=0.01).compare(sympy.Float("2.3"), sympy.log(10)).equal
    True
    >>> form = Number(whole=True)
    >>> form.read("1,957,988"), form.read("1,792 + 73,856")
    (1957988, 75648)
    """

    what: str = "a number"
    tolerance: float | None = None
    absolute: float = 0.0
    measured: bool = False
    whole: bool = False

    def describe(self) -> str:
        if self.tolerance is None:
            return f"{self.what}, exactly (a fraction such as 1/3, or a formula such as sqrt(2))"
        return f"{self.what}, within {self.tolerance:.2g} of its size"

    def reading(self, text: str) -> Reading:
        text, notes = _number_text(text, self.what)
        if self.tolerance is not None and (vague := _ABOUT.match(text)):
            notes.append(f"'{vague[0].strip()}' left out")
            text = text[vague.end() :]
        commas = WHOLE if self.whole else self.commas
        found = read_answer(text, replace(self.asked, commas=commas))
        return replace(found, notes=(*notes, *found.notes))

    def compare(self, answer: Any, reference: Any) -> Comparison:
        if self.tolerance is None:
            return super().compare(answer, reference)
        expected, method = settled(reference)
        expected = float(sympy.N(expected))
        method = Method.MEASURED if self.measured else method
        got, told = _in_decimals(answer)
        margin = max(self.tolerance * abs(expected), self.absolute)
        # 0.38 and 0.42 are both 5 % from 0.4, whichever way the last digit is rounded.
        if abs(got - expected) <= margin * (1 + 1e-12):
            return Comparison(True, method, f"within {margin:.2g} of {expected:.6g}")
        failure = Counterexample({}, f"{expected:.6g}", told)
        return Comparison(False, method, counterexample=failure)


_ABOUT = re.compile(
    r"\s*(?:\\?(?:approx|simeq|sim)\b|about|approximately|roughly|approx\.?|ca\.?|[~≈≃])\s*"
    r"(?=[\d.])",
    re.IGNORECASE,
)
"""Words before a number that is rounded anyway."""
_WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]


def _number_text(text: str, what: str) -> tuple[str, list[str]]:
    """A number without its unit, with per cent as a fraction, and as digits where it is a word."""
    notes: list[str] = []
    text = re.sub(r"^\s*\$([^$]*)\$[.\s]*$", r"\1", text)
    unit = re.fullmatch(r"\s*(.*?[\d)\]])\s*([A-Za-z]+)[.\s]*", text, re.DOTALL)
    if unit and unit[2].casefold() in what.casefold().split():
        notes.append(f"'{unit[2]}' left out")
        text = unit[1]
    word = text.strip(" .").casefold().removesuffix(what.split()[-1]).strip()
    if word in _WORDS:
        return str(_WORDS.index(word)), [f"{word} read as {_WORDS.index(word)}"]
    cent = re.fullmatch(r"(.*\d)\s*(?:\\?%|per\s?cent)[.\s]*", text, re.DOTALL)
    if cent:
        notes.append("per cent read as hundredths")
        text = f"({cent[1]})/100" if re.fullmatch(r"[\d.\s]+", cent[1]) else f"{cent[1]}/100"
    return text, notes


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
