"""Derivations, line by line: does each step follow, and is the end the answer?

A derivation is a chain ``A = B = C``, or one equality a line, in the question's symbols. Each link
is decided by itself, as an answer would be: two formulas are equal or differ at a point. So a step
that is wrong is found even where a second one makes up for it. A link with a side that could not be
read is a gap: what stands before and after it is decided, and nothing is said over it. A line
``r := Xw - t``, or ``let r = Xw - t``, defines a name and is no step, and so does an equality with
a new name on its left; ``v \\in \\mathbb{R}^d`` brings a column in (:mod:`hwcode.checking.scope`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from hwcode.checking.answers import is_name
from hwcode.checking.errors import AnswerError, NoReferenceError, quoted
from hwcode.checking.expressions import UndefinedError, evaluate, value_text
from hwcode.checking.forms import Form, Formula
from hwcode.checking.functions import FUNCTIONS, OTHER_NAMES
from hwcode.checking.operations import is_matrix
from hwcode.checking.question import Part
from hwcode.checking.scope import Scope
from hwcode.checking.verdict import Comparison, Counterexample, Method, Outcome, Verdict, gravest

__all__ = ["Link", "check_steps", "decided", "links_of"]

LINES = re.compile(r"\\\\(?:\[[^\]]*\])?|\n")
DISPLAYS = re.compile(
    r"\$\$(?P<dollars>.+?)\$\$|\\\[(?P<brackets>.+?)\\\]"
    r"|\\begin\{(?P<name>equation|align|aligned|gather|eqnarray|multline|split)(?P<star>\*?)\}"
    r"(?P<inside>.+?)\\end\{(?P=name)(?P=star)\}",
    re.DOTALL,
)
ROWS = re.compile(r"\\begin\{(?P<env>[pbvBV]?matrix|cases|array)\}.*?\\end\{(?P=env)\}", re.DOTALL)
"""Where a double backslash ends a row, and no line."""
RELATIONS = {
    "=": "=", "==": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "≤": "<=", "≥": ">=",
    "\\le": "<=", "\\leq": "<=", "\\ge": ">=", "\\geq": ">=", "\\leqslant": "<=",
    "\\geqslant": ">=", "\\lt": "<", "\\gt": ">",
    ":=": ":=", "\\coloneqq": ":=", "\\triangleq": ":=", "≔": ":=", "≜": ":=",
    "\\in": "in", "∈": "in",
}  # fmt: skip
"""Relations as people write them, and what they mean."""
SIGN = re.compile(
    r"\\(?:leqslant|geqslant|leq|geq|le|ge|lt|gt|coloneqq|triangleq|in)(?![A-Za-z])"
    r"|<=|>=|==|:\s*=|[=<>≤≥≔≜∈]"
)
LET = re.compile(
    r"\s*(?:let|define|set|put|write)\s+(?:us\s+(?:define|set|put|write)\s+)?", re.IGNORECASE
)
"""What announces a definition."""
VAGUE = re.compile(r"\\approx|\\simeq|\\sim(?![A-Za-z])|\\propto|[≈∝~]")
STATEMENTS = re.compile(
    r"\\q?quad(?![A-Za-z])"
    r"|\\(?:Rightarrow|implies|Longrightarrow|iff|Leftrightarrow|Longleftrightarrow)"
    r"(?![A-Za-z])|[⇒⇔⟹⟺]"
)
"""What stands between two statements on one line."""
REMARK = re.compile(
    r"\(\s*\\text\{[^{}]*\}[^()]*\)\s*$|^\s*\\text\{[^{}]*\}|\\text\{[^{}]*\}\s*[.,]?\s*$"
    r"|\\tag\*?\{[^{}]*\}"
)
"""Words at the end or at the beginning of a statement, as in ``(\\text{by } 1)``."""
POINTS = 24
"""Random points at which an inequality is tried, in each case."""


@dataclass(frozen=True)
class Link:
    """Two sides and a relation between them, as they are written.

    Attributes:
        left, right: the sides; ``left`` is empty where a line begins with a name for what follows.
        relation: ``=``, ``<``, ``<=``, ``>`` or ``>=``; ``:=`` of a definition, ``in`` of the set
            of a symbol.
        line: the number of the line that it ends in, from 1.
    """

    left: str
    relation: str
    right: str
    line: int

    def __str__(self) -> str:
        return f"{self.left} {self.relation} {self.right}"


def links_of(text: str) -> list[Link]:
    """The links of a derivation.

    A line that begins with a relation goes on from the end of the one before, as does one that
    begins with the same left-hand side. Of a LaTeX text with displayed formulas these alone count.

    Raises:
        AnswerError: if there is no link, or a relation that is not exact.

    >>> [str(link) for link in links_of("a + a = 2*a\\n= a*2")]
    ['a + a = 2*a', '2*a = a*2']
    """
    found: list[Link] = []
    last = first = alone = ""
    for number, line in _lines(text):
        if new := _new_names(number, line):
            found += new
            continue
        if vague := VAGUE.search(line):
            raise AnswerError(
                f"line {number}: '{vague[0]}' states nothing that could be decided; use = or <="
            )
        sides, signs = _split(line)
        if alone and sides[0]:
            raise AnswerError(f"nothing follows from {quoted(alone)}; a step is A = B")
        alone = "" if signs else sides[0]
        if signs and (not sides[0] or (found and sides[0] == first)):
            sides[0] = last
        else:
            first = sides[0]
        for left, right, sign in zip(sides, sides[1:], signs, strict=False):
            if not left or not right:
                raise AnswerError(f"line {number}: nothing stands on one side of '{sign}'")
            found.append(Link(left, RELATIONS[sign], right, number))
        last = sides[-1]
    if alone:
        raise AnswerError(f"nothing follows from {quoted(alone)}; a step is A = B")
    if not found:
        raise AnswerError("the derivation is empty; write it as A = B = C, or one equality a line")
    return found


def _new_names(number: int, line: str) -> list[Link]:
    """A definition, or the sets of some symbols; empty where a line is something else."""
    let = LET.match(line)
    sides, signs = _split(re.sub(r"\s+be\b[^=]*$", "", line[let.end() :]) if let else line)
    kinds = [RELATIONS[re.sub(r"\s", "", sign)] for sign in signs]
    if "in" in kinds:
        if kinds != ["in"] or not all(sides):
            raise AnswerError(
                f"line {number}: a symbol and its set, as v \\in \\mathbb{{R}}^d, stand alone"
            )
        return [Link(one.strip(), "in", sides[1], number) for one in sides[0].split(",")]
    if not ((let and kinds == ["="]) or ":=" in kinds):
        return []
    if len(kinds) > 1 or not all(sides):
        raise AnswerError(f"line {number}: a definition has a name on its left, and one formula")
    return [Link(sides[0], ":=", sides[1], number)]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    text = text.replace("\r\n", "\n")
    text = re.sub(
        r"\\(?:text|mathrm|textrm)\s*\{\s*([Ll]et|[Dd]efine|[Ss]et|[Pp]ut)\s*\}", r"\1 ", text
    )
    if "\\" in text or "$" in text:
        text = re.sub(r"(?<!\\)%[^\n]*", "", text)
        shown = [
            next(part for name, part in one.groupdict().items()
                 if part is not None and name not in ("name", "star"))
            for one in DISPLAYS.finditer(text)
        ]  # fmt: skip
        text = "\n".join(shown) if shown else text
    text = ROWS.sub(
        lambda found: found[0].replace("\\\\", "\0").replace("\n", " ").replace("&", "\1"), text
    )
    pieces: list[str] = []
    for raw in (piece for line in LINES.split(text) for piece in _statements(line)):
        line = re.sub(r"(?<!\\)&|\\(?:nonumber|notag)\b|\\label\{[^}]*\}", "", raw).strip()
        line = line.replace("\0", "\\\\").replace("\1", "&")
        line = line.strip("$").strip().rstrip(".,;").strip()
        if not line:
            continue
        # A line that ends in a relation, or inside of brackets, is not finished.
        if pieces and (_depth(pieces[-1]) > 0 or not SIGN.split(pieces[-1])[-1].strip()):
            pieces[-1] += f" {line}"
        else:
            pieces.append(line)
    yield from enumerate(pieces, start=1)


def _statements(line: str) -> Iterator[str]:
    """A line at its arrows and wide spaces, without the remarks between them."""
    line = re.sub(r"&&.*$", "", line, flags=re.DOTALL)
    last = ""
    for piece in STATEMENTS.split(line):
        bare = REMARK.sub("", piece).strip()
        if SIGN.search(bare) and last:
            yield last
            last = bare
        elif bare.strip(" .,;:"):
            last = f"{last} {bare}"
    yield last


def _depth(line: str) -> int:
    return sum(line.count(one) for one in "([{") - sum(line.count(one) for one in ")]}")


def _split(line: str) -> tuple[list[str], list[str]]:
    """A line at its relations, those inside of brackets left alone."""
    sides, signs, start, depth, place = [], [], 0, 0, 0
    while place < len(line):
        if line[place] in "([{":
            depth += 1
        elif line[place] in ")]}":
            depth -= 1
        elif depth == 0 and (sign := SIGN.match(line, place)):
            sides.append(line[start:place].strip())
            signs.append(sign[0])
            place = start = sign.end()
            continue
        place += 1
    return [*sides, line[start:].strip()], signs


def check_steps(part: Part, id: str, text: str, beside: Sequence[Part] = ()) -> Verdict:
    """The verdict on a derivation: of every step, and of its end.

    A line ``P = ...`` whose left side is a new name defines it, and is no step.

    Args:
        part: a part whose answer is a formula.
        id: the question's id.
        text: the derivation.
        beside: the question's parts, whose symbols a derivation may need.

    Returns:
        A verdict whose parts are the steps, in order, and ``end``. Right if every step follows and
        the end is the answer; wrong if one does not; unreadable if a side could not be read.

    Raises:
        AnswerError: if the part asks for no formula, or there is no derivation in the text.
    """
    if not isinstance(part.form, Formula):
        raise AnswerError("only a question for a formula takes a derivation")
    others = [one.form for one in beside if one is not part and isinstance(one.form, Formula)]
    scope = Scope([part.form, *others])
    links = links_of(text)
    steps: list[Verdict] = []
    for link in links:
        name = f"step {len(steps) + 1}"
        if link.relation in (":=", "in"):
            add = scope.define if link.relation == ":=" else scope.declare
            if why := add(link.left, link.right):
                steps.append(Verdict(id, Outcome.UNREADABLE, Method.NOT_JUDGED, part=name,
                                     answer=str(link), diagnosis=why))  # fmt: skip
            continue
        if link.relation == "=" and _names_something(links, link, scope):
            continue
        steps.append(_step(part, id, name, link, scope))
    end = _end(part, id, links[-1].right, scope)
    outcome = gravest(one.outcome for one in (*steps, end))
    method = max((one.method for one in (*steps, end)), key=list(Method).index)
    told = _summary(steps, end, scope.names)
    return Verdict(id, outcome, method, told, part.name, end.answer, parts=(*steps, end))


def _names_something(links: list[Link], link: Link, scope: Scope) -> bool:
    """Whether the left side of an equality is a new name for its right side."""
    if not scope.taken(link.left) and not scope.define(link.left, link.right):
        return True
    unread = all(isinstance(value, AnswerError) for value in scope.readings(link.left))
    return unread and (not scope.define(link.left, link.right) or _is_name(links, link))


def _is_name(links: list[Link], link: Link) -> bool:
    """Whether a side that is no formula is a name for what follows, at the head of the chain."""
    head = links[0].left
    called = {*FUNCTIONS, *OTHER_NAMES} & set(re.findall(r"[A-Za-z]{2,}", head))
    return link.left == head and link.relation == "=" and is_name(head) and not called


def decided(link: Link, scope: Scope) -> Comparison:
    """Whether a link holds, by the first form that can read both of its sides.

    Raises:
        AnswerError: if none can, or if neither side has a value anywhere.
    """
    for place, form in enumerate(scope.forms):
        left, right = (scope.reading(side, place) for side in (link.left, link.right))
        if isinstance(left, AnswerError) or isinstance(right, AnswerError):
            continue
        if link.relation == "=":
            return _equality(form, left, right)
        return _inequality(form, link.relation, left, right)
    for side in (link.left, link.right):
        values = scope.readings(side)
        if all(isinstance(value, AnswerError) for value in values):
            raise AnswerError(f"{quoted(side)} was not read: {values[0]}")
    raise AnswerError(f"no part of the question has all the symbols of {link}")


def _step(part: Part, id: str, name: str, link: Link, scope: Scope) -> Verdict:
    try:
        found = decided(link, scope)
    except AnswerError as error:
        sides = scope.readings(link.left), scope.readings(link.right)
        read = any(not isinstance(a, AnswerError) and not isinstance(b, AnswerError)
                   for a, b in zip(*sides, strict=True))  # fmt: skip
        outcome = Outcome.UNDECIDED if read else Outcome.UNREADABLE
        detail, why = (str(error), "") if read else ("", str(error))
        return Verdict(
            id, outcome, Method.NOT_JUDGED, detail, part=name, answer=str(link), diagnosis=why
        )
    outcome = Outcome.of(found.equal)
    why = "" if found.equal else found.remark or "this step does not follow"
    return Verdict(
        id, outcome, found.method, found.detail, name, str(link),
        diagnosis=why, counterexample=found.counterexample,
    )  # fmt: skip


def _zero(value: Any, beside: Any) -> Any:
    """A bare 0 beside a matrix is the matrix of zeros."""
    whole = is_matrix(beside) and beside.shape != (1, 1)
    return sympy.ZeroMatrix(*beside.shape) if whole and value == 0 else value


def _equality(form: Form, left: Any, right: Any) -> Comparison:
    left, right = _zero(left, right), _zero(right, left)
    try:
        return form.compare(right, left)
    except NoReferenceError:  # what has no value may stand on the left of a step
        pass
    try:
        return form.compare(left, right)
    except NoReferenceError:
        raise AnswerError("the two sides have no value at any point that was tried") from None


def _inequality(form: Formula, relation: str, left: Any, right: Any) -> Comparison:
    """Try an inequality at random points: it may be refuted so, and is never proved."""
    holds = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge}[relation]
    domain, tried = form.domain, 0
    for kind in ("small", "wide"):
        for point in domain.points(kind, POINTS // 2, seed=0):
            try:
                values = [sympy.N(evaluate(side, point), 50) for side in (left, right)]
                true = bool(holds(*values))
            except (UndefinedError, TypeError) as error:
                if isinstance(error, TypeError):
                    raise AnswerError("matrices and complex numbers have no order") from None
                continue
            tried += 1
            if not true:
                named = {name: value_text(v) for name, v in domain.named(point).items()}
                told = [str(sympy.N(value, 8)) for value in values]
                failure = Counterexample(named, f"{told[0]} {relation} {told[1]}", "the contrary")
                return Comparison(False, Method.EXACT, counterexample=failure)
    if not tried:
        raise AnswerError("the two sides have no value at any point that was tried")
    return Comparison(True, Method.SAMPLED, f"an inequality, tried at {tried} points")


def _end(part: Part, id: str, side: str, scope: Scope) -> Verdict:
    value = scope.readings(side)[0]
    if isinstance(value, AnswerError):
        told = f"{quoted(side)} was not read: {value}"
        return Verdict(
            id, Outcome.UNREADABLE, Method.NOT_JUDGED, part="end", answer=side, diagnosis=told
        )
    if why := scope.unfinished(value):
        told = f"{quoted(side)} is no answer: {why}"
        return Verdict(
            id, Outcome.UNREADABLE, Method.NOT_JUDGED, part="end", answer=side, diagnosis=told
        )
    found = part.check(id, value)
    return Verdict(
        id, found.outcome, found.method, found.detail, "end", found.answer, found.convention,
        found.assumption, found.rounded, found.diagnosis, found.counterexample,
    )  # fmt: skip


def _summary(steps: list[Verdict], end: Verdict, names: list[str]) -> str:
    follow = sum(1 for one in steps if one.right)
    told = [f"{follow} of {len(steps)} steps follow" if steps else "there is no step to decide"]
    wrong = next((one for one in steps if one.right is False), None)
    if wrong is not None:
        told.append(f"the first that does not is {wrong.part}: {wrong.answer}")
    open_ = [one.part for one in steps if one.right is None]
    if open_:
        told.append(f"not decided: {', '.join(open_)}")
    if names:
        told.append(f"names brought along: {', '.join(dict.fromkeys(names))}")
    told.append("the end is the answer" if end.right else "the end is not shown to be the answer")
    return "; ".join(told)
