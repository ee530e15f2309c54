"""What binds a number of the text that no cell glues: a computation, or where it is given.

:mod:`hwcode.site.numbers` finds the numbers that nothing binds, and says what the roles are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["GIVEN", "calculated", "source_of"]

GIVEN = ("handout", "source", "name", "setting", "example")
"""Where a number may come from that no cell computes."""

_ROLE = re.compile(r"(?P<shown>.*?)\s*<(?P<why>[\w./-]+)>\s*\Z", re.DOTALL)


def calculated(content: str, names: Mapping[str, Any] | None = None) -> str:
    """What ``{calc}`` shows.

    Args:
        content: as it stands in the role.
        names: values that the formula may name.

    Raises:
        ValueError: if the right side is not the number on the left, rounded to its digits, or only
            another way to write it.

    >>> calculated("3.24 = 9*(1 - 4*0.1)**2"), calculated("88.75 % = 710/800")
    ('3.24', '88.75 %')
    >>> calculated("3.25 = 9*(1 - 4*0.1)**2")
    Traceback (most recent call last):
    ...
    ValueError: 9*(1 - 4*0.1)**2 is 3.24, not 3.25
    """
    import sympy

    shown, equals, formula = (part.strip() for part in content.partition("="))
    number = re.fullmatch(r"([-−]?[\d,]*(?:\.(\d+))?(?:e-?\d+)?)\s?(%|per cent)?(?:\s\w+)?", shown)
    if not equals or number is None:
        raise ValueError(f"{content!r} is not of the form 'NUMBER = FORMULA'")
    if re.fullmatch(r"-?[\d.]+(?:\s*/\s*\d+)?", formula) and not number[3]:
        raise ValueError(f"{content!r} writes the number in another way and computes nothing")
    try:
        value = sympy.sympify(sympy.sympify(formula, locals=dict(names or {}), rational=True))
    except (sympy.SympifyError, ArithmeticError, LookupError, OSError, TypeError) as error:
        raise ValueError(f"{formula} can't be computed: {error}") from None
    if not getattr(value, "is_number", False):
        raise ValueError(f"{formula} is not a number")
    told = sympy.Rational(number[1].replace(",", "").replace("−", "-"))
    digits = len(number[2] or "")
    exact = value * 100 if number[3] else value
    if abs(exact - told) > sympy.Rational(1, 2 * 10**digits) or (
        "e" in number[1] and exact != told
    ):
        raise ValueError(f"{formula} is {float(exact):.{digits + 6}g}, not {shown}")
    return shown


def source_of(content: str, cells: str, root: Path) -> tuple[str, str]:
    """What ``{given}`` shows, and where it comes from.

    Args:
        content: as it stands in the role.
        cells: the code of the page.
        root: the folder of the project.

    Raises:
        ValueError: if it says no source, or a setting that stands in no cell, or a file without it.

    >>> source_of("0.1 <setting>", "rate = 0.1", Path())
    ('0.1', 'setting')
    >>> source_of("0.2 <setting>", "rate = 0.1", Path())
    Traceback (most recent call last):
    ...
    ValueError: 0.2 is called a setting and stands in no cell of the page; glue it
    """
    found = _ROLE.fullmatch(content)
    if found is None or (found["why"] not in GIVEN and not (root / found["why"]).is_file()):
        told = ", ".join(f"<{why}>" for why in GIVEN)
        raise ValueError(f"{content!r} does not end in one of {told}, or the path of a file")
    shown, why = found["shown"], found["why"]
    numbers = re.findall(r"10\^\{?-?\d+\}?|\d[\d,]*(?:\.\d+)?(?:e-?\d+)?", shown)
    for number in map(_value, numbers):
        if why == "setting" and not {number, number / 100} & _values(cells):
            raise ValueError(
                f"{shown} is called a setting and stands in no cell of the page; glue it"
            )
        if why not in GIVEN and number not in _literals(root / why):
            raise ValueError(f"{shown} does not stand in {why}")
    return shown, why


@cache
def _literals(path: Path) -> frozenset[float]:
    text = path.read_text(encoding="utf-8")
    return frozenset(map(_value, re.findall(r"(?<![\w.])\d[\d_]*(?:\.\d+)?(?!\w)", text)))


def _value(number: str) -> float:
    return float(re.sub(r"10\^\{?(-?\d+)\}?", r"1e\1", number).replace(",", "").replace("_", ""))


@cache
def _values(cells: str) -> frozenset[float]:
    """The numbers that stand in the code, those of simple quotients and powers too."""
    found = set()
    for node in ast.walk(ast.parse(cells)):
        if isinstance(node, (ast.Constant, ast.BinOp)):
            try:
                value = ast.literal_eval(node) if isinstance(node, ast.Constant) else _folded(node)
            except (ValueError, TypeError, ArithmeticError):
                continue
            if isinstance(value, (int, float)):
                found.add(float(value))
            elif isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value):
                found.add(float(value))  # for arithmetic with many digits
    return frozenset(found)


def _folded(node: ast.BinOp) -> Any:
    left, right = ast.literal_eval(node.left), ast.literal_eval(node.right)
    match node.op:
        case ast.Div():
            return float(left / right)
        case ast.Pow() if abs(right) < 20:
            return float(left**right)
        case ast.Mult():
            return left * right
    raise ValueError
