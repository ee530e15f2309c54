"""The cells in which a notebook asks for answers: empty, right, or with one known mistake."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

import nbformat

from hwcode.chapters import question
from hwcode.chapters.check import split_id
from hwcode.checking import Choice, Part, Question, Text
from hwcode.checking.architectures import Architecture
from hwcode.checking.errors import AnswerError
from hwcode.checking.isolation import check_here
from hwcode.checking.programs import Program
from hwcode.checking.source import names_given
from hwcode.checking.verdict import Verdict
from hwcode.site.formats.sources import standalone

__all__ = ["BLANK", "asked_for", "extra_of", "grade", "right_answer", "with_mistake", "written"]

BLANK = "..."
OBJECT = re.compile(r'hwcode\.question\("([^"]+)"\)\.part\("([^"]*)"\)\.mistakes\[(\d+)\]\.answer')


def asked_for(part: Part) -> str:
    """What a part asks, and what an answer looks like (MyST Markdown)."""
    asks = f"{part.asks[:1].upper()}{part.asks[1:]}" if part.asks else "Your answer"
    expected = re.sub(r"([*_`$<\\[\]])", r"\\\1", part.form.describe())
    told = f"**{asks}.** Expected: {expected}."
    if isinstance(part.form, Choice):
        options = "\n".join(f"- `{key}`: {text}" for key, text in part.form.options.items())
        return f"{told}\n\n{options}"
    return told


def written(asked: Question, part: Part, text: str) -> str:
    r"""The cell that checks a typed answer.

    >>> asked = question("A1-1.3.1")
    >>> print(written(asked, asked.part("nearest"), "[3/2, 3/2]"))
    hwcode.check("A1-1.3.1:nearest", "[3/2, 3/2]")
    """
    if '"' not in text and "\\" not in text and "\n" not in text:
        return f'hwcode.check("{asked.key(part)}", "{text}")'
    if '"""' not in text and not text.endswith(('"', "\\")):
        return f'hwcode.check("{asked.key(part)}", r"""\n{text}\n""")'
    return f'hwcode.check("{asked.key(part)}", {text!r})'


def right_answer(part: Part) -> str:
    """The right answer to a part, as it would be typed.

    Raises:
        ValueError: if it is a program whose source does not stand alone.
    """
    form, made = part.form, part.reference
    if not isinstance(form, Program):
        return form.show(made)
    if isinstance(form, Architecture) and not inspect.isclass(made):
        made = type(made(*next(iter(form.instances()))))
    text = standalone(made, names_given(ast.parse(form.beside)))
    if not text:
        raise ValueError(f"{form.name}: the right answer has no text of its own")
    return text


def with_mistake(
    notebook: nbformat.NotebookNode, asked: Question, part: Part, place: int
) -> nbformat.NotebookNode:
    """A solved notebook with one of the known mistakes in the place of one right answer.

    A program that is wrong is handed in as an object, as many are made from the right one.
    """
    named = f'hwcode.question("{asked.id}").part("{part.name}").mistakes[{place}].answer'
    text = f'hwcode.check("{asked.key(part)}", {named})'
    if not isinstance(part.form, Program):
        text = written(asked, part, part.form.show(part.mistakes[place].answer))
    copy = nbformat.from_dict(notebook)
    for one in copy.cells:
        if one.source == written(asked, part, right_answer(part)):
            one.source, one.outputs = text, []
    return copy


def grade(notebook: nbformat.NotebookNode) -> dict[str, Verdict | None]:
    """The verdict on each answer of a notebook, by its part; None where it cannot be read.

    Nothing of the notebook is run but the programs that are handed in as answers.
    """
    found: dict[str, Verdict | None] = {}
    for key, answer in _answers(notebook):
        id, name = split_id(key)
        part = question(id).part(name)
        try:
            if isinstance(answer, str):
                found[key] = check_here(part, id, answer)
            else:
                named, of, place = answer
                found[key] = part.check(id, question(named).part(of).mistakes[place].answer)
        except AnswerError:
            found[key] = None
    return found


def _answers(
    notebook: nbformat.NotebookNode,
) -> Iterator[tuple[str, str | tuple[str, str, int]]]:
    for cell in notebook.cells:
        if cell.cell_type != "code" or not cell.source.startswith("hwcode.check("):
            continue
        call = ast.parse(cell.source, mode="eval").body
        assert isinstance(call, ast.Call)
        key, answer = call.args
        if mistake := OBJECT.fullmatch(ast.unparse(answer).replace("'", '"')):
            yield ast.literal_eval(key), (mistake[1], mistake[2], int(mistake[3]))
        else:
            yield ast.literal_eval(key), ast.literal_eval(answer)


def extra_of(asked: tuple[Question, ...]) -> str:
    """The extra of the package that checking the answers of a chapter takes; empty if none."""
    forms = [part.form for one in asked for part in one.parts]
    if any(isinstance(form, Architecture) for form in forms):
        return "train"
    return "programs" if any(isinstance(form, Program) for form in forms) else ""


def judged(asked: Question) -> list[Part]:
    """The parts of a question that a machine decides."""
    return [part for part in asked.parts if not isinstance(part.form, Text)]
