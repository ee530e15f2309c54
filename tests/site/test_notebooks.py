"""The notebooks that readers take along: nothing raw in them, and graded in each edition."""

from __future__ import annotations

import re
import zipfile

import nbformat
import pytest
from nbclient import NotebookClient

from hwcode.chapters import CHAPTERS, questions_of
from hwcode.checking import Text
from hwcode.site.formats.editions import grade, right_answer, with_mistake, written
from hwcode.site.formats.notebooks import without_glue
from hwcode.site.sphinxext import wheel
from tests.conftest import ROOT, deep

FOLDER = ROOT / "_build" / "notebooks"
PARTS = [
    (asked, part)
    for chapter in CHAPTERS
    for asked in questions_of(chapter)
    for part in asked.parts
    if not isinstance(part.form, Text)
]
MISTAKES = [
    pytest.param(asked, part, place, id=f"{asked.key(part)}-{place}")
    for asked, part in PARTS
    for place in range(len(part.mistakes))
]
RAW = {
    "a role": re.compile(r"\{[a-z:_-]+\}`"),
    "a directive": re.compile(r"^\s*(:{3,}|[`~]{3,}\{)", re.MULTILINE),
    "a label": re.compile(r"^\([\w-]+\)=", re.MULTILINE),
    "a link to nothing": re.compile(r"\]\((#[^)]*)?\)"),
    "a comment or a break": re.compile(r"^(%|\+\+\+)", re.MULTILINE),
}


def notebook(chapter: str, edition: str) -> nbformat.NotebookNode:
    path = FOLDER / f"{chapter}-{edition}.ipynb"
    if not path.is_file():
        pytest.skip("the notebooks are not made; 'make formats' makes them")
    return nbformat.read(path, as_version=4)


def shown(one: nbformat.NotebookNode) -> list[str]:
    """The Markdown of a notebook: its texts, and what its cells displayed."""
    texts = [cell.source for cell in one.cells if cell.cell_type == "markdown"]
    outputs = [output for cell in one.cells for output in cell.get("outputs", [])]
    return texts + [data["text/markdown"] for data in _data(outputs) if "text/markdown" in data]


def _data(outputs: list) -> list[dict]:
    return [output.data for output in outputs if "data" in output]


def raw_in(text: str) -> list[str]:
    """What is left in a text of the syntax of the pages."""
    return [f"{name}: {found[0]!r}" for name, form in RAW.items() if (found := form.search(text))]


@pytest.mark.parametrize("edition", ["solved", "exercises"])
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_nothing_raw_is_left(chapter, edition):
    one = notebook(chapter, edition)
    nbformat.validate(one)
    assert [left for text in shown(one) for left in raw_in(text)] == []
    for text in shown(one):
        assert text.count("<details>") == text.count("</details>")
        assert len(re.findall(r"(?<!\\)\$", re.sub(r"(`+).*?\1", "", text, flags=re.S))) % 2 == 0


def test_raw_syntax_is_found():
    texts = ["see {numref}`fig`", "```{note}\n```", ":::{fold} x", "(a-b)=", "[](#x)", "% no"]
    assert all(raw_in(text) for text in texts)
    assert raw_in("a `code` [text](https://x) $\\{a\\}$ 5 %") == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_exercises_are_blank_and_tell_no_answer(chapter):
    one = notebook(chapter, "exercises")
    found = grade(one)
    assert set(found) == {
        asked.key(part) for asked in questions_of(chapter) for part in asked.parts
    }
    assert not [key for key, verdict in found.items() if verdict is not None and verdict.right]
    told = "\n".join(shown(one))
    for asked in questions_of(chapter):
        assert re.search(rf"^\*\*.*\b{re.escape(asked.id)}\b.*: ", told, re.MULTILINE)
        assert asked.model_answer.strip().splitlines()[0] not in told
        assert f"Hint 3 of 3 to {asked.id}" in told
    assert not any(cell.get("outputs") for cell in one.cells)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_solved_has_all_marks(chapter):
    found = grade(notebook(chapter, "solved"))
    judged = {asked.key(part) for asked, part in PARTS if asked.chapter == chapter}
    assert [key for key in judged if found[key] is None or not found[key].right] == []


def _solved(chapter: str) -> nbformat.NotebookNode:
    """The cells of a solved notebook that are graded; also where no notebook is made."""
    cells = [
        nbformat.v4.new_code_cell(written(asked, part, right_answer(part)))
        for asked, part in PARTS
        if asked.chapter == chapter
    ]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture(scope="session")
def graded():
    """Verdicts on cells, each cell judged once."""
    known: dict[str, dict] = {}

    def judge(one: nbformat.NotebookNode) -> dict:
        found = {}
        for cell in one.cells:
            if cell.source not in known:
                known[cell.source] = grade(nbformat.v4.new_notebook(cells=[cell]))
            found |= known[cell.source]
        return found

    return judge


@pytest.mark.parametrize(("asked", "part", "place"), MISTAKES[:: deep(12, 1)])
def test_one_mistake_fails_there_alone_and_says_why(asked, part, place, graded):
    found = graded(with_mistake(_solved(asked.chapter), asked, part, place))
    failed = {
        key: verdict for key, verdict in found.items() if verdict is None or not verdict.right
    }
    assert list(failed) == [asked.key(part)]
    verdict = failed[asked.key(part)]
    assert verdict is not None
    assert verdict.right is False
    assert verdict.diagnosis == part.mistakes[place].why


def test_grading_sees_what_is_typed():
    cells = [f'hwcode.check("A1-1.3.1:nearest", "{text}")' for text in ("[3, 0]", "[3/2, 3/2]")]
    wrong, right = (
        grade(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])) for cell in cells
    )
    assert wrong["A1-1.3.1:nearest"].right is False
    assert right["A1-1.3.1:nearest"].right is True


def test_glue_is_taken_out_and_nothing_else():
    cell = "for a in [1]:\n    page.glue('a', a)\n    b = a\nif b:\n    page.glue('b', b)\nb"
    assert without_glue(cell) == "for a in [1]:\n    b = a\nb"


@pytest.mark.build
def test_a_solved_notebook_runs_from_top_to_bottom_with_the_wheel_alone(tmp_path, monkeypatch):
    one = notebook("linear_regression", "solved")
    made = wheel.make(ROOT, tmp_path)
    install = next(cell for cell in one.cells if "%pip install" in cell.source)
    assert made.name in install.source
    zipfile.ZipFile(made).extractall(tmp_path / "package")
    install.source = "import hwcode\nprint(hwcode.__file__)"
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "package"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    for cell in one.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    kernel = {"kernel_name": "python3", "timeout": 600}
    NotebookClient(one, resources={"metadata": {"path": str(tmp_path)}}, **kernel).execute()
    assert str(tmp_path) in install.outputs[0].text
    outputs = [output for cell in one.cells for output in cell.get("outputs", [])]
    told = [data["text/plain"] for data in _data(outputs)]
    right = [text for text in told if re.match(r"A1-[\w.:]+: right\b", text)]
    assert len(right) == sum(asked.chapter == "linear_regression" for asked, _ in PARTS)
