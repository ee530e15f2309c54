r"""Numbers in the text of a page that nothing binds: they could be wrong, and nobody would see it.

A number is bound if a cell computes it (``{glue:text}``), if the build computes it from what stands
in the source (``{calc}``), or if the source says where it comes from (``{given}``):

- ``{calc}`3.24 = 9*(1 - 4*0.1)**2``` shows 3.24, and fails the build unless the right side is that
  number, rounded to the digits that are shown;
- ``{given}`0.1 <setting>``` shows 0.1, a value that this page's cells are given: it has to stand in
  one of them. With the path of a file of the project it has to stand in that file. ``<handout>`` is
  a number of the exercise, ``<source>`` of a work that is cited or of a library or a format,
  ``<name>`` part of a name: a year, a version, a section. ``<example>`` is chosen in the text
  itself, for an example in numbers; what follows from it is computed.

What has to be bound: decimals, percentages, numbers with a unit, whole numbers from 100 on, powers
of ten, in running text, captions and alternative texts, and in mathematics where such a number
stands alone or is one side of a relation. Not looked at are typed input in backticks that is more
than a number, ids of questions, and what :data:`NAMES`, :data:`YEARS` and :data:`OPTIONS` list.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from hwcode.chapters import all_ids

__all__ = [
    "NAMES",
    "Loose",
    "Marked",
    "cells_of",
    "given",
    "loose",
    "numbers_of",
]

NAMES = ("CSC413/2516", "CSC413", "ESE 546", "CIFAR-10", "WCAG 2.1", "FC-1024", "FC-100")
"""Names with a number in them."""
YEARS = ("2020", "2021", "2024", "2025")
"""By which the sheets are called, "the handout of 2021"; as amounts they would have a comma."""
OPTIONS = ("hours",)
"""Options of directives whose numbers are told as estimates."""
UNITS = (
    "s|ms|µs|ns|seconds?|minutes?|hours?|days?|[kMG]i?B|bytes?|bits?|px|pixels?|epochs?|degrees"
    "|m|cm|mm"
)

CELL = "{code-cell}"
_NUMBER = re.compile(
    rf"""(?<![\w.,])(?:
      \d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?:\s?(?:%|per\ cent))?
    | \d+(?:\.\d+)?\s?(?:%|per\ cent|×\s?10\S+)
    | \d+(?:\.\d+)?e[-+−]?\d+
    | 10\s?(?:\^|\*\*)\s?\{{?[-−]?\d+\}}?
    | 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+
    | \d*\.\d+
    | \d{{3,}}
    | \d+[\s-](?:{UNITS})\b
    )(?!\w)""",
    re.VERBOSE,
)
_SIDE = re.compile(
    r"=|<|>|\\(?:approx|leq?|geq?|lt|gt|sim|simeq|to|ll|gg|ne|equiv|pm|mp)(?![a-zA-Z])"
)
_FRACTION = re.compile(r"\\[td]?frac\s*(?:\{(\d+)\}|(\d))\s*(?:\{(\d+)\}|(\d))")
_LOOKS = re.compile(
    r"\\(?:displaystyle|textstyle|,|;|!|:|quad|left|right|text|mathrm|mathbf)(?![a-zA-Z])|[{}()\[\]\s~&]"
)
_SET = re.compile(
    r"[-+−]?(?:\d[\d.,]*)?(?:\\(?:times|cdot)|×)?(?:10\^[-−]?\d+)?(?:\\?%|\\circ|\^\\circ)?[.,;]?|"
    r"[-+−]?\d+/\d+[.,;]?"
)


@dataclass(frozen=True)
class Loose:
    """A number that nothing binds, and where it stands."""

    line: int
    number: str
    place: str

    def __str__(self) -> str:
        return (
            f"the number {self.number} in {self.place} is bound to nothing: glue it from the cell"
            " that computes it ({glue:text}), compute it ({calc}`3.24 = 9*(1-4*0.1)**2`), or say"
            " where it comes from ({given}`0.1 <setting>`; or handout, source, name, example). In"
            " an alternative text write an f-string"
        )


@dataclass(frozen=True)
class Marked:
    """A number that the source binds by a role."""

    line: int
    role: str
    text: str


def numbers_of(text: str) -> list[str]:
    """The numbers of a text that have to be bound.

    >>> numbers_of("in 3 of 7 runs 41.1 % of the 12,665 images, within 30 seconds, 1e-6 or 10^6")
    ['41.1 %', '12,665', '30 seconds', '1e-6', '10^6']
    >>> numbers_of("A1-1.2.2 of CSC413, on CIFAR-10, with 50 units")
    []
    """
    for name in NAMES:
        text = text.replace(name, " " * len(name))
    text = re.sub(rf"(?<![\w.,])(?:{'|'.join(YEARS)})(?![\w%]|\.\d)", "    ", text)
    text = _ids().sub(lambda id: " " * len(id[0]), text)
    return [found[0] for found in _NUMBER.finditer(text)]


@cache
def _ids() -> re.Pattern[str]:
    ids = sorted(all_ids(), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, ids))})(?![\w])(?!\.\d)")


def numbers_in_formula(latex: str) -> list[str]:
    r"""The numbers that stand alone in a formula, or are a whole side of a relation in it.

    >>> numbers_in_formula("0.25"), numbers_in_formula(r"-1{,}000"), numbers_in_formula("10^{-6}")
    (['0.25'], ['-1,000'], ['10^-6'])
    >>> numbers_in_formula(r"\approx 40\,\%"), numbers_in_formula(r"\eta = 0.1")
    (['40\\%'], ['0.1'])
    >>> numbers_in_formula(r"\frac{1}{128}"), numbers_in_formula(r"\frac1{24}")
    (['1/128'], [])
    >>> numbers_in_formula(r"9(1-0.4)^2"), numbers_in_formula("n = 3")
    ([], [])
    """
    plain = _FRACTION.sub(
        lambda found: "/".join(filter(None, found.groups())), latex.replace("{,}", ",")
    )
    sides = (_LOOKS.sub("", side) for side in _SIDE.split(plain))
    return [side.rstrip(".,;") for side in sides if _SET.fullmatch(side) and _large(side)]


def _large(side: str) -> bool:
    plain = side.replace("\\%", "%").replace("\\circ", "°")
    found = re.search(r"\.\d|%|10\^|\d{3}|°|\d,\d{3}", plain)
    return found is not None


@cache
def _parser() -> Any:
    from myst_parser.config.main import MdParserConfig
    from myst_parser.mdit_to_docutils.base import DocutilsRenderer
    from myst_parser.parsers.mdit import create_md_parser

    extensions = {"amsmath", "colon_fence", "deflist", "dollarmath", "substitution"}
    return create_md_parser(MdParserConfig(enable_extensions=extensions), DocutilsRenderer)


def loose(path: Path) -> list[Loose]:
    """The numbers of a page that nothing binds, in their order."""
    return [found for found in _found(path.read_text(encoding="utf-8")) if isinstance(found, Loose)]


def given(path: Path) -> list[Marked]:
    """What the roles of a page bind, in their order."""
    found = _found(path.read_text(encoding="utf-8"))
    return [one for one in found if isinstance(one, Marked)]


def _found(text: str) -> list[Loose | Marked]:
    return sorted(_blocks(text, 1, "the text"), key=lambda found: found.line)


def _blocks(text: str, line: int, place: str) -> Iterator[Loose | Marked]:
    for token in _parser().parse(text):
        at = line + (token.map[0] if token.map else 0)
        if token.type == "inline":
            yield from _inline(token, at, place)
        elif token.type in ("fence", "colon_fence"):
            yield from _fence(token, at)
        elif token.type in ("math_block", "math_block_label"):
            continue  # a displayed formula is a claim of its own, in the ledger
        elif token.type in ("html_block", "myst_block_break"):
            yield from (Loose(at, number, place) for number in numbers_of(_bare(token.content)))


def _bare(source: str) -> str:
    return re.sub(r"<[^>]*>", " ", source)


def _inline(token: Any, line: int, place: str) -> Iterator[Loose | Marked]:
    at = line
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            at += 1
        elif child.type == "text":
            yield from (Loose(at, number, place) for number in numbers_of(child.content))
        elif child.type == "code_inline":
            if re.fullmatch(r"[-+−]?[\d.,]+(e[-+]?\d+)?\s?%?", child.content.strip()):
                yield from (Loose(at, number, place) for number in numbers_of(child.content))
        elif child.type in ("math_inline", "math_inline_double"):
            yield from (Loose(at, one, place) for one in numbers_in_formula(child.content))
        elif child.type == "image":
            told = "an alternative text"
            yield from (Loose(at, number, told) for number in numbers_of(child.content))
        elif child.type == "myst_role" and child.meta["name"] in ("calc", "given"):
            yield Marked(at, child.meta["name"], child.content)
        at += child.content.count("\n") if child.type != "text" else 0


def _fence(token: Any, line: int) -> Iterator[Loose | Marked]:
    found = re.match(r"\{([\w:-]+)\}\s*(.*)", token.info)
    if found is None:
        return  # code that is shown
    name, argument = found.groups()
    if name == "code-cell":
        yield from _cell(token.content, line + 1)
    elif name not in ("math", "glue:math", "eval-rst", "raw", "code", "code-block"):
        options = rf"^:(?:{'|'.join(OPTIONS)}):.*$"
        content = re.sub(options, "", token.content, flags=re.MULTILINE)
        yield from _blocks(argument, line, "the text")
        yield from _blocks(content, line + 1, "the text")


def _cell(source: str, line: int) -> Iterator[Loose | Marked]:
    head, body = _parted(source)
    figure = (head.get("mystnb") or {}).get("figure") or {}
    if caption := str(figure.get("caption", "")):
        first = caption.strip().partition("\n")[0]
        before = source.partition(first)[0] if first else ""
        yield from _blocks(caption, line + before.count("\n"), "a caption")
    if alt := str(((head.get("mystnb") or {}).get("image") or {}).get("alt", "")):
        yield from (Loose(line, number, "an alternative text") for number in numbers_of(alt))
    lines = source.count("\n") - body.count("\n")
    for text, at in _alternative_texts(body):
        told = "an alternative text"
        yield from (Loose(line + lines + at - 1, number, told) for number in numbers_of(text))


def _parted(source: str) -> tuple[dict[str, Any], str]:
    """The options of a cell, and its code."""
    if source.startswith("---\n"):
        head, _, body = source[4:].partition("\n---\n")
        return yaml.safe_load(head) or {}, body
    return {}, source


def _alternative_texts(code: str) -> Iterator[tuple[str, int]]:
    """What ``page.figure`` is given as words, with the line; an f-string's values are computed."""
    try:
        tree = ast.parse(re.sub(r"^:\w+:.*$", "", code, flags=re.MULTILINE))
    except SyntaxError:
        return  # the build says so
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    assigned.setdefault(target.id, []).append(node.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "page.figure":
            words = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "alt")]
            for word in words:
                named = (value for name in _joined(word) for value in assigned.get(name, ()))
                for place in (word, *named):
                    yield from _constants(place)


def _joined(node: ast.expr) -> Iterator[str]:
    """The names of which a text consists, if it is not written in place."""
    match node:
        case ast.Name(id=name):
            yield name
        case ast.BinOp(left=left, right=right):
            yield from _joined(left)
            yield from _joined(right)


def _constants(node: ast.expr) -> Iterator[tuple[str, int]]:
    for one in ast.walk(node):
        if isinstance(one, ast.FormattedValue) and isinstance(one.value, ast.Constant):
            yield str(one.value.value), one.lineno  # computed from nothing
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value, one.lineno


def cells_of(text: str) -> str:
    """The code of a page."""
    code = [token.content for token in _parser().parse(text) if token.info.startswith(CELL)]
    return "\n".join(
        re.sub(r"^:\w+:.*$", "", _parted(source)[1], flags=re.MULTILINE) for source in code
    )
