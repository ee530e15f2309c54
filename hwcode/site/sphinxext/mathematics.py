"""Mathematics set when the book is built: MathML that a browser shows with the first paint.

No script runs in the page. The converter is ``math-core``; the font is STIX Two Math, as the
distribution ``ziamath`` ships it, cut down to the characters that the formulas of the site use.
"""

from __future__ import annotations

import html
import re
from functools import cache
from importlib.metadata import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

__all__ = ["characters", "mathml", "setup", "write_font"]

logger = logging.getLogger(__name__)

FONT = "STIXTwoMath-Regular.ttf"
WOFF = "mathematics.woff2"

SHORT = 16
"""Characters of a formula that is never cut at the end of a line."""
RELATIONS = frozenset("=≠≈≤≥<>→←↦∈⇒⇔∝≪≫:")

ITALIC = {
    **{chr(ord("A") + i): chr(0x1D434 + i) for i in range(26)},
    **{chr(ord("a") + i): chr(0x1D44E + i) for i in range(26)},
    "h": "\u210e",
    **{chr(0x391 + i): chr(0x1D6E2 + i) for i in range(25)},
    **{chr(0x3B1 + i): chr(0x1D6FC + i) for i in range(25)},
    "ϵ": "\U0001d716", "ϑ": "\U0001d717", "ϕ": "\U0001d719", "ϱ": "\U0001d71a", "∂": "\U0001d715",
}  # fmt: skip
"""What a browser shows for a variable of one letter."""

ALWAYS = {*map(chr, range(0x21, 0x7F)), *"−⋅×√∑∏∞≤≥≠∈", *ITALIC, *ITALIC.values()}
"""Also in the font: formulas that a reader types are set in the page."""


@cache
def _converter(xml: bool) -> LatexToMathML:
    return LatexToMathML(fancy_error=False, xml_namespace=xml)


def mathml(latex: str, display: bool = False, xml: bool = False) -> str:
    r"""A formula as MathML.

    Args:
        latex: the formula, without dollars.
        display: whether it stands by itself.
        xml: whether it goes into XML, which wants the name space (EPUB).

    Raises:
        ValueError: names the formula and what in it cannot be read.

    >>> mathml(r"\sigma^2")
    '<math><msup><mi>σ</mi><mn>2</mn></msup></math>'
    >>> mathml(r"\notacommand")
    Traceback (most recent call last):
    ...
    ValueError: 0: Unknown command "\notacommand". in the formula \notacommand
    """
    small = re.sub(r"\\(begin|end)\{smallmatrix\}", r"\\\1{matrix}", latex)
    try:
        found = _converter(xml).convert_with_local_state(small.strip(), displaystyle=display)
    except LatexError as error:
        raise ValueError(f"{error} in the formula {latex.strip()}") from None
    # Browsers give a bracket its size in a row, not as the base of an index.
    found = re.sub(r"<(msu[bp]|msubsup)>(<mo minsize[^<]*</mo>)", r"<\1><mrow>\2</mrow>", found)
    # Entities such as &ApplyFunction; are none in XML.
    found = re.sub(r"&(?!lt;|gt;|amp;|quot;)\w+;", lambda entity: html.unescape(entity[0]), found)
    if display:
        return found
    return _breakable(found).replace("<wbr>", "<wbr/>") if xml else _breakable(found)


def _breakable(formula: str) -> str:
    """A long formula of the running text in pieces, each of which may begin a line.

    Browsers break no line inside of a formula, so it is cut before its relations, as TeX does.

    >>> _breakable("<math><mi>a</mi><mo>=</mo><mi>b</mi></math>")
    '<math><mi>a</mi><mo>=</mo><mi>b</mi></math>'
    >>> pieces = _breakable("<math><mi>a</mi><mo>=</mo><mtext>as long as a line</mtext></math>")
    >>> pieces.split("<wbr>")[0]
    '<math><mi>a</mi></math>'
    """
    whole = ElementTree.fromstring(formula)
    if len("".join(whole.itertext())) < SHORT:
        return formula
    pieces: list[list[ElementTree.Element]] = [[]]
    for child in whole:
        if child.tag.endswith("mo") and child.text in RELATIONS and pieces[-1]:
            child.set("form", "infix")
            pieces.append([])
        pieces[-1].append(child)
    start = formula[: formula.index(">") + 1]
    told = ("".join(map(_written, piece)) for piece in pieces)
    return "<wbr>".join(f"{start}{piece}</math>" for piece in told)


def _written(element: ElementTree.Element) -> str:
    text = ElementTree.tostring(element, encoding="unicode")
    return re.sub(r' xmlns:?\w*="[^"]*"|(?<=[</])ns\d+:', "", text)


def _set(self: Any, node: nodes.Element, display: bool) -> str:
    try:
        return mathml(node.astext(), display, xml=self.builder.name == "epub")
    except ValueError as error:
        logger.warning("%s", error, location=node, type="hwcode", subtype="mathematics")
        return f"<code>{html.escape(node.astext())}</code>"


def _visit_inline(self: Any, node: nodes.Element) -> None:
    told = _set(self, node, display=False)
    if _names(node):
        # What it names has its name from text, and a formula by itself counts as none.
        name = " ".join(node.astext().replace("\\", " ").split())
        told = f'<span role="math" aria-label="{html.escape(name)}">{told}</span>'
    self.body.append(told)
    raise nodes.SkipNode


def _names(node: nodes.Element) -> bool:
    """Whether a formula names a column of a table, or an option that a reader chooses."""
    if "hw-option" in node["classes"]:
        return True
    place = node.parent
    while place is not None and not isinstance(place, nodes.thead):
        place = place.parent
    return place is not None


def _visit_block(self: Any, node: nodes.math_block) -> None:
    # The number stands outside of what scrolls, so that it never covers the formula.
    self.body.append(self.starttag(node, "div", CLASS="hw-equation"))
    self.body.append(f'<div class="hw-formula">{_set(self, node, display=True)}</div>')
    if node.get("number"):
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def characters(page: str) -> set[str]:
    """The characters that the formulas of a page show.

    >>> sorted(characters("<p>abc <math><msqrt><mi>x</mi></msqrt><mo>&lt;</mo></math></p>"))
    ['<', 'x', '√', '𝑥']
    """
    found: set[str] = set()
    for formula in re.findall(r"<math\b.*?</math>", page, re.DOTALL):
        found.update(html.unescape(re.sub(r"<[^>]*>", "", formula)))
        found.update("√" if re.search(r"<m(sqrt|root)\b", formula) else "")
    return found | {ITALIC[one] for one in found if one in ITALIC}


def _font() -> Path:
    for file in files("ziamath") or ():
        if file.name == FONT:
            return Path(str(file.locate()))
    raise FileNotFoundError(f"ziamath has no {FONT}; reinstall the environment")


def write_font(shown: set[str], target: Path) -> None:
    """Write the font with the glyphs for these and the usual characters, in all their sizes.

    Args:
        shown: characters; one that the font lacks is left to the reader's own fonts.
        target: a WOFF2 file.
    """
    options = Options(layout_features=["*"], notdef_outline=True, flavor="woff2", hinting=False)
    font = TTFont(_font(), recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(one) for one in shown | ALWAYS])
    subsetter.subset(font)
    font.flavor = "woff2"
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target)


def _configure(app: Sphinx, config: Config) -> None:
    config.html_math_renderer = "mathml"


def _finish(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    pages = [*folder.glob("**/*.html"), *folder.glob("**/*.xhtml")]
    shown = set().union(*(characters(page.read_text(encoding="utf-8")) for page in pages))
    if shown:  # else no page asks for it
        write_font(shown, folder / "_static" / WOFF)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_block, None))
    app.connect("config-inited", _configure)
    app.connect("build-finished", _finish)
