"""The answer boxes as a reader uses them, in Chromium, on the site as a server sends it."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from hwcode.chapters import question
from hwcode.checking.isolation import answer
from tests.site.conftest import SITE
from tests.site.inpage import PART, RIGHT, WAIT, WRONG, Reader, Served, typed
from tests.site.test_site import _violations

pytestmark = pytest.mark.browser

ENDLESS = "exp(exp(exp(100)))"


@pytest.fixture(scope="module")
def address():
    if not (SITE / "_static" / "inpage" / "engine").is_dir():
        pytest.skip("the site has no answer boxes; 'make book' says why")
    served = Served()
    yield served.address
    served.close()


@pytest.fixture
def context(browser):
    made = browser.new_context(reduced_motion="reduce")
    yield made
    made.close()


@pytest.fixture
def reader(context, address):
    found = Reader(context.new_page(), address)
    yield found
    assert found.problems == []


def test_nothing_of_the_checker_is_asked_for_before_a_box_has_the_focus(reader):
    reader.page.wait_for_load_state("networkidle")
    loaded = [url for url in reader.requests if "/inpage/" in url]
    assert {url.rpartition("/")[2].partition("?")[0] for url in loaded} == {"box.js"}
    with reader.page.expect_request("**/checker.mjs"):
        reader.box().locator("input").focus()


def test_what_is_loaded_once_is_small(address):
    told = json.loads((SITE / "_static" / "inpage" / "engine" / "manifest.json").read_text())
    assert sum(one["bytes"] for one in told["files"].values()) <= 12_000_000


def test_wrong_then_unreadable_then_right(reader):
    assert reader.answer(WRONG) == "wrong"
    told = reader.verdict()
    assert told.index("Counterexample: at n = 3") < told.index("Why: this is the noise")
    assert "The page has" not in told
    assert reader.answer("sigma**2 (1 -") == "unreadable"
    assert "Could not be read" in reader.verdict()
    assert reader.answer(RIGHT) == "right"
    assert "proved symbolically" in reader.verdict()
    assert reader.box().locator(".hw-verdict math").count() == 1
    assert all(url.startswith((reader.page.url[:20], "blob:")) for url in reader.requests)


def test_of_two_readings_the_reader_chooses(reader):
    assert reader.answer("sigma^2/2n") == "asked-back"
    readings = reader.box().locator(".hw-reading")
    assert readings.all_inner_texts() == ["sigma^2/2*n", "sigma^2/(2*n)"]
    readings.nth(1).click()
    assert reader.outcome() == "wrong"
    assert reader.box().locator("input").input_value() == "sigma^2/(2*n)"


def test_a_wrong_choice_does_not_give_the_right_one_away(reader):
    part = "A1-1.3.4:overfitting"
    box = reader.box(part)
    box.locator("input[value=yes]").check()
    box.locator("button").first.click()
    assert reader.outcome(part) == "wrong"
    assert "no" not in reader.verdict(part).replace("I disagree", "").split()
    box.locator("input[value=no]").check()
    box.locator("button").first.click()
    reader.page.wait_for_selector(f'form[data-part="{part}"] [data-outcome=right]', timeout=WAIT)


def test_an_answer_is_previewed_while_it_is_typed(reader):
    field = reader.box().locator("input")
    field.fill("sigma^2/n")
    preview = reader.box().locator(".hw-preview")
    preview.locator("math mfrac").wait_for(timeout=WAIT)
    assert preview.inner_text().startswith("Read as")
    field.fill("sigma**2*(")
    reader.page.wait_for_selector(".hw-preview.hw-doubt", timeout=WAIT)


def test_the_keyboard_alone_will_do(reader):
    reader.page.locator("form.hw-box input, form.hw-box textarea").first.focus()
    for _ in range(300):
        reader.page.keyboard.press("Tab")
        at = "document.activeElement.closest('form')?.dataset.part"
        if reader.page.evaluate(at) == PART:
            break
    assert reader.page.evaluate("document.activeElement.tagName") == "INPUT"
    reader.page.keyboard.type(WRONG)
    reader.page.keyboard.press("Enter")
    assert reader.outcome() == "wrong"
    reader.page.keyboard.press("Tab")
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.textContent").startswith("I disagree")
    reader.page.keyboard.press("Enter")
    report = reader.box().locator(".hw-verdict textarea")
    report.wait_for()
    assert PART in report.input_value()
    assert "sigma" in report.input_value()


def test_a_derivation_is_decided_step_by_step(reader):
    reader.box().locator("input").focus()
    reader.page.locator(".hw-steps summary").click()
    assert reader.derive("E = sigma**2*(n-d)/n = sigma**2 - d\n= sigma**2*(1-d/n)") == "wrong"
    steps = reader.steps()
    assert [outcome for outcome, _ in steps] == ["wrong", "wrong", "right"]
    told = "Counterexample: at n = 3, d = 1, sigma = 4: the left side is 32/3, the right side 15"
    assert told in steps[0][1]
    assert "The end is the answer" in steps[2][1]
    assert reader.derive("sigma**2*(n-d)/n = sigma**2*(1 - d/n)") == "right"
    assert [outcome for outcome, _ in reader.steps()] == ["right", "right"]


def test_nothing_is_said_over_a_gap_in_a_derivation(reader):
    reader.box().locator("input").focus()
    reader.page.locator(".hw-steps summary").click()
    assert reader.derive("sigma**2*(n-d)/n = so on = sigma**2*(1-d/n)") == "unreadable"
    steps = reader.steps()
    assert [outcome for outcome, _ in steps] == ["unreadable", "unreadable", "right"]
    assert not [told for _, told in steps if "Follows" in told]


def test_an_endless_answer_ends_with_the_sentence_of_the_command_and_the_next_one_works(reader):
    assert reader.answer(ENDLESS) == "not-decided"
    assert "the answer was not decided within 30 s" in reader.verdict()
    assert reader.answer(WRONG) == "wrong"


def test_two_pages_one_after_the_other(reader):
    reader.answer(WRONG)
    kept = "caches.match(new URL('../_static/inpage/engine/snapshot', location)).then((it) => !!it)"
    for _ in range(WAIT // 200):
        if reader.page.evaluate(kept):
            break
        reader.page.wait_for_timeout(200)
    before = len(reader.requests)
    reader.open(reader.page.url)
    assert reader.box().locator("input").input_value() == WRONG
    assert reader.box().locator(".hw-before").inner_text().endswith("wrong")
    assert reader.answer(RIGHT) == "right"
    assert not [url for url in reader.requests[before:] if url.endswith(".gz")]


def test_wiped_storage_does_no_harm(reader):
    reader.answer(WRONG)
    reader.page.evaluate("localStorage.clear(); caches.delete('hwcode-checker')")
    reader.open(reader.page.url)
    assert reader.box().locator("input").input_value() == ""
    assert reader.answer(WRONG) == "wrong"


def test_without_the_network_after_the_first_load(context, reader):
    reader.answer(WRONG)
    context.set_offline(True)
    assert reader.answer(RIGHT) == "right"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_a_verdict_is_accessible_and_fits(browser, address, scheme, width):
    made = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    reader = Reader(made.new_page(), address)
    for text, outcome in ((WRONG, "wrong"), (RIGHT, "right"), ("sigma**", "unreadable")):
        assert reader.answer(text) == outcome
        page = reader.page
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        assert _violations(page) == []
    made.close()


def test_opened_from_a_file_a_box_says_how_to_serve_the_site(context):
    page = context.new_page()
    page.goto((SITE / "book" / "linear_regression.html").as_uri())
    box = page.locator(f'form[data-part="{PART}"]')
    page.evaluate("document.querySelectorAll('.hw-try').forEach((one) => { one.open = true })")
    box.locator("input").fill(WRONG)
    box.locator("button").first.click()
    assert "comes over http" in box.locator(".hw-state").inner_text()


def test_the_worker_may_load_from_its_own_origin_only(reader):
    """Its policy is that of the page, as it is made of a blob."""
    told = reader.page.evaluate(
        """() => new Promise((done) => {
          const source = `fetch("http://localhost:9/", { mode: "no-cors" })
            .then(() => postMessage("loaded"), () => {});
            self.addEventListener("securitypolicyviolation", (event) =>
              postMessage(event.effectiveDirective));`;
          const worker = new Worker(URL.createObjectURL(new Blob([source])));
          worker.onmessage = ({ data }) => done(data);
          worker.onerror = ({ message }) => done(message);
          setTimeout(() => done("nothing"), 10000);
        })"""
    )
    assert told == "connect-src"
    reader.problems.clear()


def test_a_script_that_was_put_into_a_page_is_not_run(reader):
    reader.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.planted = true";
          document.body.append(script);
        }"""
    )
    assert reader.page.evaluate("window.planted") is None
    assert "script-src" in reader.problems.pop()


def test_what_is_kept_can_be_taken_along_and_deleted(context, address, tmp_path):
    reader = Reader(context.new_page(), address)
    reader.answer(WRONG)
    page = reader.page
    page.goto(f"{address}/book/answering.html")
    place = page.locator(".hw-kept")
    assert "1 answers, 0 of them right" in place.inner_text()
    with page.expect_download() as download:
        place.locator("[name=export]").click()
    path = tmp_path / "answers.json"
    download.value.save_as(path)
    assert json.loads(path.read_text())["answers"][PART]["text"] == WRONG
    place.locator("[name=wipe]").click()
    place.locator("[name=wipe]").click()
    place.get_by_text("0 answers").wait_for()
    assert page.evaluate("localStorage.getItem('hwcode-answers')") is None
    place.locator("[type=file]").set_input_files(path)
    place.get_by_text("1 read from the file").wait_for()
    path.write_text('{"format": "hwcode-answers", "answers": {"A1-1.1": 3}}')
    place.locator("[type=file]").set_input_files(path)
    place.get_by_text("Nothing was taken over").wait_for()


def assert_same(reader: Reader, requests: list[dict[str, Any]]) -> None:
    for asked, told in zip(requests, reader.replies(requests), strict=True):
        here = json.loads(json.dumps(answer(question, asked)))
        assert told["reply"] == here, asked


def test_the_page_says_what_the_command_says(reader):
    assert_same(reader, random.Random(17).sample(typed(), 60))


@pytest.mark.deep
def test_the_page_says_what_the_command_says_of_all_answers(reader):
    requests = typed()
    assert len(requests) > 1300
    assert_same(reader, requests)


def test_the_questions_of_every_chapter_are_there(reader):
    """The first right answer to each question that a page can decide."""
    firsts = {asked["id"]: asked for asked in reversed(typed())}
    replies = zip(firsts.values(), reader.replies([*firsts.values()]), strict=True)
    refused = [asked for asked, told in replies if "verdict" not in told["reply"]]
    assert refused == []
    assert len(firsts) > 60
