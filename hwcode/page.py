"""What a page of the book imports: its answers, its numbers and its figures.

A page calls :func:`answer` where the answer stands, :func:`mistakes` where the wrong ones do,
:func:`glue` for every number that its prose quotes, and :func:`figure` for every picture.
"""

from __future__ import annotations

import hashlib
import html
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

from hwcode.checking.domain import Domain
from hwcode.checking.identity import compare_expressions
from hwcode.checking.question import Part, Question
from hwcode.checking.verdict import Comparison, Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "Shown",
    "answer",
    "figure",
    "glue",
    "holds",
    "mistakes",
    "shown",
    "style",
    "table",
]

COLOURS = ("#3f83cf", "#d8731a", "#2b9a66", "#cf4a5a", "#9a6fd3", "#8a8a8a", "#1d9aa8", "#b08a1e")
"""Line colours; each has a contrast of at least 3 to white and to the dark theme's ground."""

INK = "#0a0b0c"
"""Stands for the colour of the page's text; the figure in the page takes that colour over."""


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


def shown(verdict: Verdict) -> Shown:
    """A verdict as the page shows it."""
    lines = [f"**{_word(verdict)}** {verdict.name}: `{verdict.answer}`"]
    details = [verdict.detail, verdict.convention, verdict.diagnosis]
    if verdict.counterexample is not None:
        details.append(f"counterexample: `{verdict.counterexample}`")
    lines += [f"- {text}" for text in details if text]
    lines += [f"\n{shown(part).markdown}" for part in verdict.parts]
    return Shown("\n".join(lines))


def _word(verdict: Verdict) -> str:
    return {True: "✓ right", False: "✗ wrong", None: "not judged"}[verdict.right]


def answer(id: str) -> Shown:
    """The answer to a question, each part with how it was checked.

    Raises:
        AssertionError: if a reference does not hold against its definition. The page then fails.
    """
    question = _question(id)
    found = [_verified(question, part) for part in question.parts]
    blocks = list(map(_answer_block, repeat(question), question.parts, found))
    if question.conventions:
        links = ", ".join(f"[](#conv-{name})" for name in question.conventions)
        blocks.append(f"*Conventions it depends on:* {links}.")
    decided = {
        part.name: each.method.value for part, each in zip(question.parts, found, strict=True)
    }
    return Shown("\n\n".join(blocks), {"id": question.id, "decided": decided})


def _question(id: str) -> Question:
    from hwcode.questions import question

    return question(id)


def _verified(question: Question, part: Part) -> Comparison:
    found = part.verify()
    if not found.equal:
        raise AssertionError(f"{question.id} {part.name}: the reference fails: {found}")
    return found


def _answer_block(question: Question, part: Part, found: Comparison) -> str:
    asks = f"{part.asks[:1].upper()}{part.asks[1:]}" if part.asks else "Answer"
    label = f" `{question.id}:{part.name}`" if part.name else f" `{question.id}`"
    return f"**{asks}**{label}\n\n{part.shown}\n\n{_status(found)}"


def _status(found: Comparison) -> str:
    if found.method == "not judged":
        return "*Not judged by machine.*"
    return f"✓ Checked {found.method.meaning}: {found.detail}."


def mistakes(id: str) -> Shown:
    """The known wrong answers to a question, each refused by the checker, with counterexamples.

    Raises:
        AssertionError: if the checker accepts one of them. The page then fails.
    """
    question = _question(id)
    rows = [row for part in question.parts for row in _mistake_rows(question, part)]
    return Shown("\n".join(rows), {"id": question.id, "refused": len(rows)})


def _mistake_rows(question: Question, part: Part) -> Iterator[str]:
    for mistake in part.mistakes:
        verdict = part.check(question.id, mistake.answer)
        if verdict.right is not False:
            raise AssertionError(f"{question.id} {part.name}: {mistake.answer} passes the check")
        name = f"`{part.name}` " if part.name else ""
        row = f"- ✗ {name}{part.form.inline(mistake.answer)}: {mistake.why}."
        if verdict.counterexample is not None:
            row += f"\\\n  `{verdict.counterexample}`"
        yield row


def holds(left: Any, right: Any, domain: Domain) -> Shown:
    """Decide that two expressions are equal, and say how.

    Raises:
        AssertionError: with a counterexample, if they are not. The page then fails.
    """
    found = compare_expressions(left, right, domain)
    if not found.equal:
        raise AssertionError(f"{left} is not {right}: {found.counterexample or found.remark}")
    return Shown(f"✓ Equal, {found.method.meaning}: {found.detail}.")


def glue(name: str, value: Any, spec: str = "", kind: str = "exact") -> None:
    """Keep a number or a text for the prose of the page, ``{glue:text}`name```.

    Args:
        name: the key, unique on the page.
        value: a plain number or text; NumPy and SymPy numbers are converted.
        spec: a format specification such as ``.3f``, applied here, so that what the page prints is
            decided in one place.
        kind: ``exact`` or ``float64`` (kept in the snapshot and compared at every build),
            ``trained`` or ``measured`` (never compared digit for digit).

    Raises:
        ValueError: for a value that would print as nothing or as ``nan``.
    """
    from IPython.display import display

    if kind not in ("exact", "float64", "trained", "measured"):
        raise ValueError(f"kind is exact, float64, trained or measured, not {kind!r}")
    plain = _plain(name, value)
    text = format(plain, spec)
    if not text.strip():
        raise ValueError(f"the glued value {name!r} prints as nothing")
    metadata = {
        "scrapbook": {"name": name, "mime_prefix": "application/papermill.record/"},
        "hwcode": {"name": name, "value": plain, "text": text, "kind": kind},
    }
    # As a literal: the role that pastes it would read 8,549 as a pair of numbers.
    display({"application/papermill.record/text/plain": repr(text)}, raw=True, metadata=metadata)


def _plain(name: str, value: Any) -> int | float | str:
    if isinstance(value, (bool, str)):
        return str(value)
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, int):
        return value
    if getattr(value, "is_Integer", False):
        return int(value)
    if getattr(value, "is_Rational", False):
        return str(value)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"the glued value {name!r} is {number}")
    return number


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Shown:
    """A table; cells are Markdown. Numbers are formatted by the caller and set to the right.

    Raises:
        ValueError: if a column has no head; a screen reader names each cell by it.

    >>> print(table(["rate", "slope"], [["1/L", -0.5]]).markdown)
    | rate | slope |
    |:--|--:|
    | 1/L | -0.5 |
    """
    if not all(head):
        raise ValueError(f"every column needs a head, and one of {list(head)} is empty")
    told = [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    numeric = [all(_looks_numeric(row[i]) for row in told) for i in range(len(head))]
    rule = "|" + "|".join("--:" if right else ":--" for right in numeric) + "|"
    lines = ["| " + " | ".join(row) + " |" for row in [list(head), *told]]
    return Shown("\n".join([lines[0], rule, *lines[1:]]))


def _looks_numeric(cell: str) -> bool:
    return bool(re.fullmatch(r"[-−+]?[\d.,]+(e[-+]?\d+)?\s?%?", cell.strip()))


@contextmanager
def style(**changes: Any) -> Iterator[None]:
    """Matplotlib settings of the book's figures, for drawing inside a ``with`` block."""
    import matplotlib as mpl
    from cycler import cycler

    settings: Any = {
        "figure.figsize": (7.2, 3.6),
        "figure.facecolor": "none",
        "figure.constrained_layout.use": True,
        "axes.facecolor": "none",
        "axes.grid": True,
        "axes.prop_cycle": cycler(color=COLOURS),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "font.size": 11,
        "grid.alpha": 0.18,
        "grid.color": INK,
        "legend.frameon": False,
        "lines.linewidth": 1.8,
        "savefig.facecolor": "none",
        "svg.fonttype": "path",
    }
    for key in ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"):
        settings[key] = INK
    settings.update(changes)
    with mpl.rc_context(settings):
        yield


@dataclass(frozen=True)
class Picture:
    """A figure as the page shows it: a drawing that takes the colours of the page's theme."""

    svg: str
    alt: str

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.svg, "text/plain": self.alt}


def figure(fig: Figure, alt: str) -> Picture:
    """A Matplotlib figure for the page, with the text that stands in its place for the blind.

    The drawing becomes part of the page, so its text and axes take the colour of the page's own
    text, in the light theme and in the dark one.

    Args:
        fig: drawn inside :func:`style`.
        alt: what the figure shows, in words; not empty.
    """
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    if not alt.strip():
        raise ValueError("a figure needs an alternative text")
    stream = io.StringIO()
    salt = hashlib.sha256(alt.encode()).hexdigest()[:12]
    with mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "path"}):
        fig.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(fig)
    return Picture(_inline(stream.getvalue(), alt, fig.get_figwidth() * 96), alt)


def _inline(svg: str, alt: str, width: float) -> str:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    label = html.escape(alt, quote=True)
    attributes = f'class="hw-figure" role="img" aria-label="{label}"'
    svg = svg.replace("<svg", f'<svg {attributes} style="max-width:{width:.0f}px"', 1)
    return re.sub(INK, "currentColor", svg, flags=re.IGNORECASE)
