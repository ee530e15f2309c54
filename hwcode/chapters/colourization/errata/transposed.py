"""Errata of the texts that this chapter answers: colourization transposed."""

from __future__ import annotations

from hwcode.chapters.errata import Erratum, Tried

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        sources=("A2",),
        by="handout",
        place="5.1",
        words='"Set stride to 2, set dilation to 1"',
        right="""
A parameter `dilation` stands in the same sentence as the kernel. It is never used; the section's title
promises dilated convolutions, and there are none.
""",
        kind="false",
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="5.1",
        words=r'"set both padding and output\_padding to 1"',
        right="Right for kernel 3 alone, as A2-5.4 then asks one to find out.",
        kind="imprecise",
        decided=("A2-5.4:four", "A2-5.4:five", "A2-5.4:any"),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="5.4",
        words='"assuming we want to maintain the shapes of all tensors shown in Figure 4b"',
        right="""
With kernel 4 the last convolution cannot do so with equal paddings; the question does not ask about it.
""",
        kind="imprecise",
        decided=("A2-5.4:last",),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="5",
        words="""
"adds 'empty' space around each element of the input tensor"
""",
        right="""
Between neighbouring elements, stride minus one zeros {cite:p}`dumoulin2018guide`.
""",
        kind="imprecise",
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="5",
        words='"as if reversing the skipping over every other position done by the convolution"',
        right="Sizes are reversed, values are not: the transpose is no inverse (see A2-5.1).",
        kind="false",
        decided=("A2-5.1",),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="5.5",
        words='"with a fixed number of epochs"',
        right="Then the number of updates is not fixed, and it is what makes the difference.",
        kind="imprecise",
        decided=("A2-5.5:updates", "A2-5.5:equal"),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="caption of figure 4",
        words='"Three network architectures that we will be using"',
        right="The third, the U-Net, is then left out.",
        kind="missing",
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="5.3",
        words='"has more learnable parameters"',
        right="Both have 49,728.",
        kind="false",
        decided=("A2-5.3:parameters",),
        tried=(Tried("A2-5.3:parameters", "transpose", right=False),),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="5.3",
        words='"the maxpool in Pool Upsample Net is discording information"',
        right="""
Half of the reason: exchanging the poolings alone closes {glue:text}`share-down` % of the gap,
exchanging the upsamplings alone {glue:text}`share-up` %; it takes both.
""",
        kind="imprecise",
        decided=("A2-5.3:half",),
        tried=(Tried("A2-5.3:half", "down", right=False),),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="5.3",
        words='"55.47."',
        right="In the copy that we have; 55.4 % is meant.",
        kind="misprint",
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="5.4",
        words='"P=1.5=2"',
        right="""
The equation without the floor has no whole solution for kernel 5; with the floor it has one, 2. The
answers themselves, (1, 0) and (2, 1), are right.
""",
        kind="imprecise",
        decided=("A2-5.4:five", "A2-5.4:choices"),
        tried=(Tried("A2-5.4:five", "[2, 2, 1]", right=True),),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="5.4",
        words='"32 = (16-1)x2-2x1+4" and the like',
        right="""
One map of each kind is looked at, where the figure has two. That is enough, as what a layer adds to $m$
or $2m$ does not depend on $m$; but it has to be said.
""",
        kind="imprecise",
        decided=("A2-5.4:four", "A2-5.4:five"),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="5.4",
        words='"Dim = [Dim + 2P - k]"',
        right=r"""
The stride and the $+1$ are missing. The size is $\left\lfloor\frac{m+2p-k}s\right\rfloor+1$; the
answers are those of this formula.
""",
        kind="misprint",
        decided=("A2-5.4:four", "A2-5.4:five"),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="5.4",
        words="kernel 4",
        right="""
That no padding keeps the size of the last convolution, which has stride 1, is overlooked.
""",
        kind="missing",
        decided=("A2-5.4:last",),
    ),
)
