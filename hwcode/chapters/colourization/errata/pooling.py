"""Errata of the texts that this chapter answers: colourization pooling."""

from __future__ import annotations

from hwcode.chapters.errata import Erratum, Tried

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        sources=("A2",),
        by="handout",
        place="4.3",
        words='"function of NIC, NF and NC"',
        right=r"""
And of the kernel and the image; the numbers belong to kernel 3 and $32\times32$.
""",
        kind="imprecise",
        decided=("A2-4.3:any_size",),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="4.3",
        words='"please ignore biases ... ignore nn.BatchNorm2d"',
        right="""
Whether poolings and upsamplings count, and the zeros of the padding, is left open. We count all three;
the checker names the others.
""",
        kind="imprecise",
        decided=("A2-4.3:outputs", "A2-4.3:connections"),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="4.1",
        words='"Set padding to the padding variable included in the starter code"',
        right="""
`kernel // 2` keeps the figure's sizes for odd kernels only; with kernel 4 the net's sizes are not those
of the figure.
""",
        kind="imprecise",
        decided=("A2-5.4:last", "A2-5.4:any"),
        tried=(Tried("A2-5.4:last", "two", right=False),),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="4.1",
        words=r'"scaling\_factor"',
        right="PyTorch's argument is `scale_factor`.",
        kind="misprint",
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="4.2",
        words='"train the CNN for a few epochs"',
        right="The starter trains for 25.",
        kind="misprint",
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="4.3",
        words='"= 2246NF + 2304NC"',
        right=r"""
In the copy that we have. The terms before it add up to $2240\,\mathrm{NF}$, and the student's own
fourfold, $8960\,\mathrm{NF}$, is right.
""",
        kind="misprint",
        decided=("A2-4.3:outputs", "A2-4.3:outputs_doubled"),
        tried=(
            Tried("A2-4.3:outputs", "2246*NF + 2304*NC", right=False),
            Tried("A2-4.3:outputs", "2240*NF + 2304*NC", right=True),
            Tried("A2-4.3:outputs_doubled", "8960*NF + 9216*NC", right=True),
        ),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="4.3",
        words='"the result is quadriple"',
        right="""
Right for outputs and connections as the student counts them; not if the zeros of the padding are left
out, where the factor is {glue:text}`inside`.
""",
        kind="imprecise",
        decided=("A2-4.3:outputs_doubled", "A2-4.3:connections_doubled"),
    ),
)
