"""Errata: each is shown by a check that holds, and every page prints its own."""

from __future__ import annotations

import re

import pytest

from hwcode.chapters import CHAPTERS, SOURCES, errata_of, question
from hwcode.chapters.check import check_typed, split_id
from hwcode.checking import Text
from hwcode.site.sphinxext.errata import chosen, listed, summary

ERRATA = [(chapter, erratum) for chapter in CHAPTERS for erratum in errata_of(chapter)]
READ_IN_THE_TEXT = [
    '"10 % of the assignment mark (worth 2 pts)"',
    r'"The momentum parameter $\beta$"',
    '"RMSprop (equation 4)"',
    '"Set stride to 2, set dilation to 1"',
]
"""False, as the text itself shows: a sum of marks, a name, a number of an equation, a title."""
TRIED = [one for _, erratum in ERRATA for one in erratum.tried]


@pytest.mark.parametrize("tried", TRIED, ids=lambda one: f"{one.key} {one.answer}")
def test_the_checker_says_of_the_words_what_the_erratum_says(tried):
    assert check_typed(tried.key, tried.answer).right is tried.right


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_an_erratum_is_whole_and_names_checks_that_there_are(chapter, root):
    pages = [(root / "book" / f"{name}.md").read_text("utf-8") for name in (chapter, "conventions")]
    for erratum in errata_of(chapter):
        assert erratum.place, erratum
        assert erratum.words.strip(), erratum
        assert erratum.right.strip().endswith((".", ".)")), erratum.right
        assert set(erratum.sources) <= set(SOURCES)
        for key in erratum.decided:
            id, name = split_id(key)
            asked = question(id)
            parts = [asked.part(name)] if name else asked.parts
            assert any(not isinstance(part.form, Text) for part in parts), key
        ids = {id.casefold() for id in CHAPTERS[chapter]}
        for label in erratum.shown:
            found = any(f"({label})=" in page or f"name: {label}\n" in page for page in pages)
            assert found or label in ids, f"{label}: {erratum.words}"


def test_what_is_false_is_shown_to_be():
    bare = [
        erratum.words
        for _, erratum in ERRATA
        if erratum.kind == "false" and not (erratum.decided or erratum.tried or erratum.shown)
    ]
    assert bare == READ_IN_THE_TEXT


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_erratum_is_printed_once_on_its_page(chapter, root):
    page = (root / "book" / f"{chapter}.md").read_text(encoding="utf-8")
    printed = [
        id(erratum)
        for arguments in re.findall(r"```\{errata\} (.*)\n```", page)
        for _, erratum in chosen(*arguments.split())
    ]
    assert sorted(printed) == sorted(map(id, errata_of(chapter)))


def test_the_page_of_all_has_every_erratum_of_a_text():
    for source in SOURCES:
        found = chosen(source)
        expected = [erratum for _, erratum in ERRATA if source in erratum.sources]
        assert [erratum for _, erratum in found] == expected
        assert summary(source).startswith(f"{len(expected)} places: ")


def test_numbers_of_a_chapters_cells_are_not_asked_for_elsewhere():
    glued = [(chapter, each) for chapter, each in ERRATA if "{glue:" in each.right]
    assert glued
    for chapter, erratum in glued:
        assert "{glue:" in listed(erratum)
        assert "{glue:" not in listed(erratum, chapter)


@pytest.mark.parametrize("arguments", [("A3",), ("convolution", "nobody"), ("P4", "student")])
def test_what_there_is_none_of_is_said(arguments):
    with pytest.raises(ValueError, match="no errata of"):
        chosen(*arguments)
