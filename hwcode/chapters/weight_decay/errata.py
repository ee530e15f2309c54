"""Errata of the texts that this chapter answers: weight decay."""

from __future__ import annotations

from hwcode.chapters.errata import Erratum, Tried

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        sources=("A2",),
        by="handout",
        place="2",
        words=r'"a L2 penalty, $\lambda\lVert\hat w_2^2\rVert$"',
        right=r"""
Misprint for $\lambda\lVert\hat w\rVert_2^2$. And $\lambda$ is the penalty there and the decay in 2.2,
where the penalty is $\tilde\lambda$.
""",
        kind="misprint",
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="equation 5",
        words=r'"$\nabla\mathcal L_i(X)$"',
        right="The gradient is taken with respect to the weights and at $w_i$; $X$ is data.",
        kind="misprint",
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="2.2.1",
        words=r'"in terms of $w_0$, $\eta$, $t$, $\lambda$, $\tilde\lambda$, and $X$"',
        right=r"""
The number of examples $n$ is missing; and the first expression has no $\lambda$, the second no
$\tilde\lambda$.
""",
        kind="imprecise",
        decided=("A2-2.2.1", "A2-2.2.2:penalty"),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="2.2.2",
        words=r'"$\tilde\lambda$ (corresponding to L2 loss)"',
        right="To the L2 *penalty*; the L2 loss is the other term.",
        kind="misprint",
        decided=("A2-2.2.2",),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="2.2.2",
        words=r'"so that it is equivalent to $\lambda$"',
        right="""
At one rate. With a schedule the constant decay of equation 5 is no constant penalty, and tends to
forget the data ({numref}`fig-wd-schedule`). With momentum the two are not equivalent at all.
""",
        kind="imprecise",
        decided=("A2-2.2.2:schedule", "A2-2.2.2:momentum"),
        shown=("fig-wd-schedule",),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="2.2.3",
        words='"RMSprop (equation 4)"',
        right="Equation 4 is only the running square; the update is equation 3.",
        kind="false",
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="2.2.3",
        words='"it has been shown that … weight decay is more successful"',
        right="""
Shown for particular networks and data. On ours there is no measurable difference.
""",
        kind="imprecise",
        decided=("A2-2.2.3:measured",),
        tried=(Tried("A2-2.2.3:measured", "decay", right=False),),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="2.2.2",
        words=r'"$(1-2\eta\tilde\lambda)w_0=(1-\lambda)w_0\to1-2\eta\tilde\lambda=1-\lambda$"',
        right=r"""
The $w_0$ is cancelled without a word: for $w_0=0$ the left equation holds for every $\tilde\lambda$.
The direction that the question needs, from right to left, is always sound.
""",
        kind="imprecise",
        decided=("A2-2.2.2:start",),
    ),
)
