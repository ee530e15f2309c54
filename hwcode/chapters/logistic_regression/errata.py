"""Errata of the texts that this chapter answers: logistic regression."""

from __future__ import annotations

from hwcode.chapters.errata import Erratum, Tried

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        sources=("P4",),
        by="handout",
        place="a",
        words='"the validation set of the MNIST dataset"',
        right="There is none; the test set serves.",
        kind="false",
        decided=("P4-1a:validation",),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="a, b",
        words=r'"You can subsample … if you need", "where $x\in\mathbb R^{196}$"',
        right="With the second, the first is no choice: unreduced images have 784 pixels.",
        kind="imprecise",
        decided=("P4-1a:weights",),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="b",
        words="""
"Nesterov's acceleration in part (c)"
""",
        right="It comes in part (d).",
        kind="misprint",
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="b",
        words='"This plot should be a straight line"',
        right=r"""
The training loss tends to $f^*>0$, so its logarithm flattens. $\log(f-f^*)$ becomes straight in the
end; at rate $1/L$ that takes tens of thousands of updates.
""",
        kind="false",
        decided=("P4-1b:straight",),
        tried=(Tried("P4-1b:straight", "loss", right=False),),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="b, d",
        words=r'"the slope of this line should be about $-\kappa^{-1}$", "about $-\kappa^{-1/2}$"',
        right=r"""
These are slopes for the distance to the minimiser, to first order, in natural logarithms, and of the
usual bounds for the loss. $f-f^*$ falls with twice that slope in the end, or steeper; on a plot with
decimal ticks divide by $\ln10$.
""",
        kind="imprecise",
        decided=("P4-1b:slope", "P4-1d:slope"),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="d",
        words=r'"It is difficult, although possible, to evaluate $\kappa$"',
        right=r"""
Here it is easy: $\kappa=1+\lambda_{\max}(X^\top X)/(4n\lambda)$ takes one eigenvalue of a
$197\times197$ matrix. What is hard to know beforehand is the curvature near the minimum, and that is
why trying values of $L$ pays.
""",
        kind="false",
        decided=("P4-1c:L", "P4-1c:m"),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="d",
        words='"set $m$ to be the solution of part (b)"',
        right="The constant is found in part (c).",
        kind="misprint",
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="c",
        words='"What is the best strong convexity parameter"',
        right=r"""
$\lambda$ is the best one that holds everywhere. No point need attain it, and the slope that is seen
depends on the start as well.
""",
        kind="imprecise",
        decided=("P4-1c:m", "P4-1c:attained", "P4-1b:tail"),
    ),
    Erratum(
        sources=("P4",),
        by="handout",
        place="d",
        words='"what momentum coefficient would we use"',
        right=r"""
The formula belongs to the rate $1/L$ and to a strongly convex objective. With another rate $\eta$,
$\kappa$ means $1/(\eta m)$.
""",
        kind="imprecise",
        decided=("P4-1d:momentum",),
    ),
)
