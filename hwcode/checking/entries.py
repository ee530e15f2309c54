"""Lists as people write them: by names, with 'and' between the entries, as rows of bare numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hwcode.checking.errors import AnswerError
from hwcode.checking.labels import plain_labels

__all__ = ["as_list"]

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
_ROW = re.compile(rf"\s*{_NUMBER}(?:[ \t,]+{_NUMBER})*\s*", re.IGNORECASE)
_NAMED = re.compile(r"\s*([^\W\d_][^=<>≤≥+*/()\[\]]*?)\s*=\s*([^=<>≤≥].*?)\s*", re.DOTALL)


def as_list(text: str, names: Sequence[str] = ()) -> tuple[str, list[str]]:
    """A text with several entries as ``[first, second]``; any other text as it is.

    Args:
        text: with plain characters, and without what stands around LaTeX.
        names: of the entries, in their order, where the question says them.

    Returns:
        The text, and what was left out.

    Raises:
        AnswerError: if names stand there whose order is not known.

    >>> as_list("b = -4, a = 2", ("a", "b"))
    ('[2, -4]', ["the names 'b =', 'a =' left out"])
    >>> as_list("w_1 = w_2 = 3/2")[0], as_list("10 and 18")[0], as_list("1 2\\n3 4")[0]
    ('[3/2, 3/2]', '[10, 18]', '[[1, 2], [3, 4]]')
    """
    lines = [line for line in re.split(r"[\n;]|\\\\", text) if line.strip()]
    if len(lines) > 1 and all(_ROW.fullmatch(line) for line in lines):
        rows = [", ".join(re.findall(_NUMBER, line, re.IGNORECASE)) for line in lines]
        if all("," not in row for row in rows):
            return f"[{', '.join(rows)}]", []
        return f"[{', '.join(f'[{row}]' for row in rows)}]", []
    pieces = _pieces(text)
    chain = re.fullmatch(r"((?:[^\W\d]\w*\s*=\s*){2,})([^=<>]+)", text.strip())
    if chain and len(pieces) == 1:
        told = re.findall(r"[^\W\d]\w*", chain[1])
        pieces = [f"{name} = {chain[2]}" for name in told]
        if sorted(map(_plain, told)) != _counted(told) and sorted(map(_plain, told)) != sorted(
            names
        ):
            return text, []
    if len(pieces) < 2:
        return text, []
    named = [_NAMED.fullmatch(piece) for piece in pieces]
    if all(named):
        pairs = [(one[1], one[2]) for one in named if one]
        return _in_order(pairs, names)
    if re.search(r"\band\b", text) and not any("=" in piece for piece in pieces):
        return f"[{', '.join(pieces)}]", []
    return text, []


def _in_order(pairs: list[tuple[str, str]], names: Sequence[str]) -> tuple[str, list[str]]:
    told = f"the names {', '.join(repr(f'{name} =') for name, _ in pairs)} left out"
    values: dict[str, str] = {}
    for name, value in pairs:
        entries = re.fullmatch(r"[(\[]([^()\[\]]*)[)\]]", value)
        parts = re.split(r"[,;]", entries[1]) if entries else [value]
        for i, part in enumerate(parts, start=1):
            values[_plain(name) + (str(i) if len(parts) > 1 else "")] = part.strip()
    order = list(names) if set(names) == set(values) else _counted([*values])
    if set(order) != set(values):
        raise AnswerError(
            f"the order of {', '.join(values)} is not known here; give the values alone, as a list"
        )
    return f"[{', '.join(values[name] for name in order)}]", [told]


def _counted(names: Sequence[str]) -> list[str]:
    """Names as w1, w2, w3 in their order; none, if they are not counted so."""
    found = [re.fullmatch(r"(.*?)(\d+)", _plain(name)) for name in names]
    stems = {one[1] if one else "" for one in found}
    numbers = sorted(int(one[2]) for one in found if one)
    first = numbers[0] if numbers else 0
    if len(stems) != 1 or None in found or numbers != list(range(first, first + len(names))):
        return []
    return [f"{stems.copy().pop()}{number}" for number in numbers] if first in (0, 1) else []


def _plain(name: str) -> str:
    """A name without accents, marks and its underscore."""
    bare = re.sub(
        r"\\(?:hat|bar|tilde|widehat|vec)\b|\^\s*\{?\s*\\?(?:\*|star|ast)\s*\}?", "", name
    )
    return re.sub(r"[\s{}_]|[\u0302\u0303\u0304\u0305]", "", plain_labels(bare))


def _pieces(text: str) -> list[str]:
    """A text at its commas, semicolons, lines and 'and', those inside of brackets left alone."""
    found, depth, start = [], 0, 0
    for match in re.finditer(
        r"[(\[{]|[)\]}]|[,;\n]\s*(?:and\b)?|\band\b|\\(?:text|mathrm)\{\s*and\s*\}", text
    ):
        if match[0] in ("(", "[", "{"):
            depth += 1
        elif match[0] in (")", "]", "}"):
            depth -= 1
        elif depth == 0:
            found.append(text[start : match.start()].strip())
            start = match.end()
    return [piece for piece in [*found, text[start:].strip()] if piece]
