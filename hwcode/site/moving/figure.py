"""A figure in which the reader moves something: a drawing, controls, and a table of what they show.

The drawing is a Matplotlib figure. On top of it lie *layers*, lines, dots, cells and words, which
depend on the controls. For each setting of the controls a function of Python gives the layers' data
and the values that are read out; all of it is computed while the page is built and becomes a table
of a few kilobytes. ``moving.js`` looks up the row and draws it: it computes nothing. Where no
script runs, on paper and in notebooks, the drawing stands there with its layers as at the start.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hwcode.site.moving.trees import Tree, first, look_up, mapped, pruned
from hwcode.site.page import COLOURS, INK, inline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["DIGITS", "LARGEST", "PARTS", "Control", "Layer", "Moving", "numbers", "pack", "rounded"]

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
"""Two of them are one coordinate, in base 64."""
PARTS = 8
"""Coordinates are whole eighths of a point; a panel is no wider than 511 points."""
THINNED = 0.35
"""Points by which a line may be off where vertices that are nearly on it are left out."""
KEYS = {"words": ("at", "text"), "own": ("at", "text"), "moved": ("d", "at")}
"""What is kept of a layer, by its kind; of the others an outline, ``d``."""
LARGEST = 8 * 1024
"""Bytes of a figure's table."""


@dataclass(frozen=True)
class Control:
    """Something that the reader moves.

    Attributes:
        name: the argument under which the figure's function gets the value.
        label: what it is, for the reader; one figure has no two that are alike.
        options: values with what the reader sees of each.
        start: the place of the option that the drawing shows at first.
        kind: a slider, a list to choose from, or numbers that the reader types.
        count: how many of the options there are, given the controls before this one; all of them
            if not given. Where there is one only, the control has no effect and says so.
    """

    name: str
    label: str
    options: Sequence[tuple[Any, str]]
    start: int = 0
    kind: Literal["slider", "choice", "numbers"] = "slider"
    count: Callable[[Mapping[str, Any]], int] | None = None
    own: Sequence[float] = ()

    def available(self, chosen: Mapping[str, Any]) -> Sequence[tuple[Any, str]]:
        """The options, given the values of the controls before."""
        return self.options[: self.count(chosen)] if self.count else self.options


def numbers(
    name: str, label: str, orders: Iterable[tuple[int, ...]], own: Sequence[int]
) -> Control:
    """Numbers that the reader types; what a figure shows of them depends on their order alone.

    Args:
        name: the figure's function gets the order under it: for each number, how many different
            ones are smaller.
        label: what they are.
        orders: all that can come.
        own: the numbers at the start.

    >>> numbers("x", "Your numbers", [(0, 0), (0, 1), (1, 0)], own=(7, 3)).start
    2
    """
    options = [(order, "".join(map(str, order))) for order in orders]
    ranks = tuple(sorted(set(own)).index(value) for value in own)
    start = [order for order, _ in options].index(ranks)
    return Control(name, label, options, start, "numbers", own=own)


def rounded(value: float, digits: int) -> str:
    """A number as a reader writes it, to so many digits; far from 1 with a power of ten.

    >>> rounded(0.3301, 2), rounded(8.5e-05, 1), rounded(0.00099999, 2), rounded(0, 2)
    ('0.33', '9 × 10⁻⁵', '0.0010', '0')
    """
    if value == 0:
        return "0"
    front, power = f"{value:.{digits - 1}e}".split("e")
    if -4 < int(power) < 4:
        return f"{float(f'{front}e{power}'):,.{max(digits - 1 - int(power), 0)}f}"
    raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{front} × 10{raised}"


@dataclass(frozen=True)
class Layer:
    """One thing in the drawing that depends on the controls.

    What the figure's function gives for it: a ``line`` has ``(xs, ys)``, or a list of such pieces;
    ``dots`` have ``(xs, ys)``; ``cells`` are rectangles ``(x, y, width, height)``, and ``moved``
    ones are a pair of rectangles and a shift ``(x, y)``; ``words`` are ``(x, y, text)``, and
    ``own`` ones ``(x, y, place)``, with the place of one of the reader's numbers.

    Attributes:
        name: its key in what the function returns.
        ax: where it lies; data are in its coordinates, and what is outside of it is cut off.
        kind: see above.
        colour: a place in the book's colours, or None for that of the text.
        width: of a line, or of a dot, in points; of words, their size.
        dash: of a line, as SVG has it: so that no line is known by its colour alone.
        square: dots that are squares.
        filled: how much of the colour fills the cells, from 0 to 1.
    """

    name: str
    ax: Axes
    kind: Literal["line", "dots", "cells", "moved", "words", "own"] = "line"
    colour: int | None = 0
    width: float = 1.8
    dash: str = ""
    square: bool = False
    filled: float = 0.25


@dataclass
class Moving:
    """A figure with controls, as a page shows it.

    Args:
        name: unique on its page.
        panels: figures drawn inside :func:`hwcode.site.page.style`, each with the text that stands
            in its place for the blind.
        controls: what the reader moves, in order.
        layers: what depends on it.
        case: from the value of each control to the data of each layer, and under ``"told"`` to what
            is read out: names with texts, the same names for all.

    Raises:
        ValueError: when shown, if the table is larger than :data:`LARGEST`.
    """

    name: str
    panels: Sequence[tuple[Figure, str]]
    controls: Sequence[Control]
    layers: Sequence[Layer]
    case: Callable[..., Mapping[str, Any]]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": " ".join(alt for _, alt in self.panels)}

    @cached_property
    def drawings(self) -> list[str]:
        """The panels as SVG, without layers; once they are drawn, it is known where axes lie."""
        import matplotlib as mpl
        import matplotlib.pyplot as plt

        found = []
        for place, (fig, alt) in enumerate(self.panels):
            stream = io.StringIO()
            salt = hashlib.sha256(f"{self.name} {place}".encode()).hexdigest()[:12]
            with mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none"}):
                fig.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
            plt.close(fig)
            fig.set_dpi(72)  # as the drawing has it: now a unit is a point
            # Letters are those of the page, whatever fonts the machine has that drew them.
            drawn = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", stream.getvalue())
            # In a file of its own it has no page.
            drawn = drawn.replace("<svg ", '<svg font-family="sans-serif" ', 1)
            found.append(inline(drawn, alt, fig.get_figwidth() * 96))
        return found

    @cached_property
    def table(self) -> dict[str, Any]:
        """What the script reads: the controls, and for each layer and value a tree of texts."""
        _ = self.drawings
        tree = self._tree(0, {})
        depth = len(self.controls)
        layers = []
        for layer in self.layers:
            rows = mapped(tree, depth, itemgetter(layer.name))
            keys = KEYS.get(layer.kind, ("d",))
            tables = {key: pruned(mapped(rows, depth, itemgetter(key)), depth) for key in keys}
            layers.append({"kind": layer.kind, **tables})
        names = first(tree, depth)["told"]
        read = mapped(tree, depth, itemgetter("told"))
        told = [
            {"name": name, **pruned(mapped(read, depth, itemgetter(name)), depth)} for name in names
        ]
        controls = [self._described(level, tree) for level in range(depth)]
        return {"controls": controls, "layers": layers, "told": told}

    def _described(self, level: int, tree: Tree) -> dict[str, Any]:
        control = self.controls[level]
        told: dict[str, Any] = {
            "kind": control.kind,
            "label": control.label,
            "start": control.start,
        }
        told["options"] = [text for _, text in control.options]
        if control.own:
            told["own"] = list(control.own)
        if control.count:
            told["counts"] = pruned(mapped(tree, level, len), level)
        return told

    def _tree(self, level: int, chosen: dict[str, Any]) -> Tree:
        if level == len(self.controls):
            return self._packed(self.case(**chosen))
        control = self.controls[level]
        return [
            self._tree(level + 1, {**chosen, control.name: value})
            for value, _ in control.available(chosen)
        ]

    def _packed(self, row: Mapping[str, Any]) -> dict[str, Any]:
        packed: dict[str, Any] = {"told": dict(row["told"])}
        for layer in self.layers:
            packed[layer.name] = pack(layer, row[layer.name])
        return packed

    @cached_property
    def html(self) -> str:
        """The drawing with its layers as at the start, and the table."""
        table = json.dumps(self.table, ensure_ascii=False, separators=(",", ":"))
        if (size := len(table.encode())) > LARGEST:
            raise ValueError(f"{self.name}: a table of {size} bytes; {LARGEST} are allowed")
        for one, other in (("&", "&amp;"), ("<", "&lt;"), ("'", "&#39;")):
            table = table.replace(one, other)
        panels = "\n".join(self._panel(place) for place in range(len(self.panels)))
        return (
            f'<div class="hw-moving" id="moving-{self.name}" data-table=\'{table}\'>\n'
            f'<div class="hw-panels">\n{panels}</div></div>'
        )

    def _panel(self, place: int) -> str:
        drawing = self.drawings[place].strip()
        height = self.panels[place][0].get_figheight() * 72
        clips, layers = [], []
        for number, layer in enumerate(self.layers):
            if layer.ax.figure is not self.panels[place][0]:
                continue
            clip = f"clip-{self.name}-{self._axes.index(layer.ax)}"
            x0, y0, x1, y1 = layer.ax.bbox.extents
            box = f'x="{x0:.1f}" y="{height - y1:.1f}" width="{x1 - x0:.1f}" height="{y1 - y0:.1f}"'
            clips.append(f'<clipPath id="{clip}"><rect {box}/></clipPath>')
            # Dots on the border of the axes are seen whole.
            cut = f' clip-path="url(#{clip})"' if layer.kind == "line" else ""
            layers.append(f"<g{cut}>{self._drawn(number)}</g>")
        inside = "".join([*dict.fromkeys(clips), *layers]).replace(INK, "currentColor")
        return drawing.removesuffix("</svg>") + inside + "</svg>\n"

    @cached_property
    def _axes(self) -> list[Axes]:
        return list(dict.fromkeys(layer.ax for layer in self.layers))

    def _drawn(self, number: int) -> str:
        """A layer as at the start; the script writes the same into the same elements."""
        layer, tables = self.layers[number], self.table["layers"][number]
        start = [control.start for control in self.controls]
        row = {key: look_up(tables[key], start) for key in ("d", "at", "text") if key in tables}
        style = f'data-layer="{number}" {_style(layer)}'
        if layer.kind in ("words", "own"):
            places = _points(row["at"])
            own = [f"{{{place}}}" for place in row["text"]] if layer.kind == "own" else None
            texts = [self._own(text) for text in own or row["text"].split("|")] if places else []
            words = (
                f'<text x="{x:g}" y="{y:g}" dy=".35em">{html.escape(text)}</text>'
                for (x, y), text in zip(places, texts, strict=True)
            )
            return f"<g {style}>{''.join(words)}</g>"
        shift = ""
        if layer.kind == "moved":
            ((x, y),) = _points(row["at"])
            shift = f' transform="translate({x:g} {y:g})"'
        return f'<path {style} d="{_outline(layer.kind, row["d"])}"{shift}/>'

    def _own(self, text: str) -> str:
        """A text with the reader's numbers, which it names by their places in braces."""
        for control in self.controls:
            for place, value in enumerate(control.own):
                text = text.replace(f"{{{place}}}", f"{value:g}".replace("-", "−"))
        return text


# --- packing ----------------------------------------------------------------------------------


def pack(layer: Layer, data: Any) -> dict[str, str]:
    """The data of a layer as texts: each point four letters, pieces of a line apart by a space."""
    if layer.kind == "line":
        pieces = [data] if isinstance(data, tuple) else data
        return {"d": " ".join(_line(layer.ax, *piece) for piece in pieces if len(piece[0]))}
    if layer.kind in ("words", "own"):
        at = "".join(_point(layer.ax, x, y) for x, y, _ in data)
        apart = "|" if layer.kind == "words" else ""
        return {"at": at, "text": apart.join(str(text) for _, _, text in data)}
    if layer.kind == "dots":
        (x0, x1), (y0, y1) = layer.ax.get_xlim(), layer.ax.get_ylim()
        inside = [(x, y) for x, y in zip(*data, strict=True) if x0 <= x <= x1 and y0 <= y <= y1]
        return {"d": "".join(_point(layer.ax, x, y) for x, y in inside)}
    cells, shift = data if layer.kind == "moved" else (data, (0, 0))
    corners = [corner for x, y, w, h in cells for corner in ((x, y), (x + w, y + h))]
    packed = {"d": "".join(_point(layer.ax, *corner) for corner in corners)}
    if layer.kind == "moved":
        base, there = _place(layer.ax, 0, 0), _place(layer.ax, *shift)
        packed["at"] = _letters(there[0] - base[0]) + _letters(there[1] - base[1])
    return packed


def _place(ax: Axes, x: float, y: float) -> tuple[float, float]:
    """Where a point of the data lies in the drawing, in points from its upper left corner."""
    across, up = ax.transData.transform((x, y))
    return float(across), float(ax.figure.bbox.height - up)


def _point(ax: Axes, x: float, y: float) -> str:
    return "".join(map(_letters, _place(ax, x, y)))


def _letters(value: float) -> str:
    whole = round(value * PARTS)
    if not 0 <= whole < 64**2:
        raise ValueError(f"{value:.1f} points: the drawing ends before it")
    return DIGITS[whole // 64] + DIGITS[whole % 64]


def _line(ax: Axes, xs: Any, ys: Any) -> str:
    """A line, cut a point after it leaves the axes: the drawing cuts off the rest."""
    from matplotlib.path import Path

    with np.errstate(divide="ignore"):
        places = ax.transData.transform(np.column_stack([xs, ys]).astype(float))
    path = Path(places)
    path.should_simplify, path.simplify_threshold = True, THINNED
    x0, y0, x1, y1 = ax.bbox.extents
    box = (x0, y0, x1, y1)  # Matplotlib itself adds a point on every side
    kept = path.cleaned(remove_nans=True, clip=box, simplify=True, curves=True)
    pieces: list[list[str]] = []
    height = ax.figure.bbox.height
    vertices, codes = np.asarray(kept.vertices, float), np.asarray(kept.codes)
    for (x, y), code in zip(vertices.tolist(), codes.tolist(), strict=True):
        if code == Path.MOVETO:
            pieces.append([])
        if code in (Path.MOVETO, Path.LINETO):
            pieces[-1].append(_letters(x) + _letters(height - y))
    return " ".join("".join(piece) for piece in pieces if len(piece) > 1)


def _points(packed: str) -> list[tuple[float, float]]:
    values = [
        (DIGITS.index(packed[i]) * 64 + DIGITS.index(packed[i + 1])) / PARTS
        for i in range(0, len(packed), 2)
    ]
    return list(zip(values[::2], values[1::2], strict=True))


def _outline(kind: str, packed: str) -> str:
    pieces = [_points(piece) for piece in packed.split()]
    if kind == "line":
        return "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in piece) for piece in pieces)
    points = [point for piece in pieces for point in piece]
    if kind == "dots":
        return "".join(f"M{x:g} {y:g}h0" for x, y in points)
    corners = zip(points[::2], points[1::2], strict=True)
    return "".join(f"M{x:g} {y:g}H{v:g}V{w:g}H{x:g}Z" for (x, y), (v, w) in corners)


def _style(layer: Layer) -> str:
    colour = INK if layer.colour is None else COLOURS[layer.colour]
    if layer.kind in ("words", "own"):
        return f'fill="{colour}" font-size="{layer.width:g}" text-anchor="middle"'
    ends = "butt" if layer.kind == "line" else "square" if layer.square else "round"
    fill = "none"
    if layer.kind in ("cells", "moved"):
        fill = f'{colour}" fill-opacity="{layer.filled:g}'
    dash = f' stroke-dasharray="{layer.dash}"' if layer.dash else ""
    return (
        f'fill="{fill}" stroke="{colour}" stroke-width="{layer.width:g}"'
        # As a style: Matplotlib's drawings set the ends of all lines of a page.
        f' style="stroke-linecap: {ends}"{dash}'
    )
