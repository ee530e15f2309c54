"""Reading the weights of a network, as text or as arrays, into exact fractions."""

from __future__ import annotations

import ast
import math
import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy

from hwcode.checking.activations import activation
from hwcode.checking.errors import AnswerError
from hwcode.checking.reader import LONGEST, read

__all__ = ["matrix_of", "read_weights", "vector_of"]


def read_weights(text: str) -> dict[str, Any]:
    """A typed network as plain lists, fractions and names; nothing of the text is run.

    A mapping, or one entry after the other as ``name = value`` or ``name: value``: a list of lists,
    an array as in programs, a matrix in LaTeX; of an activation its name or its formula in ``z``.

    Raises:
        AnswerError: if the text is no mapping, is too long or gives a key twice.

    >>> read_weights("W1 = [[1, 1/2]]; phi1 = relu")
    {'W1': [[1, 1/2]], 'phi1': 'relu'}
    >>> read_weights(r"$W^{(1)} = 2\\begin{pmatrix} 1 & 3 \\end{pmatrix}$, φ₁(z) = |z|")
    {'W1': [[2, 6]], 'phi1': 'abs'}
    """
    if len(text) > LONGEST:
        raise AnswerError(f"the answer has {len(text)} characters; at most {LONGEST} are read")
    weights: dict[str, Any] = {}
    for key, value in _mapping(text) or _entries(text):
        if key in weights:
            raise AnswerError(f"{key} is given twice")
        if not value:
            raise AnswerError(f"nothing stands behind {key}; {_EXAMPLE}")
        weights[key] = activation(value) if key.startswith("phi") else _array(key, value)
    if not weights:
        raise AnswerError(f"the answer is empty; {_EXAMPLE}")
    return weights


_WRAPPERS = ("array", "asarray", "tensor", "Matrix")
_EXAMPLE = 'for example {"W1": [[1, 1/2]], "b1": [0], "phi1": "relu"} or W1 = [[1, 1/2]]; b1 = ...'
_NAME = re.compile(
    r"(?<![\w\\])(?P<letter>[Wb]|\\?(?:var)?phi|[φϕ]|activation|act)\s*"
    r"(?:[_^]\s*)?(?:\{\s*)?(?P<mark>[(\[⁽]?)(?P<layer>[0-9₀-₉¹²³⁴-⁹])[)\]⁾]?(?:\s*\})?\s*"
    r"(?:\(\s*\w\s*\)\s*)?&?\s*(?::=|=|:(?!\d))\s*"
)
"""A name with its layer and the sign behind it: ``W1 =``, ``b^{(1)} &=``, ``φ₁(z) :``."""


def _mapping(text: str) -> list[tuple[str, str]] | None:
    """The keys and values of a mapping as in JSON or Python; None if it is none."""
    source = text.strip()
    if not re.match(r"(?:\w+\s*=\s*)?(?:dict\()?\s*\{\s*[\"']", source):
        return None
    try:
        tree = ast.parse(re.sub(r"^\w+\s*=\s*", "", source), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise AnswerError(f"not a network ({reason}); {_EXAMPLE}") from None
    if not isinstance(tree.body, ast.Dict):
        raise AnswerError(f"not a network; {_EXAMPLE}")
    source = re.sub(r"^\w+\s*=\s*", "", source)
    found = []
    for key, value in zip(tree.body.keys, tree.body.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            raise AnswerError(f"the keys are names in quotes; {_EXAMPLE}")
        found.append((_key(key.value), ast.get_source_segment(source, value) or ""))
    return found


def _key(name: str) -> str:
    """A name as ``W1``; itself, where it is none, for the message about it."""
    match = _NAME.fullmatch(f"{name}=")
    return _named(match) if match else name


def _named(match: re.Match[str]) -> str:
    letter = match["letter"] if match["letter"] in ("W", "b") else "phi"
    return letter + unicodedata.normalize("NFKC", match["layer"])


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """The entries ``name = value`` of a text, whatever stands between them."""
    plain = re.sub(r"\\(?:begin|end)\{(?:aligned|align\*?|equation\*?|gathered|split)\}", "", text)
    plain = re.sub(r"\$|(?<!\\)\\(?:[()\[\]]|q?quad(?![A-Za-z])|[,;!: ])", " ", plain)
    places = [*_NAME.finditer(plain)]
    before = plain[: places[0].start()] if places else plain
    if before.strip():
        raise AnswerError(f"not a network ({before.strip()[:40]!r} names none); {_EXAMPLE}")
    ends = [*(match.start() for match in places[1:]), len(plain)]
    for match, end in zip(places, ends, strict=False):
        value = plain[match.end() : end]
        yield (
            _named(match),
            re.sub(r"(?:[\s,;.&]|\\\\(?:\[[^\]]*\])?|\band\b)*$", "", value).strip(),
        )


def _array(name: str, text: str) -> Any:
    """A list, a list of lists, or a number; LaTeX and whatever a formula may be."""
    try:
        return _plain(ast.parse(text, mode="eval").body, text)
    except (SyntaxError, ValueError, RecursionError, MemoryError, AnswerError):
        pass  # what is no list of Python's may be a matrix all the same
    try:
        return _listed(read(text, {}))
    except AnswerError as error:
        raise AnswerError(f"{name}: {error}") from None


def _listed(value: Any) -> Any:
    """A matrix as a list of lists, a number as it is."""
    if hasattr(value, "as_explicit"):  # zeros(2), for example
        value = value.as_explicit()
    return value.tolist() if hasattr(value, "tolist") else value


def _plain(node: ast.expr, source: str) -> Any:
    match node:
        case ast.List(elements) | ast.Tuple(elements):
            return [_plain(element, source) for element in elements]
        case ast.Constant(str() as word):
            return word
        case ast.Call(ast.Name(name) | ast.Attribute(ast.Name(), name), [wrapped], []) if (
            name in _WRAPPERS
        ):
            return _plain(wrapped, source)
    return _listed(read(ast.get_source_segment(source, node) or "", {}))


def _number(name: str, value: Any) -> Fraction:
    if isinstance(value, float) and math.isfinite(value):
        return Fraction(value)
    try:
        number = read(value, {}) if isinstance(value, str) else sympy.sympify(value, strict=True)
        return Fraction(int(number.p), int(number.q))
    except (AttributeError, sympy.SympifyError):
        raise AnswerError(
            f"{name}: {value} is no rational number, and the check is exact"
        ) from None


def _rows(name: str, value: Any, what: str) -> list[Any]:
    value = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(value, (list, tuple)) or not value:
        raise AnswerError(f"{name} is {what}; {value!r} is none")
    return list(value)


def vector_of(name: str, value: Any, size: int = 0) -> tuple[Fraction, ...]:
    """Biases as fractions, typed as a list or as a column; floats are taken exactly as they are.

    The number 0 alone stands for ``size`` zeros, as on paper; another one for a single unit's.

    Raises:
        AnswerError: names the array and what is wrong with it.

    >>> vector_of("b1", [1, "1/3", 0.5])
    (Fraction(1, 1), Fraction(1, 3), Fraction(1, 2))
    """
    what = "a list of numbers, one for each unit"
    if isinstance(value, int | float | Fraction | sympy.Number) and (value == 0 or size == 1):
        return (_number(name, value),) * size
    entries = _rows(name, value, what)
    if len(entries) == 1 and isinstance(entries[0], (list, tuple)) and len(entries[0]) > 1:
        (entries,) = entries
    if all(isinstance(entry, (list, tuple)) and len(entry) == 1 for entry in entries):
        entries = [entry for (entry,) in entries]
    return tuple(_number(name, entry) for entry in entries)


def matrix_of(name: str, value: Any, width: int = 0) -> tuple[tuple[Fraction, ...], ...]:
    """Weights as rows of fractions, all of one length; one row may stand without a second bracket.

    Args:
        name: for messages.
        value: a list of rows, or an array.
        width: how many columns there have to be, where that is known.

    Raises:
        AnswerError: names the array and what is wrong with it.
    """
    what = "a list of rows, one for each unit, as [[1, 2], [3, 4]]"
    lines = _rows(name, value, what)
    if len(lines) == width and not any(isinstance(one, (list, tuple, str)) for one in lines):
        lines = [lines]
    rows = [_rows(name, row, what) for row in lines]
    if len({len(row) for row in rows}) > 1:
        raise AnswerError(f"the rows of {name} have different lengths")
    return tuple(tuple(_number(name, entry) for entry in row) for row in rows)
