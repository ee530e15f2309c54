"""From what is typed as an answer to the expression in it.

An answer is more than a formula: it has a name and an equals sign on its left, a full stop at its
end, thousands with commas, comments behind code. What is left out or taken for something is noted,
so that the verdict can say it; what may mean two things is given back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from hwcode.checking.characters import plain_characters
from hwcode.checking.commas import ASK, settled
from hwcode.checking.entries import as_list
from hwcode.checking.errors import AmbiguousError, AnswerError, quoted
from hwcode.checking.reader import Equal, Reading, reading, same
from hwcode.checking.tex import is_tex, unwrapped

__all__ = ["Asked", "equation", "is_name", "read_answer"]

_SIGN = re.compile(
    r"\\(?:leqslant|geqslant|leq?|geq?|lt|gt|approx|simeq|sim|cong|neq?|propto|equiv|in|mapsto)"
    r"(?![A-Za-z])|<=|>=|==|!=|:=|~=|=|<|>|≤|≥|≈|≠|∝|∈"
)
_EQUAL, _BELOW, _ABOVE = ("=", "==", ":=", "\\equiv"), ("<", "≤"), (">", "≥")
_PLAIN = {
    "\\le": "≤", "\\leq": "≤", "\\leqslant": "≤", "<=": "≤", "\\lt": "<",
    "\\ge": "≥", "\\geq": "≥", "\\geqslant": "≥", ">=": "≥", "\\gt": ">",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a question says about the answers to it.

    Attributes:
        symbols: what each name stands for.
        aliases: other spellings of those names.
        commas: what a comma between two digits outside of brackets is.
        bound: ``<`` if the answer is an upper bound of the quantity asked, ``>`` if a lower one;
            then the answer may be the whole inequality.
        equal: whether two values are the same for the question.
        what: what is asked for, in a few words: units, names of entries and sizes stand there.
    """

    symbols: Mapping[str, Any] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    commas: str = ASK
    bound: str = ""
    equal: Equal = same
    what: str = ""

    @property
    def entries(self) -> list[str]:
        """The names of the entries, where a list such as ``[n1, n2]`` is asked for."""
        return re.findall(r"\w+", self.what) if re.fullmatch(r"\[[\w, ]+\]", self.what) else []

    def expression(self, text: str) -> Reading:
        """A text as an expression in the symbols."""
        return reading(text, self.symbols, self.aliases, self.equal, self.what)

    def given(self, text: str) -> Reading | None:
        """A side of a relation in the symbols; None if it is something else."""
        try:
            return self.expression(text)
        except AnswerError:
            return None


def read_answer(text: str, asked: Asked) -> Reading:
    """Read a typed answer that is a formula: in LaTeX, as on paper or as code.

    Raises:
        AmbiguousError: if it can be read in several ways.
        AnswerError: if it can't be read.

    >>> read_answer("L = 1,024", Asked(commas="whole"))
    Reading(value=1024, plain='1024', notes=('1,024 read as 1024', "'L =' left out"))
    >>> try:
    ...     read_answer("1,5", Asked())
    ... except AmbiguousError as error:
    ...     print(error.readings)
    ('1.5', '[1, 5]')
    """
    plain, notes = _cleaned(text)
    plain, named = as_list(plain, asked.entries)
    _check_lines(plain)
    plain, told = settled(plain, asked.commas)
    notes += [*named, *told]
    sides, signs = _split(plain)
    if not signs:
        found = asked.expression(plain)
    elif all(sign in _EQUAL for sign in signs):
        found = _last_of(sides, asked)
    elif any(sign in _EQUAL for sign in signs):
        raise AnswerError("= and an inequality stand in one answer; give the formula alone")
    else:
        found = _bound(sides, [_PLAIN.get(sign, sign) for sign in signs], asked)
    return replace(found, notes=(*notes, *found.notes))


def equation(
    text: str, symbols: Mapping[str, Any], expected: str
) -> tuple[Reading | None, Reading | None, tuple[str, ...]]:
    """The two sides of an equation; None for both where there is no equals sign.

    Raises:
        AnswerError: if there is more than one, or another relation.

    >>> from hwcode.checking.expressions import scalar
    >>> left, right, notes = equation("2x = 6", {"x": scalar("x")}, "an equation")
    >>> left.plain, right.plain
    ('2*x', '6')
    """
    plain, notes = _cleaned(text)
    _check_lines(plain)
    plain, told = settled(plain, ASK)
    sides, signs = _split(plain)
    if not signs:
        return None, None, ()
    if len(signs) > 1 or signs[0] not in _EQUAL:
        raise AnswerError(f"an equation has one sign =, and no other; expected {expected}")
    left, right = (reading(side, symbols) for side in sides)
    return left, right, (*notes, *told, *left.notes, *right.notes)


def _cleaned(text: str) -> tuple[str, list[str]]:
    """Plain characters, without comments and what else stands around a formula."""
    notes: list[str] = []
    plain = plain_characters(text).strip()
    if "#" in plain:
        if "\n" not in plain:
            raise AnswerError("a '#' begins a comment in code; leave it and what follows out")
        plain = re.sub(r"#[^\n]*", "", plain).strip()
        notes.append("the comments behind # left out")
    tex = is_tex(plain)
    if tex:
        thousands = re.compile(r"(?<=\d)\{,\}(?=\d{3}(?!\d))")
        notes += [f"{one[0]} read as {one[0].replace('{,}', '')}"
                  for one in re.finditer(r"\d{1,3}(?:\{,\}\d{3})+", plain)]  # fmt: skip
        plain = unwrapped(thousands.sub("", plain))
    elif re.fullmatch(r"\{.*\}", plain, re.DOTALL):
        plain = plain.replace("{", "[").replace("}", "]")  # a list in other languages
    plain, told = _unprefixed(plain)
    notes += told
    plain = re.sub(r"(?<![.,;\s])\s*[.,;]\s*$", "", plain)
    return plain, notes


_PREFIX = re.compile(
    r"(?:return\s+|(?:(?:so|thus|hence)\b[,\s]*)?(?:(?:the|my)\s+)?(?:final\s+)?"
    r"(?:answer|result|solution)(?:\s+is)?\s*[:=]?\s+|(?:print|result)\s*(?=\(.*\)$))",
    re.IGNORECASE,
)


def _unprefixed(text: str) -> tuple[str, list[str]]:
    """A formula without the words that announce it: ``return``, ``the answer is``."""
    found = _PREFIX.match(text)
    if not found or not text[found.end() :].strip():
        return text, []
    return text[found.end() :].strip(), [f"'{found[0].strip()}' left out"]


def _check_lines(text: str) -> None:
    """Refuse lines that no sign and no bracket joins: they would be multiplied."""
    if is_tex(text):
        return
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    depth = 0
    for line, after in pairwise(lines):
        depth += sum(line.count(one) for one in "([{") - sum(line.count(one) for one in ")]}")
        joined = re.search(r"[-+*/@^=<>≤≥,;·(\[{]$", line) or re.match(
            r"[-+*/@^=<>≤≥,;·)\]}]", after
        )
        if depth <= 0 and not joined:
            raise AnswerError(
                f"nothing joins the lines {quoted(line)}"
                f" and {quoted(after)}; an answer is one formula"
            )


_ENVIRONMENT = re.compile(r"\\(begin|end)(?=\s*\{)")


def _split(text: str) -> tuple[list[str], list[str]]:
    """A text at its relations, those inside of brackets left alone."""
    sides, signs, start, depth, place = [], [], 0, 0, 0
    while place < len(text):
        if environment := _ENVIRONMENT.match(text, place):
            depth += 1 if environment[1] == "begin" else -1
        if text[place] in "([{":
            depth += 1
        elif text[place] in ")]}":
            depth -= 1
        elif depth == 0 and (sign := _SIGN.match(text, place)):
            sides.append(text[start:place].strip())
            signs.append(sign[0])
            place = start = sign.end()
            continue
        place += 1
    return [*sides, text[start:].strip()], signs


_WORD = (
    r"(?:\\?[^\W\d_]+\d*|[∂∇‖|]|\\\|)"
    r"(?:\s*[_^]\s*(?:\{\}|\*|\w+|\\[a-z]+)|'|\*|\s*(?:\{\}|\(\)|\[\]))*"
)
_NAME = re.compile(rf"\s*{_WORD}(?:\s*[-/]?\s*{_WORD}){{0,8}}\s*")
_QUOTIENT = re.compile(r"\\d?frac\s*\{[^\W\d]\w*\}\s*\{[^\W\d]\w*\}")
_DERIVATIVE = re.compile(r"\\d?frac\s*\{\s*(?:d|\\partial|\\mathrm)")


def is_name(side: str) -> bool:
    """Whether a left-hand side may name the quantity that is asked.

    >>> [is_name(side) for side in ("dL/dw", "w_1", r"\\hat{w}", "2 x", "a + b", "a, q")]
    [True, True, True, False, False, False]
    """
    if re.search(r"\\d?frac", side) and not (_DERIVATIVE.match(side) or _QUOTIENT.fullmatch(side)):
        return False
    bare, before = side, ""
    while bare != before:
        before = bare
        bare = re.sub(r"\{(?:[^{}]|\{\})+\}", "{}", re.sub(r"\([^()]+\)", "()", bare))
        bare = re.sub(r"\[[^\[\]]+\]", "[]", bare)
    return _NAME.fullmatch(bare) is not None


def _last_of(sides: list[str], asked: Asked) -> Reading:
    """The right-hand side of an equation; of a chain, if all of it is the same."""
    if not sides[0]:
        sides = sides[1:]
    first, *rest = sides
    if not rest:
        return asked.expression(first)
    if not all(rest):
        raise AnswerError("nothing stands on one side of '='")
    named = asked.given(first)
    if named is not None and str(named.value) in asked.symbols:
        raise AnswerError(
            f"{named.plain} is one of the question's symbols; an answer is a formula for what is"
            " asked, without the name of a given quantity on its left"
        )
    if named is None and not is_name(first):
        raise AnswerError(f"{quoted(first)} on the left of '=' is no name; give the formula alone")
    found = [asked.expression(side) for side in rest]
    if named is not None:
        found.insert(0, named)
    told = () if named else (f"'{first} =' left out",)
    last = found[-1]
    for other in found[:-1]:
        if not asked.equal(other.value, last.value):
            raise AmbiguousError(" = ".join(sides), [other.plain, last.plain], "its sides differ")
    return replace(last, notes=(*told, *last.notes))


def _bound(sides: list[str], signs: list[str], asked: Asked) -> Reading:
    """The bound in an inequality for the quantity asked."""
    if signs[0] in ("∈", "\\in") and len(sides) == 2 and asked.bound == "<":
        interval = re.fullmatch(r"[(\[\]]\s*0\s*[,;](.*)[)\[\]]", sides[1].strip(), re.DOTALL)
        if interval:
            sides, signs = [sides[0], interval[1]], ["<"]
    if not all(sign in (*_BELOW, *_ABOVE) for sign in signs):
        raise AnswerError(f"'{signs[0]}' states no value; give the formula alone")
    if not asked.bound:
        raise AnswerError("a value is asked for, not a bound: give the formula without '<' or '>'")
    if len(sides) == 3 and sides[0] == "0" and signs[0] in _BELOW:
        sides, signs = sides[1:], signs[1:]
    elif len(sides) == 3 and sides[2] == "0" and signs[1] in _ABOVE:
        sides, signs = sides[:2], signs[:1]
    if len(sides) != 2:
        raise AnswerError("two bounds stand in the answer, and one is asked for")
    left, right = sides
    below = signs[0] in _BELOW
    if asked.given(left) is not None and asked.given(right) is None:
        left, right, below = right, left, not below
    if asked.given(left) is not None or not is_name(left):
        raise AnswerError(
            f"{quoted(left)} is not the name of the quantity asked; give the bound alone"
        )
    if below != (asked.bound == "<"):
        kind = "an upper" if asked.bound == "<" else "a lower"
        raise AnswerError(f"{kind} bound is asked for, and the answer gives the other")
    found = asked.expression(right)
    return replace(found, notes=(f"'{left} {'<' if below else '>'}' left out", *found.notes))
