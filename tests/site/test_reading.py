"""What a reader does: finds a question, tries it, opens what is folded, prints."""

from __future__ import annotations

import pytest

from hwcode.site.sphinxext.overview import PAGES, homework

pytestmark = pytest.mark.browser
PAGE = "book/weight_decay.html"


def test_front_page_leads_to_every_question(open_page):
    page = open_page("book/preface.html")
    links = page.eval_on_selector_all("main a", "all => all.map((one) => one.getAttribute('href'))")
    for sheet, name in PAGES.items():
        assert f"{name}.html" in links
        for id, asked in homework(sheet):
            assert f"{asked.chapter}.html#{id}" in links


def test_a_homework_is_one_page_in_its_order(open_page):
    page = open_page("book/homework_2.html")
    titles = page.locator("article h2").all_inner_texts()
    assert [title.split(":")[0] for title in titles] == [id for id, _ in homework("H2")]
    assert page.locator("details.hw-model-answer").count() == len(titles)


@pytest.mark.parametrize(("typed", "found"), [
    ("2.2.2", ["A1-2.2.2", "A2-2.2.2", "H2-2.2.2"]),
    ("A2-2.2.2", ["A2-2.2.2"]),
    ("equals a decay", ["A2-2.2.2"]),
])  # fmt: skip
def test_search_lists_questions_first(open_page, typed, found):
    page = open_page("search.html")
    page.goto(f"{page.url}?q={typed}")
    page.wait_for_selector("html[data-ready]")
    told = page.locator(".hw-found a").all_inner_texts()
    assert [text.split(":")[0] for text in told] == found
    before = "(a) => a.compareDocumentPosition(document.querySelector('#search-results'))"
    assert page.locator(".hw-found").evaluate(before) & 4, "the questions stand behind the rest"


def test_no_answer_is_seen_before_it_is_opened(open_page):
    page = open_page(PAGE)
    box = page.locator("[id='A2-2.2.2']")
    assert box.is_visible()
    for id in ("A2-2.2.2-model-answer", "A2-2.2.2-derivation"):
        assert not page.locator(f"[id='{id}'] > .hw-folded").is_visible()
    for number in (1, 2, 3):
        hint = page.locator(f"[id='A2-2.2.2-hint-{number}']")
        assert hint.is_visible()
        hint.locator("> summary").click()


def test_what_was_opened_stays_open_and_one_switch_opens_all(open_page):
    page = open_page(PAGE)
    page.locator("[id='A2-2.2.1-model-answer'] > summary").click()
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.locator("main details.hw-fold[open]").count() == 1
    page.locator(".hw-switch").click()
    assert page.locator("main details.hw-fold:not([open])").count() == 0
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.locator("main details.hw-fold:not([open])").count() == 0


def test_a_link_into_a_fold_opens_it(open_page):
    page = open_page(PAGE)
    page.goto(f"{page.url}#fig-wd-plane")
    page.wait_for_timeout(300)
    assert page.locator("#fig-wd-plane").is_visible()


def test_print_shows_what_is_folded(open_page):
    page = open_page(PAGE)
    page.emulate_media(media="print")
    folded = page.locator("[id='A2-2.2.2-wrong'] li").first
    assert folded.evaluate("one => one.getBoundingClientRect().height") > 0


def test_everything_can_be_reached_without_a_script(open_page):
    page = open_page(PAGE, java_script_enabled=False)
    for summary in ("Model answer to A2-2.2.2", "Derivation and answers to A2-2.2.2"):
        page.get_by_text(summary, exact=True).click()
    assert page.locator("[id='A2-2.2.2-model-answer'] math").first.is_visible()
    assert page.locator("[id='A2-2.2.2-derivation'] math").first.is_visible()


def test_no_formula_is_a_stop_unless_it_scrolls(open_page):
    page = open_page("book/backpropagation.html", width=375)
    page.locator(".hw-switch").click()
    page.wait_for_timeout(500)
    still = page.evaluate("""() => [...document.querySelectorAll("main [tabindex='0']")].filter(
        (one) => one.scrollWidth <= one.clientWidth + 1 && !one.matches("a, button")
    ).length""")
    assert still == 0
    assert page.locator("main math[tabindex]").count() == 0
