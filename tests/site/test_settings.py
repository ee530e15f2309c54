"""Sphinx alone is told what Jupyter Book tells it, and nothing needs Jupyter Book."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from hwcode.site.sphinxext.settings import settings, sphinx_settings
from tests.conftest import ROOT

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
LEFT_OUT = {
    "sphinx_togglebutton", "sphinx_thebe", "sphinx_comments", "sphinx_design",
    "sphinx_jupyterbook_latex", "sphinx.ext.intersphinx", "jupyter_book",
}  # fmt: skip
"""Extensions of Jupyter Book that leave nothing on a page of this book."""
NOT_SAID = {
    "comments_config", "html_baseurl", "html_logo", "latex_engine", "nb_execution_allow_errors",
    "nb_execution_cache_path", "nb_execution_excludepatterns", "nb_execution_in_temp",
    "use_jupyterbook_latex", "use_multitoc_numbering",
}  # fmt: skip
"""What Jupyter Book sets beside, to nothing, for LaTeX or for its own extensions."""
THEME_NOT_SAID = {
    "analytics", "announcement", "extra_footer", "launch_buttons", "path_to_docs",
    "repository_branch", "repository_url",
}  # fmt: skip


def test_sphinx_is_told_what_jupyter_book_tells_it():
    from jupyter_book.config import get_final_config

    given = {"latex_individualpages": False, "external_toc_path": str(ROOT / "_toc.yml")}
    theirs, _ = get_final_config(user_yaml=ROOT / "_config.yml", cli_config=given, sourcedir=ROOT)
    ours = settings(ROOT)
    extensions = {name: told.pop("extensions") for name, told in (("o", ours), ("t", theirs))}
    themes = {name: told.pop("html_theme_options") for name, told in (("o", ours), ("t", theirs))}
    assert set(extensions["o"]) == set(extensions["t"]) - LEFT_OUT
    assert themes["o"] == {k: v for k, v in themes["t"].items() if k not in THEME_NOT_SAID}
    assert ours == {name: value for name, value in theirs.items() if name not in NOT_SAID}


@pytest.mark.parametrize(
    ("room", "name"), [(None, "logo"), ("html", "announcement"), ("execute", "allow_errors")]
)
def test_no_setting_is_passed_over(room, name):
    changed = {**CONFIG, name: True} if room is None else {**CONFIG, room: {name: True}}
    with pytest.raises(ValueError, match=rf"{name} is not known"):
        sphinx_settings(changed)


def imported(path: Path) -> set[str]:
    """The packages that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_no_module_imports_jupyter_book():
    """Its program is started where it is installed, and that is all."""
    for path in [ROOT / "conf.py", *sorted((ROOT / "hwcode").glob("**/*.py"))]:
        assert "jupyter_book" not in imported(path), path.relative_to(ROOT)


def test_every_parser_reads_the_options_of_cells_alike():
    """A text at their end keeps its last newline or not, by version: the page would run again."""
    pattern = re.compile(r"^```\{code-cell\}[^\n]*\n---\n(.*?)^---$", re.MULTILINE | re.DOTALL)
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "book").glob("*.md")]
    options = [found for text in texts for found in pattern.findall(text)]
    assert len(options) > 70
    for option in options:
        assert yaml.safe_load(option) == yaml.safe_load(option.rstrip("\n")), option
