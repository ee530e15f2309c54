"""What ``questions/pooling/tally.py`` asks, from the definitions."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import sympy
from sympy import ImmutableMatrix, Matrix
from sympy.polys.monomials import itermonomials

from hwcode.chapters.colourization.questions.pooling.tally import CHANNELS, NC, NF, NIC, n
from hwcode.checking import Truth

__all__ = ["TRUTHS"]


@cache
def _tally(net: str, side: int, *channels: int) -> Any:
    from hwcode.chapters.colourization.nets import NETS, tally

    return tally(NETS[net](3, *channels), (channels[0], side, side))


def tally_at(point: Any, side: int, net: str, quantity: str) -> sympy.Integer:
    """The net itself is run on one image, with hooks that count."""
    found = _tally(net, side, *(int(point[symbol]) for symbol in (NIC, NF, NC)))
    return sympy.Integer(getattr(found, quantity))


TEN = tuple(numbers for numbers in product((1, 2, 3), repeat=3) if sum(numbers) <= 5)
"""Channel numbers at which nets are run: two polynomials of degree 2 that agree there are equal."""


@cache
def tallied(net: str, side: int, quantity: str) -> sympy.Expr:
    """The polynomial through ten counts by hooks.

    Every layer's count is a constant times a number of channels, or times a product of the number
    that comes in and the number that goes out, and these are multiples of NIC, NF and NC. So the
    whole is a polynomial of degree 2, which has ten coefficients.
    """
    monomials = sorted(itermonomials(CHANNELS, 2), key=str)
    rows = [[term.subs(dict(zip(CHANNELS, at, strict=True))) for term in monomials] for at in TEN]
    values = [tally_at(dict(zip(CHANNELS, at, strict=True)), side, net, quantity) for at in TEN]
    coefficients = Matrix(rows).LUsolve(Matrix(values))
    return sympy.expand(sum(c * term for c, term in zip(coefficients, monomials, strict=True)))


@cache
def tallied_at_all_sizes() -> ImmutableMatrix:
    """The counts of PoolUpsampleNet at the side n, through those at three sides.

    If 4 divides n no size is rounded, so each layer has a fixed share of the image's area: in n the
    counts have degree 2.
    """
    sides = (4, 8, 12)
    return ImmutableMatrix(
        [
            sympy.expand(
                sympy.interpolate([(side, tallied("pool", side, key)) for side in sides], n)
            )
            for key in ("weights", "outputs", "connections")
        ]
    )


def tallied_truth(net: str, side: int, quantity: str) -> Truth:
    """One count of one net, at one side of its images."""
    return Truth(
        lambda point: tallied(net, side, quantity).subs(point),
        "counts by hooks while the net runs, with ten choices of channels",
        degree=2,
    )


TRUTHS = {
    **{
        f"A2-4.3:{quantity}{doubled}": tallied_truth("pool", side, quantity)
        for quantity in ("weights", "outputs", "connections")
        for doubled, side in (("", 32), ("_doubled", 64))
    },
    "A2-4.3:any_size": Truth(
        lambda point: tallied_at_all_sizes().subs(point),
        "counts by hooks while the net runs, at three sides, with ten choices of channels",
        degree=4,
    ),
}
