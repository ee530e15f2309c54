"""Errata of the texts that this chapter answers: backpropagation."""

from __future__ import annotations

from hwcode.chapters.errata import Erratum

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        sources=("A1",),
        by="handout",
        place="2.2.3, hint",
        words='"Why standard backward pass is twice more expensive than the forward pass?"',
        right=r"""
It is twice as expensive, not thrice, and that only if the error of the network's input is computed,
which no weight gradient needs. Without it the factor is $2-\frac1K$: for one layer a backward pass
costs what a forward pass does. The counts are in the table of [](#a1-2.2.3).
""",
        kind="false",
        decided=("A1-2.2.3:T_backward_naive", "A1-2.2.3:T_forward"),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="2.2.3",
        words='"compute the per-example gradient norm using naive and efficient computation"',
        right="""
The table asks for exact integers $T$, but not under which convention; three of its six entries depend
on one (the input's error, the one product of two norms). The checker accepts either and names it.
""",
        kind="imprecise",
        decided=("A1-2.2.3",),
        shown=("conv-multiplications",),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="2.2",
        words='"most differentiation functionality provided by most software frameworks (Tensorflow, PyTorch) does not support computing gradients for individual samples"',
        right="""
Most, still. But `torch.func.vmap` of `grad` does, [one of the contenders](#bp-tool), and so does
JAX.
""",
        kind="imprecise",
        shown=("bp-tool",),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="2.2.2",
        words='"We can compute the Jacobian norm more efficiently"',
        right=r"""
For a weight that is applied once to each example. With shared weights the product of the norms is only
an upper bound, and beyond $T\approx mn/(m+n)$ positions the corrected trick costs more than the
gradient.
""",
        kind="imprecise",
        decided=("A1-2.2.2:positions",),
    ),
    Erratum(
        sources=("A1",),
        by="handout",
        place="2",
        words="letters",
        right=r"""
$N$ is the number of classes in 2.1 and of examples in 2.2. In 2.3 the "layer outputs" are called
$g_1,g_2$ in the text and $y_1,y_2$ in the formula; in the copy that we have the last factor is a
derivative by $Y$, and the sizes under the last two factors are given as $Y\times P$ and $Y\times Q$:
they are $P\times Y$ and $Y\times O$. $\frac{\partial\mathcal J^\top}{\partial\mathbf x}$ in 2.1.2 is to
be read as $\big(\frac{\partial J}{\partial x}\big)^\top$, as $J$ is a number. "How many scalar
multiplications $T$ (integer)" is meant as a polynomial in $K$, $N$ and $D$.
""",
        kind="misprint",
    ),
)
