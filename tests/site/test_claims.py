"""The inventory of what pages claim: every kind is found, and says how it is decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwcode.chapters.inventory import FLOOR, PageClaim, inventory, page_claims, share, told

PAGE = """# Page

$$
a = b
$$ (pg-first)
% decided: cell

$$
c = d
$$

```{admonition} Theorem 1
:class: note
All is well.
```

```{code-cell}
page.holds(left, right, domain)
page.glue("sum", 2 + 2)
```

```{code-cell}
---
mystnb:
  figure:
    name: fig-pg
    caption: |
      A curve with {glue:text}`sum` points.
---
record = load(STUDY)
page.figure(fig, "A curve.")
```

```{code-cell}
values = np.random.default_rng(0).normal(size=3)
for name, value in rows:
    page.glue(f"{name}-mean", value, ".2f", "float64")
page.table(["a"], record.rows)
```

It is {glue:text}`sum`, then {glue:text}`last-mean` and {calc}`4 = 2 + 2`; again {glue:text}`sum`.
"""


def written(tmp_path: Path, text: str) -> list[PageClaim]:
    (tmp_path / "references.bib").write_text("@misc{known2020,\n}\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    return page_claims(page)


def test_every_kind_of_claim_is_found_with_what_decides_it(tmp_path):
    found = [(one.kind, one.label, one.how, one.by) for one in written(tmp_path, PAGE)]
    assert found == [
        ("formula", "pg-first", "checked", "line 17"),
        ("formula", "", "argued", "the text"),
        ("theorem", "Theorem 1", "argued", "the text"),
        ("step", "", "checked", "line 17"),
        ("figure", "fig-pg", "measured", "line 22"),
        ("number", "sum", "exact", "line 17"),
        ("table", "", "measured", "line 34"),
        ("number", "last-mean", "computed", "line 34"),
        ("number", "", "exact", "the build"),
    ]


@pytest.mark.parametrize(
    ("mark", "how", "by"),
    [
        ("% decided: A1-1.2.2:error", "part", "A1-1.2.2:error"),
        ("% decided: cited known2020", "cited", "known2020"),
        ("% decided: argued", "argued", "the text"),
        ("% no claim: a definition", "none", "a definition"),
    ],
)
def test_a_mark_says_how_a_formula_is_decided(mark, how, by, tmp_path):
    (found,) = written(tmp_path, f"$$\na = b\n$$\n{mark}\n")
    assert (found.how, found.by) == (how, by)


@pytest.mark.parametrize(
    "mark",
    ["% decided: A1-1.2.2:none", "% decided: cited unknown", "% decided: cell", "% decided", "% a"],
)
def test_a_mark_that_names_nothing_is_refused_with_the_place(mark, tmp_path):
    with pytest.raises(ValueError, match=r"page\.md:1"):
        written(tmp_path, f"$$\na = b\n$$\n{mark}\n")


def test_a_figure_tells_whether_its_cell_asserts_anything(tmp_path):
    asserting = PAGE.replace("record = load(STUDY)", "assert load(STUDY)")
    for page, expected in ((PAGE, False), (asserting, True)):
        (figure,) = (one for one in written(tmp_path, page) if one.kind == "figure")
        assert figure.asserted is expected


def test_what_is_no_claim_is_not_counted():
    ways = ("exact", "cited", "none", "argued", "sampled")
    found = [PageClaim("a", 1, "formula", "", "", how, "") for how in ways]
    assert share(found) == (2, 4)
    assert told(found).startswith("2 of 4 claims")


def test_the_share_of_the_book_has_not_fallen():
    """If it has risen by a point, so may the floor."""
    checked, whole = share(inventory())
    assert FLOOR <= checked / whole < FLOOR + 0.02
