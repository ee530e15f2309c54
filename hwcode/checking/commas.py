"""What the commas between the digits of an answer are: decimal, of thousands, or in a list."""

from __future__ import annotations

import re
from collections.abc import Callable

from hwcode.checking.errors import AmbiguousError, AnswerError, quoted

__all__ = ["ASK", "LIST", "WHOLE", "settled"]

ASK, LIST, WHOLE = "ask", "list", "whole"
"""What a comma between digits is: asked back, a separator, or a mark of the thousands."""


def settled(text: str, commas: str) -> tuple[str, list[str]]:
    """The text with the commas between its digits settled."""
    notes: list[str] = []

    def joined(found: re.Match[str]) -> str:
        told = re.sub(r"[, '.]", "", found[0])
        notes.append(f"{found[0]} read as {told}")
        return told

    if commas == WHOLE:
        text = re.sub(r"(?<![\d.,])\d{1,3}(?:[ ']\d{3})+(?![\d.,])", joined, text)
        text = re.sub(r"(?<![\d.,])\d{1,3}(?:\.\d{3}){2,}(?![\d.,])", joined, text)
        pointed = re.search(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?![\d.,])", text)
        if pointed:
            told = pointed[0].replace(".", "")
            raise AmbiguousError(text, [text.replace(pointed[0], told), f"{pointed[0]}0"])
    places = _open_commas(text)
    if not places or commas == LIST:
        return text, notes
    numbers = [one for one in re.finditer(r"\d[\d.,]*\d", text)
               if any(one.start() < place < one.end() for place in places)]  # fmt: skip
    thousands = all(_THOUSANDS.fullmatch(one[0]) for one in numbers)
    if commas == WHOLE and thousands:
        return _replaced(text, numbers, joined), notes
    readings = []
    if thousands:
        readings.append(_replaced(text, numbers, lambda one: one[0].replace(",", "")))
    if all(one[0].count(",") == 1 and "." not in one[0] for one in numbers):
        readings.append(_replaced(text, numbers, lambda one: one[0].replace(",", ".")))
    if len(numbers) == 1 and len(readings) < 2:
        readings.append(_spread(text, numbers[0]))
    if len(readings) < 2:
        raise AnswerError(
            f"the commas between the digits of {quoted(text)}"
            " may mean several things: write 1.5 for a"
            " decimal fraction, 1500 for a thousand and more, [1, 5] for a list"
        )
    raise AmbiguousError(text, readings[:2], "a comma between digits")


def _spread(text: str, number: re.Match[str]) -> str:
    """The text as a list, or with the list in its round brackets, where the comma is one."""
    before, after = text[: number.start()].rstrip(), text[number.end() :].lstrip()
    if before.endswith("(") and after.startswith(")"):
        return f"{before[:-1]}[{number[0].replace(',', ', ')}]{after[1:]}"
    return f"[{text.strip().replace(number[0], number[0].replace(',', ', '))}]"


_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")


def _replaced(text: str, found: list[re.Match[str]], how: Callable[[re.Match[str]], str]) -> str:
    for one in reversed(found):
        text = f"{text[: one.start()]}{how(one)}{text[one.end() :]}"
    return text


def _open_commas(text: str) -> list[int]:
    """Where commas stand between two digits, outside of lists and of what a function takes."""
    found: list[int] = []
    stack: list[bool] = []
    whole = re.fullmatch(r"\((?:[^()]|\([^()]*\))*\)", text) is not None
    for place, character in enumerate(text):
        if character in "([{":
            before = re.search(r"([A-Za-z_.]*)\s*$", text[:place])
            called = character == "(" and before and before[1].split(".")[-1] in _CALLED
            inside = character == "[" or called or (place == 0 and whole)
            stack.append(bool(inside) or (bool(stack) and stack[-1]))
        elif character in ")]}" and stack:
            stack.pop()
        elif character == "," and not (stack and stack[-1]):
            if re.match(r"\d,\d", text[max(place - 1, 0) : place + 2]):
                found.append(place)
        elif character == "," and stack and stack[-1]:
            group = re.match(r"\d{1,3}(,\d{3})+(?!\d)", text[_start(text, place) :])
            bracket = text[text.rfind("[", 0, place) : place + 12]
            if group and re.search(r",\s", bracket) and text.rfind("[", 0, place) >= 0:
                joined = group[0].replace(",", "")
                spread = group[0].replace(",", ", ")
                raise AmbiguousError(
                    text, [text.replace(group[0], joined, 1), text.replace(group[0], spread, 1)],
                    "a comma between digits",
                )  # fmt: skip
    return found


_CALLED = {"min", "max", "minimum", "maximum", "binomial", "comb", "power", "pow", "norm"}


def _start(text: str, place: int) -> int:
    while place > 0 and text[place - 1].isdigit():
        place -= 1
    return place
