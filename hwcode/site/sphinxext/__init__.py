"""What the build of the book needs; no page imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    # Imported here: what runs the pages needs this package, but neither Sphinx nor SymPy.
    from hwcode.site.sphinxext import (
        answers,
        assets,
        claims,
        directives,
        errata,
        execution,
        figures,
        folds,
        ledger,
        mathematics,
        numbers,
        overview,
        verdicts,
        wheel,
    )

    answers.setup(app)
    assets.setup(app)
    claims.setup(app)
    directives.setup(app)
    errata.setup(app)
    folds.setup(app)
    execution.setup(app)
    figures.setup(app)
    ledger.setup(app)
    mathematics.setup(app)
    numbers.setup(app)
    app.setup_extension("hwcode.site.formats.epub")
    app.setup_extension("hwcode.site.formats.notebooks")
    overview.setup(app)
    verdicts.setup(app)
    wheel.setup(app)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
