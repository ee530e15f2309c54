"""``{errata}``: what is wrong or imprecise in the texts, by chapter or by source.

``{errata} CHAPTER WRITER [SOURCE]`` lists those of a chapter, ``{errata} SOURCE WRITER`` those of a
source from all chapters, with links back. Both print the same data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from hwcode.chapters import CHAPTERS, SOURCES, errata_module, errata_of
from hwcode.chapters.errata import KINDS, WRITERS, Erratum
from hwcode.site.sphinxext.directives import parse

__all__ = ["chosen", "listed", "setup", "summary"]


def chosen(name: str, by: str = "", source: str = "") -> list[tuple[str, Erratum]]:
    """Errata with their chapters: of one chapter or, by the short name of a text, of all.

    Raises:
        ValueError: if there is none; names what there is.

    >>> sorted({chapter for chapter, _ in chosen("P4")})
    ['learning_rate_schedule', 'logistic_regression']
    """
    chapters = [name] if name in CHAPTERS else [*CHAPTERS]
    found = [
        (chapter, erratum)
        for chapter in chapters
        for erratum in errata_of(chapter)
        if by in ("", erratum.by)
        and (name not in SOURCES or name in erratum.sources)
        and (not source or source in erratum.sources)
    ]
    if (name not in CHAPTERS and name not in SOURCES) or not found:
        known = f"{', '.join(SOURCES)} or a chapter, and one of {', '.join(WRITERS)}"
        raise ValueError(f"no errata of {' '.join((name, by, source)).strip()}; say {known}")
    return found


def listed(erratum: Erratum, chapter: str = "") -> str:
    """An erratum as an item of a list (Markdown); with a chapter, as a page elsewhere prints it.

    >>> print(listed(Erratum(sources=("A1",), by="handout", place="1.1", words="all", kind="false",
    ...     right="Not all.", decided=("A1-1.1",)), "linear_regression"))
    - **all** (1.1). Not all. *False;* see [](#a1-1.1), [its chapter](linear_regression.md).
    """
    right = " ".join(erratum.right.split())
    if chapter and "{glue:" in right:  # numbers of the chapter's own cells
        right = "What is right is a matter of numbers, which stand in the chapter."
    told = [f"the checker {_verdict(one.right)} `{one.answer}`" for one in erratum.tried]
    places = [f"[](#{id.lower()})" for id in erratum.questions]
    places += [f"[its chapter]({chapter}.md)"] if chapter else []
    told += [f"see {', '.join(places)}"] if places else []
    kind = erratum.kind.capitalize()
    tail = f"*{kind};* {'; '.join(told)}." if told else f"*{kind}.*"
    return f"- **{erratum.words}** ({erratum.place}). {right} {tail}"


def _verdict(right: bool) -> str:
    return "accepts" if right else "refuses"


def summary(source: str) -> str:
    """How many errata a text has, of which kind (Markdown)."""
    found = [erratum for _, erratum in chosen(source)]
    counts = Counter(erratum.kind for erratum in found)
    told = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts[kind])
    return f"{len(found)} places: {told}."


class ErrataDirective(SphinxDirective):
    """A list of errata."""

    required_arguments = 1
    optional_arguments = 2
    has_content = False

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        try:
            found = chosen(*self.arguments)
        except ValueError as error:
            raise self.error(str(error)) from None
        _depends(self, found)
        elsewhere = name not in CHAPTERS
        lines = "\n".join(
            listed(erratum, chapter if elsewhere else "") for chapter, erratum in found
        )
        return parse(self, lines)


def _depends(directive: SphinxDirective, found: list[tuple[str, Erratum]]) -> None:
    """A page is read again when errata that it prints have changed."""
    for chapter in {chapter for chapter, _ in found}:
        where = find_spec(errata_module(chapter))
        assert where is not None
        assert where.origin is not None
        directive.env.note_dependency(where.origin)


class AllErrataDirective(SphinxDirective):
    """``{all-errata}``: a section for each text, with its handout's, notebook's and student's."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        for source in SOURCES:
            _depends(self, chosen(source))
        return [self._section(source) for source in SOURCES]

    def _section(self, source: str) -> nodes.section:
        section = nodes.section(ids=[f"errata-{source}"])
        section += nodes.title("", SOURCES[source])
        section += parse(self, f"{summary(source)}\n\n" + "\n".join(_by_writer(source)))
        return section


def _by_writer(source: str) -> Iterator[str]:
    for by, told in WRITERS.items():
        found = [(chapter, each) for chapter, each in chosen(source) if each.by == by]
        if found:
            yield f"\n**{told.capitalize()}**\n"
            yield from (listed(erratum, chapter) for chapter, erratum in found)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("errata", ErrataDirective)
    app.add_directive("all-errata", AllErrataDirective)
