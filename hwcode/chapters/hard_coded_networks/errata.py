"""Errata of the texts that this chapter answers: hard coded networks."""

from __future__ import annotations

from hwcode.chapters.errata import Erratum, Tried

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        sources=("A1",),
        by="handout",
        place="3.2, hint",
        words="""
"Bubble Sort needs 6 'Sort_2' blocks, while Merge Sort needs 5"
""",
        right="""
True of networks: six with neighbours, five with Batcher's way of merging {cite:p}`batcher1968sorting`.
The program Merge Sort is no network, since what it compares next depends on what came out before: its
merge needs two or three comparisons, and drawn as fixed blocks (`1-2, 3-4, 1-3, 2-3, 3-4`) it does not
sort.
""",
        kind="false",
        decided=("A1-3.2:fewest", "A1-3.2:neighbours"),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="3.1",
        words='"You may assume the two numbers are distinct and positive"',
        right="Distinctness is not needed there, nor in 3.2. In 3.4 it is, and is not said.",
        kind="imprecise",
        decided=("A1-3.1:domain",),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="3.4",
        words='"count how many elements in a list are less than"',
        right=r"""
With $\mathbb I(z\ge0)$, on $x_1-x_j$, the suggested threshold counts equal numbers as smaller. Strictly
smaller is $1-\mathbb I(x_j-x_1\ge0)$.
""",
        kind="imprecise",
        decided=("A1-3.4:ties", "A1-3.4:counting"),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="3.4, hint",
        words="the indicator of $[-1,1]$",
        right="""
It is wide enough for three ranks. Without a scale it picks the smallest or the largest number, if it is
shifted ($r+1$ is in the interval for $r=0$ only), but none in between: it holds two neighbouring whole
numbers at least. A rank in the middle needs a factor of more than 1.
""",
        kind="false",
        decided=("A1-3.4:fire",),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="3.4",
        words='"use another layer to output the number with the correct rank"',
        right="""
A layer has no products. With ReLU gates a bound for the numbers has to be known; with the suggested
activations alone, which are bounded, no output can grow with the numbers.
""",
        kind="false",
        decided=("A1-3.4:unbounded", "A1-3.4:gate"),
        tried=(Tried("A1-3.4:unbounded", "yes", right=False),),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="3.4",
        words='"y is the rank of $x_1$"',
        right="From 0 or from 1 is not said, see [](#conv-rank).",
        kind="imprecise",
        shown=("conv-rank",),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="3.4",
        words='"repeat the process of sections 1.1, 1.2, 1.3"',
        right="Sections 3.1 to 3.3 are meant.",
        kind="misprint",
    ),
)
