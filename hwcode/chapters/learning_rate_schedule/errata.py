"""Errata of the texts that this chapter answers: learning rate schedule."""

from __future__ import annotations

from hwcode.chapters.errata import Erratum, Tried

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        sources=("P4",),
        by="handout",
        place="c",
        words=r'"Train the network with this value of $\eta_{\max}$ for 100 epochs as we had calculated above"',
        right=r"""
Above, 50 epochs and $T=19{,}550$ are calculated; 100 epochs are 39,100 updates. With that $T$ the
cosine is negative from $t=T$ on: for the second half of the run the rate is below 0, and at the end it
is $\cos\frac{9\pi}8\approx-0.92$ of the peak. PyTorch's SGD takes a negative rate without a word, and
climbs the gradient. We run 50 epochs, and two lengths of the small preset.
""",
        kind="false",
        decided=("P4-2c:updates", "P4-2c:rate"),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="c",
        words=r'"because the network had already trained for a few time-steps before we tried out $\eta^*$"',
        right="""
This is given as the reason for the division by 10. Under formula (2) the net has trained for far
longer, all of $T_0=3{,}910$ updates, before the rate is at its largest. The reason on a parabola is
another one: without momentum and noise the minimum of the curve comes at the largest stable rate or
beyond it.
""",
        kind="false",
        decided=("P4-2b:minimum",),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="b",
        words='"The local minimum of this plot is the maximum learning rate one can use", then "Identify the global minimum"',
        right="""
They are two things, and on a parabola neither tells the largest usable rate: without momentum the
minimum comes at that rate or beyond it, by any factor, and with momentum it may come before.
""",
        kind="false",
        decided=("P4-2b:minimum",),
        tried=(Tried("P4-2b:minimum", "at", right=False),),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="b",
        words='"for about 100 iterations"',
        right="""
With the given start and factor they end at {glue:text}`reach`, before the curve turns in the whole
net's sweeps with this factor and momentum.
""",
        kind="imprecise",
        decided=("P4-2b:last", "P4-2b:enough"),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="c",
        words="formula (2)",
        right=r"""
It has two values at $t=T_0$, which differ by $9.9\cdot10^{-5}$, and its maximum is
$\eta_{\max}+10^{-4}$.
""",
        kind="imprecise",
        decided=("P4-2c:jump",),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="a",
        words='"with the default PyTorch initialization"',
        right="""
In this net the default of the convolutions does not matter for the first loss; scale 1 and shift 0 of
the last BatchNorm do, and the pooling (in training mode; in evaluation mode the small weights are what
keeps the logits small).
""",
        kind="imprecise",
        decided=("P4-2a:cause", "P4-2a:pooled"),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="b, c",
        words='"draw the plot in part (ii)", "in part (a.ii)"',
        right="There are no such parts; part (b) is meant.",
        kind="misprint",
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="b",
        words='"the learning rate is limited by the smoothness coefficient"',
        right=r"""
For gradient descent, of which this is said, by $2/L$. The finder runs with momentum, where on a
parabola the limit is $2(1+\rho)/L$, and progress below it need not be monotone.
""",
        kind="imprecise",
        decided=("P4-2b:limit",),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="d",
        words='"We will now show experimentally that [...] the validation error more or less remains the same"',
        right="""
Three single runs cannot show that; and on a parabola it is true to first order only, and false near the
limit of stability.
""",
        kind="false",
        decided=("P4-2d:exact", "P4-2d:worse"),
        tried=(Tried("P4-2d:exact", "exact", right=False),),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="d",
        words=r'"$\eta/(1-\rho)$"',
        right=r"""
It is the invariant for a velocity that sums gradients, as in PyTorch. For a velocity that is a moving
average, $v\leftarrow\rho v+(1-\rho)g$, the rate $\eta$ alone is, see [the convention](#conv-momentum).
""",
        kind="imprecise",
        decided=("P4-2d:exact",),
        shown=("conv-momentum",),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="d",
        words='"You can perform a bisection search with the knowledge of this invariant"',
        right="It takes a unimodal error as well, and values are not signs.",
        kind="imprecise",
        decided=("P4-2d:values",),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="c, d",
        words=r"b and $\theta$",
        right=r"Both letters stand for the batch size. Here it is $\theta$.",
        kind="misprint",
    ),
)
