"""Drawings as short text: coordinates no finer than a screen shows, and each outline by its steps.

Matplotlib writes every coordinate with six decimals and from the corner of the drawing. A hundredth
of a point is a seventy-fifth of a pixel; and a step to the next point is a shorter number than the
place of that point, and more like its neighbours, so that a page also compresses better.
"""

from __future__ import annotations

import re

__all__ = ["shortened", "steps"]

UNITS = 100
"""Parts of a point in which coordinates are whole."""
PLACE = re.compile(r'(?<=\s)[xy]="[^"]*"|translate\([^)]*\)')
OUTLINE = re.compile(r'(?<=\sd=")[^"]*')


def shortened(svg: str) -> str:
    """A drawing of Matplotlib with short coordinates; scales and styles are left as they are.

    >>> shortened('<use x="1.234567" y="20.000001"/><g transform="translate(0.5 3.14159) scale(0.015625)"/>')
    '<use x="1.23" y="20"/><g transform="translate(0.5 3.14) scale(0.015625)"/>'
    """  # noqa: E501
    svg = OUTLINE.sub(lambda found: steps(found[0]), svg)
    return PLACE.sub(lambda found: re.sub(r"-?\d+\.\d+", _rounded, found[0]), svg)


def steps(outline: str) -> str:
    """The same outline by steps; no point is off by more than half a hundredth, however long it is.

    Args:
        outline: what stands in the attribute ``d`` of a path. One that has more than the moves,
            lines, curves and ends that Matplotlib writes is returned as it is.

    >>> steps("M 10.004 10 L 20.004 10.333333 L 30.004 10.666667 z")
    'm 10 10 l 10 0.33 10 0.34 z'
    """
    if re.search(r"[^MLQCz\d\s.-]", outline):
        return outline
    told: list[str] = []
    here = start = (0, 0)
    last = ""
    for letter, numbers in re.findall(r"([MLQCz])([^MLQCz]*)", outline):
        if letter == "z":
            here = start
        values = [round(UNITS * float(number)) for number in numbers.split()]
        moves = [value - here[place % 2] for place, value in enumerate(values)]
        if letter != "z":
            here = (values[-2], values[-1])
        if letter == "M":
            start = here
        # After a move, and after an end, the letter has to stand.
        told += [letter.lower()] if letter != last or letter in "Mz" else []
        told += [_written(move) for move in moves]
        last = letter
    return " ".join(told)


def _written(units: int) -> str:
    return f"{units / UNITS:.2f}".rstrip("0").rstrip(".")


def _rounded(found: re.Match[str]) -> str:
    return _written(round(UNITS * float(found[0])))
