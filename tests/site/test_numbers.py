"""A number of the text is glued, computed, or said to be given; the build refuses any other."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from hwcode.site import numbers
from hwcode.site.bindings import calculated, source_of
from hwcode.site.inpage import bundle
from hwcode.site.numbers import cells_of, given, loose
from hwcode.site.sphinxext import numbers as role
from tests.conftest import ROOT

PAGES = sorted((ROOT / "book").glob("*.md"))
CELL = """```{code-cell}
---
mystnb:
  figure:
    name: fig-a
    caption: |
      %s
---
%s
```
"""

REFUSED = {
    "a decimal": ("The loss is 0.37.", "0.37"),
    "a negative one": ("It ends at −0.5 or at -2.25.", "0.5"),
    "without a zero": ("A share of .75 is left.", ".75"),
    "a percentage": ("In 7 % of all runs", "7 %"),
    "per cent": ("In 7 per cent of all runs", "7 per cent"),
    "a thousand": ("It takes 12,665 images.", "12,665"),
    "a whole number": ("It takes 391 updates.", "391"),
    "a unit": ("It takes 8 ms.", "8 ms"),
    "a unit behind a hyphen": ("A 5-second run", "5-second"),
    "a power": ("About 10^6 steps", "10^6"),
    "a power in small digits": ("About 10⁻⁶ of it", "10⁻⁶"),
    "as programs write it": ("Rounding is 1e-16.", "1e-16"),
    "alone in mathematics": ("The loss is $0.37$.", "0.37"),
    "alone, with a thin space": (r"In $12\,\%$ of all", r"12\%"),
    "alone, in thousands": ("It takes $1{,}000$ steps.", "1,000"),
    "alone, a power": (r"At $2\cdot10^{-3}$ it", r"2\cdot10^-3"),
    "alone, a fraction": (r"At $\frac{1}{128}$ it", "1/128"),
    "a side of a relation": (r"At $\eta=0.1$ it, and $L\approx3.24$", "0.1"),
    "alone in backticks": ("The loss is `0.37`.", "0.37"),
    "in a heading": ("## The 0.37 problem", "0.37"),
    "in a table": ("| a |\n|--|\n| 0.37 |", "0.37"),
    "in a directive": ("```{fold} Why 0.37\nSo.\n```", "0.37"),
    "inside a directive": (":::{note}\nIt is 0.37.\n:::", "0.37"),
    "in emphasis": ("It is **0.37**.", "0.37"),
    "in a link": ("It is [0.37](a.md).", "0.37"),
    "in an alternative text of Markdown": ("![a loss of 0.37](a.svg)", "0.37"),
    "in a caption": (CELL % ("The loss 0.37.", "x = 1"), "0.37"),
    "in an alternative text": (CELL % ("A", 'page.figure(fig, "It is 0.37.")'), "0.37"),
    "in one that has a name": (CELL % ("A", 'alt = "It is 0.37."\npage.figure(fig, alt)'), "0.37"),
    "in braces": (CELL % ("A", 'page.figure(fig, f"It is {0.37}.")'), "0.37"),
}
LEFT = {
    "glued": "The loss is {glue:text}`loss`.",
    "computed": "The loss is {calc}`3.24 = 9*(1-4*0.1)**2`.",
    "given": "The rate is {given}`0.1 <handout>`.",
    "small and whole": "In 3 of 7 runs, with 50 units.",
    "an id": "As in A1-1.2.2, A1-P1.1 and H2-1.2.1.",
    "a name": "CIFAR-10, and ESE 546",
    "a formula": r"It is $9(1-0.4\eta)^2$ at $x_{128}$.",
    "code": "Type `0.5*x` or `hwcode check A1-1.1`.",
    "computed in an alternative text": CELL % ("A", 'page.figure(fig, f"It is {x:.2f}.")'),
    "the hours of a chapter": "```{chapter} weight_decay\n:hours: 1.5 hours\n```",
    "code that is shown": "```python\nx = 0.37\n```",
}


def found_in(tmp_path: Path, text: str) -> list[numbers.Loose]:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{text}\n", encoding="utf-8")
    return loose(page)


@pytest.mark.parametrize("kind", REFUSED)
def test_a_number_that_nothing_binds_is_found(kind, tmp_path):
    text, number = REFUSED[kind]
    assert number in [one.number for one in found_in(tmp_path, text)]


@pytest.mark.parametrize("kind", LEFT)
def test_what_is_bound_or_no_such_number_is_left(kind, tmp_path):
    assert not found_in(tmp_path, LEFT[kind])


def test_the_line_is_that_of_the_number(tmp_path):
    text = "One\ntwo $x$ and\nthree 0.37.\n\n" + CELL % ("Four.\n      Five 0.38.", "x = 1")
    assert [one.line for one in found_in(tmp_path, text)] == [5, 14]


def test_what_a_role_computes_has_to_come_out():
    assert calculated("12,665 = 5923 + 6742") == "12,665"
    assert calculated("-0.5 = -(2 - 1)/2") == "-0.5"
    for wrong in ("3.25 = 9*(1-4*0.1)**2", "88.6 % = 710/800", "0.1", "0.1 = x", "1e-5 = 1.2e-5"):
        with pytest.raises(ValueError, match=r"is|not"):
            calculated(wrong)
    for same in ("0.5 = 1/2", "-0.5 = -1/2", "1.5 = 1.5", "100 = 100"):
        with pytest.raises(ValueError, match="computes nothing"):
            calculated(same)


def test_a_setting_has_to_stand_in_a_cell_and_a_file_has_to_have_the_number():
    cells = cells_of("```{code-cell}\n:tags: [hide-input]\nrate, part = 0.1, 1 / 64\n```\n")
    assert source_of("0.1 <setting>", cells, ROOT) == ("0.1", "setting")
    assert source_of("10 % <setting>", cells, ROOT)[0] == "10 %"
    for wrong in ("0.2 <setting>", "0.1", "0.1 <somewhere>", "7,919 <README.md>"):
        with pytest.raises(ValueError, match=r"stand|end"):
            source_of(wrong, cells, ROOT)


def test_no_page_has_a_number_that_nothing_binds():
    assert not [f"{path.name}:{one.line}: {one}" for path in PAGES for one in loose(path)]


def test_what_pages_say_to_be_given_or_computed_is():
    for path in PAGES:
        cells = cells_of(path.read_text(encoding="utf-8"))
        for one in given(path):
            told = calculated(one.text) if one.role == "calc" else source_of(one.text, cells, ROOT)
            assert told, (path, one)


def test_the_engine_weighs_what_the_page_says():
    engine = ROOT / "_build" / "html" / "_static" / "inpage" / "engine"
    if not engine.is_dir():
        pytest.skip("the site is not built; 'make book' builds it")
    megabytes = sum(path.stat().st_size for path in engine.iterdir()) / 1e6
    assert abs(megabytes - bundle.MEGABYTES) < 1


def test_the_build_warns_with_the_place(tmp_path, monkeypatch):
    """And ends at a warning: it runs with -W."""
    told = []
    monkeypatch.setattr(role.logger, "warning", lambda *words, **more: told.append((words, more)))
    page = tmp_path / "page.md"
    page.write_text("# Page\n\nThe loss is 0.37.\n", encoding="utf-8")
    app = SimpleNamespace(env=SimpleNamespace(doc2path=lambda name: str(page)))
    role._refuse(app, "page", [""])
    (((_, found), more),) = told
    assert more["location"] == f"{page}:3"
    assert "0.37" in str(found)
