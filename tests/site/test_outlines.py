"""Short outlines are the same outlines."""

from __future__ import annotations

import re

import numpy as np
import pytest

from hwcode.site import page
from hwcode.site.outlines import UNITS, shortened, steps

COUNTS = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 0}


def _points(outline: str) -> list[tuple[str, float, float]]:
    """The points of an outline, absolute or by steps, one at a time, by the rules of SVG."""
    words = re.findall(r"[A-Za-z]|-?[\d.]+", outline)
    told, here, start, letter = [], np.zeros(2), np.zeros(2), ""
    while words:
        if words[0].isalpha():
            letter = words.pop(0)
        base = here if letter.islower() else np.zeros(2)
        for _ in range(COUNTS[letter.upper()]):
            here = base + np.array([float(words.pop(0)), float(words.pop(0))])
            told.append((letter.upper(), *here))
        if letter.upper() == "M":
            start = here
        if letter.upper() == "Z":
            here = start
            told.append(("Z", *here))
    return told


def _drawn():
    """Lines, curves, closed regions, letters and markers, as Matplotlib draws them."""
    import io

    import matplotlib.pyplot as plt

    x = np.linspace(0, 7, 400)
    with page.style():
        fig, (left, right) = plt.subplots(1, 2)
        left.plot(x, np.sin(x**2), label=r"$\sin x^2$")
        left.plot(x[::20], np.cos(x[::20]), "o")
        right.contourf(np.sin(x[:, None] * x[None, ::8]))
        stream = io.StringIO()
        fig.savefig(stream, format="svg")
        plt.close(fig)
    return stream.getvalue()


def test_no_point_is_off_by_more_than_half_a_unit():
    svg = _drawn()
    outlines = re.findall(r'\sd="([^"]*)"', svg)
    kinds = {letter for one in outlines for letter, *_ in _points(one)}
    assert kinds == set("MLQCZ")
    for outline in outlines:
        before, after = _points(outline), _points(steps(outline))
        assert [letter for letter, *_ in before] == [letter for letter, *_ in after]
        off = np.abs(np.array([one[1:] for one in before]) - [one[1:] for one in after])
        assert off.max(initial=0) <= 0.5 / UNITS + 1e-9


def test_the_rest_of_a_drawing_stays():
    svg = _drawn()
    short = shortened(svg)
    assert len(short) < 0.75 * len(svg)
    for kept in (r'style="[^"]*"', r'id="[^"]*"', r"scale\([^)]*\)", r'viewBox="[^"]*"', r"<\w+"):
        assert re.findall(kept, svg) == re.findall(kept, short)


@pytest.mark.parametrize("outline", ["M 0 0 A 1 1 0 0 0 2 2", "m 1 2 l 3 4", "M 1e-05 2 L 3 4"])
def test_another_outline_is_left_alone(outline):
    assert steps(outline) == outline
