"""Figures that move, moved: by keyboard, pointer and finger, and left alone without a script."""

from __future__ import annotations

import re

import pytest

from hwcode.chapters.hard_coded_networks.perceptrons import BATCHER
from hwcode.checking.comparators import carry
from tests.site.conftest import SITE
from tests.site.moving import FIGURES, entry, table_of

PAGES = sorted({page for page, _ in FIGURES.values()})
NUMBERS = ("0.5", "-3", "0.5", "12")
ORDER = "1012"
"""For each of the numbers how many different ones are smaller."""


@pytest.mark.browser
@pytest.mark.parametrize("chapter", PAGES)
def test_figures_of_a_page_are_moved(open_page, chapter):
    if not (SITE / "book" / f"{chapter}.html").is_file():
        pytest.skip("the page is not built")
    narrow = PAGES.index(chapter) % 2 == 0
    page = open_page(
        f"book/{chapter}.html", 375 if narrow else 1280, "dark" if narrow else "light",
        has_touch=narrow,
    )  # fmt: skip
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    for name in (one for one, (where, _) in FIGURES.items() if where == chapter):
        _move(page, name, narrow)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert page.problems == []


def _move(page, name: str, narrow: bool) -> None:
    box = page.locator(f"#moving-{name}")
    table = table_of(f"data-table='{box.get_attribute('data-table')}'".replace("&", "&amp;"))
    inputs = box.locator(".hw-controls select, .hw-controls input[type=range]")
    seen = {_agrees(box, table)}
    for place in range(inputs.count()):
        one = inputs.nth(place)
        if one.is_disabled():
            continue
        old = one.input_value()
        last = one.evaluate("(one) => one.options?.length - 1 || Number(one.max)")
        one.focus()
        page.keyboard.press("ArrowLeft" if int(old) == last else "ArrowRight")
        assert one.input_value() != old
        seen.add(_agrees(box, table))
        if one.get_attribute("type") == "range":
            frame = one.bounding_box()
            at = {
                "x": 3 if int(one.input_value()) else frame["width"] - 3,
                "y": frame["height"] / 2,
            }
            old = one.input_value()
            (one.tap if narrow else one.click)(position=at)
            assert one.input_value() != old
            seen.add(_agrees(box, table))
    fields = box.locator("input[type=number]")
    for place in range(fields.count()):
        fields.nth(place).fill("")
        assert "is no number" in box.locator("output").inner_text()
        fields.nth(place).press_sequentially(NUMBERS[place])
    if fields.count():
        seen.add(_agrees(box, table))
    assert len(seen) > 2, "the figure looks the same wherever its controls are"


def _agrees(box, table: dict) -> str:
    """What a figure shows, which has to be what its table has for its controls."""
    setting, own = (
        [],
        list(map(str, next((one["own"] for one in table["controls"] if "own" in one), []))),
    )
    values = iter(box.locator(".hw-controls select, .hw-controls input[type=range]").all())
    for control in table["controls"]:
        if control["kind"] != "numbers":
            setting.append(int(next(values).input_value()))
            continue
        typed = [one.input_value() for one in box.locator("input[type=number]").all()]
        own = typed
        setting.append(
            control["options"].index(ORDER) if tuple(typed) == NUMBERS else control["start"]
        )
    shown = [one.replace("-", "−") for one in own]

    def written(text: str) -> str:
        return re.sub(r"\{(\d)\}", lambda found: shown[int(found[1])], text)

    output = box.locator("output").inner_text()
    expected = "; ".join(f"{one['name']}: {written(entry(one, setting))}" for one in table["told"])
    assert " ".join(output.split()) == expected
    drawn = []
    for number, layer in enumerate(table["layers"]):
        part = box.locator(f'[data-layer="{number}"]')
        if "text" in layer:
            texts = part.locator("text").all_text_contents()
            found = entry(layer["text"], setting)
            drawn += texts
            assert texts == (
                [shown[int(one)] for one in found]
                if layer["kind"] == "own"
                else found.split("|")
                if found
                else []
            )
        else:
            outline = part.get_attribute("d")
            assert outline.count("M") >= bool(entry(layer["d"], setting))
            drawn.append(f"{outline} {part.get_attribute('transform')}")
    return output + " ".join(drawn)


@pytest.mark.browser
def test_numbers_typed_are_sorted_by_the_blocks(open_page):
    page = open_page("book/hard_coded_networks.html")
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    box = page.locator("#moving-sorted")
    for place, number in enumerate(NUMBERS):
        box.locator("input[type=number]").nth(place).fill(number)
    wires = carry(BATCHER, [float(one) for one in NUMBERS])
    texts = box.locator('[data-layer="1"] text').all_text_contents()[-4:]
    assert [float(one.replace("−", "-")) for one in texts] == list(wires) == [-3, 0.5, 0.5, 12]


@pytest.mark.browser
def test_without_a_script_the_drawing_stands(open_page):
    page = open_page("book/hard_coded_networks.html", java_script_enabled=False)
    box = page.locator("#moving-sorted")
    drawing = box.locator("svg.hw-figure")
    assert drawing.get_attribute("role") == "img"
    assert len(drawing.get_attribute("aria-label")) > 40
    assert drawing.locator("text").count() >= 16
    assert box.locator("input, select, output").count() == 0
