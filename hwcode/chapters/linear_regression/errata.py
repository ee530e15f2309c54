"""Errata of the texts that this chapter answers: linear regression."""

from __future__ import annotations

from hwcode.chapters.errata import Erratum, Tried

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        sources=("A1",),
        by="handout",
        place="1.3.2",
        words='"finds a unique minimizer if it converges"',
        right="There are infinitely many minimisers; unique is the limit from zero.",
        kind="false",
        decided=("A1-1.3.2:start",),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="1.3.2, hint",
        words='"You can assume that the gradient is spanned by the rows"',
        right=r"It is a fact: the gradient is $X^\top$ times a vector.",
        kind="imprecise",
        decided=("A1-1.1",),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="1.2.1",
        words='"assuming training converges"',
        right="""
Enough for a constant rate, or rates with an infinite sum; with rates that decrease faster, convergence
to a point that is no minimiser is possible, as the chapter's product shows.
""",
        kind="imprecise",
        decided=("A1-1.2.1:rate", "H2-1.1.1:decreasing"),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="1.2.2",
        words='"generated independently"',
        right="""
More than is needed, and less: uncorrelated noise with mean 0 and equal variance is enough, but it has
to be so given $X$, which is not said.
""",
        kind="imprecise",
        decided=("A1-1.2.2:expectation",),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="1.3.4",
        words='"overfitting, i.e. larger test error"',
        right="""
Two things: at degree 200 the training error is 0 and the noise is fitted completely, and the test error
is lower than at degree 5.
""",
        kind="false",
        decided=("A1-1.3.4:overfitting",),
        tried=(Tried("A1-1.3.4:overfitting", "yes", right=False),),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="1.3.4, the branch in the notebook's `fit_poly` {cite:p}`csc413poly`",
        words='"if d > n"',
        right=r"""
Degree $d$ has $d+1$ features, so the branch belongs at $d+1>n$. At $d=n$ the formula for the
underparameterised case meets a singular $F^\top F$; the notebook's list of degrees happens to leave out
14.
""",
        kind="false",
        decided=("A1-1.3.4:fit_poly",),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="1.3.5",
        words=r'"$n_1\le n_2$ … for which $L_2\ge L_1$"',
        right="Taken literally, $n_1=n_2$ is an answer; what is meant are strict inequalities.",
        kind="imprecise",
        decided=("A1-1.3.5",),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="1.3.5",
        words='"the loss with n₂ data points"',
        right="""
Which loss is not said. The training loss of a fit grows with $n$ for trivial reasons
({numref}`fig-lr-noise`); the phenomenon is about the loss on new data.
""",
        kind="imprecise",
        shown=("fig-lr-noise",),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="marks",
        words='"10 % of the assignment mark (worth 2 pts)"',
        right="The marks of the sections add up to 15; two points are a tenth neither of these nor of 17.",
        kind="false",
    ),
)
