"""How to cite a question, and from where the site was built."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import hwcode
from hwcode.checking import Question

__all__ = ["ADDRESS", "SOURCE", "built", "cited"]

SOURCE = os.environ.get("HWCODE_SOURCE", "").rstrip("/")
"""Where the source lies; empty where the build does not say so."""
ADDRESS = os.environ.get("HWCODE_URL", "").rstrip("/")
"""Where the site will stand."""
TITLE = "The homework book that proves itself"


def built() -> datetime:
    """When the site was built, or what the build says instead, for builds that can be repeated."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(seconds), UTC) if seconds else datetime.now(UTC)


def cited(asked: Question) -> str:
    """How to cite a question, as text and for BibTeX (MyST Markdown)."""
    place = f"book/{asked.chapter}.html#{asked.id}"
    where = f"{ADDRESS}/{place}" if ADDRESS else place
    title = f"{asked.id}: {asked.title}"
    year = built().year
    report = f"\n\n[Report an error in {asked.id}]({SOURCE}/issues)." if SOURCE else ""
    return (
        f"The hwcode authors ({year}). {title}. *{TITLE}*, version {hwcode.__version__}. "
        f"`{where}`\n\n"
        "```bibtex\n"
        f"@misc{{hwcode-{asked.id},\n"
        "  author = {{The hwcode authors}},\n"
        f"  title = {{{TITLE}: {title}}},\n"
        f"  year = {{{year}}},\n"
        f"  note = {{Version {hwcode.__version__}, {where}}}\n"
        f"}}\n```{report}"
    )
