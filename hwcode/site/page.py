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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hwcode.checking.domain import Domain
from hwcode.checking.identity import compare_expressions
from hwcode.checking.verdict import Outcome, Verdict
from hwcode.site.answers import Shown, answer, mistakes
from hwcode.site.outlines import shortened

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "Shown",
    "answer",
    "figure",
    "formulas",
    "glue",
    "holds",
    "mistakes",
    "shown",
    "style",
    "table",
]

COLOURS = ("#3f83cf", "#d8731a", "#2b9a66", "#cf4a5a", "#9a6fd3", "#8a8a8a", "#1d9aa8", "#b08a1e")
"""Line colours; each has a contrast of at least 3 to white and to the dark theme's ground."""

MARKED = 300
"""Points of a line that each have a marker; on longer lines markers stand apart."""
LARGEST = 300_000
"""Bytes of a figure: all its points are part of the page."""

INK = "#0a0b0c"
"""Stands for the colour of the page's text; the figure in the page takes that colour over."""


def shown(verdict: Verdict) -> Shown:
    """A verdict as the page shows it."""
    read = verdict.read.markdown if verdict.read else f"`{verdict.answer}`"
    lines = [f"**{_signed(verdict)}** {verdict.name}: {read}"]
    details = [verdict.detail, verdict.convention, verdict.assumption, verdict.diagnosis]
    if verdict.counterexample is not None:
        details.append(f"counterexample: `{verdict.counterexample}`")
    lines += [f"- {text}" for text in details if text]
    lines += [f"\n{shown(part).markdown}" for part in verdict.parts]
    return Shown("\n".join(lines))


def _signed(verdict: Verdict) -> str:
    sign = {Outcome.RIGHT: "✓ ", Outcome.WRONG: "✗ "}.get(verdict.outcome, "")
    return f"{sign}{verdict.word}"


def holds(left: Any, right: Any, domain: Domain) -> Shown:
    """Decide that two expressions are equal, and say how.

    Raises:
        AssertionError: with a counterexample, if they are not. The page then fails.
    """
    found = compare_expressions(left, right, domain)
    if not found.equal:
        raise AssertionError(f"{left} is not {right}: {found.counterexample or found.remark}")
    told = f"✓ Equal, {found.method.meaning}: {found.detail}."
    return Shown(told, {"step": found.method.value})


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


def formulas(*rows: tuple[str, Any]) -> Shown:
    """Values with what they are, one line each, set as mathematics; the names are Markdown.

    >>> import sympy
    >>> print(formulas(("slope", sympy.Rational(-1, 2)), ("point", (1, 2))).markdown)
    - slope: $- \\frac{1}{2}$
    - point: $\\left( 1, \\  2\\right)$
    """
    from sympy import latex

    return Shown("\n".join(f"- {name}: ${latex(value)}$" for name, value in rows))


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

    Raises:
        ValueError: if there is no text, or the drawing is so large that the page becomes slow.
    """
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    import numpy as np

    if not alt.strip():
        raise ValueError("a figure needs an alternative text")
    for axes in fig.axes:
        for line in axes.lines:
            if line.get_marker() not in ("", "None", None) and np.size(line.get_xdata()) > MARKED:
                line.set_markevery(0.01)  # evenly along the line, not one for each of its points
    stream = io.StringIO()
    salt = hashlib.sha256(alt.encode()).hexdigest()[:12]
    with mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "path"}):
        fig.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(fig)
    if len(stream.getvalue()) > LARGEST:
        size = len(stream.getvalue()) // 1000
        raise ValueError(f"a figure of {size} kB; thin it out, or draw its parts rasterized=True")
    return Picture(inline(stream.getvalue(), alt, fig.get_figwidth() * 96), alt)


def inline(svg: str, alt: str, width: float) -> str:
    """A drawing of Matplotlib as part of a page, no wider than so many pixels."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    label = html.escape(alt, quote=True)
    attributes = f'class="hw-figure" role="img" aria-label="{label}"'
    svg = svg.replace("<svg", f'<svg {attributes} style="max-width:{width:.0f}px"', 1)
    return re.sub(INK, "currentColor", shortened(svg), flags=re.IGNORECASE)
