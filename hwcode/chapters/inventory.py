r"""What the pages of the book claim, and how each claim is decided, found in their sources.

A claim is a displayed formula, a theorem, a figure, a table, a number of the text or a step of a
derivation. What a cell makes is decided by that cell; how, follows from what the cell uses. (That
the words below a figure are true of it, its cell shows only where it asserts something;
``PageClaim.asserted`` says whether it does.) What stands in the text alone, a displayed formula or
a theorem, says itself how it is decided, in a comment on the line below it; without one it counts
as argued in the text:

- ``% decided: cell``: by the next cell with an ``assert`` or a ``page.holds``;
- ``% decided: A1-1.2.2:error``: it is the answer to a part, which the checker holds;
- ``% decided: argued`` or ``% decided: cited KEY``: by nothing but the text, or a work;
- ``% no claim: REASON``: a definition, or the words of a source.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hwcode.chapters import question
from hwcode.checking.errors import UnknownNameError

__all__ = ["BOOK", "FLOOR", "HOW", "PageClaim", "inventory", "page_claims", "share", "told"]

BOOK = Path(__file__).resolve().parents[2] / "book"
FLOOR = 0.93
"""The share of claims that a cell or a part decides or makes; the build refuses less."""
HOW = ("cited", "argued", "measured", "sampled", "computed", "part", "checked", "exact")
"""From the weakest ground to the strongest; *part*: as the ledger of the parts says."""
UNCHECKED = ("cited", "argued")

_CELL = re.compile(r"^```\{code-cell\}\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SHOWN = re.compile(
    r"^\$\$\n(.*?)^\$\$(?: \((?P<label>[\w-]+)\))?\n(?P<mark>% [^\n]*)?", re.MULTILINE | re.DOTALL
)
_THEOREM = re.compile(
    r"^```\{admonition\} (?P<title>Theorem[^\n]*)\n(.*?)^```\n(?P<mark>% [^\n]*)?",
    re.MULTILINE | re.DOTALL,
)
_DECIDES = re.compile(r"page\.holds\(|^\s*assert ", re.MULTILINE)
_RECORDED = re.compile(r"\b(load|record_of|read_text|results_of)\(")
_RANDOM = re.compile(
    r"default_rng|manual_seed|seeded|simulate|\.train\(|seed=|process_time|perf_counter"
)


@dataclass(frozen=True)
class PageClaim:
    """One claim of a page.

    Attributes:
        page: the name of the page.
        line: where it stands, from 1.
        kind: ``formula``, ``theorem``, ``figure``, ``table``, ``number`` or ``step``.
        label: by which it is referred to; empty if it has none.
        statement: its words, or its formula, shortened.
        how: one of :data:`HOW`, or ``none`` if it is no claim.
        by: the line of the deciding cell, the part, the work, or the reason.
        asserted: of a figure or a table, whether its cell asserts anything.
    """

    page: str
    line: int
    kind: str
    label: str
    statement: str
    how: str
    by: str
    asserted: bool = False

    @property
    def checked(self) -> bool:
        return self.how not in UNCHECKED

    def __str__(self) -> str:
        name = self.label or self.statement[:60]
        return f"{self.how:<10} {f'{self.page}:{self.line}':<28} {self.kind} {name} ({self.by})"


def page_claims(path: Path) -> list[PageClaim]:
    """The claims of a page, in their order.

    Raises:
        ValueError: with the place, where a mark names nothing that decides.
    """
    text = path.read_text(encoding="utf-8")
    cells = list(_cells(text))
    found = [
        *_displayed(path, text, cells),
        *_made(path, text, cells),
        *_numbers(path, text, cells),
    ]
    return sorted(found, key=lambda claim: claim.line)


def inventory(book: Path = BOOK) -> list[PageClaim]:
    """The claims of all pages; none where the book's sources are not part of the installation."""
    return [claim for path in sorted(book.glob("*.md")) for claim in page_claims(path)]


def share(claims: Sequence[PageClaim]) -> tuple[int, int]:
    """How many claims a cell or a part decides or makes, and how many there are."""
    real = [claim for claim in claims if claim.how != "none"]
    return sum(claim.checked for claim in real), len(real)


def told(claims: Sequence[PageClaim]) -> str:
    """The share in words, with how many were decided in which way.

    >>> told([PageClaim("a", 1, "number", "n", "", how, "") for how in ("exact", "argued", "none")])
    '1 of 2 claims of the pages are decided or made by a cell or a part: 1 argued, 1 exact'
    """
    checked, whole = share(claims)
    counts = Counter(claim.how for claim in claims)
    ways = ", ".join(f"{counts[how]} {how}" for how in HOW if counts[how])
    return (
        f"{checked} of {whole} claims of the pages are decided or made by a cell or a part: {ways}"
    )


@dataclass(frozen=True)
class _Cell:
    line: int
    end: int
    source: str
    code: str
    how: str


def _cells(text: str) -> Iterator[_Cell]:
    """The cells of a page, each with what it rests on: a record, random numbers, neither."""
    known: dict[str, str] = {}
    for match in _CELL.finditer(text):
        source = match[1]
        code = re.sub(r"\A---\n.*?\n---\n", "", source, flags=re.DOTALL)
        code = re.sub(r"^:\w+:.*$", "", code, flags=re.MULTILINE)
        line = text.count("\n", 0, match.start()) + 1
        yield _Cell(line, line + match[0].count("\n"), source, code, _ground(code, known))


def _ground(code: str, known: dict[str, str]) -> str:
    """The weakest ground of what a cell uses; names that it assigns carry it to later cells."""
    weakest = "computed"
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return weakest
    for statement in tree.body:
        source = ast.unparse(statement)
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        grounds = [known[name] for name in names & known.keys()]
        grounds += ["measured"] if _RECORDED.search(source) else []
        grounds += ["sampled"] if _RANDOM.search(source) else []
        if grounds:
            ground = min(grounds, key=HOW.index)
            weakest = min(weakest, ground, key=HOW.index)
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    known[node.id] = ground
            if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                known[statement.name] = ground
    return weakest


def _displayed(path: Path, text: str, cells: Sequence[_Cell]) -> Iterator[PageClaim]:
    prose = _CELL.sub(lambda cell: "\n" * cell[0].count("\n"), text)
    for kind, pattern in (("formula", _SHOWN), ("theorem", _THEOREM)):
        for match in pattern.finditer(prose):
            line = prose.count("\n", 0, match.start()) + 1
            label = match.groupdict().get("label") or match.groupdict().get("title") or ""
            shown = " ".join((match[1] if kind == "formula" else match[2]).split())
            how, by = _marked(path, line, match["mark"], cells)
            yield PageClaim(path.stem, line, kind, label, shown, how, by)


def _marked(path: Path, line: int, mark: str | None, cells: Sequence[_Cell]) -> tuple[str, str]:
    """How a displayed formula or a theorem is decided, by the comment below it."""
    if mark is None:
        return "argued", "the text"
    place = f"{path.name}:{line}"
    decided = re.fullmatch(r"% (decided|no claim): (\S+)\s?(.*)", mark.strip())
    if decided is None:
        raise ValueError(f"{place}: {mark!r} is neither '% decided: ...' nor '% no claim: ...'")
    kind, what, more = decided.groups()
    if kind == "no claim":
        return "none", f"{what} {more}".strip()
    if what == "argued":
        return "argued", more or "the text"
    if what == "cited":
        if f"{{{more}," not in (path.parent / "references.bib").read_text(encoding="utf-8"):
            raise ValueError(f"{place}: no work {more!r} in references.bib")
        return "cited", more
    if what == "cell":
        for cell in cells:
            if cell.line > line and _DECIDES.search(cell.code):
                return "checked" if "page.holds(" in cell.code else cell.how, f"line {cell.line}"
        raise ValueError(f"{place}: no cell behind it decides anything")
    id, _, part = what.partition(":")
    try:
        question(id).part(part)
    except UnknownNameError as error:
        raise ValueError(f"{place}: {error}") from None
    return "part", what


def _made(path: Path, text: str, cells: Sequence[_Cell]) -> Iterator[PageClaim]:
    """Figures, tables and steps: what cells show."""
    for cell in cells:
        by, asserted = f"line {cell.line}", bool(_DECIDES.search(cell.code))
        if "page.figure(" in cell.code:
            name = re.search(r"^    name: (\S+)", cell.source, re.MULTILINE)
            caption = re.search(r"caption: \|?\n?(.*?)\n---", cell.source, re.DOTALL)
            words = " ".join(caption[1].split()) if caption else ""
            label = name[1] if name else ""
            yield PageClaim(path.stem, cell.line, "figure", label, words, cell.how, by, asserted)
        if "page.table(" in cell.code:
            yield PageClaim(path.stem, cell.line, "table", "", "", cell.how, by, asserted)
        for _ in re.findall(r"page\.holds\(", cell.code):
            yield PageClaim(path.stem, cell.line, "step", "", "", "checked", by)


def _numbers(path: Path, text: str, cells: Sequence[_Cell]) -> Iterator[PageClaim]:
    """Each number of the text once: glued, or computed by the build."""
    seen = set()
    for match in re.finditer(r"\{(glue:text|glue:math|calc)\}`([^`]+)`", text):
        role, content = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        if role == "calc":
            yield PageClaim(path.stem, line, "number", "", content, "exact", "the build")
        elif content not in seen:
            seen.add(content)
            how, by = _glued(content, cells)
            yield PageClaim(path.stem, line, "number", content, "", how, by)


def _glued(name: str, cells: Sequence[_Cell]) -> tuple[str, str]:
    """How a glued number is decided: the cell that glues it, under its name or a computed one."""
    for cell in cells:
        for call in re.finditer(r"page\.glue\(([^\n]*)", cell.code):
            first = re.match(r'f?"([^"]*)"|\w+', call[1])
            if first is None:
                continue
            pattern = re.sub(r"\\\{.*?\\\}", ".*", re.escape(first[1] or "")) or ".*"
            if (first[1] or f'"{name}"' in cell.code) and re.fullmatch(pattern, name):
                kind = re.search(r'"(float64|trained|measured)"', call[1])
                ground = {"float64": "computed", "trained": "measured", "measured": "measured"}
                return (ground[kind[1]] if kind else "exact"), f"line {cell.line}"
    return "computed", ""
