"""What the site needs beside its pages: mathematics without a third party, and small repairs."""

from __future__ import annotations

from importlib.metadata import files
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.fileutil import copy_asset

__all__ = ["setup"]

MATHJAX_FILES = ("tex-chtml-full.js", "output/chtml/fonts/woff-v2")
"""The full bundle: the short one loads its parts on demand from a path of its own."""


def _mathjax_folder() -> Path:
    """MathJax as the distribution ``sphinx-mathjax-offline`` ships it.

    Its folder has a hyphen in its name, so it cannot be imported; it is found by its metadata.
    """
    for file in files("sphinx-mathjax-offline") or ():
        if file.name == MATHJAX_FILES[0]:
            return Path(str(file.locate())).parent
    raise FileNotFoundError("sphinx-mathjax-offline has no MathJax; reinstall the environment")


def _configure(app: Sphinx, config: Config) -> None:
    config.mathjax_path = f"mathjax/{MATHJAX_FILES[0]}"


def _copy_mathjax(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "mathjax"
    for name in MATHJAX_FILES:
        source = _mathjax_folder() / name
        folder = target / name if source.is_dir() else (target / name).parent
        copy_asset(source, folder)


def _drop_thebe(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Jupyter Book always loads sphinx-thebe, whose script then comes twice and throws."""
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if "thebe" not in str(file)]


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("config-inited", _configure)
    app.connect("build-finished", _copy_mathjax)
    app.connect("html-page-context", _drop_thebe, priority=900)
