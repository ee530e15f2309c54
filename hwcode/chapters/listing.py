"""Which questions there are: all, those whose id begins in some way, or those of a chapter."""

from __future__ import annotations

from typing import Any

from hwcode.chapters import CHAPTERS, SOURCES, all_ids, question
from hwcode.checking.errors import UnknownNameError

__all__ = ["beginning", "listed"]


def beginning(begin: str) -> list[str]:
    """The ids that begin so, with or without their sheet, or those of a chapter.

    Raises:
        UnknownNameError: if there is none; names what there is.

    >>> beginning("h2-3"), beginning("2.2.3")
    (['H2-3.1', 'H2-3.2', 'H2-3.3'], ['A1-2.2.3', 'H2-2.2.3', 'A2-2.2.3'])
    """
    if begin in CHAPTERS:
        return list(CHAPTERS[begin])
    told = begin.upper()
    found = [
        id
        for id in all_ids()
        if id.upper().startswith(told) or id.partition("-")[2].upper().startswith(told)
    ]
    if not found:
        raise UnknownNameError(
            f"no question begins with {begin!r}; ids begin with {', '.join(SOURCES)}, or with a"
            f" number such as 2.2 for all sheets; chapters are {', '.join(CHAPTERS)}"
        )
    return found


def listed(begin: str = "") -> list[dict[str, Any]]:
    """A row for each id that begins so, with the names of its parts.

    Also whether a page can check each of them: ``in_page``, in their order.

    >>> [row["title"] for row in listed("A2-2.2.2")]
    ['the penalty that equals a decay']
    """
    rows = []
    for id in beginning(begin):
        asked = question(id)
        rows.append(
            {
                "id": id,
                "marks": asked.marks[id],
                "chapter": asked.chapter,
                "title": asked.title,
                "parts": [part.name for part in asked.parts if part.name],
                "in_page": [part.form.in_page for part in asked.parts],
            }
        )
    return rows
