"""What ``_config.yml`` says, as settings of Sphinx: the book takes no more from Jupyter Book.

``conf.py`` takes them from here, so that Sphinx itself writes the same site from the same sources.
The table of contents, ``_toc.yml``, is read by sphinx-external-toc, which needs no Jupyter Book.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

__all__ = ["settings", "sphinx_settings"]

EXTENSIONS = (
    "sphinx_copybutton", "myst_nb", "sphinx_external_toc", "sphinx_multitoc_numbering",
    "sphinx_book_theme", "sphinxcontrib.bibtex",
)  # fmt: skip
"""Those of Jupyter Book that leave something on the book's pages."""
GIVEN = {
    "html_theme": "sphinx_book_theme",
    "html_sourcelink_suffix": "",
    "pygments_style": "sphinx",
    "suppress_warnings": ["myst.domains"],
    "myst_url_schemes": ["mailto", "http", "https"],
}
"""What Jupyter Book sets where ``_config.yml`` says nothing."""
THEME = {"search_bar_text": "Search this book..."}
HIDDEN = ["_build", "Thumbs.db", ".DS_Store", "**.ipynb_checkpoints"]
NAMES = {
    "title": "html_title",
    "author": "author",
    "copyright": "copyright",
    "only_build_toc_files": "external_toc_exclude_missing",
    "execute.execute_notebooks": "nb_execution_mode",
    "execute.timeout": "nb_execution_timeout",
    "execute.raise_on_error": "nb_execution_raise_on_error",
    "execute.show_tb": "nb_execution_show_tb",
    "execute.stderr_output": "nb_output_stderr",
    "parse.myst_enable_extensions": "myst_enable_extensions",
    "html.favicon": "html_favicon",
    "bibtex_bibfiles": "bibtex_bibfiles",
}
"""The setting of Sphinx, or of an extension, for each name in ``_config.yml``."""
THEME_NAMES = {
    "html.home_page_in_navbar": "home_page_in_toc",
    "html.use_edit_page_button": "use_edit_page_button",
    "html.use_repository_button": "use_repository_button",
    "html.use_issues_button": "use_issues_button",
}
"""The same for the options of the theme."""


def settings(root: Path) -> dict[str, Any]:
    """The settings of Sphinx for the book in a folder.

    Args:
        root: the folder with ``_config.yml`` and ``_toc.yml``.

    Raises:
        ValueError: if ``_config.yml`` has a name that is not known here.
    """
    told = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    return {**sphinx_settings(told), "external_toc_path": str(root / "_toc.yml")}


def sphinx_settings(told: Mapping[str, Any]) -> dict[str, Any]:
    """The content of ``_config.yml`` as settings of Sphinx.

    Args:
        told: the content.

    Raises:
        ValueError: if it has a name that is not known here; none is passed over.

    >>> found = sphinx_settings({"title": "A book", "html": {"home_page_in_navbar": True}})
    >>> found["html_title"], found["html_theme_options"]["home_page_in_toc"]
    ('A book', True)
    >>> sphinx_settings({"html": {"baseurl": "x"}})
    Traceback (most recent call last):
    ValueError: _config.yml: html.baseurl is not known to hwcode.site.sphinxext.settings
    """
    theme: dict[str, Any] = dict(THEME)
    found: dict[str, Any] = {**GIVEN, "extensions": list(EXTENSIONS), "exclude_patterns": HIDDEN}
    own: dict[str, Any] = {}
    for name, value in _flat(told):
        if name in NAMES:
            found[NAMES[name]] = value
        elif name in THEME_NAMES:
            theme[THEME_NAMES[name]] = value
        elif name == "exclude_patterns":
            found[name] = sorted({*HIDDEN, *value})
        elif name == "sphinx.extra_extensions":
            found["extensions"] += value
        elif name == "sphinx.config":
            own = dict(value)
        elif name != "sphinx.recursive_update" or value is not True:
            raise ValueError(f"_config.yml: {name} is not known to {__name__}")
    theme |= own.pop("html_theme_options", {})
    return {**found, **own, "html_theme_options": theme}


def _flat(told: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Names with those above them and a dot between; the settings in ``sphinx.config`` in one."""
    for key, value in told.items():
        name = f"{above}{key}"
        if isinstance(value, dict) and name != "sphinx.config":
            yield from _flat(value, f"{name}.")
        else:
            yield name, value
