"""The ledger says what the executed pages say, and what they leave out fails the build."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from hwcode.chapters import all_ids, question, truth_of
from hwcode.checking import Domain, Method, scalar
from hwcode.site import page
from hwcode.site.sphinxext.ledger import Claims, _share, claims_of, gaps
from tests.conftest import ROOT

SITE = ROOT / "_build" / "html"
ASKED = question("A1-1.2.2")


def executed(*shown: page.Shown) -> nbformat.NotebookNode:
    """A page with these outputs, as jupyter-cache keeps it."""
    cells = []
    for each in shown:
        data, metadata = each._repr_mimebundle_()
        cells.append(
            new_code_cell(outputs=[new_output("display_data", data=data, metadata=metadata)])
        )
    return nbformat.reads(nbformat.writes(new_notebook(cells=cells)), as_version=4)


def test_claims_are_read_off_the_outputs():
    found = claims_of(
        executed(page.answer(ASKED.id), page.mistakes(ASKED.id), page.table(["a"], []))
    )
    assert found.decided == {
        ASKED.id: {part.name: part.verify(truth_of(ASKED, part)).method for part in ASKED.parts},
    }
    assert found.refused == {ASKED.id: sum(len(part.mistakes) for part in ASKED.parts)}
    assert not list(gaps(ASKED, found))


def test_steps_of_derivations_count_by_how_they_were_decided():
    x = scalar("x")
    step = page.holds((x + 1) ** 2, x**2 + 2 * x + 1, Domain((x,)))
    found = claims_of(executed(step, page.answer(ASKED.id)))
    assert found.steps == [Method.PROVED]
    assert set(found.decided) == {ASKED.id}


def test_the_share_counts_parts_that_no_page_has_and_texts_as_unchecked():
    text = question("H2-2.1.3")
    decided = {part.name: part.verify(truth_of(text, part)).method for part in text.parts}
    assert list(decided.values()).count(Method.NOT_JUDGED) == 1
    whole = len(text.parts)
    assert (
        _share([(text, Claims({text.id: decided}))])
        == f"claims with a check: {whole - 1} of {whole}"
    )
    assert _share([(text, Claims())]) == f"claims with a check: 0 of {whole}"


def test_what_a_page_leaves_out_is_told():
    whole = claims_of(executed(page.answer(ASKED.id), page.mistakes(ASKED.id)))
    first = ASKED.parts[0].name
    for claims, told in (
        (Claims(), ["not answered", "wrong answers"]),
        (Claims(whole.decided), ["wrong answers"]),
        (Claims({}, whole.refused), ["not answered"]),
        (Claims({ASKED.id: {first: Method.PROVED}}, whole.refused), ["not answered"]),
        (Claims(whole.decided, {ASKED.id: 1}), ["wrong answers"]),
    ):
        found = list(gaps(ASKED, claims))
        assert len(found) == len(told)
        assert all(word in line for word, line in zip(told, found, strict=True))


def test_the_page_of_the_ledger_names_every_record_that_it_reads(root):
    text = (root / "book" / "ledger.md").read_text(encoding="utf-8")
    named = set(re.findall(r"- hwcode/results/(\S+)", text))
    assert named == {path.name for path in (root / "hwcode" / "results").glob("*.json")}


def test_the_ledger_of_the_site_links_to_every_question():
    path = SITE / "book" / "ledger.html"
    if not path.is_file():
        pytest.skip("the site is not built; 'make book' builds it")
    text = path.read_text(encoding="utf-8")
    rows = re.findall(
        r'<a class="reference internal" href="([\w.]+)#([\w.-]+)"[^>]*>([^<]+)</a>', text
    )
    linked = {id: (file, anchor) for file, anchor, ids in rows for id in ids.split(" and ")}
    assert set(all_ids()) <= set(linked)
    for id in all_ids():
        file, anchor = linked[id]
        assert f'id="{anchor}"' in (path.parent / file).read_text(encoding="utf-8"), id
