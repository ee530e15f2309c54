"""Names that a derivation brings along, where they stand in its lines.

Most are single letters, which a formula may have. What it may not have is replaced, before it is
read, by a word that stands for its value: a function with what it is applied to, ``L(w + h)``, a
derivative of a name, ``\\nabla L(w)`` or ``dL/d\\eta``, and a name with an index of its own,
such as ``e_{k+1}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy

from hwcode.checking import operations as op
from hwcode.checking.bound import derivative
from hwcode.checking.characters import plain_characters
from hwcode.checking.errors import AnswerError, quoted
from hwcode.checking.tex import is_tex

__all__ = ["Applied", "Local", "spots", "written"]

_ACCENTED = r"\\(?:hat|bar|tilde|mathcal|mathbf|overline|widehat|widetilde)\s*"
_INDEXED = re.compile(
    rf"\s*(?:{_ACCENTED}(?:\{{[^{{}}]*\}}|\\?[A-Za-z]+)|\\[A-Za-z]+|[A-Za-z])"
    r"\s*(?:_\s*\{[^{}]*\}|_\s*\w)?(?:\s*\^\s*(?:\*|\{\s*\*\s*\}|\\ast|\\star))?\s*"
)
_OPENS = r"\s*(?:\\left|\\[bB]igg?l?)?\s*\("
_GRADIENT = (
    r"\\nabla\s*(?:_\s*(?:\{(?P<of>[^{}]*)\}|(?P<one>\\?\w)))?"
    r"\s*(?:\^\s*\{?\s*(?P<times>2)\s*\}?)?\s*"
)
_D = r"(?:\\partial|\\mathrm\s*\{d\}|d)(?![A-Za-z])|\\mathrm\s*d|\u2202|d"


@dataclass(frozen=True)
class Local:
    """A name, and its value by each of the forms of a derivation.

    Attributes:
        told: as it was written where it was defined.
        values: what it stands for, or the errors that say why it has no value.
        variables: of a function, the symbol that it is one of.
    """

    told: str
    values: tuple[Any, ...]
    variables: tuple[Any, ...] = ()

    @property
    def pattern(self) -> str:
        """What it looks like in a text: spaces and braces around a single sign do not count."""
        bare = re.sub(r"\{\s*(\\?\w)\s*\}", r"\1", self.told.strip())
        pieces = re.findall(r"\\[A-Za-z]+|\S", bare)
        told = []
        for place, one in enumerate(pieces):
            plain = re.escape(one)
            braced = rf"(?:{plain}|\{{\s*{plain}\s*\}})"
            told.append(braced if place and one.isalnum() else plain)
        return r"\s*".join(told)


@dataclass
class Applied:
    """How values are found while a line is rewritten, by one of the forms.

    Attributes:
        value: the value of a text.
        place: which form.
    """

    value: Callable[[str], Any]
    place: int
    found: dict[str, Any] = field(default_factory=dict)

    def word(self, value: Any) -> str:
        """A word that stands for a value."""
        name = "zqz" + "abcdefghijklmnopqrstuvwxyz"[len(self.found) % 26] * (
            1 + len(self.found) // 26
        )
        self.found[name] = value
        return name


def spots(side: str) -> bool:
    """Whether a side is a name with an index of its own.

    >>> spots("e_{k+1}"), spots("w^*"), spots("X w"), spots("2")
    (True, True, False, False)
    """
    return _INDEXED.fullmatch(side) is not None


def written(side: str, known: Mapping[str, Local], applied: Applied) -> tuple[str, dict[str, Any]]:
    """A side with words for what a formula may not have, and the values of these words.

    Raises:
        AnswerError: if a function is applied to what it is no function of.
    """
    text = plain_characters(side)
    tex = is_tex(text)
    if not known:
        return _operator(text, applied, tex), applied.found
    functions = {key: one for key, one in known.items() if one.variables}
    awkward = {key: one for key, one in known.items() if not key.isalnum() and not one.variables}
    text = _derivatives(text, known, applied, tex)
    if functions:
        text = _applied(text, functions, applied, tex)
    for one in awkward.values():
        text = _outside_words(text, one, applied, tex)
    return text, applied.found


def _put(value: Any, applied: Applied, tex: bool) -> str:
    word = applied.word(value)
    return rf"{{\mathrm{{{word}}}}}" if tex else f" {word} "


def _value_of(one: Local, applied: Applied) -> Any:
    value = one.values[applied.place]
    if isinstance(value, AnswerError):
        raise value
    if value is None:
        raise AnswerError(f"{one.told} has no size in this part of the question")
    return value


def _outside_words(text: str, one: Local, applied: Applied, tex: bool) -> str:
    """A text with a name replaced where it is no part of a command or word."""
    skipped, ends = (r"\\[A-Za-z]+|.", "") if tex else (r"[A-Za-z]+|.", "(?![A-Za-z])")

    def told(found: re.Match[str]) -> str:
        if found["it"] is None:
            return found[0]
        return _put(_value_of(one, applied), applied, tex)

    return re.sub(rf"(?P<it>{one.pattern}){ends}|{skipped}", told, text, flags=re.DOTALL)


def _closed(text: str, start: int) -> int:
    """Where the bracket that was opened before ``start`` is closed."""
    depth = 1
    for place in range(start, len(text)):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise AnswerError("a bracket is not closed")


def _called(text: str, pattern: str, tex: bool) -> tuple[int, int, re.Match[str], str] | None:
    """The first place where a function is applied: its ends, what was found, and the argument."""
    skipped = r"\\[A-Za-z]+|." if tex else r"[A-Za-z]+|."
    for found in re.finditer(rf"(?P<it>{pattern}{_OPENS})|{skipped}", text, re.DOTALL):
        if found["it"] is not None:
            end = _closed(text, found.end())
            inside = re.sub(r"\\right\s*$|\\[bB]igg?r?\s*$", "", text[found.end() : end])
            return found.start(), end + 1, found, inside
    return None


def _applied(text: str, functions: Mapping[str, Local], applied: Applied, tex: bool) -> str:
    for one in functions.values():
        while found := _called(text, one.pattern, tex):
            start, end, _, inside = found
            value = _at(one, applied.value(inside), applied)
            text = text[:start] + _put(value, applied, tex) + text[end:]
    return text


def _at(one: Local, argument: Any, applied: Applied) -> Any:
    """The value of a function at a place."""
    body, variable = _value_of(one, applied), _variable(one, applied)
    _need_fit(one, variable, argument)
    return body.xreplace({variable: argument})


def _variable(one: Local, applied: Applied) -> Any:
    variable = one.variables[applied.place]
    if variable is None:
        raise AnswerError(f"{one.told} is a function of what this part of the question has not")
    return variable


def _need_fit(one: Local, variable: Any, argument: Any) -> None:
    shapes = [one.shape if op.is_matrix(one) else () for one in (variable, argument)]
    if shapes[0] != shapes[1]:
        told = [
            op.shape_text(one) if op.is_matrix(one) else "a number" for one in (variable, argument)
        ]
        raise AnswerError(f"{one.told} is a function of {told[0]}, and is applied to {told[1]}")


def _derivatives(text: str, known: Mapping[str, Local], applied: Applied, tex: bool) -> str:
    """A text with its derivatives of known names as words."""
    if not (
        "nabla" in text
        or re.search(r"partial|\u2202|\\d?frac\s*\{?\s*\\?(?:mathrm)?\{?d|d\w*\s*/\s*d", text)
    ):
        return text
    for one in known.values():
        if one.variables:
            while found := _called(text, f"(?:{_GRADIENT}){one.pattern}", tex):
                start, end, match, inside = found
                variable = _variable(one, applied)
                asked = match["of"] or match["one"]
                if asked and applied.value(asked) != variable:
                    break
                argument = applied.value(inside)
                _need_fit(one, variable, argument)
                value = _derived(
                    one, _value_of(one, applied), variable, argument, int(match["times"] or 1)
                )
                text = text[:start] + _put(value, applied, tex) + text[end:]
        elif one.values:
            text = _of_name(text, one, applied, tex)
    return _operator(text, applied, tex)


def _of_name(text: str, one: Local, applied: Applied, tex: bool) -> str:
    """``\\nabla_w f``, ``\\frac{df}{dw}`` and ``df/dw`` of a name."""
    many, again = (rf"(?:\^\s*\{{?\s*(?P<{name}>\d)\s*\}}?|(?P<{name}q>²))?" for name in "nm")
    variable = r"(?P<x>\\?[A-Za-z]+(?:_(?:\w|\{\w+\}))?)"
    above = rf"(?:{_D})\s*{many}\s*{one.pattern}\s*"
    below = rf"\s*(?:{_D})\s*{variable}\s*{again}"
    fraction = rf"\\[dt]?frac\s*\{{\s*{above}\}}\s*\{{{below}\s*\}}"
    plain = rf"(?<![A-Za-z]){above}/{below}(?![A-Za-z])"
    gradient = r"\\nabla\s*_\s*(?:\{(?P<x>[^{}]*)\}|(?P<y>\\?\w))\s*" + one.pattern

    def told(found: re.Match[str]) -> str:
        groups = found.groupdict()
        symbol = applied.value(groups.get("x") or groups["y"])
        if not isinstance(symbol, (sympy.Symbol, sympy.MatrixSymbol)):
            raise AnswerError(f"{quoted(found[0])} is a derivative in what is no symbol")
        times, below = (2 if groups.get(f"{k}q") else int(groups.get(k) or 1) for k in "nm")
        if "n" in groups and times != below:
            raise AnswerError(f"{quoted(found[0])} is derived {times} and {below} times")
        value = _derived(one, _value_of(one, applied), symbol, symbol, times)
        return _put(value, applied, tex)

    for pattern in (fraction, plain, gradient):
        text = re.sub(pattern, told, text)
    return text


def _operator(text: str, applied: Applied, tex: bool) -> str:
    """``\\frac{d}{d\\eta}`` before a product, to its end."""
    pattern = (
        rf"\\[dt]?frac\s*\{{\s*(?:{_D})\s*(?:\^\s*\{{?\s*(?P<n>\d)\s*\}}?)?\s*\}}\s*"
        rf"\{{\s*(?:{_D})\s*(?P<x>\\?[A-Za-z]+(?:_(?:\w|\{{\w+\}}))?)"
        rf"\s*(?:\^\s*\{{?\s*(?P<m>\d)\s*\}}?)?\s*\}}"
    )
    while tex and (found := re.search(pattern, text)):
        symbol = applied.value(found["x"])
        if not isinstance(symbol, (sympy.Symbol, sympy.MatrixSymbol)):
            raise AnswerError(f"{quoted(found[0])} is a derivative in what is no symbol")
        if found["n"] != found["m"]:
            raise AnswerError(f"{quoted(found[0])} is derived another number of times below")
        end, depth = found.end(), 0
        while end < len(text):
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(text[end], 0)
            if depth < 0 or (
                depth == 0 and text[end] in "+-" and text[found.end() : end].strip(" \\,;!")
            ):
                break
            end += 1
        whole = text[found.end() : end]
        value = _derived(None, applied.value(whole), symbol, symbol, int(found["n"] or 1))
        text = text[: found.start()] + _put(value, applied, tex) + text[end:]
    return text


def _derived(one: Local | None, value: Any, variable: Any, place: Any, times: int) -> Any:
    if one is not None and isinstance(value, op.Unsized):
        raise AnswerError(f"the size of {one.told} is not said")
    try:
        return derivative(value, variable, place, times)
    except (ValueError, TypeError, AttributeError) as error:
        raise AnswerError(f"no such derivative: {error}") from None
