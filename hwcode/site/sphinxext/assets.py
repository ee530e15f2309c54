"""What the site loads: the files that its pages need, and none beside them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from docutils import nodes
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.config import Config

import hwcode
from hwcode.site.sphinxext.citing import SOURCE, built

__all__ = ["icons_of", "merged", "setup"]

TEMPLATES = Path(__file__).with_name("templates")

UNUSED = re.compile(
    r"thebe|togglebutton|togglehint|design-tabs|sphinx-design|mathjax|MathJax|toggleHint|toggleOpenOnPrint|DOCUMENTATION_OPTIONS\."
)
"""Names of files and texts of scripts that extensions of Jupyter Book add to every page.

Thebe throws; folds are the browser's own; nothing on the pages is made by sphinx-design.
"""

MERGED = "_static/pages.css"
"""The style sheets of the pages in one, but those that the theme's own template names."""
SHEET = re.compile(
    r'<link rel="stylesheet" type="text/css" href="((?:\.\./)*)(_static/[^"?]*)[^"]*" />\s*'
)

ICONS = Path("vendor") / "fontawesome" / "webfonts" / "fa-solid-900.woff2"


def _configure(app: Sphinx, config: Config) -> None:
    config.templates_path = [*config.templates_path, str(TEMPLATES)]


def _drop_unused(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if not UNUSED.search(_told(file))]
    for script in context["script_files"]:
        # In their order, and after the page can be read; the page of search uses them at once.
        if page == "search":
            script.attributes.pop("defer", None)
        elif getattr(script, "filename", None):
            script.attributes["defer"] = "defer"


def merged(sheets: Mapping[str, str]) -> str:
    """Some style sheets as one that lies in ``_static``.

    Args:
        sheets: their texts by their places, which begin with ``_static/``.

    >>> print(merged({"_static/a.css": "p {}", "_static/b/c.css": 'q { src: url("d.svg") }'}))
    @charset "UTF-8";
    p {}
    q { src: url("b/d.svg") }
    """
    texts = ['@charset "UTF-8";']
    for place, text in sheets.items():
        above = place.removeprefix("_static/").rpartition("/")[0]
        text = re.sub(r"@charset [^;]*;|/\*# sourceMappingURL=.*?\*/", "", text)
        if above:
            text = re.sub(r"(url\([\"']?)(?![\"']|data:|/|#|\w+:)", rf"\g<1>{above}/", text)
        texts.append(text.strip())
    return "\n".join(texts)


def _merge(app: Sphinx, error: Exception | None) -> None:
    """Have each page ask for one style sheet in place of several."""
    if error is not None or app.builder.name != "html":
        return
    out = Path(app.outdir)
    pages = {path: path.read_text(encoding="utf-8") for path in out.glob("**/*.html")}
    found = [name for text in pages.values() for _, name in SHEET.findall(text)]
    names = [name for name in dict.fromkeys(found) if name != MERGED]
    if not names:  # no page was written
        return
    text = merged({name: (out / name).read_text(encoding="utf-8") for name in names})
    (out / MERGED).write_text(text, encoding="utf-8")
    version = hashlib.sha256(text.encode()).hexdigest()[:8]
    for path, page in pages.items():
        if SHEET.search(page):
            path.write_text(with_one(page, version), encoding="utf-8")


def with_one(page: str, version: str) -> str:
    """A page with the merged style sheet where its first one was, and without the others.

    >>> tag = '<link rel="stylesheet" type="text/css" href="../_static/{}.css?v=1" />'
    >>> with_one(tag.format("a") + tag.format("b") + "<p>", "2").splitlines()
    ['<link rel="stylesheet" type="text/css" href="../_static/pages.css?v=2" />', '<p>']
    """
    first = SHEET.search(page)
    if first is None:
        return page
    one = f'<link rel="stylesheet" type="text/css" href="{first[1]}{MERGED}?v={version}" />'
    return f"{page[: first.start()]}{one}\n{SHEET.sub('', page[first.end() :])}"


def _without_moving(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """The script of figures that move is loaded by pages that have one."""
    if "hw-moving" not in context.get("body", ""):
        files = context["script_files"]
        context["script_files"] = [one for one in files if "moving.js" not in _told(one)]


def _told(file: object) -> str:
    return f"{file} {getattr(file, 'attributes', {}).get('body', '')}"


def _describe(
    app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None
) -> None:
    """A sentence or two of the page, for those who find it by a search or a link."""
    paragraphs = doctree.findall(nodes.paragraph) if doctree is not None else ()
    texts = (paragraph.astext().replace("\n", " ").strip() for paragraph in paragraphs)
    first = next((text for text in texts if len(text) > 60), str(app.config.html_title))
    context["hwcode_description"] = first if len(first) <= 160 else f"{first[:157]}..."
    context["hwcode_title"] = app.config.html_title
    context["hwcode_version"] = hwcode.__version__
    context["hwcode_date"] = f"{built():%Y-%m-%d}"
    context["hwcode_source"] = SOURCE


def icons_of(css: str, names: set[str]) -> set[int]:
    r"""The code points of icons in a style sheet: those of the names, and all that are unnamed.

    >>> sheet = r'.fa-sun:before{content:"\f185"}.fa-cat:before{content:"\f6be"}'
    >>> sheet += r'p:after{content:"\f054"}'
    >>> [hex(code) for code in sorted(icons_of(sheet, {"fa-sun"}))]
    ['0xf054', '0xf185']
    """
    found: set[int] = set()
    for selector, body in re.findall(r"([^{}]*)\{([^{}]*)\}", css):
        classes = set(re.findall(r"\.(fa-[\w-]+)", selector))
        if not classes or classes & names:
            codes = re.findall(r"\\(f[0-9a-f]{3})\b", body)
            found.update(int(code, 16) for code in codes)
    return found


def _cut_icons(app: Sphinx, error: Exception | None) -> None:
    """Leave in the font of icons those that the site shows."""
    static = Path(app.outdir) / "_static"
    if error is not None or not (static / ICONS).is_file():
        return
    pages = [path.read_text(encoding="utf-8") for path in Path(app.outdir).glob("**/*.html")]
    scripts = [path.read_text(encoding="utf-8") for path in (static / "scripts").glob("*.js")]
    texts = [*pages, *(text for text in scripts if len(text) < 500_000)]
    names = set().union(*(re.findall(r"\bfa-[a-z0-9-]+", text) for text in texts))
    sheets = [path.read_text(encoding="utf-8") for path in static.glob("**/*.css")]
    codes = set().union(*(icons_of(sheet, names) for sheet in sheets))
    font = TTFont(static / ICONS, recalcTimestamp=False)
    cutter = Subsetter(Options(hinting=False, flavor="woff2"))
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    font.flavor = "woff2"
    font.save(static / ICONS)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("config-inited", _configure)
    app.connect("html-page-context", _drop_unused, priority=900)
    app.connect("html-page-context", _without_moving, priority=900)
    app.connect("html-page-context", _describe)
    app.connect("build-finished", _cut_icons)
    # After the theme, which writes one of them late.
    app.connect("build-finished", _merge, priority=900)
