"""The answer boxes of a question as parts of a page: one form for each claim.

A box does nothing by itself: it is hidden until ``box.js`` runs, which also knows what to say where
the page was not opened over http.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from docutils import nodes

from hwcode.checking import Choice, Formula, Question, Text
from hwcode.checking.forms import Form, Ordering
from hwcode.checking.question import Part

__all__ = ["AnswerBox", "answer_boxes", "kind_of"]

Inline = Callable[[str], list[nodes.Node]]


class AnswerBox(nodes.General, nodes.Element):
    """The boxes of one question; on pages of the site only, not in a book on paper."""


def kind_of(form: Form) -> str:
    """What a box looks like: ``line``, ``area``, ``choice``, ``text`` or ``command``.

    >>> kind_of(Choice({"yes": "it is", "no": "it is not"})), kind_of(Formula())
    ('choice', 'line')
    """
    if not form.in_page:
        return "command"
    if isinstance(form, Choice):
        return "choice"
    if isinstance(form, Text):
        return "text"
    return "line" if isinstance(form, (Formula, Ordering)) else "area"


def answer_boxes(asked: Question, inline: Inline) -> AnswerBox:
    """The boxes of a question.

    Args:
        asked: the question.
        inline: makes nodes of a line of Markdown, which may hold mathematics.
    """
    boxes = AnswerBox()
    boxes += _raw(
        f'<div class="hw-boxes" role="group" aria-label="Your answers to {asked.id}">'
        if len(asked.parts) > 1
        else '<div class="hw-boxes">'
    )
    for part in asked.parts:
        boxes += _box(asked, part, inline)
    boxes += _raw("</div>")
    return boxes


def _raw(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")


def _box(asked: Question, part: Part, inline: Inline) -> list[nodes.Node]:
    key, kind = html.escape(asked.key(part)), kind_of(part.form)
    asks = f"{part.asks[:1].upper()}{part.asks[1:]}" if part.asks else "Your answer"
    label = [*inline(asks), _raw(f" <code>{key}</code>")]
    if kind == "command":
        return _command(key, label)
    derived = " data-derived" if isinstance(part.form, Formula) else ""
    form = f'<form class="hw-box" data-part="{key}" data-kind="{kind}"{derived} hidden>'
    content = _choice(key, part.form, label, inline) if kind == "choice" else None
    return [_raw(form), *(content or _typed(key, kind, part.form, label)), _raw("</form>")]


def _command(key: str, label: list[nodes.Node]) -> list[nodes.Node]:
    command = f"hwcode check {key} @answer.py"
    told = (
        "A program is run to be checked, and this page runs none. Save it as"
        " <code>answer.py</code>; the command checks it:"
        f' <code class="hw-command">{command}</code>'
    )
    return [_raw('<div class="hw-box"><p>'), *label, _raw(f"</p><p>{told}</p></div>")]


def _typed(key: str, kind: str, form: Form, label: list[nodes.Node]) -> list[nodes.Node]:
    name = "answer-" + re.sub(r"\W+", "-", key)
    plain = 'autocomplete="off" autocapitalize="off" spellcheck="false"'
    shared = f'id="{name}" aria-describedby="{name}-form"'
    entry = {
        "line": f'<input type="text" {shared} {plain}>',
        "area": f'<textarea rows="2" {shared} {plain}></textarea>',
        "text": f'<textarea rows="3" {shared}></textarea>',
    }[kind]
    expected = html.escape(form.describe())
    return [
        _raw(f'<label for="{name}">'),
        *label,
        _raw(f'</label><div class="hw-entry">{entry}{_button(key)}</div>'),
        _raw(f'<p class="hw-form" id="{name}-form">Expected: {expected}</p>'),
    ]


def _button(key: str) -> str:
    """A button with a name of its own, so that those of a page can be told apart by ear."""
    return f'<button>Check<span class="visually-hidden"> {key}</span></button>'


def _choice(key: str, form: Form, label: list[nodes.Node], inline: Inline) -> list[nodes.Node]:
    assert isinstance(form, Choice)
    told: list[nodes.Node] = [_raw("<fieldset><legend>"), *label, _raw("</legend>")]
    for option, meaning in form.options.items():
        value = html.escape(option)
        told.append(_raw(f'<label><input type="radio" name="{key}" value="{value}"> '))
        content = inline(meaning)
        for formula in (one for one in content if isinstance(one, nodes.math)):
            formula["classes"].append("hw-option")
        told += [*content, _raw("</label>")]
    return [*told, _raw(f"</fieldset>{_button(key)}")]
