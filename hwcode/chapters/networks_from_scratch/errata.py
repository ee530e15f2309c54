"""Errata of the texts that this chapter answers: networks from scratch."""

from __future__ import annotations

from hwcode.chapters.errata import Erratum

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        sources=("A1",),
        by="handout",
        place="1 and 2",
        words="the programming part",
        right="""
It is a list of nine headings with marks; the contract stands in the course's notebook, which the text
only links to. Questions marked "ours" or "we add" are this book's.
""",
        kind="missing",
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="1.5 and 2.4, 0 marks",
        words='"Run the training and visualize the results", "Train your MLP"',
        right="""
Nothing there can be right or wrong as it stands. What can be known is asked instead: what a line can do
at best, what becomes of the weights, how many units XOR needs, what a start at zero does.
""",
        kind="missing",
        decided=("A1-P1.5", "A1-P2.4"),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="1.1",
        words='"Implement the binary cross entropy loss"',
        right="""
Of what is not said. From probabilities and from logits are two functions, and only the second survives
a network that is sure of itself: {numref}`fig-nn-loss`.
""",
        kind="imprecise",
        decided=("A1-P1.1:logits",),
        shown=("fig-nn-loss",),
    ),
    Erratum(
        sources=("A1",),
        by="notebook",
        place="the loss",
        words="the mean",
        right="""
It is written as a sum from $i=0$ to $N$ over $N$. That has $N+1$ terms; it runs to $N-1$.
""",
        kind="misprint",
    ),
    Erratum(
        sources=("A1",),
        by="notebook",
        place="`Linear`",
        words="the layer",
        right=r"""
It is written $Wx+b$ with $W$ of shape $n\times m$, beside weights of shape input_size × output_size.
With one example in a row it is $XW+b$.
""",
        kind="misprint",
        decided=("A1-P1.2",),
    ),
    Erratum(
        sources=("A1",),
        by="notebook",
        place="the moons",
        words='"About 90 %"',
        right="""
That is the best that a line can do on the moons, 88.75 %, seen on a plot; logistic regression has 87.9
% at its minimum.
""",
        kind="false",
        decided=("A1-P1.5:moons_line", "A1-P1.5:moons_logistic"),
    ),
    Erratum(
        sources=("A1",),
        by="notebook",
        place="the trainings",
        words="the rates 0.0001 and 0.001 with 1,000 steps",
        right="""
No model is trained then, and a comparison of nets compares their random starts.
""",
        kind="false",
        decided=("A1-P2.4:rate",),
    ),
)
