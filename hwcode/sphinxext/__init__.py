"""What the build of the book needs; no page imports it."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from hwcode.sphinxext import assets, directives, execution, ledger

__all__ = ["setup"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    assets.setup(app)
    directives.setup(app)
    execution.setup(app)
    ledger.setup(app)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
