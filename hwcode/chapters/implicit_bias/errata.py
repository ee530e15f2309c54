"""Errata of the texts that this chapter answers: implicit bias."""

from __future__ import annotations

from hwcode.chapters.errata import Erratum, Tried

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        sources=("H2",),
        by="handout",
        place="2021, 1.2.1",
        words='"Compute the 2D case from HW1. Let $x_1=[1,1]$"',
        right="""
On it Adagrad finds the minimum-norm solution (part `hint` of [](#h2-1.2.1)). The copy with the
student's answers prints $[1,2]$.
""",
        kind="false",
        decided=("H2-1.2.1:hint",),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="2025, 1.2.1",
        words='"Assume the RMSProp optimizer converges"',
        right=r"""
With a constant rate, one example and $\eta>\epsilon/\lVert x\rVert^2$ it does so only by hitting a
solution exactly (Theorem 4).
""",
        kind="imprecise",
        decided=("A2-1.2.1:converges",),
    ),
    Erratum(
        sources=("H2",),
        by="handout",
        place="2021, 1.2.1",
        words='"Assume the Adagrad optimizer converges"',
        right="This assumes nothing: it always does (Theorem 3).",
        kind="imprecise",
        decided=("H2-1.2.1:limit",),
    ),
    Erratum(
        sources=("H2",),
        by="handout",
        place="2021, eq. 6",
        words=r'"$G_{i,t}=G_{i,t-1}+(\nabla\dots)^2$"',
        right=r"""
Where $G$ starts is not said; here, as in the student's answer, at 0. A positive start acts like an
$\epsilon$ under the root. (2025 gives $v_{i,-1}=0$.)
""",
        kind="imprecise",
        shown=("h2-1.2.1",),
    ),
    Erratum(
        sources=("A2", "H2"),
        by="handout",
        place="2021, eq. 5; 2025, eq. 3",
        words=r'"$\nabla_{w_{i,t}}\mathcal L(w_{i,t})$"',
        right=r"""
The loss depends on all weights, not on $w_i$ alone: $\partial\mathcal L/\partial w_i$ at $w_t$ is
meant. And $t$ counts steps there and names targets elsewhere ([convention](#conv-steps)).
""",
        kind="misprint",
        decided=("H2-1.1.1:gradient",),
    ),
    Erratum(
        sources=("A2", "H2"),
        by="handout",
        place="both",
        words='"a fixed small scalar used for numerical stability"',
        right="It decides whether RMSProp converges, and to what ({numref}`fig-ib-eps`).",
        kind="false",
        decided=("A2-1.2.1:stable",),
        shown=("fig-ib-eps",),
    ),
    Erratum(
        sources=("A2", "H2"),
        by="handout",
        place="2021; 2025 with $x_j$",
        words='"Is $x_i$ contained in span of $X$?"',
        right=r"""
A matrix has a row space and a column space; the row space is meant. "$\mathcal B$ contained in span of
$X$" (2025): $\mathcal B$ is a $b\times d$ matrix in one line and a set of examples in the next; its
rows are meant.
""",
        kind="imprecise",
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="2025, 1.1.1, hint",
        words='"Be more specific as to what other solutions? Or is"',
        right="A remark between authors that was left in the text.",
        kind="misprint",
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="2025, eq. 2",
        words=r'"$\sum_{x_i\in\mathcal B}\nabla\mathcal L(x_j,w_t)$"',
        right=r"""
The sum is over $x_j$. $\mathcal L$ stands for the loss of all examples in one line and of one example
in the next.
""",
        kind="misprint",
    ),
    Erratum(
        sources=("A2", "H2"),
        by="handout",
        place="2025, 1.1; the last also 2021",
        words=r'"$1<b\ll n$", "without replacement", "Assume that X is full rank"',
        right="Not wrong, but not needed for the conclusion; full rank is for the formula.",
        kind="imprecise",
        decided=("H2-1.1.1:rank", "A2-1.1.1:drawing"),
    ),
    Erratum(
        sources=("H2",),
        by="handout",
        place="2021, eq. 3",
        words=r'"$\delta_{t+1}=-\eta\nabla\mathcal L_i(x_i)+\alpha\delta_t$"',
        right=r"""
$\delta_0$ is not given, and with a part in the null space the answer changes; the point $w_t$ of the
gradient is not written.
""",
        kind="imprecise",
        decided=("H2-1.1.2:limit",),
    ),
    Erratum(
        sources=("H2",),
        by="handout",
        place="2021, 1.1.2, hint",
        words='"Consider the effects of the momentum term on the linearity of gradient update"',
        right="Linearity neither suffices nor is needed (part `property` of [](#h2-1.1.2)).",
        kind="false",
        decided=("H2-1.1.2:property",),
        tried=(Tried("H2-1.1.2:property", "linear", right=False),),
    ),
    Erratum(
        sources=("H2",),
        by="handout",
        place="2021, eq. 5",
        words=r'"$\sqrt{G_i,t}+\epsilon$" and "$\sqrt{G_{i,t}+\epsilon}$"',
        right=r"""
and **"$\sqrt{G_{i,t}+\epsilon}$"** (2021, eq. 5). In the text that we have the two copies differ,
perhaps by an error of reading: the student, whose copy shows the second, computes with the first. [The
convention](#conv-epsilon) matters for stability.
""",
        kind="imprecise",
        shown=("conv-epsilon",),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="2025, 1.2",
        words=r'"The momentum parameter $\beta$"',
        right=r"RMSProp has no momentum; $\beta$ is the decay rate of an average.",
        kind="false",
    ),
    Erratum(
        sources=("A2", "H2"),
        by="handout",
        place="both",
        words='"efficiently move through badly formed curvatures"',
        right="""
Along the axes; turned by 45 degrees, the advantage is gone ({numref}`fig-ib-rotation`).
""",
        kind="imprecise",
        decided=("H2-1.2.2:condition", "H2-1.2.2:rotated"),
        shown=("fig-ib-rotation",),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="2021, 1.2.2",
        words="no answer",
        right="1.2.2 has no answer in the text.",
        kind="missing",
        decided=("H2-1.2.2",),
    ),
)
