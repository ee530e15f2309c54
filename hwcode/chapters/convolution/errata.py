"""Errata of the texts that this chapter answers: convolution."""

from __future__ import annotations

from hwcode.chapters.errata import Erratum, Tried

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        sources=("H2",),
        by="handout",
        place="3.2",
        words='"Assume zero padding for conv layers"',
        right="""
How many zeros is not said. One row and column on each side is what keeps the sizes; with none the net
is another one, and does not look at the last two rows and columns of the image.
""",
        kind="imprecise",
        decided=("H2-3.2:parameters",),
    ),
    Erratum(
        sources=("H2",),
        by="handout",
        place="3.2",
        words='"the total number of neurons", "number of input connections for neurons in each layer"',
        right="""
What counts is left open, and whether connections are asked per layer or per neuron. Both are answered.
""",
        kind="imprecise",
        decided=("H2-3.2:neurons", "H2-3.2:connections", "H2-3.2:fan_in"),
    ),
    Erratum(
        sources=("H2",),
        by="handout",
        place="3.3",
        words='"A neuron in the next 3×3 conv layer is computed from an input area of 5×5"',
        right=r"""
If the first layer has stride 1, neither is dilated and the neuron is not at the border. With stride 2
it is $7\times7$.
""",
        kind="imprecise",
        decided=("H2-3.3:formula", "H2-3.3:dilation"),
    ),
    Erratum(
        sources=("H2",),
        by="handout",
        place="3.3",
        words='"the area of the input that can affect the neuron"',
        right="""
Can, for some image; at a given image fewer pixels may have a nonzero derivative.
""",
        kind="imprecise",
        decided=("H2-3.3:gradient",),
        tried=(Tried("H2-3.3:gradient", "equal", right=False),),
    ),
    Erratum(
        sources=("H2",),
        by="handout",
        place="3.1",
        words='"What feature does this convolutional filter detect?"',
        right="""
Edges is what is meant. The filter answers more to lines, to line ends and most to points, and to
diagonal edges more than to others.
""",
        kind="imprecise",
        decided=("H2-3.1:detects", "H2-3.1:strength"),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="3.1",
        words="the second copy of $I$",
        right="""
The one above the student's matrix has 7 rows and 6 columns and is not the first one with zeros around
it. The student's matrix belongs to the first; it is no convolution of the second.
""",
        kind="misprint",
        decided=("H2-3.1:matrix",),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="3.1",
        words='"Edge detection."',
        right="Of every direction, by a change of sign; and not only edges: it answers more to lines and points.",
        kind="imprecise",
        decided=("H2-3.1:detects", "H2-3.1:strength"),
        tried=(Tried("H2-3.1:detects", "gradient", right=False),),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="3.2",
        words='"+ (3×3×64×128+128) + …"',
        right="""
In the copy that we have the sum begins with its second term. The total contains the first, 3×3×3×64 +
64, of Conv3-64.
""",
        kind="misprint",
        decided=("H2-3.2:parameters",),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="3.2",
        words='"Softmax: 100×100", "+100"',
        right="A convention, of connections and of neurons: the softmax belongs to FC-100.",
        kind="imprecise",
        decided=("H2-3.2:neurons",),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="3.3",
        words='"higher the # of layers, wider the range"',
        right=r"Not for $1\times1$ kernels.",
        kind="imprecise",
        decided=("H2-3.3:formula",),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="3.3",
        words='"A larger stride value can make far apart input units"',
        right="""
Close they come for the layers behind; the strided layer's own fields keep their size.
""",
        kind="imprecise",
        decided=("H2-3.3:stride",),
        tried=(
            Tried("H2-3.3:stride", "own", right=False),
            Tried("H2-3.3:stride", "later", right=True),
        ),
    ),
)
